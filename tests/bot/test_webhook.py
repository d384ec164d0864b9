"""LINE's door, tried over real HTTP: what is kept, what is refused, and that nothing is acknowledged too early."""

import asyncio
import base64
import hashlib
import hmac
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy import create_engine, make_url, select, text

from bot.app import Service, create_app
from bot.clock import Clock
from bot.database import Database
from bot.webhook import NotKept, Writer, parse, signed
from models.inbox import InboxEvent, InboxState
from models.secrets import Keyring
from tests.town import SECRET, Server, free_port, town_settings, wait_until

CANARY = "Siti-Canary-7731"
PERSON = "U" + "a" * 32
ROOT = Path(__file__).parents[2]


def sign(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def body_of(*events: Any) -> bytes:
    return orjson.dumps({"destination": "U" + "8" * 32, "events": events})


class Door:
    """A web process without a worker, and the database behind it."""

    def __init__(self, database_url: str, keyring: Keyring, now: datetime) -> None:
        self.port, self.now = free_port(), now
        clock = Clock()
        clock.move(now)
        self.app = create_app(town_settings(database_url, self.port), clock, worker=False)
        self.service: Service = self.app.api.state.service
        self.database = Database(database_url, keyring)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20, verify=False)

    def event(self, **fields: Any) -> dict[str, Any]:
        """A text message as LINE sends it; a field given as None is left out."""
        whole = {
            "type": "message",
            "message": {"type": "text", "id": "100001", "quoteToken": "q", "text": "When does it end?"},
            "webhookEventId": uuid4().hex[:26].upper(),
            "deliveryContext": {"isRedelivery": False},
            "timestamp": int(self.now.timestamp() * 1000),
            "source": {"type": "user", "userId": PERSON},
            "replyToken": uuid4().hex,
            "mode": "active",
        } | fields
        return {name: value for name, value in whole.items() if value is not None}

    def post(self, body: bytes, signature: str | None = "", **headers: str) -> int:
        """The status; the answer must say nothing, whatever was sent."""
        if signature is not None:
            headers.setdefault("x-line-signature", signature or sign(body))
        answer = self.http.post("/line/webhook", content=body, headers=headers)
        assert answer.content == b""
        return answer.status_code

    def send(self, *events: Any) -> int:
        return self.post(body_of(*events))

    def rows(self) -> list[InboxEvent]:
        with self.database.reading() as session:
            return list(session.scalars(select(InboxEvent).order_by(InboxEvent.id)))

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]


@pytest.fixture
def door(database_url: str, keyring: Keyring, now: datetime) -> Iterator[Door]:
    opened = Door(database_url, keyring, now)
    with Server(opened.app, opened.port):
        yield opened
    opened.http.close()
    opened.database.close()


# Signatures


@pytest.mark.parametrize(
    ("secret", "body", "signature"),
    [
        (
            "8c570fa6dd201bb328f1c1eac23a96d8",
            '{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}',
            "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=",
        ),
        ("test_secret", '{"hello":"world"}', "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM="),
    ],
)
def test_lines_published_signatures_are_right(secret: str, body: str, signature: str) -> None:
    assert signed(secret.encode(), body.encode(), signature.encode())
    assert not signed(secret.encode(), body.encode() + b"\n", signature.encode())


def test_a_flipped_byte_anywhere_is_refused_and_leaves_no_row(door: Door) -> None:
    body = body_of(door.event())
    signature = sign(body)
    for place in range(0, len(body), 7):
        for bit in (0x01, 0x20):
            other = bytearray(body)
            other[place] ^= bit
            assert door.post(bytes(other), signature) == 401
    for place in range(len(signature)):
        wrong = signature[:place] + ("A" if signature[place] != "A" else "B") + signature[place + 1 :]
        assert door.post(body, wrong) == 401
    assert door.rows() == []


