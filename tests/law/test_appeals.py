"""Last days of appeals: thirty days, the ten days after a hindrance, and the petition after an objection."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.appeals import appeal_until, late_appeal_until, may_be_stopped, petition_after_objection_until
from law.source import NotInForce
from law.working_days import CERTAIN_FROM, CERTAIN_UNTIL, Deadline, is_working_day

SERVED = st.dates(date(2021, 6, 1), date(2029, 12, 31))


@pytest.mark.parametrize(
    ("served_on", "last_day"),
    [
        pytest.param(date(2026, 3, 10), date(2026, 4, 9), id="an ordinary Thursday"),
        pytest.param(date(2026, 4, 2), date(2026, 5, 4), id="a Saturday"),
        pytest.param(date(2026, 12, 2), date(2027, 1, 4), id="new year's day"),
        pytest.param(date(2026, 4, 1), date(2026, 5, 4), id="labour day, a Friday"),
        pytest.param(date(2026, 1, 15), date(2026, 2, 23), id="lunar new year"),
        pytest.param(date(2025, 1, 9), date(2025, 2, 8), id="a Saturday worked in exchange"),
        pytest.param(date(2024, 1, 30), date(2024, 2, 29), id="leap day"),
    ],
)
def test_article_14_gives_thirty_days_from_the_day_after_service(served_on: date, last_day: date) -> None:
    assert appeal_until(served_on) == Deadline(last_day, certain=True)


@pytest.mark.parametrize(
    "served_on",
    [
        pytest.param(date(2027, 12, 1), id="the last day is the last day off of the last calendar"),
        pytest.param(date(2027, 12, 9), id="the last day is a Saturday of a year not announced"),
        pytest.param(date(2015, 6, 1), id="a year before the first calendar"),
    ],
)
def test_article_14_gives_the_unmoved_day_where_the_calendar_is_unknown(served_on: date) -> None:
    assert appeal_until(served_on) == Deadline(served_on + timedelta(days=30), certain=False)


@given(SERVED, SERVED)
def test_a_later_service_never_ends_earlier(one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    assert appeal_until(earlier).day <= appeal_until(later).day


@given(SERVED)
def test_an_appeal_never_ends_before_thirty_days_and_a_certain_end_is_a_working_day(served_on: date) -> None:
    until = appeal_until(served_on)
    assert until.day >= served_on + timedelta(days=30)
    if until.certain:
        assert CERTAIN_FROM <= until.day <= CERTAIN_UNTIL
        assert is_working_day(until.day)
    else:
        assert until.day == served_on + timedelta(days=30)


@pytest.mark.parametrize(
    ("served_on", "hindrance_ended_on", "last_day"),
    [
        pytest.param(date(2026, 3, 10), date(2026, 5, 11), date(2026, 5, 21), id="ten days"),
        pytest.param(date(2026, 3, 10), date(2026, 5, 13), date(2026, 5, 25), id="ten days to a Saturday"),
        pytest.param(date(2026, 3, 10), date(2026, 4, 10), date(2026, 4, 20), id="a day too late for the appeal"),
        pytest.param(date(2026, 3, 10), date(2026, 4, 9), date(2026, 4, 9), id="ended on the last day"),
        pytest.param(date(2026, 3, 10), date(2026, 3, 20), date(2026, 4, 9), id="ended in time: the ordinary day"),
        pytest.param(date(2026, 3, 10), date(2027, 3, 30), date(2027, 4, 9), id="ten days end with the year"),
        pytest.param(date(2026, 3, 10), date(2027, 4, 1), date(2027, 4, 9), id="the year cuts the ten days"),
        pytest.param(date(2026, 3, 10), date(2027, 6, 1), date(2027, 4, 9), id="after the year it is over"),
        pytest.param(date(2026, 4, 2), date(2027, 4, 30), date(2027, 5, 4), id="the year runs from the moved day"),
        pytest.param(date(2023, 1, 29), date(2024, 2, 25), date(2024, 3, 1), id="cut by a year with a leap day"),
    ],
)
def test_article_15_gives_ten_days_after_the_hindrance_within_a_year(
    served_on: date, hindrance_ended_on: date, last_day: date
) -> None:
    assert late_appeal_until(served_on, hindrance_ended_on) == Deadline(last_day, certain=True)


def test_article_15_says_when_the_calendar_is_unknown() -> None:
    assert late_appeal_until(date(2027, 11, 1), date(2027, 12, 28)) == Deadline(date(2028, 1, 7), certain=False)


@given(SERVED, st.integers(0, 800))
def test_a_late_appeal_is_never_shorter_than_an_appeal_nor_longer_than_a_year_more(served_on: date, wait: int) -> None:
    ordinary = appeal_until(served_on).day
    late = late_appeal_until(served_on, served_on + timedelta(days=wait)).day
    assert ordinary <= late <= ordinary + timedelta(days=366)


@pytest.mark.parametrize(
    ("objected_on", "last_day"),
    [
        pytest.param(date(2026, 3, 10), date(2026, 4, 9), id="an ordinary Thursday"),
        pytest.param(date(2026, 4, 9), date(2026, 5, 11), id="a Saturday"),
    ],
)
def test_article_57_gives_thirty_days_to_send_the_petition(objected_on: date, last_day: date) -> None:
    assert petition_after_objection_until(objected_on) == Deadline(last_day, certain=True)


@pytest.mark.parametrize(
    ("doubtful", "cannot_be_undone", "urgent", "needed", "may"),
    [
        pytest.param(True, False, False, True, True, id="plainly doubtful"),
        pytest.param(False, True, True, False, True, id="harm that cannot be undone, and it is urgent"),
        pytest.param(False, True, False, False, False, id="not urgent"),
        pytest.param(False, False, True, False, False, id="it can be undone"),
        pytest.param(False, True, True, True, False, id="the public needs it"),
    ],
)
def test_article_93_lets_an_office_have_the_decision_wait(
    doubtful: bool, cannot_be_undone: bool, urgent: bool, needed: bool, may: bool
) -> None:
    found = may_be_stopped(
        date(2026, 3, 11),
        plainly_doubtful=doubtful,
        cannot_be_undone=cannot_be_undone,
        urgent=urgent,
        the_public_needs_it=needed,
    )
    assert found is may


def test_articles_14_15_and_57_are_silent_before_the_present_act() -> None:
    before = date(2000, 6, 30)
    with pytest.raises(NotInForce):
        appeal_until(before)
    with pytest.raises(NotInForce):
        late_appeal_until(before, before)
    with pytest.raises(NotInForce):
        petition_after_objection_until(before)


def test_every_rule_cites_the_appeal_act() -> None:
    rules = (appeal_until, late_appeal_until, petition_after_objection_until, may_be_stopped)
    assert [str(each.source) for each in rules] == [
        "訴願法第14條第1項",
        "訴願法第15條第1項",
        "訴願法第57條",
        "訴願法第93條第2項",
    ]
