"""What one and two `worker` processes on one PostgreSQL do a second, what each process takes, and how large rows are.

`python -m tests.benchmarks.several`. The processes are the real `python -m bot worker`; LINE is a stub that answers
after 100 ms. Nothing is pinned to a core: PostgreSQL, the stub and the workers share what there is.
"""

import argparse
import asyncio
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import uvloop
from sqlalchemy import func, insert, select, text

from bot.clock import Clock
from bot.database import Database
from bot.imports import import_permits
from bot.line.render import render
from bot.made_up import made_up_workers, write_csv
from bot.menus import menu_for
from bot.webhook import parse
from locales import Language, taipei_day
from models import content as contents
from models.binding import Binding
from models.contact import Contact
from models.inbox import InboxEvent, InboxState
from models.message import Lane, Message, MessageState
from models.reminder import ReminderRules
from models.worker import Worker
from tests.benchmarks.databases import KEY, KEYS, empty_database, postgresql
from tests.benchmarks.large_message import reminder

ROOT = Path(__file__).parents[2]
LATENCY = 0.1
AT_ONCE = 1_000
TABLES = ("worker", "identity_number", "permit", "contact", "binding", "message", "inbox_event")
PATIENCE = 300.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=2_000, help="texts to be handled and answered")
    options.add_argument("--pushes", type=int, default=6_000)
    options.add_argument("--people", type=int, default=20_000, help="made-up workers whose rows are weighed")
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    given = options.parse_args()
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the start")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        server = stack.enter_context(postgresql(Path(name), pinned=False))
        line = stack.enter_context(_line())
        for what, count, fill in (("events", given.events, _write), ("pushes", given.pushes, _plan)):
            for workers in given.workers:
                with _database(server, Path(name)) as url:
                    print(f"{what}, {workers} at work: {_measured(url, line, workers, count, fill)}", flush=True)
        with _database(server, Path(name)) as url:
            _weigh(Database(url, KEYS), given.people, Path(name))
    print(f"load average {os.getloadavg()[0]:.1f} at the end")


# Workers at work


@dataclass
class Used:
    """What the processes, and PostgreSQL where it runs on this machine, took meanwhile."""

    pids: Sequence[int]
    connections: Counter[str] = field(default_factory=Counter)
    _servers: dict[int, float] = field(default_factory=dict)

    def look(self, database: Database) -> None:
        """To be repeated: connections come and go."""
        with database.engine.connect() as connection:
            found = connection.execute(text("SELECT pid, application_name FROM pg_stat_activity")).all()
        self._servers |= {pid: _processor_seconds(pid) for pid, _name in found}
        now = Counter(name for _pid, name in found if name.startswith("bot-"))
        self.connections |= now  # the greater of the two

    def seconds(self) -> tuple[float, float]:
        """Processor time so far, of the processes and of PostgreSQL."""
        return sum(map(_processor_seconds, self.pids)), sum(self._servers.values())

    def megabytes(self) -> list[int]:
        status = (Path(f"/proc/{pid}/status").read_text() for pid in self.pids)
        return [int(one.partition("VmRSS:")[2].split()[0]) // 1024 for one in status]


def _processor_seconds(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def _measured(url: str, line: str, workers: int, count: int, fill: Callable[[Database, int], None]) -> str:
    database = Database(url, KEYS)
    with _running(url, line, workers) as pids:
        used = Used(pids)
        fill(database, count)
        used.look(database)
        began, ours, theirs = time.perf_counter(), *used.seconds()
        while (sent := _sent(database)) < count:
            used.look(database)
            if time.perf_counter() - began > PATIENCE:
                raise SystemExit(f"only {sent} of {count} were sent")
            time.sleep(0.1)
        took = time.perf_counter() - began
        ours, theirs = (now - before for now, before in zip(used.seconds(), (ours, theirs), strict=True))
        memory = used.megabytes()
    database.close()
    return (
        f"{count / took:,.0f}/s ({count:,} in {took:.1f} s); processor time each {ours / count * 1e6:,.0f} us, of"
        f" PostgreSQL {theirs / count * 1e6:,.0f} us; {(ours + theirs) / took:.1f} cores; memory {memory} MB;"
        f" at most {sorted(used.connections.values())} connections"
    )


def _sent(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Message.state == MessageState.SENT.value)) or 0


@contextmanager
def _running(url: str, line: str, workers: int) -> Iterator[list[int]]:
    """Their process ids, when they have started and done their first jobs."""
    processes = []
    with ExitStack() as logs, tempfile.TemporaryDirectory() as folder:
        for number in range(workers):
            settings = {
                "BOT_DATABASE_URL": f"{url}{'&' if '?' in url else '?'}application_name=bot-{number}",
                "BOT_KEYS": KEY,
                "BOT_LINE_CHANNEL_SECRET": "a-secret-for-measuring-only",
                "BOT_LINE_CHANNEL_ACCESS_TOKEN": "measuring",
                "BOT_LINE_API_URL": line,
                "BOT_LINE_DATA_URL": line,
                "BOT_QUIET_BEFORE": "0",
                "BOT_QUIET_FROM": "24",
            }
            log = logs.enter_context((Path(folder) / str(number)).open("wb"))
            command = [sys.executable, "-m", "bot", "worker"]
            processes.append(subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=log))
        while not all(b'"started"' in log.read_bytes() for log in Path(folder).iterdir()):
            time.sleep(0.1)
        time.sleep(2)
        try:
            yield [process.pid for process in processes]
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(60)


