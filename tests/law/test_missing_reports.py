"""Three missed days, the employer's notice, contact that undoes a report, and what a reason code means."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.missing_reports import (
    GROUNDS,
    Contact,
    NoticeItem,
    Office,
    ReasonCode,
    employers_notice_due,
    lost_contact,
    may_transfer,
    notice_lacks,
    third_missed_day,
    third_missed_day_at_soonest,
    worker_at_fault,
)
from law.source import NotInForce
from law.working_days import Deadline, is_working_day

DAYS = st.dates(date(2019, 1, 1), date(2029, 12, 31))
MONDAY = date(2026, 3, 2)
WEEKDAYS = [MONDAY + timedelta(days=number) for number in (0, 1, 2, 3, 4, 7, 8, 9)]


def march(*days: int) -> list[date]:
    return [date(2026, 3, day) for day in days]


@pytest.mark.parametrize(
    ("absent_from", "scheduled", "third"),
    [
        pytest.param(MONDAY, march(2, 3, 4), date(2026, 3, 4), id="Monday to Wednesday"),
        pytest.param(MONDAY, march(4, 2, 3, 3), date(2026, 3, 4), id="in any order, and twice"),
        pytest.param(MONDAY, WEEKDAYS, date(2026, 3, 4), id="a longer absence"),
        pytest.param(MONDAY, march(2, 3), None, id="two days"),
        pytest.param(MONDAY, [], None, id="no day on the roster"),
        pytest.param(date(2026, 3, 6), march(6, 9), None, id="Friday, two rest days, Monday: two days"),
        pytest.param(date(2026, 3, 6), march(6, 9, 10), date(2026, 3, 10), id="Friday, Monday, Tuesday"),
        pytest.param(date(2026, 3, 3), march(2, 3, 4), None, id="a day before the absence does not count"),
    ],
)
def test_article_56_counts_three_days_on_which_she_was_to_work(
    absent_from: date, scheduled: list[date], third: date | None
) -> None:
    assert third_missed_day(absent_from, scheduled) == third


@pytest.mark.parametrize(
    ("absent_from", "days_off", "third"),
    [
        pytest.param(MONDAY, (5, 6), date(2026, 3, 4), id="Monday to Wednesday"),
        pytest.param(date(2026, 3, 6), (5, 6), date(2026, 3, 10), id="Friday, weekend, Monday, Tuesday"),
        pytest.param(date(2026, 3, 6), (6,), date(2026, 3, 9), id="Friday, Saturday, Monday"),
        pytest.param(date(2026, 3, 6), (), date(2026, 3, 8), id="no day off"),
        pytest.param(date(2026, 3, 7), (5, 6), date(2026, 3, 11), id="from a day off on"),
        pytest.param(MONDAY, (1, 2, 3, 4, 5, 6), date(2026, 3, 16), id="one day a week"),
        pytest.param(date(2026, 2, 26), (5, 6), date(2026, 3, 2), id="a holiday on Friday would make it later"),
    ],
)
def test_article_56_third_day_at_the_soonest_of_a_fixed_week(
    absent_from: date, days_off: tuple[int, ...], third: date
) -> None:
    assert third_missed_day_at_soonest(absent_from, days_off) == third


def test_a_week_without_a_day_of_work_has_no_third_missed_day() -> None:
    with pytest.raises(ValueError, match="no roster"):
        third_missed_day_at_soonest(MONDAY, range(7))


@pytest.mark.parametrize(
    ("third_missed", "due"),
    [
        pytest.param(date(2026, 3, 4), date(2026, 3, 9), id="absent 2 to 4 March: Saturday to Monday"),
        pytest.param(date(2026, 3, 6), date(2026, 3, 9), id="absent 4 to 6 March: Monday"),
        pytest.param(date(2022, 8, 3), date(2022, 8, 8), id="the ministry's example, 1 to 3 August 2022"),
        pytest.param(date(2026, 3, 3), date(2026, 3, 6), id="within the week"),
        pytest.param(date(2026, 2, 11), date(2026, 2, 23), id="over lunar new year"),
    ],
)
def test_article_56_has_the_employer_notify_within_three_days(third_missed: date, due: date) -> None:
    assert employers_notice_due(third_missed) == Deadline(due, certain=True)


def test_article_56_gives_the_unmoved_day_where_the_calendar_is_unknown() -> None:
    assert employers_notice_due(date(2028, 3, 1)) == Deadline(date(2028, 3, 4), certain=False)


@given(DAYS, DAYS)
def test_a_later_absence_is_never_due_earlier(one: date, other: date) -> None:
    earlier, later = (employers_notice_due(day) for day in sorted((one, other)))
    assert earlier.day <= later.day
    assert earlier.day >= min(one, other) + timedelta(days=3)
    assert not earlier.certain or is_working_day(earlier.day)


def test_article_68_wants_eight_things_told_to_four_offices() -> None:
    complete = notice_lacks(MONDAY, set(NoticeItem), set(Office))
    assert (complete.items, complete.offices) == ((), ())
    assert str(complete.source) == "雇主聘僱外國人許可及管理辦法第68條第3項"
    nothing = notice_lacks(MONDAY, (), ())
    assert (len(nothing.items), len(nothing.offices)) == (8, 4)
    with pytest.raises(NotInForce):
        notice_lacks(date(2022, 4, 29), (), ())


@pytest.mark.parametrize(
    "item",
    [
        "name",
        "sex",
        "age",
        "nationality",
        "entered_on",
        "employment_period",
        "permit_number",
        "residence_card_copy",
    ],
)
def test_article_68_names_what_is_left_out(item: str) -> None:
    left_out = NoticeItem(item)
    assert notice_lacks(MONDAY, set(NoticeItem) - {left_out}, set(Office)).items == (left_out,)


def test_article_56_wants_police_and_immigration_told_and_article_68_the_ministry() -> None:
    assert notice_lacks(MONDAY, set(NoticeItem), {Office.LOCAL_AUTHORITY}).offices == (
        Office.IMMIGRATION,
        Office.POLICE,
        Office.MINISTRY,
    )


@pytest.mark.parametrize(
    ("contacts", "lost"),
    [
        pytest.param([], True, id="nobody was told"),
        pytest.param([Contact(date(2026, 3, 3), True)], False, id="called 1955 on the second day"),
        pytest.param([Contact(date(2026, 3, 2), True)], False, id="the first day"),
        pytest.param([Contact(date(2026, 3, 4), True)], False, id="the third day"),
        pytest.param([Contact(date(2026, 3, 5), True)], True, id="the day after"),
        pytest.param([Contact(date(2026, 3, 1), True)], None, id="the day before may count"),
        pytest.param([Contact(date(2026, 3, 1), False)], True, id="the day before, without the place"),
        pytest.param([Contact(date(2026, 3, 3), False)], True, id="called without saying where she stays"),
        pytest.param([Contact(date(2026, 3, 2), False), Contact(date(2026, 3, 4), True)], False, id="said it later"),
    ],
)
def test_the_order_of_2023_asks_for_a_known_place_within_the_three_days(
    contacts: list[Contact], lost: bool | None
) -> None:
    assert lost_contact(MONDAY, date(2026, 3, 4), contacts) is lost


def test_whom_her_employer_can_reach_has_not_lost_contact() -> None:
    assert lost_contact(MONDAY, date(2026, 3, 4), [], employer_knows_place=True) is False


@pytest.mark.parametrize(
    ("absent_from", "lost"),
    [
        pytest.param(date(2018, 6, 4), False, id="first day of the ruling"),
        pytest.param(date(2023, 5, 16), False, id="last day before the order"),
        pytest.param(date(2023, 5, 17), True, id="first day of the order"),
    ],
)
def test_the_ruling_of_2018_was_content_with_any_contact(absent_from: date, lost: bool) -> None:
    third_missed = absent_from + timedelta(days=2)
    assert lost_contact(absent_from, third_missed, [Contact(third_missed, place_known=False)]) is lost


def test_the_rules_are_silent_before_their_time() -> None:
    with pytest.raises(NotInForce):
        lost_contact(date(2018, 6, 3), date(2018, 6, 5), [])
    with pytest.raises(NotInForce):
        employers_notice_due(date(2013, 12, 26))
    with pytest.raises(NotInForce):
        third_missed_day(date(2013, 12, 26), [])


@given(DAYS, st.lists(st.builds(Contact, DAYS, st.booleans()), max_size=5), st.builds(Contact, DAYS, st.booleans()))
def test_one_more_contact_never_makes_a_worker_lost(day: date, contacts: list[Contact], more: Contact) -> None:
    third_missed = day + timedelta(days=4)
    worst_first = [True, None, False]
    before, after = (lost_contact(day, third_missed, told) for told in (contacts, [*contacts, more]))
    assert worst_first.index(before) <= worst_first.index(after)


def test_every_reason_code_has_a_ground_in_the_employment_service_act() -> None:
    assert set(GROUNDS) == set(ReasonCode)
    uncited = [reason for reason, ground in GROUNDS.items() if ground.source is None]
    assert uncited == [ReasonCode.OTHER]
    assert {ground.source.statute for ground in GROUNDS.values() if ground.source} == {"就業服務法"}


@pytest.mark.parametrize(
    ("code", "at_fault", "transfer", "article"),
    [
        pytest.param("other_employer_work", True, False, "73", id="73(1)"),
        pytest.param("unassigned_work", True, False, "73", id="73(2)"),
        pytest.param("absent_3_days", True, False, "73", id="73(3), absence"),
        pytest.param("contract_ended", None, None, "73", id="73(3), employment ended"),
        pytest.param("health_exam", None, None, "73", id="73(4)"),
        pytest.param("rules_broken", True, False, "73", id="73(5)"),
        pytest.param("law_broken", True, False, "73", id="73(6)"),
        pytest.param("false_data", True, False, "73", id="73(7)"),
        pytest.param("employer_quota", False, True, "72", id="72, quota"),
        pytest.param("employer_violation", False, True, "72", id="72, fault of the employer"),
        pytest.param("employer_died", False, True, "59", id="59(1)1, employer"),
        pytest.param("patient_died", False, True, "59", id="59(1)1, person cared for"),
        pytest.param("emigrated", False, True, "59", id="59(1)1, emigration"),
        pytest.param("vessel_lost", False, True, "59", id="59(1)2"),
        pytest.param("employer_closed", False, True, "59", id="59(1)3, closed"),
        pytest.param("wages_unpaid", False, True, "59", id="59(1)3, wages"),
        pytest.param("not_workers_fault", False, True, "59", id="59(1)4"),
        pytest.param("other", None, None, None, id="must be asked"),
    ],
)
def test_what_a_reason_code_of_the_feed_means(
    code: str, at_fault: bool | None, transfer: bool | None, article: str | None
) -> None:
    reason = ReasonCode(code)
    assert worker_at_fault(reason) is at_fault
    assert may_transfer(reason) is transfer
    source = GROUNDS[reason].source
    assert (source.article if source else None) == article


def test_nobody_at_fault_is_promised_a_transfer_and_nobody_else_is_refused_one() -> None:
    for ground in GROUNDS.values():
        assert (ground.may_transfer is None) == (ground.worker_at_fault is None)
        assert ground.may_transfer is None or ground.may_transfer is not ground.worker_at_fault
