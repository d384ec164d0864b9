"""What an operator sees of an import: the first problems row by row, then the sums, in two languages."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from bot.clock import Clock
from bot.database import Database
from bot.full_import import (
    MEANINGS,
    Brakes,
    Found,
    FullResult,
    differences_file,
    import_full,
    made_at,
)
from bot.imports import ImportResult, Outcome, Report, Verdict, import_permits, verdict_file
from bot.permit_file import FileRefused
from bot.settings import Settings
from models.full_file import Difference
from models.permit_problem import describe

SHOWN = 20


@dataclass(frozen=True)
class How:
    """What the operator asked for."""

    dry_run: bool = False
    skip_bad: bool = False
    verdicts: Path | None = None


def import_and_report(settings: Settings, file: Path, out: Console, how: How) -> int:
    """Import the file and print what became of it; 0 when it was saved or is fit to be, else 1."""
    with _reporting(settings, file, out, how) as (database, report):
        result = import_permits(
            database,
            file,
            settings.reminder_rules,
            Clock(),
            dry_run=how.dry_run,
            skip_bad=how.skip_bad,
            max_rows=settings.import_max_rows,
            report=report,
        )
    out.print(_sums(result, dry_run=how.dry_run))
    return 0 if result.saved or (how.dry_run and not result.bad) else 1


def full_import_and_report(
    settings: Settings,
    file: Path,
    out: Console,
    how: How,
    brakes: Brakes,
    *,
    as_of: datetime | None = None,
    differences: Path | None = None,
) -> int:
    """The same for a full file, with its differences; 1 also when a brake holds."""
    clock = Clock()
    with _reporting(settings, file, out, how) as (database, report), contextlib.ExitStack() as stack:
        tell = stack.enter_context(differences_file(differences)) if differences else _ignored
        result = import_full(
            database,
            file,
            settings.reminder_rules,
            clock,
            as_of=as_of or made_at(file, clock),
            brakes=brakes,
            dry_run=how.dry_run,
            skip_bad=how.skip_bad,
            max_rows=settings.import_max_rows,
            report=report,
            tell=tell,
        )
    out.print(_differences(result))
    out.print("\n".join((*_why_stopped(result), _sums(result.rows, dry_run=how.dry_run or result.stopped))))
    fit = how.dry_run and not result.rows.bad and not result.stopped
    return 0 if result.rows.saved or fit else 1


@contextlib.contextmanager
def _reporting(settings: Settings, file: Path, out: Console, how: How) -> Iterator[tuple[Database, Report]]:
    """The database, and where verdicts go. A file that is refused as a whole is explained, and ends the command."""
    database = Database(settings.database_url, settings.keyring)
    table = Table("line", "column", "problem · 問題", title=f"The first {SHOWN} problems and warnings")
    try:
        with contextlib.ExitStack() as stack:
            write = stack.enter_context(verdict_file(how.verdicts)) if how.verdicts else None
            yield database, _both(_shown_in(table), write)
    except FileRefused as refused:
        out.print(f"[red]{refused.describe('en')}[/red]\n{refused.describe('zh-Hant')}")
        raise typer.Exit(1) from None
    finally:
        database.close()
        if table.row_count:
            out.print(table)


def _differences(result: FullResult) -> Table:
    table = Table("difference", "permits", "meaning · 說明", title=f"{result.in_force} permits in force by our records")
    for what in Difference:
        zh, en = MEANINGS[what]
        table.add_row(what.value, str(result.differences[what]), f"{en}\n{zh}")
    return table


def _why_stopped(result: FullResult) -> Iterator[str]:
    if result.too_many_missing is not None:
        yield (
            f"[red]Stopped: more than {result.too_many_missing} permits are missing from the file.[/red] Is it whole? "
            "If it is, say so with --allow-missing and the number above."
        )
    if result.too_much_news is not None:
        yield (
            f"[red]Stopped: {result.news} permits would be told as news, more than {result.too_much_news}.[/red] "
            "If that is right, say so with --allow-news and that number."
        )
    if result.unreadable_line is not None:
        yield (
            f"Which permits are missing was not looked at: in line {result.unreadable_line} the permit's number "
            "cannot be read."
        )
    if result.cases:
        yield f"{result.cases} cases were opened: permits that are missing, of workers who rely on us."


def _ignored(_found: Found) -> None:
    """Nobody wants the differences in a file."""


def _shown_in(table: Table) -> Report:
    def show(verdict: Verdict) -> None:
        if verdict.outcome is not Outcome.OK and table.row_count < SHOWN:
            for one in (*verdict.problems, *verdict.warnings):
                table.add_row(str(verdict.line), one.column, f"{describe(one, 'en')}\n{describe(one, 'zh-Hant')}")

    return show


def _both(first: Report, second: Report | None) -> Callable[[Verdict], None]:
    def tell(verdict: Verdict) -> None:
        first(verdict)
        if second is not None:
            second(verdict)

    return tell


def _sums(result: ImportResult, *, dry_run: bool) -> str:
    read = f"{result.rows} rows read: {result.bad} bad, {result.warned} with warnings."
    if not dry_run and not result.saved:
        return f"{read} Nothing was saved; mend the bad rows, or use --skip-bad."
    counts = (
        f"{result.new_permits} new permits ({result.new_workers} new workers), "
        f"{result.changed} changed, {result.unchanged} unchanged."
    )
    if dry_run:
        return f"{read} Nothing was saved. It would be: {counts}"
    return f"{read} Saved: {counts}"
