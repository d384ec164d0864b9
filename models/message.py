"""A message to a worker: one durable row before it is sent, and one honest end."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    cast,
    false,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from models import content as contents
from models import dialects
from models.base import BIG_ID, Base, Instant
from models.contact import Contact
from models.content import Content
from models.permit import Permit
from models.portions import portions
from models.secrets import sealed_bytes, sealed_json, sealed_text

SAID_KEPT = timedelta(days=400)
"""How long she can look up what we told her: a year, and some weeks to ask about it."""
ANSWER_WITHIN = timedelta(hours=24)
"""How long silence about something urgent is only silence. A day holds every shift and a night's sleep, and leaves time
for a second message and a person within three days, in which the employer's report may become a revocation."""
ANSWER, OWED = "reply", "owed"
"""The kinds of answers: most are not worth a message of the month once they are late, some are owed all the same."""
NAMESPACE = UUID("5c1c8d5e-0a5f-5a0e-9b1e-6d1f5f0d7a11")


class Lane(IntEnum):
    """Who goes first when there is more to send than LINE allows."""

    URGENT = 0
    REPLY = 1
    REMINDER = 2
    ANNOUNCEMENT = 3


class MessageState(StrEnum):
    """PLANNED waits, LEASED is on its way; every message ends in exactly one of the other four."""

    PLANNED = "planned"
    LEASED = "leased"
    SENT = "sent"
    SUPERSEDED = "superseded"
    UNDELIVERABLE = "undeliverable"
    UNKNOWN = "unknown"


FINAL = (MessageState.SENT, MessageState.SUPERSEDED, MessageState.UNDELIVERABLE, MessageState.UNKNOWN)


