"""The command that brings in the ministry's files of permits."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import Clock
from bot.full_import import Brakes
from bot.import_report import How, full_import_and_report, import_and_report
from bot.terminal import out

commands = typer.Typer(no_args_is_help=True, help="Bring in the ministry's files.")

PermitFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only check and compare; save nothing")]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Save the good rows although some are bad")]
Verdicts = Annotated[Path | None, typer.Option(help="Write every row's verdict to this CSV file")]
Full = Annotated[
    bool, typer.Option("--full", help="The file names every permit in force: tell workers what the feed has missed")
]
AsOf = Annotated[
    str | None,
    typer.Option(help="With --full: when the file was made, 2026-03-11T02:00+08:00; left out, when it was written"),
]
Differences = Annotated[Path | None, typer.Option(help="With --full: write the differences to this CSV file")]
Allowed = Annotated[int | None, typer.Option(min=0, help="With --full: how many, where it is more than is usual")]


@commands.command("permits")
def import_permits_command(
    ctx: typer.Context,
    file: PermitFile,
    dry_run: DryRun = False,
    skip_bad: SkipBad = False,
    verdicts: Verdicts = None,
    full: Full = False,
    as_of: AsOf = None,
    differences: Differences = None,
    allow_missing: Allowed = None,
    allow_news: Allowed = None,
) -> None:
    """Permits from a CSV or XLSX file. Nothing is saved while one row is bad, unless you say so."""
    how = How(dry_run, skip_bad, verdicts)
    if full:
        made, brakes = _moment(as_of), Brakes(allow_missing, allow_news)
        status = full_import_and_report(ctx.obj(), file, out, how, brakes, as_of=made, differences=differences)
        raise typer.Exit(status)
    if any(given is not None for given in (as_of, differences, allow_missing, allow_news)):
        raise typer.BadParameter("--as-of, --differences, --allow-missing and --allow-news go with --full")
    raise typer.Exit(import_and_report(ctx.obj(), file, out, how))


def _moment(written: str | None) -> datetime | None:
    """A moment that has been, as an operator writes it."""
    if written is None:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise typer.BadParameter("write --as-of with its time zone, for example 2026-03-11T02:00+08:00")
    if found > Clock().now():
        raise typer.BadParameter("--as-of lies in the future")
    return found
