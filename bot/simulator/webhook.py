"""Delivers webhook events to the bot: signed, in each person's order, or doubled and shuffled on demand."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import httpx
import orjson

from bot.simulator.clock import Clock, milliseconds
from bot.simulator.config import SimulatorConfig
from bot.simulator.store import Connection, Store, setting

TIMEOUT_SECONDS = 2.0  # LINE records `request_timeout` after this


def sign(secret: str, body: bytes) -> str:
    """LINE's x-line-signature for exactly these bytes."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@dataclass
class Switches:
    """How deliveries misbehave.

    `copies` sends every event that often; `hold` keeps events back until it is switched off; they are then
    released in order, or backwards with `shuffle`, or in one body with `together`. Without `hold`, `shuffle`
    lets one person's events overtake each other. `redeliver` repeats what was not answered 2xx.
    """

    copies: int = 1
    shuffle: bool = False
    hold: bool = False
    together: bool = False
    redeliver: bool = False
    mode: Literal["active", "standby"] = "active"

    def __post_init__(self) -> None:
        if not 1 <= self.copies <= 100:
            raise ValueError("copies must be between 1 and 100")
        if self.mode not in ("active", "standby"):
            raise ValueError("mode must be active or standby")


@dataclass
class Event:
    """A webhook event on its way; `answered` becomes the bot's HTTP status, or None if there was none."""

    body: dict[str, Any]
    user_id: str | None
    answered: "asyncio.Future[int | None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Webhook:
    def __init__(self, config: SimulatorConfig, store: Store, clock: Clock) -> None:
        self._config, self._store, self._clock = config, store, clock
        self.switches = Switches()
        self._held: list[Event] = []
        self._order: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    def send(self, event: Event) -> None:
        """Queue an event; returns at once."""
        if self.switches.hold:
            self._held.append(event)
        else:
            self._start([event])

    def switch(self, changes: dict[str, Any]) -> None:
        """Raises TypeError or ValueError for switches that do not exist or have no such position."""
        self.switches = Switches(**{**asdict(self.switches), **changes})
        if not self.switches.hold and self._held:
            released, self._held = self._held, []
            if self.switches.shuffle:
                released.reverse()
            if self.switches.together:
                self._start(released)
            else:
                self._spawn(self._one_by_one(released))

    @property
    def held(self) -> int:
        return len(self._held)

    async def post(
        self, events: list[dict[str, Any]], *, attempt: int = 1, url: str | None = None
    ) -> tuple[int | None, str | None]:
        """Send one signed body and log it; the bot's status, and LINE's word for what went wrong."""
        url = url or await self._store.run(lambda db: setting(db, "webhook_url"))
        body = orjson.dumps({"destination": self._config.bot_user_id, "events": events})
        status, error = None, None
        if url is None:
            error = "no_webhook_url"
        else:
            await self._store.run(lambda db: self._stamp_reply_tokens(db, events, again=attempt > 1))
            headers = {
                "content-type": "application/json; charset=utf-8",
                "x-line-signature": sign(self._config.channel_secret, body),
                "user-agent": "LineBotWebhook/2.0",
            }
            try:
                response = await self._http().post(url, content=body, headers=headers)
                status = response.status_code
                error = None if response.is_success else "error_status_code"
            except httpx.TimeoutException:
                error = "request_timeout"
            except (
                Exception
            ):  # not only httpx's own: under it, a connection that is cut at once gives an AttributeError
                error = "could_not_connect"
        await self._store.run(lambda db: self._log(db, events, attempt, status, error))
        return status, error

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)
        return self._client

    def _start(self, events: list[Event]) -> None:
        self._spawn(self._deliver(events))

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one_by_one(self, events: Iterable[Event]) -> None:
        for event in events:
            await self._deliver_copies([event])

    async def _deliver(self, events: list[Event]) -> None:
        if len(events) == 1 and events[0].user_id is not None and not self.switches.shuffle:
            async with self._order.setdefault(events[0].user_id, asyncio.Lock()):
                await self._deliver_copies(events)
        else:
            await self._deliver_copies(events)

    async def _deliver_copies(self, events: list[Event]) -> None:
        bodies = [event.body for event in events]
        status, error = None, None
        for _ in range(self.switches.copies):
            status, error = await self.post(bodies)
        for event in events:
            if not event.answered.done():
                event.answered.set_result(status)
        if error is not None and self.switches.redeliver:
            # In the background: LINE does not hold back later events for a failed one.
            self._spawn(self._redeliver(bodies))

    async def _redeliver(self, bodies: list[dict[str, Any]]) -> None:
        again = [{**body, "deliveryContext": {"isRedelivery": True}} for body in bodies]
        for attempt in range(2, 2 + self._config.redelivery_attempts):
            await asyncio.sleep(self._config.redelivery_seconds)
            if not self.switches.redeliver:
                return
            _, error = await self.post(again, attempt=attempt)
            if error is None:
                return

    def _stamp_reply_tokens(self, db: Connection, events: list[dict[str, Any]], *, again: bool) -> None:
        """A reply token's minute runs from when the bot was last told of it."""
        tokens = [event["replyToken"] for event in events if isinstance(event.get("replyToken"), str)]
        db.executemany(
            "UPDATE reply_token SET delivered_at = ?, redelivered = redelivered OR ? WHERE token = ?",
            [(milliseconds(self._clock.now()), again, token) for token in tokens],
        )

    def _log(
        self, db: Connection, events: list[dict[str, Any]], attempt: int, status: int | None, error: str | None
    ) -> None:
        ids = orjson.dumps([event.get("webhookEventId") for event in events]).decode()
        db.execute(
            "INSERT INTO delivery (at, event_ids, attempt, redelivery, status, error) VALUES (?, ?, ?, ?, ?, ?)",
            (milliseconds(self._clock.now()), ids, attempt, attempt > 1, status, error),
        )
