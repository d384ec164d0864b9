"""Which of receive, plan, send and mark a process was at when it died: its threads note it in a mapped file."""

import mmap
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from bot.api.feed import Feed
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.stores import SqliteStore
from bot.ticks import Ticks

SIZE = 1024
"""A byte for each thread, by its number; the threads of one process have numbers close together."""

RECEIVE, PLAN, SEND, MARK = "receive", "plan", "send", "mark"
NAMES = (RECEIVE, PLAN, SEND, MARK)
WORK: tuple[tuple[str, type, str], ...] = (
    (RECEIVE, SqliteStore, "_insert"),
    (PLAN, Inbox, "_claim"),
    (PLAN, Inbox, "_answer"),
    (PLAN, Ticks, "run_due"),
    (PLAN, Feed, "events"),
    (SEND, Outbox, "_prepare"),
    (MARK, Outbox, "_mark"),
)
"""What threads do in each; what the main thread does, which on PostgreSQL also keeps what LINE delivers, can be told
from what it reads and writes."""


def note_in(record: mmap.mmap) -> None:
    """From now on, in this process."""
    for phase, owner, name in WORK:
        setattr(owner, name, _noting(getattr(owner, name), record, NAMES.index(phase) + 1))


def _noting(work: Callable[..., Any], record: mmap.mmap, number: int) -> Callable[..., Any]:
    @wraps(work)
    def noted(*given: Any, **more: Any) -> Any:
        place = threading.get_native_id() % SIZE
        record[place] = number
        try:
            return work(*given, **more)
        finally:
            record[place] = 0

    return noted


def of_thread(record: mmap.mmap, thread: int) -> str | None:
    """What this thread was at, None for nothing of these."""
    number = record[thread % SIZE]
    return NAMES[number - 1] if number else None


def under_way(record: mmap.mmap) -> set[str]:
    """What any thread was at."""
    return {NAMES[number - 1] for number in record[:SIZE] if number}
