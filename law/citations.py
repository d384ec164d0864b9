"""How the statutes on employing foreign workers are cited, and the days on which they changed.

The Chinese text rules. It was read in a mirror of the law database (kong0107/mojLawSplitJSON): the regulation on
permission as of 2022-12-26, the one on skilled workers as of 2025-12-30. Of what changed in 2023, arts. 17, 21-1 and
23 were read in Chinese, arts. 24 and 43 in English; later changes were not read. "In force from the day of issue"
means the third day (中央法規標準法第13條).
"""

from datetime import date

from law.source import Source

CHECKED = date(2026, 11, 22)
REWRITTEN = date(2022, 4, 30)  # the whole regulation on permission got its present article numbers
SKILLED_WORKERS_REGULATION = date(2026, 1, 1)  # issued 2025-12-30; in force the third day
AMENDED_2023 = date(2023, 6, 1)  # 雇主聘僱外國人許可及管理辦法 as amended 2023-05-30 (arts. 17, 21-1, 23, 24, 43)


def _source(pcode: str, statute: str, article: str, paragraph: str, text_of: date | None = None) -> Source:
    url = f"https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode={pcode}&flno={article}"
    return Source(statute, article, paragraph, url, CHECKED, text_of)


def permission(article: str, paragraph: str = "") -> Source:
    return _source("N0090027", "雇主聘僱外國人許可及管理辦法", article, paragraph, date(2022, 12, 26))


def skilled(article: str, paragraph: str = "") -> Source:
    return _source("N0090064", "外國技術人力工作資格及許可管理辦法", article, paragraph)


def employment_service(article: str, paragraph: str = "") -> Source:
    return _source("N0090001", "就業服務法", article, paragraph)


def transfer(article: str, paragraph: str = "") -> Source:
    statute = "外國人受聘僱從事就業服務法第四十六條第一項第八款至第十一款規定工作之轉換雇主或工作程序準則"
    return _source("N0090023", statute, article, paragraph, date(2022, 4, 29))


def broker_charges(article: str, paragraph: str = "") -> Source:
    return _source("N0090028", "私立就業服務機構收費項目及金額標準", article, paragraph)


def labour_standards(article: str, paragraph: str = "") -> Source:
    return _source("N0030001", "勞動基準法", article, paragraph)
