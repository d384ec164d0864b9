"""How many foreign workers a manufacturer may apply for: the level's share, what may be added, and the ceilings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

from law.dates import months_before
from law.manufacturing import (
    BETWEEN_TEXTS,
    FOR_2026,
    LEVEL_CAPS,
    PRINTED,
    REWRITTEN,
    SECOND_HAND_2026,
    STUDIES,
    TRANSFEREES,
    Level,
    Plan,
    article,
)
from law.source import Dated, Source, rule

ART_25_1, ART_25_2 = article("25-1"), article("25-2")
ART_26 = article("26", "1")
ART_28, ART_29 = article("28", "3"), article("29", "2")
ART_31, ART_33, ART_33_1 = article("31", "2"), article("33", "2"), article("33-1", "2")
CEILING = Decimal(40)
CEILING_2026 = Decimal(45)
NONE = Decimal(0)


class AddOn(StrEnum):
    """What an employer may ask for above the level's share, in the order in which it is granted here."""

    TRANSFEREES = "transferees"  # art. 25-1: workers taken over from other manufacturers in Taiwan
    PAID = "paid"  # art. 26: for an extra fee
    OVERSEAS = "overseas"  # art. 28(3)
    RETURNING = "returning"  # art. 31(2)1
    OFFSHORE_WIND = "offshore_wind"  # art. 31(2)2
    STUDYING = "studying"  # art. 33-1: workers who study beside their work
    FURTHER_RETURNING = "further_returning"  # the plan of 2025 to 2027
    WAGE_RAISES = "wage_raises"  # art. 25-2: one more for each local worker whose wage is raised


# The most that each may add by itself, in percent.
MOST: Mapping[AddOn, Dated[Decimal]] = {
    AddOn.TRANSFEREES: Dated(ART_25_1, {TRANSFEREES: Decimal(5)}),
    AddOn.PAID: Dated(ART_26, {REWRITTEN: Decimal(15), PRINTED: Decimal(20)}),
    AddOn.OVERSEAS: Dated(ART_28, {REWRITTEN: CEILING}),  # 「提高聘僱外國人比率至百分之四十」
    AddOn.RETURNING: Dated(ART_31, {REWRITTEN: Decimal(15), PRINTED: Decimal(5)}),
    AddOn.OFFSHORE_WIND: Dated(ART_31, {REWRITTEN: Decimal(10)}),
    AddOn.STUDYING: Dated(ART_33_1, {STUDIES: Decimal(5)}),
    AddOn.FURTHER_RETURNING: Dated(ART_31, {FOR_2026: CEILING_2026}),
    AddOn.WAGE_RAISES: Dated(ART_25_2, {FOR_2026: Decimal(10)}),
}
TO_THE_HIGHER_CEILING = frozenset((AddOn.FURTHER_RETURNING, AddOn.WAGE_RAISES))
# Art. 33-1 adds only to a share raised under art. 26(1)3: by more than ten percent and up to fifteen.
_THIRD_TIER = (Decimal(10), Decimal(15))


@dataclass(frozen=True)
class Grant:
    """What was asked for and what the law allows of it, in percent of the employees."""

    add_on: AddOn
    asked: Decimal
    granted: Decimal
    source: Source


@dataclass(frozen=True)
class Ratio:
    level: Decimal
    grants: tuple[Grant, ...]
    source: Source

    @property
    def total(self) -> Decimal:
        return self.level + sum((grant.granted for grant in self.grants), NONE)

    @property
    def ceiling(self) -> Decimal:
        """The higher one where something was granted that counts up to it."""
        higher = any(grant.granted and grant.add_on in TO_THE_HIGHER_CEILING for grant in self.grants)
        return CEILING_2026 if higher else CEILING

    def places(self, employees: Fraction) -> int:
        """Rounded down: 「合計不得超過」 names no rounding, and an office may round in the employer's favour."""
        return floor(employees * Fraction(self.total) / 100)


