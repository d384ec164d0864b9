"""The process behind uploaded files: what it is killed in the middle of is done once, and nothing is half done."""

import asyncio
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, event, func, select, text
from sqlalchemy.exc import OperationalError

from bot.clock import Clock
from bot.database import Database
from bot.imports import SLICE
from bot.made_up import canary_workers
from models import operator as operators
from models import upload as uploads
from models import upload_piece, upload_work
from models.operator import Operator, Role
from models.permit import Permit
from models.permit_event import PermitEvent
from models.upload import Upload
from models.upload_piece import PIECE, UploadPiece
from models.worker import Worker
from tests.importing import csv_of, made_up_rows, processing, upload_of, with_errors, worked
from tests.town import Town, wait_until


@pytest.fixture
def clock(now: datetime) -> Clock:
    clock = Clock()
    clock.move(now)
    return clock


@pytest.fixture
def importer(database: Database, clock: Clock) -> Operator:
    with database.writing() as session:
        return operators.add(session, "importer", "Made-up importer", [Role.IMPORTER], clock.now())


@pytest.fixture
def approver(database: Database, clock: Clock) -> Operator:
    with database.writing() as session:
        return operators.add(session, "approver", "Made-up approver", [Role.APPROVER], clock.now())


def add(database: Database, importer: Operator, content: bytes, clock: Clock, as_of: datetime | None = None) -> int:
    some = [content[place : place + PIECE] for place in range(0, len(content), PIECE)]
    with database.writing() as session:
        return upload_piece.store(session, importer, "permits.csv", some, clock.now(), as_of=as_of).id


def confirm(database: Database, importer: Operator, upload_id: int, clock: Clock) -> None:
    with database.writing() as session:
        upload = uploads.locked(session, upload_id)
        assert upload is not None
        assert uploads.confirm(upload, importer, clock.now())


def permits(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Permit)) or 0


KILLED_AT = """
import os, sys
from bot.clock import Clock
from bot.database import Database
from models.secrets import Key, Keyring
from tests.importing import processing
import {module} as module

def killed(work, at):
    calls = 0
    def call(*given, **named):
        nonlocal calls
        calls += 1
        if calls == at:
            os._exit(9)
        return work(*given, **named)
    return call

module.{work} = killed(module.{work}, {at})
database = Database(sys.argv[1], Keyring([Key(1, bytes(range(32)))]))
clock = Clock()
clock.move(__import__("datetime").datetime.fromisoformat(sys.argv[2]))
while processing(database, clock).turn():
    pass
"""


def kill(database_url: str, clock: Clock, module: str, work: str, at: int) -> None:
    """A process of its own works on what there is, and is killed when it does that for the so-manieth time."""
    script = KILLED_AT.format(module=module, work=work, at=at)
    died = subprocess.run(
        [sys.executable, "-c", script, database_url, clock.now().isoformat()], check=False, cwd=Path.cwd()
    )
    assert died.returncode == 9


def test_the_service_itself_checks_and_imports_what_is_uploaded(
    database: Database, database_url: str, importer: Operator, now: datetime, tmp_path: Path
) -> None:
    with Town(database_url, tmp_path, now) as town:
        upload_id = add(database, importer, csv_of(made_up_rows(5)), town.clock)
        wait_until(lambda: upload_of(database, upload_id).state == "checked", "the dry run", 30)
        confirm(database, importer, upload_id, town.clock)
        wait_until(lambda: upload_of(database, upload_id).state == "imported", "the import", 30)
    assert permits(database) == 5


def test_a_dry_run_that_was_killed_begins_again_when_its_lease_ends(
    database: Database, database_url: str, clock: Clock, importer: Operator
) -> None:
    upload_id = add(database, importer, csv_of(with_errors(made_up_rows(50))), clock)
    kill(database_url, clock, "bot.imports", "foreseen", 1)
    process = processing(database, clock)
    assert not process.turn()
    clock.ahead += upload_work.LEASE + timedelta(seconds=1)
    worked(process)
    found = upload_of(database, upload_id)
    assert (found.state, found.found.rows, found.found.bad, found.found.new) == ("checked", 50, 5, 45)


