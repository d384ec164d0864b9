"""Reads from LINE how many saw each announcement: hourly at most, by one process, within LINE's 60 calls an hour."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.broadcast import unit_of
from bot.clock import Clock
from bot.database import Database
from bot.line.answers import LineError, LineRefused
from bot.line.client import LineClient
from bot.log import where
from models import schedule
from models.announcements import stats
from models.announcements.stats import READING, Wanted
from models.quota import LINE_TIME

KNOCK_SECONDS = 60
TURNS_APART = timedelta(hours=1)
AT_ONCE = 50
LONGEST = timedelta(days=30)
"""LINE counts over no more days at once."""

log = structlog.get_logger()


class Insights:
    """What LINE counts of those who saw an announcement; nothing but a figure of the console hangs on it."""

    def __init__(self, database: Database, clock: Clock, line: LineClient) -> None:
        self._database = database
        self._clock = clock
        self._line = line

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.read_when_due()
            except LineError:
                pass  # it is in the log too; an hour later we ask again
            except (SQLAlchemyError, OSError) as failure:
                log.error("statistics_wait_for_database", error=where(failure))
            except Exception as failure:
                log.error("statistics_not_read", error=where(failure))
            await asyncio.sleep(KNOCK_SECONDS)

    async def read_when_due(self) -> int:
        """How many announcements LINE was asked about."""
        wanted = await asyncio.to_thread(self._take_turn)
        for one in wanted:
            last = min(self._clock.now(), one.since + LONGEST)
            try:
                seen, tapped = await self._line.statistics(unit_of(one.announcement_id), _day(one.since), _day(last))
            except LineRefused:  # it is in the log; the others may still be answered
                seen = tapped = None
            await asyncio.to_thread(self._keep, one, seen, tapped)
        return len(wanted)

    def _take_turn(self) -> list[Wanted]:
        now = self._clock.now()
        with self._database.reading() as session:
            known = schedule.times(session).get(READING)
            wanted = stats.to_read(session, now, AT_ONCE)
        if not wanted or (known is not None and known > now):
            return []
        with self._database.writing() as session:
            schedule.ensure(session, READING, now)
            return list(wanted) if schedule.take(session, READING, now, now + TURNS_APART) else []

    def _keep(self, one: Wanted, seen: int | None, tapped: int | None) -> None:
        with self._database.writing() as session:
            stats.keep(session, one.announcement_id, seen, tapped, self._clock.now())


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(LINE_TIME):%Y%m%d}"
