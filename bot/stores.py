"""How a batch of webhook events is committed: on SQLite in a thread, on PostgreSQL by the event loop itself."""

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result
from sqlalchemy import Engine, PoolProxiedConnection

from models import arrivals
from models.arrivals import Row
from models.secrets import keyring_on

LONGEST_END_SECONDS = 5.0


class Store(Protocol):
    """One connection that stays open, and is replaced when it was lost since the last batch."""

    down: type[Exception]
    """What is raised when the database, not one of the rows, is at fault."""

    async def insert(self, rows: Sequence[Row]) -> None:
        """Returns when all the rows are on disk; when it raises, none is. One insert at a time."""

    async def close(self) -> None: ...


def open_store(engine: Engine) -> Store:
    """The store for this engine; it connects when it is first needed."""
    return SqliteStore(engine) if engine.name == "sqlite" else PostgresqlStore(engine)


class SqliteStore:
    """SQLite writes and syncs in a thread of its own, so that the loop goes on reading meanwhile.

    Not in an executor's, and in one statement where it can be: at every step the thread waits for Python's lock.
    """

    down: type[Exception] = sqlite3.OperationalError

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._keyring = keyring_on(engine)
        self._jobs: queue.SimpleQueue[tuple[Sequence[Row], asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._connection: PoolProxiedConnection | None = None

    async def insert(self, rows: Sequence[Row]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="inbox-writer", daemon=True)
            self._thread.start()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._jobs.put((rows, done))
        await done

    async def close(self) -> None:
        if self._thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(self._thread.join, LONGEST_END_SECONDS)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            rows, done = job
            failure: Exception | None = None
            try:
                self._insert(rows)
            except Exception as error:
                failure = error
                self._disconnect()
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
                done.get_loop().call_soon_threadsafe(settle, done, failure)
        self._disconnect()

    def _insert(self, rows: Sequence[Row]) -> None:
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        driver: Any = self._connection.driver_connection
        first, *others = arrivals.for_sqlite(rows, self._keyring)
        if not others:
            driver.execute(*first)
            return
        with driver:  # commits, or rolls back
            driver.execute("BEGIN IMMEDIATE")
            for statement in (first, *others):
                driver.execute(*statement)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class PostgresqlStore:
    """A single statement is a transaction by itself, sent and awaited without a thread.

    A thread would wait for Python's lock at every step, which costs more than the statement (docs/benchmarks.md).
    """

    down: type[Exception] = psycopg.OperationalError

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._keyring = keyring_on(engine)
        self._link: _Link | None = None

    async def insert(self, rows: Sequence[Row]) -> None:
        values = arrivals.for_postgresql(rows, self._keyring)
        if self._link is not None:
            try:
                await self._link.insert(values)
            except self.down:
                if not self._link.lost:
                    raise
            else:
                return
        await self.close()
        self._link = _Link(await asyncio.to_thread(_prepared, self._engine))
        await self._link.insert(values)

    async def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.hang_up()


def _prepared(engine: Engine) -> psycopg.Connection[Any]:
    pooled = engine.raw_connection()
    connection: Any = pooled.driver_connection
    pooled.detach()
    prepared = connection.pgconn.prepare(b"keep", arrivals.POSTGRESQL.encode())
    if prepared.status != pq.ExecStatus.COMMAND_OK:
        connection.close()
        raise error_from_result(prepared)
    connection.pgconn.nonblocking = 1
    return connection  # type: ignore[no-any-return]


class _Link:
    """A connection to PostgreSQL that the event loop watches."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.lost = False
        self._connection = connection
        self._libpq = connection.pgconn
        self._loop = asyncio.get_running_loop()
        # Our own name for the socket: libpq closes its own when the connection breaks.
        self._socket = os.dup(self._libpq.socket)
        self._loop.add_reader(self._socket, self._readable)
        self._answer: asyncio.Future[None] | None = None
        self._result: pq.abc.PGresult | None = None

    async def insert(self, values: bytes) -> None:
        if self.lost:
            raise psycopg.OperationalError("the connection was lost")
        self._answer = self._loop.create_future()
        try:
            self._libpq.send_query_prepared(b"keep", [values])
            self._send()
        except psycopg.OperationalError as broken:
            self.hang_up(broken)
        await self._answer

    def hang_up(self, why: psycopg.OperationalError | None = None) -> None:
        if self.lost:
            return
        self.lost = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        os.close(self._socket)
        self._connection.close()
        self._settle(why or psycopg.OperationalError("hung up"))

    def _send(self) -> None:
        """What the socket takes now, and the rest when it takes more."""
        if self._libpq.flush():
            self._loop.add_writer(self._socket, self._writable)
        else:
            self._loop.remove_writer(self._socket)

    def _writable(self) -> None:
        try:
            self._send()
        except psycopg.OperationalError as broken:
            self.hang_up(broken)

    def _readable(self) -> None:
        try:
            self._libpq.consume_input()
            while not self._libpq.is_busy():
                result = self._libpq.get_result()
                if result is None:
                    self._answered()
                    return
                self._result = result
        except psycopg.OperationalError as broken:
            self.hang_up(broken)

    def _answered(self) -> None:
        result, self._result = self._result, None
        if self._libpq.status == pq.ConnStatus.BAD:
            self.hang_up()
        elif result is not None:
            self._settle(None if result.status == pq.ExecStatus.COMMAND_OK else error_from_result(result))

    def _settle(self, failure: psycopg.Error | None) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            settle(answer, failure)


def settle(done: asyncio.Future[None], failure: Exception | None) -> None:
    """Wake who waits for this, unless nobody does any more."""
    if done.done():
        return
    if failure is None:
        done.set_result(None)
    else:
        done.set_exception(failure)