class Message(Base):
    """One message to one contact. `what` says what it is, so that it exists only once."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("contact_id", "what"),
        CheckConstraint("state IN ('planned','leased','sent','superseded','undeliverable','unknown')", name="state"),
        CheckConstraint("lane BETWEEN 0 AND 3", name="lane"),
        Index(
            "ix_message_due",
            "lane",
            "not_before",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        Index(
            "ix_message_leased",
            "contact_id",
            "lease_until",
            sqlite_where=text("state = 'leased'"),
            postgresql_where=text("state = 'leased'"),
        ),
        Index("ix_message_permit_id", "permit_id"),
        # Whom we must look after, however many messages there are.
        Index(
            "ix_message_check_told_at",
            "check_told_at",
            sqlite_where=text("check_told_at IS NOT NULL"),
            postgresql_where=text("check_told_at IS NOT NULL"),
        ),
        Index(
            "ix_message_owes_report", "state", sqlite_where=text("owes_report"), postgresql_where=text("owes_report")
        ),
        # What is left to forget, however many messages have been forgotten already.
        Index(
            "ix_message_said",
            "created_at",
            sqlite_where=text("content IS NOT NULL"),
            postgresql_where=text("content IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32))
    lane: Mapped[int] = mapped_column(SmallInteger)
    permit_id: Mapped[int | None] = mapped_column(ForeignKey("permit.id", ondelete="CASCADE"))
    # The date it was planned from; when the record no longer says so, the message must not leave.
    about_on: Mapped[date | None]
    not_before: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(16), default=MessageState.PLANNED.value)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    leased_by: Mapped[str | None] = mapped_column(String(64))
    reply_token: Mapped[str | None] = mapped_column(sealed_text("message.reply_token"))
    reply_until: Mapped[datetime | None] = mapped_column(Instant)
    # Nothing while a reminder waits: it is composed when it leaves.
    content: Mapped[Any | None] = mapped_column(sealed_json("message.content"), nullable=True)
    # The rendered messages, frozen at the first attempt: LINE wants a retry to be identical.
    body: Mapped[bytes | None] = mapped_column(sealed_bytes("message.body"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    # Since when LINE may have it: the retry key lives from then. A try that certainly failed does not count.
    first_tried_at: Mapped[datetime | None] = mapped_column(Instant)
    # Set before a request leaves and cleared when LINE certainly did not take it: after a crash we know
    # that we do not know.
    in_doubt: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    request_id: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(String(200))
    answer: Mapped[str | None] = mapped_column(String(16))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    # When to look whether she knows what it says; nothing where that need not be known, or is settled.
    check_told_at: Mapped[datetime | None] = mapped_column(Instant)
    # Who sent us the event was not told yet how this ended, or what she answered (models/callback_plan.py).
    owes_report: Mapped[bool] = mapped_column(default=False, server_default=false())

    contact: Mapped[Contact] = relationship(viewonly=True)
    permit: Mapped[Permit | None] = relationship(viewonly=True)

    @property
    def retry_key(self) -> UUID:
        """The same for the same message for ever, also after a restored backup (LINE: X-Line-Retry-Key)."""
        return uuid5(NAMESPACE, f"{self.contact.line_user_id} {self.what}")

    @property
    def says(self) -> Content | None:
        """The content; None before a reminder is composed, and again once it is forgotten."""
        return None if self.content is None else contents.from_json(self.content)

    def watch(self, now: datetime) -> None:
        """What it says must be known: silence is followed up."""
        self.check_told_at = now + ANSWER_WITHIN

    def supersede(self, why: str) -> None:
        """Never send it. Its place is free again, for when the same thing becomes true once more."""
        if not self.in_doubt:
            self.what = f"{self.what} #{self.id}"
        self.end(MessageState.UNKNOWN if self.in_doubt else MessageState.SUPERSEDED, why)

    def end(self, state: MessageState, error: str | None = None) -> None:
        """Reach one of the four ends; what only sending needed is erased, and what we said to her own words."""
        self.state, self.error = state.value, error
        if self.check_told_at is not None and state is not MessageState.SENT:
            self.check_told_at = self.created_at  # at once: it reached nobody, or nobody knows
        self.leased_by = self.lease_until = self.reply_token = None
        if self.lane == Lane.REPLY:
            self.content = self.body = None

    def wait(self, until: datetime, error: str) -> None:
        """Try again from then on; her later messages may leave before."""
        self.state, self.not_before, self.error = MessageState.PLANNED.value, until, error
        self.leased_by = self.lease_until = None

    def hold(self, until: datetime, error: str) -> None:
        """Try again in a moment; until then she stays leased, so that no later message overtakes this one."""
        self.lease_until, self.error = until, error
        self.leased_by = None


def add_reply(
    session: Session,
    contact: Contact,
    content: Content,
    now: datetime,
    *,
    event_id: str,
    kind: str = ANSWER,
    reply_token: str | None = None,
    reply_until: datetime | None = None,
    not_before: datetime | None = None,
) -> None:
    """Answer an event; the second handling of the same event adds nothing."""
    session.execute(
        dialects.insert(session, Message)
        .values(
            contact_id=contact.id,
            what=f"reply {event_id}",
            kind=kind,
            lane=Lane.REPLY.value,
            content=contents.to_json(content),
            not_before=not_before or now,
            reply_token=reply_token,
            reply_until=reply_until,
            created_at=now,
            state=MessageState.PLANNED.value,
            attempts=0,
            in_doubt=False,
        )
        .on_conflict_do_nothing()
    )


def add_urgent(session: Session, contact: Contact, content: Content, now: datetime, *, what: str, kind: str) -> None:
    """Say this at once, at any hour; `what` said twice adds nothing."""
    session.execute(
        dialects.insert(session, Message)
        .values(
            contact_id=contact.id,
            what=what,
            kind=kind,
            lane=Lane.URGENT.value,
            content=contents.to_json(content),
            not_before=now,
            created_at=now,
            state=MessageState.PLANNED.value,
            attempts=0,
            in_doubt=False,
        )
        .on_conflict_do_nothing()
    )


def answer(session: Session, contact_id: int, message_id: int, said: str, now: datetime) -> Message | None:
    """Note what she tapped under a message of hers; None when it is not hers."""
    message = session.get(Message, message_id)
    if message is None or message.contact_id != contact_id:
        return None
    message.answer, message.answered_at = said, now
    if message.lane == Lane.URGENT:
        message.check_told_at = now  # what was opened because she was silent is over
        message.owes_report = True
        flag_modified(message, "owes_report")  # also where it is set already: somebody may be clearing it just now
    return message


def supersede_pending(session: Session, where: Any, why: str) -> int:
    """Cancel what matches and has not left yet, replies excepted; how many."""
    pending = session.scalars(
        select(Message)
        .where(Message.state == MessageState.PLANNED.value, Message.lane != Lane.REPLY.value, where)
        .with_for_update()
    ).all()
    for message in pending:
        message.supersede(why)
    session.flush()
    return len(pending)


def forget_reminders(session: Session, contact_ids: Sequence[int]) -> None:
    """Erase which permits these accounts were told of: they are linked to nobody any more.

    That something was sent, of which kind and when, and what she answered, stays.
    """
    for some in portions(contact_ids):
        theirs = Message.contact_id.in_(some)
        supersede_pending(session, theirs, "unlinked")
        session.execute(
            update(Message)
            .where(theirs, Message.lane.in_(_ABOUT_PERMITS), Message.state.in_([state.value for state in FINAL]))
            .values(
                what=literal("forgotten ") + cast(Message.id, String),
                permit_id=None,
                about_on=None,
                content=None,
                body=None,
            )
        )


_ABOUT_PERMITS = (Lane.URGENT.value, Lane.REMINDER.value)


def forget_old(session: Session, now: datetime, limit: int) -> int:
    """Erase what up to `limit` finished messages said, and how many; that they were sent, and when, stays."""
    old = (
        select(Message.id)
        .where(
            Message.created_at <= now - SAID_KEPT,
            Message.content.is_not(None),
            Message.state.in_([state.value for state in FINAL]),
        )
        .limit(limit)
    )
    erased = session.execute(
        update(Message).where(Message.id.in_(old)).values(content=None, body=None).returning(Message.id)
    )
    return len(erased.all())


def messages_that_are(session: Session, contact_id: int, whats: Collection[str]) -> Sequence[Message]:
    """The account's messages that are one of these, oldest first."""
    wanted = select(Message).where(Message.contact_id == contact_id, Message.what.in_(whats))
    return session.scalars(wanted.order_by(Message.id)).all()


def history(session: Session, contact_id: int, limit: int) -> Sequence[Message]:
    """What she was sent, answers to her own words excepted, newest first."""
    return session.scalars(
        select(Message)
        .where(
            Message.contact_id == contact_id,
            Message.state == MessageState.SENT.value,
            Message.lane != Lane.REPLY.value,
        )
        .order_by(Message.sent_at.desc())
        .limit(limit)
    ).all()


def counts(session: Session) -> dict[tuple[str, int], int]:
    """How many messages are in each state and lane."""
    rows = session.execute(select(Message.state, Message.lane, func.count()).group_by(Message.state, Message.lane))
    return {(state, lane): n for state, lane, n in rows}


def oldest_due(session: Session, now: datetime, lowest: Lane = Lane.ANNOUNCEMENT) -> datetime | None:
    """Since when the message that has waited longest could have left, or None when nothing waits."""
    return session.scalar(
        select(func.min(Message.not_before)).where(
            Message.state == MessageState.PLANNED.value, Message.not_before <= now, Message.lane <= lowest.value
        )
    )
