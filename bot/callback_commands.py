"""The commands about callbacks: what waits or was given up, sending it again, and a new secret."""

from typing import Annotated

import typer
from rich.table import Table

from bot.callback_signature import new_secret
from bot.clock import Clock
from bot.terminal import out, problems, writing
from models import callback
from models.callback import CallbackState

commands = typer.Typer(no_args_is_help=True, help="What the ministry's system is told of its events.")


@commands.command("list")
def list_callbacks(
    ctx: typer.Context,
    state: Annotated[CallbackState, typer.Option(help="Which ones")] = CallbackState.GIVEN_UP,
    limit: Annotated[int, typer.Option(min=1, help="How many, oldest first")] = 50,
) -> None:
    """Callbacks in one state, with the last error: an HTTP status, or what broke."""
    table = Table("callback", "event_id", "sequence", "type", "since", "tries", "error")
    with writing(ctx) as session:
        for one in callback.listed(session, state, limit):
            since = f"{one.created_at:%Y-%m-%d %H:%M} UTC"
            event_id, tries = one.event.event_id, str(one.attempts)
            table.add_row(str(one.id), event_id, str(one.sequence), one.what, since, tries, one.error or "")
    out.print(table)


@commands.command("resend")
def resend(
    ctx: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(help="As `callbacks list` shows them")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that were given up")] = False,
) -> None:
    """Send them again for three days, under the ids they had."""
    if every == bool(numbers):
        problems.print("Name callbacks by their numbers, or say --all.")
        raise typer.Exit(2)
    with writing(ctx) as session:
        again = callback.resend(session, None if every else numbers, Clock().now())
    out.print(f"{again} callbacks are sent again.")
    raise typer.Exit(0 if every or again == len(set(numbers or ())) else 1)


@commands.command("secret")
def secret() -> None:
    """Make a secret for BOT_CALLBACK_SECRET; the receiver needs the same one."""
    typer.echo(new_secret())
