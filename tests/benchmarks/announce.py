"""An announcement to very many people: how long until it is planned, and how fast it leaves; beside it a row for each.

`python -m tests.benchmarks.announce [--recipients 1000000]`. The bot has core 0; the LINE stub (TLS, answers after
100 ms) and PostgreSQL share core 1. The alternative is a message row for each recipient, sent by pushes: so many of
them are planned as `--rows` says, and they leave for as many seconds as `--seconds` says.
"""

import argparse
import asyncio
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import uvloop
from sqlalchemy import func, insert, select, text

from bot.broadcast import Broadcasts
from bot.clock import Clock
from bot.database import Database
from bot.line.render import render
from bot.outbox import Outbox
from bot.sender import Sender
from locales import Language, verbatim
from models import content as contents
from models import schedule
from models.announcements import plan
from models.announcements.announcement import Announcement, AnnouncementState
from models.announcements.chunk import progress
from models.announcements.plan import Due
from models.content import Card, Content
from models.delivery_hours import DeliveryHours
from models.message import Lane, Message
from models.quota import RESERVE_PERCENT, Account
from scheduler.composing import compose
from tests.benchmarks import crowd
from tests.benchmarks.alone import alone, filled
from tests.benchmarks.databases import KEYS, empty_database, postgresql
from tests.benchmarks.line_stub import Stub, line_stub

ALWAYS = DeliveryHours(0, 0, 24)
ACCOUNT = Account(crowd.CHANNEL, RESERVE_PERCENT)
PATIENCE = 120.0


@dataclass(frozen=True)
class Run:
    """One measurement."""

    database_url: str
    recipients: int
    by_rows: bool
    seconds: float
    line: Stub


@dataclass(frozen=True)
class Result:
    """`longest_wait` is that of somebody else who writes all the time."""

    planned_in: float
    a_second: float
    busy: float
    longest_wait: float
    bytes_each: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--recipients", type=int, default=1_000_000)
    options.add_argument("--rows", type=int, default=50_000, help="recipients with a row each")
    options.add_argument("--seconds", type=float, default=5, help="how long those are sent")
    options.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    given = options.parse_args()
    heads = ("recipients", "planned s", "recipients/s", "core used", "others wait s", "bytes each")
    print(f"{'database':12}{'as':8}" + "".join(f"{head:>15}" for head in heads))
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        line = stack.enter_context(line_stub(folder))
        for engine in (given.engine,) if given.engine else ("sqlite", "postgresql"):
            server = stack.enter_context(postgresql(folder)) if engine == "postgresql" else None
            for by_rows, people in ((False, given.recipients), (True, given.rows)):
                with empty_database(server, folder) as url:
                    result = alone(_measure, Run(url, people, by_rows, given.seconds, line))
                print(
                    f"{engine:12}{'rows' if by_rows else 'chunks':8}{people:15,}{result.planned_in:15.2f}"
                    f"{result.a_second:15,.0f}{result.busy:15.0%}{result.longest_wait:15.2f}{result.bytes_each:15.1f}",
                    flush=True,
                )


def _measure(run: Run) -> Result:
    database = Database(run.database_url, KEYS)
    database.migrate()
    crowd.people(database, run.recipients)
    crowd.analyse(database)
    announcement_id = crowd.approved(database)
    filled()
    before = _size(database)
    with _somebody_else(database) as waits:
        began = time.perf_counter()
        (_plan_rows if run.by_rows else _plan_chunks)(database)
        planned_in = time.perf_counter() - began
        bytes_each = (_size(database) - before) / run.recipients
        a_second, busy = uvloop.run(_send(database, run, announcement_id))
    database.close()
    return Result(planned_in, a_second, busy, max(waits), bytes_each)


# Chunks


def _plan_chunks(database: Database) -> None:
    now = Clock().now()
    with database.reading() as session:
        due = plan.next_due(session, now)
    assert due is not None
    wording = {language: orjson.dumps(render(_says(due, language), language)) for language in due.draft.texts.bodies}
    with database.writing() as session:
        assert plan.begin_sending(session, due, wording, now)


def _says(due: Due, language: Language) -> Content:
    body = due.draft.texts.bodies[language]
    return Content((Card(verbatim(body.title), (verbatim(body.text),)),))


# A row for each


def _plan_rows(database: Database) -> None:
    """As reminders are kept: the words sealed in every row, because they may be of a person."""
    now = Clock().now()
    content = contents.to_json(Content((Card(verbatim("Typhoon"), (verbatim(crowd.LETTER),)),)))
    with database.reading() as session:
        last = session.execute(text("SELECT max(id) FROM contact")).scalar_one()
    for first in range(1, last + 1, 1000):
        rows = [
            {
                "contact_id": contact_id,
                "what": "announcement 1",
                "kind": "announcement",
                "lane": Lane.ANNOUNCEMENT.value,
                "not_before": now,
                "content": content,
                "created_at": now,
                "state": "planned",
                "attempts": 0,
                "in_doubt": False,
            }
            for contact_id in range(first, min(first + 1000, last + 1))
        ]
        with database.writing() as session:
            session.execute(insert(Message), rows)


# Sending


async def _send(database: Database, run: Run, announcement_id: int) -> tuple[float, float]:
    """Recipients a second, and the share of its core that the process used."""
    async with run.line.client() as line:
        sender: Sender[object]
        if run.by_rows:
            sender = Outbox(database, Clock(), line, ACCOUNT, hours=ALWAYS, compose=compose)  # type: ignore[assignment]
        else:
            sender = Broadcasts(database, Clock(), line, ACCOUNT, _says)  # type: ignore[assignment]
        began, used = time.perf_counter(), time.process_time()
        sending = asyncio.create_task(sender.run())
        if run.by_rows:
            await asyncio.sleep(run.seconds)
        else:
            await asyncio.to_thread(_wait_until_done, database, announcement_id)
        took, used = time.perf_counter() - began, time.process_time() - used
        sent = await asyncio.to_thread(_sent, database, run, announcement_id)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    return sent / took, used / took


def _wait_until_done(database: Database, announcement_id: int) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        with database.reading() as session:
            if session.get_one(Announcement, announcement_id).state == AnnouncementState.DONE.value:
                return
        time.sleep(0.1)
    raise SystemExit(f"not everybody was told within {PATIENCE:.0f} s")


def _sent(database: Database, run: Run, announcement_id: int) -> int:
    with database.reading() as session:
        if run.by_rows:
            return session.scalars(select(func.count()).where(Message.state == "sent")).one()
        told = progress(session, announcement_id)
    assert told.accepted == told.recipients == run.recipients, told
    return told.accepted


# What stands around it


@contextmanager
def _somebody_else(database: Database) -> Iterator[list[float]]:
    """Writes all the time, as webhooks do; gives how long each write took."""
    waits: list[float] = []
    over = threading.Event()
    with database.writing() as session:
        schedule.ensure(session, "somebody else", Clock().now())

    def write() -> None:
        while not over.wait(0.02):
            began = time.perf_counter()
            with database.writing() as session:
                schedule.give_back(session, "somebody else", Clock().now())
            waits.append(time.perf_counter() - began)

    thread = threading.Thread(target=write)
    thread.start()
    yield waits
    over.set()
    thread.join()


_SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}


def _size(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text(_SIZE[database.engine.name])).scalar_one())


if __name__ == "__main__":
    main()
