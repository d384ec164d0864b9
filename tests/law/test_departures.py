"""By when a worker's departure is seen to, and whether and until when it is reported."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.departures import (
    DepartureCause,
    departure_report,
    leave_after_failed_transfer,
    leave_at_expiry,
    leave_when_ordered,
)
from law.source import NotInForce
from law.working_days import Deadline

LEFT = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("cause", "due"),
    [
        pytest.param(DepartureCause.REVOKED, date(2026, 4, 30), id="after revocation"),
        pytest.param(DepartureCause.FAILED_EXAMINATION, date(2026, 4, 30), id="failed examination"),
        pytest.param(DepartureCause.NO_PERMIT, date(2026, 4, 30), id="no permit"),
        pytest.param(DepartureCause.EXPIRY, None, id="on the permit's last day"),
        pytest.param(DepartureCause.VERIFIED_TERMINATION, None, id="verified termination"),
    ],
)
def test_article_69_wants_a_report_within_thirty_days_except_at_expiry_or_verified(
    cause: DepartureCause, due: date | None
) -> None:
    report = departure_report(LEFT, cause)
    assert report.due == (Deadline(due, certain=True) if due else None)
    assert str(report.source) == "雇主聘僱外國人許可及管理辦法第69條第3項"


def test_a_report_due_on_labour_day_moves_past_the_weekend() -> None:
    assert departure_report(date(2026, 4, 1), DepartureCause.REVOKED).due == Deadline(date(2026, 5, 4), certain=True)


def test_article_69_has_her_leave_by_the_permits_last_day() -> None:
    leave = leave_at_expiry(date(2026, 8, 31))
    assert (leave.day, leave.source.paragraph) == (date(2026, 8, 31), "1")


@pytest.mark.parametrize(
    ("ordered_by", "immigration_by", "day"),
    [
        pytest.param(date(2026, 4, 14), None, date(2026, 4, 14), id="the order's day"),
        pytest.param(date(2026, 4, 14), date(2026, 4, 10), date(2026, 4, 10), id="the immigration agency's is earlier"),
        pytest.param(date(2026, 4, 14), date(2026, 4, 20), date(2026, 4, 14), id="the immigration agency's is later"),
        pytest.param(LEFT, None, LEFT, id="at once"),
    ],
)
def test_article_69_has_her_leave_by_the_day_ordered(ordered_by: date, immigration_by: date | None, day: date) -> None:
    assert leave_when_ordered(LEFT, ordered_by, immigration_by).day == day


def test_nobody_is_ordered_to_have_left_already() -> None:
    with pytest.raises(ValueError, match="before the order"):
        leave_when_ordered(LEFT, LEFT - timedelta(days=1))
    with pytest.raises(ValueError, match="before the order"):
        leave_when_ordered(LEFT, LEFT, LEFT - timedelta(days=1))


def test_article_11_of_the_transfer_rules_gives_fourteen_days_after_the_meeting() -> None:
    leave = leave_after_failed_transfer(date(2026, 3, 2))
    assert leave.day == date(2026, 3, 16)
    assert (leave.source.article, leave.source.paragraph) == ("11", "3")


@pytest.mark.parametrize(
    ("on", "articles"),
    [
        pytest.param(date(2025, 12, 31), ["69", "69", "69"], id="last day of the old regulation"),
        pytest.param(date(2026, 1, 1), ["67", "67", "67"], id="first day of the new regulation"),
    ],
)
def test_skilled_workers_have_their_own_article_since_2026(on: date, articles: list[str]) -> None:
    sources = [
        leave_at_expiry(on, is_skilled=True).source,
        leave_when_ordered(on, on, is_skilled=True).source,
        departure_report(on, DepartureCause.REVOKED, is_skilled=True).source,
    ]
    assert [source.article for source in sources] == articles
    assert [source.paragraph for source in sources] == ["1", "2", "3"]
    assert departure_report(on, DepartureCause.REVOKED).source.article == "69"


def test_the_rules_are_silent_before_their_time() -> None:
    first_day = date(2022, 4, 30)
    before = first_day - timedelta(days=1)
    assert leave_at_expiry(first_day).day == leave_when_ordered(first_day, first_day).day == first_day
    with pytest.raises(NotInForce):
        leave_at_expiry(before)
    with pytest.raises(NotInForce):
        leave_when_ordered(before, first_day)
    with pytest.raises(NotInForce):
        departure_report(before, DepartureCause.EXPIRY)
    assert leave_after_failed_transfer(date(2016, 11, 17)).day == date(2016, 12, 1)
    with pytest.raises(NotInForce):
        leave_after_failed_transfer(date(2016, 11, 16))


def test_the_rules_answer_for_every_month_until_2028_without_a_gap() -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        left_on = date(month // 12, month % 12 + 1, 28)
        due = departure_report(left_on, DepartureCause.REVOKED).due
        assert due is not None
        assert due.day > left_on
        assert leave_after_failed_transfer(left_on).day == left_on + timedelta(days=14)


@given(st.dates(date(2022, 4, 30), date(2029, 12, 31)), st.dates(date(2022, 4, 30), date(2029, 12, 31)))
def test_a_later_departure_is_never_reported_earlier(one: date, other: date) -> None:
    early, late = (departure_report(left_on, DepartureCause.NO_PERMIT).due for left_on in sorted((one, other)))
    assert early is not None
    assert late is not None
    assert early.day <= late.day
