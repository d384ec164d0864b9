"""From what the webhook kept to what is answered: once, in order, one person at a time, and poison set aside."""

import asyncio
import contextlib
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text
from sqlalchemy.exc import OperationalError

from bot.channel import line_client
from bot.clock import Clock
from bot.database import Database
from bot.health import Health
from bot.inbox import Inbox
from bot.menus import Menus
from bot.webhook import Writer, parse
from handlers.context import Reply, Rules
from models import inbox
from models.contact import Contact
from models.inbox import LEASE, TRIES, Claimed, InboxEvent, InboxState
from models.message import Message
from models.secrets import Keyring
from tests.post import ACCOUNT
from tests.town import Phone, Town, free_port, town_settings, wait_until

ANI, BUDI = ("U" + letter * 32 for letter in "ab")
POISON = "poison"


def event(person: str, at: datetime, event_id: str, kind: str = "message", **fields: Any) -> dict[str, Any]:
    """As LINE sends it; a sticker if nothing else is said."""
    if kind == "message":
        fields.setdefault("message", {"type": "sticker", "id": "1", "packageId": "1", "stickerId": "1"})
    return {
        "type": kind,
        "timestamp": int(at.timestamp() * 1000),
        "source": {"type": "user", "userId": person},
        "webhookEventId": event_id,
        "mode": "active",
        "deliveryContext": {"isRedelivery": False},
    } | fields


def said(person: str, at: datetime, event_id: str, words: str) -> dict[str, Any]:
    return event(person, at, event_id, message={"type": "text", "id": f"7{event_id}", "text": words})


def deliver(database: Database, now: datetime, *bodies: Sequence[dict[str, Any]]) -> None:
    """As the webhook does it: each body parsed and committed as a request of its own."""

    async def all_bodies() -> None:
        writer = Writer(database.engine, lambda: None)
        try:
            for events in bodies:
                rows = parse(orjson.dumps({"destination": "U" + "8" * 32, "events": list(events)}), now)
                assert rows is not None
                if rows:
                    await writer.keep(rows)
        finally:
            await writer.stop()

    asyncio.run(all_bodies())


@dataclass
class Watch:
    """Who was handled when; more than one of a person at once is what must never be."""

    order: list[str] = field(default_factory=list)
    busy: Counter[str] = field(default_factory=Counter)
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def handling(self, person: str, event_id: str) -> Iterator[None]:
        with self.lock:
            self.busy[person] += 1
            self.most = max(self.most, *self.busy.values())
        try:
            yield
        finally:
            with self.lock:
                self.busy[person] -= 1
                self.order.append(event_id)


class WatchedInbox(Inbox):
    """The real one, seen at work; a message that says POISON fails, as a fault of ours would."""

    watch: Watch
    takes = 0.0

    def _answer(self, claimed: Claimed, profile_language: str | None) -> tuple[Reply | None, str | None]:
        with self._database.reading() as session:
            kept = session.get_one(InboxEvent, claimed.id)
            raw = orjson.loads(kept.raw or b"{}")
        with self.watch.handling(claimed.line_user_id, kept.webhook_event_id):
            time.sleep(self.takes)
            if POISON in orjson.dumps(raw.get("message")).decode():
                raise ZeroDivisionError(POISON)
            return super()._answer(claimed, profile_language)


@asynccontextmanager
async def opened(database: Database, clock: Clock, watch: Watch | None = None) -> AsyncIterator[WatchedInbox]:
    """An inbox whose LINE is out of reach: the answers are rows all the same."""
    async with line_client(town_settings(database.url, free_port(), line_channel_access_token="t")) as line:
        made = WatchedInbox(database, clock, line, Menus(database, line), Rules(), lambda: None)
        made.watch = watch or Watch()
        yield made


async def handle_all(one: Inbox, clock: Clock, patience: int = 50) -> None:
    """Until nothing is open any more; the clock is moved past every wait."""
    for _ in range(patience):
        if not await one.handle_waiting():
            with one._database.reading() as session:
                if inbox.oldest_open(session) is None:
                    return
            clock.ahead += timedelta(seconds=5)
    raise AssertionError("events are still open")


