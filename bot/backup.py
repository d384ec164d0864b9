"""Copies the database while the service runs, and brings such a copy back whole or not at all."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, create_engine, exists, inspect, literal, make_url, select, table
from sqlalchemy.exc import SQLAlchemyError

KEYS_NOT_INSIDE = (
    "The keys (BOT_KEYS) are not in the backup. Without them names, numbers and messages in it cannot be read: "
    "keep them somewhere else, and keep old ones as long as backups made with them."
)
HOUSEKEEPING = {"alembic_version", "schedule", "rate"}
"""Tables that a database in which nobody is known may have rows in."""
_SQLITE_STARTS = b"SQLite format 3\x00"
_PG_DUMP_STARTS = b"PGDMP"


class BackupRefused(Exception):  # noqa: N818  reads as what it says where it is caught
    """Nothing was changed; the text says why and what to do, and holds no password and nobody's data."""


@dataclass(frozen=True)
class Backup:
    """A checked copy, and the file beside it that says what it must hash to."""

    file: Path
    checksum_file: Path
    sha256: str
    size: int


def backup(database_url: str, to: Path) -> Backup:
    """Copy the database into the new file `to`, readable by its owner only. The service may go on running.

    The file appears under its name only when it is complete, checked and on disk. The keys are not in it.
    Raises BackupRefused.
    """
    checksum_file = _checksum_file(to)
    for taken in (to, checksum_file):
        if taken.exists():
            raise BackupRefused(f"{taken} exists already: choose a new name")
    to.parent.mkdir(parents=True, exist_ok=True)
    with _beside(to) as part:
        if file := _sqlite_file(database_url):
            _copy_sqlite(file, part)
        else:
            _dump_postgresql(database_url, part)
        sha256, size = _hash(part), part.stat().st_size
        # The checksum first: a backup that is there under its name is always one that can be checked.
        with _beside(checksum_file) as written:
            written.write_text(f"{sha256}  {to.name}\n")
            _put(written, checksum_file)
        _put(part, to)
    return Backup(to, checksum_file, sha256, size)


def restore(source: Path, database_url: str, *, force: bool = False) -> None:
    """Bring a backup back, wholly or not at all, after its checksum was found right. Stop the service first.

    A database that holds anybody is replaced only by `force`. Raises BackupRefused.
    """
    expected, starts = _expected(source), _first_bytes(source)
    file = _sqlite_file(database_url)
    if starts.startswith(_SQLITE_STARTS) != (file is not None) or not starts.startswith(
        (_SQLITE_STARTS, _PG_DUMP_STARTS)
    ):
        raise BackupRefused("the backup is not one of the engine that BOT_DATABASE_URL names")
    if file:
        _restore_sqlite(source, expected, file, force=force)
    else:
        if _hash(source) != expected:
            raise BackupRefused(_CHANGED)
        _restore_postgresql(source, database_url, force=force)


_CHANGED = "the backup is not what its .sha256 file says: it was damaged or changed; use another one"


# SQLite


def _copy_sqlite(file: Path, part: Path) -> None:
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


def _restore_sqlite(source: Path, expected: str, file: Path, *, force: bool) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with _beside(file) as part:
        shutil.copyfile(source, part)
        if _hash(part) != expected:  # of the copy: what is used is what was checked
            raise BackupRefused(_CHANGED)
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
        _put(part, file)


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
        raise BackupRefused(_holding(str(file)))


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


# PostgreSQL


def _dump_postgresql(database_url: str, part: Path) -> None:
    _run("pg_dump", database_url, "--format=custom", "--no-owner", "--no-privileges", f"--file={part}")
    _listed(part)


def _restore_postgresql(source: Path, database_url: str, *, force: bool) -> None:
    there, holding = _tables(database_url)
    if holding and not force:
        raise BackupRefused(_holding("the database"))
    strange = there - _listed(source)
    if strange:
        raise BackupRefused(
            "the database has tables that the backup does not know: create an empty database, restore into that one, "
            "then run: python -m bot migrate"
        )
    _run(
        "pg_restore",
        database_url,
        *("--single-transaction", "--exit-on-error", "--clean", "--if-exists", "--no-owner", "--no-privileges"),
        str(source),
    )


def _tables(database_url: str) -> tuple[set[str], set[str]]:
    """The names of all tables, and of those in which somebody is known."""
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            names = set(inspect(connection).get_table_names())
            has_row = {
                name: select(exists(select(literal(1)).select_from(table(name)))) for name in names - HOUSEKEEPING
            }
            return names, {name for name, question in has_row.items() if connection.execute(question).scalar_one()}
    except SQLAlchemyError as error:
        raise BackupRefused(
            f"the database cannot be reached ({type(error).__name__}): try python -m bot doctor"
        ) from None
    finally:
        engine.dispose()


def _listed(dump: Path) -> set[str]:
    """The tables in a dump; raises BackupRefused if pg_restore cannot read it."""
    listing = _run("pg_restore", None, "--list", str(dump))
    lines = (line.split() for line in listing.splitlines() if not line.startswith(";"))
    # 215; 1259 16389 TABLE public contact owner
    return {words[5] for words in lines if len(words) > 5 and words[3] == "TABLE" and words[4] != "DATA"}


def _run(program: str, database_url: str | None, *arguments: str) -> str:
    """What one of PostgreSQL's programs prints. The password goes by environment: everybody sees arguments."""
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(
            f"{program} is not installed: install PostgreSQL's client programs, of the server's version or newer "
            "(Debian: apt install postgresql-client)"
        )
    environment = dict(os.environ)
    if database_url is not None:
        url, password = _without_password(database_url)
        arguments = (f"--dbname={url}", *arguments)
        if password:
            environment["PGPASSWORD"] = password
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        # Only the error itself: the lines after it may quote rows.
        errors = (line for line in done.stderr.splitlines() if "error: " in line)
        why = next(errors, "no reason given")
        raise BackupRefused(f"{program} failed, nothing was changed: {why[:300]}")
    return done.stdout


def _without_password(database_url: str) -> tuple[str, str | None]:
    """The address as PostgreSQL's programs take it, and the password."""
    url = make_url(database_url).set(drivername="postgresql")
    in_query = url.query.get("password")
    password = url.password or (in_query if isinstance(in_query, str) else None)
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.difference_update_query(["password"]).render_as_string(hide_password=False), password


# Both


def _holding(what: str) -> str:
    return f"{what} is not empty: make a backup of it, then use --force to replace all that is in it"


def _sqlite_file(database_url: str) -> Path | None:
    prefix = "sqlite:///"
    return Path(database_url.removeprefix(prefix)) if database_url.startswith(prefix) else None


def _checksum_file(file: Path) -> Path:
    return file.with_name(file.name + ".sha256")


def _expected(source: Path) -> str:
    if not source.is_file():
        raise BackupRefused(f"there is no backup at {source}")
    try:
        return _checksum_file(source).read_text().split()[0].lower()
    except (OSError, UnicodeDecodeError, IndexError):
        raise BackupRefused(f"{_checksum_file(source)} is missing or empty: a backup is never used unchecked") from None


def _first_bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(len(_SQLITE_STARTS))


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A new file for its owner only, in the same folder, gone afterwards unless it was put in its place."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)  # of a run that was killed
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
    finally:
        for left in (part, part.with_name(part.name + "-journal")):
            left.unlink(missing_ok=True)


def _put(part: Path, file: Path) -> None:
    """Give a finished file its name, durably: readers see the old one or the new one."""
    with part.open("rb") as opened:
        os.fsync(opened.fileno())
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
