"""How many foreign workers a manufacturer may apply for: the level's share, what is added to it, and the ceiling."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from bot.calculators.answers import Calculator, Line, Reason, Result, because, people, percent, result
from bot.calculators.fields import Asked, Average, Day, Inputs, Number, Percent
from bot.two_languages import Words
from law.manufacturing import Level
from law.manufacturing_inspections import headcount
from law.manufacturing_ratios import (
    MOST,
    AddOn,
    Grant,
    Ratio,
    average_employees,
    ratio,
)

LEVELS: Mapping[Level, Words] = {
    Level.A_PLUS: Words("A+ 級（35%）", "Level A+ (35%)"),
    Level.A: Words("A 級（25%）", "Level A (25%)"),
    Level.B: Words("B 級（20%）", "Level B (20%)"),
    Level.C: Words("C 級（15%）", "Level C (15%)"),
    Level.D: Words("D 級（10%）", "Level D (10%)"),
    Level.FREE_TRADE_PORT: Words("自由貿易港區（40%）", "Free trade port (40%)"),
}
ADD_ONS: Mapping[AddOn, Words] = {
    AddOn.TRANSFEREES: Words("接續聘僱國內製造業移工（第25條之1）", "Workers taken over in Taiwan (art. 25-1)"),
    AddOn.PAID: Words("附加就業安定費（第26條）", "For an extra fee (art. 26)"),
    AddOn.OVERSEAS: Words("國外投資案（第28條）", "Investment abroad (art. 28)"),
    AddOn.RETURNING: Words("臺商回臺投資方案（第31條）", "Returning business (art. 31)"),
    AddOn.OFFSHORE_WIND: Words("離岸風電方案（第31條）", "Offshore wind (art. 31)"),
    AddOn.STUDYING: Words("在職進修（第33條之1）", "Workers who study (art. 33-1)"),
    AddOn.FURTHER_RETURNING: Words("114 至 116 年回臺投資方案", "Returning business, plan of 2025 to 2027"),
    AddOn.WAGE_RAISES: Words("本國勞工加薪（第25條之2）", "Wage raises of local workers (art. 25-2)"),
}
ASKED_PERCENT = Words("申請提高的百分比，沒有則免填", "Percent asked for; leave empty for none")
NOTHING = Decimal(0)


def _asked(add_on: AddOn) -> Asked:
    return Asked(ADD_ONS[add_on], ASKED_PERCENT)


class Quota(Inputs):
    """One percentage for each add-on, by the name that the law's table has for it."""

    applied_on: Annotated[Day, Asked(Words("申請日", "Day of the application"))]
    level: Annotated[Level, Asked(Words("行業級別", "Level of the industry"), options=LEVELS)]
    employees: Annotated[
        Average,
        Asked(
            Words("僱用員工平均人數", "Average number of employees"),
            Words(
                "申請當月前二個月之前一年的平均，例如 100 或 1612/12",
                "Over the year that ends two months before the application, such as 100 or 1612/12",
            ),
        ),
    ]
    foreign: Annotated[
        Number | None,
        Asked(
            Words("已有移工人數", "Foreign workers already counted"),
            Words("填寫後計算剩餘名額", "To tell how many places are left"),
        ),
    ] = None
    transferees: Annotated[Percent, _asked(AddOn.TRANSFEREES)] = NOTHING
    paid: Annotated[Percent, _asked(AddOn.PAID)] = NOTHING
    overseas: Annotated[Percent, _asked(AddOn.OVERSEAS)] = NOTHING
    returning: Annotated[Percent, _asked(AddOn.RETURNING)] = NOTHING
    offshore_wind: Annotated[Percent, _asked(AddOn.OFFSHORE_WIND)] = NOTHING
    studying: Annotated[Percent, _asked(AddOn.STUDYING)] = NOTHING
    further_returning: Annotated[Percent, _asked(AddOn.FURTHER_RETURNING)] = NOTHING
    wage_raises: Annotated[Percent, _asked(AddOn.WAGE_RAISES)] = NOTHING

    @property
    def add_ons(self) -> Mapping[AddOn, Decimal]:
        wanted = {add_on: getattr(self, add_on.value) for add_on in AddOn}
        return {add_on: percent for add_on, percent in wanted.items() if percent}


def quota(given: Quota) -> Result:
    found = ratio(given.applied_on, given.level, given.add_ons)
    lines = [
        percent("level", Words("級別核配比率", "The level's share"), found.level),
        *(_granted(grant, given.applied_on) for grant in found.grants),
        percent("total", Words("合計比率", "Together"), found.total),
        percent("ceiling", Words("比率上限", "Ceiling"), found.ceiling),
        *_places(found, given),
    ]
    return result(lines, *_REASONS, *(_by_article(grant) for grant in found.grants))


def _granted(grant: Grant, applied_on: date) -> Line:
    note = None
    if grant.granted < grant.asked:
        most = MOST[grant.add_on].on(applied_on)
        note = Words(
            f"申請 {grant.asked}%；本項最高 {most}%，且合計不得超過上限。",
            f"{grant.asked}% asked for; this add-on has at most {most}%, and all together do not pass the ceiling.",
        )
    return percent(f"granted_{grant.add_on.value}", ADD_ONS[grant.add_on], grant.granted, note)


def _places(found: Ratio, given: Quota) -> list[Line]:
    places = found.places(given.employees)
    lines = [people("places", "可聘僱移工總人數", "Foreign workers in all", places)]
    if given.foreign is not None:
        lines.append(people("left", "剩餘名額", "Places left", max(places - given.foreign, 0)))
        lines.append(people("over_by", "超出人數", "Too many by", max(given.foreign - places, 0)))
    return lines


def _by_article(grant: Grant) -> Reason:
    label = ADD_ONS[grant.add_on]
    means = Words(f"{label.zh}：核給 {grant.granted}%。", f"{label.en}: {grant.granted}% are granted.")
    return because(ratio, means, grant.source)


_REASONS = (
    because(
        headcount,
        Words("各級別的核配比率；人數不進位。", "The share of each level; no part of a worker is rounded up."),
    ),
    because(
        ratio,
        Words(
            "級別比率與各項提高比率合計不得超過 40%；含加薪或 114 至 116 年回臺投資方案者，不得超過 45%。",
            "Share and add-ons together: at most 40%, or 45% with wage raises or the returning plan of 2025 to 2027.",
        ),
    ),
    because(
        average_employees,
        Words(
            "員工人數為申請當月前二個月之前一年的平均，以同一勞工保險證號計算。",
            "Employees are the average of the year that ends two months before, under one labour-insurance number.",
        ),
    ),
)

CALCULATOR = Calculator(
    "manufacturing-quota",
    Words("製造業移工名額", "Manufacturing quota"),
    Words("級別比率、各項提高比率與 40% 上限。", "The level's share, the add-ons and the ceiling of 40%."),
    Quota,
    quota,
    {"applied_on": "2026-11-22", "level": "A", "employees": "1612/12", "transferees": "5", "paid": "15"},
)
