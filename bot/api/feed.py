"""Permits and events of one call: each row judged by itself, saved slice by slice, and nothing saved for a test key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.slices import saved
from models.event_record import Outcome, Verdict, record_all
from models.event_row import Told, read_cells, read_event
from models.permit_import import upsert
from models.permit_problem import Code, Problem, describe, problem
from models.permit_row import COLUMNS, PermitRow
from models.portions import portions
from models.reminder import ReminderRules
from models.same_worker import compared_cells, contradictions

PERMITS_AT_ONCE = 1_000
EVENTS_AT_ONCE = 250
"""Rows a transaction: on SQLite everybody else waits for its end, about a tenth of a second."""


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

    def __init__(
        self, database: Database, clock: Clock, rules: ReminderRules, wake: Callable[[], None] = lambda: None
    ) -> None:
        """`wake` is called, from any thread, when there may be something to send."""
        self._database = database
        self._clock = clock
        self._rules = rules
        self._wake = wake

    def permits(self, rows: Sequence[Mapping[str, Any]], *, test: bool) -> list[Result]:
        """Store or update permits; a permit named twice in one call is refused the second time."""
        results: dict[int, Result] = {}
        good: list[tuple[int, PermitRow]] = []
        first: dict[str, int] = {}
        workers = _Workers()
        for place, values in enumerate(rows):
            read = read_cells(values)
            if isinstance(read, list):
                results[place] = refused(*read)
            elif first.setdefault(read.permit_no, place) != place:
                results[place] = refused(problem("permit_no", Code.DUPLICATE, first[read.permit_no]))
            elif (found := workers.contradicted_by(place, read))[0]:
                results[place] = refused(*found[0])
            else:
                good.append((place, replace(read, warnings=(*read.warnings, *found[1]))))
        for some in portions(good, PERMITS_AT_ONCE):
            judged = saved(self._database, partial(self._upserted, [row for _, row in some]), rehearsed=test)
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
        workers = _Workers()
        for place, values in enumerate(rows):
            read = read_event(values, now)
            if isinstance(read, list):
                results[place] = refused(*read)
            elif said.setdefault(read.event_id, read.fingerprint) != read.fingerprint:
                results[place] = refused(problem("event_id", Code.OTHER_BODY))
            elif read.permit and (found := workers.contradicted_by(place, read.permit))[0]:
                results[place] = refused(*found[0])
            else:
                good.append((place, read))
        for some in portions(good, EVENTS_AT_ONCE):
            verdicts = saved(self._database, partial(self._recorded, [told for _, told in some]), rehearsed=test)
            if not test and any(verdict.outcome is Outcome.RECORDED for verdict in verdicts):
                self._wake()
            for (place, told), verdict in zip(some, verdicts, strict=True):
                why = (verdict.why,) if verdict.why else ()
                results[place] = Result(verdict.outcome.value, why, told.warnings)
        return [results[place] for place in range(len(rows))]

    def _upserted(self, rows: list[PermitRow], session: Session) -> list[Problem | None]:
        counts = upsert(session, rows, self._rules, self._clock.now())
        return [counts.refused.get(place) for place in range(len(rows))]

    def _recorded(self, told: list[Told], session: Session) -> list[Verdict]:
        return record_all(session, told, self._rules, self._clock.now())


class _Workers:
    """What was said first of each worker in one call."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[int, tuple[str | None, ...]]] = {}

    def contradicted_by(self, place: int, row: PermitRow) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
        """Problems and warnings, where the row says something else of its worker."""
        here = compared_cells(row)
        first, there = self._first.setdefault(row.worker_ref, (place, here))
        return contradictions(there, here, first)


def _said(one: Problem) -> dict[str, Any]:
    said = {"column": one.column, "code": one.code.value, "message": describe(one, "en")}
    return said | {"message_zh": describe(one, "zh-Hant")}
