"""Keys can be changed while the service runs: nothing is lost, overwritten or out of reach meanwhile."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import LargeBinary, event, inspect, select, text

from bot.database import Database
from models import rotation, sealed_cells
from models.base import Base
from models.contact import Contact
from models.message import Message, MessageState
from models.permit import Permit
from models.secrets import Key, KeyFormatError, Keyring, SealError
from models.worker import IdentityNumber, NumberKind, Worker, index_column, workers_with

OLD = Key(1, bytes(range(32)))
NEW = Key(2, bytes(range(100, 132)))
BOTH = Keyring([NEW, OLD])
NOW = datetime(2026, 3, 11, 4, tzinfo=UTC)
WORKERS = 60


@pytest.fixture
def before(database_url: str) -> Iterator[Database]:
    """The database of a process that knows only the old key."""
    opened = Database(database_url, Keyring([OLD]))
    fill(opened)
    yield opened
    opened.close()


@pytest.fixture
def after(database_url: str, before: Database) -> Iterator[Database]:
    """The same database in a process that has the new key first."""
    opened = Database(database_url, BOTH)
    yield opened
    opened.close()


def passport(number: int) -> str:
    return f"QX{number:07}"


def fill(database: Database) -> None:
    ring = Keyring([OLD])
    with database.writing() as session:
        for number in range(1, WORKERS + 1):
            phone = f"+88694000{number:04}" if number % 3 else None
            worker = Worker(
                worker_ref=f"W{number}",
                name=f"MADE UP {number}",
                birth_date=date(1990, 1, 1),
                phone=phone,
                phone_index=ring.index(phone, "worker.phone") if phone else None,
                nationality="ID",
                as_of=NOW,
            )
            session.add(worker)
            session.flush()
            session.add(number_of(worker.id, passport(number), ring))
            session.add(
                Permit(
                    worker_id=worker.id,
                    permit_no=f"P{number}",
                    permit_type="B",
                    work="manufacturing",
                    employer_name="Made Up Ltd",
                    county="",
                    starts_on=date(2025, 1, 1),
                    ends_on=date(2027, 1, 1),
                    as_of=NOW,
                )
            )
        contact = Contact(line_user_id="U" + "0" * 32, language="id", reachable=True, created_at=NOW)
        session.add(contact)
        session.flush()
        session.add(
            Message(
                contact_id=contact.id,
                what="test",
                kind="test",
                lane=1,
                not_before=NOW,
                content={"said": "hello"},
                body=b'{"messages":[]}',
                created_at=NOW,
                state=MessageState.PLANNED.value,
            )
        )


def number_of(worker_id: int, number: str, ring: Keyring) -> IdentityNumber:
    return IdentityNumber(
        worker_id=worker_id,
        kind="passport",
        number=number,
        number_index=ring.index(number, index_column(NumberKind.PASSPORT)),
        first_seen=NOW,
    )


def found_by_passport(database: Database, number: int) -> set[int]:
    with database.reading() as session:
        return workers_with(session, NumberKind.PASSPORT, passport(number))


def key_ids(database: Database) -> set[int]:
    with database.reading() as session:
        return {key_id for keys in sealed_cells.progress(session).values() for key_id in keys}


def test_every_cell_moves_to_the_newest_key_and_says_the_same(after: Database, database_url: str) -> None:
    done = rotation.rotate_all(after.writing, limit=7)
    # name, birth date, number and employer of each worker, two of three phones, content and body of one message
    assert (done.cells, done.unreadable, done.twins, done.left) == (4 * WORKERS + 40 + 2, 0, 0, 0)
    assert key_ids(after) == {NEW.id}
    alone = Database(database_url, Keyring([NEW]))
    with alone.reading() as session:
        for worker in session.scalars(select(Worker)):
            assert worker.name == f"MADE UP {worker.worker_ref[1:]}"
            assert worker.birth_date == date(1990, 1, 1)
            assert {worker.id} == workers_with(session, NumberKind.PASSPORT, worker.numbers[0].number)
            index = Keyring([NEW]).index(worker.phone, "worker.phone") if worker.phone else None
            assert worker.phone_index == index
        message = session.scalars(select(Message)).one()
        assert (message.content, message.body, message.reply_token) == ({"said": "hello"}, b'{"messages":[]}', None)
        assert set(session.scalars(select(Permit.employer_name))) == {"Made Up Ltd"}
    alone.close()


def test_numbers_are_found_before_between_and_after_the_slices(after: Database) -> None:
    at: rotation.Cursor | None = rotation.start()
    everybody = [found_by_passport(after, number) for number in range(1, WORKERS + 1)]
    assert all(len(found) == 1 for found in everybody)
    mixed = 0
    while at is not None:
        with after.writing() as session:
            at = rotation.rotate(session, at, 16).after
        mixed += key_ids(after) == {OLD.id, NEW.id}
        assert [found_by_passport(after, number) for number in range(1, WORKERS + 1)] == everybody
    assert mixed > 3


def test_a_slice_never_looks_at_more_rows_than_its_limit(after: Database) -> None:
    slices: list[rotation.Slice] = []
    rotation.rotate_all(after.writing, limit=10, told=slices.append)
    assert max(one.cells for one in slices) == 27  # ten workers: name, birth date, and at most seven phones
    assert len([one for one in slices if one.cells]) == 6 * 3 + 1


def test_one_that_was_killed_between_two_slices_is_simply_begun_again(after: Database) -> None:
    class Killed(BaseException):
        pass

    def told(_slice: rotation.Slice) -> None:
        if key_ids(after) == {OLD.id, NEW.id}:
            raise Killed

    with pytest.raises(Killed):
        rotation.rotate_all(after.writing, limit=10, told=told)
    assert key_ids(after) == {OLD.id, NEW.id}
    with after.reading() as session:
        moved = 4 * WORKERS + 42 - sealed_cells.old_cells(sealed_cells.progress(session), BOTH)
    again = rotation.rotate_all(after.writing, limit=10)
    assert moved > 0
    assert again.cells == 4 * WORKERS + 42 - moved
    assert key_ids(after) == {NEW.id}


def test_a_slice_that_fails_changes_nothing(after: Database) -> None:
    class Killed(BaseException):
        pass

    with pytest.raises(Killed), after.writing() as session:  # noqa: PT012  the session is what is killed
        assert rotation.rotate(session, rotation.Cursor("worker")).cells == 2 * WORKERS + 40
        raise Killed
    assert key_ids(after) == {OLD.id}


def test_a_second_rotation_has_nothing_to_do(after: Database) -> None:
    rotation.rotate_all(after.writing)
    statements: list[str] = []
    event.listen(after.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert rotation.rotate_all(after.writing) == rotation.Rotation(0, 0, 0, 0)
    assert statements
    assert not [one for one in statements if one.lstrip().upper().startswith(("UPDATE", "DELETE"))]


def test_what_the_service_writes_meanwhile_is_never_overwritten(after: Database) -> None:
    stop, wrong = threading.Event(), []

    def write() -> None:
        turn = 0
        try:
            while not stop.is_set():
                turn += 1
                with after.writing() as session:
                    worker = session.scalars(select(Worker).where(Worker.worker_ref == f"W{turn % WORKERS + 1}")).one()
                    phone = f"+88694100{turn % 10000:04}"
                    worker.phone, worker.phone_index = phone, BOTH.index(phone, "worker.phone")
                    worker.name = f"CHANGED {turn}"
                    written[worker.id] = (f"CHANGED {turn}", phone)
        except Exception as error:
            wrong.append(error)

    written: dict[int, tuple[str, str]] = {}
    writer = threading.Thread(target=write)
    writer.start()
    done = rotation.rotate_all(after.writing, limit=3)
    stop.set()
    writer.join()
    assert not wrong
    assert done.left == 0
    assert len(written) > 5
    with after.reading() as session:
        for worker_id, (name, phone) in written.items():
            worker = session.get_one(Worker, worker_id)
            assert (worker.name, worker.phone) == (name, phone)
            assert worker.phone_index == BOTH.index(phone, "worker.phone")
        assert len(session.scalars(select(Worker.name)).all()) == WORKERS


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_locked_row_is_passed_over_and_done_on_the_next_pass(after: Database) -> None:
    with after.writing() as busy:
        held = busy.scalars(select(Worker).order_by(Worker.id).limit(1).with_for_update()).one()
        with after.writing() as session:
            done = rotation.rotate(session, rotation.Cursor("worker"))
        assert done.cells == 2 * WORKERS + 40 - 3
        assert held.name == "MADE UP 1"
    assert rotation.rotate_all(after.writing).left == 0


def test_a_number_stored_twice_under_two_keys_becomes_one_again(before: Database, after: Database) -> None:
    with after.writing() as session:  # a process whose keys have lost the old one meets the same passport
        worker_id = session.scalars(select(Worker.id).where(Worker.worker_ref == "W5")).one()
        session.add(number_of(worker_id, passport(5), BOTH))
    done = rotation.rotate_all(after.writing)
    assert (done.twins, done.left) == (1, 0)
    assert len(found_by_passport(after, 5)) == 1
    with after.reading() as session:
        kept = session.scalars(select(IdentityNumber).where(IdentityNumber.worker_id == worker_id)).one()
        assert kept.number == passport(5)
        assert session.scalars(select(IdentityNumber.number)).all().count(passport(5)) == 1


def test_the_same_number_of_two_workers_stays_two(before: Database, after: Database) -> None:
    with before.writing() as session:
        other = session.scalars(select(Worker.id).where(Worker.worker_ref == "W6")).one()
        session.add(number_of(other, passport(5), Keyring([OLD])))
    assert rotation.rotate_all(after.writing).twins == 0
    assert len(found_by_passport(after, 5)) == 2


def test_an_unreadable_cell_stays_as_it_is_and_stops_nothing(after: Database, database_url: str) -> None:
    stray = Keyring([Key(9, bytes(range(50, 82)))]).seal(b"LOST", "worker.name")
    with after.writing() as session:
        session.execute(text("UPDATE worker SET name = :cell WHERE worker_ref = 'W3'"), {"cell": stray})
    done = rotation.rotate_all(after.writing)
    assert (done.unreadable, done.left) == (1, 1)
    with after.reading() as session:
        assert sealed_cells.progress(session)["worker.name"] == {NEW.id: WORKERS - 1, 9: 1}
        assert sealed_cells.unreadable_columns(session) == {"worker.name": {9}}
        assert sealed_cells.still_needed(session, 9)
        with pytest.raises(SealError):
            session.scalars(select(Worker.name)).all()


def test_an_old_key_is_needed_until_its_last_cell_has_moved(after: Database) -> None:
    at: rotation.Cursor | None = rotation.start()
    while at is not None:
        with after.reading() as session:
            assert sealed_cells.still_needed(session, OLD.id)
        with after.writing() as session:
            at = rotation.rotate(session, at).after
    with after.reading() as session:
        assert not sealed_cells.still_needed(session, OLD.id)
        assert sealed_cells.still_needed(session, NEW.id)


def test_a_wrong_key_under_a_known_id_is_noticed(database_url: str, before: Database) -> None:
    other = Database(database_url, Keyring([Key(OLD.id, bytes(range(7, 39)))]))
    with other.reading() as session:
        assert sealed_cells.unreadable_columns(session)["worker.name"] == {OLD.id}
    with before.reading() as session:
        assert sealed_cells.unreadable_columns(session) == {}
    other.close()


def test_rows_that_an_old_process_adds_behind_us_are_taken_on_the_next_pass(before: Database, after: Database) -> None:
    added: list[int] = []

    def told(one: rotation.Slice) -> None:
        if one.after is None and not added:
            with before.writing() as session:
                added.append(session.scalars(select(Worker.id).where(Worker.worker_ref == "W1")).one())
                session.add(number_of(added[0], passport(999), Keyring([OLD])))

    done = rotation.rotate_all(after.writing, told=told)
    assert (done.cells, done.left) == (4 * WORKERS + 42 + 1, 0)
    assert found_by_passport(after, 999) == set(added)


def test_every_table_with_sealed_columns_is_known_without_any_other_import(database: Database) -> None:
    script = (
        "from models import rotation, sealed_cells; from models.base import Base; print(*sorted(Base.metadata.tables))"
    )
    known = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert set(known) == set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_every_blind_index_is_made_anew() -> None:
    there = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_index") and isinstance(column.type, LargeBinary)
    }
    assert there == {(name, index.index) for name, index in rotation.BLIND_INDEXES.items()}


@pytest.mark.parametrize(("taken", "id_"), [((), 1), ((1, 2), 3), ((7, 3), 8), ((255, 1), 2)])
def test_a_new_key_has_an_id_of_its_own_and_is_read_back(taken: tuple[int, ...], id_: int) -> None:
    key = Key.read(rotation.new_key(taken))
    assert key.id == id_
    assert key.secret != Key.read(rotation.new_key(taken)).secret


def test_there_are_255_key_ids() -> None:
    with pytest.raises(KeyFormatError):
        rotation.new_key(range(1, 256))
