"""Outbox to LINE: what is due leaves at LINE's pace, from as many processes as there are."""

import asyncio
import contextlib
import time
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

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
from models.message import Lane
from models.sending import LEASE

BATCH = 200
IN_FLIGHT = 600
"""At 100 ms a request 200 are at LINE to reach its 2,000 a second; the others wait for their slot."""
IDLE_SECONDS = 0.5
GATHER_SECONDS = 0.1
"""Under load so long answers are collected for one transaction; a crash meanwhile costs only a second request."""
STOPPED_SECONDS = 30
"""After LINE refused our access: long enough not to hammer it, short enough for a new token to be noticed."""
FINISH_SECONDS = 12

DATABASE_DOWN = (OperationalError, InterfaceError, NoConnectionFree, OSError)

log = structlog.get_logger()

Slot = tuple[float, Ready]
"""A request, and when on `time.monotonic` it may leave."""


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
        self._room = asyncio.Event()
        self._room.set()
        self._loop = asyncio.get_running_loop()
        self._sending: set[asyncio.Task[None]] = set()
        self._answered: asyncio.Queue[tuple[Ready, Answer]] = asyncio.Queue()
        self._stopped_until = 0.0
        self._quota_gone_until = 0.0

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
                    # Not wait_for: on Python 3.11 it forgets a cancellation that comes together with the event.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(IDLE_SECONDS):
                            await self._woken.wait()
        finally:
            await self._finish(marker)

    async def _finish(self, marker: asyncio.Task[None]) -> None:
        if self._sending:
            await asyncio.wait(self._sending, timeout=FINISH_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                await self._answered.join()
        marker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await marker

    async def _send_due(self) -> bool:
        """Start what may leave now; False when nothing was due."""
        if time.monotonic() < self._stopped_until:
            return False
        await self._room.wait()
        preparing = asyncio.ensure_future(asyncio.to_thread(self._prepare))
        try:
            slots = await asyncio.shield(preparing)
        except asyncio.CancelledError:
            # We stop, but what was leased in this moment is ours to send.
            self._start(await preparing)
            raise
        self._start(slots)
        return bool(slots)

    def _start(self, slots: Sequence[Slot]) -> None:
        for at, request in slots:
            task = asyncio.create_task(self._send(at, request))
            self._sending.add(task)
            task.add_done_callback(self._sent)
        if len(self._sending) > IN_FLIGHT - BATCH:
            self._room.clear()

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        if len(self._sending) <= IN_FLIGHT - BATCH:
            self._room.set()

    def _prepare(self) -> Sequence[Slot]:
        """What may leave, and when; nothing while the database cannot say."""
        now = self._clock.now()
        try:
            with self._database.writing() as session:
                found = delivery.prepare(session, self._compose, self._me, now, BATCH, lowest=self._lowest_lane())
                slots: list[Slot] = []
                for endpoint in {request.endpoint for request in found}:
                    requests = [request for request in found if request.endpoint == endpoint]
                    first, apart = rate.reserve(session, self._channel, endpoint, len(requests))
                    first += time.monotonic()
                    slots += [(first + place * apart, request) for place, request in enumerate(requests)]
                return slots
        except DATABASE_DOWN as failure:
            log.error("outbox_waits_for_database", error=where(failure))
        except Exception as failure:  # a fault of ours: the messages of the next moment may not have it
            log.critical("outbox_cannot_prepare", error=where(failure))
        return ()

    def _lowest_lane(self) -> Lane:
        """Nothing routine at night, nor while only replies and what is urgent may use what is left of the quota."""
        if time.monotonic() < self._quota_gone_until or not self._hours.allow(self._clock.now()):
            return Lane.REPLY
        return Lane.ANNOUNCEMENT

    async def _send(self, at: float, request: Ready) -> None:
        leased_until = time.monotonic() + LEASE.total_seconds()
        await asyncio.sleep(at - time.monotonic())
        if time.monotonic() > leased_until:
            return  # this process stood still; by now another may have sent it
        if request.endpoint == "reply":
            answer = await self._line.reply(request.body)
        else:
            answer = await self._line.push(request.body, request.retry_key)
        if answer.outcome in (Outcome.UNAUTHORISED, Outcome.FORBIDDEN):
            log.critical("line_refuses_our_access", outcome=answer.outcome.value)
            self._stopped_until = time.monotonic() + STOPPED_SECONDS
        elif answer.outcome is Outcome.MONTHLY_LIMIT:
            log.critical("line_monthly_limit_reached")
            self._quota_gone_until = time.monotonic() + STOPPED_SECONDS
        self._answered.put_nowait((request, answer))

    async def _mark_forever(self) -> None:
        while True:
            batch = [await self._answered.get()]
            if self._sending:
                await asyncio.sleep(GATHER_SECONDS)
            while not self._answered.empty():
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
                delivery.mark(session, self._channel, batch, self._clock.now())
        except DATABASE_DOWN as failure:
            log.error("outbox_cannot_mark", error=where(failure))
            return False
        except Exception as failure:
            if len(batch) > 1:  # the others must not wait for the one that is odd
                return all(self._mark([one]) for one in batch)
            # Its lease ends, and the same request again is told what became of this one.
            log.critical("outbox_cannot_mark_message", message_id=batch[0][0].message_id, error=where(failure))
        return True