def run_all(database: Database, clock: Clock, watch: Watch | None = None) -> Watch:
    """Handle everything with one process; who was handled, in order."""

    async def whole() -> Watch:
        async with opened(database, clock, watch) as one:
            await handle_all(one, clock)
            return one.watch

    return asyncio.run(whole())


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {row.webhook_event_id: row.state for row in session.scalars(select(InboxEvent))}


def contact(database: Database, person: str) -> Contact:
    with database.reading() as session:
        return session.scalars(select(Contact).filter_by(line_user_id=person)).one()


def replies(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(Message.what)))


@pytest.fixture
def clock(now: datetime) -> Clock:
    clock = Clock()
    clock.move(now)
    return clock


def test_each_event_is_answered_once_however_often_it_is_delivered(
    database: Database, clock: Clock, now: datetime
) -> None:
    hello = event(ANI, now, "A")
    again = hello | {"deliveryContext": {"isRedelivery": True}}
    deliver(database, now, [hello, hello], [again])
    run_all(database, clock)
    deliver(database, now, [again], [hello])
    assert run_all(database, clock).order == []
    assert replies(database) == ["reply A"]
    assert states(database) == {"A": "done"}


def test_unknown_events_are_done_with_and_not_answered(database: Database, clock: Clock, now: datetime) -> None:
    strange = event(ANI, now, "A", "holographicWave", wave=[1])
    odd = event(ANI, now, "B", message={"type": "smell", "id": "2"})
    deliver(database, now, [strange, odd, event(ANI, now, "C", "message", message="text", postback=[])])
    run_all(database, clock)
    assert set(states(database).values()) == {"done"}
    assert "reply A" not in replies(database)


def test_one_persons_events_are_handled_in_order_whatever_the_order_of_arrival(
    database: Database, clock: Clock, now: datetime
) -> None:
    made = [event(ANI, now - timedelta(seconds=10 - n), str(n)) for n in range(10)]
    deliver(database, now, made[5:], made[:5][::-1])
    assert run_all(database, clock).order == [str(n) for n in range(10)]


def test_a_late_older_event_does_not_undo_a_newer_one(database: Database, clock: Clock, now: datetime) -> None:
    early, late = now - timedelta(seconds=20), now - timedelta(seconds=10)
    deliver(database, now, [event(ANI, late, "out", "unfollow"), event(BUDI, late, "in", "follow")])
    run_all(database, clock)
    deliver(database, now, [event(ANI, early, "in before", "follow"), event(BUDI, early, "out before", "unfollow")])
    run_all(database, clock)
    assert not contact(database, ANI).reachable
    assert contact(database, BUDI).reachable
    assert replies(database) == ["reply in"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_processes_never_handle_one_person_at_the_same_time(
    database: Database, keyring: Keyring, clock: Clock, now: datetime
) -> None:
    people = [f"U{number:032x}" for number in range(6)]
    made = [event(person, now + timedelta(milliseconds=n), f"{n} of {person}") for n in range(12) for person in people]
    deliver(database, now, made)
    other, watch = Database(database.url, keyring), Watch()

    async def both() -> None:
        async with opened(database, clock, watch) as one, opened(other, clock, watch) as two:
            one.takes = two.takes = 0.005
            loops = [asyncio.create_task(one.run()), asyncio.create_task(two.run())]
            await asyncio.to_thread(wait_until, lambda: len(watch.order) >= len(made), "every event", 60)
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)

    asyncio.run(both())
    other.close()
    assert watch.most == 1
    assert Counter(watch.order) == Counter(one["webhookEventId"] for one in made), "each exactly once"
    for person in people:
        assert [one for one in watch.order if one.endswith(person)] == [f"{n} of {person}" for n in range(12)]
    assert replies(database) == sorted(f"reply {one['webhookEventId']}" for one in made)


