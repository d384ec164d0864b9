"""The few statements that SQLite and PostgreSQL need said differently; everything else is one SQL."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, Integer, TableValuedAlias, Text, cast, column, func, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

Insert = postgresql.Insert | sqlite.Insert


def insert(session: Session, table: Any) -> Insert:
    """An INSERT that knows ON CONFLICT, for the session's engine."""
    return insert_for(session.get_bind().dialect.name, table)


def insert_for(dialect: str, table: Any) -> Insert:
    """The same for a statement that is built once and kept for each engine."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


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


# Many ids in one cell.
IDS = postgresql.ARRAY(Integer).with_variant(JSON(), "sqlite")


def has_one_writer(session: Session) -> bool:
    """Whether nobody else can write while we do: what takes long is then read before."""
    return session.get_bind().dialect.name == "sqlite"


def gathered(session: Session, ids: ColumnElement[int]) -> ColumnElement[Any]:
    """The ids of a group as a cell of IDS; in their order, but on SQLite perhaps in another."""
    if session.get_bind().dialect.name == "sqlite":
        return func.json_group_array(ids, type_=JSON())
    return func.array_agg(postgresql.aggregate_order_by(ids, ids.asc()), type_=postgresql.ARRAY(Integer))


def how_many(session: Session, cell: Any) -> ColumnElement[int]:
    """How many ids are in the cell."""
    name = "json_array_length" if session.get_bind().dialect.name == "sqlite" else "cardinality"
    return getattr(func, name)(cell, type_=Integer)  # type: ignore[no-any-return]


def members(session: Session, cell: Any) -> TableValuedAlias:
    """One row for each id in the cell, with one column, `value`."""
    if session.get_bind().dialect.name == "sqlite":
        return func.json_each(cell).table_valued(column("value", Integer))
    return func.unnest(cell).table_valued(column("value", Integer)).render_derived()


def as_json(session: Session, values: Any) -> ColumnElement[str]:
    """The values of a group as the text of a JSON list, in no order that counts."""
    if session.get_bind().dialect.name == "sqlite":
        return func.json_group_array(values, type_=Text())
    return cast(func.json_agg(values), Text)
