"""Announcements to LINE: planned when their time has come, then chunk by chunk at LINE's pace."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import orjson
import structlog
from sqlalchemy.orm import Session

from bot import broadcast_answers
from bot.clock import Clock
from bot.database import DATABASE_DOWN, Database
from bot.line.answers import Answer, Outcome
from bot.line.client import LineClient
from bot.line.render import render
from bot.log import where
from bot.quota import ASK_AGAIN_SECONDS
from bot.sender import Sender
from locales import Language
from models import rate
from models.announcements import outcome as announcement_outcome
from models.announcements import plan, sending
from models.announcements.plan import Due
from models.announcements.sending import Outgoing
from models.content import Content
from models.quota import Account, Standing
from scheduler.announcements import content_of

BATCH = 60
IN_FLIGHT = 180
"""At 100 ms a request 20 are at LINE to reach its 200 a second; the others wait for their slot."""
LOOKS_AGAIN_SECONDS = 1.0
"""So old may be what we know of what was stopped when a request leaves."""
AFTER_OUR_FAULT_SECONDS = 60.0

log = structlog.get_logger()

Says = Callable[[Due, Language], Content]
"""What an announcement says in one language."""


def said(due: Due, language: Language) -> Content:
    return content_of(due.announcement_id, due.draft.category, due.draft.texts, language, due.follows)


class Broadcasts(Sender[Outgoing]):
    """Sends announcements, each to many at once."""

    def __init__(self, database: Database, clock: Clock, line: LineClient, account: Account, says: Says) -> None:
        super().__init__(database, clock, line, account, in_flight=IN_FLIGHT, batch=BATCH)
        self._says = says
        self._going: Collection[int] = frozenset()
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()
        # What cannot be said is tried again later; what LINE's month has no room for, one chunk at a time.
        self._unsayable: dict[int, float] = {}
        self._sends_from = float("-inf")
        self._asks = False

    # What may leave

    def _prepare(self) -> tuple[Sequence[tuple[float, Outgoing]], bool]:
        now = self._clock.now()
        try:
            with self._database.reading() as session:
                if not sending.anything(session, now):
                    return (), False
            planned = self._plan(now)
            with self._database.writing() as session:
                slots = self._take(session, now)
                if not slots:
                    announcement_outcome.end(session, now)
                return slots, planned or bool(slots)
        except DATABASE_DOWN as failure:
            log.error("announcements_wait_for_database", error=where(failure))
        except Exception as failure:  # a fault of ours: the next moment may not have it
            log.critical("announcements_cannot_leave", error=where(failure))
        return (), False

    def _plan(self, now: datetime) -> bool:
        """Whether an announcement was planned whose time has come."""
        unsayable = [one for one, until in self._unsayable.items() if time.monotonic() < until]
        with self._database.reading() as session:
            due = plan.next_due(session, now, unsayable)
        if due is None:
            return False
        try:
            languages = due.draft.texts.bodies
            wording = {language: orjson.dumps(render(self._says(due, language), language)) for language in languages}
        except Exception as fault:  # whatever is wrong with one must not stop the others
            log.error("announcement_cannot_be_said", announcement=due.announcement_id, fault=where(fault))
            self._unsayable[due.announcement_id] = time.monotonic() + AFTER_OUR_FAULT_SECONDS
            return False
        with self._database.writing() as session:
            return plan.begin_sending(session, due, wording, now)

    def _take(self, session: Session, now: datetime) -> Sequence[tuple[float, Outgoing]]:
        """Lease what is due, as far as the month's quota lets it leave, and a slot for each."""
        if time.monotonic() < self._sends_from:
            return ()
        room = self._gate.announcements_left(session, now)
        if room is not None and room <= 0:
            return ()
        found = sending.claim(session, self._me, now, 1 if self._asks else BATCH, room)
        if not found:
            return ()
        first, apart = rate.reserve(session, self._account.channel, "multicast", len(found))
        first += time.monotonic()
        return [(first + place * apart, outgoing) for place, outgoing in enumerate(found)]

    # On its way

    async def _call(self, request: Outgoing) -> Answer:
        if self._clock.now() >= request.valid_until or not await self._still_goes(request.announcement_id):
            return Answer(Outcome.NOT_SENT, detail="Stopped")
        answer = await self._line.multicast(body_of(request), request.retry_key)
        if answer.outcome is Outcome.MONTHLY_LIMIT:
            self._sends_from = time.monotonic() + ASK_AGAIN_SECONDS
            self._asks = True
            log.error("announcements_wait_for_quota")
        elif answer.accepted:
            self._asks = False
        return answer

    async def _still_goes(self, announcement_id: int) -> bool:
        """Whether nobody had stopped it a moment ago; no, while the database cannot say."""
        async with self._looking:
            if time.monotonic() - self._looked_at > LOOKS_AGAIN_SECONDS:
                self._going = await self._in_thread(self._look)
                self._looked_at = time.monotonic()
        return announcement_id in self._going

    def _look(self) -> Collection[int]:
        try:
            with self._database.reading() as session:
                return sending.going(session)
        except DATABASE_DOWN as failure:
            log.error("announcements_wait_for_database", error=where(failure))
            return frozenset()

    # Afterwards

    def _note(self, session: Session, batch: Sequence[tuple[Outgoing, Answer]]) -> tuple[Standing, Standing] | None:
        return broadcast_answers.mark(session, self._account.channel, batch, self._clock.now())

    def _log_database_down(self, failure: Exception) -> None:
        log.error("announcements_cannot_mark", error=where(failure))

    def _log_not_noted(self, request: Outgoing, failure: Exception) -> None:
        log.critical("announcements_cannot_mark_chunk", chunk_id=request.chunk_id, error=where(failure))


def body_of(request: Outgoing) -> bytes:
    """LINE's multicast. By the unit it counts for us how many saw it and tapped."""
    around = {"to": request.to, "customAggregationUnits": [unit_of(request.announcement_id)]}
    return orjson.dumps(around)[:-1] + b',"messages":' + request.messages + b"}"


def unit_of(announcement_id: int) -> str:
    """LINE's statistics are kept under this name: one of a thousand a month."""
    return f"announcement_{announcement_id}"
