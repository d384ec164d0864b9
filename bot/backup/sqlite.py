"""SQLite: a copy of one moment while others write, and the file put in the place of the old one."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.backup.files import CHANGED, HOUSEKEEPING, BackupRefused, beside, not_empty, put, sha256_of

STARTS = b"SQLite format 3\x00"


def file_of(database_url: str) -> Path | None:
    prefix = "sqlite:///"
    return Path(database_url.removeprefix(prefix)) if database_url.startswith(prefix) else None


def copy(file: Path, part: Path) -> None:
    if not file.exists():
        raise BackupRefused(f"there is no database at {file}")
    try:
        with closing(_open(file)) as source, closing(_open(part)) as copy:
            # In one step, so that all of it is of one moment: it reads one snapshot, and no writer waits for it.
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a -wal beside it
            _check(copy)
    except sqlite3.Error as error:
        raise BackupRefused(f"the database cannot be copied: {error}") from None


def restore(source: Path, expected: str, file: Path, *, force: bool) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with beside(file) as part:
        shutil.copyfile(source, part)
        if sha256_of(part) != expected:  # of the copy: what is used is what was checked
            raise BackupRefused(CHANGED)
        try:
            with closing(_open(part)) as copy:
                _check(copy)
        except sqlite3.Error as error:
            raise BackupRefused(f"the backup cannot be opened: {error}") from None
        if file.exists():
            _let_go(file, force=force)
        # A journal of the old database must never be played into the new one.
        for ending in ("-wal", "-shm", "-journal"):
            file.with_name(file.name + ending).unlink(missing_ok=True)
        put(part, file)


def _let_go(file: Path, *, force: bool) -> None:
    """Make sure that nobody has the old database open and that it may be replaced."""
    try:
        with closing(_open(file)) as old:
            old.execute("PRAGMA journal_mode=DELETE")  # fails while any other connection is open
            names = [name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            holding = [
                name
                for name in names
                if name not in HOUSEKEEPING and old.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()
            ]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BackupRefused(f"{file} is in use: stop the service first") from None
        raise BackupRefused(f"{file} cannot be opened: {error}") from None
    except sqlite3.DatabaseError as error:
        if not force:
            raise BackupRefused(f"{file} is no sound database ({error}); --force replaces it") from None
        return
    if holding and not force:
        raise BackupRefused(not_empty(str(file)))


def _open(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=2, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _check(copy: sqlite3.Connection) -> None:
    (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise BackupRefused("the copy is damaged (integrity_check): look for the last good backup")
    if copy.execute("PRAGMA foreign_key_check").fetchone():
        raise BackupRefused("the copy is damaged (foreign_key_check): look for the last good backup")
