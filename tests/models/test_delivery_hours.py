"""Reminders leave at one hour, and nothing routine leaves at night in Taiwan."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import TAIPEI, taipei_day
from models.delivery_hours import DeliveryHours

HOURS = DeliveryHours()


def taipei(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=TAIPEI)  # type: ignore[arg-type,misc]


def test_a_days_reminders_leave_at_ten_in_taipei() -> None:
    assert HOURS.slot(date(2026, 8, 24)) == datetime(2026, 8, 24, 2, tzinfo=UTC)
    assert DeliveryHours(at=9).slot(date(2026, 8, 24)) == datetime(2026, 8, 24, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (taipei(2026, 8, 24, 0, 0), False),
        (taipei(2026, 8, 24, 8, 59, 59), False),
        (taipei(2026, 8, 24, 9, 0), True),
        (taipei(2026, 8, 24, 19, 59, 59), True),
        (taipei(2026, 8, 24, 20, 0), False),
        (taipei(2026, 8, 24, 23, 59), False),
    ],
    ids=str,
)
def test_nothing_routine_leaves_before_nine_or_from_eight_in_the_evening(at: datetime, allowed: bool) -> None:
    assert HOURS.allow(at) is HOURS.allow(at.astimezone(UTC)) is allowed


@pytest.mark.parametrize(
    ("at", "soonest"),
    [
        (taipei(2026, 8, 24, 0, 5), taipei(2026, 8, 24, 9)),
        (taipei(2026, 8, 24, 8, 59), taipei(2026, 8, 24, 9)),
        (taipei(2026, 8, 24, 12, 34), taipei(2026, 8, 24, 12, 34)),
        (taipei(2026, 8, 24, 20, 0), taipei(2026, 8, 25, 9)),
        (taipei(2026, 12, 31, 23, 59), taipei(2027, 1, 1, 9)),
        (taipei(2028, 2, 28, 22, 0), taipei(2028, 2, 29, 9)),
    ],
    ids=str,
)
def test_what_may_not_leave_now_leaves_in_the_morning(at: datetime, soonest: datetime) -> None:
    assert HOURS.soonest(at) == soonest


def test_a_service_without_a_night_never_waits() -> None:
    always = DeliveryHours(at=0, first=0, last=24)
    for hour in range(24):
        assert always.soonest(taipei(2026, 8, 24, hour)) == taipei(2026, 8, 24, hour)


@pytest.mark.parametrize(("at", "first", "last"), [(8, 9, 20), (20, 9, 20), (10, 20, 9), (10, -1, 20), (10, 9, 25)])
def test_hours_that_contradict_each_other_are_refused(at: int, first: int, last: int) -> None:
    with pytest.raises(ValueError, match="must lie inside"):
        DeliveryHours(at, first, last)


@given(
    st.timedeltas(timedelta(), timedelta(days=7000)).map(lambda later: datetime(2020, 1, 1, tzinfo=UTC) + later),
    st.integers(0, 23),
    st.integers(1, 24),
)
def test_the_soonest_moment_is_allowed_and_never_more_than_a_night_away(at: datetime, first: int, last: int) -> None:
    if first >= last:
        first, last = last - 1, last
    hours = DeliveryHours(first, first, last)
    soonest = hours.soonest(at)
    assert hours.allow(soonest)
    assert timedelta() <= soonest - at < timedelta(hours=24)
    assert hours.allow(hours.slot(taipei_day(at)))
