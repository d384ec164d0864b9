"""Rows saved slice by slice: each in a transaction of its own, with room for other writers between them."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from bot.database import Database

PAUSE_ON_SQLITE = 0.05
"""Seconds between slices: with less, a writer that sleeps and tries again may find the lock taken for seconds."""
MOST_COLLISIONS = 5

Done = TypeVar("Done")


def saved(database: Database, work: Callable[[Session], Done], *, rehearsed: bool = False) -> Done:
    """What the work gives, done in a transaction of its own: committed, or where it is rehearsed rolled back."""
    transaction = database.rehearsing if rehearsed else database.writing
    let_others_write(database)
    for _ in range(MOST_COLLISIONS):
        # Another process may store the same thing at the same moment; the next time we see it.
        with suppress(IntegrityError, OperationalError), transaction() as session:
            return work(session)
    with transaction() as session:
        return work(session)


def let_others_write(database: Database) -> None:
    """SQLite has one writer, and gives it to whoever asks at the right moment."""
    if database.engine.name == "sqlite":
        time.sleep(PAUSE_ON_SQLITE)
