"""What the ministry's system gets to hear: signed, at least once, in order, whatever breaks between us."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import trustme
from sqlalchemy import select, update
from typer.testing import CliRunner

from bot.__main__ import app
from bot.app import create_app
from bot.callback_signature import new_secret, read_secret, signed_headers
from bot.callbacks import REQUEST_SECONDS, Callbacks
from bot.clock import Clock
from bot.database import Database
from bot.health import Health
from bot.made_up import canary_workers
from models import api_key, callback, callback_plan
from models.api_key import Scope
from models.callback import GIVE_UP_AFTER, Callback, CallbackState
from models.event_row import Told
from models.permit_event import EventKind
from models.reminder import ReminderRules
from tests.logs import written_logs
from tests.post import ACCOUNT
from tests.records import add_permit, add_worker, record
from tests.source import ROOT
from tests.town import Phone, Server, Town, free_port, town_settings, wait_until

SECRET = new_secret()

Answer = Callable[["_Handler"], None]


def status(code: int, **headers: str) -> Answer:
    """Answer so at once."""

    def answer(handler: "_Handler") -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", "0")
        handler.end_headers()

    return answer


def reset(handler: "_Handler") -> None:
    """Break the connection instead of answering."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def endless(handler: "_Handler") -> None:
    """Say 200, and then go on talking for ever."""
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b"and another thing; ")
            time.sleep(0.05)


@dataclass(frozen=True)
class Request:
    """One callback as it arrived."""

    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def says(self) -> Any:
        return orjson.loads(self.body)

    @property
    def data(self) -> Any:
        return self.says["data"]


@dataclass
class Receiver:
    """The ministry's system: it answers as it is told to, then with 204, and keeps all it got."""

    answers: list[Answer] = field(default_factory=list)
    always: Answer = field(default_factory=lambda: status(204))
    got: list[Request] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    def __enter__(self) -> "Receiver":
        self.server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"receiver": self}))
        if self.tls is not None:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://127.0.0.1:{self.server.server_address[1]}/told"

    def wait(self, count: int, patience: float = 15) -> list[Request]:
        wait_until(lambda: len(self.got) >= count, f"{count} callbacks, not {len(self.got)}", patience)
        return self.got[:count]


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # all of a batch knock at once
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answers = self.receiver.answers
        answer = answers.pop(0) if answers else self.receiver.always
        self.receiver.got.append(Request(headers, body, time.monotonic()))
        answer(self)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as opened:
        yield opened


@pytest.fixture
def clock(now: datetime) -> Clock:
    clock = Clock()
    clock.move(now)
    return clock


