"""Notes every day where the audit log ends, in a file and in the log: outside the database that it vouches for."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.database import Database
from bot.log import where
from locales import TAIPEI
from models import audit, schedule
from models.audit import End

TURN = "note_audit_end"
"""The row of `schedule` that lets one process a day do it."""
AT = time(0, 10)
KNOCK_SECONDS = 60
_LINE = re.compile(r"\S+ (\d{1,18}) ([0-9a-f]{64})")

log = structlog.get_logger()


class AnchorUnreadable(Exception):  # noqa: N818  reads as what it says where it is caught
    """A line of the file is not one of ours."""


class Anchor:
    """One a process; the database says whose turn it is."""

    def __init__(self, database: Database, clock: Clock, file: Path) -> None:
        self._database = database
        self._clock = clock
        self._file = file

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.note_when_due)
            except (SQLAlchemyError, OSError) as failure:
                log.error("audit_end_not_noted", error=where(failure))
            await asyncio.sleep(KNOCK_SECONDS)

    def note_when_due(self) -> bool:
        """Whether it was our turn, and the end is noted. Raises OSError when the file cannot be written; then
        whoever comes next tries again."""
        now = self._clock.now()
        with self._database.writing() as session:
            schedule.ensure(session, TURN, now)
            if not schedule.take(session, TURN, now, _tomorrow(now)):
                return False
            end = audit.end(session)
            self._write(end, now)
        log.info("audit_end", entries=end.length, seal=end.digest)
        return True

    def _write(self, end: End, now: datetime) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="ascii") as file:
            file.write(f"{now:%Y-%m-%dT%H:%M:%SZ} {end.length} {end.digest}\n")


def noted_ends(file: Path) -> Sequence[End]:
    """What stands in the file. Raises OSError and AnchorUnreadable."""
    found = []
    for number, line in enumerate(file.read_text(encoding="ascii", errors="replace").splitlines(), 1):
        fits = _LINE.fullmatch(line.strip())
        if fits is None:
            raise AnchorUnreadable(f"line {number} is not one that the service wrote")
        found.append(End(int(fits[1]), fits[2]))
    return found


def _tomorrow(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(TAIPEI).date() + timedelta(days=1), AT, TAIPEI)
