"""The simulator's SQLite file and the one thread that writes it, many requests to one durable commit."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Connection = sqlite3.Connection

_SCHEMA = Path(__file__).with_name("schema.sql")
_MOST_PER_COMMIT = 256


class _Job:
    __slots__ = ("future", "work")

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()


class Store:
    """Runs pieces of work one after the other; gives a result out only once its commit is on the disk."""

    def __init__(self, path: str) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_SCHEMA.read_text(encoding="utf-8"))
        self._thread = threading.Thread(target=self._serve, name="simulator-store", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._hand_in(work))

    def run_now(self, work: Callable[[Connection], T]) -> T:
        """The same from a place without an event loop; blocks until committed."""
        return self._hand_in(work).result()

    def close(self) -> None:
        """Finish what was handed in, then close the file; may be called twice."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join()
            self._connection.close()

    def _hand_in(self, work: Callable[[Connection], T]) -> "Future[T]":
        if self._closed:
            raise RuntimeError("the simulator's store is closed")
        job = _Job(work)
        self._jobs.put(job)
        return job.future

    def _serve(self) -> None:
        while (first := self._jobs.get()) is not None:
            batch, open_ = [first], True
            while open_ and len(batch) < _MOST_PER_COMMIT:
                try:
                    following = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    open_ = False
                else:
                    batch.append(following)
            self._commit(batch)
            if not open_:
                return

    def _commit(self, batch: list[_Job]) -> None:
        tell: list[Callable[[], None]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            tell.extend(self._attempt(job) for job in batch)
            self._connection.execute("COMMIT")
        except sqlite3.Error as failure:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            tell = [partial(job.future.set_exception, failure) for job in batch]
        for each in tell:
            each()

    def _attempt(self, job: _Job) -> Callable[[], None]:
        """Do one piece of work; what it did alone is undone if it fails. Returns how to tell its owner."""
        if not job.future.set_running_or_notify_cancel():
            return _tell_nobody
        self._connection.execute("SAVEPOINT work")
        try:
            result = job.work(self._connection)
        except Exception as failure:
            self._connection.execute("ROLLBACK TO work")
            self._connection.execute("RELEASE work")
            return partial(job.future.set_exception, failure)
        self._connection.execute("RELEASE work")
        return partial(job.future.set_result, result)


def _tell_nobody() -> None:
    """The owner gave up waiting before the work began."""


def setting(db: Connection, name: str) -> str | None:
    row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return row["value"] if row else None


def save_setting(db: Connection, name: str, value: str | None) -> None:
    if value is None:
        db.execute("DELETE FROM setting WHERE name = ?", (name,))
    else:
        db.execute(
            "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )
