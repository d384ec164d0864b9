"""One bot as a process that may die at any moment, and LINE beside it, which remembers everything durably."""

import base64
import contextlib
import http.client
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.simulator.app import create_app
from bot.simulator.config import SimulatorConfig
from locales import taipei_day
from models import api_key, binding, inbox, schedule
from models.api_key import Scope
from models.contact import Contact
from models.inbox import InboxEvent
from models.message import FINAL, Message, MessageState
from models.permit import Permit
from models.schedule import Schedule
from models.secrets import Key, Keyring
from models.worker import Worker
from tests.faults.count import Count
from tests.faults.process import BotProcess, SteeredClock
from tests.town import Server, free_port, wait_until

SECRET = "a-secret-for-tests-only"
KEY = "1:" + base64.b64encode(bytes(range(32))).decode()
CHANNEL = "1000000001"
SENDING = ("/v2/bot/message/push", "/v2/bot/message/reply")
STARTS_WITHIN = 60.0
FINISHES_WITHIN = 100.0
"""Two leases, one for the event and one for its answer, and time for a busy machine."""
REMINDED_BEFORE = 14
"""Days before a permit's end on which everybody is reminded."""
NO_REMINDER_NEAR = 400
LONG_AGO = timedelta(days=10)
"""In the past also for a bot whose clock is behind."""


