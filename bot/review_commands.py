"""The commands for claims that a person must look at."""

from typing import Annotated

import typer
from rich.table import Table

from bot.clock import Clock
from bot.terminal import out, reading, writing
from models import review as reviews

commands = typer.Typer(no_args_is_help=True, help="Claims that a person must look at.")


@commands.command("list")
def list_reviews(ctx: typer.Context, limit: Annotated[int, typer.Option(help="How many, oldest first")] = 50) -> None:
    """Claims that a person must look at: doubtful names or numbers, several claims, tries used up."""
    table = Table("review", "since", "reason", "worker_ref", "account")
    with reading(ctx) as session:
        for review in reviews.open_reviews(session, limit):
            worker_ref = review.worker.worker_ref if review.worker else ""
            since = review.opened_at.isoformat(timespec="minutes")
            table.add_row(str(review.id), since, review.reason, worker_ref, str(review.contact_id))
    out.print(table)


@commands.command("close")
def close_review(ctx: typer.Context, number: int) -> None:
    """Somebody has looked at this claim. Its link stays as it is: the console cuts and makes links, by two people."""
    with writing(ctx) as session:
        closed = reviews.close_review(session, number, Clock().now())
    out.print("Closed." if closed else "There is no open review with this number.")
    raise typer.Exit(0 if closed else 1)
