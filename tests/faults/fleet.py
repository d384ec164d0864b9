"""Several webs and workers as real processes on one PostgreSQL, LINE in front of them, and what everybody is owed."""

import asyncio
import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx
import orjson
from sqlalchemy import func, select, text

from bot.clock import Clock
from bot.database import Database
from bot.simulator.app import create_app
from bot.simulator.config import SimulatorConfig
from locales import taipei_day
from models import api_key, binding, inbox, rate, schedule
from models.api_key import Scope
from models.contact import Contact
from models.inbox import InboxState
from models.message import FINAL, Message, MessageState
from models.permit import Permit
from models.schedule import Schedule
from models.secrets import Key, Keyring
from models.worker import Worker
from tests.town import Server, free_port, wait_until

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-for-tests-only"
KEY = "1:" + base64.b64encode(bytes(range(32))).decode()
CHANNEL = "1000000001"
SENDING = ("/v2/bot/message/push", "/v2/bot/message/reply")
STARTS_WITHIN = 90.0
ENDS_WITHIN = 40.0
FAR_AWAY = timedelta(days=500)
IN_TWO_WEEKS = timedelta(days=14)


def environment(database_url: str, line_url: str, port: int) -> dict[str, str]:
    """The settings of one process."""
    return {
        "BOT_DATABASE_URL": database_url,
        "BOT_KEYS": KEY,
        "BOT_LINE_CHANNEL_SECRET": SECRET,
        "BOT_LINE_CHANNEL_ID": CHANNEL,
        "BOT_LINE_API_URL": line_url,
        "BOT_LINE_DATA_URL": line_url,
        "BOT_PORT": str(port),
        "BOT_BINDING_ANSWER_SECONDS": "0",
        # Reminders leave at any hour of the day on which this runs.
        "BOT_REMINDER_HOUR": "0",
        "BOT_QUIET_BEFORE": "0",
        "BOT_QUIET_FROM": "24",
        "BOT_REMIND_ARC_CARD": "false",
        "BOT_REMIND_HEALTH_EXAMINATIONS": "false",
    }


class Process:
    """One `python -m bot web` or `worker`."""

    def __init__(self, kind: str, environment: Mapping[str, str], log: Path, line_allows: int | None = None) -> None:
        self.kind, self.port, self._log = kind, int(environment["BOT_PORT"]), log
        command = ["-m", "bot", kind]
        if line_allows is not None:  # as if LINE took so few pushes a second that a small machine can reach it
            limit = f"import bot.outbox; from models import rate; rate.PER_SECOND['push'] = {line_allows}"
            command = ["-c", f"{limit}; bot.outbox.BATCH = 10; from bot.__main__ import app; app(['{kind}'])"]
        with log.open("wb") as out:
            self._running = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=os.environ | environment, stdout=out, stderr=out
            )
        self.pid = self._running.pid

    def wait_ready(self) -> None:
        wait_until(self._is_ready, f"{self.kind} to start", STARTS_WITHIN)

    def _is_ready(self) -> bool:
        assert self._running.poll() is None, self._log.read_text()[-2000:]
        return bool(self.lines("started"))

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What it has logged under this name."""
        logged = (orjson.loads(line) for line in self._log.read_bytes().splitlines() if line.startswith(b"{"))
        return [line for line in logged if line["event"] == event]

    def pause(self) -> None:
        self._running.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._running.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """kill -9, also where it stands still."""
        self._running.kill()
        self._running.wait()

    def stop(self) -> None:
        """As a service manager does it; fails when it does not end by itself."""
        self._running.terminate()
        self._running.wait(ENDS_WITHIN)
        assert self.lines("stopped"), self._log.read_text()[-2000:]

    @property
    def is_running(self) -> bool:
        return self._running.poll() is None


class Front:
    """A load balancer: each new connection goes to the next web that takes it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.webs: list[int] = []
        self.taken: Counter[int] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()

    def close(self) -> None:
        async def end() -> None:
            self._server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in list(self.webs):
            self.webs.append(self.webs.pop(0))
            try:
                from_web, to_web = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            there = asyncio.create_task(self._copy(reader, to_web, port))
            await self._copy(from_web, writer, None)
            there.cancel()
            to_web.close()
            return
        writer.close()

    async def _copy(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, port: int | None) -> None:
        try:
            while data := await source.read(65536):
                if port is not None:
                    self.taken[port] += data.count(b"POST /line/webhook ")
                to.write(data)
                await to.drain()
        except OSError:
            pass
        finally:
            to.close()


