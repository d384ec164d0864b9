"""The few statements that SQLite and PostgreSQL need said differently; everything else is one SQL."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

Insert = postgresql.Insert | sqlite.Insert


def insert(session: Session, table: Any) -> Insert:
    """An INSERT that knows ON CONFLICT, for the session's engine."""
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)


# A slot is reserved by moving one row; the database's clock is the only one all machines share.
_NOW_MICROSECONDS = {
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)",
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)",
}
_LATER_OF = {"sqlite": "max", "postgresql": "greatest"}


def reserve(session: Session, name: str, interval: int, slots: int) -> float | None:
    """Reserve `slots` slots, `interval` microseconds apart; the seconds to wait for the first one.

    None when there is no such row yet. The row's time of arrival is the GCRA's only state.
    """
    dialect = session.get_bind().dialect.name
    now = _NOW_MICROSECONDS[dialect]
    row = session.execute(
        text(
            f"UPDATE rate SET arrival = {_LATER_OF[dialect]}(arrival, {now}) + :cost"
            f" WHERE name = :name RETURNING arrival - :cost - {now}"
        ),
        {"cost": interval * slots, "name": name},
    ).one_or_none()
    return None if row is None else max(0, row[0]) / 1_000_000


def push_back(session: Session, name: str, microseconds: int) -> None:
    """Let nobody have a slot before that long from now (LINE answered 429)."""
    dialect = session.get_bind().dialect.name
    session.execute(
        text(
            f"UPDATE rate SET arrival = {_LATER_OF[dialect]}(arrival, {_NOW_MICROSECONDS[dialect]} + :pause)"
            " WHERE name = :name"
        ),
        {"pause": microseconds, "name": name},
    )


def spend(session: Session, name: str, interval: int, burst: int) -> int | None:
    """Take one slot of at most `burst` that are free at once, each free again after `interval` microseconds.

    How far ahead of now the row's arrival then lies, in microseconds; None when no slot is free or there is no row.
    """
    dialect = session.get_bind().dialect.name
    now, later = _NOW_MICROSECONDS[dialect], _LATER_OF[dialect]
    row = session.execute(
        text(
            f"UPDATE rate SET arrival = {later}(arrival, {now}) + :interval"
            f" WHERE name = :name AND arrival + :interval <= {now} + :most RETURNING arrival - {now}"
        ),
        {"interval": interval, "most": interval * burst, "name": name},
    ).one_or_none()
    return None if row is None else int(row[0])


def ahead(session: Session, name: str) -> int | None:
    """How far ahead of now the row's arrival lies, in microseconds; None when there is no such row."""
    now = _NOW_MICROSECONDS[session.get_bind().dialect.name]
    row = session.execute(text(f"SELECT arrival - {now} FROM rate WHERE name = :name"), {"name": name}).one_or_none()
    return None if row is None else int(row[0])


def forget_past(session: Session, prefix: str) -> None:
    """Erase the rows whose names begin so and whose arrival is over."""
    now = _NOW_MICROSECONDS[session.get_bind().dialect.name]
    # Not LIKE: SQLite's takes capitals for small letters.
    session.execute(
        text(f"DELETE FROM rate WHERE substr(name, 1, :length) = :prefix AND arrival <= {now}"),
        {"length": len(prefix), "prefix": prefix},
    )