def _write(database: Database, count: int) -> None:
    """As many people whom we know write a word: a durable event each, as a web keeps it."""
    clock = Clock()
    _people(database, count)
    stamp = int(clock.now().timestamp() * 1000)
    events = [
        {
            "type": "message",
            "message": {"type": "text", "id": str(10**17 + number), "text": "When does it end?"},
            "webhookEventId": f"E{number:025}",
            "timestamp": stamp,
            "source": {"type": "user", "userId": f"U{number:032x}"},
            "replyToken": uuid4().hex,
            "mode": "active",
        }
        for number in range(count)
    ]
    rows = parse(orjson.dumps({"events": events}), clock.now()) or []
    with database.writing() as session:
        session.execute(insert(InboxEvent), rows)


def _plan(database: Database, count: int) -> None:
    """A message as large as a reminder to each of as many people, all due."""
    _people(database, count)
    _messages(database, count, MessageState.PLANNED, None)


# Rows


def _weigh(database: Database, people: int, folder: Path) -> None:
    """Bytes on disk of a row of each table, indexes and all, after the import and as service leaves them."""
    today = taipei_day(Clock().now())
    write_csv(folder / "permits.csv", made_up_workers(people, seed=1, today=today))
    began = time.perf_counter()
    assert import_permits(database, folder / "permits.csv", ReminderRules(), Clock()).saved
    print(f"{people:,} permits imported in {time.perf_counter() - began:.1f} s")
    _people(database, people)
    with database.writing() as session:
        contacts = session.scalars(select(Contact.id).order_by(Contact.id)).all()
        workers = session.scalars(select(Worker.id).order_by(Worker.id)).all()
        links = [
            {"contact_id": contact, "worker_id": worker, "trust": "claimed", "bound_at": Clock().now()}
            for contact, worker in zip(contacts, workers, strict=False)
        ]
        session.execute(insert(Binding), links)
    frozen = orjson.dumps(render(reminder(), Language.ID))
    _messages(database, people, MessageState.SENT, frozen)
    _write(database, people)
    with database.writing() as session:
        session.execute(text("UPDATE inbox_event SET state = :done, raw = NULL"), {"done": InboxState.DONE.value})
    print(f"{'table':22}{'rows':>10}{'bytes a row':>14}{'of it indexes':>15}")
    _print_weights(database, TABLES)
    with database.writing() as session:
        session.execute(text("UPDATE message SET content = NULL, body = NULL"))
    _print_weights(database, ("message",), ", forgotten")
    database.close()


def _print_weights(database: Database, tables: Sequence[str], said: str = "") -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM FULL ANALYZE"))
        for table in tables:
            rows, whole, indexes = connection.execute(
                text(f"SELECT count(*), pg_total_relation_size('{table}'), pg_indexes_size('{table}') FROM {table}")
            ).one()
            print(f"{table + said:22}{rows:10,}{whole / rows:14,.0f}{indexes / rows:15,.0f}")


def _people(database: Database, count: int) -> None:
    """Contacts, once, who see the menu that they should."""
    now, menu = Clock().now(), menu_for(Language.ID, bound=False)
    with database.reading() as session:
        if session.scalar(select(Contact.id).limit(1)):
            return
    for first in range(0, count, AT_ONCE):
        people = [
            {"line_user_id": f"U{n:032x}", "language": "id", "reachable": True, "created_at": now, "menu": menu}
            for n in range(first, min(first + AT_ONCE, count))
        ]
        with database.writing() as session:
            session.execute(insert(Contact), people)


def _messages(database: Database, count: int, state: MessageState, body: bytes | None) -> None:
    now = Clock().now()
    with database.reading() as session:
        ids = session.scalars(select(Contact.id).order_by(Contact.id).limit(count)).all()
    common = {
        "what": "permit_ends 2026-08-31 fourteen_days",
        "kind": "permit_ends",
        "lane": Lane.REPLY.value,
        "not_before": now - timedelta(minutes=1),
        "content": contents.to_json(reminder()),
        "body": body,
        "created_at": now,
        "state": state.value,
        "attempts": 0 if body is None else 1,
        "in_doubt": False,
        "sent_at": None if body is None else now,
        "request_id": None if body is None else str(uuid4()),
    }
    with database.writing() as session:  # all at once, so that the clock starts for all of them together
        for first in range(0, len(ids), AT_ONCE):
            session.execute(insert(Message), [{**common, "contact_id": one} for one in ids[first : first + AT_ONCE]])


# What stands around it


@contextmanager
def _database(server: str, folder: Path) -> Iterator[str]:
    """A migrated one of its own."""
    with empty_database(server, folder) as url:
        database = Database(url, KEYS)
        database.migrate()
        database.close()
        yield url


@contextmanager
def _line() -> Iterator[str]:
    """LINE's address: a stub in a process of its own that takes everything, 100 ms later."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{ours.recv()}"
    process.terminate()
    process.join()


def _serve(out: Connection) -> None:
    async def forever() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(_Line, "127.0.0.1", 0, backlog=1024)
        out.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(forever())


class _Line(asyncio.Protocol):
    """Enough of HTTP/1.1 for one request at a time on a kept-alive connection."""

    def __init__(self) -> None:
        self._read = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        length = int((head.lower().partition(b"content-length:")[2] or b"0").split(b"\r\n", 1)[0])
        if end and len(body) >= length:
            self._read = body[length:]
            said = b'{"type":"none"}' if head.startswith(b"GET") else b'{"sentMessages":[{"id":"461230966842064897"}]}'
            asyncio.get_running_loop().call_later(LATENCY, self._answer, said)

    def _answer(self, said: bytes) -> None:
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-line-request-id: %s\r\nContent-Length: %d\r\n\r\n"
        )
        self._transport.write(head % (str(uuid4()).encode(), len(said)) + said)


if __name__ == "__main__":
    main()
