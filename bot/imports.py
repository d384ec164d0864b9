"""A file of permits into the database: first every row is judged, then all of it is saved, or nothing."""

import csv
import gc
import hashlib
import os
import pickle
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.clock import Clock
from bot.database import Database
from bot.permit_file import open_permits
from models.permit_import import Counts, refusals, upsert
from models.permit_problem import Code, Problem, describe, problem
from models.permit_row import PermitRow, read_row
from models.reminder import ReminderRules

SLICE = 2_500
"""Rows a transaction. On SQLite all other writers wait while it lasts, about 0.2 s; but each slice also writes most
of the pages of the blind indexes anew, so with smaller ones the whole takes longer."""
PAUSE_ON_SQLITE = 0.05
"""Seconds between slices: with less, a writer that sleeps and tries again may find the lock taken for seconds."""
MOST_ROWS = 2_000_000
_MOST_COLLISIONS = 5


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
Numbered = tuple[int, PermitRow]
Entry = TypeVar("Entry")


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
    max_rows: int = MOST_ROWS,
    report: Report = lambda _: None,
) -> ImportResult:
    """Judge every row, then save the file unless a row is bad; with `skip_bad` save the good ones all the same.

    `report` is told every row's verdict, in the order of the file, before anything is saved. A row refused only
    while saving, because its permit was given to another worker meanwhile, is reported once more. Running it again
    changes nothing, and completes an import that was cut short. Raises FileRefused when the file as a whole cannot
    be read.
    """
    result = ImportResult()
    with closing(_Desk()) as desk, _fewer_collections():
        for judged in _slices(_judged(path, max_rows, desk)):
            good = _judge_against_records(database, judged)
            for verdict, _ in judged:
                result.count(verdict)
                report(verdict)
            if not dry_run and (skip_bad or not result.bad):
                desk.set_aside(good)
        if not dry_run and (skip_bad or not result.bad):
            for numbered in desk.taken_up():
                counts = _save(database, [row for _, row in numbered], rules, clock)
                result.add(counts)
                for place, reason in counts.refused.items():
                    report(Verdict(numbered[place][0], (reason,)))
            result.saved = True
    return result


@contextmanager
def verdict_file(path: Path) -> Iterator[Report]:
    """A CSV file that Excel opens, with a line for every problem and warning, and one for every row without."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "verdict", "column", "code", "reason_zh", "reason_en"))

        def write(verdict: Verdict) -> None:
            said = [*verdict.problems, *verdict.warnings]
            if not said:
                writer.writerow((verdict.line, verdict.outcome.value, "", "", "", ""))
            for one in said:
                reasons = describe(one, "zh-Hant"), describe(one, "en")
                writer.writerow((verdict.line, verdict.outcome.value, one.column, one.code.value, *reasons))

        yield write


def _judged(path: Path, max_rows: int, desk: "_Desk") -> Iterator[tuple[Verdict, PermitRow | None]]:
    """Every line by itself, and whether its permit has stood in the file before."""
    for line in open_permits(path, max_rows=max_rows):
        read = read_row(line.values, line.problems)
        if isinstance(read, list):
            yield Verdict(line.number, tuple(read)), None
            continue
        first = desk.first_line(read.permit_no, line.number)
        if first == line.number:
            yield Verdict(line.number, warnings=read.warnings), read
        else:
            yield Verdict(line.number, (problem("permit_no", Code.DUPLICATE, first),), read.warnings), None


def _judge_against_records(database: Database, judged: list[tuple[Verdict, PermitRow | None]]) -> list[Numbered]:
    """The rows to be saved; the verdict on a row that contradicts what is stored is put in its place."""
    places = [place for place, (_, row) in enumerate(judged) if row]
    rows = [row for _, row in judged if row]
    with database.reading() as session:
        refused = refusals(session, rows)
    for at, reason in refused.items():
        verdict, _ = judged[places[at]]
        judged[places[at]] = Verdict(verdict.line, (reason,), verdict.warnings), None
    return [(verdict.line, row) for verdict, row in judged if row]


def _save(database: Database, rows: list[PermitRow], rules: ReminderRules, clock: Clock) -> Counts:
    if database.engine.dialect.name == "sqlite":
        time.sleep(PAUSE_ON_SQLITE)
    for _ in range(_MOST_COLLISIONS):
        # Another import may store the same worker or permit at the same moment; the next time we see it.
        with suppress(IntegrityError, OperationalError), database.writing() as session:
            return upsert(session, rows, rules, clock.now())
    with database.writing() as session:
        return upsert(session, rows, rules, clock.now())


class _Desk:
    """Where rows lie between being judged and being saved: on disk, so that memory does not grow with the file.

    It is a temporary file of SQLite's, which has no name and is gone with the process. People's rows lie in it
    sealed with a key that nobody else ever has.
    """

    def __init__(self) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._db = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode=OFF",
            "CREATE TABLE first (permit BLOB PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE slice (number INTEGER PRIMARY KEY, nonce BLOB NOT NULL, sealed BLOB NOT NULL)",
            "BEGIN",
        ):
            self._db.execute(statement)

    def first_line(self, permit_no: str, line: int) -> int:
        """Where the permit stood first: on this line, unless there was one before."""
        permit = hashlib.blake2b(permit_no.encode(), digest_size=16).digest()
        if self._db.execute("INSERT OR IGNORE INTO first VALUES (?, ?)", (permit, line)).rowcount:
            return line
        return int(self._db.execute("SELECT line FROM first WHERE permit = ?", (permit,)).fetchone()[0])

    def set_aside(self, rows: list[Numbered]) -> None:
        nonce = os.urandom(12)
        plain = pickle.dumps([(line, _values(row)) for line, row in rows])
        sealed = self._cipher.encrypt(nonce, plain, None)
        self._db.execute("INSERT INTO slice (nonce, sealed) VALUES (?, ?)", (nonce, sealed))

    def taken_up(self) -> Iterator[list[Numbered]]:
        for nonce, sealed in self._db.execute("SELECT nonce, sealed FROM slice ORDER BY number"):
            # Ours alone: what does not open under our key raises before it is unpickled.
            rows = pickle.loads(self._cipher.decrypt(nonce, sealed, None))
            if rows:
                yield [(line, PermitRow(*values)) for line, values in rows]

    def close(self) -> None:
        self._db.close()


_values = attrgetter(*(field.name for field in fields(PermitRow) if field.name != "warnings"))


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Rows hold no cycles; looking through them for some again and again costs a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], 50_000), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _slices(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while some := list(islice(entries, SLICE)):
        yield some
