"""A full file of all permits in force beside our records: what the feed missed is told, what is gone is asked about."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.import_desk import Desk
from bot.imports import (
    MOST_ROWS,
    ImportResult,
    Kept,
    Report,
    fewer_collections,
    judged_slices,
    report_refused,
)
from bot.slices import saved
from bot.spreadsheet import csv_file
from locales import taipei_day
from models import full_file
from models.full_file import Difference, Held
from models.permit_import import Counts
from models.permit_row import PermitRow
from models.portions import portions
from models.reminder import ReminderRules

LEAST = 20
PERCENT = 1
"""As many permits may be missing, and as many may be news, as LEAST or as PERCENT of those in force: a ministry
gives out about one in a thousand a day, and a file that was cut short or mixed up differs in far more."""
HELD_AT_ONCE = 5_000
ASKED_AT_ONCE = 200


@dataclass(frozen=True)
class Found:
    """One difference. `line` is where it stands in the file, None for what is not there."""

    permit_no: str
    what: Difference
    line: int | None = None
    columns: tuple[str, ...] = ()


Tell = Callable[[Found], None]


@dataclass(frozen=True)
class Brakes:
    """How many permits may be missing, and how many may be told as news; None is what is usual in a day."""

    missing: int | None = None
    news: int | None = None


@dataclass
class FullResult:
    """`too_many_missing` and `too_much_news` are the limit where it was passed; then nothing was saved."""

    rows: ImportResult = field(default_factory=ImportResult)
    differences: Counter[Difference] = field(default_factory=Counter)
    in_force: int = 0
    unreadable_line: int | None = None
    too_many_missing: int | None = None
    too_much_news: int | None = None
    cases: int = 0

    @property
    def news(self) -> int:
        return self.differences[Difference.NEW] + self.differences[Difference.CHANGED]

    @property
    def stopped(self) -> bool:
        return self.too_many_missing is not None or self.too_much_news is not None

    def brake(self, brakes: Brakes) -> None:
        usual = max(LEAST, self.in_force * PERCENT // 100)
        most_missing = usual if brakes.missing is None else brakes.missing
        most_news = usual if brakes.news is None else brakes.news
        self.too_many_missing = most_missing if self.differences[Difference.MISSING] > most_missing else None
        self.too_much_news = most_news if self.news > most_news else None


def made_at(path: Path, clock: Clock) -> datetime:
    """When the file was last written, by its own date."""
    return min(datetime.fromtimestamp(path.stat().st_mtime, UTC), clock.now())


def import_full(
    database: Database,
    path: Path,
    rules: ReminderRules,
    clock: Clock,
    *,
    as_of: datetime,
    brakes: Brakes = Brakes(),
    dry_run: bool = False,
    skip_bad: bool = False,
    most_bad: int | None = None,
    max_rows: int = MOST_ROWS,
    report: Report = lambda _: None,
    tell: Tell = lambda _: None,
    kept: Kept = lambda *_: None,
) -> FullResult:
    """Compare the whole file with our records, and unless a brake holds save it and tell what the feed missed.

    `as_of` is when the file was made: what we heard later is left alone. `tell` is told every difference before
    anything is saved. Where a line's permit number cannot be read, none counts as missing: it may be that one.
    Running it again changes nothing, and completes one that was cut short. Raises FileRefused when the file as a
    whole cannot be read.
    """
    result = FullResult()
    with closing(Desk()) as desk, fewer_collections():
        _judge(database, path, max_rows, desk, as_of, result, report, tell)
        result.brake(brakes)
        if dry_run or result.stopped or not result.rows.may_be_saved(skip_bad=skip_bad, most_bad=most_bad):
            return result
        for numbered in desk.taken_up():
            rows = [row for _, row in numbered]
            counts = saved(database, partial(_taken, rows, as_of, rules, clock, kept))
            result.rows.add(counts)
            report_refused(numbered, counts, report)
        if result.unreadable_line is None:
            for some in portions(_missing(database, desk, as_of), ASKED_AT_ONCE):
                asked = [permit.id for permit, what in some if what is Difference.MISSING]
                result.cases += saved(database, partial(_asked, asked, clock))
        result.rows.saved = True
    return result


@contextmanager
def differences_file(path: Path) -> Iterator[Tell]:
    """A CSV file that Excel opens, with a line for each difference; nobody's data is in it."""
    with csv_file(path, ("line", "permit_no", "difference", "columns", "meaning_zh", "meaning_en")) as write:
        yield lambda found: write(
            (found.line, found.permit_no, found.what.value, " ".join(found.columns), *MEANINGS[found.what])
        )


MEANINGS = {
    Difference.NEW: ("本系統原無此許可；將建檔並通知移工", "not known here; it is stored and told"),
    Difference.CHANGED: ("期間或雇主不同；將更新並通知移工", "dates or employer differ; stored and told"),
    Difference.CORRECTED: ("其他欄位不同；將更新，不通知", "other columns differ; stored, not told"),
    Difference.NEWER_HERE: (
        "檔案製作後本系統另有較新資料；維持不變",
        "heard of here after the file was made; left as it is",
    ),
    Difference.REVOKED_HERE: (
        "檔案列為有效，本系統依事件為已廢止；維持廢止，請洽勞動部確認",
        "in the file, and revoked here by an event; left revoked, please ask the ministry",
    ),
    Difference.MISSING: (
        "本系統為有效但檔案未列；維持不變且不通知，請洽勞動部確認",
        "in force here and not in the file; left as it is and not told, please ask the ministry",
    ),
    Difference.REPLACED: (
        "檔案未列，但同一移工另有許可；維持不變",
        "not in the file, but another permit of the worker is; left as it is",
    ),
}


def _judge(
    database: Database,
    path: Path,
    max_rows: int,
    desk: Desk,
    as_of: datetime,
    result: FullResult,
    report: Report,
    tell: Tell,
) -> None:
    """Read the whole file and our whole records; change nothing."""

    def found(one: Found) -> None:
        result.differences[one.what] += 1
        tell(one)

    for good in judged_slices(database, path, max_rows, desk, result.rows, report):
        rows = [row for _, row in good]
        with database.reading() as session:
            compared = full_file.compare(session, rows, as_of)
        for (line, row), one in zip(good, compared, strict=True):
            if one.what is not None:
                found(Found(row.permit_no, one.what, line, one.columns))
        desk.set_aside(good)
    with database.reading() as session:
        result.in_force = full_file.count_in_force(session, as_of)
    result.unreadable_line = desk.unreadable_line
    if result.unreadable_line is None:
        for permit, what in _missing(database, desk, as_of):
            found(Found(permit.permit_no, what))


def _missing(database: Database, desk: Desk, as_of: datetime) -> Iterator[tuple[Held, Difference]]:
    """Permits that the file should name and does not."""
    last, day = 0, taipei_day(as_of)
    while True:
        with database.reading() as session:
            held = full_file.in_force(session, as_of, last, HELD_AT_ONCE)
        if not held:
            return
        last = held[-1].id
        for permit in held:
            if not desk.names(permit.permit_no):
                replaced = desk.has_permit_after(permit.worker_ref, day)
                yield permit, Difference.REPLACED if replaced else Difference.MISSING


def _taken(
    rows: Sequence[PermitRow], as_of: datetime, rules: ReminderRules, clock: Clock, kept: Kept, session: Session
) -> Counts:
    counts = full_file.take(session, rows, as_of, rules, clock.now())
    kept(session, len(rows), counts)
    return counts


def _asked(permit_ids: Sequence[int], clock: Clock, session: Session) -> int:
    return full_file.ask_a_person(session, permit_ids, clock.now())
