"""How long a worker has worked in Taiwan and how long she still may: 就業服務法第52條, art. 38 of the regulation."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from law.citations import REWRITTEN, SKILLED_WORKERS_REGULATION, employment_service, permission, skilled
from law.dates import days_after, last_day_of_period
from law.source import Dated, Source, rule

FOURTEEN_YEARS_FROM = date(2015, 10, 9)  # promulgated 2015-10-07
ESA_52_4, ESA_52_6 = employment_service("52", "4"), employment_service("52", "6")
ART_38 = permission("38", "1")
ART_48_3, SKILLED_61_3 = permission("48", "3"), skilled("61", "3")
# Which article leaves skilled work out of the count.
SKILLED_WORK_LEFT_OUT = Dated(SKILLED_61_3, {REWRITTEN: ART_48_3, SKILLED_WORKERS_REGULATION: SKILLED_61_3})


@dataclass(frozen=True, order=True)
class Service:
    """A length of work; thirty days left over are a month (民法第123條第2項), so `days` stays under thirty."""

    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if self.months < 0 or not 0 <= self.days < 30:
            raise ValueError("a length of work has whole months and 0 to 29 days left over")

    def left_until(self, years: int) -> "Service":
        """What is missing to so many years; nothing when they are full."""
        days = years * 360 - self.months * 30 - self.days
        return Service(*divmod(max(days, 0), 30))

    def with_more(self, months: int, days: int) -> "Service":
        return Service(self.months + months + (self.days + days) // 30, (self.days + days) % 30)


SIX_YEARS = Service(6 * 12)
ELEVEN_YEARS = Service(11 * 12)
ELEVEN_AND_A_HALF_YEARS = Service(11 * 12 + 6)
NONE = Service()


class Work(StrEnum):
    FAMILY_CARE = "family_care"  # 家庭看護工作, art. 46(1)9
    OTHER_TYPE_B = "other_type_b"  # all other work of art. 46(1)8 to 10
    SKILLED = "skilled"  # 中階技術工作, since 2026 外國技術人力: art. 46(1)11


@dataclass(frozen=True)
class Stint:
    """A time of work in Taiwan under one permit; both days inclusive."""

    first_day: date
    last_day: date
    work: Work

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ValueError("a time of work cannot end before it begins")


def _without_breaks(stints: Iterable[Stint], until: date) -> list[tuple[date, date]]:
    """Type B work up to a day, stints that follow each other joined so that a change of employer costs nothing."""
    joined: list[tuple[date, date]] = []
    for stint in sorted(stints, key=lambda each: each.first_day):
        first_day, last_day = stint.first_day, min(stint.last_day, until)
        if stint.work is Work.SKILLED or last_day < first_day:
            continue
        if joined and first_day <= joined[-1][1]:
            raise ValueError(f"two times of work overlap on {first_day}")
        if joined and first_day == joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], last_day)
        else:
            joined.append((first_day, last_day))
    return joined


def _whole_months(first_day: date, last_day: date) -> int:
    months = (last_day.year - first_day.year) * 12 + last_day.month - first_day.month + 1
    while months and last_day_of_period(first_day, months) > last_day:
        months -= 1
    return months


UNIT = "How the ministry counts the twelve years was not confirmed, nor whether home leave within a permit counts."


@rule(SKILLED_61_3, in_force_from=REWRITTEN, decided_by="counted_on")
def skilled_work_left_out(counted_on: date) -> Source:
    """「除從事本辦法第五條所定工作期間外，其工作期間合計不得逾本法第五十二條規定之工作年限」

    Skilled work uses up no years; the type B work before and after it is added up.
    """
    return SKILLED_WORK_LEFT_OUT.on(counted_on)


@dataclass(frozen=True)
class Worked:
    length: Service
    source: Source
    left_out: Source


@rule(ESA_52_4, in_force_from=REWRITTEN, decided_by="counted_on", doubt=UNIT)
def years_worked(counted_on: date, stints: Iterable[Stint], before: Service = NONE) -> Worked:
    """「其在中華民國境內工作期間，累計不得逾十二年」: added up, and skilled work left out.

    `before` is earlier work of which only the length is known. Never a sum of raw days: four permits of three years
    have 4,383 days, more than 12 × 365. Each time of work counts whole calendar months, home leave included, days
    between contracts not; what is left over is added up, thirty days to a month, which in a month of 31 days is full
    a day early. Raises ValueError for times that overlap.
    """
    months = days = 0
    for first_day, last_day in _without_breaks(stints, counted_on):
        whole = _whole_months(first_day, last_day)
        counted_to = last_day_of_period(first_day, whole) if whole else first_day - timedelta(days=1)
        months, days = months + whole, days + (last_day - counted_to).days
    return Worked(before.with_more(months, days), ESA_52_4, skilled_work_left_out(counted_on))


@dataclass(frozen=True)
class FullOn:
    """The first day on which the work makes up the length, and what is still to be worked until then."""

    day: date
    still: Service
    source: Source


@rule(ESA_52_4, in_force_from=REWRITTEN, decided_by="counted_on", doubt=UNIT)
def full_on(counted_on: date, stints: Iterable[Stint], length: Service, before: Service = NONE) -> FullOn:
    """When a length of work is full if she works on without a break from the day after `counted_on`.

    `counted_on` itself where it is full already. Raises ValueError for times that overlap.
    """
    until_now = [Stint(*each, Work.OTHER_TYPE_B) for each in _without_breaks(stints, counted_on)]
    most_days = (length.months + 1) * 31 + length.days

    def worked_after(days: int) -> Service:
        day = days_after(counted_on, days)
        going_on = [Stint(days_after(counted_on, 1), day, Work.OTHER_TYPE_B)] if days else []
        return years_worked(day, [*until_now, *going_on], before).length

    missing = bisect_left(range(most_days), length, key=worked_after)
    day, tomorrow = days_after(counted_on, missing), days_after(counted_on, 1)
    still = [Stint(tomorrow, day, Work.OTHER_TYPE_B)] if missing else []
    return FullOn(day, years_worked(day, still).length, ESA_52_4)


@dataclass(frozen=True)
class Limit:
    years: int
    source: Source


@rule(ESA_52_6, in_force_from=REWRITTEN, decided_by="counted_on")
def limit_with_merit(counted_on: date) -> Limit:
    """「從事第四十六條第一項第九款規定家庭看護工作之外國人，且經專業訓練或自力學習，而有特殊表現，符合中央主管機關所定之
    資格、條件者，其在中華民國境內工作期間累計不得逾十四年。」 (live-in care, with training or special merit)
    """
    return Limit(14, ESA_52_6)


@dataclass(frozen=True)
class ApplicationForFourteen:
    """`from_length` is the work from which on it may be applied for."""

    open: bool
    from_length: Service
    source: Source


@rule(
    ART_38,
    in_force_from=REWRITTEN,
    decided_by="counted_on",
    doubt="All type B work is added up (art. 53(5)), whatever it was before the care.",
)
def application_for_fourteen(counted_on: date, used: Service) -> ApplicationForFourteen:
    """「屆滿十二年或將於一年內屆滿十二年」: for live-in care, once twelve years are full or will be within a year."""
    return ApplicationForFourteen(used >= ELEVEN_YEARS, ELEVEN_YEARS, ART_38)


@dataclass(frozen=True)
class YearsLeft:
    """`may_apply_for_fourteen` opens art. 38's application, which needs points; `six_years` the skilled route."""

    used: Service
    limit_years: int
    remaining: Service
    may_apply_for_fourteen: bool
    six_years: bool
    source: Source
    fourteen_source: Source


@rule(ESA_52_4, in_force_from=REWRITTEN, decided_by="counted_on", doubt=UNIT)
def years_left(
    counted_on: date,
    stints: Iterable[Stint],
    work: Work,
    *,
    before: Service = NONE,
    fourteen_granted: bool = False,
) -> YearsLeft:
    """「其在中華民國境內工作期間，累計不得逾十二年」; fourteen for live-in care with training or special merit.

    `work` is the work she is employed for from now on, `before` earlier work of which only the length is known.
    Raises ValueError for skilled work, which has no limit, and for times that overlap.
    """
    if work is Work.SKILLED:
        raise ValueError("skilled work has no limit of years: ask about the type B work she would go back to")
    used = years_worked(counted_on, stints, before).length
    care = work is Work.FAMILY_CARE
    fourteen, application = limit_with_merit(counted_on), application_for_fourteen(counted_on, used)
    limit = fourteen if care and fourteen_granted else Limit(12, ESA_52_4)
    return YearsLeft(
        used,
        limit.years,
        used.left_until(limit.years),
        may_apply_for_fourteen=care and not fourteen_granted and application.open,
        six_years=used >= SIX_YEARS,
        source=limit.source,
        fourteen_source=application.source,
    )
