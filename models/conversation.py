"""How far a person has got in a conversation; sealed, and gone after a week of silence."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Instant
from models.portions import portions
from models.secrets import sealed_json

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Answer:
    """One answer worth keeping, and the LINE message it came from (she may unsend it)."""

    value: str
    message_id: str | None = None


@dataclass
class Progress:
    """The conversation a person is in, and her answers so far; the next question is derived."""

    name: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked_at: datetime | None = None
    heard_at: datetime | None = None


class ConversationRow(Base):
    """One row per person who is in a conversation."""

    __tablename__ = "conversation"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    answers: Mapped[dict[str, list[str | None]]] = mapped_column(sealed_json("conversation.answers"))
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    heard_at: Mapped[datetime] = mapped_column(Instant, index=True)


def progress_of(session: Session, contact_id: int, now: datetime) -> Progress | None:
    """Where the person stands, locked while we answer; None outside a conversation or after a week."""
    row = session.scalar(select(ConversationRow).where(ConversationRow.contact_id == contact_id).with_for_update())
    if row is None or row.heard_at <= now - KEPT_FOR:
        return None
    answers = {name: Answer(str(value), message_id) for name, (value, message_id) in row.answers.items()}
    return Progress(row.name, answers, row.asked_at, row.heard_at)


def keep(session: Session, contact_id: int, progress: Progress, now: datetime) -> None:
    """Remember where the person stands."""
    answers = {name: [answer.value, answer.message_id] for name, answer in progress.answers.items()}
    session.merge(
        ConversationRow(
            contact_id=contact_id,
            name=progress.name,
            answers=answers,
            asked_at=progress.asked_at,
            heard_at=progress.heard_at or now,
        )
    )


def forget(session: Session, *contact_ids: int) -> None:
    """Their conversations are over: nothing of them stays."""
    for some in portions(contact_ids):
        session.execute(delete(ConversationRow).where(ConversationRow.contact_id.in_(some)))


def forget_old(session: Session, now: datetime) -> None:
    """Forget what nobody has gone on with for a week."""
    session.execute(delete(ConversationRow).where(ConversationRow.heard_at <= now - KEPT_FOR))
