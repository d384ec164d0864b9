"""What the ministry's system is told of its events: a row for each thing that became of one, until it was taken."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4, uuid5

import orjson
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from models.base import BIG_ID, Base, Instant
from models.permit_event import PermitEvent

NAMESPACE = UUID("8a6f0a52-64a1-5d0b-8d0e-2a4c7be1c0d3")
LEASE = timedelta(seconds=40)
"""Longer than a request may take; what a dead process was sending is sent again after it."""
GIVE_UP_AFTER = timedelta(days=3)
KEPT = timedelta(days=30)
"""How long a row is kept; what happened longer ago is not reported any more when callbacks are switched on."""


class What(StrEnum):
    """What became of an event. LINE's 200 is “accepted”, never “told”."""

    ACCEPTED = "message.accepted"
    UNDELIVERABLE = "message.undeliverable"
    UNKNOWN = "message.unknown"
    SUPERSEDED = "message.superseded"
    ANSWERED = "worker.answered"


class Reason(StrEnum):
    """Why no message brought the event to her."""

    NOT_LINKED = "not_linked"  # nobody has linked this worker's record; it waits for her
    BLOCKED = "blocked"  # who has linked it has blocked us; it waits until she comes back
    REFUSED = "refused"  # LINE did not take the message
    NO_LONGER_STANDS = "no_longer_stands"  # a later event took it back before it was said
    SAID_BY_ANOTHER = "said_by_another"  # another event says the same, and stands for both
    NOT_NEEDED = "not_needed"  # nothing in it that she must still hear