def test_a_missing_empty_or_foreign_signature_is_refused(door: Door) -> None:
    body = body_of(door.event())
    assert door.post(body, None) == 401
    for wrong in ("", "=", sign(body)[:-1], sign(body) + "=", sign(body, "another channel's secret")):
        assert door.post(body, **{"x-line-signature": wrong}) == 401
    answer = door.http.post("/line/webhook", content=body, headers=[(b"x-line-signature", "é".encode())])
    assert answer.status_code == 401
    assert door.rows() == []


def test_the_same_json_written_differently_is_refused(door: Door) -> None:
    body = body_of(door.event())
    spaced = orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2)
    assert door.post(spaced, sign(body)) == 401
    assert door.post(spaced) == 200


@pytest.mark.parametrize("name", ["x-line-signature", "X-Line-Signature", "X-LINE-SIGNATURE", "x-LINE-signature"])
def test_the_header_may_be_written_in_any_case(door: Door, name: str) -> None:
    body = body_of(door.event())
    assert door.post(body, None, **{name: sign(body)}) == 200


# What LINE may send


def test_lines_check_without_events_is_answered(door: Door) -> None:
    assert door.send() == 200
    assert door.post(b'{"events":[]}') == 200
    assert door.rows() == []


def test_unknown_types_and_fields_are_kept_sealed(door: Door) -> None:
    strange = door.event(type="holographicWave", wave={"deep": [CANARY]}, message=None)
    assert door.send(strange) == 200
    (row,) = door.rows()
    assert row.type == "holographicWave"
    assert row.raw is not None
    assert orjson.loads(row.raw) == strange


def test_several_people_in_one_body_are_kept_apart(door: Door) -> None:
    people = [f"U{number:032x}" for number in range(100)]
    assert door.send(*(door.event(source={"type": "user", "userId": person}) for person in people)) == 200
    assert [row.line_user_id for row in door.rows()] == people
    assert set(door.states()) == {InboxState.NEW}


def test_one_odd_event_does_not_lose_the_others(door: Door) -> None:
    odd: list[Any] = [
        None, 7, "text", [], {}, {"type": 5, "source": [], "timestamp": "now", "webhookEventId": 9, "mode": {}},
        door.event(type="nul\0nul", webhookEventId="nul\0nul"), door.event(webhookEventId="x" * 500, type="y" * 500),
        door.event(timestamp=-1), door.event(timestamp=10**15), door.event(timestamp=True),
    ]  # fmt: skip
    assert door.send(door.event(), *odd, door.event()) == 200
    assert door.states().count(InboxState.NEW) == 4


def test_a_repeated_event_is_one_row_in_one_body_two_bodies_and_many_at_once(door: Door) -> None:
    event_ = door.event()
    again = event_ | {"deliveryContext": {"isRedelivery": True}}
    assert door.send(event_, event_) == 200
    assert door.send(again) == 200
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda _: door.send(event_, door.event(webhookEventId="B")), range(64))) == {200}
    assert sorted(row.webhook_event_id for row in door.rows()) == sorted([event_["webhookEventId"], "B"])


@pytest.mark.parametrize(
    "fields",
    [
        {"mode": "standby"},
        {"source": None},
        {"source": {"type": "user"}},
        {"source": {"type": "user", "userId": "somebody"}},
        {"source": {"userId": PERSON}},
        {"source": {"type": "group", "groupId": "C1", "userId": PERSON}},
        {"source": {"type": "room", "roomId": "R1", "userId": PERSON}},
    ],
    ids=lambda fields: repr(fields)[:40],
)
def test_what_is_not_between_a_person_and_us_is_kept_and_ignored(door: Door, fields: dict[str, Any]) -> None:
    assert door.send(door.event(**fields)) == 200
    assert door.states() == [InboxState.IGNORED]


@pytest.mark.parametrize("missing", ["webhookEventId", "deliveryContext", "mode", "type", "replyToken", "message"])
def test_an_event_without_a_usual_field_is_kept(door: Door, missing: str) -> None:
    event_ = door.event(**{missing: None})
    assert door.send(event_) == door.send(event_) == 200
    assert door.states() == [InboxState.NEW]


