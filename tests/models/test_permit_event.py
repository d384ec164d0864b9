"""What all events of a permit say together does not depend on the order in which they arrived."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.permit import PermitStatus
from models.permit_event import DERIVED, EventKind, PermitEvent, State, fold, in_order

ISSUED, REVOKED, MISSING, SEARCH, WITHDRAWN = (
    EventKind.PERMIT_ISSUED,
    EventKind.PERMIT_REVOKED,
    EventKind.REPORTED_MISSING,
    EventKind.SEARCH_REQUESTED,
    EventKind.MISSING_REPORT_WITHDRAWN,
)
START = datetime(2026, 3, 1, tzinfo=UTC)


def event(
    number: int, kind: EventKind, day: int, sequence: int | None = None, letter: str | None = None
) -> PermitEvent:
    return PermitEvent(
        id=number,
        event_id=f"E{number}",
        kind=kind.value,
        permit_id=1,
        occurred_at=START + timedelta(days=day),
        sequence=sequence,
        letter_no=letter,
    )


def derived(number: int, day: int, ends_on: date = date(2029, 8, 31), facts: str = "f1") -> PermitEvent:
    """What a full file made on that day said of the permit."""
    one = event(number, ISSUED, day)
    one.event_id, one.ends_on = f"{DERIVED}{number}-{facts}", ends_on
    return one


def issued(number: int, day: int, sequence: int | None = None, ends_on: date | None = date(2029, 8, 31)) -> PermitEvent:
    one = event(number, ISSUED, day, sequence, letter=f"L{number}")
    one.ends_on = ends_on
    return one


def kinds(state: State) -> list[EventKind]:
    return [matter.event.what for matter in state.standing]


@st.composite
def two_orders(draw: st.DrawFn) -> tuple[list[PermitEvent], Sequence[PermitEvent]]:
    count = draw(st.integers(0, 7))
    sequenced = draw(st.booleans())
    events = [
        event(
            number,
            draw(st.sampled_from(EventKind)),
            draw(st.integers(0, 4)),
            draw(st.integers(0, 4)) if sequenced or draw(st.booleans()) else None,
            draw(st.sampled_from((None, "L1", "L2"))),
        )
        for number in range(count)
    ]
    events += [
        derived(number, draw(st.integers(0, 4)), facts=draw(st.sampled_from(("f1", "f2"))))
        for number in range(count, count + draw(st.integers(0, 2)))
    ]
    return events, draw(st.permutations(events))


@given(two_orders())
def test_every_order_of_arrival_folds_to_the_same_state(
    orders: tuple[list[PermitEvent], Sequence[PermitEvent]],
) -> None:
    one, other = orders
    assert fold(one) == fold(other)


@given(two_orders())
def test_a_permit_never_stands_both_issued_and_revoked_nor_reported_and_withdrawn(
    orders: tuple[list[PermitEvent], Sequence[PermitEvent]],
) -> None:
    state = fold(orders[0])
    standing = kinds(state)
    assert len(standing) == len(set(standing))
    assert not {ISSUED, REVOKED} <= set(standing)
    assert not (WITHDRAWN in standing and {MISSING, SEARCH} & set(standing))
    assert (WITHDRAWN in standing) == bool(state.withdrawn)
    assert (state.status is PermitStatus.REVOKED) == (REVOKED in standing)


def test_the_senders_sequence_decides_before_the_time() -> None:
    assert fold([event(1, REVOKED, 5, sequence=1), event(2, ISSUED, 1, sequence=2)]).status is PermitStatus.ACTIVE


def test_where_one_has_no_sequence_the_time_decides() -> None:
    assert fold([event(1, REVOKED, 5, sequence=1), event(2, ISSUED, 1)]).status is PermitStatus.REVOKED


def test_the_same_letter_twice_is_one_matter_under_two_names() -> None:
    [matter] = fold([event(2, REVOKED, 3, letter="L1"), event(1, REVOKED, 1, letter="L1")]).standing
    assert matter.event.event_id == "E1"
    assert set(matter.ids) == {1, 2}


def test_a_letter_with_another_day_of_service_is_news() -> None:
    first, second = event(1, REVOKED, 1, letter="L1"), event(2, REVOKED, 2, letter="L1")
    second.served_on = date(2026, 3, 10)
    [matter] = fold([first, second]).standing
    assert matter.events == (second,)


def test_a_withdrawal_takes_back_both_reports_and_names_them() -> None:
    state = fold([event(1, SEARCH, 1), event(2, MISSING, 2), event(3, WITHDRAWN, 3)])
    assert kinds(state) == [WITHDRAWN]
    assert {matter.event.id for matter in state.withdrawn} == {1, 2}


def test_a_withdrawal_before_its_report_has_come_says_nothing() -> None:
    assert kinds(fold([event(3, WITHDRAWN, 3)])) == []


def test_a_new_report_after_a_withdrawal_stands() -> None:
    assert kinds(fold([event(1, MISSING, 1), event(2, WITHDRAWN, 2), event(3, MISSING, 3)])) == [MISSING]


def test_a_withdrawal_does_not_bring_a_revoked_permit_back() -> None:
    state = fold([event(1, MISSING, 1), event(2, REVOKED, 2), event(3, WITHDRAWN, 3)])
    assert state.status is PermitStatus.REVOKED
    assert kinds(state) == [REVOKED, WITHDRAWN]


def test_an_unknown_reason_is_read_in_the_letter() -> None:
    one = event(1, REVOKED, 1)
    one.reason_code = "a_reason_of_next_year"
    assert one.reason.value == "other"


def test_a_full_file_does_not_make_the_time_decide_where_the_sender_has_an_order() -> None:
    events = [event(1, REVOKED, 5, sequence=1), issued(2, 1, sequence=2), derived(3, 3)]
    assert [one.id for one in in_order(events)] == [1, 2, 3]
    assert fold(events).status is PermitStatus.ACTIVE


def test_a_full_file_brings_no_revoked_permit_back() -> None:
    state = fold([event(1, REVOKED, 1), derived(2, 3)])
    assert (state.status, kinds(state)) == (PermitStatus.REVOKED, [REVOKED])


def test_a_revocation_after_a_full_file_ends_what_the_file_said() -> None:
    assert kinds(fold([derived(1, 1), event(2, REVOKED, 2)])) == [REVOKED]


@pytest.mark.parametrize("ends_on", [None, date(2029, 8, 31)])
def test_what_the_feed_tells_after_the_full_file_is_the_same_matter_and_names_the_letter(ends_on: date | None) -> None:
    [matter] = fold([derived(1, 3), issued(2, 5, ends_on=ends_on)]).standing
    assert matter.ids == {1, 2}
    assert matter.event.letter_no == "L2"


def test_another_end_or_much_later_is_news_after_a_full_file() -> None:
    [matter] = fold([derived(1, 3), issued(2, 5, ends_on=date(2030, 8, 31))]).standing
    assert matter.ids == {2}
    [matter] = fold([derived(1, 3), issued(2, 60)]).standing
    assert matter.ids == {2}


def test_after_the_feed_has_told_it_a_second_letter_is_news_again() -> None:
    [matter] = fold([derived(1, 3), issued(2, 4), issued(3, 5)]).standing
    assert matter.ids == {3}


def test_two_full_files_that_say_the_same_are_one_matter_and_two_that_differ_are_news() -> None:
    [matter] = fold([derived(1, 3), derived(2, 4)]).standing
    assert matter.ids == {1, 2}
    [matter] = fold([derived(1, 3), derived(2, 4, facts="f2")]).standing
    assert matter.ids == {2}
