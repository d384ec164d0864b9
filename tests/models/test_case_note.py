"""What is written into cases: sealed, only added to, and gone when its time is over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import MIGRATIONS, Database
from models import case, case_note
from models.case import KEPT_CLOSED, Case, CaseKind, Result, due_at, open_case
from models.case_note import CallOutcome, CaseNote, NoteKind
from models.case_queue import Wanted, earlier_of, queue
from models.contact import Contact, forget_gone
from models.worker import Worker
from tests.records import add_worker

NOW = datetime(2026, 3, 11, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        opened.add(Contact(line_user_id=f"U{0:032}", language="en", reachable=True, created_at=NOW))
        add_worker(opened, NOW)
        yield opened


def opened(session: Session, kind: CaseKind = CaseKind.QUESTION, matter: str = "a", *, linked: bool = True) -> Case:
    contact, worker = session.scalars(select(Contact)).one(), session.scalars(select(Worker)).one()
    return open_case(
        session,
        kind,
        matter,
        NOW,
        worker_id=worker.id if linked else None,
        contact_id=contact.id,
        answers={"question": "Who keeps my passport?"},
    )[0]


def written(session: Session, found: Case) -> dict[str, str | None]:
    session.expire_all()
    return {note.kind: note.words for note in case_note.notes_of(session, found.id)}


def exchange(session: Session, found: Case) -> None:
    case_note.add(session, found.id, NoteKind.NOTE, "an office's note", NOW, by="lin")
    case_note.add(session, found.id, NoteKind.ANSWER, "our answer", NOW, by="lin", original="我們的答覆")
    case_note.add(session, found.id, NoteKind.HERS, "her words", NOW, line_message_id="7")


def test_a_question_is_due_after_three_working_days_at_the_same_hour() -> None:
    assert due_at(CaseKind.QUESTION, NOW) == datetime(2026, 3, 16, 4, tzinfo=UTC)  # Wednesday to Monday
    eve = datetime(2026, 2, 13, 4, tzinfo=UTC)  # the Friday before the New Year holidays of 16 to 20 February
    assert due_at(CaseKind.QUESTION, eve) == datetime(2026, 2, 25, 4, tzinfo=UTC)
    late_evening = datetime(2026, 3, 10, 17, tzinfo=UTC)  # already Wednesday in Taipei
    assert due_at(CaseKind.QUESTION, late_evening) == datetime(2026, 3, 15, 17, tzinfo=UTC)


def test_a_question_is_due_also_in_a_year_whose_calendar_is_not_known() -> None:
    assert due_at(CaseKind.QUESTION, datetime(2035, 3, 14, 4, tzinfo=UTC)) == datetime(2035, 3, 17, 4, tzinfo=UTC)


def test_words_are_sealed_in_the_database(session: Session) -> None:
    found = opened(session)
    exchange(session, found)
    cells = session.execute(text("SELECT words, original FROM case_note")).all()
    held = b"".join(bytes(cell) for row in cells for cell in row if cell is not None)
    assert cells
    assert not [word for word in (b"office", b"answer", b"her words", "答覆".encode()) if word in held]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": NoteKind.CALL, "by": "lin"},
        {"kind": NoteKind.NOTE, "by": "lin", "outcome": CallOutcome.REACHED, "called_at": NOW},
        {"kind": NoteKind.CALL, "by": "lin", "outcome": CallOutcome.REACHED},
        {"kind": NoteKind.HERS, "by": "lin"},
        {"kind": NoteKind.ANSWER},
    ],
)
def test_the_database_takes_no_entry_that_cannot_be(session: Session, wrong: dict[str, Any]) -> None:
    found = opened(session)
    with pytest.raises(IntegrityError), session.begin_nested():
        case_note.add(session, found.id, words="x", now=NOW, **wrong)


def test_when_the_link_is_erased_so_is_what_she_wrote_and_was_written(session: Session) -> None:
    found = opened(session)
    exchange(session, found)
    case.forget_links(session, [found.contact_id or 0])
    assert written(session, found) == {"note": "an office's note", "answer": None, "hers": None}
    assert (found.answers, found.contact_id, found.matter) == (None, None, f"forgotten {found.id}")


def test_a_question_of_an_account_that_is_linked_to_nobody_stays(session: Session) -> None:
    found = opened(session, linked=False)
    exchange(session, found)
    case.forget_links(session, [found.contact_id or 0])
    assert written(session, found)["hers"] == "her words"
    assert found.contact_id is not None


def test_what_she_wrote_in_an_unsent_message_is_gone_and_nothing_else(session: Session) -> None:
    found = opened(session)
    exchange(session, found)
    case.forget_message(session, 99, "7")
    assert written(session, found)["hers"] == "her words"
    case.forget_message(session, found.contact_id or 0, "7")
    assert written(session, found) == {"note": "an office's note", "answer": "our answer", "hers": None}


def test_words_are_forgotten_two_years_after_the_closing_a_few_at_a_time(session: Session) -> None:
    found, other = opened(session), opened(session, matter="b")
    exchange(session, found)
    exchange(session, other)
    case.close(found, Result.ANSWERED, NOW)
    session.flush()
    assert case.forget_old(session, NOW + KEPT_CLOSED - HOUR, 2) == 0
    assert case.forget_old(session, NOW + KEPT_CLOSED, 2) == 2
    assert case.forget_old(session, NOW + KEPT_CLOSED, 2) == 1
    assert case.forget_old(session, NOW + KEPT_CLOSED, 2) == 0
    assert set(written(session, found).values()) == {None}
    assert found.answers is None
    assert None not in written(session, other).values()


def test_a_question_goes_with_the_account_that_asked_it(session: Session) -> None:
    found = opened(session, linked=False)
    exchange(session, found)
    contact = session.scalars(select(Contact)).one()
    contact.reachable, contact.follow_changed_at = False, NOW
    session.flush()
    assert forget_gone(session, NOW + timedelta(days=184), 10) == 1
    session.expire_all()
    assert case.forget_old(session, NOW + timedelta(days=184), 10) == 3
    assert set(written(session, found).values()) == {None}
    assert found.answers is None


def test_what_the_office_notes_of_a_worker_stays_when_her_account_is_gone(session: Session) -> None:
    unlinked, blocked = opened(session), opened(session, matter="b")
    case.forget_links(session, [unlinked.contact_id or 0])
    blocked.contact_id = session.scalars(select(Contact)).one().id
    blocked.answers = {"question": "And now?"}
    for found in (unlinked, blocked):
        exchange(session, found)
    contact = session.get_one(Contact, blocked.contact_id)
    contact.reachable, contact.follow_changed_at = False, NOW
    session.flush()
    later = NOW + timedelta(days=184)
    assert forget_gone(session, later, 10) == 1
    session.expire_all()
    while case.forget_old(session, later, 1):
        pass
    for found in (unlinked, blocked):
        assert written(session, found) == {"note": "an office's note", "answer": None, "hers": None}
        assert found.answers is None
    for found in (unlinked, blocked):
        case.close(found, Result.NOT_REACHED, later)
    session.flush()
    while case.forget_old(session, later + KEPT_CLOSED, 1):
        pass
    assert {*written(session, unlinked).values(), *written(session, blocked).values()} == {None}


def test_the_queue_says_in_which_cases_the_last_word_is_hers(session: Session) -> None:
    asked, answered = opened(session), opened(session, matter="b")
    case_note.add(session, asked.id, NoteKind.HERS, "and then?", NOW)
    case_note.add(session, asked.id, NoteKind.NOTE, "to be read", NOW, by="lin")
    exchange(session, answered)
    case_note.add(session, answered.id, NoteKind.ANSWER, "done", NOW, by="lin")
    assert [(one.case.id, one.wrote) for one in queue(session, Wanted(), 10)] == [
        (asked.id, True),
        (answered.id, False),
    ]
    assert [one.case.id for one in queue(session, Wanted(), 1, 1)] == [answered.id]


def test_earlier_cases_are_those_of_the_same_worker(session: Session) -> None:
    first, second, third = opened(session), opened(session, matter="b"), opened(session, matter="c", linked=False)
    assert list(earlier_of(session, second, 10)) == [first]
    assert list(earlier_of(session, third, 10)) == []


def test_the_migration_keeps_what_hangs_on_a_case(database: Database) -> None:
    with database.engine.begin() as connection:
        command.downgrade(_alembic(connection), "0011")
        connection.execute(
            text("INSERT INTO casework (id, kind, matter, opened_at, due_at) VALUES (1, 'help', 'a', :now, :now)"),
            {"now": "2026-03-11 04:00:00+00:00"},
        )
        connection.execute(
            text("INSERT INTO evidence (id, case_id, line_message_id, sent_at, attempts) VALUES (1, 1, '7', :now, 0)"),
            {"now": "2026-03-11 04:00:00+00:00"},
        )
        command.upgrade(_alembic(connection), "head")
        assert connection.execute(text("SELECT case_id FROM evidence")).scalars().all() == [1]
        connection.execute(text("UPDATE casework SET kind = 'question'"))
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(text("UPDATE casework SET kind = 'nonsense'"))
    with database.engine.begin() as connection:
        command.downgrade(_alembic(connection), "0011")
        assert connection.execute(text("SELECT count(*) FROM casework")).scalar_one() == 0
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO casework (id, kind, matter, opened_at, due_at) VALUES (1, 'question', 'a', :now, :now)"),
            {"now": "2026-03-11 04:00:00+00:00"},
        )


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def test_only_the_newest_entry_counts_as_latest(session: Session) -> None:
    found, other = opened(session), opened(session, matter="b")
    assert case_note.latest(session, found.id) == 0
    exchange(session, found)
    case_note.add(session, other.id, NoteKind.NOTE, "x", NOW, by="lin")
    newest = session.scalars(
        select(CaseNote.id).where(CaseNote.case_id == found.id).order_by(CaseNote.id.desc())
    ).first()
    assert case_note.latest(session, found.id) == newest
