"""Which LINE account belongs to which worker, how sure we are, and the tries that led there."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, literal, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, object_session, relationship

from law.dates import days_before, months_before
from models.base import Base, Instant
from models.contact import Contact
from models.permit import Permit
from models.portions import portions
from models.review import Review
from models.worker import Worker

UNDO_FOR = timedelta(hours=72)
"""How long an unbinding can be taken back, also by somebody who was forced to unbind."""
KEPT_MONTHS = 6
"""How long a link outlives the worker's last permit: what handlers/privacy.py promises her."""
TRIES_PER_DAY = 3
TRIES_PER_LIFE = 5
LINKS_PER_DAY = 3
"""Somebody with a list of papers must not look at one record after another."""


class Trust(StrEnum):
    """How sure we are that the person is the worker: documents alone never prove it."""

    CLAIMED = "claimed"
    VERIFIED = "verified"


class Binding(Base):
    """A LINE account's link to a worker. Several accounts may claim one worker; none sees another."""

    __tablename__ = "binding"
    __table_args__ = (
        CheckConstraint("trust IN ('claimed','verified')", name="trust"),
        # One LINE account belongs to one worker at a time, also while an unbinding can be undone.
        Index(
            "uq_binding_contact_id_linked",
            "contact_id",
            unique=True,
            sqlite_where=text("erased_at IS NULL"),
            postgresql_where=text("erased_at IS NULL"),
        ),
        Index(None, "worker_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    # Forgotten when the link is erased; the row stays to count and to audit.
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id", ondelete="CASCADE"))
    trust: Mapped[str] = mapped_column(String(8), default=Trust.CLAIMED.value)
    bound_at: Mapped[datetime] = mapped_column(Instant)
    unbound_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    contact: Mapped[Contact] = relationship()
    worker: Mapped[Worker | None] = relationship()


IN_FORCE = (Binding.unbound_at.is_(None), Binding.erased_at.is_(None))
"""What holds of a link that is not cut."""


class Attempt(Base):
    """One submitted set of identity fields, without the fields: only that it was tried, and how it went."""

    __tablename__ = "bind_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    matched: Mapped[bool]
    # Whether the phone was the registered one; None when either is missing. It never decides.
    phone_matched: Mapped[bool | None]


def linked(session: Session, contact_id: int) -> Binding | None:
    """The account's binding, in force or within the time to undo."""
    at_hand: dict[int, Binding | None] = session.info.get(_AT_HAND, {})
    if contact_id in at_hand:
        return at_hand[contact_id]
    return session.scalar(select(Binding).where(Binding.contact_id == contact_id, Binding.erased_at.is_(None)))


def read_ahead(session: Session, contact_ids: Sequence[int]) -> Sequence[int]:
    """Read the links of many accounts in one statement, and give back the ids of their workers.

    Until the session ends `linked` answers from what was read, so this is for sessions that change no link.
    """
    wanted = select(Binding).where(Binding.contact_id.in_(contact_ids), Binding.erased_at.is_(None))
    found = {one.contact_id: one for one in session.scalars(wanted.options(joinedload(Binding.worker)))}
    session.info.setdefault(_AT_HAND, {}).update({one: found.get(one) for one in contact_ids})
    return [one.worker_id for one in found.values() if one.worker_id is not None]


_AT_HAND = "bindings at hand"


def in_force(session: Session, contact_id: int) -> Binding | None:
    """The account's binding, if she has one and has not unbound."""
    found = linked(session, contact_id)
    return found if found and found.unbound_at is None else None


def bindings_of(session: Session, worker_id: int) -> Sequence[Binding]:
    """Every account that is bound to the worker now."""
    return session.scalars(select(Binding).where(Binding.worker_id == worker_id, *IN_FORCE)).all()


def links_of(session: Session, worker_id: int) -> Sequence[Binding]:
    """Every account that is or was bound to the worker, the newest first."""
    wanted = select(Binding).where(Binding.worker_id == worker_id).options(joinedload(Binding.contact, innerjoin=True))
    return session.scalars(wanted.order_by(Binding.bound_at.desc(), Binding.id.desc())).all()


def was_linked_otherwise(session: Session, contact_id: int, worker_id: int) -> bool:
    """Whether the account was ever linked to another worker, or to one we have forgotten: it may collect them."""
    earlier = select(Binding.id).where(
        Binding.contact_id == contact_id, or_(Binding.worker_id.is_(None), Binding.worker_id != worker_id)
    )
    return session.scalar(earlier.limit(1)) is not None


def bind(session: Session, contact_id: int, worker_id: int, now: datetime) -> Binding:
    """Link the account to the worker as a claim; an older link that could be undone is taken up or erased.

    Whoever calls it for another worker than before has forgotten the reminders of the old link.
    """
    old = linked(session, contact_id)
    if old is not None and old.worker_id == worker_id:
        old.unbound_at = None
        session.flush()
        return old
    if old is not None:
        erase(old, now)
        session.flush()
    binding = Binding(contact_id=contact_id, worker_id=worker_id, trust=Trust.CLAIMED.value, bound_at=now)
    session.add(binding)
    session.flush()
    return binding


def unbind(binding: Binding, now: datetime) -> None:
    """Stop everything personal at once; the link itself goes when the time to undo is over."""
    binding.unbound_at = now


def undo_unbind(binding: Binding, now: datetime) -> bool:
    """Take the unbinding back; False when the time for it is over."""
    if binding.erased_at is not None or binding.unbound_at is None or now >= binding.unbound_at + UNDO_FOR:
        return False
    binding.unbound_at = None
    return True


def erase(binding: Binding, now: datetime) -> None:
    """Forget whom the account belonged to, also on the caseworkers' list."""
    session = object_session(binding)
    if session is not None:
        its_reviews = (Review.contact_id == binding.contact_id, Review.worker_id == binding.worker_id)
        session.execute(update(Review).where(*its_reviews).values(worker_id=None))
    binding.worker_id = None
    binding.unbound_at = binding.unbound_at or now
    binding.erased_at = now


def past_undo(session: Session, now: datetime, limit: int) -> Sequence[Binding]:
    """Unbound links whose time to undo is over, oldest first."""
    return session.scalars(
        select(Binding)
        .where(Binding.erased_at.is_(None), Binding.unbound_at <= now - UNDO_FOR)
        .order_by(Binding.unbound_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def erase_after_last_permit(session: Session, today: date, now: datetime, limit: int) -> Sequence[int]:
    """Forget up to `limit` links of workers whose last permit ended over six months ago; the ids of their contacts.

    A worker of whom we hold no permit is kept: we do not know that she has left.
    """
    permits = select(Permit.id).where(Permit.worker_id == Binding.worker_id)
    over = (
        select(Binding.id)
        .where(
            Binding.erased_at.is_(None),
            permits.exists(),
            ~permits.where(Permit.ends_on > last_end_forgotten(today)).exists(),
        )
        .limit(limit)
    )
    contacts = session.scalars(
        update(Binding)
        .where(Binding.id.in_(over))
        .values(worker_id=None, unbound_at=func.coalesce(Binding.unbound_at, literal(now, Instant)), erased_at=now)
        .returning(Binding.contact_id)
        .execution_options(synchronize_session=False)
    ).all()
    for some in portions(contacts):
        session.execute(update(Review).where(Review.contact_id.in_(some)).values(worker_id=None))
    return contacts


def last_end_forgotten(today: date) -> date:
    """The latest end of a last permit whose six months were over before today.

    Both readings back in time are needed: 28 August is six months before 28 February, but so are 29 to 31 August.
    """
    yesterday = days_before(today, 1)
    return max(months_before(yesterday, KEPT_MONTHS), days_before(months_before(today, KEPT_MONTHS), 1))


class TriesLeft(StrEnum):
    """Whether an account may submit its details once more."""

    YES = "yes"
    LATER = "later"
    NEVER = "never"


def tries_left(session: Session, contact_id: int, now: datetime) -> TriesLeft:
    """Failed tries count against the account that makes them, never against the record."""
    if failed_tries(session, contact_id) >= TRIES_PER_LIFE:
        return TriesLeft.NEVER
    yesterday = now - timedelta(hours=24)
    matched = select(func.count()).where(Attempt.contact_id == contact_id, Attempt.matched, Attempt.at > yesterday)
    if session.scalars(matched).one() >= LINKS_PER_DAY:
        return TriesLeft.LATER
    if failed_tries(session, contact_id, yesterday) >= TRIES_PER_DAY:
        return TriesLeft.LATER
    return TriesLeft.YES


def failed_tries(session: Session, contact_id: int, since: datetime | None = None) -> int:
    """How often the account's details fitted nobody."""
    failed = select(func.count()).where(Attempt.contact_id == contact_id, Attempt.matched.is_(False))
    return session.scalars(failed if since is None else failed.where(Attempt.at > since)).one()


def record_attempt(
    session: Session, contact_id: int, now: datetime, *, matched: bool, phone_matched: bool | None = None
) -> None:
    """Remember that details were submitted."""
    session.add(Attempt(contact_id=contact_id, at=now, matched=matched, phone_matched=phone_matched))
    session.flush()
