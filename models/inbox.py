"""Events as LINE delivered them: kept before LINE is answered, handled once, in each person's order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import orjson
from sqlalchemy import CheckConstraint, Index, String, delete, func, or_, select, text, tuple_, update
from sqlalchemy.orm import Mapped, Session, aliased, defer, mapped_column

from models.base import BIG_ID, Base, Instant
from models.secrets import sealed_bytes

LEASE = timedelta(seconds=10)
TRIES = 5
PARKED_RAW_KEPT = timedelta(days=7)
IDS_KEPT = timedelta(days=30)
"""LINE may deliver an event again, after an interval it does not disclose."""
RAW = "inbox_event.raw"
"""The name that is authenticated with what an event says."""


class InboxState(StrEnum):
    """NEW waits, LEASED is being handled, the others are final."""

    NEW = "new"
    LEASED = "leased"
    DONE = "done"
    IGNORED = "ignored"
    PARKED = "parked"


class InboxEvent(Base):
    """One webhook event. What it says is sealed, and erased as soon as it has been handled."""

    __tablename__ = "inbox_event"
    __table_args__ = (
        CheckConstraint("state IN ('new','leased','done','ignored','parked')", name="state"),
        # The database itself sees to it that nobody's events are handled two at a time.
        Index(
            "uq_inbox_event_line_user_id_leased",
            "line_user_id",
            unique=True,
            sqlite_where=text("state = 'leased'"),
            postgresql_where=text("state = 'leased'"),
        ),
        Index(
            "ix_inbox_event_open",
            "line_user_id",
            "occurred_at",
            "id",
            sqlite_where=text("state IN ('new','leased')"),
            postgresql_where=text("state IN ('new','leased')"),
        ),
        Index(None, "received_at"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    webhook_event_id: Mapped[str] = mapped_column(String(64), unique=True)
    line_user_id: Mapped[str | None] = mapped_column(String(33))
    type: Mapped[str] = mapped_column(String(32))
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    raw: Mapped[bytes | None] = mapped_column(sealed_bytes(RAW))
    state: Mapped[str] = mapped_column(String(8), default=InboxState.NEW.value)
    attempts: Mapped[int] = mapped_column(default=0)
    # While leased: until when. While new after a failure: not before.
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    leased_by: Mapped[str | None] = mapped_column(String(64))
    # The kind of the last failure; never its message, which may quote what she wrote.
    error: Mapped[str | None] = mapped_column(String(128))


@dataclass(frozen=True)
class Claimed:
    """An event that this process may handle until its lease ends."""

    id: int
    line_user_id: str
    type: str


_OPEN_STATES = (InboxState.NEW.value, InboxState.LEASED.value)
_OPEN = InboxEvent.state.in_(_OPEN_STATES)


def claim(session: Session, me: str, now: datetime, limit: int) -> list[Claimed]:
    """Lease the oldest open event of up to `limit` people; raises IntegrityError if a rival was faster.

    An event whose lease ran out (its process died) is open again; after TRIES of them it is parked.
    """
    _reopen(session, now)
    other = aliased(InboxEvent)
    its_turn = ~(
        select(other.id)
        .where(
            other.line_user_id == InboxEvent.line_user_id,
            other.state.in_(_OPEN_STATES),
            # An event that arrived late may be older than the one being handled now: it waits all the same.
            or_(
                other.state == InboxState.LEASED.value,
                tuple_(other.occurred_at, other.id) < tuple_(InboxEvent.occurred_at, InboxEvent.id),
            ),
        )
        .exists()
    )
    rows = session.scalars(
        # What an event says is opened only when it is handled: one damaged cell must not stop the others.
        select(InboxEvent)
        .options(defer(InboxEvent.raw))
        .where(
            InboxEvent.state == InboxState.NEW.value,
            InboxEvent.line_user_id.is_not(None),
            or_(InboxEvent.lease_until.is_(None), InboxEvent.lease_until <= now),
            its_turn,
        )
        .order_by(InboxEvent.occurred_at, InboxEvent.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=InboxEvent)
    ).all()
    claimed = []
    for row in rows:
        row.state, row.leased_by, row.lease_until = InboxState.LEASED.value, me, now + LEASE
        row.attempts += 1
        claimed.append(Claimed(row.id, row.line_user_id or "", row.type))
    session.flush()
    return claimed


def _reopen(session: Session, now: datetime) -> None:
    expired = (InboxEvent.state == InboxState.LEASED.value) & (InboxEvent.lease_until <= now)
    # Skipping what another process has in hand, so that two of them never wait for each other in a circle.
    ours = InboxEvent.id.in_(select(InboxEvent.id).where(expired).with_for_update(skip_locked=True))
    session.execute(
        update(InboxEvent)
        .where(ours, InboxEvent.attempts >= TRIES)
        .values(state=InboxState.PARKED.value, leased_by=None, error="ProcessDied")
    )
    session.execute(update(InboxEvent).where(ours).values(state=InboxState.NEW.value, leased_by=None, lease_until=None))


def clock_went_back(session: Session, now: datetime) -> None:
    """What a clock that ran ahead has put off until its wrong tomorrow is open now."""
    session.execute(update(InboxEvent).where(_OPEN, InboxEvent.lease_until > now + LEASE).values(lease_until=now))
    session.execute(update(InboxEvent).where(_OPEN, InboxEvent.received_at > now).values(received_at=now))


def still_ours(session: Session, event_id: int, me: str) -> InboxEvent | None:
    """The event if this process still has it, locked; None when the lease was lost to another."""
    return session.scalar(
        select(InboxEvent)
        .where(InboxEvent.id == event_id, InboxEvent.leased_by == me, InboxEvent.state == InboxState.LEASED.value)
        .options(defer(InboxEvent.raw))
        .with_for_update()
    )


def done(event: InboxEvent, state: InboxState = InboxState.DONE) -> None:
    """Handled: the event's words are erased, its id stays so that a redelivery changes nothing."""
    event.state, event.raw, event.leased_by, event.lease_until = state.value, None, None, None


