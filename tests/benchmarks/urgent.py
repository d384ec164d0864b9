"""How long after an event is committed LINE gets the first request that tells of it, alone and during a backlog.

`python -m tests.benchmarks.urgent`. As in `bot serve`, one process takes the events and sends; it has core 0, the LINE
stub (TLS, answers after 100 ms) and PostgreSQL share core 1. The events are about people of the backlog itself. It is
reminders that are due, or an announcement, which is planned and sent meanwhile.
"""

import argparse
import asyncio
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import uvloop
from sqlalchemy import func, insert, select

from bot.api.feed import Feed
from bot.broadcast import Broadcasts, said
from bot.clock import Clock
from bot.database import Database
from bot.outbox import Outbox
from locales import taipei_day
from models.announcements.chunk import AnnouncementChunk, ChunkState
from models.binding import Binding, Trust
from models.delivery_hours import DeliveryHours
from models.message import Lane, Message, MessageState
from models.permit import Permit, PermitStatus
from models.quota import RESERVE_PERCENT, Account
from models.reminder import ReminderRules, plan
from models.reminder_calendar import END, newly_due
from models.worker import Worker
from scheduler.composing import compose
from tests.benchmarks import crowd
from tests.benchmarks.alone import alone, filled
from tests.benchmarks.databases import KEYS, empty_database, postgresql
from tests.benchmarks.line_stub import Stub, line_stub

ALWAYS = DeliveryHours(0, 0, 24)
DAY = timedelta(days=1)
AT_ONCE = 1_000
UNDER_WAY = 1.0
"""Seconds that the backlog runs before the first event."""
PATIENCE = 60.0


@dataclass(frozen=True)
class Backlog:
    """What else has to leave: so many reminders, and an announcement to so many."""

    reminders: int = 0
    recipients: int = 0

    def __str__(self) -> str:
        return f"to {self.recipients:,}" if self.recipients else f"{self.reminders:,}"


@dataclass(frozen=True)
class Run:
    """One measurement. So many people can be reported."""

    database_url: str
    backlog: Backlog
    people: int
    events: int
    apart: float
    line: Stub


@dataclass(frozen=True)
class Sent:
    """When on `time.monotonic` each event was committed, by its message's retry key; and what became of the backlog."""

    committed: dict[str, float]
    reminders_a_second: float
    multicasts_a_second: float
    still_waiting: int


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--backlog", type=int, nargs="*", default=[0, 20_000], help="reminders that are due")
    options.add_argument("--recipients", type=int, nargs="*", default=[1_000_000], help="of an announcement")
    options.add_argument("--events", type=int, default=200)
    options.add_argument("--apart", type=float, default=0.05, help="seconds between two events")
    options.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    given = options.parse_args()
    heads = ("backlog", "reminders/s", "multicasts/s", "left after", "p50 s", "p95 s", "p99 s", "max s")
    print(f"{given.events} events, one every {given.apart:g} s")
    print(f"{'database':12}" + "".join(f"{one:>13}" for one in heads))
    backlogs = [Backlog(reminders=n) for n in given.backlog] + [Backlog(recipients=n) for n in given.recipients]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        for engine in (given.engine,) if given.engine else ("sqlite", "postgresql"):
            server = stack.enter_context(postgresql(folder)) if engine == "postgresql" else None
            for backlog in backlogs:
                ledger = folder / f"{engine} {backlog}"
                with empty_database(server, folder) as url, line_stub(folder, ledger=ledger) as line:
                    people = max(backlog.reminders, 2 * given.events)
                    sent = alone(_measure, Run(url, backlog, people, given.events, given.apart, line))
                _report(engine, backlog, sent, ledger)


