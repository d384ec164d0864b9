"""What a manufacturer pays for workers above the level's share, when that was waived, and what must be paid back."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from law.manufacturing import BETWEEN_TEXTS, FOR_2026, PRINTED, REWRITTEN, SECOND_HAND_2026, STUDIES, article
from law.manufacturing_ratios import AddOn
from law.source import Dated, Source, rule

ART_26 = article("26", "1")
ART_27, ART_28 = article("27", "4"), article("28", "4")
ART_35 = article("35", "2")
NEW_INVESTMENT_FROM, OVERSEAS_FROM = date(2013, 3, 13), date(2012, 11, 22)
WAIVERS_UNTIL = date(2014, 12, 31)

# NT$ per worker and month on top of the ordinary fee, for shares raised by up to so many percent.
_UP_TO_15 = {Decimal(5): 3000, Decimal(10): 5000, Decimal(15): 7000}
TIERS = Dated(ART_26, {REWRITTEN: _UP_TO_15, PRINTED: {**_UP_TO_15, Decimal(20): 9000}})
BASE_FEE = 2000  # 雇主聘僱外國人……應繳納就業安定費數額表, general manufacturing


@dataclass(frozen=True)
class Tier:
    """`extra` is None where the law does not allow so large an add-on."""

    extra: int | None
    source: Source


def _extra(applied_on: date, add_on: Decimal | Fraction) -> int | None:
    share = Fraction(add_on)
    return next((extra for up_to, extra in TIERS.on(applied_on).items() if share <= Fraction(up_to)), None)


@rule(ART_26, in_force_from=REWRITTEN, decided_by="applied_on", doubt=BETWEEN_TEXTS)
def paid_tier(applied_on: date, add_on: Decimal | Fraction) -> Tier:
    """「提高比率至百分之五者……三千元。……超過百分之五至百分之十者……五千元。……超過百分之十至百分之十五者……七千元。」

    The lower tier owns the boundary; the English print leaves that open. The fourth tier, to twenty percent for NT$
    9,000, is in the print. What was chosen cannot be changed once workers have been brought in (art. 26(2)). Raises
    ValueError for an add-on of nothing.
    """
    if add_on <= 0:
        raise ValueError("an add-on of nothing has no tier")
    return Tier(_extra(applied_on, add_on), ART_26)


@dataclass(frozen=True)
class MonthlyFees:
    """NT$ for a month. The two readings of the extra fee are never mixed: the text says "each foreign worker".

    `extra_all_in`: the tier of the whole add-on for all added workers; `extra_marginal`: for each the tier that her
    own place in the add-on falls into.
    """

    base: int
    extra_all_in: int
    extra_marginal: int
    source: Source


@rule(
    ART_26,
    in_force_from=REWRITTEN,
    decided_by="applied_on",
    doubt="Whether the tier counts for all added workers or for those within it only is not told by the text.",
)
def monthly_fees(applied_on: date, employees: Fraction, *, ordinary: int, added: int) -> MonthlyFees:
    """「雇主聘僱外國人每人每月額外繳納就業安定費」: the extra comes on top of the ordinary fee for all.

    `ordinary` workers are within the level's share, `added` above it. Raises ValueError for more than art. 26 allows.
    """
    if employees <= 0:
        raise ValueError("a share of no employees cannot be told")
    extras = [_extra(applied_on, Fraction(100 * number) / employees) for number in range(1, added + 1)]
    allowed = [extra for extra in extras if extra is not None]
    if len(allowed) < added:
        raise ValueError(f"{added} added workers are more than art. 26 allows for {employees} employees")
    all_in = added * allowed[-1] if allowed else 0
    return MonthlyFees((ordinary + added) * BASE_FEE, all_in, sum(allowed), ART_26)


@dataclass(frozen=True)
class FixedExtra:
    """NT$ per worker and month on top of the ordinary fee; None: we could not confirm how much."""

    extra: int | None
    source: Source


_THIRD_TIER = 7000
_FIXED = {
    AddOn.TRANSFEREES: Dated(article("25-1"), {date(2023, 6, 17): FixedExtra(0, article("25-1"))}),
    AddOn.OVERSEAS: Dated(article("28", "3"), {REWRITTEN: FixedExtra(_THIRD_TIER, article("28", "3"))}),
    AddOn.RETURNING: Dated(article("31", "2"), {REWRITTEN: FixedExtra(_THIRD_TIER, article("31", "2"))}),
    AddOn.OFFSHORE_WIND: Dated(article("31", "2"), {REWRITTEN: FixedExtra(_THIRD_TIER, article("31", "2"))}),
    AddOn.STUDYING: Dated(article("33-1", "3"), {STUDIES: FixedExtra(_THIRD_TIER, article("33-1", "3"))}),
    AddOn.FURTHER_RETURNING: Dated(article("31", "2"), {FOR_2026: FixedExtra(None, article("31", "2"))}),
    AddOn.WAGE_RAISES: Dated(article("25-2"), {FOR_2026: FixedExtra(0, article("25-2"))}),
}


@rule(
    article("31", "2"),
    in_force_from=REWRITTEN,
    decided_by="applied_on",
    doubt=f"{SECOND_HAND_2026} A draft of January 2026 has the fourth tier for the further returning plan.",
)
def fixed_extra(applied_on: date, add_on: AddOn) -> FixedExtra:
    """「依第二十六條第一項第三款規定額外繳納就業安定費」: for plans and studies always the third tier.

    Workers taken over (art. 25-1) and those for wage raises (art. 25-2) cost only the ordinary fee. Raises ValueError
    for the paid add-on, whose price depends on its size, and NotInForce for an add-on that did not exist yet.
    """
    if add_on is AddOn.PAID:
        raise ValueError("the paid add-on has tiers: see paid_tier")
    return _FIXED[add_on].on(applied_on)


@dataclass(frozen=True)
class Waiver:
    years: int
    source: Source


@rule(ART_27, in_force_from=NEW_INVESTMENT_FROM, until=WAIVERS_UNTIL, decided_by="approval_asked_on")
def new_investment_waiver(approval_asked_on: date, *, large: bool, add_on: Decimal) -> Waiver:
    """「得免除……額外繳納就業安定費之數額三年：一、……百分之五以下。二、……百分之十以下。」

    `large`: besides the new factory, NT$ 500 million (high technology) or 100 million invested, or 100 local workers
    planned. Only approvals asked for from 2013-03-13 to 2014-12-31 (art. 27(2)).
    """
    return Waiver(3 if add_on <= (10 if large else 5) else 0, ART_27)


@rule(ART_28, in_force_from=OVERSEAS_FROM, until=WAIVERS_UNTIL, decided_by="approval_asked_on")
def overseas_waiver(approval_asked_on: date, *, headquarters: bool, add_on: Decimal) -> Waiver:
    """「得免除……五年：一、第一項第一款第一目至第三目：百分之二十以下。二、……第四目：百分之十五以下。」

    `headquarters`: approved for a new research centre or headquarters (point 4), not for points 1 to 3. Only approvals
    asked for from 2012-11-22 to 2014-12-31 (art. 28(2)1).
    """
    return Waiver(5 if add_on <= (15 if headquarters else 20) else 0, ART_28)


@dataclass(frozen=True)
class Owed:
    """The days of one worker for which a waived extra fee must be paid back, both inclusive."""

    first_day: date
    last_day: date
    source: Source

    @property
    def days(self) -> int:
        return max((self.last_day - self.first_day).days + 1, 0)

    def amount(self, extra: int) -> Fraction:
        """NT$, not rounded: a thirtieth of the waived monthly amount for each day, which is our reading."""
        return Fraction(extra * self.days, 30)


@rule(
    ART_35,
    in_force_from=REWRITTEN,
    decided_by="revoked_on",
    doubt="The article names number, amount and days; that a day costs a thirtieth of a month is our reading.",
)
def paid_back(revoked_on: date, entered_on: date, *, improvement_told_on: date | None) -> Owed:
    """「第一次查核：自外國人入國翌日至廢止聘僱許可前一日止。……第二次以後查核：自……通知雇主限期改善翌日」

    `improvement_told_on` is None when the first inspection found the excess. At a later one a worker who came after the
    notice counts from the day after her entry. Raises ValueError where she had not entered before the revocation.
    """
    if revoked_on <= entered_on:
        raise ValueError("a permit is revoked after the worker's entry")
    begun = entered_on if improvement_told_on is None else max(entered_on, improvement_told_on)
    return Owed(begun + timedelta(days=1), revoked_on - timedelta(days=1), ART_35)
