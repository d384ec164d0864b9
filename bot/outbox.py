"""Outbox to LINE: what is due leaves at LINE's pace, from as many processes as there are."""

import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot import delivery
from bot.clock import Clock
from bot.database import DATABASE_DOWN, Database
from bot.delivery import Composer, MayPush, Ready
from bot.line.answers import Answer, Outcome
from bot.line.client import LineClient
from bot.log import where
from bot.sender import Sender
from models import rate
from models.delivery_hours import DeliveryHours
from models.quota import Account, Standing

BATCH = 200
IN_FLIGHT = 600
"""At 100 ms a request 200 are at LINE to reach its 2,000 a second; the others wait for their slot."""

log = structlog.get_logger()


class Outbox(Sender[Ready]):
    """Sends messages, one to a person."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        line: LineClient,
        account: Account,
        *,
        hours: DeliveryHours,
        compose: Composer,
    ) -> None:
        super().__init__(database, clock, line, account, in_flight=IN_FLIGHT, batch=BATCH)
        self._hours = hours
        self._compose = compose

    def _prepare(self) -> tuple[Sequence[tuple[float, Ready]], bool]:
        """What may leave, and when, and whether anything was due; nothing while the database cannot say."""
        now = self._clock.now()
        try:
            with self._database.writing() as session:
                found, looked_at = self._take(session, now)
                slots: list[tuple[float, Ready]] = []
                for endpoint in {request.endpoint for request in found}:
                    requests = [request for request in found if request.endpoint == endpoint]
                    first, apart = rate.reserve(session, self._account.channel, endpoint, len(requests))
                    first += time.monotonic()
                    slots += [(first + place * apart, request) for place, request in enumerate(requests)]
                return slots, looked_at > 0
        except DATABASE_DOWN as failure:
            log.error("outbox_waits_for_database", error=where(failure))
        except Exception as failure:  # a fault of ours: the messages of the next moment may not have it
            log.critical("outbox_cannot_prepare", error=where(failure))
        return (), False

    def _take(self, session: Session, now: datetime) -> tuple[list[Ready], int]:
        """Lease what is due, as far as the hour and the month's quota let it leave; and how many were looked at."""
        wanted = MayPush.ROUTINE if self._hours.allow(now) else MayPush.ANSWERS
        left = self._gate.routine_left(session, now)
        if self._gate.shut:
            asking, looked_at = self._ask(session, now, wanted if left is None or left > 0 else MayPush.URGENT)
            free, more = self._prepared(session, now, BATCH, MayPush.NOTHING)
            return asking + free, looked_at + more
        found: list[Ready] = []
        looked_at = 0
        while looked_at < BATCH and (left is None or left > 0):
            limit = BATCH - looked_at if left is None else min(left, BATCH - looked_at)
            some, more = self._prepared(session, now, limit, wanted)
            found, looked_at = found + some, looked_at + more
            if more < limit:
                return found, looked_at
            if left is not None:
                left -= sum(request.endpoint == "push" for request in some)
        urgent, more = self._prepared(session, now, BATCH - looked_at, MayPush.URGENT)
        return found + urgent, looked_at + more

    def _ask(self, session: Session, now: datetime, may_push: MayPush) -> tuple[list[Ready], int]:
        """Once in a while one message finds out whether LINE still says that the month is used up."""
        if not self._gate.may_ask:
            return [], 0
        found, looked_at = self._prepared(session, now, 1, may_push)
        if any(request.endpoint == "push" for request in found):
            self._gate.asked()
        return found, looked_at

    def _prepared(self, session: Session, now: datetime, limit: int, may_push: MayPush) -> tuple[list[Ready], int]:
        if limit == 0:
            return [], 0
        return delivery.prepare(session, self._compose, self._me, now, limit, may_push=may_push)

    async def _call(self, request: Ready) -> Answer:
        left_at = time.monotonic()
        if request.endpoint == "reply":
            return await self._line.reply(request.body)
        answer = await self._line.push(request.body, request.retry_key)
        if answer.outcome is Outcome.MONTHLY_LIMIT:
            self._gate.refused()
        elif answer.outcome is Outcome.ACCEPTED:
            self._gate.accepted(left_at)
        return answer

    def _note(self, session: Session, batch: Sequence[tuple[Ready, Answer]]) -> tuple[Standing, Standing] | None:
        return delivery.mark(session, self._account.channel, batch, self._clock.now())

    def _log_database_down(self, failure: Exception) -> None:
        log.error("outbox_cannot_mark", error=where(failure))

    def _log_not_noted(self, request: Ready, failure: Exception) -> None:
        log.critical("outbox_cannot_mark_message", message_id=request.message_id, error=where(failure))
