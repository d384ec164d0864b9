"""A real database for every test that asks for one: both engines, migrated, empty."""

import base64
import gc
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.database import Database
from models.secrets import Key, Keyring
from tests.postgres import drop_database, new_database, postgresql

ENGINES = ("sqlite", "postgresql")


def pytest_collection_finish() -> None:
    """What was imported stays to the end: the garbage collector need not walk through a million objects each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 50)


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring([Key.read("1:" + base64.b64encode(bytes(range(32))).decode())])


@pytest.fixture
def now() -> datetime:
    """A Wednesday noon in Taipei."""
    return datetime(2026, 3, 11, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL."""
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, keyring: Keyring) -> Path:
    file = tmp_path_factory.mktemp("template") / "bot.sqlite"
    database = Database(f"sqlite:///{file}", keyring)
    database.migrate()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.close()
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, keyring: Keyring) -> str:
    """The name of a migrated database to copy."""
    address = new_database(postgres_server)
    database = Database(address, keyring)
    database.migrate()
    database.close()
    return str(make_url(address).database)


@pytest.fixture(scope="session")
def left_databases(postgres_server: str) -> Iterator[list[str]]:
    """Those that a test has left and the next one drops: right after the last connection to it was closed, PostgreSQL
    would wait before it drops a database."""
    left: list[str] = []
    yield left
    for address in left:
        drop_database(address)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database of each engine in turn."""
    if request.param == "sqlite":
        file = tmp_path / "bot.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server, template, left = map(request.getfixturevalue, ("postgres_server", "postgres_template", "left_databases"))
    while left:
        drop_database(left.pop())
    address = new_database(server, template)
    yield address
    left.append(address)


@pytest.fixture
def database(database_url: str, keyring: Keyring) -> Iterator[Database]:
    """A fresh, migrated database of each engine in turn."""
    opened = Database(database_url, keyring)
    yield opened
    opened.close()
