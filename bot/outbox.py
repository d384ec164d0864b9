"""Outbox to LINE: what is due leaves at LINE's pace, from as many processes as there are."""

import asyncio
import contextlib
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import delivery
from bot.clock import Clock
from bot.database import Database
from bot.delivery import Composer, Ready
from bot.line.answers import Answer, Outcome
from bot.line.client import LineClient
from bot.log import where
from bot.process import process_name
from models import rate
from models.delivery_hours import DeliveryHours

BATCH = 100
IN_FLIGHT = 400
"""At 100 ms a request, 200 in flight reach LINE's 2,000 a second; the rest is for slow moments."""
IDLE_SECONDS = 0.5
STOPPED_SECONDS = 30
"""After LINE refused our access: long enough not to hammer it, short enough for a new token to be noticed."""
FINISH_SECONDS = 12

log = structlog.get_logger()


class Outbox:
    """Claims, sends and marks; what it does not finish, another process finishes when the lease ends."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        line: LineClient,
        *,
        channel: str,
        hours: DeliveryHours,
        compose: Composer,
    ) -> None:
        self._database = database
        self._clock = clock
        self._line = line
        self._channel = channel
        self._hours = hours
        self._compose = compose
        self._me = process_name()
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._sending: set[asyncio.Task[None]] = set()
        self._answered: asyncio.Queue[tuple[Ready, Answer]] = asyncio.Queue()
        self._stopped_until = 0.0

    def wake(self) -> None:
        """Something is due now (may be called from any thread)."""
        self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Until cancelled; then what is in flight is waited for and marked."""
        marker = asyncio.create_task(self._mark_forever())
        try:
            while True:
                self._woken.clear()
                if not await self._send_due():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), IDLE_SECONDS)
        finally:
            await self._finish(marker)

    async def drain(self) -> None:
        """Send and mark until nothing more is due."""
        marker = asyncio.create_task(self._mark_forever())
        try:
            while await self._send_due() or self._sending or self._answered.qsize():
                if self._sending:
                    await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
                await self._answered.join()
        finally:
            await self._finish(marker)

    async def _finish(self, marker: asyncio.Task[None]) -> None:
        if self._sending:
            await asyncio.wait(self._sending, timeout=FINISH_SECONDS)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._answered.join(), FINISH_SECONDS)
        marker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await marker

    async def _send_due(self) -> bool:
        """Start what may leave now; False when nothing was due."""
        if self._loop.time() < self._stopped_until:
            return False
        room = IN_FLIGHT - len(self._sending)
        if room < BATCH:
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
            return True
        try:
            requests = await asyncio.to_thread(self._prepare)
        except (SQLAlchemyError, OSError) as failure:
            log.error("outbox_waits_for_database", error=where(failure))
            return False
        for seconds, request in requests:
            task = asyncio.create_task(self._send(seconds, request))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return bool(requests)

    def _prepare(self) -> Sequence[tuple[float, Ready]]:
        """What may leave, each with the seconds until its slot."""
        with self._database.writing() as session:
            found = delivery.prepare(session, self._compose, self._hours, self._me, self._clock.now(), BATCH)
            slots = []
            for endpoint in {request.endpoint for request in found}:
                requests = [request for request in found if request.endpoint == endpoint]
                first, apart = rate.reserve(session, self._channel, endpoint, len(requests))
                slots += [(first + place * apart, request) for place, request in enumerate(requests)]
            return slots

    async def _send(self, seconds: float, request: Ready) -> None:
        await asyncio.sleep(seconds)
        if request.endpoint == "reply":
            answer = await self._line.reply(request.body)
        else:
            answer = await self._line.push(request.body, request.retry_key)
        if answer.outcome in (Outcome.UNAUTHORISED, Outcome.FORBIDDEN):
            log.critical("line_refuses_our_access", outcome=answer.outcome.value)
            self._stopped_until = self._loop.time() + STOPPED_SECONDS
        elif answer.outcome is Outcome.MONTHLY_LIMIT:
            log.critical("line_monthly_limit_reached")
        self._answered.put_nowait((request, answer))

    async def _mark_forever(self) -> None:
        while True:
            batch = [await self._answered.get()]
            while not self._answered.empty() and len(batch) < BATCH:
                batch.append(self._answered.get_nowait())
            while not await asyncio.to_thread(self._mark, batch):
                await asyncio.sleep(IDLE_SECONDS)
            for _done in batch:
                self._answered.task_done()
            self._woken.set()

    def _mark(self, batch: Sequence[tuple[Ready, Answer]]) -> bool:
        """False when the database could not take it: what LINE said must not be forgotten."""
        try:
            with self._database.writing() as session:
                for request, answer in batch:
                    delivery.mark(session, self._channel, request, answer, self._clock.now())
        except (SQLAlchemyError, OSError) as failure:
            log.error("outbox_cannot_mark", error=where(failure))
            return False
        return True
