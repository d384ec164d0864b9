"""What an employer must do by when: recruiting, bringing in, notifying and applying, article by article."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law import employer_clocks
from law.employer_clocks import (
    Due,
    arrival_notice_due,
    domestic_recruitment_ends,
    earlier_recruitment_certificate_due,
    entry_term,
    extended_entry_due,
    lodging_change_notice_due,
    may_catch_up_duty,
    originals_kept_until,
    permit_application_due,
    permit_despite_refusal,
    recruitment_certificate_due,
    skilled_worker_notice_due,
    unpaid_leave_notice_due,
)
from law.source import NotInForce, Rule
from law.working_days import Deadline, is_working_day

REWRITTEN = date(2022, 4, 30)
DAYS = st.dates(REWRITTEN, date(2029, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("clock", "event", "by", "article"),
    [
        pytest.param(unpaid_leave_notice_due, day("03-02"), day("03-05"), "15", id="15: three days"),
        pytest.param(recruitment_certificate_due, day("03-02"), day("03-17"), "20", id="20: fifteen days"),
        pytest.param(earlier_recruitment_certificate_due, day("03-02"), day("05-04"), "21-1", id="21-1: sixty, moved"),
        pytest.param(lodging_change_notice_due, day("05-01"), day("05-08"), "33", id="33: seven days"),
        pytest.param(arrival_notice_due, day("03-02"), day("03-05"), "34", id="34: three days"),
        pytest.param(arrival_notice_due, day("04-30"), day("05-04"), "34", id="34: a Sunday moves to Monday"),
        pytest.param(permit_application_due, day("03-02"), day("03-17"), "36", id="36: fifteen days"),
        pytest.param(skilled_worker_notice_due, date(2025, 3, 3), date(2025, 3, 6), "47", id="47: three days"),
    ],
)
def test_notices_and_applications(clock: Callable[[date], Due], event: date, by: date, article: str) -> None:
    due = clock(event)
    assert due.by == Deadline(by, certain=True)
    assert due.source.article == article


def test_article_7_keeps_the_originals_five_years() -> None:
    assert originals_kept_until(day("03-02")).by == Deadline(date(2031, 3, 2), certain=True)


@pytest.mark.parametrize(
    ("advertised_on", "newspapers_from", "ends"),
    [
        pytest.param(day("03-02"), None, day("03-09"), id="seven days on the national job site"),
        pytest.param(day("03-02"), day("03-02"), day("03-06"), id="three days after two newspaper days"),
        pytest.param(day("03-02"), day("03-04"), day("03-08"), id="the newspapers later"),
        pytest.param(date(2023, 5, 31), None, date(2023, 6, 21), id="last day of the twenty-one days"),
        pytest.param(date(2023, 5, 31), date(2023, 5, 31), date(2023, 6, 16), id="three newspaper days and fourteen"),
        pytest.param(date(2023, 6, 1), None, date(2023, 6, 8), id="first day of the seven days"),
        pytest.param(date(2023, 6, 1), date(2023, 6, 1), date(2023, 6, 5), id="first day of two and three"),
    ],
)
def test_article_17_sets_the_least_domestic_recruitment(
    advertised_on: date, newspapers_from: date | None, ends: date
) -> None:
    assert domestic_recruitment_ends(advertised_on, newspapers_from).by.day == ends


def test_article_17_wants_the_newspapers_along_with_the_advertisement() -> None:
    assert domestic_recruitment_ends(day("03-02"), day("03-01")).by.day == day("03-05")
    with pytest.raises(ValueError, match="along with the advertisement"):
        domestic_recruitment_ends(day("03-02"), day("02-28"))


def test_article_30_counts_the_named_day_where_that_is_the_safe_day() -> None:
    assert entry_term(day("01-10")).enter_by == day("07-09")
    term = entry_term(day("01-15"))
    assert (term.enter_by, term.ask_from) == (day("07-14"), day("06-15"))
    assert term.ask_until == Deadline(day("08-13"), certain=True)
    assert str(term.extension_source) == "雇主聘僱外國人許可及管理辦法第30條第3項"
    assert entry_term(date(2025, 8, 31)).enter_by == day("02-28")
    assert extended_entry_due(day("07-20")).by.day == day("10-19")
    assert extended_entry_due(date(2025, 11, 30)).by.day == day("02-28")


def test_article_37_covers_the_days_up_to_the_refusal() -> None:
    span = permit_despite_refusal(day("03-02"), day("04-20"))
    assert (span.first_day, span.last_day) == (day("03-02"), day("04-20"))
    assert permit_despite_refusal(day("03-02"), day("03-02")).last_day == day("03-02")
    with pytest.raises(ValueError, match="before the employment began"):
        permit_despite_refusal(day("03-02"), day("03-01"))


@pytest.mark.parametrize(
    ("filed_on", "approved_until", "earlier", "allowed"),
    [
        pytest.param(day("03-20"), day("03-31"), 0, True, id="approved"),
        pytest.param(day("03-31"), day("03-31"), 0, True, id="on the last day given"),
        pytest.param(day("04-01"), day("03-31"), 0, False, id="after the last day given"),
        pytest.param(day("03-20"), None, 0, False, id="not approved"),
        pytest.param(day("03-20"), day("03-31"), 1, False, id="a second time"),
        pytest.param(day("03-05"), day("03-31"), 0, False, id="still in time: nothing to catch up"),
    ],
)
def test_article_70_allows_one_catch_up(
    filed_on: date, approved_until: date | None, earlier: int, allowed: bool
) -> None:
    answer = may_catch_up_duty(day("03-05"), filed_on, approved_until=approved_until, earlier_catch_ups=earlier)
    assert answer.allowed is allowed
    assert answer.source.article == "70"


CLOCKS: list[Callable[[date], Due]] = [
    unpaid_leave_notice_due,
    recruitment_certificate_due,
    lodging_change_notice_due,
    arrival_notice_due,
    permit_application_due,
]


@pytest.mark.parametrize("clock", [*CLOCKS, originals_kept_until, domestic_recruitment_ends, extended_entry_due])
def test_no_clock_runs_before_the_rewritten_regulation(clock: Callable[[date], Due]) -> None:
    assert clock(REWRITTEN).by.day > REWRITTEN
    with pytest.raises(NotInForce):
        clock(REWRITTEN - timedelta(days=1))


def test_article_21_1_begins_with_the_amendment_of_2023() -> None:
    assert earlier_recruitment_certificate_due(date(2023, 6, 1)).by.day == date(2023, 7, 31)
    with pytest.raises(NotInForce):
        earlier_recruitment_certificate_due(date(2023, 5, 31))


def test_article_47_ends_with_the_regulation_on_skilled_workers() -> None:
    assert skilled_worker_notice_due(date(2025, 12, 31)).by == Deadline(day("01-05"), certain=True)
    with pytest.raises(NotInForce):
        skilled_worker_notice_due(day("01-01"))


@pytest.mark.parametrize("clock", CLOCKS)
@given(one=DAYS, other=DAYS)
def test_a_later_event_is_never_due_earlier(clock: Callable[[date], Due], one: date, other: date) -> None:
    earlier, later = clock(min(one, other)).by, clock(max(one, other)).by
    assert earlier.day <= later.day
    assert not earlier.certain or is_working_day(earlier.day)


def test_every_clock_answers_for_every_month_until_2028_without_a_gap() -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        event = date(month // 12, month % 12 + 1, 28)
        assert all(clock(event).by.day > event for clock in CLOCKS)
        assert entry_term(event).ask_from < entry_term(event).enter_by < entry_term(event).ask_until.day


def test_every_rule_quotes_the_chinese_text() -> None:
    rules = [value for value in vars(employer_clocks).values() if isinstance(value, Rule)]
    own = [rule for rule in rules if rule.__module__ == employer_clocks.__name__]
    assert len(own) == 13
    assert all("「" in (rule.__doc__ or "") for rule in own)