SHORT_PAUSE = 0.1


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same waits in the same proportions, but short."""
    monkeypatch.setattr("bot.callbacks.IDLE_SECONDS", 0.1)
    monkeypatch.setattr("bot.callbacks.BODY_SECONDS", 0.3)
    monkeypatch.setattr("bot.callbacks.FIRST_PAUSE_SECONDS", SHORT_PAUSE)


@contextlib.contextmanager
def running(
    database: Database,
    clock: Clock,
    url: str,
    secrets: Sequence[str] = (SECRET,),
    tls: ssl.SSLContext | None = None,
    patience: float = REQUEST_SECONDS,
) -> Iterator[Callbacks]:
    """The loop of one worker process, in a thread of its own."""
    ring = [read_secret(secret) for secret in secrets]
    callbacks = Callbacks(database, clock, url, ring, tls=tls, patience=patience)
    loop = asyncio.new_event_loop()
    task = loop.create_task(callbacks.run())

    def turn() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=turn, daemon=True)
    thread.start()
    try:
        yield callbacks
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(20)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def owe(database: Database, now: datetime, events: int = 1) -> None:
    """So many callbacks to send, about a made-up worker whom nobody has linked."""
    with database.writing() as session:
        worker = add_worker(session, now)
        for number in range(events):
            add_permit(session, worker, f"P{number}")
            told = Told(f"E{number}", EventKind.PERMIT_REVOKED, f"P{number}", now - timedelta(days=1))
            record(session, told, ReminderRules(), now)


def rows(database: Database, state: CallbackState) -> int:
    with database.reading() as session:
        return callback.counts(session).get(state.value, 0)


def all_delivered(database: Database, count: int) -> None:
    wait_until(lambda: rows(database, CallbackState.DELIVERED) == count, f"{count} delivered", 15)


def documented_check() -> Callable[[str, Mapping[str, str], bytes, float], bool]:
    """The example in docs/api.md, as a reader would paste it."""
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found[1], names)
    return names["is_genuine"]  # type: ignore[no-any-return]


IS_GENUINE = documented_check()


# --- the whole way: from the API by LINE and back to the ministry

AT_3_IN_THE_NIGHT = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)
CANARY = canary_workers()[0] | {"permit_no": "P-1", "starts_on": "2025-09-01", "ends_on": "2027-08-31", "phone": ""}


@pytest.fixture
def town(database_url: str, tmp_path: Path, receiver: Receiver) -> Iterator[Town]:
    more = {"callback_url": receiver.url, "callback_secret": SECRET}
    with Town(database_url, tmp_path, AT_3_IN_THE_NIGHT, more) as opened:
        opened.know(CANARY)
        yield opened


def reported(town: Town, *, test: bool = False, **event: str) -> None:
    with town.service.database.writing() as session:
        _, key = api_key.create(session, "ministry", [Scope.EVENTS], town.clock.now(), test=test)
    at = (town.clock.now() - timedelta(hours=1)).isoformat()
    told = {"permit_no": "P-1", "kind": "permit_revoked", "occurred_at": at, "letter_no": "L-CANARY", **event}
    answer = httpx.post(
        f"http://127.0.0.1:{town.port}/api/v1/events",
        json={"events": [told]},
        headers={"Authorization": f"Bearer {key}"},
        timeout=15,
    )
    assert answer.json()["counts"] == {"recorded": 1}, answer.text


def binds(phone: Phone) -> None:
    phone.follow()
    phone.tap("language:en")
    phone.say("bind")
    phone.tap("answer:binding:consent:yes")
    for cell in ("passport_no", "arc_no", "name", "birth_date"):
        phone.say(CANARY[cell])
    phone.tap("answer:binding:phone:none")
    phone.tap("answer:binding:summary:yes")


def test_from_the_event_to_her_answer_the_ministry_is_told_and_nothing_about_her(
    town: Town, receiver: Receiver
) -> None:
    reported(town, event_id="E-1")
    [nobody] = receiver.wait(1)
    assert (nobody.says["type"], nobody.data["reason"]) == ("message.undeliverable", "not_linked")

    phone = town.phone()
    binds(phone)
    town.move(town.clock.now() + timedelta(seconds=2))
    [_, accepted] = receiver.wait(2)
    assert accepted.says["type"] == "message.accepted"

    [message_id] = {data.split(":")[1] for data in _postbacks(phone) if data.startswith("understood:")}
    phone.tap(f"understood:{message_id}")
    [*_, answered] = receiver.wait(3)
    assert (answered.says["type"], answered.data["answer"]) == ("worker.answered", "understood")

    reported(town, event_id="E-TEST", letter_no="L-2", test=True)  # a test key: nobody is told, here either
    reported(town, event_id="E-2", letter_no="L-3")
    requests = receiver.wait(4)
    assert [(one.data["event_id"], one.data["sequence"]) for one in requests] == [
        ("E-1", 1),
        ("E-1", 2),
        ("E-1", 3),
        ("E-2", 1),
    ]
    assert len({one.id for one in requests}) == 4
    for one in requests:
        assert IS_GENUINE(SECRET, one.headers, one.body, town.clock.now().timestamp())
        assert one.id == one.says["id"]
        sent = one.body + repr(one.headers).encode()
        personal = [CANARY[cell] for cell in ("passport_no", "arc_no", "name", "birth_date", "employer_name")]
        private = [*personal, "P-1", CANARY["worker_ref"], phone.user_id, "L-CANARY"]
        assert not [word for word in private if word and word.encode() in sent]


def _postbacks(phone: Phone) -> list[str]:
    text = orjson.dumps(phone.town.get(f"users/{phone.user_id}/messages?after=0")).decode()
    return re.findall(r'"data":"([^"]+)"', text)


# --- the receiver is not well


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (status(500), "500"),
        (status(302, location="http://127.0.0.1:9/elsewhere"), "302"),
        (status(404), "404"),
        (reset, "ReadError"),
    ],
    ids=["500", "redirect", "404", "reset"],
)
def test_what_was_not_taken_is_sent_again_the_same_and_then_is_done(
    database: Database, clock: Clock, now: datetime, receiver: Receiver, answer: Answer, error: str
) -> None:
    owe(database, now)
    receiver.answers = [answer]
    with running(database, clock, receiver.url):
        receiver.wait(1)
        assert wait_until(lambda: _error(database), "the failure to be noted") == error
        clock.move(now + timedelta(minutes=1))
        first, second = receiver.wait(2)
        all_delivered(database, 1)
    assert (first.id, first.body) == (second.id, second.body)
    assert int(second.headers["webhook-timestamp"]) >= int(first.headers["webhook-timestamp"]) + 50
    assert IS_GENUINE(SECRET, second.headers, second.body, clock.now().timestamp())
    assert not IS_GENUINE(SECRET, first.headers, first.body, clock.now().timestamp() + 300)
    assert len(receiver.got) == 2


def test_nobody_listens_and_then_somebody_does(database: Database, clock: Clock, now: datetime) -> None:
    owe(database, now)
    receiver = Receiver()
    with receiver:
        url = receiver.url
    with running(database, clock, url):
        wait_until(lambda: _attempts(database) == 1, "a try")
        assert wait_until(lambda: _error(database), "why") == "ConnectError"
        clock.move(now + timedelta(minutes=1))
        wait_until(lambda: _attempts(database) == 2, "another try")
    assert rows(database, CallbackState.WAITING) == 1


def _attempts(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(Callback.attempts)) or 0


def test_a_receiver_that_says_yes_and_never_stops_talking_has_taken_it(
    database: Database, clock: Clock, now: datetime, receiver: Receiver
) -> None:
    owe(database, now)
    receiver.always = endless
    with running(database, clock, receiver.url):
        all_delivered(database, 1)
    assert len(receiver.got) == 1


def test_a_receiver_that_never_answers_is_left(
    database: Database, clock: Clock, now: datetime, receiver: Receiver
) -> None:
    owe(database, now)
    receiver.always = lambda handler: time.sleep(3)
    with running(database, clock, receiver.url, patience=0.3):
        assert "Timeout" in wait_until(lambda: _error(database), "the end of the wait")


def test_one_callback_that_is_refused_keeps_no_other_event_waiting(
    database: Database, clock: Clock, now: datetime, receiver: Receiver
) -> None:
    owe(database, now, events=5)

    def refuses_one(handler: _Handler) -> None:
        status(400 if receiver.got[-1].data["event_id"] == "E0" else 204)(handler)

    receiver.always = refuses_one
    with running(database, clock, receiver.url):
        all_delivered(database, 4)
    assert rows(database, CallbackState.WAITING) == 1


def test_while_nothing_is_taken_one_callback_at_a_time_is_tried_and_each_later_than_the_last(
    database: Database, clock: Clock, now: datetime, receiver: Receiver
) -> None:
    owe(database, now, events=40)
    receiver.always = status(503)
    with running(database, clock, receiver.url):
        *_, last, first, second, third = (one.at for one in receiver.wait(19, 30))  # sixteen side by side
        # A pause is at least half of what it may be.
        assert first - last >= SHORT_PAUSE / 2
        assert second - first >= SHORT_PAUSE
        assert third - second >= SHORT_PAUSE * 2
        receiver.always = status(204)
        wait_until(lambda: rows(database, CallbackState.DELIVERED) >= 24, "the others to go on", 30)


def test_the_receiver_may_say_when_to_come_back(
    database: Database, clock: Clock, now: datetime, receiver: Receiver
) -> None:
    owe(database, now)
    receiver.answers = [status(429, retry_after="3600")]
    with running(database, clock, receiver.url):
        receiver.wait(1)
        wait_until(lambda: _not_before(database) >= now + timedelta(hours=1), "the answer to be noted")
        assert _not_before(database) < now + timedelta(hours=1, minutes=1)


def _not_before(database: Database) -> datetime:
    with database.reading() as session:
        return session.scalars(select(Callback.not_before)).one()


def test_a_receiver_that_is_gone_is_left_alone_and_nothing_is_lost(
    database: Database, clock: Clock, now: datetime, receiver: Receiver
) -> None:
    owe(database, now, events=40)
    receiver.always = status(410)
    with written_logs() as logs, running(database, clock, receiver.url):
        wait_until(lambda: "callback_receiver_gone" in logs.getvalue(), "the alarm")
        clock.move(now + timedelta(days=1))
        time.sleep(0.6)  # several pauses
    assert len(receiver.got) == 16
    assert rows(database, CallbackState.WAITING) == 40
    receiver.always = status(204)
    with running(database, clock, receiver.url):
        all_delivered(database, 40)


def test_after_three_days_it_is_given_up_loudly_and_can_be_sent_again_by_command(
    database: Database, database_url: str, clock: Clock, now: datetime, receiver: Receiver, tmp_path: Path
) -> None:
    owe(database, now)
    receiver.always = status(500)
    with written_logs() as logs, running(database, clock, receiver.url):
        receiver.wait(1)
        wait_until(lambda: rows(database, CallbackState.WAITING) == 1 and _error(database), "the first failure")
        clock.move(now + GIVE_UP_AFTER + timedelta(minutes=1))
        wait_until(lambda: rows(database, CallbackState.GIVEN_UP) == 1, "it to be given up")
        wait_until(lambda: "callback_given_up" in logs.getvalue(), "the alarm")
    figures = Health(database, clock, ACCOUNT).metrics().decode()
    assert 'bot_callbacks{state="given_up"} 1.0' in figures
    assert "bot_callbacks_age_seconds 0.0" in figures

    listed = commanded(database_url, "list")
    assert "E0" in listed.output
    assert "500" in listed.output
    assert commanded(database_url, "resend").exit_code == 2
    assert commanded(database_url, "resend", "--all").exit_code == 0
    tried = len(receiver.got)
    receiver.always = status(204)
    clock.move(datetime.now(UTC))  # the command knows only the real time
    with running(database, clock, receiver.url):
        all_delivered(database, 1)
    assert {one.id for one in receiver.got} == {receiver.got[0].id}
    assert len(receiver.got) == tried + 1


def _error(database: Database) -> str | None:
    with database.reading() as session:
        return session.scalar(select(Callback.error))


def commanded(database_url: str, *words: str) -> Any:
    with written_logs():
        return CliRunner().invoke(app, ["callbacks", *words], env=environment(database_url), terminal_width=200)


def environment(database_url: str, **more: str) -> dict[str, str]:
    return {
        "BOT_DATABASE_URL": database_url,
        "BOT_KEYS": "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "BOT_LINE_CHANNEL_SECRET": "a-secret-for-tests-only",
        "BOT_LINE_CHANNEL_ACCESS_TOKEN": "a-token-for-tests-only",
        "BOT_LINE_API_URL": f"http://127.0.0.1:{free_port()}",
        "COLUMNS": "200",
        **more,
    }


# --- we are not well


def test_two_workers_send_each_callback_once_and_each_event_in_order(
    database: Database, clock: Clock, now: datetime, receiver: Receiver
) -> None:
    owe(database, now, events=60)
    with database.writing() as session:
        callback_plan.plan(session, now)
        for row in session.scalars(select(Callback)).all():  # three of each event
            for more in (1, 2):
                fact = callback.Fact(row.event, f"made up {more}", callback.What.UNKNOWN, now)
                callback.add(session, [fact], now)
    with running(database, clock, receiver.url), running(database, clock, receiver.url):
        all_delivered(database, 180)
    assert len(receiver.got) == len({one.id for one in receiver.got}) == 180
    order: dict[str, list[int]] = {}
    for one in receiver.got:
        order.setdefault(one.data["event_id"], []).append(one.data["sequence"])
    assert set(map(tuple, order.values())) == {(1, 2, 3)}


def test_killed_between_the_request_and_the_note_it_comes_again_under_the_same_id(
    database: Database, database_url: str, now: datetime, receiver: Receiver
) -> None:
    owe(database, datetime.now(UTC))
    told = environment(database_url, BOT_CALLBACK_URL=receiver.url, BOT_CALLBACK_SECRET=SECRET)

    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "worker"], cwd=ROOT, env=os.environ | told, stdout=subprocess.DEVNULL
        )

    first = started()

    def kills(handler: _Handler) -> None:
        first.send_signal(signal.SIGKILL)
        first.wait()
        reset(handler)

    receiver.answers = [kills]
    receiver.wait(1, 40)
    assert first.wait(20) == -signal.SIGKILL
    with database.writing() as session:  # the lease ends
        session.execute(update(Callback).values(not_before=datetime.now(UTC)))
    second = started()
    try:
        one, again = receiver.wait(2, 40)
        all_delivered(database, 1)
    finally:
        second.terminate()
        assert second.wait(30) == 0
    assert (one.id, one.body) == (again.id, again.body)


def test_a_database_that_goes_away_between_the_request_and_the_note_stops_nothing(
    database: Database, clock: Clock, now: datetime, receiver: Receiver
) -> None:
    owe(database, now)

    def takes_the_table_away(handler: _Handler) -> None:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE callback RENAME TO elsewhere")
        status(204)(handler)

    receiver.answers = [takes_the_table_away]
    with written_logs() as logs, running(database, clock, receiver.url):
        receiver.wait(1)
        wait_until(lambda: "callbacks_" in logs.getvalue(), "the alarm")
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO callback")
        all_delivered(database, 1)
    assert len(receiver.got) == 1


# --- secrets and addresses


def test_while_a_secret_is_replaced_every_callback_is_signed_with_both(
    database: Database, clock: Clock, now: datetime, receiver: Receiver
) -> None:
    owe(database, now)
    new = new_secret()
    with running(database, clock, receiver.url, [new, SECRET]):
        [one] = receiver.wait(1)
    at = now.timestamp()
    assert IS_GENUINE(SECRET, one.headers, one.body, at)
    assert IS_GENUINE(new, one.headers, one.body, at)
    assert not IS_GENUINE(new_secret(), one.headers, one.body, at)
    assert not IS_GENUINE(SECRET, one.headers, one.body + b" ", at)
    assert not IS_GENUINE(SECRET, {**one.headers, "webhook-id": "cb_other"}, one.body, at)


def test_the_signature_is_the_one_of_the_published_scheme() -> None:
    # Computed with `openssl dgst -sha256 -mac HMAC`, not with our own code.
    secret = read_secret("whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
    headers = signed_headers([secret], "cb_1", b'{"a":1}', datetime(2026, 3, 11, 4, 0, tzinfo=UTC))
    assert headers == {
        "webhook-id": "cb_1",
        "webhook-timestamp": "1773201600",
        "webhook-signature": "v1,Q7yzSVHjoUNmNHVQtAW+8i/NrikfRH6k5cQgw/2AvkE=",
    }


def test_over_https_a_certificate_of_somebody_else_gets_nothing(
    database: Database, clock: Clock, now: datetime
) -> None:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    ours = ssl.create_default_context()
    authority.configure_trust(ours)
    owe(database, now)
    with Receiver(tls=server) as receiver:
        with running(database, clock, receiver.url):
            wait_until(lambda: _error(database), "the refusal")
        assert receiver.got == []
        clock.move(now + timedelta(minutes=1))
        with running(database, clock, receiver.url, tls=ours):
            receiver.wait(1)


def test_without_an_address_nothing_is_planned_and_what_happened_is_told_once_there_is_one(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    with Town(database_url, tmp_path, AT_3_IN_THE_NIGHT) as town:
        town.know(CANARY)
        reported(town, event_id="E-1")
        town.settle()
        time.sleep(0.5)
        assert rows(town.service.database, CallbackState.WAITING) == 0
    more = {"callback_url": receiver.url, "callback_secret": SECRET}
    with Town(database_url, tmp_path, AT_3_IN_THE_NIGHT, more):
        assert receiver.wait(1)[0].data["event_id"] == "E-1"


def test_only_workers_call_back(database_url: str, tmp_path: Path, receiver: Receiver) -> None:
    port = free_port()
    settings = town_settings(database_url, port, callback_url=receiver.url, callback_secret=SECRET)
    edge = create_app(settings, worker=False)
    owe(edge.api.state.service.database, datetime.now(UTC))
    with Server(edge, port):
        time.sleep(0.5)
    assert receiver.got == []
