"""What the rules could not confirm, in Chinese: law/ says it in English, sentence by sentence."""

from collections.abc import Mapping

from bot.two_languages import Words
from law.employer_clocks import NAMED_DAY_COUNTS
from law.health_examinations import NEW_TEXT_UNREAD
from law.manufacturing import BETWEEN_TEXTS, SECOND_HAND_2026
from law.missing_reports import EARLIER_OR_EMPLOYER, SECOND_HAND
from law.replacements import NOT_READ, REST_OF_PERMIT
from law.review_standards import RENUMBERING
from law.students import MOST_END_IN_SEPTEMBER, ONE_YEAR_SECOND_HAND
from law.support_staff import SKILLED, WHOLE_HUNDREDS
from law.transfers import UNREAD

CHINESE: Mapping[str, str] = {
    "Art. 17 was amended again on 2025-07-30; that text was not read.": "第17條於 2025-07-30 再修正，該條文尚未閱讀。",
    "Live-in care follows art. 18 instead.": "家庭看護適用第18條。",
    "That a last day off moves (民法第122條) is our reading for this notice.": (
        "此項通報的末日遇假日順延（民法第122條），是本系統的解讀。"
    ),
    "The regulation of 2026 on skilled workers names no such notice; what replaced it was not found.": (
        "2026 年外國技術人力辦法未定此項通報，取代的規定尚未查得。"
    ),
    "UNVERIFIED: the table was read on a broker's page of 2016; whether it is still in force was not confirmed.": (
        "尚未查證：費額表取自 2016 年仲介公司網頁，是否仍適用未能確認。"
    ),
    "The days of a part month may add up to more than the month's fee; we take the month's fee as the most.": (
        "未滿一月按日計算可能超過月費額；本系統以月費額為上限。"
    ),
    "Rounding is not known.": "進位方式未能確認。",
    "The thirty days are counted from the 25th even where that day moved: the safe day.": (
        "寬限 30 日自 25 日起算，即使該日順延；此日較安全。"
    ),
    NAMED_DAY_COUNTS: "通知所定之日是否算入，條文未明；本系統將其算入，所得日期較安全。",
    NEW_TEXT_UNREAD: "2026-01-01 施行的修正僅見於相關報導，尚未閱讀條文。",
    "UNVERIFIED for permits from 2026-01-01: an amendment we could not read may count from entry.": (
        "2026-01-01 以後的許可尚未查證：修正條文可能改自入國日起算。"
    ),
    BETWEEN_TEXTS: (
        "2024-11-23 版本新增的內容，於 2022-10-12 之後何日施行未能查得；在該版本之前，本系統依 2022 年條文。"
    ),
    SECOND_HAND_2026: "2026 年起的內容取自報導與勞動部答復，尚未閱讀條文及其施行日。",
    "A draft of January 2026 has the fourth tier for the further returning plan.": (
        "2026 年 1 月的草案對 114 至 116 年回臺投資方案採第四級距。"
    ),
    "Whether the tier counts for all added workers or for those within it only is not told by the text.": (
        "級距適用於全部增額移工，或僅適用於該級距內的移工，條文未明。"
    ),
    "The text names no rounding and we allow none;": "條文未定進位，本系統不進位；",
    "the local workers that the text of 2022 wants beside a single foreign worker fit a share rounded to the nearest, "
    "so an office may be milder.": (
        "2022 年條文對僅聘一名移工所要求的本國勞工人數，與四捨五入的比率相符，主管機關可能較寬。"
    ),
    "That the year ends with the month two before the application, and not before that month, is our reading.": (
        "一年的期間算至申請當月前二個月當月為止（而非其前一月），是本系統的解讀。"
    ),
    "That days off between do not begin the count anew is our reading, and the earlier day.": (
        "中間的休息日不使曠職日數重新起算，是本系統的解讀，所得日期較早。"
    ),
    EARLIER_OR_EMPLOYER: "雇主或仲介仍能聯繫者不是失去聯繫、先前的聯繫可能採計，是本系統的解讀。",
    SECOND_HAND: "2018 年函釋與 2023 年令釋取自相關報導，尚未閱讀原文。",
    REST_OF_PERMIT: "原許可所餘六個月自何時起算，條文未明；本系統自事件次日起算。",
    NOT_READ: "2023 年修正的第24條，未查得中文條文。",
    RENUMBERING: "2025 年 12 月的修正是否移動本條，未能確認。",
    "The English print has the three months before the base month; the Chinese counts them back from it.": (
        "英譯本採計基準月份之前三個月；中文條文自基準月份往前採計，以中文為準。"
    ),
    "The article names number, amount and days; that a day costs a thirtieth of a month is our reading.": (
        "條文定人數、數額及日數；每日以月額三十分之一計，是本系統的解讀。"
    ),
    "The ministry's procedure also asks for the days of absence, the last place and the attempts to reach her.": (
        "勞動部作業程序另要求失聯日期、最後地點及無法聯繫的事證。"
    ),
    UNREAD: "2024-11-18 的修正尚未逐條閱讀。",
    ONE_YEAR_SECOND_HAND: "2024-08-28 起最長一年，取自長庚大學 2024-08-26 轉知的勞動部公告，尚未閱讀條文。",
    MOST_END_IN_SEPTEMBER: "依該公告，許可多於學年結束的 9 月 30 日屆滿。",
    WHOLE_HUNDREDS: "未滿一百人的增加是否也須增置一人，條文未明；本系統以每滿一百人計。",
    SKILLED: "2026 年起中階技術人力另有專法，是否仍計入未能確認。",
}


def in_words(doubt: str) -> Words:
    """The doubt of a rule in both languages."""
    chinese = doubt
    for sentence, translated in CHINESE.items():
        chinese = chinese.replace(sentence, translated)
    return Words(chinese.replace("。 ", "。").replace("； ", "；"), doubt)
