"""The clocks of a transfer: the search, the new permit, the end of a permit, and a care recipient's death."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law import transfers
from law.employer_clocks import Due
from law.employment_permits import transfer_type_b
from law.source import NotInForce, Rule
from law.transfers import (
    Way,
    completion_notified_by,
    completion_permit_applied_for_by,
    completion_transfer,
    death_of_care_recipient_reported_by,
    gives_up_transfer,
    helped_on_after_death_by,
    local_authority_notified_by,
    permit_applied_for_by,
    registered_by,
    search_for_employer,
    transfer_catch_up,
)

DAYS = st.dates(date(2025, 2, 21), date(2027, 9, 30))
REGISTERED = date(2026, 4, 1)


def test_article_11_searches_sixty_days_from_the_day_after_registration() -> None:
    search = search_for_employer(REGISTERED)
    assert search.ends == date(2026, 5, 31)
    assert str(search.source).endswith("工作程序準則第11條第1項")


def test_article_4_has_the_employer_register_her_in_time_and_names_no_number_of_days() -> None:
    assert registered_by(date(2026, 3, 10)).by.day == date(2026, 3, 24)
    assert registered_by(date(2026, 3, 14)).by.day == date(2026, 3, 30), "28 March is a Saturday"
    assert str(registered_by.source).endswith("工作程序準則第4條第2項")
    assert registered_by.doubt is not None
    assert "leaves the days to the ministry" in registered_by.doubt


@pytest.mark.parametrize(
    ("attended", "good_reason", "given_up"),
    [
        pytest.param(True, False, False, id="she came"),
        pytest.param(False, True, False, id="she could not come"),
        pytest.param(False, False, True, id="she stayed away"),
    ],
)
def test_article_10_takes_staying_away_from_the_meeting_without_reason_as_giving_up(
    attended: bool, good_reason: bool, given_up: bool
) -> None:
    assert gives_up_transfer(date(2026, 4, 8), attended=attended, good_reason=good_reason) is given_up
    assert str(gives_up_transfer.source).endswith("第10條第5項")


def test_article_11_lets_more_time_be_asked_for_in_the_last_fourteen_days() -> None:
    search = search_for_employer(REGISTERED)
    assert (search.ask_from_earliest, search.ask_from) == (date(2026, 5, 17), date(2026, 5, 18))
    assert (search.ask_until, search.extended_to) == (date(2026, 5, 31), date(2026, 7, 30))


@pytest.mark.parametrize(
    ("used", "harmed", "ends", "may_ask"),
    [
        pytest.param(0, False, date(2026, 5, 31), True, id="the first sixty days"),
        pytest.param(1, False, date(2026, 7, 30), False, id="extended once: no more"),
        pytest.param(1, True, date(2026, 7, 30), True, id="harmed by the employer's side: again"),
        pytest.param(2, True, date(2026, 9, 28), True, id="and again"),
    ],
)
def test_article_11_extends_once_and_for_who_was_harmed_without_limit(
    used: int, harmed: bool, ends: date, may_ask: bool
) -> None:
    search = search_for_employer(REGISTERED, extensions_used=used, harmed=harmed)
    assert (search.ends, search.may_ask) == (ends, may_ask)


@pytest.mark.parametrize(
    ("way", "permit_by", "notified_by", "article"),
    [
        pytest.param(Way.OFFICE, date(2026, 3, 17), date(2026, 3, 5), "13", id="through the office"),
        pytest.param(Way.TWO_SIDES, date(2026, 3, 17), date(2026, 3, 5), "19", id="worker and new employer"),
        pytest.param(Way.THREE_SIDES, date(2026, 3, 17), date(2026, 3, 5), "19", id="and the former one"),
        pytest.param(Way.RELATIVE, date(2026, 5, 4), date(2026, 5, 4), "19", id="a relative: 1 May is off"),
    ],
)
def test_articles_13_19_and_20_give_the_new_employer_days_to_apply_and_to_notify(
    way: Way, permit_by: date, notified_by: date, article: str
) -> None:
    due = permit_applied_for_by(date(2026, 3, 2), way)
    assert (due.by.day, due.by.certain, due.source.article) == (permit_by, True, article)
    assert local_authority_notified_by(date(2026, 3, 2), way).by.day == notified_by


def test_article_26_ends_a_completion_transfer_fourteen_days_before_the_permit() -> None:
    transfer = completion_transfer(date(2026, 8, 31))
    assert transfer.done_by == date(2026, 8, 17)
    assert (transfer.opens, transfer.last_safe_day) == (date(2026, 5, 1), date(2026, 6, 30))
    assert transfer.leaves_by == date(2026, 8, 31)


@given(DAYS)
def test_article_23_of_the_transfer_rules_opens_the_window_of_article_40(ends_on: date) -> None:
    transfer, window = completion_transfer(ends_on), transfer_type_b(ends_on)
    assert (transfer.opens, transfer.last_safe_day, transfer.leaves_by) == (
        window.opens,
        window.last_safe_day,
        window.closes,
    )
    assert transfer.opens <= transfer.last_safe_day < transfer.done_by < transfer.leaves_by


def test_articles_28_and_29_count_from_the_agreement() -> None:
    assert completion_notified_by(date(2026, 6, 10)).by.day == date(2026, 6, 15), "13 June is a Saturday"
    assert completion_permit_applied_for_by(date(2026, 6, 10)).by.day == date(2026, 6, 25)


@pytest.mark.parametrize(
    ("approved", "earlier", "allowed"),
    [
        pytest.param(True, 0, True, id="approved, the first time"),
        pytest.param(True, 1, False, id="a second time"),
        pytest.param(False, 0, False, id="without approval"),
    ],
)
def test_article_34_lets_a_missed_day_be_made_up_for_once(approved: bool, earlier: int, allowed: bool) -> None:
    made_up = transfer_catch_up(date(2026, 3, 5), approved=approved, earlier_catch_ups=earlier)
    assert (made_up.allowed, made_up.due.by.day) == (allowed, date(2026, 3, 20))
    assert made_up.allows(date(2026, 3, 20)) is allowed
    assert not made_up.allows(date(2026, 3, 21))


def test_a_care_recipients_death_is_reported_in_thirty_days_and_she_is_helped_on_in_fourteen() -> None:
    assert death_of_care_recipient_reported_by(date(2026, 3, 2)).by.day == date(2026, 4, 1)
    assert helped_on_after_death_by(date(2026, 4, 10)).by.day == date(2026, 4, 24)
    assert death_of_care_recipient_reported_by.doubt is not None
    assert "lrsc.wda.gov.tw" in helped_on_after_death_by(date(2026, 4, 10)).source.url


@given(DAYS, DAYS, st.sampled_from(Way))
def test_a_later_event_never_has_an_earlier_last_day(one: date, other: date, way: Way) -> None:
    earlier, later = sorted((one, other))

    def last_days(day: date) -> list[date]:
        dues: list[Due] = [
            permit_applied_for_by(day, way),
            local_authority_notified_by(day, way),
            completion_notified_by(day),
            completion_permit_applied_for_by(day),
            death_of_care_recipient_reported_by(day),
            helped_on_after_death_by(day),
            transfer_catch_up(day, approved=True, earlier_catch_ups=0).due,
        ]
        return [*(due.by.day for due in dues), search_for_employer(day).ends, completion_transfer(day).done_by]

    assert all(before <= after for before, after in zip(last_days(earlier), last_days(later), strict=True))


def test_the_rules_answer_for_every_month_of_their_lives_and_are_silent_before() -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        day = date(month // 12, month % 12 + 1, 15)
        assert search_for_employer(day).ends > day
        assert completion_transfer(day).done_by < day
        assert all(permit_applied_for_by(day, way).by.day > day for way in Way)
    rules = [value for value in vars(transfers).values() if isinstance(value, Rule)]
    own = [found for found in rules if found.__module__ == transfers.__name__]
    assert len(own) == 11
    with pytest.raises(NotInForce):
        search_for_employer(date(2022, 4, 29))
    with pytest.raises(NotInForce):
        completion_transfer(date(2022, 4, 29))
    with pytest.raises(NotInForce):
        death_of_care_recipient_reported_by(date(2025, 2, 20))
    assert death_of_care_recipient_reported_by(date(2025, 2, 21)).by.day > date(2025, 2, 21) + timedelta(days=29)
