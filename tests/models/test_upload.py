"""Uploads as rows: who may take and decide what, and that the database itself keeps it so."""

import hashlib
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bot.database import Database
from models import operator as operators
from models import upload as uploads
from models import upload_piece, upload_work
from models.operator import Operator, Role
from models.permit_import import Counts
from models.upload import Foreseen, Upload, UploadState
from models.upload_piece import Part


@pytest.fixture
def people(database: Database, now: datetime) -> list[Operator]:
    with database.writing() as session:
        return [operators.add(session, f"person{n}", f"Made-up {n}", list(Role), now) for n in range(3)]


def add(database: Database, by: Operator, now: datetime, name: str = "permits.csv", *content: bytes) -> int:
    with database.writing() as session:
        return upload_piece.store(session, by, name, content or [b"a\n", b"b\n"], now).id


def queued(database: Database, upload_id: int, by: Operator, at: datetime) -> None:
    with database.writing() as session:
        upload = uploads.locked(session, upload_id)
        assert upload is not None
        upload_work.checked(upload, Foreseen(rows=2, new=2), [], False, at)
        uploads.confirm(upload, by, at)


def claimed(database: Database, process: str, now: datetime) -> int | None:
    with database.writing() as session:
        upload = upload_work.claim(session, process, now)
        return None if upload is None else upload.id


def test_the_content_comes_back_whole_with_its_digest_and_size(
    database: Database, people: list[Operator], now: datetime
) -> None:
    content = [bytes([number]) * 100 for number in range(200)]
    upload_id = add(database, people[0], now, "a\nb\x00c.csv", *content)
    with database.reading() as session:
        upload = uploads.known(session, upload_id)
        assert upload is not None
        assert (upload.digest, upload.size) == (hashlib.sha256(b"".join(content)).hexdigest(), 20_000)
        assert (upload.name, upload.uploader.name) == ("abc.csv", "Made-up 0")
        assert upload_piece.whole(session, upload_id, Part.FILE) == b"".join(content)
        assert upload_piece.whole(session, upload_id, Part.ERRORS) == b""


def test_one_process_has_it_until_its_lease_ends(database: Database, people: list[Operator], now: datetime) -> None:
    upload_id = add(database, people[0], now)
    assert claimed(database, "one", now) == upload_id
    assert claimed(database, "two", now + upload_work.LEASE - timedelta(seconds=1)) is None
    assert claimed(database, "two", now + upload_work.LEASE) == upload_id
    with database.writing() as session, pytest.raises(upload_work.Lost):
        upload_work.tally(session, upload_id, "one", now, 1, Counts(1, 1, 0, 0))
    with database.writing() as session:
        upload_work.tally(session, upload_id, "two", now, 1, Counts(1, 1, 0, 0))
    with database.reading() as session:
        found = session.get(Upload, upload_id)
        assert found is not None
        assert (found.new_permits, found.saved_rows, found.attempts) == (1, 1, 0)


def test_imports_go_one_after_the_other_in_the_order_of_their_confirmation(
    database: Database, people: list[Operator], now: datetime
) -> None:
    first, second, third = (add(database, people[0], now) for _ in range(3))
    queued(database, second, people[0], now)
    queued(database, first, people[0], now + timedelta(seconds=1))
    assert claimed(database, "one", now) == second
    assert claimed(database, "two", now) == third  # a dry run may go on beside it
    assert claimed(database, "three", now) is None
    with database.writing() as session:
        waiting = session.get(Upload, first)
        assert waiting is not None
        assert uploads.ahead_of(session, waiting) == 1
        upload_work.imported(upload_work.held(session, second, "one"), 0, now)
    assert claimed(database, "three", now) == first


def test_the_database_itself_lets_nobody_approve_their_own(
    database: Database, people: list[Operator], now: datetime
) -> None:
    mine = add(database, people[0], now)
    for values in (
        {"approved_by": people[0].id, "confirmed_by": people[1].id},
        {"approved_by": people[1].id, "confirmed_by": people[1].id},
        {"state": UploadState.IMPORTING.value},
        {"state": UploadState.IMPORTING.value, "confirmed_by": people[1].id, "needs_approval": True},
        {"is_full": True},
        {"state": "waiting"},
    ):
        with pytest.raises(IntegrityError), database.writing() as session:
            session.execute(update(Upload).where(Upload.id == mine).values(values))
    with database.writing() as session:
        whole = {"confirmed_by": people[1].id, "approved_by": people[2].id, "needs_approval": True}
        session.execute(update(Upload).where(Upload.id == mine).values(state=UploadState.IMPORTING.value, **whole))


@pytest.mark.parametrize(
    ("found", "for_two"),
    [
        (Foreseen(rows=20, bad=20), False),
        (Foreseen(rows=21, bad=11, changed=10), True),
        (Foreseen(rows=1000, changed=60, bad=40), False),
        (Foreseen(rows=1000, changed=61, bad=40), True),
        (Foreseen(rows=1000, new=1000), False),
    ],
)
def test_a_second_person_is_needed_where_more_than_the_share_changes_or_is_refused(
    found: Foreseen, for_two: bool
) -> None:
    assert found.is_for_two(10) is for_two


def test_the_uploader_and_the_confirmer_are_no_second_person(
    database: Database, people: list[Operator], now: datetime
) -> None:
    upload_id = add(database, people[0], now)
    with database.writing() as session:
        upload = uploads.locked(session, upload_id)
        assert upload is not None
        upload_work.checked(upload, Foreseen(rows=2), [], True, now)
        assert not uploads.confirm(upload, people[1], now)
        assert [uploads.may_approve(upload, person) for person in people] == [False, False, True]