@rule(ART_26, in_force_from=REWRITTEN, decided_by="applied_on", doubt=f"{BETWEEN_TEXTS} {SECOND_HAND_2026}")
def ratio(applied_on: date, level: Level, asked: Mapping[AddOn, Decimal]) -> Ratio:
    """「比率，得依下列情形予以提高。但合計不得超過……僱用員工平均人數之百分之四十」

    Each add-on gets what was asked, at most what its article allows, and at most what is left under the ceiling:
    40 percent together, 45 where wage raises or the further returning plan are among them. The ceiling says nothing
    of an order; ours is that of AddOn. Raises NotInForce for an add-on that did not exist yet, and ValueError for one
    below nothing.
    """
    if any(percent < 0 for percent in asked.values()):
        raise ValueError("an add-on cannot be below nothing")
    share, grants, paid = LEVEL_CAPS.on(applied_on)[level], [], NONE
    total = share
    for add_on in AddOn:
        wanted = asked.get(add_on, NONE)
        if not wanted:
            continue
        most = MOST[add_on].on(applied_on)
        if add_on is AddOn.STUDYING and not _THIRD_TIER[0] < paid <= _THIRD_TIER[1]:
            most = NONE
        ceiling = CEILING_2026 if add_on in TO_THE_HIGHER_CEILING else CEILING
        granted = min(wanted, most, max(ceiling - total, NONE))
        grants.append(Grant(add_on, wanted, granted, MOST[add_on].source))
        total += granted
        paid = granted if add_on is AddOn.PAID else paid
    return Ratio(share, tuple(grants), LEVEL_CAPS.source)


@dataclass(frozen=True)
class Places:
    number: int
    source: Source


@rule(ART_25_2, in_force_from=FOR_2026, decided_by="applied_on", doubt=SECOND_HAND_2026)
def wage_raise_places(applied_on: date, employees: Fraction, *, raised: int) -> Places:
    """“加薪1位本國勞工就多1位移工名額” (the ministry's answer of 2026-01-06): one for one, at most ten percent."""
    return Places(min(raised, floor(employees * Fraction(MOST[AddOn.WAGE_RAISES].on(applied_on)) / 100)), ART_25_2)


@dataclass(frozen=True)
class Average:
    """The employees that a share is taken of, and the months they were counted in."""

    employees: Fraction
    months: tuple[date, ...]
    source: Source


def _first_of_month(day: date, earlier: int) -> date:
    return months_before(day.replace(day=1), earlier)


@rule(
    ART_26,
    in_force_from=REWRITTEN,
    decided_by="applied_on",
    doubt="That the year ends with the month two before the application, and not before that month, is our reading.",
)
def average_employees(applied_on: date, insured: Mapping[date, int]) -> Average:
    """「雇主申請當月前二個月之前一年僱用員工平均人數」

    `insured` by the first day of each month: those insured under one labour-insurance number, without the workers of
    arts. 25-1, 26(1) and 28(3) (art. 25(2)). Raises ValueError when one of the twelve months is missing.
    """
    months = tuple(_first_of_month(applied_on, earlier) for earlier in range(13, 1, -1))
    missing = [str(month)[:7] for month in months if month not in insured]
    if missing:
        raise ValueError(f"no number of employees for {', '.join(missing)}")
    return Average(Fraction(sum(insured[month] for month in months), 12), months, ART_26)


@rule(ART_29, in_force_from=REWRITTEN, decided_by="applied_on")
def first_entries(applied_on: date, plan: Plan, *, permitted: int, planned_locals: int, hired_locals: int) -> Places:
    """「不得逾初次招募許可人數之二分之一。但……聘僱國內勞工人數，已達……預估……之二分之一者，不在此限。」

    Art. 29 for new and overseas investment, art. 33 for the plans of art. 30.
    """
    source = ART_29 if plan in (Plan.NEW_INVESTMENT, Plan.OVERSEAS) else ART_33
    return Places(permitted if 2 * hired_locals >= planned_locals else permitted // 2, source)


@rule(ART_33_1, in_force_from=STUDIES, decided_by="applied_on")
def study_places(applied_on: date, employees: Fraction, *, credits_of_each: tuple[int, ...]) -> Places:
    """「每學期達九學分以上……雇主得以外國人在職進修人數，申請聘僱外國人招募許可」

    One for each worker with nine credits or more in the semester, at most five percent; `ratio` tells whether the
    paid share that this adds to is there.
    """
    studying = sum(credits >= 9 for credits in credits_of_each)
    return Places(min(studying, floor(employees * Fraction(MOST[AddOn.STUDYING].on(applied_on)) / 100)), ART_33_1)
