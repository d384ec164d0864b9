"""What every sender to LINE does: take what is due, let each request leave at its time, note the answers."""

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar, TypeVarTuple

import structlog
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import DATABASE_DOWN, Database
from bot.line.answers import Answer, Outcome
from bot.line.client import LineClient
from bot.process import process_name
from bot.quota import QuotaGate, tell
from models.quota import Account, Standing
from models.sending import LEASE

IDLE_SECONDS = 0.5
GATHER_SECONDS = 0.1
"""Under load so long answers are collected for one transaction; a crash meanwhile costs only a second request."""
STOPPED_SECONDS = 30
"""After LINE refused our access: long enough not to hammer it, short enough for a new token to be noticed."""
FINISH_SECONDS = 12
THREADS = 3
"""One prepares, one marks, one looks whether something was stopped."""

log = structlog.get_logger()

Request = TypeVar("Request")
Given = TypeVarTuple("Given")
Found = TypeVar("Found")


class Sender(ABC, Generic[Request]):
    """Claims, sends and marks; what it does not finish, another process finishes when the lease ends."""

    def __init__(
        self, database: Database, clock: Clock, line: LineClient, account: Account, *, in_flight: int, batch: int
    ) -> None:
        """At most so many requests of ours are on their way or wait for their slot; `batch` are taken at once."""
        self._database = database
        self._clock = clock
        self._line = line
        self._account = account
        self._gate = QuotaGate(account)
        self._me = process_name()
        # Of its own: in asyncio's pool it would stand behind others who wait for the database.
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=type(self).__name__)
        self._busy_from = in_flight - batch
        self._woken = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._loop = asyncio.get_running_loop()
        self._sending: set[asyncio.Task[None]] = set()
        self._answered: asyncio.Queue[tuple[Request, Answer]] = asyncio.Queue()
        self._stopped_until = 0.0

    @abstractmethod
    def _prepare(self) -> tuple[Sequence[tuple[float, Request]], bool]:
        """What may leave, and when on `time.monotonic`, and whether anything was due; called in a thread."""

    @abstractmethod
    async def _call(self, request: Request) -> Answer:
        """LINE's answer, or what comes to the same when the request may not leave any more."""

    @abstractmethod
    def _note(self, session: Session, batch: Sequence[tuple[Request, Answer]]) -> tuple[Standing, Standing] | None:
        """Write down what LINE answered; gives back the month's quota before and after, where some was used."""

    @abstractmethod
    def _log_database_down(self, failure: Exception) -> None:
        """What LINE answered waits to be written down."""

    @abstractmethod
    def _log_not_noted(self, request: Request, failure: Exception) -> None:
        """By a fault of ours, what LINE answered to this request cannot be written down."""

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
        self._threads.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[*Given], Found], *given: *Given) -> Found:
        return await self._loop.run_in_executor(self._threads, work, *given)

    async def _send_due(self) -> bool:
        """Start what may leave now; False when nothing was due that may leave."""
        if time.monotonic() < self._stopped_until:
            return False
        await self._room.wait()
        preparing = asyncio.ensure_future(self._in_thread(self._prepare))
        try:
            slots, any_due = await asyncio.shield(preparing)
        except asyncio.CancelledError:
            # We stop, but what was leased in this moment is ours to send.
            self._start((await preparing)[0])
            raise
        self._start(slots)
        return any_due

    def _start(self, slots: Sequence[tuple[float, Request]]) -> None:
        for at, request in slots:
            task = asyncio.create_task(self._send(at, request))
            self._sending.add(task)
            task.add_done_callback(self._sent)
        if len(self._sending) > self._busy_from:
            self._room.clear()

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        if len(self._sending) <= self._busy_from:
            self._room.set()

    async def _send(self, at: float, request: Request) -> None:
        leased_until = time.monotonic() + LEASE.total_seconds()
        await asyncio.sleep(at - time.monotonic())
        if time.monotonic() > leased_until:
            return  # this process stood still; by now another may have sent it
        answer = await self._call(request)
        if answer.outcome in (Outcome.UNAUTHORISED, Outcome.FORBIDDEN):
            log.critical("line_refuses_our_access", outcome=answer.outcome.value)
            self._stopped_until = time.monotonic() + STOPPED_SECONDS
        self._answered.put_nowait((request, answer))

    async def _mark_forever(self) -> None:
        while True:
            batch = [await self._answered.get()]
            if self._sending:
                await asyncio.sleep(GATHER_SECONDS)
            while not self._answered.empty():
                batch.append(self._answered.get_nowait())
            while not await self._in_thread(self._mark, batch):
                await asyncio.sleep(IDLE_SECONDS)
            for _done in batch:
                self._answered.task_done()
            self._woken.set()

    def _mark(self, batch: Sequence[tuple[Request, Answer]]) -> bool:
        """False when the database could not take it: what LINE said must not be forgotten. Called in a thread."""
        try:
            with self._database.writing() as session:
                counted = self._note(session, batch)
            if counted is not None:
                tell(*counted, self._account.reserve_percent)
        except DATABASE_DOWN as failure:
            self._log_database_down(failure)
            return False
        except Exception as failure:
            if len(batch) > 1:  # the others must not wait for the one that is odd
                return all(self._mark([one]) for one in batch)
            # Its lease ends, and the same request again is told what became of this one.
            self._log_not_noted(batch[0][0], failure)
        return True