def test_poison_is_parked_after_five_tries_and_harms_nobody(
    database: Database, clock: Clock, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(
        database,
        now,
        [
            said(ANI, now, "bad", POISON),
            event(ANI, now + timedelta(seconds=1), "her next"),
            event(BUDI, now, "neighbour"),
        ],
    )
    watch = run_all(database, clock)
    assert watch.order.index("neighbour") <= 1
    assert Counter(watch.order) == {"bad": TRIES, "neighbour": 1, "her next": 1}
    assert watch.order.index("her next") > max(place for place, one in enumerate(watch.order) if one == "bad")
    assert states(database) == {"bad": "parked", "neighbour": "done", "her next": "done"}
    assert replies(database) == ["reply her next", "reply neighbour"]
    with database.reading() as session:
        assert inbox.counts(session) == {"parked": 1, "done": 2}
        (parked,) = session.scalars(select(InboxEvent).filter_by(state=InboxState.PARKED.value))
        assert parked.error is not None
        assert parked.error.startswith("ZeroDivisionError at ")
    assert b'bot_inbox_events{state="parked"} 1.0' in Health(database, clock, ACCOUNT).metrics()
    printed = "".join(capsys.readouterr())
    assert "event_parked" in printed
    assert POISON not in printed, "what she wrote stays out of the log"


def test_what_a_dead_process_held_is_handled_after_its_lease(database: Database, clock: Clock, now: datetime) -> None:
    deliver(database, now, [event(ANI, now, "A"), event(ANI, now, "B"), event(BUDI, now, "C")])
    with database.writing() as session:  # and then it was killed
        assert len(inbox.claim(session, "dead", clock.now(), 10)) == 2

    async def before_and_after() -> None:
        async with opened(database, clock) as one:
            assert await one.handle_waiting() == 0
            clock.ahead += LEASE
            await handle_all(one, clock)
            assert one.watch.order[-1] == "B"

    asyncio.run(before_and_after())
    assert replies(database) == ["reply A", "reply B", "reply C"]
    assert timedelta(seconds=30) >= LEASE


def test_a_process_that_lost_its_lease_meanwhile_changes_nothing(
    database: Database, clock: Clock, now: datetime
) -> None:
    """Paused in the middle (SIGSTOP, a stalled disk) and overtaken: its late answer must not count."""
    deliver(database, now, [event(ANI, now, "A")])

    async def overtaken() -> None:
        async with opened(database, clock) as slow, opened(database, clock) as quick:
            (held,) = slow._claim(10)
            clock.ahead += LEASE
            await handle_all(quick, clock)
            assert slow._answer(held, None) == (None, None)
            assert not slow._failed(held, "too late")

    asyncio.run(overtaken())
    assert (states(database), replies(database)) == ({"A": "done"}, ["reply A"])


def test_the_loop_lives_through_a_database_that_fails(database: Database, clock: Clock, now: datetime) -> None:
    def rename(old: str, new: str) -> None:
        with database.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    async def whole() -> None:
        async with opened(database, clock) as one:
            await asyncio.to_thread(rename, "inbox_event", "elsewhere")
            loop = asyncio.create_task(one.run())
            await asyncio.sleep(1.2)
            assert not loop.done()
            await asyncio.to_thread(rename, "elsewhere", "inbox_event")
            await asyncio.to_thread(wait_until, lambda: replies(database) == ["reply A"], "the answer")
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)

    deliver(database, now, [event(ANI, now, "A")])
    asyncio.run(whole())


class SlowMenus(Menus):
    """LINE takes very long to link a menu, and then something breaks."""

    async def show(self, user_id: str, wanted: str) -> None:
        if user_id == ANI:
            await asyncio.sleep(3)
        raise OperationalError("link", {}, Exception())


def test_a_slow_or_broken_menu_holds_nobody_up(database: Database, clock: Clock, now: datetime) -> None:
    async def whole() -> None:
        async with line_client(town_settings(database.url, free_port(), line_channel_access_token="t")) as line:
            one = Inbox(database, clock, line, SlowMenus(database, line), Rules(), lambda: None)
            loop = asyncio.create_task(one.run())
            await asyncio.to_thread(deliver, database, now, [event(ANI, now, "A")])
            one.wake()
            await asyncio.to_thread(wait_until, lambda: replies(database) == ["reply A"], "her answer")
            for number in range(3):
                await asyncio.to_thread(deliver, database, now, [event(BUDI, now, f"B{number}")])
                one.wake()
            started = time.perf_counter()
            await asyncio.to_thread(wait_until, lambda: len(replies(database)) == 4, "his answers")
            assert time.perf_counter() - started < 2
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)

    asyncio.run(whole())


