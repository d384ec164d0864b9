"""What a caseworker reads of a case on the command line."""

from datetime import timedelta

import pytest

from bot.clock import Clock
from bot.database import Database
from models import case, case_note
from models.case import CaseKind
from models.case_note import CallOutcome, NoteKind
from models.contact import meet
from tests.command import command_line


def test_notes_calls_and_answers_are_shown_in_their_order(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    now = Clock().now()
    with database.writing() as session:
        contact = meet(session, f"U{1:032x}", None, now)
        opened, _new = case.open_case(session, CaseKind.QUESTION, "one", now, contact_id=contact.id)
        case_note.add(session, opened.id, NoteKind.NOTE, "Asked the city.", now, by="lin")
        reached, at = CallOutcome.REACHED, now - timedelta(hours=1)
        case_note.add(session, opened.id, NoteKind.CALL, "She is well.", now, by="lin", outcome=reached, called_at=at)
        case_note.add(session, opened.id, NoteKind.ANSWER, "Silakan datang.", now, by="wang", original="請過來。")
        case_note.add(session, opened.id, NoteKind.HERS, "Thank\x1b[31m you", now)
        erased = case_note.add(session, opened.id, NoteKind.NOTE, "Erased", now, by="lin")
        erased.words = None
    shown = command_line(database.url, monkeypatch)("cases", "show", 1, "--reason", "to test", "--by", "lin").output
    said = ("Asked the city.", "Spoke to her", "She is well.", "Silakan datang. / 請過來。", "Thank [31m you")
    places = [shown.index(words) for words in said]
    assert places == sorted(places)
    assert "內部紀錄" in shown
    assert "Erased" not in shown
