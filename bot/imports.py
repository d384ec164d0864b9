"""A file of permits into the database: first every row is judged, then all of it is saved, or nothing."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.import_desk import Desk, Numbered
from bot.permit_file import open_permits
from bot.slices import saved
from bot.spreadsheet import csv_file
from models.permit_import import Counts, foreseen, refusals, upsert
from models.permit_problem import Code, Problem, describe, problem
from models.permit_row import PermitRow, permit_no_in, read_row
from models.portions import portions
from models.reminder import ReminderRules
from models.same_worker import contradictions

SLICE = 2_500
"""Rows a transaction. On SQLite all other writers wait while it lasts, about 0.2 s; but each slice also writes most
of the pages of the blind indexes anew, so with smaller ones the whole takes longer."""
MOST_ROWS = 2_000_000


class Outcome(StrEnum):
    """What is to become of a row."""

    OK = "ok"
    WARNED = "warned"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the file, judged. Nothing in it repeats a cell."""

    line: int
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def outcome(self) -> Outcome:
        if self.problems:
            return Outcome.BAD
        return Outcome.WARNED if self.warnings else Outcome.OK


Report = Callable[[Verdict], None]
Kept = Callable[[Session, int, Counts], None]
Judged = list[tuple[Verdict, PermitRow | None]]


@dataclass
class ImportResult:
    """How the import went. `saved` is true once every row that could be saved is saved."""

    rows: int = 0
    warned: int = 0
    bad: int = 0
    saved: bool = False
    new_workers: int = 0
    new_permits: int = 0
    changed: int = 0
    unchanged: int = 0

    def may_be_saved(self, *, skip_bad: bool, most_bad: int | None) -> bool:
        return not self.bad or (skip_bad and (most_bad is None or self.bad <= most_bad))

    def count(self, verdict: Verdict) -> None:
        self.rows += 1
        self.warned += verdict.outcome is Outcome.WARNED
        self.bad += verdict.outcome is Outcome.BAD

    def add(self, counts: Counts) -> None:
        self.new_workers += counts.new_workers
        self.new_permits += counts.new_permits
        self.changed += counts.changed
        self.unchanged += counts.unchanged
        self.bad += len(counts.refused)


def import_permits(
    database: Database,
    path: Path,
    rules: ReminderRules,
    clock: Clock,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    most_bad: int | None = None,
    max_rows: int = MOST_ROWS,
    report: Report = lambda _: None,
    kept: Kept = lambda *_: None,
) -> ImportResult:
    """Judge every row, then save the file unless a row is bad; with `skip_bad` save the good ones all the same, where
    no more than `most_bad` are bad. A dry run only counts what would become of them.

    `report` is told every row's verdict, in the order of the file, before anything is saved. A row refused only
    while saving, because its permit was given to another worker meanwhile, is reported once more. `kept` is told each
    slice in the transaction that saves it. Running it again changes nothing, and completes an import that was cut
    short. Raises FileRefused when the file as a whole cannot be read.
    """
    result = ImportResult()
    with closing(Desk()) as desk, fewer_collections():
        for good in judged_slices(database, path, max_rows, desk, result, report):
            if dry_run:
                with database.reading() as session:
                    result.add(foreseen(session, [row for _, row in good], clock.now()))
            elif result.may_be_saved(skip_bad=skip_bad, most_bad=most_bad):
                desk.set_aside(good)
        if not dry_run and result.may_be_saved(skip_bad=skip_bad, most_bad=most_bad):
            for numbered in desk.taken_up():
                counts = saved(database, partial(_upserted, [row for _, row in numbered], rules, clock, kept))
                result.add(counts)
                report_refused(numbered, counts, report)
            result.saved = True
    return result


def judged_slices(
    database: Database,
    path: Path,
    max_rows: int,
    desk: Desk,
    result: ImportResult,
    report: Report,
) -> Iterator[list[Numbered]]:
    """The rows of the file that may be saved, slice by slice; every row is judged, counted and reported."""
    for judged in portions(_judged(path, max_rows, desk), SLICE):
        good = _judge_against_records(database, judged)
        for verdict, _ in judged:
            result.count(verdict)
            report(verdict)
        yield good


def report_refused(numbered: Sequence[Numbered], counts: Counts, report: Report) -> None:
    """The rows that were refused only while saving."""
    for place, reason in counts.refused.items():
        report(Verdict(numbered[place][0], (reason,)))


@contextmanager
def verdict_file(path: Path) -> Iterator[Report]:
    """A CSV file that Excel opens, with a line for every problem and warning, and one for every row without."""
    with csv_file(path, ("line", "verdict", "column", "code", "reason_zh", "reason_en")) as write:

        def report(verdict: Verdict) -> None:
            said = [*verdict.problems, *verdict.warnings]
            if not said:
                write((verdict.line, verdict.outcome.value, "", "", "", ""))
            for one in said:
                reasons = describe(one, "zh-Hant"), describe(one, "en")
                write((verdict.line, verdict.outcome.value, one.column, one.code.value, *reasons))

        yield report


def _judged(path: Path, max_rows: int, desk: Desk) -> Iterator[tuple[Verdict, PermitRow | None]]:
    """Every line by itself, and beside what the file said of its permit and its worker before."""
    for line in open_permits(path, max_rows=max_rows):
        read = read_row(line.values, line.problems)
        if isinstance(read, list):
            desk.note_bad_row(permit_no_in(line.values, line.problems), line.number)
            yield Verdict(line.number, tuple(read)), None
            continue
        first = desk.first_line(read.permit_no, line.number)
        if first != line.number:
            yield Verdict(line.number, (problem("permit_no", Code.DUPLICATE, first),), read.warnings), None
            continue
        since, there, here = desk.said_first(read, line.number)
        wrong, odd = contradictions(there, here, since)
        yield Verdict(line.number, wrong, (*read.warnings, *odd)), None if wrong else read


def _judge_against_records(database: Database, judged: Judged) -> list[Numbered]:
    """The rows to be saved; the verdict on a row that contradicts what is stored is put in its place."""
    places = [place for place, (_, row) in enumerate(judged) if row]
    rows = [row for _, row in judged if row]
    with database.reading() as session:
        refused = refusals(session, rows)
    for at, reason in refused.items():
        verdict, _ = judged[places[at]]
        judged[places[at]] = Verdict(verdict.line, (reason,), verdict.warnings), None
    return [(verdict.line, row) for verdict, row in judged if row]


def _upserted(rows: list[PermitRow], rules: ReminderRules, clock: Clock, kept: Kept, session: Session) -> Counts:
    counts = upsert(session, rows, rules, clock.now())
    kept(session, len(rows), counts)
    return counts


@contextmanager
def fewer_collections() -> Iterator[None]:
    """Rows hold no cycles; looking through them for some again and again costs a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], 50_000), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
