"""Doubts about whose account it is: claims that people look at, and what two of them decide about a link."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Instant
from models.contact import Contact
from models.worker import Worker


class ReviewReason(StrEnum):
    """Why a person should look at a claim."""

    NAME = "name"
    NUMBERS = "numbers"
    SEVERAL_CLAIMS = "several_claims"
    TRIES_USED_UP = "tries_used_up"
    CUT_BEFORE = "cut_before"  # people found that the account is somebody else's, and it claims a record again


class Decision(StrEnum):
    """What came of it."""

    IN_ORDER = "in_order"
    HERS = "hers"
    NOT_HERS = "not_hers"
    PASSED_ON = "passed_on"


_ABOUT_LINK = (Decision.HERS.value, Decision.NOT_HERS.value)


class WaitsForSecond(Exception):  # noqa: N818  reads as what it says where it is raised
    """One person asks for something, and another one confirms it or sends it back."""


class Review(Base):
    """A claim that a caseworker must look at."""

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('name','numbers','several_claims','tries_used_up','cut_before')",
            name="reason",
        ),
        CheckConstraint("decision IN ('in_order','hers','not_hers','passed_on')", name="decision"),
        CheckConstraint("asked_by_id IS NULL OR decision IS NOT NULL", name="asked_for_something"),
        CheckConstraint("closed_by_id <> asked_by_id", name="two_people"),
        CheckConstraint(
            "decision <> 'not_hers' OR closed_at IS NULL OR (asked_by_id IS NOT NULL AND closed_by_id IS NOT NULL)",
            name="cut_by_two",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    # While it is open: what somebody asks a second person to confirm.
    decision: Mapped[str | None] = mapped_column(String(16))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    # Nobody of the console where a command closed it.
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))

    worker: Mapped[Worker | None] = relationship()

    @property
    def asked(self) -> Decision | None:
        """What waits for a second person."""
        return Decision(self.decision) if self.decision is not None and self.closed_at is None else None


def open_review(session: Session, contact_id: int, worker_id: int | None, reason: ReviewReason, now: datetime) -> None:
    """Put a claim on the caseworkers' list, once per reason."""
    already = session.scalar(
        select(Review.id).where(
            Review.contact_id == contact_id,
            Review.worker_id.is_(worker_id) if worker_id is None else Review.worker_id == worker_id,
            Review.reason == reason.value,
            Review.closed_at.is_(None),
        )
    )
    if already is None:
        session.add(Review(contact_id=contact_id, worker_id=worker_id, reason=reason.value, opened_at=now))


def open_reviews(session: Session, limit: int) -> Sequence[Review]:
    """What waits for a person, oldest first."""
    return session.scalars(
        select(Review).where(Review.closed_at.is_(None)).order_by(Review.opened_at, Review.id).limit(limit)
    ).all()


def reviews_of(session: Session, worker_id: int) -> Sequence[Review]:
    """All claims of the worker's record that somebody doubted, the newest first."""
    wanted = select(Review).where(Review.worker_id == worker_id).order_by(Review.opened_at.desc(), Review.id.desc())
    return session.scalars(wanted).all()


def reviews_waiting(session: Session) -> int:
    """How many claims wait for a person."""
    return session.scalars(select(func.count()).where(Review.closed_at.is_(None))).one()


def close_review(session: Session, review_id: int, now: datetime) -> bool:
    """Somebody has looked at it, and no link changes; False when it is not open. May raise `WaitsForSecond`."""
    review = session.get(Review, review_id, with_for_update={"of": Review}, populate_existing=True)
    if review is None or review.closed_at is not None:
        return False
    if review.asked is not None:
        raise WaitsForSecond
    review.closed_at = now
    return True


def was_cut(session: Session, contact_id: int) -> bool:
    """Whether people found last that the account is somebody else's: it links nothing by itself any more."""
    last = session.scalar(
        select(Review.decision)
        .where(
            Review.contact_id == contact_id,
            Review.closed_at.is_not(None),
            Review.decision.in_(_ABOUT_LINK),
        )
        .order_by(Review.closed_at.desc(), Review.id.desc())
        .limit(1)
    )
    return last == Decision.NOT_HERS


def accounts_decided_last(session: Session, limit: int) -> Sequence[Contact]:
    """Of the last so many decisions about links, those accounts that can be reached."""
    last = (
        select(Review.contact_id)
        .where(Review.closed_at.is_not(None), Review.decision.in_(_ABOUT_LINK))
        .order_by(Review.closed_at.desc())
        .limit(limit)
    )
    return session.scalars(select(Contact).where(Contact.id.in_(last), Contact.reachable)).all()