def _report(engine: str, backlog: Backlog, sent: Sent, ledger: Path) -> None:
    reached: dict[str, float] = {}
    for line in ledger.read_text().splitlines():
        at, key = line.split()
        reached.setdefault(key, float(at))
    waits = sorted(reached[key] - committed for key, committed in sent.committed.items())
    figures = [waits[len(waits) * percent // 100] for percent in (50, 95, 99)]
    print(
        f"{engine:12}{backlog!s:>13}{sent.reminders_a_second:13,.0f}{sent.multicasts_a_second:13,.0f}"
        f"{sent.still_waiting:13,}" + "".join(f"{one:13.3f}" for one in (*figures, waits[-1])),
        flush=True,
    )


def _measure(run: Run) -> Sent:
    database = Database(run.database_url, KEYS)
    database.migrate()
    crowd.people(database, max(run.people, run.backlog.recipients))
    _employ(database, run.people, run.backlog.reminders)
    crowd.analyse(database)
    if run.backlog.recipients:
        crowd.approved(database)
    filled()
    sent = uvloop.run(_tell(database, run))
    database.close()
    return sent


async def _tell(database: Database, run: Run) -> Sent:
    clock = Clock()
    account = Account(crowd.CHANNEL, RESERVE_PERCENT)
    async with run.line.client() as line:
        outbox = Outbox(database, clock, line, account, hours=ALWAYS, compose=compose)
        broadcasts = Broadcasts(database, clock, line, account, said)
        sending = [asyncio.create_task(outbox.run()), asyncio.create_task(broadcasts.run())]
        await asyncio.sleep(UNDER_WAY)
        began, before = time.monotonic(), _progress(database)
        committed = await _post_events(database, clock, outbox, run)
        took, after = time.monotonic() - began, _progress(database)
        keys = await _all_told(database, run.events)
        for one in sending:
            one.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
    return Sent(
        {keys[number]: at for number, at in committed.items()},
        (after.reminders - before.reminders) / took,
        (after.multicasts - before.multicasts) / took,
        after.waiting,
    )


async def _post_events(database: Database, clock: Clock, outbox: Outbox, run: Run) -> dict[int, float]:
    """Three-day reports about so many different people; when that about each was committed."""
    committed: dict[int, float] = {}
    posted = []
    began = time.monotonic()
    chosen = Random(1).sample(range(1, run.people + 1), run.events)

    def post(number: int) -> None:
        event = {
            "event_id": f"E-{number}",
            "kind": "reported_missing",
            "permit_no": f"P-{number:06}",
            "occurred_at": clock.now().isoformat(),
        }

        def wake() -> None:
            committed[number] = time.monotonic()
            outbox.wake()

        (result,) = Feed(database, clock, ReminderRules(ALWAYS), wake).events([event], test=False)
        assert result.status == "recorded", result

    for place, number in enumerate(chosen):
        await asyncio.sleep(began + place * run.apart - time.monotonic())
        posted.append(asyncio.create_task(asyncio.to_thread(post, number)))
    await asyncio.gather(*posted)
    return committed


async def _all_told(database: Database, events: int) -> dict[int, str]:
    """The retry key of each person's message, once LINE has taken them all."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        with database.reading() as session:
            told = select(Message).where(Message.lane == Lane.URGENT.value, Message.sent_at.is_not(None))
            keys = {message.contact_id: str(message.retry_key) for message in session.scalars(told)}
        if len(keys) == events:
            return keys
        await asyncio.sleep(0.5)
    raise SystemExit(f"not everybody was told within {PATIENCE:.0f} s")


@dataclass(frozen=True)
class Progress:
    """Reminders and multicasts that LINE has taken, and how many of both wait."""

    reminders: int
    multicasts: int
    waiting: int


def _progress(database: Database) -> Progress:
    reminders = Message.lane == Lane.REMINDER.value
    with database.reading() as session:
        messages = select(Message.state, func.count()).where(reminders).group_by(Message.state)
        of_messages: dict[str, int] = dict(session.execute(messages).tuples().all())
        chunks = select(AnnouncementChunk.state, func.count()).group_by(AnnouncementChunk.state)
        of_chunks: dict[str, int] = dict(session.execute(chunks).tuples().all())
    return Progress(
        of_messages.get(MessageState.SENT, 0),
        of_chunks.get(ChunkState.SENT, 0),
        of_messages.get(MessageState.PLANNED, 0) + of_chunks.get(ChunkState.PLANNED, 0),
    )


# The people


def _employ(database: Database, people: int, reminders: int) -> None:
    """The first so many contacts are linked workers, their ids all the same; the first of them must be reminded."""
    now = Clock().now()
    today = taipei_day(now)
    (due, *_later) = newly_due(END, today - DAY, today)
    for first in range(1, people + 1, AT_ONCE):
        ids = range(first, min(first + AT_ONCE, people + 1))
        with database.writing() as session:
            session.execute(insert(Worker), [_worker(n, now) for n in ids])
            ends_on = {True: due.first_anchor, False: today + 500 * DAY}
            session.execute(insert(Permit), [_permit(n, ends_on[n <= reminders], now) for n in ids])
            session.execute(insert(Binding), [_binding(n, now) for n in ids])
    with database.writing() as session:
        plan(session, ReminderRules(ALWAYS, arc_card=False), today - DAY, today, now)
    assert _progress(database).waiting == reminders


def _worker(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "worker_ref": f"W{number:06}",
        "name": "DEMO PERSON",
        "birth_date": taipei_day(now) - 9_000 * DAY,
        "nationality": "ID",
        "as_of": now,
    }


def _permit(number: int, ends_on: date, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "worker_id": number,
        "permit_no": f"P-{number:06}",
        "permit_type": "C",
        "work": "manufacturing",
        "employer_name": "DEMO FACTORY",
        "county": "",
        "starts_on": taipei_day(now) - 700 * DAY,
        "ends_on": ends_on,
        "status": PermitStatus.ACTIVE.value,
        "as_of": now,
    }


def _binding(number: int, now: datetime) -> dict[str, Any]:
    return {"id": number, "contact_id": number, "worker_id": number, "trust": Trust.CLAIMED.value, "bound_at": now}


if __name__ == "__main__":
    main()
