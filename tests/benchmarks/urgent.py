"""How long after an event is committed LINE gets the first request that tells of it, alone and during a backlog.

`python -m tests.benchmarks.urgent`. As in `bot serve`, one process takes the events and sends; it has core 0, the LINE
stub (TLS, answers after 100 ms) and PostgreSQL share core 1. The events are about people of the backlog itself.
"""

import argparse
import asyncio
import gc
import multiprocessing
import os
import ssl
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import trustme
import uvloop
from sqlalchemy import func, insert, select

from bot import log
from bot.api.feed import Feed
from bot.app import GARBAGE_THRESHOLD
from bot.clock import Clock
from bot.database import Database
from bot.line.client import LineClient
from bot.line.connection import LineConnection
from bot.line.tokens import LongLivedToken
from bot.outbox import Outbox
from locales import LANGUAGES, taipei_day
from models.binding import Binding, Trust
from models.contact import Contact
from models.delivery_hours import DeliveryHours
from models.message import Lane, Message, MessageState
from models.permit import Permit, PermitStatus
from models.quota import RESERVE_PERCENT, Account
from models.reminder import ReminderRules, plan
from models.reminder_calendar import END, newly_due
from models.worker import Worker
from scheduler.composing import compose
from tests.benchmarks.push import KEYS, empty_database, line_stub, postgresql

ALWAYS = DeliveryHours(0, 0, 24)
DAY = timedelta(days=1)
AT_ONCE = 1_000
UNDER_WAY = 1.0
"""Seconds that the backlog runs before the first event."""
PATIENCE = 60.0


@dataclass(frozen=True)
class Run:
    """One measurement."""

    database_url: str
    backlog: int
    people: int
    events: int
    apart: float
    line_url: str
    authority: bytes


@dataclass(frozen=True)
class Sent:
    """When on `time.monotonic` each event was committed, by its message's retry key; and what became of the backlog."""

    committed: dict[str, float]
    reminders_a_second: float
    still_waiting: int


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--backlog", type=int, nargs="+", default=[0, 20_000], help="reminders that are due")
    options.add_argument("--events", type=int, default=200)
    options.add_argument("--apart", type=float, default=0.05, help="seconds between two events")
    options.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    given = options.parse_args()
    heads = ("backlog", "reminders/s", "left after", "p50 s", "p95 s", "p99 s", "max s")
    print(
        f"{given.events} events, one every {given.apart:g} s\n{'database':12}" + "".join(f"{one:>13}" for one in heads)
    )
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, authority = Path(name), trustme.CA()
        for engine in (given.engine,) if given.engine else ("sqlite", "postgresql"):
            server = stack.enter_context(postgresql(folder)) if engine == "postgresql" else None
            for backlog in given.backlog:
                ledger = folder / f"{engine} {backlog}"
                with empty_database(server, folder) as url, line_stub(authority, folder, 0.1, ledger) as line_url:
                    people = max(backlog, 2 * given.events)
                    pem = authority.cert_pem.bytes()
                    run = Run(url, backlog, people, given.events, given.apart, line_url, pem)
                    sent = _in_a_process(run)
                _report(engine, backlog, sent, ledger)


def _report(engine: str, backlog: int, sent: Sent, ledger: Path) -> None:
    reached: dict[str, float] = {}
    for line in ledger.read_text().splitlines():
        at, key = line.split()
        reached.setdefault(key, float(at))
    waits = sorted(reached[key] - committed for key, committed in sent.committed.items())
    figures = [waits[len(waits) * percent // 100] for percent in (50, 95, 99)]
    print(
        f"{engine:12}{backlog:13,}{sent.reminders_a_second:13,.0f}{sent.still_waiting:13,}"
        + "".join(f"{one:13.3f}" for one in (*figures, waits[-1])),
        flush=True,
    )


def _in_a_process(run: Run) -> Sent:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_measure, args=(run, theirs))
    process.start()
    theirs.close()
    sent: Sent = ours.recv()
    process.join()
    return sent


# The bot


def _measure(run: Run, out: Connection) -> None:
    os.sched_setaffinity(0, {0})
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  as long as the process
    log.configure("info")
    database = Database(run.database_url, KEYS)
    database.migrate()
    _fill(database, run.people, run.backlog)
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    out.send(uvloop.run(_tell(database, run)))
    database.close()


async def _tell(database: Database, run: Run) -> Sent:
    clock = Clock()
    trusted = ssl.create_default_context(cadata=run.authority.decode())
    connection = LineConnection(LongLivedToken("benchmark"), api_url=run.line_url, tls=trusted)
    async with LineClient(connection) as line:
        outbox = Outbox(database, clock, line, Account("benchmark", RESERVE_PERCENT), hours=ALWAYS, compose=compose)
        sending = asyncio.create_task(outbox.run())
        await asyncio.sleep(UNDER_WAY)
        began, before = time.monotonic(), _reminders(database, MessageState.SENT)
        committed = await _post_events(database, clock, outbox, run)
        took, after = time.monotonic() - began, _reminders(database, MessageState.SENT)
        still_waiting = _reminders(database, MessageState.PLANNED)
        keys = await _all_told(database, run.events)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    return Sent({keys[number]: at for number, at in committed.items()}, (after - before) / took, still_waiting)


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


def _reminders(database: Database, state: MessageState) -> int:
    with database.reading() as session:
        counted = select(func.count()).where(Message.lane == Lane.REMINDER.value, Message.state == state.value)
        return session.scalars(counted).one()


# The people


def _line_user_id(number: int) -> str:
    return f"U{number:032x}"


def _fill(database: Database, people: int, backlog: int) -> None:
    """So many linked workers, their ids all the same; the first of them must be reminded today."""
    now = Clock().now()
    today = taipei_day(now)
    (due, *_later) = newly_due(END, today - DAY, today)
    for first in range(1, people + 1, AT_ONCE):
        ids = range(first, min(first + AT_ONCE, people + 1))
        with database.writing() as session:
            session.execute(
                insert(Contact),
                [
                    {
                        "id": n,
                        "line_user_id": _line_user_id(n),
                        "language": list(LANGUAGES)[n % len(LANGUAGES)].value,
                        "reachable": True,
                        "created_at": now,
                    }
                    for n in ids
                ],
            )
            session.execute(
                insert(Worker),
                [
                    {
                        "id": n,
                        "worker_ref": f"W{n:06}",
                        "name": "DEMO PERSON",
                        "birth_date": today - 9_000 * DAY,
                        "nationality": "ID",
                        "as_of": now,
                    }
                    for n in ids
                ],
            )
            session.execute(
                insert(Permit),
                [
                    {
                        "id": n,
                        "worker_id": n,
                        "permit_no": f"P-{n:06}",
                        "permit_type": "C",
                        "work": "manufacturing",
                        "employer_name": "DEMO FACTORY",
                        "county": "",
                        "starts_on": today - 700 * DAY,
                        "ends_on": due.first_anchor if n <= backlog else today + 500 * DAY,
                        "status": PermitStatus.ACTIVE.value,
                        "as_of": now,
                    }
                    for n in ids
                ],
            )
            session.execute(
                insert(Binding),
                [
                    {"id": n, "contact_id": n, "worker_id": n, "trust": Trust.CLAIMED.value, "bound_at": now}
                    for n in ids
                ],
            )
    with database.writing() as session:
        plan(session, ReminderRules(ALWAYS, arc_card=False), today - DAY, today, now)
    assert _reminders(database, MessageState.PLANNED) == backlog


if __name__ == "__main__":
    main()
