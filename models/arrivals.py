"""Webhook events on their shortest way into the inbox: one statement for many, past SQLAlchemy's machinery.

All the world waits for this insert, and SQLAlchemy's own takes three times as long (docs/benchmarks.md).
"""

import base64
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from models.inbox import RAW
from models.secrets import Keyring

Row = dict[str, Any]
"""A new row of `inbox_event`: its first eight columns after `id`, by name."""

COLUMNS = ("webhook_event_id", "line_user_id", "type", "occurred_at", "received_at", "raw", "state", "attempts")
MOST_AT_ONCE = 64
"""Rows a SQLite statement; each number of rows is a statement of its own, and Python's driver remembers 128."""

_INTO = f"INSERT INTO inbox_event ({', '.join(COLUMNS)})"
_UNLESS_KNOWN = "ON CONFLICT (webhook_event_id) DO NOTHING"

POSTGRESQL = f"""{_INTO}
SELECT webhook_event_id, line_user_id, type, occurred_at, received_at, decode(raw, 'base64'), state, attempts
FROM json_to_recordset($1) AS arrived (webhook_event_id text, line_user_id text, type text, occurred_at timestamptz,
    received_at timestamptz, raw text, state text, attempts integer)
{_UNLESS_KNOWN}"""
"""One parameter for any number of rows: packing arrays in Python costs more than PostgreSQL's reading of JSON."""


def for_postgresql(rows: Sequence[Row], keyring: Keyring) -> bytes:
    """The parameter of `POSTGRESQL`."""
    return orjson.dumps([{**row, "raw": _base64(_sealed(row, keyring))} for row in rows])


def for_sqlite(rows: Sequence[Row], keyring: Keyring) -> Iterator[tuple[str, list[Any]]]:
    """Statements and their parameters, for one transaction.

    Not `executemany`: it gives Python's lock away at every row, and gets it back only when the event loop pauses.
    """
    for first in range(0, len(rows), MOST_AT_ONCE):
        part = rows[first : first + MOST_AT_ONCE]
        values: list[Any] = []
        for row in part:
            values += (row["webhook_event_id"], row["line_user_id"], row["type"])
            values += (_sqlite_instant(row["occurred_at"]), _sqlite_instant(row["received_at"]))
            values += (_sealed(row, keyring), row["state"], row["attempts"])
        places = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * len(part))
        yield f"{_INTO} VALUES {places} {_UNLESS_KNOWN}", values


def _sealed(row: Row, keyring: Keyring) -> bytes | None:
    return None if row["raw"] is None else keyring.seal(row["raw"], RAW)


def _base64(cell: bytes | None) -> str | None:
    return None if cell is None else base64.b64encode(cell).decode()


def _sqlite_instant(at: datetime) -> str:
    """As `models.base.Instant` has SQLAlchemy write it: in UTC, and without saying so."""
    return at.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")
