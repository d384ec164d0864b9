"""When a worker who left, died, went missing or was transferred may be replaced."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.dates import last_day_of_period
from law.replacements import (
    Replacement,
    replace_carer_missing_from_home,
    replace_carer_missing_on_the_way,
    replace_carer_not_taken_over,
    replace_carer_taken_over,
    replace_deceased,
    replace_departed,
    replace_missing,
)
from law.source import NotInForce
from law.working_days import Deadline

ENDS = date(2028, 12, 31)
Simple = Callable[[date, date], Replacement]
SIMPLE: list[Simple] = [
    replace_departed,
    replace_deceased,
    replace_missing,
    replace_carer_missing_on_the_way,
    replace_carer_taken_over,
    replace_carer_not_taken_over,
    lambda missing_on, permit_ends: replace_carer_missing_from_home(missing_on, missing_on, permit_ends),
]
EVENTS = st.dates(date(2023, 6, 1), date(2028, 1, 1))


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("replace", "event", "opens", "closes", "paragraph"),
    [
        pytest.param(replace_departed, day("03-31"), day("03-31"), day("09-30"), "1", id="left"),
        pytest.param(replace_deceased, day("03-31"), day("03-31"), day("09-30"), "1", id="died"),
        pytest.param(replace_missing, day("01-15"), day("04-15"), day("10-15"), "1", id="missing, factory"),
        pytest.param(
            replace_carer_missing_on_the_way, day("01-31"), day("01-31"), day("07-31"), "2", id="carer, airport"
        ),
        pytest.param(replace_carer_taken_over, day("03-02"), day("03-02"), day("09-02"), "2", id="carer taken over"),
        pytest.param(
            replace_carer_not_taken_over, day("03-02"), day("04-03"), day("10-02"), "2", id="carer not taken over"
        ),
        pytest.param(replace_departed, day("04-04"), day("04-04"), day("10-05"), "1", id="a Sunday moves to Monday"),
    ],
)
def test_article_58_and_24_give_the_window(
    replace: Simple, event: date, opens: date, closes: date, paragraph: str
) -> None:
    answer = replace(event, ENDS)
    assert (answer.opens, answer.closes) == (opens, Deadline(closes, certain=True))
    assert (answer.allowed, answer.works_until) == (True, ENDS)
    assert str(answer.entitled_by) == f"就業服務法第58條第{paragraph}項"
    assert [reading.source.article for reading in answer.readings] == ["24"]


def test_article_58_waits_one_month_for_a_carer_reported_on_the_day_she_went_missing() -> None:
    answer = replace_carer_missing_from_home(day("01-31"), day("01-31"), ENDS)
    assert (answer.opens, answer.closes.day) == (day("02-28"), day("08-28"))


def test_the_act_counts_from_the_notice_and_the_regulation_from_the_event_and_both_are_kept() -> None:
    answer = replace_carer_missing_from_home(day("01-26"), day("01-31"), ENDS)
    act, regulation = answer.readings
    assert (act.source.article, act.opens, act.closes.day) == ("58", day("02-28"), day("08-28"))
    assert (regulation.source.article, regulation.opens, regulation.closes.day) == ("24", day("02-26"), day("08-26"))
    assert (answer.opens, answer.closes) == (act.opens, regulation.closes)
    with pytest.raises(ValueError, match="before being missing"):
        replace_carer_missing_from_home(day("01-31"), day("01-30"), ENDS)


@pytest.mark.parametrize(
    ("notified_on", "opens", "allowed"),
    [
        pytest.param(day("07-28"), day("08-28"), True, id="the two readings share one day"),
        pytest.param(day("07-29"), day("08-29"), False, id="the Act opens when the regulation has closed"),
    ],
)
def test_a_notice_so_late_that_the_readings_share_no_day_allows_nothing(
    notified_on: date, opens: date, allowed: bool
) -> None:
    answer = replace_carer_missing_from_home(day("01-31"), notified_on, ENDS)
    assert (answer.opens, answer.closes.day, answer.allowed) == (opens, day("08-28"), allowed)


@pytest.mark.parametrize(
    ("permit_ends", "allowed"),
    [
        pytest.param(day("09-30"), True, id="exactly six months left"),
        pytest.param(day("09-29"), False, id="a day less"),
        pytest.param(day("08-31"), False, id="five months left"),
        pytest.param(day("03-31"), False, id="nothing left"),
    ],
)
@pytest.mark.parametrize("replace", SIMPLE)
def test_article_58_refuses_under_six_months_of_the_old_permit(
    replace: Simple, permit_ends: date, allowed: bool
) -> None:
    answer = replace(day("03-31"), permit_ends)
    assert answer.allowed is allowed
    assert answer.works_until == permit_ends
    assert str(answer.rest_by) == "就業服務法第58條第3項"


@pytest.mark.parametrize("replace", SIMPLE)
def test_events_before_the_amended_article_are_not_covered(replace: Simple) -> None:
    assert replace(date(2023, 6, 1), ENDS).allowed
    with pytest.raises(NotInForce):
        replace(date(2023, 5, 31), ENDS)


@pytest.mark.parametrize("replace", SIMPLE)
def test_the_rules_answer_for_every_month_until_2028_without_a_gap(replace: Simple) -> None:
    for month in range(2023 * 12 + 5, 2028 * 12):
        event = date(month // 12, month % 12 + 1, 28)
        answer = replace(event, ENDS)
        assert event <= answer.opens < answer.closes.day


@pytest.mark.parametrize("replace", SIMPLE)
@given(one=EVENTS, other=EVENTS, rest=st.integers(0, 1200))
def test_a_later_event_never_closes_earlier_and_a_longer_permit_never_refuses(
    replace: Simple, one: date, other: date, rest: int
) -> None:
    permit_ends = max(one, other) + timedelta(days=rest)
    early, late = (replace(event, permit_ends) for event in sorted((one, other)))
    assert early.opens <= late.opens
    assert early.closes.day <= late.closes.day
    assert early.allowed >= late.allowed
    full = last_day_of_period(max(one, other) + timedelta(days=1), 6)
    assert late.allowed is (permit_ends >= full)
