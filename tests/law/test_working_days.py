"""The office calendar, checked against official totals and the replacement rules, and the moving of last days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.source import NotInForce
from law.working_days import (
    CERTAIN_FROM,
    CERTAIN_UNTIL,
    SATURDAYS_WORKED,
    WEEKDAYS_OFF,
    Deadline,
    deadline,
    is_working_day,
    next_working_day,
)

ONE_DAY = timedelta(days=1)
LAST_RESOLVED = date(2027, 12, 30)  # 31 December is a day off, and the first Monday of 2028 is not known yet
RESOLVED = st.dates(CERTAIN_FROM, LAST_RESOLVED)
# 紀念日及節日實施條例: holidays of a fixed date on which offices close from 2026
FIXED_HOLIDAYS = ((1, 1), (2, 28), (4, 4), (5, 1), (9, 28), (10, 10), (10, 25), (12, 25))


def days_of(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=number) for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


@pytest.mark.parametrize(("year", "days_off"), [(2022, 115), (2023, 116), (2024, 115), (2026, 120)])
def test_the_year_has_as_many_days_off_as_the_government_announced(year: int, days_off: int) -> None:
    assert sum(not is_working_day(day) for day in days_of(year)) == days_off


def test_only_weekdays_are_listed_as_off_and_only_saturdays_as_worked() -> None:
    assert all(day.weekday() < 5 for day in WEEKDAYS_OFF)
    assert all(day.weekday() == 5 for day in SATURDAYS_WORKED)
    assert max(SATURDAYS_WORKED) < date(2026, 1, 1), "exchanged Saturdays were abolished from 2026"


@pytest.mark.parametrize("year", [2026, 2027])
def test_article_8_gives_a_replacement_before_a_saturday_and_after_a_sunday(year: int) -> None:
    for month, number in FIXED_HOLIDAYS:
        holiday = date(year, month, number)
        assert not is_working_day(holiday), holiday
        if holiday.weekday() == 5:
            assert not is_working_day(holiday - ONE_DAY), f"{holiday} needs its Friday"
        if holiday.weekday() == 6:
            assert not is_working_day(holiday + ONE_DAY), f"{holiday} needs its Monday"


def test_article_8_replaces_a_new_years_day_on_a_saturday_in_the_year_before() -> None:
    assert date(2028, 1, 1).weekday() == 5
    assert not is_working_day(date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2025, 5, 1), True, id="labour day 2025: offices still worked"),
        pytest.param(date(2026, 5, 1), False, id="labour day 2026: off for all"),
        pytest.param(date(2025, 9, 29), False, id="teachers' day 2025, a Sunday: its Monday"),
        pytest.param(date(2024, 9, 28), False, id="teachers' day 2024: off only as a Saturday"),
        pytest.param(date(2023, 9, 28), True, id="teachers' day 2023: not yet a holiday"),
        pytest.param(date(2025, 10, 24), False, id="retrocession day 2025, a Saturday: its Friday"),
        pytest.param(date(2024, 12, 25), True, id="constitution day 2024: not yet a holiday"),
        pytest.param(date(2025, 12, 25), False, id="constitution day 2025"),
        pytest.param(date(2027, 2, 4), False, id="the day before lunar new year's eve 2027"),
        pytest.param(date(2025, 2, 8), True, id="a Saturday worked in exchange"),
        pytest.param(date(2025, 2, 9), False, id="the Sunday after it"),
    ],
)
def test_the_calendar_knows_the_holidays_added_in_2025(day: date, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("last_day", "moved_to"),
    [
        pytest.param(date(2026, 5, 2), date(2026, 5, 4), id="Saturday"),
        pytest.param(date(2027, 1, 1), date(2027, 1, 4), id="new year's Friday"),
        pytest.param(date(2026, 3, 7), date(2026, 3, 9), id="Saturday in March"),
        pytest.param(date(2022, 8, 6), date(2022, 8, 8), id="the ministry's own example"),
        pytest.param(date(2026, 2, 14), date(2026, 2, 23), id="nine days of lunar new year"),
        pytest.param(date(2026, 2, 13), date(2026, 2, 13), id="the working day before them"),
        pytest.param(date(2025, 2, 8), date(2025, 2, 8), id="an exchanged Saturday moves nothing"),
        pytest.param(date(2026, 9, 25), date(2026, 9, 29), id="mid-autumn and teachers' day"),
    ],
)
def test_article_122_moves_a_last_day_to_the_next_working_day(last_day: date, moved_to: date) -> None:
    assert next_working_day(last_day) == moved_to
    assert deadline(last_day) == Deadline(moved_to, certain=True)


@pytest.mark.parametrize(
    "unknown",
    [
        pytest.param(date(2021, 12, 31), id="the day before the first calendar"),
        pytest.param(date(2028, 1, 3), id="a Monday of a year not announced"),
        pytest.param(date(2028, 1, 8), id="a Saturday of a year not announced"),
    ],
)
def test_a_year_without_a_calendar_is_not_guessed(unknown: date) -> None:
    with pytest.raises(NotInForce):
        is_working_day(unknown)
    with pytest.raises(NotInForce):
        next_working_day(unknown)
    assert deadline(unknown) == Deadline(unknown, certain=False)


def test_a_day_off_that_leads_into_an_unknown_year_stays_where_it_is() -> None:
    with pytest.raises(NotInForce):
        next_working_day(CERTAIN_UNTIL)
    assert deadline(CERTAIN_UNTIL) == Deadline(CERTAIN_UNTIL, certain=False)
    assert deadline(LAST_RESOLVED) == Deadline(LAST_RESOLVED, certain=True)


@given(RESOLVED)
def test_a_moved_day_is_the_first_working_day_not_before_it(day: date) -> None:
    moved = next_working_day(day)
    assert is_working_day(moved)
    passed = [day + timedelta(days=number) for number in range((moved - day).days)]
    assert not any(is_working_day(each) for each in passed)
    assert next_working_day(moved) == moved


@given(RESOLVED)
def test_offices_never_close_for_longer_than_ten_days(day: date) -> None:
    assert next_working_day(day) - day <= timedelta(days=10)


def test_the_rules_cite_the_calendar_and_the_civil_code() -> None:
    assert str(is_working_day.source) == "紀念日及節日實施條例第8條"
    assert str(next_working_day.source) == "民法第122條"
    assert (is_working_day.in_force_from, is_working_day.until) == (CERTAIN_FROM, CERTAIN_UNTIL)