class CallbackState(StrEnum):
    """WAITING is to be sent, also while it is on its way."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Fact:
    """One thing to report about an event, without its place in the order."""

    event: PermitEvent
    name: str
    what: What
    occurred_at: datetime
    reason: Reason | None = None
    answer: str | None = None
    by_event_id: str | None = None
    message: str | None = None


class Callback(Base):
    """One report. `name` says what it is, so that it exists only once; nothing in it is about a person."""

    __tablename__ = "callback"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        UniqueConstraint("event_id", "sequence"),
        CheckConstraint("state IN ('waiting','delivered','given_up')", name="state"),
        CheckConstraint(
            "what IN ('message.accepted','message.undeliverable','message.unknown','message.superseded',"
            "'worker.answered')",
            name="what",
        ),
        Index(None, "state", "not_before"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    # Not made of row numbers: those come a second time after a backup is restored.
    webhook_id: Mapped[str] = mapped_column(String(40), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("permit_event.id", ondelete="CASCADE"))
    sequence: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    what: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str | None] = mapped_column(String(24))
    answer: Mapped[str | None] = mapped_column(String(16))
    by_event_id: Mapped[str | None] = mapped_column(String(64))
    message: Mapped[str | None] = mapped_column(String(36))
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(12), default=CallbackState.WAITING.value)
    attempts: Mapped[int] = mapped_column(default=0)
    # When it is tried next; while it is on its way, when the lease ends.
    not_before: Mapped[datetime] = mapped_column(Instant)
    give_up_at: Mapped[datetime] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    # An HTTP status, or the type of a fault.
    error: Mapped[str | None] = mapped_column(String(64))

    event: Mapped[PermitEvent] = relationship()

    @property
    def body(self) -> bytes:
        """What is sent, the same at every try."""
        data = {
            "event_id": self.event.event_id,
            "sequence": self.sequence,
            "message": self.message,
            "reason": self.reason,
            "by_event_id": self.by_event_id,
            "answer": self.answer,
        }
        told = {key: value for key, value in data.items() if value is not None}
        return orjson.dumps(
            {"id": self.webhook_id, "type": self.what, "timestamp": self.occurred_at, "data": told},
            option=orjson.OPT_UTC_Z,
        )


@dataclass(frozen=True)
class Due:
    """One request that may leave."""

    id: int
    attempt: int
    webhook_id: str
    body: bytes


def opaque(message_id: int, created_at: datetime) -> str:
    """A name for one of our messages that says nothing, so that what is reported of it can be put together."""
    return str(uuid5(NAMESPACE, f"{message_id} {created_at.isoformat()}"))


def add(session: Session, facts: Iterable[Fact], now: datetime) -> None:
    """Let these facts be sent, each once. Their events are locked by the caller, and counted up here."""
    wanted = list(facts)
    known, last_answers = _known(session, {fact.event.id for fact in wanted})
    for fact in wanted:
        said = (fact.event.id, fact.message)
        if (fact.event.id, fact.name) in known or (fact.answer and last_answers.get(said) == fact.answer):
            continue
        known.add((fact.event.id, fact.name))
        if fact.answer:
            last_answers[said] = fact.answer
        fact.event.callbacks = (fact.event.callbacks or 0) + 1
        session.add(_callback(fact, now))
    session.flush()


def _known(
    session: Session, event_ids: Collection[int]
) -> tuple[set[tuple[int, str]], dict[tuple[int, str | None], str]]:
    """What is on record of these events, and by event and message the answer that was reported last."""
    rows = session.scalars(select(Callback).where(Callback.event_id.in_(event_ids)).order_by(Callback.sequence)).all()
    return (
        {(row.event_id, row.name) for row in rows},
        {(row.event_id, row.message): row.answer for row in rows if row.answer},
    )


def _callback(fact: Fact, now: datetime) -> Callback:
    return Callback(
        webhook_id=f"cb_{uuid4().hex}",
        event_id=fact.event.id,
        sequence=fact.event.callbacks,
        name=fact.name,
        what=fact.what.value,
        reason=fact.reason.value if fact.reason else None,
        answer=fact.answer,
        by_event_id=fact.by_event_id,
        message=fact.message,
        occurred_at=fact.occurred_at,
        created_at=now,
        state=CallbackState.WAITING.value,
        attempts=0,
        not_before=now,
        give_up_at=now + GIVE_UP_AFTER,
    )


def is_due(session: Session, now: datetime) -> bool:
    """Whether something may be sent now, or only waits for an earlier report of its event."""
    due = select(Callback.id).where(Callback.state == CallbackState.WAITING.value, Callback.not_before <= now)
    return session.scalar(due.limit(1)) is not None


def claim(session: Session, now: datetime, limit: int) -> list[Due]:
    """Lease up to `limit` callbacks, of each event only the earliest that still waits."""
    ahead = aliased(Callback)
    waits = ahead.state == CallbackState.WAITING.value
    rows = session.scalars(
        select(Callback)
        .join(Callback.event)
        .where(
            Callback.state == CallbackState.WAITING.value,
            Callback.not_before <= now,
            ~select(ahead.id)
            .where(ahead.event_id == Callback.event_id, ahead.sequence < Callback.sequence, waits)
            .exists(),
        )
        .order_by(Callback.not_before, Callback.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Callback)
    ).all()
    for row in rows:
        row.not_before = now + LEASE
        row.attempts += 1
    session.flush()
    return [Due(row.id, row.attempts, row.webhook_id, row.body) for row in rows]


def delivered(session: Session, ids: Collection[int], now: datetime) -> None:
    """The receiver has these: true whoever holds the lease by now."""
    session.execute(
        update(Callback)
        .where(Callback.id.in_(ids))
        .values(state=CallbackState.DELIVERED.value, delivered_at=now, error=None)
    )


def failed(session: Session, due: Due, error: str, retry_at: datetime, now: datetime) -> bool:
    """Try it again then, or never more after three days; True when it was given up. Nothing if somebody else has it."""
    row = session.scalar(
        select(Callback)
        .where(
            Callback.id == due.id,
            Callback.attempts == due.attempt,
            Callback.state == CallbackState.WAITING.value,
        )
        .with_for_update()
    )
    if row is None:
        return False
    row.error, row.not_before = error[:64], retry_at
    if now >= row.give_up_at:
        row.state = CallbackState.GIVEN_UP.value
    session.flush()
    return row.state == CallbackState.GIVEN_UP.value


def resend(session: Session, ids: Sequence[int] | None, now: datetime) -> int:
    """Send these again under the ids they had, or all that were given up (None); how many."""
    which = Callback.state == CallbackState.GIVEN_UP.value if ids is None else Callback.id.in_(ids)
    again = session.execute(
        update(Callback)
        .where(which)
        .values(state=CallbackState.WAITING.value, attempts=0, not_before=now, give_up_at=now + GIVE_UP_AFTER)
        .returning(Callback.id)
    )
    return len(again.all())


def listed(session: Session, state: CallbackState, limit: int) -> Sequence[Callback]:
    """Those in that state, oldest first, with their events."""
    return session.scalars(
        select(Callback).join(Callback.event).where(Callback.state == state.value).order_by(Callback.id).limit(limit)
    ).all()


def counts(session: Session) -> Mapping[str, int]:
    """How many callbacks are in each state."""
    return dict(session.execute(select(Callback.state, func.count()).group_by(Callback.state)).all())


def oldest_waiting(session: Session) -> datetime | None:
    """Since when the callback waits that was not taken for longest."""
    return session.scalar(select(func.min(Callback.created_at)).where(Callback.state == CallbackState.WAITING.value))


def forget_old(session: Session, now: datetime, limit: int) -> int:
    """Erase up to `limit` callbacks that nobody waits for any more; how many."""
    old = (
        select(Callback.id)
        .where(Callback.state != CallbackState.WAITING.value, Callback.created_at <= now - KEPT)
        .limit(limit)
    )
    return len(session.execute(delete(Callback).where(Callback.id.in_(old)).returning(Callback.id)).all())
