"""The commands about the audit log: whether it holds, and where it ends."""

from pathlib import Path
from typing import Annotated

import typer

from bot.anchor import AnchorUnreadable, noted_ends
from bot.settings import Settings
from bot.terminal import out, problems, reading
from models import audit

MOST_SHOWN = 20

commands = typer.Typer(no_args_is_help=True, help="The log of what operators saw, wrote, approved, sent and exported.")


@commands.command("verify")
def verify(
    ctx: typer.Context,
    anchors: Annotated[
        Path | None, typer.Option(help="The file of daily ends; a copy kept elsewhere proves more")
    ] = None,
) -> None:
    """Check every entry and every seal, and the ends that were noted day by day. Ends with 1 when the log is broken."""
    settings: Settings = ctx.obj()
    file = anchors or settings.audit_anchor_file
    try:
        noted = noted_ends(file) if anchors or file.exists() else []
    except (OSError, AnchorUnreadable) as wrong:
        problems.print(f"[red]The file of daily ends cannot be read:[/red] {wrong}")
        raise typer.Exit(2) from None
    with reading(ctx) as session:
        end = audit.end(session)
        broken = list(audit.broken(session, noted))
    if broken:
        shown = ", ".join("its end" if entry == 0 else str(entry) for entry in broken[:MOST_SHOWN])
        more = f" and {len(broken) - MOST_SHOWN:,} more" if len(broken) > MOST_SHOWN else ""
        problems.print(f"[red]The log does not hold[/red] at {shown}{more} ({end.length:,} entries).")
        raise typer.Exit(1)
    out.print(f"The log holds: {end.length:,} entries, {len(noted):,} noted ends. Seal of the last: {end.digest}")


@commands.command("end")
def show_end(ctx: typer.Context) -> None:
    """Where the log ends now: its length and its last seal, to be noted somewhere else."""
    with reading(ctx) as session:
        found = audit.end(session)
    out.print(f"{found.length} {found.digest}")
