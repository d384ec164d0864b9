"""Callbacks to the ministry's system: what is owed is planned, signed, sent, and sent again until it is taken."""

import asyncio
import contextlib
import random
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import httpx
import structlog

from bot.callback_signature import signed_headers
from bot.clock import Clock
from bot.database import DATABASE_DOWN, Database
from bot.log import where
from bot.slices import let_others_write
from models import callback, callback_plan
from models.callback import Due

BATCH = 16
"""Sent side by side; never two of one event."""
IDLE_SECONDS = 1.0
REQUEST_SECONDS = 20
BODY_SECONDS = 1
FINISH_SECONDS = 5
MARK_TRIES = 30
"""A second apart; after that the lease is over, and what was taken is sent once more under the same id."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 60
"""After a failure one callback at a time is tried, farther and farther apart up to the longest, until one is taken."""
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=5), timedelta(hours=6)
GONE = 410
"""Standard Webhooks: the receiver wants no more of them."""


log = structlog.get_logger()

Found = TypeVar("Found")


@dataclass(frozen=True)
class Answer:
    """What became of one request; `fault` where there was no answer."""

    status: int | None
    fault: str | None = None
    retry_after: timedelta = timedelta()

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def error(self) -> str:
        return self.fault or str(self.status)


class Callbacks:
    """Plans and sends; what it does not finish, another process finishes when the lease ends."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        url: str,
        secrets: Sequence[bytes],
        *,
        tls: ssl.SSLContext | None = None,
        patience: float = REQUEST_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._url = url
        self._secrets = tuple(secrets)
        self._tls = tls or ssl.create_default_context()
        self._patience = patience
        self._failures = 0
        self._paused_until = 0.0
        self._gone = False

    async def run(self) -> None:
        """Until cancelled; what is in flight then has a moment to be answered, and else is sent again."""
        # No proxies from the environment: the address and the way to it are the operator's to say.
        async with httpx.AsyncClient(
            verify=self._tls, trust_env=False, follow_redirects=False, timeout=self._patience
        ) as http:
            while True:
                turn = asyncio.ensure_future(self._turn(http))
                try:
                    busy = await asyncio.shield(turn)
                except asyncio.CancelledError:
                    await asyncio.wait([turn], timeout=FINISH_SECONDS)
                    turn.cancel()
                    raise
                if not busy:
                    await asyncio.sleep(IDLE_SECONDS)

    async def _turn(self, http: httpx.AsyncClient) -> bool:
        """Plan a portion and send a batch; False when there was nothing to do."""
        more = await asyncio.to_thread(self._tried, self._plan, False)
        if self._gone or time.monotonic() < self._paused_until:
            return more
        found = await asyncio.to_thread(self._tried, self._claim, [])
        if not found:
            return more
        answers = await asyncio.gather(*(self._send(http, due) for due in found))
        for _try in range(MARK_TRIES):
            if await asyncio.to_thread(self._tried, lambda: self._mark(found, answers), False):
                break
            await asyncio.sleep(IDLE_SECONDS)
        self._slow_down(answers)
        return True

    def _plan(self) -> bool:
        with self._database.reading() as session:
            owed = callback_plan.is_owed(session)
        if not owed:
            return False
        let_others_write(self._database)
        with self._database.writing() as session:
            return callback_plan.plan(session, self._clock.now())

    def _claim(self) -> list[Due]:
        now = self._clock.now()
        with self._database.reading() as session:
            due = callback.is_due(session, now)
        if not due:
            return []
        with self._database.writing() as session:
            return callback.claim(session, now, 1 if self._failures else BATCH)

    async def _send(self, http: httpx.AsyncClient, due: Due) -> Answer:
        headers = signed_headers(self._secrets, due.webhook_id, due.body, self._clock.now())
        headers |= {"content-type": "application/json", "user-agent": "migrant-worker-line-bot"}
        answer: Answer | None = None
        try:
            # httpx knows only the time between two bytes; a receiver that drips must end as well.
            async with (
                asyncio.timeout(self._patience),
                http.stream("POST", self._url, content=due.body, headers=headers) as response,
            ):
                answer = Answer(response.status_code, retry_after=_retry_after(response))
                await _ignore_body(response)
        except Exception as fault:  # whatever it is, this callback is tried again, and the others go on
            answer = answer or Answer(None, type(fault).__name__)
        return answer

    def _mark(self, found: Sequence[Due], answers: Sequence[Answer]) -> bool:
        now = self._clock.now()
        with self._database.writing() as session:
            callback.delivered(
                session, [due.id for due, answer in zip(found, answers, strict=True) if answer.taken], now
            )
            given_up = [
                due
                for due, answer in zip(found, answers, strict=True)
                if not answer.taken and callback.failed(session, due, answer.error, now + _pause(due, answer), now)
            ]
        for due in given_up:
            log.error("callback_given_up", callback_id=due.id)
        return True

    def _slow_down(self, answers: Sequence[Answer]) -> None:
        failed = [answer for answer in answers if not answer.taken]
        for answer in failed:
            log.warning("callback_not_taken", status=answer.status, fault=answer.fault)
        if any(answer.status == GONE for answer in failed):
            log.critical("callback_receiver_gone")
            self._gone = True
        if not failed or len(failed) < len(answers):
            self._failures = 0
            return
        self._failures += 1
        longest = min(FIRST_PAUSE_SECONDS * 2.0 ** min(self._failures - 1, 10), LONGEST_PAUSE_SECONDS)
        pause = longest * random.uniform(0.5, 1)
        asked = max(answer.retry_after for answer in failed)
        self._paused_until = time.monotonic() + max(pause, asked.total_seconds())

    def _tried(self, work: Callable[[], Found], otherwise: Found) -> Found:
        """The work, or `otherwise` while the database is away or where a fault of ours met it."""
        try:
            return work()
        except DATABASE_DOWN as failure:
            log.error("callbacks_wait_for_database", error=where(failure))
        except Exception as failure:
            log.critical("callbacks_failed", error=where(failure))
        return otherwise


async def _ignore_body(response: httpx.Response) -> None:
    """Read past a short one, so that the connection serves again; what it says matters to nobody."""
    with contextlib.suppress(httpx.HTTPError, TimeoutError, OSError):
        async with asyncio.timeout(BODY_SECONDS):
            read = 0
            async for chunk in response.aiter_raw():
                read += len(chunk)
                if read > 65_536:
                    return


def _retry_after(response: httpx.Response) -> timedelta:
    """How long the receiver asks us to wait, within reason; its other form, a date, is not worth a second clock."""
    asked = response.headers.get("retry-after", "")
    seconds = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0
    return min(timedelta(seconds=seconds), LONGEST_RETRY)


def _pause(due: Due, answer: Answer) -> timedelta:
    """Four times as long each time, up to six hours, and never the same for two callbacks."""
    longest = min(FIRST_RETRY * 4.0 ** min(due.attempt - 1, 10), LONGEST_RETRY)
    return max(longest * random.uniform(0.5, 1), answer.retry_after)
