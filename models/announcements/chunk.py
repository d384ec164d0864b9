"""The recipients of an announcement, frozen into chunks of one language, and what became of each chunk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import dialects
from models.announcements.announcement import Announcement
from models.base import BIG_ID, Base, Instant
from models.message import NAMESPACE

CHUNK = 500
"""LINE takes so many recipients in one multicast."""
RATE_OVER = timedelta(minutes=1)


class ChunkState(StrEnum):
    """PLANNED waits, LEASED is on its way; every chunk ends in exactly one of the other four."""

    PLANNED = "planned"
    LEASED = "leased"
    SENT = "sent"
    SUPERSEDED = "superseded"
    UNDELIVERABLE = "undeliverable"
    UNKNOWN = "unknown"


OPEN = (ChunkState.PLANNED.value, ChunkState.LEASED.value)


class AnnouncementWording(Base):
    """LINE's messages in one language, the same for everybody who gets them."""

    __tablename__ = "announcement_wording"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class AnnouncementRecipients(Base):
    """Whom a chunk is for, in the order of their ids; apart from the chunk, which changes all the time."""

    __tablename__ = "announcement_recipients"
    __table_args__ = (UniqueConstraint("announcement_id", "language", "number"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    number: Mapped[int]
    contacts: Mapped[list[int]] = mapped_column(dialects.IDS)
    # The smallest and the largest id that it was made with: whose chunk it can be is seen without opening it.
    first_contact: Mapped[int]
    last_contact: Mapped[int]


class AnnouncementChunk(Base):
    """One multicast: how far it has come, and how many people it stands for.

    `size` are in it now. Who could not or would not have it any more is counted in `superseded`, and whom LINE refused
    in `failed`.
    """

    __tablename__ = "announcement_chunk"
    __table_args__ = (
        CheckConstraint("state IN ('planned','leased','sent','superseded','undeliverable','unknown')", name="state"),
        CheckConstraint("size BETWEEN 0 AND 500 AND superseded >= 0 AND failed >= 0", name="counts"),
        Index(
            "ix_announcement_chunk_due",
            "announcement_id",
            "not_before",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        Index(
            "ix_announcement_chunk_leased",
            "lease_until",
            sqlite_where=text("state = 'leased'"),
            postgresql_where=text("state = 'leased'"),
        ),
        Index(None, "announcement_id"),
    )

    id: Mapped[int] = mapped_column(
        BIG_ID, ForeignKey("announcement_recipients.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    superseded: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    # Others in it than LINE was asked before: another request, and so another retry key.
    generation: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default=ChunkState.PLANNED.value)
    not_before: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    # As of a message: see `models.message.Message`.
    in_doubt: Mapped[bool] = mapped_column(default=False)
    first_tried_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    request_id: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(String(200))

    @property
    def retry_key(self) -> UUID:
        return uuid5(NAMESPACE, f"announcement {self.announcement_id}/{self.id}/{self.generation}")

    def end(self, state: ChunkState, error: str | None = None) -> None:
        self.state, self.error = state.value, error
        self.leased_by = self.lease_until = None

    def wait(self, until: datetime, error: str) -> None:
        """Try again then, by whoever comes first."""
        self.state, self.not_before, self.error = ChunkState.PLANNED.value, until, error[:200]
        self.leased_by = self.lease_until = None


class AnnouncementFailure(Base):
    """Somebody whom LINE refused."""

    __tablename__ = "announcement_failure"
    __table_args__ = (UniqueConstraint("announcement_id", "contact_id"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(String(200))


@dataclass(frozen=True)
class Counts:
    """What became of so many recipients. `superseded` blocked us, muted it, or it had come too late for them."""

    recipients: int = 0
    accepted: int = 0
    undeliverable: int = 0
    unknown: int = 0
    superseded: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Progress(Counts):
    """How far an announcement has come."""

    by_language: Mapping[str, Counts] = field(default_factory=dict)
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None
    # Recipients a second, in the minute before the last one had it.
    rate: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """At this rate; nothing before anything was sent."""
        return self.waiting / self.rate if self.rate else None


def progress(session: Session, announcement_id: int) -> Progress:
    """How far it has come, from its chunks alone."""
    of_it = AnnouncementChunk.announcement_id == announcement_id
    rows = session.execute(
        select(
            AnnouncementChunk.language,
            AnnouncementChunk.state,
            func.sum(AnnouncementChunk.size).label("size"),
            func.sum(AnnouncementChunk.superseded).label("superseded"),
            func.sum(AnnouncementChunk.failed).label("failed"),
            func.min(AnnouncementChunk.sent_at).label("first"),
            func.max(AnnouncementChunk.sent_at).label("last"),
        )
        .where(of_it)
        .group_by(AnnouncementChunk.language, AnnouncementChunk.state)
        .order_by(AnnouncementChunk.language)
    ).all()
    first = min((row.first for row in rows if row.first), default=None)
    last = max((row.last for row in rows if row.last), default=None)
    rate = 0.0
    if first is not None and last is not None:
        began = max(first, last - RATE_OVER)
        lately = of_it & (AnnouncementChunk.sent_at >= began)
        recently = session.scalar(select(func.sum(AnnouncementChunk.size)).where(lately)) or 0
        rate = int(recently) / max(1.0, (last - began).total_seconds())
    languages = sorted({row.language for row in rows})
    return Progress(
        **vars(_counted(rows)),
        by_language={one: _counted([row for row in rows if row.language == one]) for one in languages},
        first_sent_at=first,
        last_sent_at=last,
        rate=rate,
    )


def _counted(rows: Sequence[Any]) -> Counts:
    def total(*states: str) -> int:
        return sum(int(row.size) for row in rows if row.state in states)

    failed, superseded = sum(int(row.failed) for row in rows), sum(int(row.superseded) for row in rows)
    return Counts(
        recipients=sum(int(row.size) for row in rows) + failed + superseded,
        accepted=total(ChunkState.SENT),
        undeliverable=failed + total(ChunkState.UNDELIVERABLE),
        unknown=total(ChunkState.UNKNOWN),
        superseded=superseded + total(ChunkState.SUPERSEDED),
        waiting=total(*OPEN),
    )


def counts(session: Session) -> Mapping[str, int]:
    """How many chunks are in each state."""
    rows = session.execute(select(AnnouncementChunk.state, func.count()).group_by(AnnouncementChunk.state))
    return {state: count for state, count in rows}  # noqa: C416  dict() would not be typed


def on_their_way(session: Session) -> int:
    """How many recipients LINE may have, or is about to have, without our having its answer."""
    leased = (AnnouncementChunk.state == ChunkState.LEASED.value) & AnnouncementChunk.in_doubt
    return int(session.scalar(select(func.sum(AnnouncementChunk.size)).where(leased)) or 0)


def chunks_of(session: Session, contact_id: int, since: datetime) -> Sequence[AnnouncementChunk]:
    """The chunks that this account is in, of announcements that were planned since then; the newest first."""
    near = (
        select(AnnouncementRecipients)
        .join(Announcement, Announcement.id == AnnouncementRecipients.announcement_id)
        .where(
            AnnouncementRecipients.first_contact <= contact_id,
            AnnouncementRecipients.last_contact >= contact_id,
            Announcement.planned_at >= since,
        )
    )
    hers = [one.id for one in session.scalars(near) if contact_id in one.contacts]
    found = select(AnnouncementChunk).where(AnnouncementChunk.id.in_(hers))
    return session.scalars(found.order_by(AnnouncementChunk.id.desc())).all()


def refusals_of(session: Session, contact_id: int, since: datetime) -> Sequence[AnnouncementFailure]:
    """What LINE did not take for this account since then."""
    wanted = select(AnnouncementFailure).where(AnnouncementFailure.contact_id == contact_id)
    return session.scalars(wanted.where(AnnouncementFailure.at >= since).order_by(AnnouncementFailure.id)).all()
