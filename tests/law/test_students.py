"""A student's permit and her hours: twenty a week in term, all jobs together, any number in vacation."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.source import NotInForce
from law.students import Shift, Vacation, longest_student_permit, student_week

MONDAY = date(2026, 3, 9)
SUMMER = Vacation(date(2026, 7, 1), date(2026, 8, 31))


def shifts(first_day: date, *hours: str) -> list[Shift]:
    return [Shift(first_day + timedelta(days=number), Fraction(each)) for number, each in enumerate(hours)]


@pytest.mark.parametrize(
    ("week", "worked", "hours", "within"),
    [
        pytest.param(MONDAY, ("8", "8", "4"), "20", True, id="20 hours in term"),
        pytest.param(MONDAY, ("8", "8", "4.5"), "20.5", False, id="20.5 hours in term"),
        pytest.param(MONDAY, ("12", "9"), "21", False, id="two jobs, 12 and 9"),
        pytest.param(MONDAY, (), "0", True, id="no work"),
        pytest.param(date(2026, 7, 13), ("9", "9", "9", "9", "9"), "0", True, id="45 hours in July"),
    ],
)
def test_article_50_allows_twenty_hours_a_week_in_term(
    week: date, worked: tuple[str, ...], hours: str, within: bool
) -> None:
    answer = student_week(week, shifts(week, *worked), [SUMMER])
    assert (answer.term_hours, answer.within, answer.limit) == (Fraction(hours), within, Fraction(20))
    assert not answer.part_vacation
    assert str(answer.source) == "就業服務法第50條"


def test_article_50_counts_two_jobs_on_one_day_together() -> None:
    assert not student_week(MONDAY, [*shifts(MONDAY, "12"), *shifts(MONDAY, "9")], []).within


def test_a_week_runs_from_monday_to_sunday() -> None:
    sunday = MONDAY + timedelta(days=6)
    work = [Shift(MONDAY - timedelta(days=1), Fraction(20)), Shift(sunday, Fraction(20))]
    assert student_week(sunday, [*work, Shift(sunday + timedelta(days=1), Fraction(20))], []).term_hours == 20
    assert student_week(sunday, work, []).monday == MONDAY


def test_a_week_that_is_part_vacation_counts_its_term_days_and_says_so() -> None:
    # 1 July 2026 is a Wednesday: two term days
    week = date(2026, 6, 29)
    answer = student_week(week, shifts(week, "10", "10", "10", "10"), [SUMMER])
    assert (answer.term_hours, answer.within, answer.part_vacation) == (Fraction(20), True, True)
    ends = date(2026, 8, 31)  # a Monday, the last day of vacation
    assert student_week(ends, shifts(ends, "10", "21"), [SUMMER]).term_hours == 21


@pytest.mark.parametrize(
    ("starts_on", "ends_by", "months"),
    [
        pytest.param(date(2023, 10, 1), date(2024, 3, 31), 6, id="six months"),
        pytest.param(date(2024, 8, 27), date(2025, 2, 26), 6, id="last day of six months"),
        pytest.param(date(2024, 8, 28), date(2025, 8, 27), 12, id="first day of a year"),
        pytest.param(date(2026, 3, 1), date(2027, 2, 28), 12, id="a year"),
    ],
)
def test_article_54_limits_the_permit(starts_on: date, ends_by: date, months: int) -> None:
    answer = longest_student_permit(starts_on)
    assert (answer.ends_by, answer.months) == (ends_by, months)


def test_the_rules_are_silent_before_their_time() -> None:
    assert longest_student_permit(date(2022, 4, 30)).months == 6
    assert student_week(date(2015, 6, 19), [], []).limit == 20
    with pytest.raises(NotInForce):
        longest_student_permit(date(2022, 4, 29))
    with pytest.raises(NotInForce):
        student_week(date(2015, 6, 18), [], [])


def test_the_rules_answer_for_every_month_until_2028_without_a_gap() -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        first_day = date(month // 12, month % 12 + 1, 1)
        assert longest_student_permit(first_day).ends_by > first_day
        assert student_week(first_day, shifts(first_day, "21"), []).within is False


SHIFTS = st.builds(
    Shift,
    st.integers(0, 6).map(lambda number: MONDAY + timedelta(days=number)),
    st.integers(0, 24 * 12).map(lambda fives: Fraction(fives, 12)),
)


@given(st.lists(SHIFTS, max_size=7), SHIFTS)
def test_one_more_shift_never_makes_a_week_lawful(worked: list[Shift], more: Shift) -> None:
    before, after = (student_week(MONDAY, all_shifts, []) for all_shifts in (worked, [*worked, more]))
    assert after.term_hours == before.term_hours + more.hours
    assert after.within <= before.within
