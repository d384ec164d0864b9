"""The commands about the law: which rules there are, what one says, and the handbook written from them."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from bot import law_handbook
from bot.law_examples import examples
from bot.law_handbook import HANDBOOK, TESTS
from bot.terminal import out, problems
from law import catalogue
from law.source import STALE_AFTER, Source

Tests = Annotated[Path, typer.Option(help="The tests whose tables are the examples")]
commands = typer.Typer(no_args_is_help=True, help="The rules of law that the answers rest on.")


@commands.command("list")
def list_rules(
    stale: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Name the sources that on this day were unread for 180 days"),
    ] = None,
) -> None:
    """Every rule with its source. With --stale only sources to be read again; ends with 1 when there is one."""
    if stale is not None:
        _list_stale(stale)
        return
    table = Table(*(Column(name, overflow="fold") for name in ("rule", "source", "in force", "read", "")), box=None)
    for entry in law_handbook.entries():
        found = entry.rule
        doubt = "not all confirmed" if found.doubt else ""
        table.add_row(entry.name, str(found.source), law_handbook.life(found), str(found.source.checked), doubt)
    out.print(table)


def _list_stale(day: datetime) -> None:
    unread = catalogue.stale(day.date())
    if not unread:
        out.print(f"Every source was read within {STALE_AFTER.days} days before {day.date()}.")
        return
    table = Table(*(Column(name, overflow="fold") for name in ("read", "source", "address", "rules")), box=None)
    for source in unread:
        table.add_row(str(source.checked), str(source), source.url, ", ".join(_resting_on(source)))
    out.print(table)
    raise typer.Exit(1)


def _resting_on(source: Source) -> list[str]:
    """The rules of that source; where it is only cited in answers or versions, the modules that keep it."""
    rules = [entry.name for entry in law_handbook.entries() if entry.rule.source == source]
    return rules or [name.removeprefix("law.") for name in catalogue.kept_in(source)]


@commands.command("explain")
def explain(
    rule: Annotated[str, typer.Argument(help="Its name, as `law list` shows it; the module may be left out")],
    tests: Tests = TESTS,
) -> None:
    """What one rule says: source, life, versions, the law's words, the reading taken, doubts and examples."""
    found = law_handbook.named(rule)
    if not found:
        problems.print(f"There is no rule {rule!r}. See: python -m bot law list", markup=False)
        for entry in law_handbook.like(rule):
            problems.print(f"  {entry.name}  {entry.rule.source}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1)
    told = examples(tests)
    texts = (law_handbook.explained(entry, law_handbook.examples_of(entry, told)) for entry in found)
    typer.echo("\n".join(texts).rstrip())


@commands.command("write")
def write(file: Annotated[Path, typer.Argument(help="Where it goes")] = HANDBOOK, tests: Tests = TESTS) -> None:
    """Write the handbook of all rules anew; needs the tests, whose tables are its examples."""
    if not tests.is_dir():
        problems.print(f"The examples are read from {tests}, which is not here: run this in a checkout.")
        raise typer.Exit(2)
    try:
        file.write_text(law_handbook.handbook(tests), "utf-8")
    except OSError as wrong:
        problems.print(f"{file} cannot be written: {wrong.strerror}.", markup=False)
        raise typer.Exit(2) from None
    out.print(f"{len(law_handbook.entries())} rules are in {file}")