def failed(event: InboxEvent, error: str, now: datetime) -> bool:
    """Try again soon, or park after TRIES; True when parked."""
    event.error, event.leased_by = error[:128], None
    if event.attempts >= TRIES:
        event.state, event.lease_until = InboxState.PARKED.value, None
        return True
    event.state = InboxState.NEW.value
    event.lease_until = now + timedelta(milliseconds=250 * 2**event.attempts)
    return False


def forget_message(session: Session, line_user_id: str, message_id: str) -> None:
    """Erase this message of a person wherever it still waits or was parked (she has unsent it)."""
    kept = select(InboxEvent).where(InboxEvent.line_user_id == line_user_id, InboxEvent.raw.is_not(None))
    for event in session.scalars(kept):
        message = orjson.loads(event.raw or b"{}").get("message")
        if isinstance(message, dict) and message.get("id") == message_id:
            done(event, InboxState.IGNORED)


def counts(session: Session) -> dict[str, int]:
    """How many events are in each state."""
    rows = session.execute(select(InboxEvent.state, func.count()).group_by(InboxEvent.state))
    return dict(rows.all())


def oldest_open(session: Session) -> datetime | None:
    """When the event that has waited longest arrived, or None when nothing waits."""
    return session.scalar(select(func.min(InboxEvent.received_at)).where(_OPEN))


def forget_old(session: Session, now: datetime) -> None:
    """Erase what events say after a week, and the events after a month."""
    session.execute(
        update(InboxEvent)
        .where(InboxEvent.received_at <= now - PARKED_RAW_KEPT, InboxEvent.raw.is_not(None), ~_OPEN)
        .values(raw=None)
    )
    session.execute(delete(InboxEvent).where(InboxEvent.received_at <= now - IDS_KEPT, ~_OPEN))