def test_an_import_that_was_killed_goes_on_and_counts_each_row_once(
    database: Database, database_url: str, clock: Clock, importer: Operator
) -> None:
    count = 2 * SLICE + 10
    upload_id = add(database, importer, csv_of(made_up_rows(count)), clock)
    process = processing(database, clock)
    worked(process)
    confirm(database, importer, upload_id, clock)
    kill(database_url, clock, "models.upload_work", "tally", 2)
    assert (permits(database), upload_of(database, upload_id).new_permits) == (SLICE, SLICE)
    assert not process.turn()
    clock.ahead += upload_work.LEASE + timedelta(seconds=1)
    worked(process)
    found = upload_of(database, upload_id)
    assert (found.state, permits(database)) == ("imported", count)
    assert (found.new_permits, found.new_workers, found.changed, found.saved_rows) == (count, count, 0, count)


def test_what_is_cancelled_while_it_is_checked_is_let_go_of(
    database: Database, clock: Clock, importer: Operator
) -> None:
    upload_id = add(database, importer, csv_of(made_up_rows(20)), clock)

    class Meddling(Clock):
        asked = 0

        def now(self) -> datetime:
            self.asked += 1
            if self.asked == 3:  # after it was claimed
                with database.writing() as session:
                    upload = uploads.locked(session, upload_id)
                    assert upload is not None
                    assert upload.held_by
                    uploads.cancel(upload, importer, clock.now())
            return clock.now()

    assert processing(database, Meddling()).turn()
    found = upload_of(database, upload_id)
    assert (found.state, found.foreseen) == ("cancelled", None)


def test_what_a_process_that_stops_has_in_hand_is_taken_up_at_once(
    database: Database, clock: Clock, importer: Operator
) -> None:
    upload_id = add(database, importer, csv_of(made_up_rows(4 * SLICE)), clock)
    first = processing(database, clock)

    async def stopped() -> None:
        running = asyncio.create_task(first.run())
        while upload_of(database, upload_id).held_by is None:
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(stopped())
    found = upload_of(database, upload_id)
    assert (found.state, found.held_by, found.attempts) == ("checking", None, 0)
    worked(processing(database, clock))
    assert upload_of(database, upload_id).state == "checked"


