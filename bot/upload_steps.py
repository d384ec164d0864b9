"""The two things that are done with an uploaded file: the dry run, and the import that a person has confirmed."""

import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.full_import import Brakes, Found, FullResult, differences_file, import_full
from bot.imports import ImportResult, Outcome, Verdict, import_permits, verdict_file
from bot.permit_file import FileRefused, Why
from bot.upload_files import first_only, in_pieces
from models import upload_work
from models.full_file import Difference
from models.permit_import import Counts
from models.permit_problem import Problem
from models.reminder import ReminderRules
from models.upload import Foreseen, Upload
from models.upload_piece import Part

TOLD_EVERY_SECONDS = 1.0
"""How often we say how far we are; the lease is kept by that."""
SHOWN = 20
"""Problems on the page; all of them are in the list."""


class Stopped(Exception):  # noqa: N818  reads as what it says where it is caught
    """The process is to end."""


@dataclass(frozen=True)
class Limits:
    """What the operator has set: how many rows a file may have, and how many in a hundred may change or be refused
    without a second person."""

    rows: int
    percent: int


class Held:
    """One upload in our hands: it says how far it is, and is let go of as soon as it is no longer ours."""

    def __init__(
        self, database: Database, clock: Clock, process: str, upload: Upload, stopping: threading.Event
    ) -> None:
        self.database = database
        self.clock = clock
        self.upload = upload
        self._process = process
        self._stopping = stopping
        self._read = 0
        self._told = time.monotonic()

    def read(self, _verdict: Verdict) -> None:
        self._read += 1
        self.alive()

    def alive(self, _found: Found | None = None) -> None:
        self._go_on()
        if time.monotonic() - self._told >= TOLD_EVERY_SECONDS:
            with self.database.writing() as session:
                upload_work.went_on(session, self.upload.id, self._process, self.clock.now(), self._read)
            self._told = time.monotonic()

    def kept(self, session: Session, rows: int, counts: Counts) -> None:
        """In the transaction that saves them."""
        self._go_on()
        taken = rows - len(counts.refused)
        upload_work.tally(session, self.upload.id, self._process, self.clock.now(), taken, counts)

    def end(self, change: Callable[[Session, Upload], None]) -> None:
        """Change the upload itself, if it is still ours."""
        with self.database.writing() as session:
            change(session, upload_work.held(session, self.upload.id, self._process))

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise Stopped


def check(held: Held, path: Path, rules: ReminderRules, limits: Limits) -> None:
    """The dry run: what would become of the file, and what is wrong in it. Nothing is changed."""
    problems: list[tuple[int, Problem]] = []
    with tempfile.TemporaryDirectory(prefix="upload-") as folder:
        errors, differences = Path(folder) / "errors.csv", Path(folder) / "differences.csv"
        with verdict_file(errors) as write, differences_file(differences) as tell:
            wrong, other = first_only(write), first_only(tell)

            def report(verdict: Verdict) -> None:
                held.read(verdict)
                if verdict.outcome is not Outcome.OK:
                    wrong(verdict)
                    problems.extend((verdict.line, one) for one in verdict.problems[: SHOWN - len(problems)])

            def found(difference: Found) -> None:
                held.alive()
                other(difference)

            foreseen = _foreseen(held, path, rules, limits, report, found)
        if not foreseen.rows:
            raise FileRefused(Why.EMPTY)

        def checked(session: Session, upload: Upload) -> None:
            upload_work.keep_list(session, upload.id, Part.ERRORS, in_pieces(errors))
            if upload.is_full:
                upload_work.keep_list(session, upload.id, Part.DIFFERENCES, in_pieces(differences))
            for_two = upload.is_full or foreseen.is_for_two(limits.percent)
            upload_work.checked(upload, foreseen, problems, for_two, held.clock.now())

        held.end(checked)


def bring_in(held: Held, path: Path, rules: ReminderRules, limits: Limits) -> None:
    """The import, of exactly what was confirmed; where our records have changed so that more would be refused, or more
    be told, nothing is saved and the file is checked once more."""
    agreed, as_of = held.upload.found, held.upload.as_of
    cases = 0
    if as_of is None:
        rows = import_permits(
            held.database,
            path,
            rules,
            held.clock,
            skip_bad=True,
            most_bad=agreed.bad,
            max_rows=limits.rows,
            report=held.read,
            kept=held.kept,
        )
    else:
        news = agreed.differences[Difference.NEW.value] + agreed.differences[Difference.CHANGED.value]
        result = import_full(
            held.database,
            path,
            rules,
            held.clock,
            as_of=as_of,
            brakes=Brakes(missing=agreed.differences[Difference.MISSING.value], news=news),
            skip_bad=True,
            most_bad=agreed.bad,
            max_rows=limits.rows,
            report=held.read,
            tell=held.alive,
            kept=held.kept,
        )
        rows, cases = result.rows, result.cases
    if rows.saved:
        held.end(lambda _session, upload: upload_work.imported(upload, cases, held.clock.now()))
    else:
        held.end(lambda _session, upload: upload_work.check_again(upload))


def _foreseen(
    held: Held,
    path: Path,
    rules: ReminderRules,
    limits: Limits,
    report: Callable[[Verdict], None],
    found: Callable[[Found], None],
) -> Foreseen:
    if held.upload.as_of is None:
        rows = import_permits(held.database, path, rules, held.clock, dry_run=True, max_rows=limits.rows, report=report)
        return _of_rows(rows)
    return _of_full(
        import_full(
            held.database,
            path,
            rules,
            held.clock,
            as_of=held.upload.as_of,
            dry_run=True,
            max_rows=limits.rows,
            report=report,
            tell=found,
        )
    )


def _of_rows(result: ImportResult) -> Foreseen:
    return Foreseen(result.rows, result.bad, result.warned, result.new_permits, result.changed, result.unchanged)


def _of_full(result: FullResult) -> Foreseen:
    counts = result.differences
    new, changed = counts[Difference.NEW], counts[Difference.CHANGED] + counts[Difference.CORRECTED]
    rows = result.rows
    return Foreseen(
        rows.rows,
        rows.bad,
        rows.warned,
        new,
        changed,
        rows.rows - rows.bad - new - changed,
        {what.value: counts[what] for what in Difference},
        result.in_force,
        result.unreadable_line,
        result.stopped,
    )
