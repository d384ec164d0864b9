"""Migrated databases to copy, for runs outside pytest: a new world must not wait for Alembic."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from bot.database import Database
from models.secrets import Key, Keyring
from tests.faults.world import KEY
from tests.postgres import drop_database, new_database, on_server, postgresql

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
        address = new_database(self.server, self.template)
        yield address
        drop_database(address)


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
    with postgresql() as server:
        address = new_database(server)
        _migrated(address).close()
        version = on_server(server, "SHOW server_version")
        try:
            yield Databases("postgresql", str(make_url(address).database), server, f"PostgreSQL {version}")
        finally:
            drop_database(address)


def _migrated(url: str) -> Database:
    database = Database(url, Keyring([Key.read(KEY)]))
    database.migrate()
    return database
