"""What a worker is told at once: an urgent message for events of her permits, and which message tells of which."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.base import Base
from models.message import Lane, Message, MessageState
from models.news import REACHED
from models.permit_event import REPORTS, Matter, PermitEvent, states
from models.portions import portions

SEVERAL = "events"
"""The kind of a message that tells of more than one event; of one, its kind is the event's."""


class Notice(Base):
    """Which message tells of which event."""

    __tablename__ = "notice"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[int] = mapped_column(
        ForeignKey("permit_event.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    message: Mapped[Message] = relationship()
    event: Mapped[PermitEvent] = relationship()


def forget(session: Session, contact_ids: Sequence[int]) -> None:
    """Erase which events these accounts were told of: they are linked to nobody any more."""
    for some in portions(contact_ids):
        theirs = select(Message.id).where(Message.contact_id.in_(some))
        session.execute(
            delete(Notice).where(Notice.message_id.in_(theirs)).execution_options(synchronize_session=False)
        )


def messages_about(session: Session, event_id: int, contact_id: int) -> Sequence[Message]:
    """Those that told this account of the event, oldest first."""
    about = select(Notice.message_id).where(Notice.event_id == event_id)
    wanted = select(Message).where(Message.contact_id == contact_id, Message.id.in_(about))
    return session.scalars(wanted.order_by(Message.id)).all()


def events_told_by(session: Session, message: Message) -> Sequence[PermitEvent]:
    """What the message tells of, in the order in which it happened."""
    return in_order_of_time(
        session.scalars(
            select(PermitEvent).join(Notice, Notice.event_id == PermitEvent.id).where(Notice.message_id == message.id)
        )
    )


def in_order_of_time(events: Iterable[PermitEvent]) -> list[PermitEvent]:
    """Events of several permits: sequences of different permits do not compare."""
    return sorted(events, key=lambda event: (event.occurred_at, event.id))


def was_told(session: Session, contact_id: int, matters: Collection[Matter]) -> bool:
    """Whether she knows of one of these, or may know: what is in doubt may have reached her."""
    ids = {id_ for matter in matters for id_ in matter.ids}
    wanted = (
        select(Notice.event_id)
        .join(Message, Message.id == Notice.message_id)
        .where(Message.contact_id == contact_id, Notice.event_id.in_(ids), Message.state.in_(REACHED))
    )
    return session.scalar(wanted.limit(1)) is not None


def reports_told(session: Session, contact_id: int) -> Sequence[Notice]:
    """The missing reports that she knows of, or may know of, newest first; events and permits are loaded."""
    wanted = (
        select(Notice)
        .join(Notice.message)
        .join(Notice.event)
        .where(
            Message.contact_id == contact_id,
            Message.state.in_(REACHED),
            PermitEvent.kind.in_([kind.value for kind in REPORTS]),
        )
        .options(joinedload(Notice.event, innerjoin=True).joinedload(PermitEvent.permit, innerjoin=True))
        .order_by(Notice.message_id.desc(), PermitEvent.occurred_at.desc(), PermitEvent.id.desc())
    )
    return session.scalars(wanted).all()


def stands(session: Session, event: PermitEvent) -> bool:
    """Whether nothing newer has taken the event back."""
    return states(session, [event.permit_id])[event.permit_id].matter_of(event.id) is not None


def event_message(contact_id: int, what: str, kind: str, now: datetime) -> Message:
    """Composed when it leaves, at any hour."""
    return Message(
        contact_id=contact_id,
        what=what,
        kind=kind,
        lane=Lane.URGENT.value,
        not_before=now,
        state=MessageState.PLANNED.value,
        created_at=now,
        owes_report=True,
    )
