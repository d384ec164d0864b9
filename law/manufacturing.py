"""The texts of the chapter on manufacturing that we have read, their first days, and the levels of industries.

外國人從事就業服務法第四十六條第一項第八款至第十一款工作資格及審查標準, arts. 24 to 37. In Chinese we read it as of
2022-10-12, in English as printed on 2024-11-23 (where it errs the Chinese rules), and what is new in 2026 in reports.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from law.source import Dated, Source

CHECKED = date(2026, 11, 22)
REWRITTEN = date(2022, 4, 30)  # the whole regulation got its present article numbers
STUDIES = date(2022, 8, 17)  # art. 33-1, promulgated 2022-08-15; in force the third day (中央法規標準法第13條)
TRANSFEREES = date(2023, 6, 17)  # art. 25-1
PRINTED = date(2024, 11, 23)  # the English print
FOR_2026 = date(2026, 1, 1)  # the wage-raise scheme and the plan of 2025 to 2027

BETWEEN_TEXTS = (
    "What is new in the print of 2024-11-23 began on a day after 2022-10-12 that we did not find; "
    "until the print we tell the text of 2022."
)
SECOND_HAND_2026 = "What began in 2026 was read in reports and in the ministry's answers, not in the text, nor its day."


def article(number: str, paragraph: str = "") -> Source:
    return Source(
        "外國人從事就業服務法第四十六條第一項第八款至第十一款工作資格及審查標準",
        number,
        paragraph,
        f"https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=N0090029&flno={number}",
        CHECKED,
    )


class Level(StrEnum):
    """Addendum 5: how hard the work of an industry is; and, apart from that, the free trade ports."""

    FREE_TRADE_PORT = "free_trade_port"
    A_PLUS = "A+"
    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Plan(StrEnum):
    """What an employer may have invested in: each has its own article."""

    NEW_INVESTMENT = "new_investment"  # art. 27, 新增投資案
    OVERSEAS = "overseas"  # art. 28: invested abroad for two years or more
    RETURNING = "returning"  # art. 30(1), 歡迎臺商回臺投資行動方案
    OFFSHORE_WIND = "offshore_wind"  # art. 30(2), 離岸風電產業人力補充行動方案


# Art. 34(1), in percent of the employees. Art. 25 refers to addendum 6, not read; until 2022 it had the same shares.
LEVEL_CAPS: Dated[Mapping[Level, Decimal]] = Dated(
    article("34", "1"),
    {
        REWRITTEN: {
            Level.FREE_TRADE_PORT: Decimal(40),
            Level.A_PLUS: Decimal(35),
            Level.A: Decimal(25),
            Level.B: Decimal(20),
            Level.C: Decimal(15),
            Level.D: Decimal(10),
        }
    },
)
