"""What we keep of an event to know it again: it tells nobody anything, and outlives a change of keys."""

import hashlib
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.database import Database
from models.event_record import Outcome
from models.event_row import Told
from models.permit_event import EventKind
from models.permit_row import PermitRow, read_row
from models.reminder import ReminderRules
from models.rotation import rotate_all
from models.sealed_cells import still_needed
from models.secrets import Key, Keyring
from tests.records import record

OLD, NEW = Key(1, bytes(range(32))), Key(2, bytes(range(1, 33)))


@pytest.fixture
def told(now: datetime) -> Told:
    row = read_row(
        {
            "worker_ref": "W1",
            "passport_no": "C1234567",
            "name": "SITI MADE UP",
            "birth_date": "1990-05-21",
            "nationality": "ID",
            "permit_no": "P1",
            "permit_type": "B",
            "starts_on": "2024-09-01",
            "ends_on": "2029-08-31",
        }
    )
    assert isinstance(row, PermitRow)
    return Told("E1", EventKind.PERMIT_ISSUED, "P1", now - timedelta(days=1), permit=row)


def recorded(database: Database, told: Told, now: datetime) -> Outcome:
    with database.writing() as session:
        return record(session, told, ReminderRules(), now).outcome


def kept(database: Database) -> bytes:
    with database.reading() as session:
        return bytes(session.execute(text("SELECT fingerprint FROM permit_event")).scalar_one())


def test_the_fingerprint_cannot_be_guessed_from_the_permits_columns(
    database: Database, told: Told, now: datetime
) -> None:
    recorded(database, told, now)
    assert told.fingerprint not in kept(database)
    assert hashlib.sha256(told.fingerprint).digest() not in kept(database)
    assert kept(database)[0] == OLD.id


def test_a_repetition_is_known_while_keys_are_changed_and_after(
    database: Database, database_url: str, told: Told, now: datetime
) -> None:
    recorded(database, told, now)
    for keys in ((OLD, NEW), (NEW, OLD)):
        both = Database(database_url, Keyring(keys))
        assert recorded(both, told, now) is Outcome.REPEATED
        both.close()
    both = Database(database_url, Keyring((NEW, OLD)))
    assert rotate_all(both.writing).left == 0
    with both.reading() as session:
        assert not still_needed(session, OLD.id)
    both.close()
    after = Database(database_url, Keyring((NEW,)))
    assert recorded(after, told, now) is Outcome.REPEATED
    assert kept(after)[0] == NEW.id
    after.close()
