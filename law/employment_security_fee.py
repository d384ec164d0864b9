"""The employment security fee (就業安定費), which the employer pays and never the worker: 就業服務法第55條, art. 71."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from law.citations import REWRITTEN, employment_service, permission
from law.dates import days_after, last_day_of_period, months_after
from law.source import Dated, Source, rule
from law.working_days import Deadline, deadline

ESA_51, ESA_55_1, ESA_55_3, ESA_55_5 = employment_service("51", "1"), *(employment_service("55", p) for p in "135")
ESA_55_2 = employment_service("55", "2")
ART_71_1, ART_71_2 = permission("71", "1"), permission("71", "2")
PRESENT_FEE_FROM = date(2015, 10, 9)  # art. 55 as promulgated 2015-10-07
TABLE_READ = date(2016, 5, 4)  # the day of the page that gives the rates (sea.com.tw)

GRACE_DAYS = 30
LATE_FEE_A_DAY = Decimal("0.003")
LATE_FEE_CAP = Decimal("0.30")


class FeeWork(StrEnum):
    MANUFACTURING = "manufacturing"
    HIGH_TECH_INVESTMENT = "high_tech_investment"
    FISHING = "fishing"
    CONSTRUCTION = "construction"
    PUBLIC_WORKS = "public_works"
    FAMILY_CARE = "family_care"
    INSTITUTIONAL_CARE = "institutional_care"
    HOUSEHOLD_HELP = "household_help"  # of a Taiwanese employer
    SKILLED = "skilled"  # art. 46(1)11
    TYPE_E = "type_e"  # art. 51(1)


@dataclass(frozen=True)
class Rate:
    """New Taiwan dollars; extra fees for more workers (review standards, art. 26) come on top."""

    monthly: Decimal
    daily: Decimal
    source: Source = ESA_55_2


def _rate(monthly: int, daily: int) -> Rate:
    return Rate(Decimal(monthly), Decimal(daily))


RATES: Dated[Mapping[FeeWork, Rate]] = Dated(
    ESA_55_2,
    {
        TABLE_READ: {
            FeeWork.MANUFACTURING: _rate(2000, 67),
            FeeWork.HIGH_TECH_INVESTMENT: _rate(2400, 80),
            FeeWork.FISHING: _rate(1900, 63),
            FeeWork.CONSTRUCTION: _rate(1900, 63),
            FeeWork.PUBLIC_WORKS: _rate(3000, 100),
            FeeWork.FAMILY_CARE: _rate(2000, 67),
            FeeWork.INSTITUTIONAL_CARE: _rate(2000, 67),
            FeeWork.HOUSEHOLD_HELP: _rate(5000, 167),
        }
    },
)


@dataclass(frozen=True)
class Owed:
    """Whether a fee is due at all, and the paragraph that says so."""

    owed: bool
    source: Source


@rule(ESA_55_1, in_force_from=PRESENT_FEE_FROM, decided_by="employed_on")
def is_fee_owed(employed_on: date, work: FeeWork, *, household_in_need: bool = False) -> Owed:
    """「聘僱外國人從事第四十六條第一項第八款至第十款規定之工作，應……繳納就業安定費」: not for skilled work (11).

    `household_in_need`: the employer or the person cared for is a low or lower-middle income household or draws a
    disability or old-age living allowance (第55條第3項); it frees live-in care only.
    """
    if work is FeeWork.SKILLED:
        return Owed(False, ESA_55_1)
    if work is FeeWork.TYPE_E:
        return Owed(False, ESA_51)
    if work is FeeWork.FAMILY_CARE and household_in_need:
        return Owed(False, ESA_55_3)
    return Owed(True, ESA_55_1)


@rule(
    ESA_55_2,
    in_force_from=TABLE_READ,
    decided_by="employed_on",
    doubt="UNVERIFIED: the table was read on a broker's page of 2016; whether it is still in force was not confirmed.",
)
def fee_rate(employed_on: date, work: FeeWork) -> Rate:
    """「就業安定費之數額，由中央主管機關……依其行業別及工作性質會商相關機關定之。」

    Raises ValueError for work without a fee.
    """
    rates = RATES.on(employed_on)
    if work not in rates:
        raise ValueError(f"no fee is owed for {work}: ask is_fee_owed first")
    return rates[work]


class Beginning(StrEnum):
    ENTRY = "entry"
    CONTINUED = "continued"  # 接續聘僱: a new employer, or the same one again, with a worker already in Taiwan


@dataclass(frozen=True)
class Employment:
    begins_on: date
    beginning: Beginning
    permit_ends: date
    revoked_on: date | None = None

    @property
    def charged_from(self) -> date:
        """「自聘僱之外國人入國翌日或接續聘僱日起」 (from the day after entry, or the day it is continued)"""
        return days_after(self.begins_on, 1) if self.beginning is Beginning.ENTRY else self.begins_on

    @property
    def charged_until(self) -> date:
        """「至聘僱許可屆滿日或廢止聘僱許可前一日止」 (to the permit's last day, or the day before it is revoked)"""
        if self.revoked_on is None:
            return self.permit_ends
        return min(self.permit_ends, self.revoked_on - timedelta(days=1))


@dataclass(frozen=True)
class MonthFee:
    month: date  # its first day
    days: int
    whole: bool
    amount: Decimal


@dataclass(frozen=True)
class QuarterFee:
    amount: Decimal
    months: tuple[MonthFee, ...]
    due: Deadline
    source: Source
    due_source: Source


def quarter_begins(day: date) -> date:
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def _month_fee(month: date, employment: Employment, rate: Rate) -> MonthFee:
    month_ends = last_day_of_period(month, 1)
    first_day, last_day = max(month, employment.charged_from), min(month_ends, employment.charged_until)
    days = max((last_day - first_day).days + 1, 0)
    whole = (first_day, last_day) == (month, month_ends)
    # 30 × 67 is more than 2,000: a part of a month is never dearer than the month. That reading is ours.
    return MonthFee(month, days, whole, rate.monthly if whole else min(days * rate.daily, rate.monthly))


def _twenty_fifth(in_quarter: date) -> date:
    """The 25th of the second month of the next quarter."""
    return months_after(quarter_begins(in_quarter), 4).replace(day=25)


@rule(
    ART_71_1,
    in_force_from=REWRITTEN,
    decided_by="in_quarter",
    doubt="The days of a part month may add up to more than the month's fee; we take the month's fee as the most.",
)
def fee_for_quarter(in_quarter: date, employment: Employment, rate: Rate) -> QuarterFee:
    """「應於次季第二個月二十五日前……繳納」; 「當月日數未滿一個月者，其就業安定費依實際聘僱日數計算。」

    Whole calendar months at the monthly rate, parts at the daily rate, for one worker; due on 25 May, August,
    November and February. `in_quarter` is any day of the quarter. After a report of absence or termination nothing
    more is owed once the permit is revoked (第55條第4項), which `revoked_on` says.
    """
    first_month = quarter_begins(in_quarter)
    months = tuple(_month_fee(months_after(first_month, number), employment, rate) for number in range(3))
    amount = sum((month.amount for month in months), Decimal(0))
    return QuarterFee(amount, months, deadline(_twenty_fifth(in_quarter)), ART_71_1, ART_71_2)


@dataclass(frozen=True)
class LateFee:
    """`days` after the grace period up to the day before payment; `amount` exact, not rounded."""

    grace_ends: Deadline
    days: int
    amount: Decimal
    cap: Decimal
    source: Source


@rule(
    ESA_55_5,
    in_force_from=PRESENT_FEE_FROM,
    decided_by="in_quarter",
    doubt="Rounding is not known. The thirty days are counted from the 25th even where that day moved: the safe day.",
)
def late_fee(in_quarter: date, unpaid: Decimal, paid_on: date) -> LateFee:
    """「得寬限三十日；……自寬限期滿之翌日起至完納前一日止，每逾一日加徵其未繳就業安定費百分之零點三滯納金。但以……百分之三十為限。」

    Thirty days' grace, then 0.3 percent a day up to the day before payment, 30 percent at the most.
    """
    grace_ends = deadline(days_after(_twenty_fifth(in_quarter), GRACE_DAYS))
    days = max((paid_on - grace_ends.day).days - 1, 0)
    cap = unpaid * LATE_FEE_CAP
    return LateFee(grace_ends, days, min(unpaid * LATE_FEE_A_DAY * days, cap), cap, ESA_55_5)
