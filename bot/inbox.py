"""Inbox to handlers: each person's events one at a time, each in one transaction, poison set aside."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta

import orjson
import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.clock import Clock
from bot.database import Database
from bot.line.answers import LineError
from bot.line.client import LineClient
from bot.log import where
from bot.menus import Menus, menu_wanted
from bot.process import process_name
from handlers import dispatch
from handlers.context import Context, Reply, Rules
from handlers.event import Did, read
from locales import language_of_profile
from models import inbox
from models.contact import meet
from models.inbox import Claimed
from models.message import ANSWER, OWED, add_reply

BATCH = 32
IN_HAND = 128
"""Events being handled at once: what waits for a slow answer of LINE must not hold up everybody else."""
IDLE_SECONDS = 0.5
"""Only a safety net: a new event wakes us at once."""
REPLY_WITHIN = timedelta(seconds=50)
"""LINE says one minute from receiving the webhook, and not to rely on the exact limit."""

FINISH_SECONDS = 12
LOADING_SECONDS = 10
"""LINE's dots end by themselves when the answer comes."""

log = structlog.get_logger()


class Inbox:
    """Handles what the webhook has kept."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        line: LineClient,
        menus: Menus,
        rules: Rules,
        outbox_wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._line = line
        self._menus = menus
        self._rules = rules
        self._outbox_wake = outbox_wake
        self._me = process_name()
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._in_hand: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Something has arrived (may be called from any thread)."""
        self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Until cancelled; then what is in hand is finished."""
        try:
            while True:
                self._woken.clear()
                if not await self._start_waiting():
                    # Not wait_for: on Python 3.11 it forgets a cancellation that comes together with the event.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(IDLE_SECONDS):
                            await self._woken.wait()
        finally:
            if self._in_hand:
                await asyncio.wait(self._in_hand, timeout=FINISH_SECONDS)

    async def handle_waiting(self) -> int:
        """Claim and handle one batch; how many events were claimed."""
        claimed = await asyncio.to_thread(self._claim, BATCH)
        await asyncio.gather(*(self._handle(event) for event in claimed))
        return len(claimed)

    async def _start_waiting(self) -> bool:
        """Claim what there is room for and begin to handle it; False when there was nothing, or no room."""
        room = min(BATCH, IN_HAND - len(self._in_hand))
        if not room:
            return False
        try:
            claimed = await asyncio.to_thread(self._claim, room)
        except (SQLAlchemyError, OSError) as failure:
            log.error("inbox_waits_for_database", error=where(failure))
            return False
        for event in claimed:
            task = asyncio.create_task(self._handle(event))
            self._in_hand.add(task)
            task.add_done_callback(self._handled)
        return bool(claimed)

    def _handled(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self._woken.set()  # there is room again, and perhaps a next event of the same person

    def _claim(self, limit: int) -> list[Claimed]:
        try:
            with self._database.writing() as session:
                return inbox.claim(session, self._me, self._clock.now(), limit)
        except IntegrityError:
            return []  # another process took one of these people's events first

    async def _handle(self, claimed: Claimed) -> None:
        """Never raises: whatever one event does must not stop the others."""
        try:
            language = await self._profile_language(claimed) if claimed.type == Did.FOLLOW else None
            reply, menu = await asyncio.to_thread(self._answer, claimed, language)
        except Exception as failure:
            await self._set_aside(claimed, where(failure))
            return
        try:
            await self._show(claimed.line_user_id, reply, menu)
        except Exception as failure:  # she has her answer; dots and menus are only a courtesy
            log.warning("courtesy_failed", event_id=claimed.id, error=where(failure))

    async def _show(self, user_id: str, reply: Reply | None, menu: str | None) -> None:
        if reply is not None:
            self._outbox_wake()
            if reply.after:
                await self._line.start_loading(user_id, LOADING_SECONDS)
        if menu is not None:
            # The menu of somebody who is linked must not tell the outcome before the answer does.
            await asyncio.sleep(reply.after.total_seconds() if reply else 0)
            await self._menus.show(user_id, menu)

    async def _set_aside(self, claimed: Claimed, error: str) -> None:
        try:
            parked = await asyncio.to_thread(self._failed, claimed, error)
        except (SQLAlchemyError, OSError) as failure:  # the lease runs out by itself
            log.error("inbox_waits_for_database", error=where(failure))
            return
        log.error("event_parked" if parked else "event_failed", event_id=claimed.id, error=error)

    async def _profile_language(self, claimed: Claimed) -> str | None:
        try:
            async with asyncio.timeout(2):
                profile = await self._line.profile(claimed.line_user_id)
        except (LineError, TimeoutError):
            return None  # greet in English rather than late
        return profile.language if profile else None

    def _answer(self, claimed: Claimed, profile_language: str | None) -> tuple[Reply | None, str | None]:
        """What was said, and the rich menu she should now see if that has changed."""
        now = self._clock.now()
        with self._database.writing() as session:
            row = inbox.still_ours(session, claimed.id, self._me)
            if row is None:
                return None, None
            event = read(row.webhook_event_id, orjson.loads(row.raw or b"{}"), profile_language)
            contact = meet(session, claimed.line_user_id, language_of_profile(profile_language), now)
            reply = dispatch.answer(Context(session, contact, event, now, self._rules))
            inbox.done(row)
            if reply is not None:
                add_reply(
                    session,
                    contact,
                    reply.content,
                    now,
                    event_id=event.id,
                    kind=OWED if reply.owed else ANSWER,
                    reply_token=event.reply_token,
                    reply_until=row.received_at + REPLY_WITHIN,
                    not_before=now + reply.after,
                )
            return reply, menu_wanted(session, contact)

    def _failed(self, claimed: Claimed, error: str) -> bool:
        with self._database.writing() as session:
            row = inbox.still_ours(session, claimed.id, self._me)
            return row is not None and inbox.failed(row, error, self._clock.now())
