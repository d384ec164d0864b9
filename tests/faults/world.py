"""One bot as a process that may die at any moment, and LINE beside it, which remembers everything durably."""

import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx
from sqlalchemy import func, select

from bot.clock import Clock
from bot.database import Database
from bot.simulator.app import create_app
from bot.simulator.config import SimulatorConfig
from locales import taipei_day
from models import binding, inbox, schedule
from models.contact import Contact
from models.inbox import InboxEvent
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
STARTS_WITHIN = 30.0
FINISHES_WITHIN = 100.0
"""Two leases, one for the event and one for its answer, and time for a busy machine."""


_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps what it migrates in a global."""


@dataclass
class Count:
    """What came out, against what went in (as Jepsen's queue checker counts)."""

    kills: int = 0
    at_a_call: int = 0
    expected: int = 0
    lost: int = 0
    doubled: int = 0
    unexpected: int = 0
    recovered: int = 0
    unknown: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(**{name: value + getattr(other, name) for name, value in vars(self).items()})

    def __str__(self) -> str:
        names = ("lost", "doubled", "unexpected", "recovered", "unknown")
        found = ", ".join(f"{getattr(self, name)} {name}" for name in names)
        return f"{self.kills} kills ({self.at_a_call} at a chosen system call), {self.expected} expected: {found}"


@dataclass
class World:
    """A database, LINE, people who write, and workers whose reminders are due."""

    database_url: str
    folder: Path
    clock: Clock = field(default_factory=Clock)
    # The answers that each LINE account is to receive.
    owed: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    at_a_call: int = 0
    bot: "subprocess.Popen[bytes] | None" = None

    def __enter__(self) -> Self:
        self.database = Database(self.database_url, Keyring([Key.read(KEY)]))
        with _ONE_AT_A_TIME:
            self.database.migrate()
        self.bot_port, line_port = free_port(), free_port()
        config = SimulatorConfig(
            channel_id=CHANNEL,
            channel_secret=SECRET,
            webhook_url=f"http://127.0.0.1:{self.bot_port}/line/webhook",
            database=str(self.folder / "line.sqlite"),
            user_action_wait_seconds=0,
            redelivery_seconds=0.5,
            redelivery_attempts=200,
        )
        self.line_url = f"http://127.0.0.1:{line_port}"
        self._line_server = Server(create_app(config), line_port).__enter__()
        self._line = httpx.Client(base_url=f"{self.line_url}/simulator/api/", timeout=30, trust_env=False)
        self._post("deliveries", {"redeliver": True})
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._line.close()
        self._line_server.__exit__()
        self.database.close()

    # The bot

    def start(self) -> int:
        """The process id of a bot that is ready."""
        settings = {
            "BOT_DATABASE_URL": self.database_url,
            "BOT_KEYS": KEY,
            "BOT_LINE_CHANNEL_SECRET": SECRET,
            "BOT_LINE_CHANNEL_ID": CHANNEL,
            "BOT_LINE_API_URL": self.line_url,
            "BOT_LINE_DATA_URL": self.line_url,
            "BOT_PORT": str(self.bot_port),
            "BOT_BINDING_ANSWER_SECONDS": "0",
            # Reminders leave at any hour of the day on which this runs.
            "BOT_REMINDER_HOUR": "0",
            "BOT_QUIET_BEFORE": "0",
            "BOT_QUIET_FROM": "24",
            "BOT_REMIND_ARC_CARD": "false",
            "BOT_REMIND_HEALTH_EXAMINATIONS": "false",
        }
        with (self.folder / "bot.log").open("ab") as log:
            self.bot = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log
            )
        wait_until(self._is_ready, "the bot to start", STARTS_WITHIN)
        return self.bot.pid

    def _is_ready(self) -> bool:
        assert self.bot is not None
        assert self.bot.poll() is None, (self.folder / "bot.log").read_text()[-2000:]
        try:
            return httpx.get(f"http://127.0.0.1:{self.bot_port}/healthz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """kill -9, also where it has just died of its own."""
        if self.bot is not None:
            self.bot.send_signal(signal.SIGKILL)
            self.bot.wait()
            self.bot = None

    def dies_within(self, seconds: float) -> bool:
        """Whether somebody else killed it by then."""
        assert self.bot is not None
        try:
            return self.bot.wait(seconds) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            return False

    # What goes in

    def people_write(self, people: int) -> None:
        """New people add the bot and write a word: each is owed two answers."""
        for _ in range(people):
            phone = self._post("users", {"display_name": "Siti", "language": "en"})["user_id"]
            self.owed[phone] += 2
            self._post(f"users/{phone}/follow", {})
            self._post(f"users/{phone}/text", {"text": "Hello"})

    def a_new_day_dawns(self, workers: int) -> None:
        """So many bound workers are to be reminded of their permits' end, once the job of the day has planned it."""
        now = self.clock.now()
        today = taipei_day(now)
        with self.database.writing() as session:
            for _ in range(workers):
                phone = self._post("users", {"display_name": "Siti", "language": "en"})["user_id"]
                self.owed[phone] += 1
                _bound_worker(session, phone, today, now)
            # As if yesterday had been the last day planned.
            schedule.ensure(session, "plan_reminders", now)
            plan = session.get_one(Schedule, "plan_reminders", with_for_update=True)
            plan.next_run, plan.planned_through = now, today - timedelta(days=1)

    # What comes out

    def finish(self) -> None:
        """Wait until the bot has nothing left to do; fails when it never does."""
        wait_until(self._all_is_done, "the bot to finish", FINISHES_WITHIN)

    def _all_is_done(self) -> bool:
        time.sleep(0.2)
        if self._events_not_taken():
            return False
        with self.database.reading() as session:
            planned = session.get(Schedule, "plan_reminders")
            open_messages = select(func.count()).where(Message.state.not_in(FINAL))
            return (
                (planned is None or planned.next_run > self.clock.now())
                and inbox.oldest_open(session) is None
                and not session.scalar(open_messages)
            )

    def _events_not_taken(self) -> set[str]:
        """The events that LINE tells of again and again, because nobody has answered 200 yet."""
        log: list[dict[str, Any]] = []
        while page := self._get(f"deliveries?after={log[-1]['seq'] if log else 0}")["deliveries"]:
            log += page
        told = {event for each in log for event in each["webhook_event_ids"]}
        return told - {event for each in log if each["status"] == 200 for event in each["webhook_event_ids"]}

    def count(self) -> Count:
        told: Counter[str] = Counter()
        seen = 0
        while page := self._get(f"ledger?after={seen}"):
            told.update(one for entry in page if entry["path"] in SENDING for one in entry["recipients"])
            seen = page[-1]["seq"]
        with self.database.reading() as session:
            unknown = Counter(
                session.scalars(
                    select(Contact.line_user_id)
                    .join(Message, Message.contact_id == Contact.id)
                    .where(Message.state == MessageState.UNKNOWN.value)
                )
            )
            again = session.scalar(
                select(func.count()).where(Message.state == MessageState.SENT.value, Message.attempts > 1)
            )
            handled_again = session.scalar(select(func.count()).where(InboxEvent.attempts > 1))
        return Count(
            kills=self.kills,
            at_a_call=self.at_a_call,
            expected=self.owed.total(),
            # What nobody can know is said so, and is neither lost nor sent.
            lost=(self.owed - told - unknown).total(),
            doubled=sum(told[phone] - owed for phone, owed in self.owed.items() if told[phone] > owed),
            unexpected=sum(count for phone, count in told.items() if phone not in self.owed),
            recovered=(again or 0) + (handled_again or 0),
            unknown=unknown.total(),
        )

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._line.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def _get(self, path: str) -> Any:
        answer = self._line.get(path)
        assert answer.is_success, answer.text
        return answer.json()


def _bound_worker(session: Any, phone: str, today: date, now: datetime) -> None:
    contact = Contact(line_user_id=phone, language="en", reachable=True, created_at=now)
    worker = Worker(worker_ref=phone, name="MADE UP", birth_date=date(1990, 1, 1), nationality="ID", sex="F", as_of=now)
    session.add_all((contact, worker))
    session.flush()
    session.add(
        Permit(
            worker_id=worker.id,
            permit_no=f"TEST-{phone}",
            permit_type="B",
            work="manufacturing",
            employer_name="示範股份有限公司",
            county="桃園市",
            starts_on=today - timedelta(days=700),
            ends_on=today + timedelta(days=14),
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )
    binding.bind(session, contact.id, worker.id, now)
