"""Permits and events of one call: each row judged by itself, saved slice by slice, and nothing saved for a test key."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.imports import PAUSE_ON_SQLITE
from models.event_row import Told, read_cells, read_event
from models.notice import Outcome, Verdict, record_all
from models.permit_import import upsert
from models.permit_problem import Code, Problem, describe, problem
from models.permit_row import COLUMNS, PermitRow
from models.reminder import ReminderRules

PERMITS_AT_ONCE = 1_000
EVENTS_AT_ONCE = 250
"""Rows a transaction: on SQLite everybody else waits for its end, about a tenth of a second."""
_MOST_COLLISIONS = 5

Item = TypeVar("Item")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Result:
    """What became of one row, and why; nothing in it repeats a cell."""

    status: str
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def to_json(self, row: int) -> dict[str, Any]:
        said: dict[str, Any] = {"row": row, "status": self.status}
        if self.errors:
            said["errors"] = [_said(one) for one in self.errors]
        if self.warnings:
            said["warnings"] = [_said(one) for one in self.warnings]
        return said


def refused(*why: Problem, warnings: tuple[Problem, ...] = ()) -> Result:
    return Result(Outcome.REFUSED.value, why, warnings)


class Feed:
    """Takes the rows of a call. A call that broke off may be sent again: what was saved is only repeated."""

    def __init__(self, database: Database, clock: Clock, rules: ReminderRules) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules

    def permits(self, rows: Sequence[Mapping[str, Any]], *, test: bool) -> list[Result]:
        """Store or update permits; a permit named twice in one call is refused the second time."""
        results: dict[int, Result] = {}
        good: list[tuple[int, PermitRow]] = []
        first: dict[str, int] = {}
        for place, values in enumerate(rows):
            read = read_cells(values)
            if isinstance(read, list):
                results[place] = refused(*read)
            elif first.setdefault(read.permit_no, place) != place:
                results[place] = refused(problem("permit_no", Code.DUPLICATE, first[read.permit_no]))
            else:
                good.append((place, read))
        for some in _slices(good, PERMITS_AT_ONCE):
            judged = self._kept([row for _, row in some], self._upserted, test=test)
            for (place, row), why in zip(some, judged, strict=True):
                unknown = (problem("", Code.UNKNOWN_COLUMN),) if set(rows[place]) - {*COLUMNS} else ()
                warnings = (*row.warnings, *unknown)
                results[place] = refused(why, warnings=warnings) if why else Result("stored", (), warnings)
        return [results[place] for place in range(len(rows))]

    def events(self, rows: Sequence[Mapping[str, Any]], *, test: bool) -> list[Result]:
        """Record events, and plan at once what people must be told."""
        results: dict[int, Result] = {}
        good: list[tuple[int, Told]] = []
        said: dict[str, bytes] = {}
        now = self._clock.now()
        for place, values in enumerate(rows):
            read = read_event(values, now)
            if isinstance(read, list):
                results[place] = refused(*read)
            elif said.setdefault(read.event_id, read.fingerprint) != read.fingerprint:
                results[place] = refused(problem("event_id", Code.OTHER_BODY))
            else:
                good.append((place, read))
        for some in _slices(good, EVENTS_AT_ONCE):
            verdicts = self._kept([told for _, told in some], self._recorded, test=test)
            for (place, told), verdict in zip(some, verdicts, strict=True):
                why = (verdict.why,) if verdict.why else ()
                results[place] = Result(verdict.outcome.value, why, told.warnings)
        return [results[place] for place in range(len(rows))]

    def _upserted(self, session: Session, rows: list[PermitRow]) -> list[Problem | None]:
        counts = upsert(session, rows, self._rules, self._clock.now())
        return [counts.refused.get(place) for place in range(len(rows))]

    def _recorded(self, session: Session, told: list[Told]) -> list[Verdict]:
        return record_all(session, told, self._rules, self._clock.now())

    def _kept(self, items: list[Item], work: Callable[[Session, list[Item]], Found], *, test: bool) -> Found:
        """The work done in a transaction of its own: committed, or for a test key always rolled back."""
        transaction = self._database.rehearsing if test else self._database.writing
        if self._database.engine.dialect.name == "sqlite":
            time.sleep(PAUSE_ON_SQLITE)
        for _ in range(_MOST_COLLISIONS):
            # Another call may store the same permit or event at the same moment; the next time we see it.
            with suppress(IntegrityError, OperationalError), transaction() as session:
                return work(session, items)
        with transaction() as session:
            return work(session, items)


def _slices(items: Sequence[Item], size: int) -> Iterable[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _said(one: Problem) -> dict[str, Any]:
    said = {"column": one.column, "code": one.code.value, "message": describe(one, "en")}
    return said | {"message_zh": describe(one, "zh-Hant")}
