"""What an operator sees of an import: the first problems row by row, then the sums, in two languages."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.app import reminder_rules
from bot.clock import Clock
from bot.database import Database
from bot.imports import ImportResult, Outcome, Report, Verdict, import_permits, verdict_file
from bot.permit_file import FileRefused
from bot.settings import Settings
from models.permit_problem import describe

SHOWN = 20


def import_and_report(
    settings: Settings, file: Path, out: Console, *, dry_run: bool, skip_bad: bool, verdicts: Path | None
) -> int:
    """Import the file and print what became of it; 0 when it was saved or is fit to be, else 1."""
    database = Database(settings.database_url, settings.keyring)
    table = Table("line", "column", "problem · 問題", title=f"The first {SHOWN} problems and warnings")
    try:
        with contextlib.ExitStack() as stack:
            write = stack.enter_context(verdict_file(verdicts)) if verdicts else None
            result = import_permits(
                database,
                file,
                reminder_rules(settings),
                Clock(),
                dry_run=dry_run,
                skip_bad=skip_bad,
                max_rows=settings.import_max_rows,
                report=_both(_shown_in(table), write),
            )
    except FileRefused as refused:
        out.print(f"[red]{refused.describe('en')}[/red]\n{refused.describe('zh-Hant')}")
        return 1
    finally:
        database.close()
    if table.row_count:
        out.print(table)
    out.print(_sums(result, dry_run=dry_run))
    return 0 if result.saved or (dry_run and not result.bad) else 1


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
    if dry_run:
        return f"{read} Nothing was saved (dry run)."
    if not result.saved:
        return f"{read} Nothing was saved; mend the bad rows, or use --skip-bad."
    return (
        f"{read} Saved: {result.new_permits} new permits ({result.new_workers} new workers), "
        f"{result.changed} changed, {result.unchanged} unchanged."
    )