@dataclass
class World:
    """A migrated database, LINE, people who write, workers whose reminders are due, and a ministry that tells."""

    database_url: str
    folder: Path
    # Of the bot, over those that every world has.
    more: Mapping[str, str] = field(default_factory=dict)
    # The true time, which is LINE's.
    clock: Clock = field(default_factory=Clock)
    # How many messages each LINE account is to receive.
    owed: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    bites: Counter[str] = field(default_factory=Counter)
    bot: BotProcess | None = None

    def __enter__(self) -> Self:
        self.database = Database(self.database_url, Keyring([Key.read(KEY)]))
        self.bot_port, line_port = free_port(), free_port()
        config = SimulatorConfig(
            channel_id=CHANNEL,
            channel_secret=SECRET,
            webhook_url=f"http://127.0.0.1:{self.bot_port}/line/webhook",
            database=str(self.folder / "line.sqlite"),
            clock=self.clock,
            restore_clock=False,
            user_action_wait_seconds=0,
            redelivery_seconds=0.5,
            redelivery_attempts=200,
        )
        self.line_port, self.line_url = line_port, f"http://127.0.0.1:{line_port}"
        self._line_server = Server(create_app(config), line_port).__enter__()
        # Each call on a connection of its own: one that is kept may be closed by the other side just now.
        limits = httpx.Limits(max_keepalive_connections=0)
        self.line = httpx.Client(base_url=f"{self.line_url}/simulator/api/", timeout=60, trust_env=False, limits=limits)
        self.post("deliveries", {"redeliver": True})
        self._bots_clock = SteeredClock(self.folder / "clock")
        self._bots_clock.set_ahead(self.clock.ahead)
        self.settings = {**self._settings(), **self.more}
        self._not_taken: dict[str, dict[str, Any]] = {}
        self._deliveries: list[dict[str, Any]] = []
        self._died_at: float | None = None
        self._longest_resume = 0.0
        with self.database.writing() as session:
            _, self._api_key = api_key.create(session, "ministry", [Scope.EVENTS], self.clock.now(), test=False)
        return self

    def __exit__(self, *_: object) -> None:
        if self.bot is not None:
            self.bot.kill()
        self.line.close()
        self._line_server.__exit__()
        self.database.close()

    # The bot

    def _settings(self) -> dict[str, str]:
        return {
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

    def start(self, command: Sequence[str] = ("serve",)) -> int:
        """The process id of a bot that is ready."""
        self.bot = BotProcess(self.folder, self.settings, command)
        wait_until(self._is_ready, "the bot to start", STARTS_WITHIN)
        return self.bot.pid

    def run(self, *command: str) -> None:
        """A command that ends by itself, as an operator runs it."""
        process = BotProcess(self.folder, self.settings, command)
        assert process.died_within(60), command
        assert process.exit_status == 0, process.last_words()

    def _is_ready(self) -> bool:
        assert self.bot is not None
        if self.bot.exit_status is not None:
            raise AssertionError(self.bot.last_words())
        return self.ask("GET", "/healthz") == 200

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> int:
        """The status that the bot answers, 0 for none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.bot_port, timeout=5)
        try:
            connection.request(method, path, body, dict(headers or {}))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def kill(self) -> None:
        """kill -9, also where it has just died of its own."""
        if self.bot is not None:
            self.bot.kill()
            self.bot = None
            self._died_at = time.monotonic()

    # Time

    def time_passes(self, by: timedelta) -> None:
        """For LINE, for the bot and for us."""
        self.clock.ahead += by
        self.set_bots_clock_wrong(timedelta())

    def set_bots_clock_wrong(self, by: timedelta) -> None:
        """Only the bot's machine shows that much more than the true time."""
        self._bots_clock.set_ahead(self.clock.ahead + by)

    # What goes in

    def people_write(self, people: int) -> None:
        """New people add the bot and write a word: each is owed two answers."""
        for _ in range(people):
            phone = self.new_phone(owed=2)
            self.post(f"users/{phone}/follow", {})
            self.post(f"users/{phone}/text", {"text": "Hello"})

    def a_new_day_dawns(self, workers: int) -> None:
        """So many bound workers are to be reminded of their permits' end, once the job of the day has planned it."""
        self.workers_are_bound(workers, owed=1)
        now = self.clock.now()
        with self.database.writing() as session:
            # As if yesterday had been the last day planned.
            schedule.ensure(session, "plan_reminders", now)
            plan = session.get_one(Schedule, "plan_reminders", with_for_update=True)
            plan.next_run, plan.planned_through = now, taipei_day(now) - timedelta(days=1)

    def workers_are_bound(self, workers: int, *, ends_in: int = REMINDED_BEFORE, owed: int) -> list[str]:
        """The accounts of so many new bound workers, whose permits end in so many days."""
        now = self.clock.now()
        phones = [self.new_phone(owed) for _ in range(workers)]
        with self.database.writing() as session:
            for phone in phones:
                _bound_worker(session, phone, taipei_day(now), ends_in, now)
        return phones

    def permits_are_revoked(self, workers: int) -> None:
        """The ministry tells of so many bound workers, and tells again later what nobody has confirmed."""
        for phone in self.workers_are_bound(workers, ends_in=NO_REMINDER_NEAR, owed=1):
            event_id = uuid4().hex
            self._not_taken[event_id] = {
                "event_id": event_id,
                "kind": "permit_revoked",
                "permit_no": f"TEST-{phone}",
                "occurred_at": (self.clock.now() - LONG_AGO).isoformat(),
                "reason_code": "employer_quota",
            }
        self.ministry_tells()

    def ministry_tells(self) -> bool:
        """Whether the bot has confirmed everything that it was told."""
        events = list(self._not_taken.values())
        if not events:
            return True
        with contextlib.suppress(httpx.TransportError):
            answer = self.line.post(
                f"http://127.0.0.1:{self.bot_port}/api/v1/events",
                json={"events": events},
                headers={"Authorization": f"Bearer {self._api_key}"},
                timeout=5,
            )
            if answer.status_code == 200:
                statuses = {row["status"] for row in answer.json()["results"]}
                assert statuses <= {"recorded", "repeated"}, answer.text
                self._not_taken.clear()
        return not self._not_taken

    def new_phone(self, owed: int) -> str:
        phone: str = self.post("users", {"display_name": "Siti", "language": "en"})["user_id"]
        self.owed[phone] += owed
        return phone

    # What comes out

    def finish(self, within: float = FINISHES_WITHIN) -> None:
        """Wait until the bot has nothing left to do; what it then still has, is counted as stuck."""
        with contextlib.suppress(AssertionError):
            wait_until(self._all_is_done, "the bot to finish", within)
        if self._died_at is not None:
            self._longest_resume = max(self._longest_resume, time.monotonic() - self._died_at)
            self._died_at = None

    def _all_is_done(self) -> bool:
        time.sleep(0.2)
        if not self.ministry_tells() or self.events_not_taken():
            return False
        with self.database.reading() as session:
            planned = session.get(Schedule, "plan_reminders")
            return (planned is None or planned.next_run > self.clock.now()) and not _stuck(session)

    def events_not_taken(self) -> set[str]:
        """The events that LINE tells of again and again, because nobody has answered 200 yet."""
        log = self.deliveries()
        told = {event for each in log for event in each["webhook_event_ids"]}
        return told - {event for each in log if each["status"] == 200 for event in each["webhook_event_ids"]}

    def deliveries(self) -> list[dict[str, Any]]:
        """Every try of LINE to deliver webhooks, with the status that the bot answered."""
        log = self._deliveries
        while page := self.get(f"deliveries?after={log[-1]['seq'] if log else 0}")["deliveries"]:
            log += page
        return log

    def sent(self) -> list[dict[str, Any]]:
        """Every request that LINE accepted and that brings a message to somebody, in order."""
        found: list[dict[str, Any]] = []
        while page := self.get(f"ledger?after={found[-1]['seq'] if found else 0}"):
            found += page
        return [entry for entry in found if entry["path"] in SENDING]

    def asked(self) -> list[dict[str, Any]]:
        """Every request to send, also in vain."""
        return [one for one in self.get("requests") if one["path"] in SENDING]

    def states(self) -> Counter[str]:
        """How many messages are in each state."""
        with self.database.reading() as session:
            return Counter(session.scalars(select(Message.state)))

    def next_job(self) -> datetime:
        """When the first of the known jobs is due."""
        with self.database.reading() as session:
            return min(schedule.times(session).values(), default=self.clock.now())

    def tried_again(self) -> int:
        """How many messages have been tried more than once."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).where(Message.attempts > 1)) or 0

    def count(self) -> Count:
        told = Counter(one for entry in self.sent() for one in entry["recipients"])
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
            stuck = _stuck(session)
        return Count(
            kills=self.kills,
            bites=self.bites,
            expected=self.owed.total(),
            # What nobody can know is said so, and is neither lost nor sent.
            lost=(self.owed - told - unknown).total(),
            doubled=sum(told[phone] - owed for phone, owed in self.owed.items() if told[phone] > owed),
            unexpected=sum(count for phone, count in told.items() if phone not in self.owed),
            recovered=(again or 0) + (handled_again or 0),
            unknown=unknown.total(),
            stuck=stuck + len(self._not_taken),
            longest_resume=self._longest_resume,
        )

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """To the LINE look-alike's control."""
        answer = self.line.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        """From there; asked again where the machine is too busy to take the connection."""
        for _ in range(5):
            with contextlib.suppress(httpx.TransportError):
                answer = self.line.get(path)
                break
        else:
            answer = self.line.get(path)
        assert answer.is_success, answer.text
        return answer.json()


def _stuck(session: Session) -> int:
    """Messages in none of the four final states, and events that nobody has handled."""
    waiting = session.scalar(select(func.count()).where(Message.state.not_in(FINAL))) or 0
    return waiting + sum(n for state, n in inbox.counts(session).items() if state in ("new", "leased"))


def _bound_worker(session: Session, phone: str, today: date, ends_in: int, now: datetime) -> None:
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
            ends_on=today + timedelta(days=ends_in),
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )
    binding.bind(session, contact.id, worker.id, now)
