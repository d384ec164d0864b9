"""How long a worker has worked in Taiwan and how long she still may: 就業服務法第52條, art. 38 of the regulation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from law.citations import REWRITTEN, SKILLED_WORKERS_REGULATION, employment_service, permission, skilled
from law.dates import last_day_of_period
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


SIX_YEARS = Service(6 * 12)
ELEVEN_YEARS = Service(11 * 12)
ELEVEN_AND_A_HALF_YEARS = Service(11 * 12 + 6)


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


@dataclass(frozen=True)
class Worked:
    length: Service
    source: Source
    left_out: Source


@rule(ESA_52_4, in_force_from=REWRITTEN, decided_by="counted_on", doubt=UNIT)
def years_worked(counted_on: date, stints: Iterable[Stint]) -> Worked:
    """「在中華民國境內工作期間，累計」 (added up), 「除從事中階技術工作期間外」 (skilled work left out)

    Never a sum of raw days: four permits of three years have 4,383 days, more than 12 × 365. Each time of work
    counts whole calendar months, home leave included, days between contracts not; what is left over is added up,
    thirty days to a month, which in a month of 31 days is full a day early.
    """
    months = days = 0
    for first_day, last_day in _without_breaks(stints, counted_on):
        whole = _whole_months(first_day, last_day)
        counted_to = last_day_of_period(first_day, whole) if whole else first_day - timedelta(days=1)
        months, days = months + whole, days + (last_day - counted_to).days
    return Worked(Service(months + days // 30, days % 30), ESA_52_4, SKILLED_WORK_LEFT_OUT.on(counted_on))


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


@rule(
    ESA_52_4,
    in_force_from=REWRITTEN,
    decided_by="counted_on",
    doubt=f"{UNIT} For the fourteen years all type B work is added up (art. 53(5)), whatever it was before the care.",
)
def years_left(counted_on: date, stints: Iterable[Stint], work: Work, *, fourteen_granted: bool = False) -> YearsLeft:
    """「累計不得逾十二年」; 「家庭看護工作……累計不得逾十四年」; art. 38 「屆滿十二年或將於一年內屆滿十二年」

    Twelve years, fourteen for live-in care with training or special merit; the application is open once twelve
    years are full or will be within one year. `work` is the work she is employed for from now on. Raises
    ValueError for skilled work, which has no limit.
    """
    if work is Work.SKILLED:
        raise ValueError("skilled work has no limit of years: ask about the type B work she would go back to")
    used = years_worked(counted_on, stints).length
    care = work is Work.FAMILY_CARE
    limit = 14 if care and fourteen_granted else 12
    return YearsLeft(
        used,
        limit,
        used.left_until(limit),
        may_apply_for_fourteen=care and not fourteen_granted and used >= ELEVEN_YEARS,
        six_years=used >= SIX_YEARS,
        source=ESA_52_6 if limit == 14 else ESA_52_4,
        fourteen_source=ART_38,
    )
