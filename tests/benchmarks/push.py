"""How many personal pushes a second one process on one core keeps, over TLS, with all of the durable bookkeeping.

`python -m tests.benchmarks.push`. The bot has core 0 to itself; the LINE stub and PostgreSQL share core 1.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvloop
from sqlalchemy import func, insert, select

from bot.clock import Clock
from bot.database import Database
from bot.outbox import Outbox
from locales import _
from models import content as contents
from models import rate
from models.contact import Contact
from models.content import Content, words
from models.delivery_hours import DeliveryHours
from models.message import Lane, Message, MessageState
from models.quota import RESERVE_PERCENT, Account
from scheduler.composing import compose
from tests.benchmarks.alone import alone, filled
from tests.benchmarks.databases import KEYS, empty_database, postgresql
from tests.benchmarks.large_message import reminder
from tests.benchmarks.line_stub import Stub, line_stub

CEILING = rate.PER_SECOND["push"] * rate.MARGIN_PERCENT / 100
MOST = 6_000
"""More pushes a second than we expect of anything here: so many messages wait when the measuring starts."""
WARM_UP = 2.0


@dataclass(frozen=True)
class Run:
    """One measurement."""

    database_url: str
    kind: str
    limited: bool
    seconds: float
    line: Stub
    profile: str | None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--latency", type=float, default=0.1, help="seconds the stub takes to answer")
    options.add_argument("--engine", choices=("sqlite", "postgresql"), help="only this one")
    options.add_argument("--kind", choices=("text", "flex"), help="only this one")
    options.add_argument("--unlimited", action="store_true", help="also without the limiter: what is the most?")
    options.add_argument("--profile", help="write a cProfile of the bot's event loop here")
    given = options.parse_args()
    print(f"LINE allows {rate.PER_SECOND['push']:,} pushes/s; our limiter's ceiling is {CEILING:,.0f}/s")
    heads = ("pushes/s", "of ceiling", "of one core", "us CPU each")
    print(f"{'database':12}{'message':9}{'limiter':9}" + "".join(f"{head:>13}" for head in heads))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        line = stack.enter_context(line_stub(Path(folder), given.latency))
        for engine in (given.engine,) if given.engine else ("sqlite", "postgresql"):
            server = stack.enter_context(postgresql(Path(folder))) if engine == "postgresql" else None
            for kind in (given.kind,) if given.kind else ("text", "flex"):
                for limited in (True, False) if given.unlimited else (True,):
                    with empty_database(server, Path(folder)) as url:
                        pushes, busy = alone(_measure, Run(url, kind, limited, given.seconds, line, given.profile))
                    # On a busy machine, or a short run, no mark may have been committed within the time.
                    each = f"{busy / pushes * 1e6:.0f}" if pushes else "none marked"
                    print(
                        f"{engine:12}{kind:9}{'on' if limited else 'off':9}{pushes:13,.0f}{pushes / CEILING:13.2f}"
                        f"{busy:13.0%}{each:>13}",
                        flush=True,
                    )


# The bot


def _measure(run: Run) -> tuple[float, float]:
    """Pushes a second, and the share of its core that the process used."""
    if not run.limited:
        rate.PER_SECOND["push"] = 1_000_000
    database = Database(run.database_url, KEYS)
    database.migrate()
    _fill(database, run.kind, int((CEILING if run.limited else MOST) * (run.seconds + WARM_UP)))
    filled()
    found = uvloop.run(_push(database, run))
    database.close()
    return found


async def _push(database: Database, run: Run) -> tuple[float, float]:
    clock = Clock()
    async with run.line.client() as line:
        account = Account("benchmark", RESERVE_PERCENT)
        outbox = Outbox(database, clock, line, account, hours=DeliveryHours(10, 0, 24), compose=compose)
        pushing = asyncio.create_task(outbox.run())
        await asyncio.sleep(WARM_UP)
        with _profiled(run.profile):
            began_at, began, used = clock.now(), time.perf_counter(), time.process_time()
            await asyncio.sleep(run.seconds)
            ended_at, took, used = clock.now(), time.perf_counter() - began, time.process_time() - used
        pushing.cancel()
        await asyncio.gather(pushing, return_exceptions=True)
    with database.reading() as session:
        sent = session.scalar(select(func.count()).where(Message.sent_at > began_at, Message.sent_at <= ended_at))
        waiting = session.scalar(select(func.count()).where(Message.state == MessageState.PLANNED.value))
    assert sent is not None
    if not run.limited and not waiting:
        raise SystemExit("the messages ran out before the time did: raise MOST")
    return sent / took, used / took


@contextmanager
def _profiled(file: str | None) -> Iterator[None]:
    if file is None:
        yield
        return
    import cProfile

    with cProfile.Profile() as profile:
        yield
    profile.dump_stats(file)


def _fill(database: Database, kind: str, count: int) -> None:
    """So many messages to as many people, all due."""
    now = Clock().now()
    content = contents.to_json({"text": _text, "flex": reminder}[kind]())
    for first in range(1, count + 1, 1000):
        ids = range(first, min(first + 1000, count + 1))
        people = [
            {"id": n, "line_user_id": f"U{n:032x}", "language": "en", "reachable": True, "created_at": now} for n in ids
        ]
        rows = [
            {
                "contact_id": n,
                "what": "benchmark",
                "kind": "benchmark",
                "lane": Lane.REPLY.value,
                "not_before": now - timedelta(minutes=1),
                "content": content,
                "created_at": now,
                "state": MessageState.PLANNED.value,
                "attempts": 0,
                "in_doubt": False,
            }
            for n in ids
        ]
        with database.writing() as session:
            session.execute(insert(Contact), people)
            session.execute(insert(Message), rows)


def _text() -> Content:
    return words(_("If you have no answer about your next permit, call 1955 today. Do not wait until the last day."))


if __name__ == "__main__":
    main()
