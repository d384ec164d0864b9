"""What is kept of a conversation: sealed, one row a person, and gone after a week."""

from datetime import datetime, timedelta

from sqlalchemy import text

from bot.database import Database
from locales import Language
from models import conversation
from models.contact import meet
from models.conversation import Answer, Progress


def test_answers_come_back_as_they_were_kept(database: Database, now: datetime) -> None:
    said = {"name": Answer("{x} Đặng 😀 \u202e", "m1"), "consent": Answer("yes"), "arc_no": Answer("")}
    with database.writing() as session:
        me = meet(session, "U" + "1" * 32, Language.VI, now).id
        conversation.keep(session, me, Progress("binding", said, now, now), now)
    with database.writing() as session:
        assert conversation.progress_of(session, me, now) == Progress("binding", said, now, now)
        conversation.keep(session, me, Progress("other"), now)
    with database.writing() as session:
        assert conversation.progress_of(session, me, now) == Progress("other", {}, None, now)
        conversation.forget(session, me)
        assert conversation.progress_of(session, me, now) is None


def test_nothing_of_an_answer_can_be_read_from_its_row(database: Database, now: datetime) -> None:
    with database.writing() as session:
        me = meet(session, "U" + "1" * 32, Language.VI, now).id
        conversation.keep(session, me, Progress("binding", {"name": Answer("NGUYEN VAN NAM", "m1")}), now)
    with database.reading() as session:
        [row] = session.execute(text("SELECT * FROM conversation")).all()
        cells = b"".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)
        assert b"NGUYEN" not in cells
        assert b"m1" not in cells


def test_after_a_week_of_silence_it_is_gone_even_before_the_row_is_deleted(database: Database, now: datetime) -> None:
    week = timedelta(days=7)
    with database.writing() as session:
        old, new = (meet(session, f"U{user:032x}", Language.EN, now).id for user in (1, 2))
        conversation.keep(session, old, Progress("binding", heard_at=now), now)
        conversation.keep(session, new, Progress("binding", heard_at=now + timedelta(seconds=1)), now)
        assert conversation.progress_of(session, old, now + week - timedelta(seconds=1)) is not None
        assert conversation.progress_of(session, old, now + week) is None
        conversation.forget_old(session, now + week)
    with database.reading() as session:
        assert session.scalars(text("SELECT contact_id FROM conversation")).all() == [new]
