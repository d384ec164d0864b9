"""What is written into a case: notes, calls, answers to the worker, and what she writes back; only ever added to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, func, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.base import Base, Instant
from models.message import Message
from models.secrets import sealed_text


class NoteKind(StrEnum):
    """What an entry is; only `ANSWER` has left the office, only `HERS` has come in."""

    NOTE = "note"
    CALL = "call"
    ANSWER = "answer"
    HERS = "hers"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"


EXCHANGED = (NoteKind.ANSWER, NoteKind.HERS)
"""What she and the office wrote to each other."""


class CallOutcome(StrEnum):
    """What came of a call, mostly of 1955."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"


class CaseNote(Base):
    """One entry. Nobody changes it; its words are erased when their time is over."""

    __tablename__ = "case_note"
    __table_args__ = (
        CheckConstraint("kind IN ('note','call','answer','hers','handed_over','closed')", name="kind"),
        CheckConstraint("outcome IN ('reached','no_answer','wrong_number','refused')", name="outcome"),
        CheckConstraint("(kind = 'call') = (outcome IS NOT NULL)", name="call_with_outcome"),
        CheckConstraint("(outcome IS NULL) = (called_at IS NULL)", name="call_with_time"),
        CheckConstraint("(kind = 'hers') = (\"by\" IS NULL)", name="hers_by_nobody_else"),
        Index(None, "case_id"),
        Index(None, "message_id"),
        Index(None, "line_message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("casework.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(16))
    # The operator's login.
    by: Mapped[str | None] = mapped_column(String(64))
    # As she reads or wrote it; of the office's own notes, as they were written.
    words: Mapped[str | None] = mapped_column(sealed_text("case_note.words"))
    # The same in Chinese, of an answer.
    original: Mapped[str | None] = mapped_column(sealed_text("case_note.original"))
    outcome: Mapped[str | None] = mapped_column(String(16))
    called_at: Mapped[datetime | None] = mapped_column(Instant)
    # The message in which the answer leaves.
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
    # LINE's id of the message in which she wrote it: she may unsend it.
    line_message_id: Mapped[str | None] = mapped_column(String(64))

    message: Mapped[Message | None] = relationship()


def add(
    session: Session,
    case_id: int,
    kind: NoteKind,
    words: str | None,
    now: datetime,
    *,
    by: str | None = None,
    original: str | None = None,
    outcome: CallOutcome | None = None,
    called_at: datetime | None = None,
    line_message_id: str | None = None,
) -> CaseNote:
    """Write it down."""
    note = CaseNote(
        case_id=case_id,
        at=now,
        kind=kind.value,
        by=by,
        words=words,
        original=original,
        outcome=outcome.value if outcome else None,
        called_at=called_at,
        line_message_id=line_message_id,
    )
    session.add(note)
    session.flush()
    return note


def notes_of(session: Session, case_id: int) -> Sequence[CaseNote]:
    """Everything written into the case, oldest first, with the messages in which answers left."""
    wanted = select(CaseNote).where(CaseNote.case_id == case_id).options(joinedload(CaseNote.message))
    return session.scalars(wanted.order_by(CaseNote.id)).all()


def latest(session: Session, case_id: int) -> int:
    """The number of the newest entry, 0 without one: whoever acts on an older one has not read everything."""
    return session.scalar(select(func.max(CaseNote.id)).where(CaseNote.case_id == case_id)) or 0


def count(session: Session, case_id: int, kind: NoteKind) -> int:
    return session.scalars(select(func.count()).where(CaseNote.case_id == case_id, CaseNote.kind == kind.value)).one()


def forget_exchange(session: Session, cases: Select[int]) -> None:
    """Erase what was written to her and by her in these cases, and in which message: the account is not hers now."""
    exchanged = CaseNote.kind.in_([kind.value for kind in EXCHANGED])
    session.execute(
        update(CaseNote)
        .where(CaseNote.case_id.in_(cases), exchanged)
        .values(words=None, original=None, message_id=None, line_message_id=None)
        .execution_options(synchronize_session="fetch")
    )


def forget_message(session: Session, cases: Select[int], line_message_id: str) -> None:
    """Erase what came in this message into one of these cases."""
    session.execute(
        update(CaseNote)
        .where(CaseNote.case_id.in_(cases), CaseNote.line_message_id == line_message_id)
        .values(words=None, line_message_id=None)
        .execution_options(synchronize_session="fetch")
    )


def forget(session: Session, cases: Select[int], limit: int, kinds: Collection[NoteKind] = tuple(NoteKind)) -> int:
    """Erase the words of up to `limit` entries of these cases, of some kinds, and how many."""
    of_them = CaseNote.case_id.in_(cases), CaseNote.kind.in_([kind.value for kind in kinds])
    old = select(CaseNote.id).where(*of_them, CaseNote.words.is_not(None)).limit(limit)
    erased = session.execute(
        update(CaseNote)
        .where(CaseNote.id.in_(old))
        .values(words=None, original=None)
        .returning(CaseNote.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(erased.all())
