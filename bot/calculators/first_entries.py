"""How many workers of a first recruitment permit may come in before the planned local workers are hired."""

from collections.abc import Mapping
from typing import Annotated

from bot.calculators.answers import Calculator, Result, because, people, result
from bot.calculators.fields import Asked, Day, Inputs, Number
from bot.two_languages import Words
from law.manufacturing import Plan
from law.manufacturing_ratios import first_entries

PLANS: Mapping[Plan, Words] = {
    Plan.NEW_INVESTMENT: Words("新增投資案（第27條）", "New investment (art. 27)"),
    Plan.OVERSEAS: Words("國外投資案（第28條）", "Investment abroad (art. 28)"),
    Plan.RETURNING: Words("臺商回臺投資方案（第30條）", "Returning business (art. 30)"),
    Plan.OFFSHORE_WIND: Words("離岸風電方案（第30條）", "Offshore wind (art. 30)"),
}


class FirstEntries(Inputs):
    """The numbers of one plan."""

    applied_on: Annotated[Day, Asked(Words("申請日", "Day of the application"))]
    plan: Annotated[Plan, Asked(Words("投資案", "Plan"), options=PLANS)]
    permitted: Annotated[Number, Asked(Words("初次招募許可人數", "Permitted at first"))]
    planned_locals: Annotated[Number, Asked(Words("預估新增本國勞工", "Local workers planned"))]
    hired_locals: Annotated[Number, Asked(Words("已聘僱本國勞工", "Of them hired"))]


def entries(given: FirstEntries) -> Result:
    found = first_entries(
        given.applied_on,
        given.plan,
        permitted=given.permitted,
        planned_locals=given.planned_locals,
        hired_locals=given.hired_locals,
    )
    return result(
        [people("places", "可先引進人數", "May come in", found.number)], because(first_entries, _HALF, found.source)
    )


_HALF = Words(
    "不得逾初次招募許可人數的二分之一；已聘僱預估本國勞工達二分之一者，不在此限。",
    "Half of those permitted, until half of the planned local workers are hired; then all.",
)

CALCULATOR = Calculator(
    "first-entries",
    Words("初次引進人數", "First entries"),
    Words("投資案在聘足本國勞工前可先引進多少移工。", "How many may come before the planned local workers are hired."),
    FirstEntries,
    entries,
    {"applied_on": "2026-11-22", "plan": "overseas", "permitted": 41, "planned_locals": 20, "hired_locals": 9},
)
