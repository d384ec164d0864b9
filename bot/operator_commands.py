"""The commands for the console's people: the first two administrators, and what is left when nobody can get in."""

from datetime import datetime
from typing import Annotated

import structlog
import typer
from rich.table import Table
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.terminal import out, problems, reading, writing
from models import audit, credential
from models import operator as operators
from models.credential import ADMINISTRATORS_NEEDED
from models.operator import Operator, Role

commands = typer.Typer(no_args_is_help=True, help="Who may work with the console.")

log = structlog.get_logger()

Emergency = Annotated[str, typer.Option("--emergency", help="Why it cannot be done in the console by two people")]
Login = Annotated[str, typer.Argument(help="What they type to sign in")]


@commands.command("add")
def add(
    ctx: typer.Context,
    login: Login,
    name: Annotated[str, typer.Option(help="Their name, as others in the console see it")],
    role: Annotated[list[Role], typer.Option(help="What they may do; may be given several times")],
    emergency: Emergency = "",
) -> None:
    """Add somebody and show their set-up code, once. Refused when there are people to do it in the console."""
    login, now = login.strip().lower(), Clock().now()
    if not operators.LOGIN.fullmatch(login) or not name.strip():
        problems.print("A login has 2 to 64 small letters, digits or . _ @ - and everybody has a name.")
        raise typer.Exit(2)
    with writing(ctx) as session:
        if operators.with_login(session, login) is not None:
            problems.print("There is somebody with this login already.")
            raise typer.Exit(1)
        if credential.administrators_set_up(session) >= ADMINISTRATORS_NEEDED and not emergency.strip():
            problems.print(
                f"There are {ADMINISTRATORS_NEEDED} administrators who can sign in: people are added in the console, "
                'by one of them with another. If that cannot be done: --emergency "why", and the log will say so.'
            )
            raise typer.Exit(1)
        operator = operators.add(session, login, name, role, now)
        code = credential.give_setup_code(session, operator, now)
        _note(session, operator, "operator_added", emergency, now)
    _show(ctx, login, code)


@commands.command("reset")
def reset(ctx: typer.Context, login: Login, emergency: Emergency) -> None:
    """Take away all that somebody can sign in with and show a new set-up code, once."""
    now = Clock().now()
    if not emergency.strip():
        problems.print('Say why: --emergency "reason". Otherwise an administrator does it in the console.')
        raise typer.Exit(2)
    with writing(ctx) as session:
        operator = operators.with_login(session, login)
        if operator is None or operator.deactivated_at is not None:
            problems.print("There is nobody active with this login.")
            raise typer.Exit(1)
        code = credential.reset(session, operator, now)
        _note(session, operator, "operator_reset", emergency, now)
    _show(ctx, operator.login, code)


@commands.command("list")
def list_operators(ctx: typer.Context) -> None:
    """Everybody, with what they may do and whether they can sign in."""
    table = Table("number", "login", "name", "roles", "added", "state")
    with reading(ctx) as session:
        ready = set(credential.set_up_already(session))
        for one in operators.everybody(session):
            state = "deactivated" if one.deactivated_at else "can sign in" if one.id in ready else "not set up yet"
            table.add_row(str(one.id), one.login, one.name, one.roles, f"{one.created_at:%Y-%m-%d}", state)
    out.print(table)


def _note(session: Session, operator: Operator, action: str, emergency: str, now: datetime) -> None:
    details = {"by": "command"} | ({"emergency": emergency.strip()} if emergency.strip() else {})
    audit.record(session, None, action, f"operator {operator.id}", now, roles=operator.roles, **details)
    if emergency.strip():
        log.warning("operator_emergency", operator=operator.id)
    else:
        log.info("operator_added", operator=operator.id)


def _show(ctx: typer.Context, login: str, code: str) -> None:
    hours = int(credential.SET_UP_HOLDS.total_seconds()) // 3600
    out.print(f"Set-up code of {login}, shown only now, for {hours} hours:")
    typer.echo(code)
    out.print(f"They set up their password and app at {ctx.obj().public_url}/console/set-up")
