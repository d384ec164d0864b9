"""On which days public offices in Taiwan work, and to which day a last day on a day off moves.

The government's office calendar (政府行政機關辦公日曆表) is published for one year at a time, about June of the
year before. A year we have not read raises NotInForce: holidays before it is out would be a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from law.dates import IN_FORCE_FROM
from law.source import NotInForce, Source, rule

CHECKED = date(2026, 11, 21)
CALENDAR = Source(
    "紀念日及節日實施條例",  # until 2025-05-29 紀念日及節日實施辦法, with other holidays
    article="8",
    paragraph="",
    url="https://www.dgpa.gov.tw/informationlist?uid=30",
    checked=CHECKED,
)
ART_122 = Source(
    "民法",
    article="122",
    paragraph="",
    url="https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=B0000001&flno=122",
    checked=CHECKED,
)

# Mondays to Fridays on which offices are closed: a holiday, its replacement, or (until 2025) a bridge day.
# 2025 is the calendar as amended in June of that year. 1 May is a day off for offices only from 2026.
_WEEKDAYS_OFF = {
    2022: "01-31 02-01 02-02 02-03 02-04 02-28 04-04 04-05 06-03 09-09 10-10",
    2023: "01-02 01-20 01-23 01-24 01-25 01-26 01-27 02-27 02-28 04-03 04-04 04-05 06-22 06-23 09-29 10-09 10-10",
    2024: "01-01 02-08 02-09 02-12 02-13 02-14 02-28 04-04 04-05 06-10 09-17 10-10",
    2025: "01-01 01-27 01-28 01-29 01-30 01-31 02-28 04-03 04-04 05-30 09-29 10-06 10-10 10-24 12-25",
    2026: "01-01 02-16 02-17 02-18 02-19 02-20 02-27 04-03 04-06 05-01 06-19 09-25 09-28 10-09 10-26 12-25",
    2027: "01-01 02-04 02-05 02-08 02-09 02-10 03-01 04-05 04-06 04-30 06-09 09-15 09-28 10-11 10-25 12-24 12-31",
}
# Saturdays worked in exchange for a bridge day; abolished from 2026.
_SATURDAYS_WORKED = {
    2022: "01-22",
    2023: "01-07 02-04 02-18 03-25 06-17 09-23",
    2024: "02-17",
    2025: "02-08",
}


def _days(table: Mapping[int, str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(f"{year}-{day}") for year, days in table.items() for day in days.split())


WEEKDAYS_OFF = _days(_WEEKDAYS_OFF)
SATURDAYS_WORKED = _days(_SATURDAYS_WORKED)
CERTAIN_FROM = date(min(_WEEKDAYS_OFF), 1, 1)
CERTAIN_UNTIL = date(max(_WEEKDAYS_OFF), 12, 31)


@rule(
    CALENDAR,
    in_force_from=CERTAIN_FROM,
    until=CERTAIN_UNTIL,
    decided_by="day",
    doubt="A county may stop work for a typhoon; that is in no calendar and can only move a last day later.",
)
def is_working_day(day: date) -> bool:
    """Whether public offices are open; a Saturday worked in exchange counts (法務部法律字第099004718號)."""
    if day in SATURDAYS_WORKED:
        return True
    return day.weekday() < 5 and day not in WEEKDAYS_OFF


@rule(ART_122, in_force_from=IN_FORCE_FROM, decided_by="day")
def next_working_day(day: date) -> date:
    """「其期日或其期間之末日，為星期日、紀念日或其他休息日時，以其休息日之次日代之。」

    A working day stays what it is. 行政程序法第48條第4項 says the same of acts before offices, but of a Saturday
    "Monday morning": advise the morning. Raises NotInForce where the way leads into a year without a calendar.
    """
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@dataclass(frozen=True)
class Deadline:
    """The last day, inclusive. Where it is not `certain` the law may allow a later one, never an earlier one."""

    day: date
    certain: bool


def deadline(last_day: date) -> Deadline:
    """The last day moved to a working day, or left where it is when that year's calendar is not known."""
    try:
        return Deadline(next_working_day(last_day), certain=True)
    except NotInForce:
        return Deadline(last_day, certain=False)
