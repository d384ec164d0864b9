"""What every table shares: the naming convention, instants in UTC, and how each engine is opened."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Integer, MetaData, create_engine, event
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from models.secrets import Keyring, attach


class Base(DeclarativeBase):
    """The tables; constraint names are fixed so that a migration can name what it changes."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


BIG_ID = BigInteger().with_variant(Integer, "sqlite")
"""For tables that grow with every message; SQLite counts up only a plain INTEGER by itself."""


class Instant(TypeDecorator[datetime]):
    """A moment, aware and in UTC on both engines (SQLite has no time zones of its own)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def open_engine(url: str, keyring: Keyring) -> Engine:
    """An engine set up for durable business commits, whose sealed columns use this keyring.

    Parameters stay out of error messages: they are personal data.
    """
    if url.startswith("sqlite"):
        # Writers queue on the one lock of the file; a pool as wide as our threads never waits for itself.
        engine = create_engine(url, pool_size=8, max_overflow=16, hide_parameters=True, connect_args={"timeout": 30})
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        engine = create_engine(_psycopg(url), pool_size=8, max_overflow=16, hide_parameters=True, pool_pre_ping=True)
    attach(engine, keyring)
    return engine


def _psycopg(url: str) -> str:
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url


def _sqlite_connected(connection: Any, record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN below, not the driver's guess
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged event survives a power cut
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Any) -> None:
    """Take the write lock at the start: an upgrade in mid-transaction fails instead of waiting."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
