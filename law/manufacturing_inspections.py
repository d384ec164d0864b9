"""When a manufacturer's share of foreign workers is checked, over which months, and what follows from an excess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from law.dates import months_after, months_before
from law.manufacturing import (
    BETWEEN_TEXTS,
    FOR_2026,
    LEVEL_CAPS,
    PRINTED,
    REWRITTEN,
    SECOND_HAND_2026,
    Level,
    Plan,
    article,
)
from law.missing_reports import GROUNDS, Ground, ReasonCode
from law.source import Dated, Source, rule

ART_34_1, ART_34_2, ART_34_3, ART_34_4 = (article("34", paragraph) for paragraph in "1234")
ART_34_6, ART_34_7 = article("34", "6"), article("34", "7")
ART_36_1, ART_36_3 = article("36", "1"), article("36", "3")

# How many local workers, on the average of the months, must stand beside a single foreign worker.
BESIDE_ONE: Dated[Mapping[Level, int]] = Dated(
    ART_34_2,
    {
        REWRITTEN: {
            Level.FREE_TRADE_PORT: 1,
            Level.A_PLUS: 1,
            Level.A: 1,
            Level.B: 2,
            Level.C: 3,
            Level.D: 4,
        },
        PRINTED: dict.fromkeys(Level, 1),
    },
)
A_SINGLE_ONE = 1  # on the average of the months, or less


@dataclass(frozen=True)
class Headcount:
    """What a check finds. `over_by`: so many too many at this number of employees; a worker who goes lowers both."""

    cap: Decimal
    over_by: int
    locals_missing: bool
    sources: tuple[Source, ...]

    @property
    def lawful(self) -> bool:
        return self.over_by == 0 and not self.locals_missing


def _over_by(cap: Decimal, foreign: Fraction, employees: Fraction) -> int:
    return max(ceil(foreign - employees * Fraction(cap) / 100), 0)


@rule(
    ART_34_1,
    in_force_from=REWRITTEN,
    decided_by="checked_on",
    doubt=(
        "The text names no rounding and we allow none; the local workers that the text of 2022 wants beside a single "
        f"foreign worker fit a share rounded to the nearest, so an office may be milder. {BETWEEN_TEXTS}"
    ),
)
def headcount(
    checked_on: date, level: Level, foreign: Fraction, employees: Fraction, *, locals_by_month: Sequence[int]
) -> Headcount:
    """「聘僱外國人人數不得超過僱用員工人數之百分之……。前項聘僱外國人人數為一人者，每月至少聘僱本國勞工一人以上」

    All numbers are averages of the months of `counted_months`. For a single foreign worker (on the average one or less)
    the local workers come on top of the share; whether they stand in its place is not told, and this is the stricter.
    """
    cap = LEVEL_CAPS.on(checked_on)[level]
    missing = False
    if 0 < foreign <= A_SINGLE_ONE:
        beside = Fraction(sum(locals_by_month), max(len(locals_by_month), 1))
        missing = min(locals_by_month, default=0) < 1 or beside < BESIDE_ONE.on(checked_on)[level]
    return Headcount(cap, _over_by(cap, foreign, employees), missing, (ART_34_1, ART_34_2))


@rule(ART_34_3, in_force_from=REWRITTEN, decided_by="entered_on")
def check_from(entered_on: date, number: int) -> date:
    """「自雇主聘僱外國人引進入國或接續聘僱滿三個月起，每三個月」: the first day of the check of that number, from 1.

    Raises ValueError for a number below 1.
    """
    if number < 1:
        raise ValueError("the first check is number 1")
    return months_after(entered_on, 3 * number)


@dataclass(frozen=True)
class CountedMonths:
    """The first days of the base month and of the three months that are averaged, by either text; the Chinese rules."""

    base: date
    chinese: tuple[date, ...]
    english: tuple[date, ...]
    source: Source


@rule(
    ART_34_4,
    in_force_from=REWRITTEN,
    decided_by="checked_on",
    doubt="The English print has the three months before the base month; the Chinese counts them back from it.",
)
def counted_months(checked_on: date) -> CountedMonths:
    """「以中央主管機關查核當月之前二個月為基準月份，自基準月份起採計前三個月參加勞工保險人數之平均數計算」"""
    base = months_before(checked_on.replace(day=1), 2)
    back = [months_before(base, number) for number in (3, 2, 1, 0)]
    return CountedMonths(base, tuple(back[1:]), tuple(back[:3]), ART_34_4)


@dataclass(frozen=True)
class LeastWage:
    """NT$ a month, insured and in the labour pension, of each local worker newly hired under the plan."""

    wage: int
    source: Source


_LEAST_WAGES: Dated[Mapping[Plan, int]] = Dated(
    ART_34_6,
    {
        REWRITTEN: {Plan.RETURNING: 30_300, Plan.OFFSHORE_WIND: 33_300},
        FOR_2026: {Plan.RETURNING: 36_300, Plan.OFFSHORE_WIND: 38_200},
    },
)


@rule(
    ART_34_6,
    in_force_from=REWRITTEN,
    decided_by="checked_on",
    doubt=f"{SECOND_HAND_2026} Which of its two amounts belongs to which plan is by their order.",
)
def least_wage_of_new_locals(checked_on: date, plan: Plan) -> LeastWage:
    """「應新增聘僱國內勞工，其勞工保險投保薪資及勞工退休金提繳工資……均達新臺幣三萬零三百元以上」

    Only for the plans of art. 30; raises ValueError for others.
    """
    wages = _LEAST_WAGES.on(checked_on)
    if plan not in wages:
        raise ValueError(f"art. 34(6) names no wage for {plan}")
    return LeastWage(wages[plan], ART_34_6)


@dataclass(frozen=True)
class Consequence:
    """What an excess leads to. The workers whose permits go are not at fault and may be helped to a new employer."""

    revoked: int
    still_counted: int
    ground: Ground | None
    source: Source


@rule(ART_34_7, in_force_from=REWRITTEN, decided_by="improve_by")
def after_the_deadline(improve_by: date, *, excess: int, case_by_case: bool = False) -> Consequence:
    """「經中央主管機關通知限期改善，屆期未改善」: permits 「未符合規定人數」 are revoked under art. 72 of the Act.

    `excess` is what was left over when the deadline ended. The revoked permits go on counting in the employer's total,
    「並計入……聘僱外國人總人數」. Art. 36(3) says the same of the employers of art. 36.
    """
    if excess < 0:
        raise ValueError("an excess cannot be below nothing")
    ground = GROUNDS[ReasonCode.EMPLOYER_QUOTA] if excess else None
    return Consequence(excess, excess, ground, ART_36_3 if case_by_case else ART_34_7)


@rule(
    ART_36_1,
    in_force_from=REWRITTEN,
    decided_by="checked_on",
    doubt="Art. 36 leaves out art. 25, so it seems to hold for permits from before 2010; its text does not say so.",
)
def case_by_case_headcount(
    checked_on: date,
    foreign: Fraction,
    employees: Fraction,
    *,
    free_trade_port: bool,
    locals_by_month: Sequence[int],
) -> Headcount:
    """「非屬自由貿易港區之製造業者：……不得超過……百分之二十，且每月至少聘僱本國勞工一人以上」; in a port 40 percent.

    Checked as arts. 34(3) and 34(4) say; the English refers to an article that has no such paragraphs.
    """
    cap = Decimal(40 if free_trade_port else 20)
    missing = not free_trade_port and foreign > 0 and min(locals_by_month, default=0) < 1
    return Headcount(cap, _over_by(cap, foreign, employees), missing, (ART_36_1,))