def test_an_event_from_more_than_a_week_ago_is_quarantined(door: Door) -> None:
    ages = {timedelta(seconds=1): "new", timedelta(days=1): "new", timedelta(days=8): "ignored"}
    ages |= {timedelta(days=31): "ignored"}
    for age in ages:
        assert door.send(door.event(timestamp=int((door.now - age).timestamp() * 1000))) == 200
    assert door.states() == list(ages.values())


# What nobody may send


def test_a_megabyte_is_taken_in_time(door: Door) -> None:
    body = body_of(*(door.event(message={"type": "text", "id": "1", "text": "w" * 9_500}) for _ in range(100)))
    assert 950_000 < len(body) < 1_100_000
    started = time.perf_counter()
    assert door.post(body) == 200
    assert time.perf_counter() - started < 1
    assert len(door.rows()) == 100


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_without_end_is_cut_off(door: Door, chunked: bool) -> None:
    """More than 2 MB by its length, or in chunks that never stop."""
    piece = b"x" * 65_536
    length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 900000000"
    sent, answer = 0, b""
    with socket.create_connection(("127.0.0.1", door.port), 10) as line:
        line.sendall(b"POST /line/webhook HTTP/1.1\r\nHost: x\r\nX-Line-Signature: x\r\n%b\r\n\r\n" % length)
        try:
            while sent < 50_000_000 and not answer:
                line.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                sent += len(piece)
                line.settimeout(0.001)
                try:
                    answer = line.recv(1024)
                except TimeoutError:
                    line.settimeout(10)
        except ConnectionError:
            answer = answer or line.recv(1024)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert _hung_up(line)
    assert sent < 20_000_000
    assert door.rows() == []


def _hung_up(line: socket.socket) -> bool:
    line.settimeout(10)
    try:
        return line.recv(1024) == b""
    except ConnectionError:
        return True


