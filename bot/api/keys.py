"""The commands that make, list, rotate and revoke API keys; a secret is shown once, when it is made."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy.orm import Session

from bot.api.gate import allowance_of
from bot.clock import Clock
from bot.terminal import out, problems, writing
from models import api_key, rate
from models.api_key import ApiKey, Scope

Prefix = Annotated[str, typer.Argument(help="The beginning of the key, as `api-keys list` shows it")]

commands = typer.Typer(no_args_is_help=True, help="The keys of the ministry's systems.")


@commands.command("create")
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose key it is, such as the system's name")],
    scope: Annotated[list[Scope], typer.Option(help="What it may be used for; may be given twice")],
    test: Annotated[bool, typer.Option("--test", help="A key whose calls change nothing")] = False,
    days: Annotated[int | None, typer.Option(min=1, help="How long it holds")] = None,
) -> None:
    """Make a key and show its secret, once."""
    now = Clock().now()
    with writing(ctx) as session:
        expires = now + timedelta(days=days) if days else None
        _, secret = api_key.create(session, name[:64], scope, now, test=test, expires_at=expires)
    _show(secret)


@commands.command("list")
def list_keys(ctx: typer.Context) -> None:
    """Every key, without its secret."""
    table = Table("begins with", "name", "mode", "scopes", "made", "last used (UTC)", "state")
    now = Clock().now()
    with writing(ctx) as session:
        for key in api_key.all_keys(session):
            state = "in force" if key.holds(now) else "revoked" if key.revoked_at else "expired"
            if key.holds(now) and key.expires_at:
                state += f" until {key.expires_at:%Y-%m-%d %H:%M} UTC"
            used = rate.last_spent(session, allowance_of(key.id), now)
            last = f"{used:%Y-%m-%d %H:%M}" if used else "never"
            table.add_row(key.prefix, key.name, key.mode, key.scopes, f"{key.created_at:%Y-%m-%d}", last, state)
    out.print(table)


@commands.command("rotate")
def rotate(
    ctx: typer.Context,
    prefix: Prefix,
    overlap_hours: Annotated[int, typer.Option(min=0, help="How long the old one still holds")] = 24,
) -> None:
    """Make a key like this one; the old one holds a while longer."""
    now = Clock().now()
    with writing(ctx) as session:
        key = _known(session, prefix)
        if not key.holds(now):
            problems.print("That key is no longer in force; create a new one.")
            raise typer.Exit(1)
        _, secret = api_key.rotate(session, key, timedelta(hours=overlap_hours), now)
    _show(secret)


@commands.command("revoke")
def revoke(ctx: typer.Context, prefix: Prefix) -> None:
    """Let a key open nothing from now on."""
    with writing(ctx) as session:
        api_key.revoke(_known(session, prefix), Clock().now())
    out.print("The key is revoked.")


def _show(secret: str) -> None:
    problems.print("Keep it now: it is not shown again.")
    typer.echo(secret)


def _known(session: Session, prefix: str) -> ApiKey:
    key = api_key.key_with_prefix(session, prefix.strip())
    if key is None:
        problems.print("There is no key that begins so; see `api-keys list`.")
        raise typer.Exit(1)
    return key
