"""For how many years investors of earlier years were spared the extra fee."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from bot.calculators.answers import Calculator, Line, Measure, Result, because, result, yes
from bot.calculators.fields import Asked, Day, Inputs, Percent
from bot.two_languages import Words
from law.manufacturing_fees import new_investment_waiver, overseas_waiver


class Investment(StrEnum):
    """What was invested in, as articles 27 and 28 tell them apart."""

    NEW = "new"
    LARGE_NEW = "large_new"
    OVERSEAS = "overseas"
    HEADQUARTERS = "headquarters"


INVESTMENTS: Mapping[Investment, Words] = {
    Investment.NEW: Words("新增投資案", "New investment"),
    Investment.LARGE_NEW: Words(
        "新增投資案，投資達 5 億元（高科技）或 1 億元，或預估聘僱本國勞工 100 人",
        "New investment of NT$500 million (high technology) or 100 million, or 100 local workers planned",
    ),
    Investment.OVERSEAS: Words("國外投資案", "Investment abroad"),
    Investment.HEADQUARTERS: Words(
        "國外投資案，設立研發中心或營運總部", "Abroad, with a research centre or headquarters"
    ),
}


class Waived(Inputs):
    """Only for approvals that were asked for up to the end of 2014."""

    investment: Annotated[Investment, Asked(Words("投資案", "Investment"), options=INVESTMENTS)]
    approval_asked_on: Annotated[Day, Asked(Words("申請認定日", "Day the approval was asked for"))]
    add_on: Annotated[Percent, Asked(Words("提高比率", "Percent added to the share"))]


def waivers(given: Waived) -> Result:
    asked_on, add_on = given.approval_asked_on, given.add_on
    if given.investment in (Investment.NEW, Investment.LARGE_NEW):
        large = given.investment is Investment.LARGE_NEW
        years, why = new_investment_waiver(asked_on, large=large, add_on=add_on).years, _NEW
    else:
        headquarters = given.investment is Investment.HEADQUARTERS
        years, why = overseas_waiver(asked_on, headquarters=headquarters, add_on=add_on).years, _OVERSEAS
    lines = [
        yes("waived", "免除額外就業安定費", "The extra fee is waived", years > 0),
        Line("years", Words("免除年數", "For"), Measure.YEARS, years),
    ]
    return result(lines, why)


_NEW = because(
    new_investment_waiver,
    Words(
        "新增投資案免除三年：提高 5% 以下；投資達一定金額或聘僱人數者 10% 以下。",
        "Three years for up to 5%; up to 10% for a large investment or many local workers.",
    ),
)
_OVERSEAS = because(
    overseas_waiver,
    Words(
        "國外投資案免除五年：提高 20% 以下；研發中心或營運總部 15% 以下。",
        "Five years for up to 20%; up to 15% for a research centre or headquarters.",
    ),
)

CALCULATOR = Calculator(
    "fee-waiver",
    Words("額外就業安定費免除", "Waived extra fee"),
    Words("2014 年底前申請認定的投資案，免除幾年。", "How long investments approved in 2012 to 2014 were spared it."),
    Waived,
    waivers,
    {"investment": "new", "approval_asked_on": "2014-06-01", "add_on": "5"},
)
