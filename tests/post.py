"""An outbox between a real database and the LINE look-alike over HTTP, without the rest of the service."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.clock import Clock
from bot.database import Database
from bot.delivery import Composer
from bot.line.answers import Outcome
from bot.line.client import LineClient
from bot.line.connection import LineConnection
from bot.line.tokens import StatelessTokens
from bot.outbox import Outbox
from bot.quota import QuotaGate, QuotaReader
from bot.simulator.app import create_app
from bot.simulator.config import SimulatorConfig
from locales import Language, Text, verbatim
from models import content as contents
from models.contact import Contact
from models.content import Content, words
from models.delivery_hours import DeliveryHours
from models.message import Lane, Message, MessageState
from models.quota import Account
from tests.town import Server, free_port, wait_until

SECRET = "a-secret-for-tests-only"
CHANNEL = "test"
ACCOUNT = Account(CHANNEL, reserve_percent=10)
PUSH = "/v2/bot/message/push"
REPLY = "/v2/bot/message/reply"
MENU = verbatim("MENU")


def still_true(session: Session, message: Message, today: date) -> Content | None:
    return message.says or words(MENU)


@dataclass
class Post:
    """A database full of messages, LINE, and outboxes that come and go."""

    database: Database
    clock: Clock
    url: str
    compose: Composer = still_true
    hours: DeliveryHours = field(default_factory=DeliveryHours)
    patience: float = 10.0  # of the client for an answer

    def __post_init__(self) -> None:
        self._line = httpx.Client(base_url=f"{self.url}/simulator/api/", timeout=15, trust_env=False, verify=False)

    def close(self) -> None:
        self._line.close()

    # LINE

    def api(self, path: str, body: Any = None, method: str = "POST") -> Any:
        answer = self._line.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def fault(self, path: str = PUSH, **how: Any) -> None:
        self.api("faults", {"path": path, **how})

    def ledger(self) -> list[dict[str, Any]]:
        return self.api("ledger", method="GET")  # type: ignore[no-any-return]

    def requests(self, *paths: str) -> list[dict[str, Any]]:
        """What LINE was asked to send, also in vain."""
        found = self.api("requests", method="GET")
        return [one for one in found if one["path"] in (paths or (PUSH, REPLY))]

    def reply_token(self, phone: str) -> str:
        """A fresh token, as if she had just written."""
        before = len(self.tokens)
        self.api(f"users/{phone}/text", {"text": "Hello"})
        return wait_until(lambda: self.tokens[before:], "the webhook")[0]  # type: ignore[no-any-return]

    tokens: list[str] = field(default_factory=list)

    # The database

    def person(self, language: Language = Language.EN, *, reachable: bool = True) -> tuple[int, str]:
        phone = self.api("users", {"display_name": "Siti", "language": "en"})["user_id"]
        self.api(f"users/{phone}/follow", {})
        with self.database.writing() as session:
            contact = Contact(
                line_user_id=phone, language=language.value, reachable=reachable, created_at=self.clock.now()
            )
            session.add(contact)
            session.flush()
            return contact.id, phone

    def plan(self, contact_id: int, what: str = "notice", says: Text = MENU, **values: Any) -> int:
        row = {
            "kind": "notice",
            "lane": Lane.URGENT.value,
            "content": contents.to_json(words(says)),
            "not_before": self.clock.now(),
            "created_at": self.clock.now(),
        }
        with self.database.writing() as session:
            message = Message(contact_id=contact_id, what=what, **row | values)
            session.add(message)
            session.flush()
            return message.id

    def plan_reply(self, contact_id: int, phone: str, what: str = "reply", **values: Any) -> int:
        until = self.clock.now() + timedelta(seconds=50)
        row: dict[str, Any] = {"lane": Lane.REPLY.value, "reply_until": until, "reply_token": self.reply_token(phone)}
        return self.plan(contact_id, what, **row | values)

    def message(self, message_id: int) -> Message:
        with self.database.reading() as session:
            return session.get_one(Message, message_id)

    def states(self) -> Counter[str]:
        with self.database.reading() as session:
            return Counter(session.scalars(select(Message.state)))

    # The outbox

    def deliver(self, *, later: Sequence[timedelta] = (timedelta(),), url: str | None = None) -> None:
        """At each of these times after now, let a new outbox send what is due."""
        for pause in later:
            self.clock.ahead += pause
            asyncio.run(self._run(self._nothing_to_do, url or self.url))

    def line(self, url: str) -> LineClient:
        """A client whose calls go to `url`; its tokens are LINE's own."""
        tokens = StatelessTokens("1000000001", SECRET, self.url)
        return LineClient(LineConnection(tokens, api_url=url, connect_seconds=1, total_seconds=self.patience))

    def read_quota(self) -> bool:
        """Let another reader ask LINE for the month's figures, if it is due; whether they are known now."""

        async def read() -> bool:
            async with self.line(self.url) as line:
                return await QuotaReader(self.database, self.clock, line, ACCOUNT).read_when_due()

        return asyncio.run(read())

    def deliver_until(self, done: Callable[[], Any]) -> None:
        asyncio.run(self._run(done, self.url))

    async def _run(self, done: Callable[[], Any], url: str) -> None:
        async with self.line(url) as line:
            outbox = Outbox(
                self.database, self.clock, line, ACCOUNT, hours=self.hours, compose=lambda *a: self.compose(*a)
            )
            running = asyncio.create_task(outbox.run())
            try:
                until = time.monotonic() + 20
                while not await asyncio.to_thread(done):
                    assert time.monotonic() < until, f"waited in vain: {self.states()}"
                    assert not running.done(), running
                    await asyncio.sleep(0.02)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    def _nothing_to_do(self) -> bool:
        now = self.clock.now()
        with self.database.reading() as session:
            left = QuotaGate(ACCOUNT).routine_left(session, now)
        routine = self.hours.allow(now) and (left is None or left > 0)
        lowest = Lane.ANNOUNCEMENT if routine else Lane.REPLY
        busy = aliased(Message)
        waits_for_another = select(busy.id).where(busy.contact_id == Message.contact_id, busy.state == "leased")
        planned = (Message.state == MessageState.PLANNED.value) & (Message.not_before <= now)
        planned &= ~waits_for_another.exists()
        planned &= func.coalesce(Message.error, "") != Outcome.MONTHLY_LIMIT.value  # waits for LINE to change its mind
        on_its_way = (Message.state == MessageState.LEASED.value) & Message.leased_by.is_not(None)
        expired = (Message.state == MessageState.LEASED.value) & (Message.lease_until <= now)
        with self.database.reading() as session:
            return not session.scalar(
                select(func.count()).where(or_(planned & (Message.lane <= lowest.value), on_its_way, expired))
            )


async def _hear(post: Post, scope: Any, receive: Any, send: Any) -> None:
    """A bot that only notes reply tokens."""
    if scope["type"] == "http":
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        post.tokens += [event["replyToken"] for event in orjson.loads(body)["events"] if "replyToken" in event]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def posting(database: Database, now: datetime, folder: Path) -> Iterator[Post]:
    clock = Clock()
    clock.move(now)
    port, listening = free_port(), free_port()
    config = SimulatorConfig(
        channel_secret=SECRET,
        webhook_url=f"http://127.0.0.1:{listening}/line/webhook",
        database=str(folder / "line.sqlite"),
        clock=clock,
        restore_clock=False,
    )
    with Server(create_app(config), port):
        opened = Post(database, clock, f"http://127.0.0.1:{port}")

        async def bot(scope: Any, receive: Any, send: Any) -> None:
            await _hear(opened, scope, receive, send)

        with Server(bot, listening):
            yield opened
        opened.close()
