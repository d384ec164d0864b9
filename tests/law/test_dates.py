"""The counting of days and months: month ends, leap days, and the two readings of "N months before"."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law import dates
from law.dates import days_after, days_before, last_day_of_period, months_after, months_before, window_opens

# last day; 4 months before, simple and opening; 2 months likewise; 60, 14, 7 days; 3 months
COUNTED_BACK = """
2026-06-30 2026-02-28 2026-03-01 2026-04-30 2026-05-01 2026-05-01 2026-06-16 2026-06-23 2026-03-30
2026-08-31 2026-04-30 2026-05-01 2026-06-30 2026-07-01 2026-07-02 2026-08-17 2026-08-24 2026-05-31
2026-10-15 2026-06-15 2026-06-16 2026-08-15 2026-08-16 2026-08-16 2026-10-01 2026-10-08 2026-07-15
2026-12-31 2026-08-31 2026-09-01 2026-10-31 2026-11-01 2026-11-01 2026-12-17 2026-12-24 2026-09-30
2027-06-30 2027-02-28 2027-03-01 2027-04-30 2027-05-01 2027-05-01 2027-06-16 2027-06-23 2027-03-30
2028-06-29 2028-02-29 2028-03-01 2028-04-29 2028-04-30 2028-04-30 2028-06-15 2028-06-22 2028-03-29
"""
DAYS = st.dates(date(1960, 1, 1), date(2120, 12, 31))


@pytest.mark.parametrize(
    (
        "ends_on",
        "four_simple",
        "four_opens",
        "two_simple",
        "two_opens",
        "sixty",
        "fourteen",
        "seven",
        "three",
    ),
    [
        pytest.param(*map(date.fromisoformat, row.split()), id=row.split()[0])
        for row in COUNTED_BACK.strip().splitlines()
    ],
)
def test_counting_back_from_the_last_day_of_a_permit(
    ends_on: date,
    four_simple: date,
    four_opens: date,
    two_simple: date,
    two_opens: date,
    sixty: date,
    fourteen: date,
    seven: date,
    three: date,
) -> None:
    assert (months_before(ends_on, 4), window_opens(ends_on, 4)) == (four_simple, four_opens)
    assert (months_before(ends_on, 2), window_opens(ends_on, 2)) == (two_simple, two_opens)
    assert [days_before(ends_on, days) for days in (60, 14, 7)] == [sixty, fourteen, seven]
    assert months_before(ends_on, 3) == three


def test_the_health_authoritys_own_example_of_counting_back() -> None:
    assert window_opens(date(2017, 8, 1), 5) == date(2017, 3, 2)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param(date(2025, 8, 31), 6, date(2026, 2, 28), id="no 31 February"),
        pytest.param(date(2025, 8, 31), 30, date(2028, 2, 29), id="leap year"),
        pytest.param(date(2025, 12, 1), 1, date(2026, 1, 1), id="over the year's end"),
        pytest.param(date(2024, 2, 29), 12, date(2025, 2, 28), id="a year after a leap day"),
        pytest.param(date(2026, 1, 15), 6, date(2026, 7, 15), id="an ordinary day"),
    ],
)
def test_counting_months_forward(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


@pytest.mark.parametrize(
    ("first_day", "months", "last_day"),
    [
        pytest.param(date(2026, 1, 1), 6, date(2026, 6, 30), id="calendar months"),
        pytest.param(date(2026, 1, 15), 6, date(2026, 7, 14), id="the day before the corresponding day"),
        pytest.param(date(2025, 8, 31), 6, date(2026, 2, 28), id="no corresponding day, so the month's last"),
        pytest.param(date(2025, 9, 1), 6, date(2026, 2, 28), id="a day later, the same end"),
    ],
)
def test_a_period_that_includes_its_first_day(first_day: date, months: int, last_day: date) -> None:
    assert last_day_of_period(first_day, months) == last_day


@given(DAYS, st.integers(0, 60))
def test_going_back_and_forward_never_passes_the_day_and_loses_at_most_three(day: date, months: int) -> None:
    assert timedelta(0) <= day - months_after(months_before(day, months), months) <= timedelta(days=3)


@given(DAYS, DAYS, st.integers(0, 60))
def test_a_later_day_never_counts_to_an_earlier_one(one: date, other: date, number: int) -> None:
    earlier, later = sorted((one, other))
    for count in (months_before, window_opens, months_after, last_day_of_period, days_before, days_after):
        assert count(earlier, number) <= count(later, number), count.__name__


@given(DAYS, st.integers(1, 60))
def test_a_window_opens_the_day_after_the_simple_reading(day: date, months: int) -> None:
    assert window_opens(day, months) - months_before(day, months) == timedelta(days=1)


def test_every_counting_rule_cites_the_civil_code() -> None:
    rules = (months_before, window_opens, months_after, last_day_of_period, days_before, days_after)
    assert {counting.source.statute for counting in rules} == {"民法"}
    assert {counting.source.article for counting in rules} == {"120", "121", "123"}
    assert all(counting.in_force_from == dates.IN_FORCE_FROM for counting in rules)