# Any story, delivered anyhow

KINDS = ("follow", "unfollow", "language:id", "language:th", "language:vi", "unsend", "sticker")


def made_event(kind: str, at: datetime, number: int) -> dict[str, Any]:
    event_id = f"E{number}"
    if kind.startswith("language:"):
        return event(ANI, at, event_id, "postback", postback={"data": kind}, replyToken=f"t{number}")
    if kind == "unsend":
        return event(ANI, at, event_id, "unsend", unsend={"messageId": f"m{number - 1}"})
    if kind == "sticker":
        sticker = {"type": "sticker", "id": f"m{number}", "packageId": "1", "stickerId": "1"}
        return event(ANI, at, event_id, message=sticker, replyToken=f"t{number}")
    return event(ANI, at, event_id, kind, **({"follow": {"isUnblocked": False}} if kind == "follow" else {}))


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[list[list[dict[str, Any]]]]]:
    """A story in its order, and the same as LINE may bring it: rounds of requests of shuffled, repeated events."""
    start = datetime(2026, 3, 11, 3, 0, tzinfo=UTC)
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=7))
    story = [made_event(kind, start + timedelta(seconds=n), n) for n, kind in enumerate(kinds)]
    copies = [
        one | {"deliveryContext": {"isRedelivery": copy > 0}}
        for one in story
        for copy in range(draw(st.integers(1, 5)))
    ]
    shuffled = draw(st.permutations(copies))
    rounds: list[list[list[dict[str, Any]]]] = [[[]]]
    for one in shuffled:
        match draw(st.sampled_from(["same body", "same body", "next body", "next round"])):
            case "next body":
                rounds[-1].append([])
            case "next round":  # everything so far is handled before this arrives
                rounds.append([[]])
        rounds[-1][-1].append(one)
    return story, rounds


def end_of(database: Database, clock: Clock, now: datetime, rounds: list[list[list[dict[str, Any]]]]) -> Any:
    """What is known of her in the end; the database is emptied again."""
    for bodies in rounds:
        deliver(database, now, *bodies)
        run_all(database, clock)
    her = contact(database, ANI)
    known = (her.reachable, her.follow_changed_at, her.language, her.language_chosen_at)
    answered = replies(database)
    with database.writing() as session:
        for table in (Message, InboxEvent, Contact):
            session.execute(delete(table))
    return known, answered


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(deliveries())
def test_any_story_delivered_anyhow_ends_as_if_told_once_in_order(
    database: Database, clock: Clock, now: datetime, told: tuple[Any, Any]
) -> None:
    story, rounds = told
    expected, in_order = end_of(database, clock, now, [[[one]] for one in story])
    known, answered = end_of(database, clock, now, rounds)
    assert known == expected
    assert len(answered) == len(set(answered)), "nothing is answered twice"
    # A late, older follow is not greeted; all else is answered in both worlds.
    assert set(answered) <= set(in_order)
    assert {one for one in in_order if story[int(one.removeprefix("reply E"))]["type"] != "follow"} <= set(answered)


# Through LINE's look-alike


@pytest.fixture
def town(database_url: str, tmp_path: Path, now: datetime) -> Iterator[Town]:
    with Town(database_url, tmp_path, now) as town:
        yield town


def sent_replies(town: Town) -> list[str]:
    """The reply tokens LINE accepted."""
    return [entry["body"]["replyToken"] for entry in town.ledger() if entry["path"] == "/v2/bot/message/reply"]


def switch(town: Town, **switches: Any) -> None:
    town.post("deliveries", switches)


def test_a_person_who_is_delivered_five_times_gets_one_answer(town: Town) -> None:
    switch(town, copies=5)
    phone: Phone = town.phone(language="en")
    phone.follow()
    phone.say("help")
    town.settle()
    tokens = sent_replies(town)
    assert len(tokens) == len(set(tokens)) == 2
