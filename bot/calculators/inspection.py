"""Whether a manufacturer's foreign workers are within the share when it is checked, and what follows from an excess."""

from datetime import date
from typing import Annotated

from bot.calculators.answers import (
    Calculator,
    Line,
    Reason,
    Result,
    Unanswerable,
    because,
    day,
    people,
    percent,
    result,
    yes,
)
from bot.calculators.fields import Asked, Average, Day, Inputs, Number
from bot.calculators.quota import LEVELS
from bot.two_languages import Words
from law.manufacturing import Level
from law.manufacturing_inspections import (
    A_SINGLE_ONE,
    CountedMonths,
    Headcount,
    after_the_deadline,
    check_from,
    counted_months,
    headcount,
)

AVERAGED = Words("採計三個月的平均，例如 61/3", "The average of the three months, such as 61/3")
BESIDE_ONE = Words("平均僅聘一名移工時填寫", "Where there is a single foreign worker on the average")


class Inspection(Inputs):
    """The averages are those of the months that the answer names."""

    checked_on: Annotated[Day, Asked(Words("查核日", "Day of the check"))]
    level: Annotated[Level, Asked(Words("行業級別", "Level of the industry"), options=LEVELS)]
    employees: Annotated[Average, Asked(Words("僱用員工平均人數", "Average number of employees"), AVERAGED)]
    foreign: Annotated[Average, Asked(Words("移工平均人數", "Average number of foreign workers"), AVERAGED)]
    locals_1: Annotated[Number | None, Asked(Words("第一個月本國勞工", "Local workers, first month"), BESIDE_ONE)] = (
        None
    )
    locals_2: Annotated[Number | None, Asked(Words("第二個月本國勞工", "Local workers, second month"), BESIDE_ONE)] = (
        None
    )
    locals_3: Annotated[Number | None, Asked(Words("第三個月本國勞工", "Local workers, third month"), BESIDE_ONE)] = (
        None
    )
    entered_on: Annotated[
        Day | None,
        Asked(
            Words("移工入國或接續聘僱日", "Day the worker entered, or was taken over"),
            Words("填寫後計算第一次查核日", "To tell the day of the first check"),
        ),
    ] = None
    improve_by: Annotated[
        Day | None,
        Asked(
            Words("限期改善期限", "Day by which to improve"),
            Words("通知限期改善後填寫", "After the ministry's notice"),
        ),
    ] = None
    excess: Annotated[
        Number | None,
        Asked(
            Words("期限屆滿時仍超出人數", "Too many by, when that day ended"), Words("與期限一併填寫", "With that day")
        ),
    ] = None

    @property
    def locals_by_month(self) -> tuple[int, ...]:
        return tuple(number for number in (self.locals_1, self.locals_2, self.locals_3) if number is not None)


def inspection(given: Inspection) -> Result:
    if given.foreign > given.employees:
        raise Unanswerable(Words("移工多於僱用員工。", "There are more foreign workers than employees."))
    if given.foreign <= A_SINGLE_ONE and len(given.locals_by_month) < 3:
        raise Unanswerable(
            Words(
                "僅聘一名移工，須填三個月的本國勞工人數。", "For a single worker give the locals of all three months."
            )
        )
    months = counted_months(given.checked_on)
    found = headcount(
        given.checked_on, given.level, given.foreign, given.employees, locals_by_month=given.locals_by_month
    )
    lines = [
        *_months(months),
        percent("cap", Words("級別比率", "The level's share"), found.cap),
        yes("lawful", "符合規定", "Within the law", found.lawful),
        people("over_by", "超出人數", "Too many by", found.over_by),
        yes("locals_missing", "本國勞工不足", "Local workers are missing", found.locals_missing),
    ]
    first, why_first = _first_check(given.entered_on)
    after, why_after = _afterwards(given, found)
    return result([*lines, *first, *after], _MONTHS, _SHARE, *why_first, *why_after)


def _months(months: CountedMonths) -> list[Line]:
    counted = [
        day(f"month_{number}", f"採計月份 {number}", f"Counted month {number}", month)
        for number, month in enumerate(months.chinese, start=1)
    ]
    return [day("base_month", "基準月份", "Base month", months.base), *counted]


def _first_check(entered_on: date | None) -> tuple[list[Line], list[Reason]]:
    if entered_on is None:
        return [], []
    return [day("first_check", "第一次查核自", "First check from", check_from(entered_on, 1))], [_CHECKS]


def _afterwards(given: Inspection, found: Headcount) -> tuple[list[Line], list[Reason]]:
    if given.improve_by is None and given.excess is None:
        return [], []
    if given.improve_by is None or given.excess is None:
        raise Unanswerable(
            Words(
                "改善期限與仍超出人數須一併填寫。", "Give both the day to improve by and how many are still too many."
            )
        )
    if given.improve_by < given.checked_on:
        raise Unanswerable(Words("改善期限早於查核日。", "The day to improve by is before the check."))
    if found.lawful and given.excess:
        raise Unanswerable(
            Words("查核符合規定，無須改善，不應有超出人數。", "The check found nothing to improve: nobody is too many.")
        )
    follows = after_the_deadline(given.improve_by, excess=given.excess)
    return [
        people("revoked", "廢止許可人數", "Permits revoked", follows.revoked),
        people("still_counted", "廢止後仍計入人數", "Still counted after that", follows.still_counted),
    ], [_AFTER]


_MONTHS = because(
    counted_months,
    Words(
        "查核當月之前二個月為基準月份，自該月往前採計三個月。",
        "The base month is the second before the check; three months are counted back from it.",
    ),
)
_SHARE = because(
    headcount,
    Words(
        "移工不得超過級別比率；僅聘一名移工者，每月至少聘僱本國勞工一人。",
        "No more than the level's share; beside a single one there is a local worker in every month.",
    ),
)
_CHECKS = because(
    check_from,
    Words("入國或接續聘僱滿三個月起，每三個月查核。", "From three months after the entry, and every three months."),
)
_AFTER = because(
    after_the_deadline,
    Words(
        "屆期未改善者，廢止超出人數的許可，並計入移工總人數；被廢止的移工無過失，可轉換雇主。",
        "Those too many are revoked and go on counting; these workers are not at fault and may change the employer.",
    ),
)

CALCULATOR = Calculator(
    "manufacturing-inspection",
    Words("製造業移工人數查核", "Manufacturing inspection"),
    Words("採計月份、超出人數與逾期未改善的後果。", "The months that count, how many are too many, and what follows."),
    Inspection,
    inspection,
    {"checked_on": "2026-05-10", "level": "B", "employees": "100", "foreign": "61/3"},
)