def test_a_body_that_never_arrives_is_not_waited_for(door: Door) -> None:
    with socket.create_connection(("127.0.0.1", door.port), 10) as line:
        line.sendall(b"POST /line/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
        started = time.perf_counter()
        assert line.recv(1024).startswith(b"HTTP/1.1 503 ")
        assert time.perf_counter() - started < 4
        assert line.recv(1024) == b""
    assert door.send(door.event()) == 200


BROKEN = {
    "empty": b"",
    "no json": b"hello",
    "cut off": b'{"events":[',
    "bad utf-8": b'{"events":[],"x":"\xff\xfe"}',
    "utf-16": '{"events":[]}'.encode("utf-16"),
    "nan": b'{"events":[{"timestamp":NaN}]}',
    "infinity": b'{"events":[{"timestamp":-Infinity}]}',
    "raw surrogate": b'{"events":[],"x":"\xed\xa0\x80"}',
    "escaped surrogate": b'{"events":[{"type":"\\ud800"}]}',
    "5,000 digits": b'{"events":[{"timestamp":' + b"9" * 5000 + b"}]}",
    "huge exponent": b'{"events":[{"timestamp":1e999}]}',
    "repeated key": b'{"events":[],"events":[{"type":"a"}]}',
    "repeated key inside": b'{"events":[{"type":"a","source":{"userId":"b","userId":"c"}}]}',
    "no events": b'{"destination":"x"}',
    "events as text": b'{"events":"x"}',
    "a list": b"[]",
    "null": b"null",
    **{f"{depth} deep": b'{"events":' + b"[" * depth + b"]" * depth + b"}" for depth in (300, 1000, 100_000)},
    "300 objects deep": b'{"events":[' + b'{"a":' * 300 + b"1" + b"}" * 300 + b"]}",
}


def test_what_is_not_lines_json_is_a_400_and_never_a_500(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    statuses = {what: door.post(body + CANARY.encode() * (what == "no json")) for what, body in BROKEN.items()}
    assert statuses == dict.fromkeys(BROKEN, 400)
    assert door.rows() == []
    assert CANARY not in "".join(capsys.readouterr())
    assert door.send(door.event()) == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_is_answered(door: Door, method: str) -> None:
    answer = door.http.request(method, "/line/webhook")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "POST", b"")


# Nothing is acknowledged that is not on disk


@contextmanager
def locked(door: Door) -> Iterator[None]:
    """Somebody else holds the table."""
    with door.database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE inbox_event IN EXCLUSIVE MODE"))
        yield


def test_while_the_database_is_locked_line_gets_503_in_time_and_later_200(door: Door) -> None:
    with locked(door):
        started = time.perf_counter()
        assert door.send(door.event()) == 503
        assert time.perf_counter() - started < 3
    late = door.event()
    assert door.send(late) == 200
    assert late["webhookEventId"] in {row.webhook_event_id for row in door.rows()}


def test_a_database_that_fails_is_a_503_and_no_restart_is_needed(door: Door) -> None:
    def rename(old: str, new: str) -> None:
        with door.database.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    assert door.send(door.event()) == 200
    rename("inbox_event", "elsewhere")
    assert [door.send(door.event()) for _ in range(3)] == [503] * 3
    rename("elsewhere", "inbox_event")
    assert door.send(door.event()) == 200
    assert len(door.rows()) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_goes_away_is_a_503_until_it_is_back(door: Door) -> None:
    url = make_url(door.database.url)
    other = create_engine(url.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT")

    def on_server(statement: str) -> None:
        with other.connect() as connection:
            connection.execute(text(statement))

    hang_up = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'"
    assert door.send(door.event()) == 200
    on_server(hang_up)
    assert door.send(door.event()) == 200, "a lost connection alone is nobody's business"
    on_server(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
    on_server(hang_up)
    assert door.send(door.event()) == 503
    on_server(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true")
    assert door.send(door.event()) == 200
    assert len(door.rows()) == 3
    other.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_breaks_in_mid_commit_is_replaced_and_the_events_are_kept(door: Door) -> None:
    hang_up = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'INSERT INTO inbox_event%' AND state = 'active'"
    )
    assert door.send(door.event()) == 200
    with ThreadPoolExecutor(5) as pool:
        with locked(door):
            answers = [pool.submit(door.send, door.event()) for _ in range(5)]
            time.sleep(0.3)
            with door.database.engine.begin() as connection:
                assert connection.execute(hang_up).scalars().all() == [True]
        assert {answer.result() for answer in answers} == {200}
    assert len(door.rows()) == 6


def test_requests_that_wait_are_committed_together(door: Door) -> None:
    commits: list[None] = []
    door.service.writer.wake = lambda: commits.append(None)
    with ThreadPoolExecutor(40) as pool:
        with locked(door):
            answers = [pool.submit(door.send, door.event()) for _ in range(40)]
            time.sleep(0.7)
            assert not any(answer.done() for answer in answers)
        assert {answer.result() for answer in answers} == {200}
    assert len(door.rows()) == 40
    assert 1 <= len(commits) <= 4


def test_what_was_acknowledged_is_there_after_kill_9(database_url: str, keyring: Keyring, now: datetime) -> None:
    port = free_port()
    settings = {
        "BOT_DATABASE_URL": database_url,
        "BOT_KEYS": "1:" + base64.b64encode(bytes(range(32))).decode(),
        "BOT_LINE_CHANNEL_SECRET": SECRET,
        "BOT_LINE_CHANNEL_ID": "1000000001",
        "BOT_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "bot", "web", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    door = Door(database_url, keyring, datetime.now(UTC))  # only its pen and its eyes
    door.http.base_url = httpx.URL(f"http://127.0.0.1:{port}")
    acknowledged: list[str] = []

    def write_until_it_dies() -> None:
        while True:
            one = door.event()
            try:
                if door.send(one) == 200:
                    acknowledged.append(one["webhookEventId"])
            except httpx.HTTPError:
                return

    try:
        wait_until(lambda: _listens(port), "the web process", 30)
        with ThreadPoolExecutor(8) as pool:
            for _ in range(8):
                pool.submit(write_until_it_dies)
            wait_until(lambda: len(acknowledged) > 200, "events to be acknowledged", 30)
            process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait(10)
    kept = {row.webhook_event_id for row in door.rows()}
    assert set(acknowledged) <= kept
    assert len(kept) <= len(acknowledged) + 8
    door.http.close()
    door.database.close()
    door.service.database.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_nobody_can_read_an_event_in_the_database(door: Door, tmp_path: Path) -> None:
    said = door.event(message={"type": "text", "id": "1", "text": CANARY})
    assert door.send(said, door.event(source={"type": "group", "userId": PERSON}, note=CANARY)) == 200
    assert [CANARY.encode() in (row.raw or b"") for row in door.rows()] == [True, False], "who has the key reads hers"
    with door.database.engine.connect() as connection:
        stored = connection.execute(text("SELECT * FROM inbox_event")).all()
    assert CANARY not in repr(stored)
    for file in tmp_path.glob("bot.sqlite*"):
        assert CANARY.encode() not in file.read_bytes()


# The writer by itself


def keep_all(database: Database, rows: list[dict[str, Any]], wake: Callable[[], None]) -> list[str]:
    """What became of each row, all handed over at once."""

    async def at_once() -> list[str]:
        writer = Writer(database.engine, wake)
        kept = await asyncio.gather(*(writer.keep([row]) for row in rows), return_exceptions=True)
        await writer.stop()
        return [type(outcome).__name__ for outcome in kept]

    return asyncio.run(at_once())


def row_of(event_id: str, now: datetime, **other: Any) -> dict[str, Any]:
    (row,) = parse(body_of({"webhookEventId": event_id}), now) or []
    return row | other


def kept_in(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(InboxEvent.webhook_event_id)))


def test_what_the_database_refuses_does_not_take_its_neighbours_along(database: Database, now: datetime) -> None:
    """The parser lets no such row through: this is the last line of defence."""
    rows = [row_of("A", now), row_of("B", now, type=None), row_of("C", now)]
    assert keep_all(database, rows, lambda: None) == ["NoneType", "NotKept", "NoneType"]
    assert kept_in(database) == ["A", "C"]


def test_what_is_kept_reads_as_if_the_ordinary_way_had_written_it(database: Database, now: datetime) -> None:
    """The writer's own statements must agree with the table's types to the letter, on each engine."""
    fast, plain = row_of("A", now), row_of("B", now)
    keep_all(database, [fast], lambda: None)
    with database.writing() as session:
        session.add(InboxEvent(**plain))
    with database.engine.connect() as connection:
        stored = connection.execute(text("SELECT * FROM inbox_event ORDER BY webhook_event_id")).mappings().all()
    sealed = [dict(one) | {"id": 0, "webhook_event_id": "", "raw": one["raw"] is not None} for one in stored]
    assert sealed[0] == sealed[1]


def test_many_events_at_once_are_all_kept_or_all_refused(database: Database, now: datetime) -> None:
    many = [row_of(f"E{number:03}", now) for number in range(200)]
    seen: list[int] = []

    async def one_request(rows: list[dict[str, Any]]) -> None:
        writer = Writer(database.engine, lambda: seen.append(len(kept_in(database))))
        try:
            await writer.keep(rows)
        finally:
            await writer.stop()

    with pytest.raises(NotKept):
        asyncio.run(one_request([*many, row_of("odd", now, type=None)]))
    assert kept_in(database) == []
    asyncio.run(one_request(many))
    assert seen == [200]


def test_workers_are_woken_only_after_the_commit(database: Database, now: datetime) -> None:
    seen: list[list[str]] = []
    keep_all(database, [row_of("A", now)], lambda: seen.append(kept_in(database)))
    keep_all(database, [row_of("B", now, type=None)], lambda: seen.append(kept_in(database)))
    assert seen == [["A"]]
