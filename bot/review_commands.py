"""The commands for claims that a person must look at."""

from typing import Annotated

import typer
from rich.table import Table

from bot.clock import Clock
from bot.terminal import out, problems, reading, writing
from models import audit
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
def close_review(
    ctx: typer.Context, number: int, why: Annotated[str, typer.Option(help="What you found, and how you know")]
) -> None:
    """Somebody has looked at this claim. Its link stays as it is: the console cuts and makes links, by two people."""
    if not why.strip():
        raise typer.BadParameter("say why")
    now = Clock().now()
    with writing(ctx) as session:
        try:
            closed = reviews.close_review(session, number, now)
        except reviews.WaitsForSecond:
            problems.print("It waits for a second person, who confirms it or sends it back in the console.")
            raise typer.Exit(1) from None
        if not closed:
            problems.print("There is no open review with this number.")
            raise typer.Exit(1)
        audit.record(session, None, "case_closed", f"review {number}", now, by="command", note=why.strip())
    out.print("Closed.")
