"""The audit log: it only grows, and every change behind its back is found."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.database import Database
from models import audit
from models import operator as operators
from models.audit import End
from models.operator import Role


def filled(database: Database, now: datetime, entries: int = 6) -> list[End]:
    """So many entries, and the end after each."""
    ends = []
    with database.writing() as session:
        clerk = operators.add(session, "clerk", "Made-up Clerk", [Role.CASEWORKER], now)
        for number in range(entries):
            at = now + timedelta(seconds=number)
            audit.record(session, clerk, "looked", f"worker {number}", at, reason="she called 1955")
            ends.append(audit.end(session))
    return ends


def broken(database: Database, *noted: End) -> list[int]:
    with database.reading() as session:
        return list(audit.broken(session, noted))


def test_an_untouched_log_holds_also_against_every_noted_end(database: Database, now: datetime) -> None:
    ends = filled(database, now)
    assert broken(database, *ends) == []
    with database.reading() as session:
        assert audit.end(session) == ends[-1]
        assert [entry.id for entry in audit.entries(session, audit.Wanted(about="worker 3"))] == [4]


def test_an_empty_log_holds(database: Database) -> None:
    assert broken(database) == []


TAMPERINGS = {
    "another action": ("UPDATE audit SET action = 'saw' WHERE id = 3", [3]),
    "another person": ("UPDATE audit SET operator_id = NULL WHERE id = 3", [3]),
    "another worker": ("UPDATE audit SET about = 'worker 9' WHERE id = 3", [3]),
    "the details of another": ("UPDATE audit SET details = (SELECT details FROM audit WHERE id = 3) WHERE id = 2", []),
    "details that cannot be opened": ("UPDATE audit SET details = previous WHERE id = 3", [3]),
    "another seal": ("UPDATE audit SET digest = previous WHERE id = 3", [3, 4]),
    "one dropped in the middle": ("DELETE FROM audit WHERE id = 3", [4]),
    "the first dropped": ("DELETE FROM audit WHERE id = 1", [2]),
    "the last dropped": ("DELETE FROM audit WHERE id = 6", [0]),
    "the head set back": ("UPDATE audit_head SET length = 5", [0]),
    "everything dropped": ("DELETE FROM audit", [0]),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_is_changed_behind_its_back_is_found(database: Database, now: datetime, tampering: str) -> None:
    statement, found = TAMPERINGS[tampering]
    filled(database, now)
    with database.writing() as session:
        session.execute(text(statement))
    # The same words in the details of two entries are no change of what they say.
    assert broken(database) == found


def test_a_log_that_was_cut_off_with_its_head_is_found_by_a_noted_end(database: Database, now: datetime) -> None:
    ends = filled(database, now)
    with database.writing() as session:
        session.execute(text("DELETE FROM audit WHERE id > 4"))
        session.execute(text("UPDATE audit_head SET length = 4, digest = (SELECT digest FROM audit WHERE id = 4)"))
    assert broken(database) == []
    assert broken(database, ends[3]) == []
    assert broken(database, ends[5]) == [0]


def test_a_log_that_was_written_anew_is_found_by_a_noted_end(database: Database, now: datetime) -> None:
    ends = filled(database, now)
    with database.writing() as session:
        session.execute(text("DELETE FROM audit"))
        session.execute(text("DELETE FROM audit_head"))
        for number in range(6):
            audit.record(session, None, "looked", f"worker {number}", now, reason="nothing to see")
    assert broken(database) == []
    assert broken(database, ends[2]) == [3]


def test_an_entry_is_there_only_with_what_it_tells_of(database: Database, now: datetime) -> None:
    filled(database, now, 2)

    def sends_and_fails() -> None:
        with database.writing() as session:
            audit.record(session, None, "sent", "announcement 1", now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        sends_and_fails()
    assert broken(database) == []
    with database.reading() as session:
        assert audit.end(session).length == 2


def test_reasons_are_sealed_in_the_database(database: Database, now: datetime) -> None:
    with database.writing() as session:
        audit.record(session, None, "looked", "worker 1", now, reason="her name is MADE UP PERSON")
    with database.reading() as session:
        assert b"MADE UP" not in bytes(session.execute(text("SELECT details FROM audit")).scalar_one())


def test_writers_at_once_make_one_log(database: Database, now: datetime) -> None:
    def write(number: int) -> None:
        with database.writing() as session:
            audit.record(session, None, "looked", f"worker {number}", now)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(12)))
    assert broken(database) == []
    with database.reading() as session:
        assert audit.end(session).length == 12
