"""The inbox table: whose turn it is, leases, parking and forgetting."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from bot.database import Database
from models import inbox
from models.inbox import IDS_KEPT, LEASE, PARKED_RAW_KEPT, TRIES, Claimed, InboxEvent, InboxState

ANI, BUDI, CITRA = ("U" + letter * 32 for letter in "abc")


def add(database: Database, person: str | None, at: datetime, event_id: str, **fields: Any) -> None:
    given: dict[str, Any] = {"received_at": at, "type": "message", "raw": orjson.dumps({"id": event_id})}
    with database.writing() as session:
        session.add(InboxEvent(webhook_event_id=event_id, line_user_id=person, occurred_at=at, **given | fields))


def claim(database: Database, now: datetime, me: str = "me", limit: int = 10) -> list[str]:
    """The ids that LINE gave the claimed events."""
    return [named(database, one) for one in claimed(database, now, me, limit)]


def claimed(database: Database, now: datetime, me: str = "me", limit: int = 10) -> list[Claimed]:
    with database.writing() as session:
        return inbox.claim(session, me, now, limit)


def named(database: Database, one: Claimed) -> str:
    with database.reading() as session:
        return session.get_one(InboxEvent, one.id).webhook_event_id


def finish(database: Database, event_id: str, me: str = "me") -> bool:
    """False when the event is not this process's any more."""
    with database.writing() as session:
        number = session.scalars(select(InboxEvent.id).filter_by(webhook_event_id=event_id)).one()
        row = inbox.still_ours(session, number, me)
        if row is not None:
            inbox.done(row)
        return row is not None


def row(database: Database, event_id: str) -> InboxEvent:
    with database.reading() as session:
        return session.scalars(select(InboxEvent).filter_by(webhook_event_id=event_id)).one()


def test_each_persons_oldest_event_comes_first_and_alone(database: Database, now: datetime) -> None:
    for seconds, person, event_id in [(3, ANI, "a3"), (1, ANI, "a1"), (2, BUDI, "b2"), (2, ANI, "a2")]:
        add(database, person, now + timedelta(seconds=seconds), event_id)
    later = now + timedelta(minutes=1)
    assert claim(database, later) == ["a1", "b2"]
    assert claim(database, later) == []
    assert finish(database, "a1")
    assert claim(database, later) == ["a2"]
    assert finish(database, "a2")
    assert claim(database, later) == ["a3"]


def test_events_of_the_same_moment_keep_the_order_of_arrival(database: Database, now: datetime) -> None:
    for event_id in ("first", "second", "third"):
        add(database, ANI, now, event_id)
    for event_id in ("first", "second", "third"):
        assert claim(database, now) == [event_id]
        assert finish(database, event_id)


def test_an_older_event_that_arrives_late_waits_and_holds_nobody_up(database: Database, now: datetime) -> None:
    add(database, ANI, now, "newer")
    assert claim(database, now) == ["newer"]
    add(database, ANI, now - timedelta(seconds=5), "older")
    add(database, BUDI, now, "neighbour")
    assert claim(database, now, "another process") == ["neighbour"]
    assert finish(database, "newer")
    assert claim(database, now) == ["older"]


def test_no_more_is_claimed_than_was_asked_for(database: Database, now: datetime) -> None:
    for number in range(5):
        add(database, f"U{number:032x}", now + timedelta(seconds=number), str(number))
    assert claim(database, now, limit=2) == ["0", "1"]
    assert claim(database, now, limit=2) == ["2", "3"]


def test_what_nobody_sent_or_what_is_final_is_never_claimed(database: Database, now: datetime) -> None:
    add(database, None, now, "nobody")
    for state in (InboxState.DONE, InboxState.IGNORED, InboxState.PARKED):
        add(database, ANI, now, state.value, state=state.value)
    assert claim(database, now) == []


def test_a_dead_process_loses_its_event_when_the_lease_ends(database: Database, now: datetime) -> None:
    add(database, ANI, now, "a")
    assert claim(database, now, "dead") == ["a"]
    assert claim(database, now + LEASE - timedelta(milliseconds=1), "alive") == []
    assert claim(database, now + LEASE, "alive") == ["a"]
    assert not finish(database, "a", "dead")
    assert finish(database, "a", "alive")


