"""What all modules of the command line need: where they print, and a session on the database of the settings."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import typer
from rich.console import Console
from sqlalchemy.orm import Session

from bot.database import Database
from bot.settings import Settings

WITHOUT_A_WIDTH = 240
"""Columns where there is no terminal: what a file or grep is to get must not be cut at eighty."""

out = Console()
problems = Console(stderr=True)
for console in (out, problems):
    if not console.is_terminal:
        console.width = WITHOUT_A_WIDTH


@contextmanager
def writing(ctx: typer.Context) -> Iterator[Session]:
    """A session whose work is committed at the end, for a command that was handed the settings."""
    with closing(_database(ctx)) as database, database.writing() as session:
        yield session


@contextmanager
def reading(ctx: typer.Context) -> Iterator[Session]:
    """The same for a command that changes nothing."""
    with closing(_database(ctx)) as database, database.reading() as session:
        yield session


def _database(ctx: typer.Context) -> Database:
    settings: Settings = ctx.obj()
    return Database(settings.database_url, settings.keyring)
