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
    must_leave_at_once,
    termination_told_by,
)
from law.employment_permits import PermitType
from law.missing_reports import ReasonCode
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


def test_article_68_has_the_authority_told_of_a_termination_before_she_leaves() -> None:
    told = termination_told_by(date(2026, 3, 31))
    assert (told.day, str(told.source)) == (date(2026, 3, 30), "雇主聘僱外國人許可及管理辦法第68條第2項")


@pytest.mark.parametrize(
    ("reason", "permit_type", "must", "article"),
    [
        pytest.param(None, PermitType.B, True, "74", id="74(1): the permit ran out"),
        pytest.param("absent_3_days", PermitType.B, True, "74", id="74(1): revoked under 73(3)"),
        pytest.param("health_exam", PermitType.C, True, "74", id="74(1): revoked under 73(4)"),
        pytest.param("false_data", PermitType.A, True, "74", id="74(1): revoked under 73(7)"),
        pytest.param("contract_ended", PermitType.B, None, "74", id="73(3): whose fault decides on a transfer"),
        pytest.param("other", PermitType.B, None, "74", id="the letter must be read"),
        pytest.param("employer_quota", PermitType.B, False, "74", id="72 is not the article before"),
        pytest.param("patient_died", PermitType.B, False, "74", id="59 neither"),
        pytest.param(None, PermitType.D, False, "74", id="74(3)1: a student whose permit ran out"),
        pytest.param("other_employer_work", PermitType.D, False, "74", id="74(3)1: a student, 73(1)"),
        pytest.param("rules_broken", PermitType.D, False, "74", id="74(3)1: a student, 73(5)"),
        pytest.param("law_broken", PermitType.D, True, "74", id="74(3)1 ends with 73(5): a student, 73(6)"),
        pytest.param("false_data", PermitType.D, True, "74", id="a student, 73(7)"),
        pytest.param("absent_3_days", PermitType.E, False, "51", id="51(1): type E is outside the article"),
    ],
)
def test_article_74_says_who_must_leave_at_once(
    reason: str | None, permit_type: PermitType, must: bool | None, article: str
) -> None:
    answer = must_leave_at_once(LEFT, ReasonCode(reason) if reason else None, permit_type)
    assert (answer.must, answer.source.article) == (must, article)


def test_article_74_spares_who_passed_a_second_examination_and_nobody_else_for_it() -> None:
    def must(reason: ReasonCode | None) -> bool | None:
        return must_leave_at_once(LEFT, reason, PermitType.B, passed_second_examination=True).must

    assert must(ReasonCode.HEALTH_EXAM) is False
    assert must(ReasonCode.ABSENT_3_DAYS) is True
    assert must(None) is True


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