@dataclass
class Fleet:
    """The processes, their database, LINE, and how many messages each LINE account is to receive."""

    database_url: str
    folder: Path
    clock: Clock = field(default_factory=Clock)
    owed: Counter[str] = field(default_factory=Counter)
    processes: list[Process] = field(default_factory=list)
    _deliveries: list[dict[str, Any]] = field(default_factory=list)
    _ledger: list[dict[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.database = Database(self.database_url, Keyring([Key.read(KEY)]))
        with self.database.writing() as session:
            scopes = (Scope.PERMITS, Scope.EVENTS)
            rate.reserve(session, CHANNEL, "push", 1)  # the limiter's row, which the first push makes
            _, self._api_key = api_key.create(session, "ministry", scopes, self.clock.now(), test=False)
        self.front = Front()
        config = SimulatorConfig(
            channel_id=CHANNEL,
            channel_secret=SECRET,
            webhook_url=f"http://127.0.0.1:{self.front.port}/line/webhook",
            database=str(self.folder / "line.sqlite"),
            enforce_rate_limits=True,
            user_action_wait_seconds=0,
            redelivery_attempts=200,
        )
        port = free_port()
        self._line_url = f"http://127.0.0.1:{port}"
        self._line_server = Server(create_app(config), port).__enter__()
        self._line = httpx.Client(
            base_url=f"{self._line_url}/simulator/api/", timeout=30, trust_env=False, verify=False
        )
        self.line("deliveries", {"redeliver": True})
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.kill()
        self._line.close()
        self._line_server.__exit__()
        self.front.close()
        self.database.close()

    # The processes

    def running(self, kind: str) -> list[Process]:
        return [process for process in self.processes if process.kind == kind and process.is_running]

    @property
    def webs(self) -> list[Process]:
        return self.running("web")

    @property
    def workers(self) -> list[Process]:
        return self.running("worker")

    def start(self, *kinds: str, line_allows: int | None = None) -> list[Process]:
        """New processes that are ready."""
        started = []
        for kind in kinds:
            log = self.folder / f"{len(self.processes)}-{kind}.log"
            started.append(Process(kind, environment(self.database_url, self._line_url, free_port()), log, line_allows))
            self.processes.append(started[-1])
        for process in started:
            process.wait_ready()
        self.front.webs = [web.port for web in self.webs]
        return started

    def stop(self, process: Process) -> None:
        """Take it out of the balancer, then let it end."""
        self.front.webs = [web.port for web in self.webs if web is not process]
        process.stop()

    # What goes in

    def phone(self) -> str:
        """The LINE user id of somebody new."""
        return str(self.line("users", {"display_name": "Siti", "language": "en"})["user_id"])

    def writes(self, phone: str, *texts: str, follows: bool = True) -> None:
        """She adds the bot and writes, faster than it answers; each is owed an answer."""
        self.owed[phone] += len(texts) + follows
        if follows:
            self.line(f"users/{phone}/follow", {})
        for words in texts:
            self.line(f"users/{phone}/text", {"text": words})

    def bound_workers(self, count: int, ends_in: timedelta = FAR_AWAY) -> list[str]:
        """The LINE user ids, which are also the permit numbers, of workers who are linked to their record."""
        now = self.clock.now()
        phones = [self.phone() for _ in range(count)]
        with self.database.writing() as session:
            for phone in phones:
                _bound_worker(session, phone, taipei_day(now) + ends_in, now)
        return phones

    def a_new_day_dawns(self) -> None:
        """As if yesterday had been the last day whose reminders are planned."""
        now = self.clock.now()
        with self.database.writing() as session:
            schedule.ensure(session, "plan_reminders", now)
            plan = session.get_one(Schedule, "plan_reminders", with_for_update=True)
            plan.next_run, plan.planned_through = now, taipei_day(now) - timedelta(days=1)

    def revoke(self, permits: Sequence[str], web: Process, name: str) -> Counter[str]:
        """The ministry's system says through this web that these permits were revoked; how it was answered."""
        events = [
            {
                "event_id": f"{name}-{permit_no}",
                "kind": "permit_revoked",
                "permit_no": permit_no,
                "occurred_at": (self.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)).isoformat(),
                "letter_no": name,
            }
            for permit_no in permits
        ]
        answer = httpx.post(
            f"http://127.0.0.1:{web.port}/api/v1/events",
            json={"events": events},
            headers={"Authorization": f"Bearer {self._api_key}"},
            trust_env=False,
            timeout=30,
        )
        assert answer.is_success, answer.text
        return Counter(answer.json()["counts"])

    # What comes out

    def leases(self) -> Counter[int]:
        """How many messages each process, by its number, is sending at this moment."""
        with self.database.reading() as session:
            leased = select(Message.leased_by).where(
                Message.state == MessageState.LEASED.value, Message.leased_by.is_not(None)
            )
            return Counter(int(str(name).split(":")[1]) for name in session.scalars(leased))

    def waits_for_a_lock(self) -> bool:
        """Whether somebody's statement waits for a row that another transaction has changed."""
        with self.database.reading() as session:
            waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            return session.execute(text(waiting)).first() is not None

    def open_events(self) -> int:
        """How many events are kept and not handled yet."""
        with self.database.reading() as session:
            return sum(inbox.counts(session).get(state.value, 0) for state in (InboxState.NEW, InboxState.LEASED))

    def settle(self, patience: float = 60) -> float:
        """Wait until nothing is left to take, handle, plan or send; the seconds it took."""
        began = time.monotonic()
        wait_until(self._is_quiet, "the fleet to be quiet", patience)
        return time.monotonic() - began

    def _is_quiet(self) -> bool:
        time.sleep(0.3)
        with self.database.reading() as session:
            busy = (
                inbox.oldest_open(session) is not None
                or session.scalar(select(func.count()).where(Message.state.not_in([state.value for state in FINAL])))
                or session.scalar(select(func.count()).where(Schedule.next_run <= self.clock.now()))
            )
        return not busy and not self.not_taken()

    def not_taken(self) -> set[str]:
        """The events of which LINE tells again and again, because no web has answered 200 yet."""
        told: set[str] = set()
        taken: set[str] = set()
        for delivery in self.deliveries():
            told.update(delivery["webhook_event_ids"])
            if delivery["status"] == 200:
                taken.update(delivery["webhook_event_ids"])
        return told - taken

    def deliveries(self) -> list[dict[str, Any]]:
        """Every attempt to tell us of an event."""
        while page := self.line(f"deliveries?after={_last(self._deliveries)}")["deliveries"]:
            self._deliveries += page
        return self._deliveries

    def ledger(self) -> list[dict[str, Any]]:
        """Every message that LINE accepted, in order."""
        while page := self.line(f"ledger?after={_last(self._ledger)}"):
            self._ledger += page
        return [entry for entry in self._ledger if entry["path"] in SENDING]

    def wrong(self) -> dict[str, int]:
        """How many messages were lost, doubled, sent to somebody who was owed none, or ended otherwise than sent."""
        told = Counter(phone for entry in self.ledger() for phone in entry["recipients"])
        with self.database.reading() as session:
            ends = Counter(session.scalars(select(Message.state)))
        found = {
            "lost": (self.owed - told).total(),
            "doubled": sum(max(0, told[phone] - owed) for phone, owed in self.owed.items()),
            "unexpected": sum(count for phone, count in told.items() if phone not in self.owed),
            **{state: count for state, count in ends.items() if state != MessageState.SENT.value},
        }
        return {what: count for what, count in found.items() if count}

    def line(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A call of the LINE look-alike's control API."""
        answer = self._line.get(path) if body is None else self._line.post(path, json=dict(body))
        assert answer.is_success, (path, answer.text)
        return answer.json()


def _last(entries: Sequence[Mapping[str, Any]]) -> int:
    return entries[-1]["seq"] if entries else 0


@contextmanager
def a_lock_on(fleet: Fleet, statement: str) -> Iterator[None]:
    """Somebody else's transaction that holds these rows, and changes nothing."""
    with fleet.database.engine.connect() as connection:
        connection.exec_driver_sql(statement)
        yield
        connection.rollback()


def _bound_worker(session: Any, phone: str, ends_on: date, now: datetime) -> None:
    contact = Contact(line_user_id=phone, language="en", reachable=True, created_at=now)
    worker = Worker(worker_ref=phone, name="MADE UP", birth_date=date(1990, 1, 1), nationality="ID", sex="F", as_of=now)
    session.add_all((contact, worker))
    session.flush()
    session.add(
        Permit(
            worker_id=worker.id,
            permit_no=phone,
            permit_type="B",
            work="manufacturing",
            employer_name="示範股份有限公司",
            county="桃園市",
            starts_on=ends_on - timedelta(days=714),
            ends_on=ends_on,
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )
    binding.bind(session, contact.id, worker.id, now)
