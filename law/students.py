"""How long and how many hours a week a foreign student may work: 就業服務法第50條 and the regulation's art. 54."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from law.citations import REWRITTEN, employment_service, permission
from law.dates import last_day_of_period
from law.employment_permits import LongestPermit
from law.source import Dated, Source, rule

ART_54_1 = permission("54", "1")
ESA_50 = employment_service("50")
TWENTY_HOURS_FROM = date(2015, 6, 19)  # promulgated 2015-06-17; sixteen hours before
ONE_YEAR_FROM = date(2024, 8, 28)  # issued 2024-08-26

ONE_YEAR_SECOND_HAND = (
    "The year since 2024-08-28 was read in the ministry's notice as a university passed it on (cgu.edu.tw, "
    "2024-08-26), not in the article."
)
MOST_END_IN_SEPTEMBER = "By the same notice most permits end with the school year on 30 September."

HOURS_A_WEEK = Dated(ESA_50, {TWENTY_HOURS_FROM: Fraction(20)})
PERMIT_MONTHS = Dated(ART_54_1, {REWRITTEN: 6, ONE_YEAR_FROM: 12})


@rule(
    ART_54_1,
    in_force_from=REWRITTEN,
    decided_by="starts_on",
    doubt=f"{ONE_YEAR_SECOND_HAND} {MOST_END_IN_SEPTEMBER}",
)
def longest_student_permit(starts_on: date) -> LongestPermit:
    """「第四類外國人之工作許可有效期間最長為六個月。」 in the text we read; one year by the notice."""
    months = PERMIT_MONTHS.on(starts_on)
    return LongestPermit(last_day_of_period(starts_on, months), months, ART_54_1)


@dataclass(frozen=True)
class Shift:
    """Hours worked on one day for any employer; an hour past midnight belongs to the next day."""

    on: date
    hours: Fraction


@dataclass(frozen=True)
class Vacation:
    """A summer or winter vacation (寒暑假) of the student's own school; both days inclusive."""

    first_day: date
    last_day: date

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True)
class StudentWeek:
    """Hours on term days of all employers together. `part_vacation`: the week is split, so our reading matters."""

    monday: date
    term_hours: Fraction
    limit: Fraction
    within: bool
    part_vacation: bool
    source: Source


@rule(
    ESA_50,
    in_force_from=TWENTY_HOURS_FROM,
    decided_by="in_week_of",
    doubt="The law names no first day of the week (we take Monday) and says nothing of a week that is part term, "
    "part vacation (we count the hours of its term days against the full twenty).",
)
def student_week(in_week_of: date, shifts: Iterable[Shift], vacations: Iterable[Vacation]) -> StudentWeek:
    """「其工作時間除寒暑假外，每星期最長為二十小時」 (twenty hours a week outside summer and winter vacation)"""
    monday = in_week_of - timedelta(days=in_week_of.weekday())
    holidays = list(vacations)
    days = [monday + timedelta(days=number) for number in range(7)]
    term_days = {day for day in days if not any(day in vacation for vacation in holidays)}
    hours = sum((shift.hours for shift in shifts if shift.on in term_days), Fraction(0))
    limit = HOURS_A_WEEK.on(in_week_of)
    return StudentWeek(monday, hours, limit, hours <= limit, 0 < len(term_days) < 7, ESA_50)
