"""Where the rows of a file lie between being judged and being saved: on disk, sealed, gone with the process."""

import hashlib
import os
import pickle
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from operator import attrgetter

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.permit_row import PermitRow
from models.same_worker import compared_cells

Numbered = tuple[int, PermitRow]


class Desk:
    """Memory does not grow with the file: this is a temporary file of SQLite's, which has no name.

    People's rows lie in it sealed with a key that nobody else ever has; what is only compared lies in it as keyed
    digests.
    """

    def __init__(self) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._digest_key = os.urandom(32)
        self.unreadable_line: int | None = None
        self._db = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode=OFF",
            "CREATE TABLE first (permit BLOB PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE worker (ref BLOB PRIMARY KEY, line INTEGER NOT NULL, ends_on TEXT NOT NULL,"
            " birth_date BLOB, name BLOB, passport_no BLOB) WITHOUT ROWID",
            "CREATE TABLE slice (number INTEGER PRIMARY KEY, nonce BLOB NOT NULL, sealed BLOB NOT NULL)",
            "CREATE TABLE elsewhere (permit BLOB PRIMARY KEY) WITHOUT ROWID",
            "BEGIN",
        ):
            self._db.execute(statement)

    def first_line(self, permit_no: str, line: int) -> int:
        """Where the permit stood first: on this line, unless there was one before."""
        permit = self._digest(permit_no)
        if self._db.execute("INSERT OR IGNORE INTO first VALUES (?, ?)", (permit, line)).rowcount:
            return line
        return int(self._db.execute("SELECT line FROM first WHERE permit = ?", (permit,)).fetchone()[0])

    def note_bad_row(self, permit_no: str | None, line: int) -> None:
        """A permit of which the file says something that we cannot take; None where not even its number is clear."""
        if permit_no is None:
            self.unreadable_line = self.unreadable_line or line
        else:
            self._db.execute("INSERT OR IGNORE INTO elsewhere VALUES (?)", (self._digest(permit_no),))

    def names(self, permit_no: str) -> bool:
        """Whether the permit stands in the file, be it in a bad row."""
        both = "SELECT 1 FROM first WHERE permit = :it UNION ALL SELECT 1 FROM elsewhere WHERE permit = :it"
        return self._db.execute(both, {"it": self._digest(permit_no)}).fetchone() is not None

    def said_first(self, row: PermitRow, line: int) -> tuple[int, Sequence[bytes | None], Sequence[bytes | None]]:
        """On which line the worker stood first, with digests of what was said of her there and of what is said here."""
        ref = self._digest(row.worker_ref)
        here = tuple(None if cell is None else self._digest(cell) for cell in compared_cells(row))
        new = "INSERT OR IGNORE INTO worker VALUES (?, ?, ?, ?, ?, ?)"
        if self._db.execute(new, (ref, line, str(row.ends_on), *here)).rowcount:
            return line, here, here
        self._db.execute("UPDATE worker SET ends_on = max(ends_on, ?) WHERE ref = ?", (str(row.ends_on), ref))
        first, *there = self._db.execute(
            "SELECT line, birth_date, name, passport_no FROM worker WHERE ref = ?", (ref,)
        ).fetchone()
        return first, there, here

    def has_permit_after(self, worker_ref: str, day: date) -> bool:
        """Whether a row that can be read gives the worker a permit that ends after that day."""
        later = "SELECT 1 FROM worker WHERE ref = ? AND ends_on > ?"
        return self._db.execute(later, (self._digest(worker_ref), str(day))).fetchone() is not None

    def set_aside(self, rows: Sequence[Numbered]) -> None:
        nonce = os.urandom(12)
        plain = pickle.dumps([(line, _values(row)) for line, row in rows])
        sealed = self._cipher.encrypt(nonce, plain, None)
        self._db.execute("INSERT INTO slice (nonce, sealed) VALUES (?, ?)", (nonce, sealed))

    def taken_up(self) -> Iterator[list[Numbered]]:
        for nonce, sealed in self._db.execute("SELECT nonce, sealed FROM slice ORDER BY number"):
            # Ours alone: what does not open under our key raises before it is unpickled.
            rows = pickle.loads(self._cipher.decrypt(nonce, sealed, None))
            if rows:
                yield [(line, PermitRow(*values)) for line, values in rows]

    def close(self) -> None:
        self._db.close()

    def _digest(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode(), digest_size=16, key=self._digest_key).digest()


_values = attrgetter(*(field.name for field in fields(PermitRow) if field.name != "warnings"))