def test_a_full_disk_is_tried_again_later_and_given_up_in_the_end(
    database: Database, clock: Clock, importer: Operator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    upload_id = add(database, importer, csv_of(made_up_rows(5)), clock)
    process = processing(database, clock)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    for _ in range(upload_work.MOST_ATTEMPTS):
        assert process.turn()
        assert upload_of(database, upload_id).state == "checking"
        assert not process.turn()
        clock.ahead += timedelta(hours=1)
    worked(process)
    assert upload_of(database, upload_id).state == "failed"

    upload_id = add(database, importer, csv_of(made_up_rows(5)), clock)
    process.turn()
    monkeypatch.undo()
    clock.ahead += timedelta(hours=1)
    worked(process)
    assert upload_of(database, upload_id).state == "checked"


def test_a_database_that_fails_in_the_middle_leaves_whole_slices_and_the_rest_follows(
    database: Database, clock: Clock, importer: Operator
) -> None:
    count = SLICE + 20
    upload_id = add(database, importer, csv_of(made_up_rows(count)), clock)
    process = processing(database, clock)
    worked(process)
    confirm(database, importer, upload_id, clock)
    slices = 0

    def fails(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal slices
        slices += statement.startswith("INSERT INTO permit ")
        if slices > 1:
            raise OperationalError("the disk is full", None, Exception())

    event.listen(database.engine, "before_cursor_execute", fails)
    with pytest.raises(OperationalError):
        process.turn()
    event.remove(database.engine, "before_cursor_execute", fails)
    assert (permits(database), upload_of(database, upload_id).state) == (SLICE, "importing")
    clock.ahead += upload_work.LEASE + timedelta(minutes=10)
    worked(process)
    found = upload_of(database, upload_id)
    assert (found.state, found.new_permits, permits(database)) == ("imported", count, count)


def test_a_file_that_is_not_as_it_was_uploaded_is_refused(database: Database, clock: Clock, importer: Operator) -> None:
    upload_id = add(database, importer, csv_of(made_up_rows(1000)), clock)
    with database.writing() as session:
        session.execute(delete(UploadPiece).where(UploadPiece.number == 1))
    worked(processing(database, clock))
    found = upload_of(database, upload_id)
    assert (found.state, found.refusal) == ("refused", {"why": "DAMAGED", "facts": {}})


def test_what_no_key_opens_does_not_end_the_service(
    database: Database, clock: Clock, importer: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    upload_id = add(database, importer, csv_of(made_up_rows(5)), clock)
    with database.writing() as session:
        session.execute(text("UPDATE upload SET name = :cell"), {"cell": b"\xfe" + bytes(60)})
    process = processing(database, clock)

    async def some_time() -> None:
        running = asyncio.create_task(process.run())
        await asyncio.sleep(0.5)
        assert not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(some_time())
    assert "uploads_failed" in capsys.readouterr().out
    with database.reading() as session:
        assert session.scalar(select(Upload.state).where(Upload.id == upload_id)) == "checking"


def test_after_seven_days_what_nobody_confirmed_is_erased_and_the_history_stays(
    database: Database, clock: Clock, importer: Operator
) -> None:
    waiting = add(database, importer, csv_of(with_errors(made_up_rows(20))), clock)
    done = add(database, importer, csv_of(with_errors(made_up_rows(20, 2))), clock)
    process = processing(database, clock)
    worked(process)
    confirm(database, importer, done, clock)
    worked(process)
    assert _parts(database) == {(waiting, "file"), (waiting, "errors"), (done, "errors")}
    clock.ahead += uploads.KEPT + timedelta(minutes=1)
    worked(process)
    assert _parts(database) == set()
    assert [upload_of(database, one).state for one in (waiting, done)] == ["expired", "imported"]


def _parts(database: Database) -> set[tuple[int, str]]:
    with database.reading() as session:
        return {(row[0], row[1]) for row in session.execute(select(UploadPiece.upload_id, UploadPiece.part))}


def test_nobody_can_be_read_in_the_stored_file(database: Database, clock: Clock, importer: Operator) -> None:
    canaries = canary_workers()
    upload_id = add(database, importer, csv_of(canaries), clock)
    with database.engine.connect() as connection:
        cells = connection.exec_driver_sql("SELECT content FROM upload_piece").scalars().all()
    assert cells
    assert not [one for one in canaries if any(one["name"].encode() in bytes(cell) for cell in cells)]
    worked(processing(database, clock))
    confirm(database, importer, upload_id, clock)
    worked(processing(database, clock))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Worker)) == len(canaries)


def test_an_upload_that_nobody_can_take_is_not_looked_for_again_and_again(
    database: Database, clock: Clock, importer: Operator
) -> None:
    process = processing(database, clock)
    assert not process.turn()
    upload_id = add(database, importer, csv_of(made_up_rows(2)), clock)
    worked(process)
    with database.writing() as session:
        upload = session.get(Upload, upload_id)
        assert upload is not None
        assert upload.state == "checked"
    assert not process.turn()


def test_a_full_file_that_was_killed_tells_each_worker_once(
    database: Database, database_url: str, clock: Clock, importer: Operator, approver: Operator
) -> None:
    count = SLICE + 10
    rows = made_up_rows(count)
    first = add(database, importer, csv_of(rows), clock)
    process = processing(database, clock)
    worked(process)
    confirm(database, importer, first, clock)
    worked(process)
    clock.ahead += timedelta(hours=2)
    changed = [row | {"employer_name": "Another Works"} for row in rows]
    as_of = clock.now() - timedelta(hours=1)
    upload_id = add(database, importer, csv_of(changed), clock, as_of)
    worked(process)
    assert upload_of(database, upload_id).found.unusual
    with database.writing() as session:
        upload = uploads.locked(session, upload_id)
        assert upload is not None
        assert not uploads.confirm(upload, importer, clock.now())
        uploads.approve(upload, approver, clock.now())
    kill(database_url, clock, "models.upload_work", "tally", 2)
    clock.ahead += upload_work.LEASE + timedelta(seconds=1)
    worked(process)
    found = upload_of(database, upload_id)
    assert (found.state, found.changed, found.saved_rows) == ("imported", count, count)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PermitEvent)) == count
