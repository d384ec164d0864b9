"""LINE's monthly quota: read every few minutes, and the last of it kept for what is urgent."""

import asyncio
import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.line.answers import LineError
from bot.line.client import LineClient
from bot.log import where
from models import quota, schedule, sending
from models.announcements import chunk as announcement_chunk
from models.quota import LAG, NEAR, READING, Account, Standing, Supply, month_began

READ_EVERY = timedelta(minutes=5)
"""Others send from the same account. What they send in this time we do not know, and the reserve bears it."""
STALE = timedelta(minutes=30)
KNOCK_SECONDS = 5
ASK_AGAIN_SECONDS = 60
"""After LINE said that the month is used up, so often one message asks whether it still is."""

log = structlog.get_logger()


class QuotaGate:
    """What a sender may push: by the month as the database knows it, and by what LINE answered this sender."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._shut_at: float | None = None
        self._asks_at = 0.0

    def routine_left(self, session: Session, now: datetime) -> int | None:
        """How many routine messages may leave before only the reserve is left; None for any number.

        Close to the reserve all senders take turns here, and what is on its way counts as used.
        """
        month = quota.standing(session, self._account.channel, now)
        if month is None or month.limit is None:
            return None
        left = self._above_reserve(month) - announcement_chunk.on_their_way(session)
        if not 0 < left < NEAR:
            return left
        return self._left_in_turn(session, now)

    def announcements_left(self, session: Session, now: datetime) -> int | None:
        """To how many announcements may leave now, likewise.

        Always in turn, for they take thousands at once; and others who have not begun to take turns find enough.
        """
        left = self._left_in_turn(session, now)
        return left if left is None or left <= NEAR else left - NEAR

    def _left_in_turn(self, session: Session, now: datetime) -> int | None:
        month = quota.standing(session, self._account.channel, now, locked=True)
        if month is None or month.limit is None:
            return None
        on_their_way = sending.pushes_on_their_way(session) + announcement_chunk.on_their_way(session)
        return self._above_reserve(month) - on_their_way

    def _above_reserve(self, month: Standing) -> int:
        return (month.remaining or 0) - month.reserve(self._account.reserve_percent)

    # What LINE said to this process

    @property
    def shut(self) -> bool:
        """Whether LINE said that the month is used up, and has taken no push since."""
        return self._shut_at is not None

    @property
    def may_ask(self) -> bool:
        """Whether it is time for one push to find out whether that is still so."""
        return time.monotonic() >= self._asks_at

    def asked(self) -> None:
        self._asks_at = time.monotonic() + ASK_AGAIN_SECONDS

    def refused(self) -> None:
        """LINE said that the month is used up: also before our count says so, as others use the account."""
        if self._shut_at is None:
            log.critical("line_monthly_limit_reached")
            self.asked()
        self._shut_at = time.monotonic()

    def accepted(self, left_at: float) -> None:
        """LINE took a push that left then on `time.monotonic`; what left before a refusal opens nothing."""
        if self._shut_at is not None and left_at > self._shut_at:
            log.info("line_monthly_limit_over")
            self._shut_at = None


class QuotaReader:
    """Asks LINE for the month's figures; of all processes, the one whose turn the database says it is."""

    def __init__(self, database: Database, clock: Clock, line: LineClient, account: Account) -> None:
        self._database = database
        self._clock = clock
        self._line = line
        self._account = account
        self._said_stale = False

    async def run(self) -> None:
        """Until cancelled. While LINE or the database cannot say, the last reading goes on to count."""
        while True:
            try:
                await self.read_when_due()
            except (SQLAlchemyError, OSError) as failure:
                log.error("quota_waits_for_database", error=where(failure))
            except Exception as failure:  # nobody's message may hang on this
                log.error("quota_not_read", error=where(failure))
            await asyncio.sleep(KNOCK_SECONDS)

    async def read_when_due(self) -> bool:
        """Whether LINE was asked and answered."""
        if not await asyncio.to_thread(self._take_turn):
            return False
        try:
            said = await self._line.quota()
        except LineError:
            await asyncio.to_thread(self._unread)
            return False
        before, after = await asyncio.to_thread(self._note, said.limit, said.used)
        tell(before, after, self._account.reserve_percent)
        self._said_stale = False
        return True

    def _take_turn(self) -> bool:
        now = self._clock.now()
        if now - month_began(now) < LAG:
            return False  # LINE's count may still be last month's
        with self._database.reading() as session:
            known = schedule.times(session).get(READING)
        set_back = known is not None and known > now + 2 * READ_EVERY
        if known is not None and known > now and not set_back:
            return False
        with self._database.writing() as session:
            schedule.ensure(session, READING, now)
            if set_back:  # somebody's clock was days ahead
                schedule.give_back(session, READING, now)
            return schedule.take(session, READING, now, now + READ_EVERY)

    def _note(self, limit: int | None, used: int) -> tuple[Standing | None, Standing]:
        with self._database.writing() as session:
            noted = quota.note(session, self._account.channel, limit, used, self._clock.now())
            quota.forget_late_answers(session)
            return noted

    def _unread(self) -> None:
        """Say once that the figures are old: routine messages go on by the last ones."""
        now = self._clock.now()
        with self._database.reading() as session:
            last = quota.standing(session, self._account.channel, now)
        if not self._said_stale and (last is None or now - last.read_at > STALE):
            self._said_stale = True
            log.warning("line_quota_unread")


def tell(before: Standing | None, after: Standing, reserve_percent: int) -> None:
    """Tell the operators when the month came to another level: once, as only one transaction takes it there."""
    was = before.supply(reserve_percent) if before else Supply.PLENTY
    now, left, kept = after.supply(reserve_percent), after.remaining, after.reserve(reserve_percent)
    if now is was:
        return
    if now is Supply.RESERVED:
        log.error("line_quota_kept_for_urgent", remaining=left, reserve=kept)
    elif now is Supply.LOW and was is Supply.PLENTY:
        log.warning("line_quota_low", remaining=left, reserve=kept)
    else:
        log.info("line_quota_suffices", remaining=left, reserve=kept)