def test_an_event_that_kills_its_process_each_time_is_parked(database: Database, now: datetime) -> None:
    add(database, ANI, now, "deadly")
    add(database, ANI, now + timedelta(seconds=1), "next")
    for death in range(TRIES):
        assert claim(database, now + death * LEASE) == ["deadly"]
    assert claim(database, now + TRIES * LEASE) == ["next"]
    parked = row(database, "deadly")
    assert (parked.state, parked.error, parked.attempts) == ("parked", "ProcessDied", TRIES)


def test_a_failure_is_tried_again_later_and_later_then_parked(database: Database, now: datetime) -> None:
    add(database, ANI, now, "bad")
    add(database, ANI, now, "next")
    waits = []
    for attempt in range(1, TRIES + 1):
        (one,) = claimed(database, now)
        assert named(database, one) == "bad"
        with database.writing() as session:
            event = inbox.still_ours(session, one.id, "me")
            assert event is not None
            assert inbox.failed(event, "ValueError at x.py:1", now) is (attempt == TRIES)
            again = event.lease_until
        if again is not None:
            assert claim(database, again - timedelta(milliseconds=1)) == [], "and nothing of hers overtakes it"
            waits.append(again - now)
            now = again
    assert waits == sorted(waits)
    assert claim(database, now) == ["next"]
    with database.reading() as session:
        assert inbox.counts(session) == {"parked": 1, "leased": 1}


def test_a_handled_event_keeps_its_id_and_nothing_else(database: Database, now: datetime) -> None:
    add(database, ANI, now, "a")
    claim(database, now)
    finish(database, "a")
    handled = row(database, "a")
    assert (handled.state, handled.raw, handled.leased_by, handled.lease_until) == ("done", None, None, None)


def test_the_oldest_open_event_is_told(database: Database, now: datetime) -> None:
    with database.reading() as session:
        assert inbox.oldest_open(session) is None
    add(database, ANI, now, "a", received_at=now + timedelta(seconds=3))
    add(database, BUDI, now, "b", received_at=now + timedelta(seconds=2))
    add(database, CITRA, now, "c", received_at=now, state="parked")
    claim(database, now)
    with database.reading() as session:
        assert inbox.oldest_open(session) == now + timedelta(seconds=2)


@pytest.mark.parametrize("state", [InboxState.NEW, InboxState.PARKED, InboxState.IGNORED])
def test_an_unsent_message_is_erased_wherever_it_waits(database: Database, now: datetime, state: InboxState) -> None:
    message = orjson.dumps({"message": {"id": "77", "text": "words"}})
    for person, event_id in ((ANI, "hers"), (BUDI, "his")):
        add(database, person, now, event_id, raw=message, state=state.value)
    add(database, ANI, now, "another", raw=orjson.dumps({"message": {"id": "78"}}), state=state.value)
    with database.writing() as session:
        inbox.forget_message(session, ANI, "77")
    assert (row(database, "hers").state, row(database, "hers").raw) == ("ignored", None)
    assert row(database, "his").raw == message
    assert row(database, "another").raw is not None


def test_words_are_forgotten_after_a_week_and_ids_after_a_month(database: Database, now: datetime) -> None:
    day = timedelta(days=1)
    for age in (PARKED_RAW_KEPT - day, PARKED_RAW_KEPT, IDS_KEPT - day, IDS_KEPT):
        for state in InboxState:
            person = f"U{age.days:032x}"
            event_id = f"{state.value} {age.days}"
            add(database, person, now - age, event_id, received_at=now - age, state=state.value)
    with database.writing() as session:
        inbox.forget_old(session, now)
    with database.reading() as session:
        left = {event.webhook_event_id: event.raw is not None for event in session.scalars(select(InboxEvent))}
    final = {f"{state} {days}": days == 6 for state in ("done", "ignored", "parked") for days in (6, 7, 29)}
    waiting = {f"{state} {days}": True for state in ("new", "leased") for days in (6, 7, 29, 30)}
    assert left == final | waiting, "what still waits is never thrown away"
