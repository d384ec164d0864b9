"""An announcement: what is said to many in their languages, who wrote it, who approved it, and how far it has come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Instant
from models.operator import Operator
from models.secrets import sealed_text


class Category(StrEnum):
    """What it is about; workers choose which of them they want."""

    EPIDEMIC = "epidemic"
    LABOUR_RIGHTS = "labour_rights"
    WAGES_AND_LEAVE = "wages_and_leave"
    TRAFFIC_SAFETY = "traffic_safety"
    SWINE_FEVER = "swine_fever"
    DRUGS = "drugs"
    ELECTRICAL_SAFETY = "electrical_safety"
    WEATHER = "weather"
    OTHER = "other"


class AnnouncementState(StrEnum):
    """How far it has come. What ended stays as it is: it is corrected by another one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"  # waits for another person
    APPROVED = "approved"  # leaves at its time
    SENDING = "sending"
    STOPPED = "stopped"  # by a person; may be resumed
    DONE = "done"
    EXPIRED = "expired"  # its validity ended before everybody had it
    CANCELLED = "cancelled"  # given up before anything left


NOT_OVER = (AnnouncementState.APPROVED.value, AnnouncementState.SENDING.value, AnnouncementState.STOPPED.value)
"""Approved, and not all of it has left."""


class Follows(StrEnum):
    """What an announcement is to the one it is linked to."""

    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


class Announcement(Base):
    """One announcement. Its words and its audience are those of its current version."""

    __tablename__ = "announcement"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft','submitted','approved','sending','stopped','done','expired','cancelled')", name="state"
        ),
        CheckConstraint("follows IN ('correction','withdrawal')", name="follows"),
        CheckConstraint("(follows IS NULL) = (follows_id IS NULL)", name="follows_another"),
        # Nobody approves what they wrote or submitted: the database refuses it too.
        CheckConstraint("approved_by IS NULL OR approved_by <> submitted_by", name="four_eyes"),
        CheckConstraint("state NOT IN ('approved','sending','done') OR approved_by IS NOT NULL", name="approved"),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[int] = mapped_column(ForeignKey("operator.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    # Nothing leaves before the one and after the other. No `send_at`: as soon as it is approved.
    send_at: Mapped[datetime | None] = mapped_column(Instant)
    valid_until: Mapped[datetime] = mapped_column(Instant)
    # When its recipients were frozen into chunks, and how many they are.
    planned_at: Mapped[datetime | None] = mapped_column(Instant)
    recipients: Mapped[int | None]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    follows: Mapped[str | None] = mapped_column(String(12))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("announcement.id"))

    versions: Mapped[list["AnnouncementVersion"]] = relationship(order_by="AnnouncementVersion.number")


class AnnouncementVersion(Base):
    """What an announcement said after one edit; never changed."""

    __tablename__ = "announcement_version"
    __table_args__ = (UniqueConstraint("announcement_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[int] = mapped_column(ForeignKey("operator.id"))
    # In the writer's own words, so it may name somebody.
    why: Mapped[str] = mapped_column(sealed_text("announcement_version.why"))
    category: Mapped[str] = mapped_column(String(24))
    send_at: Mapped[datetime | None] = mapped_column(Instant)
    valid_until: Mapped[datetime] = mapped_column(Instant)
    # See `models.announcements.text.Texts` and `models.audience.Audience`.
    texts: Mapped[Mapping[str, Any]] = mapped_column(JSON)
    audience: Mapped[Mapping[str, Any]] = mapped_column(JSON)

    writer: Mapped[Operator] = relationship()


class Muted(Base):
    """A category that somebody does not want. No row: they get it."""

    __tablename__ = "muted_category"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    category: Mapped[str] = mapped_column(String(24), primary_key=True)


CURRENT_VERSION = and_(
    AnnouncementVersion.announcement_id == Announcement.id, AnnouncementVersion.number == Announcement.version
)


def may_leave(now: datetime) -> ColumnElement[bool]:
    """Whether its time has come."""
    return or_(Announcement.send_at.is_(None), Announcement.send_at <= now)


def listed(
    session: Session, *, state: str = "", category: str = "", offset: int = 0, limit: int = 25
) -> Sequence[tuple[Announcement, AnnouncementVersion]]:
    """Announcements with their current versions, the newest first."""
    wanted = select(Announcement, AnnouncementVersion).join(AnnouncementVersion, CURRENT_VERSION)
    if state:
        wanted = wanted.where(Announcement.state == state)
    if category:
        wanted = wanted.where(Announcement.category == category)
    rows = session.execute(wanted.order_by(Announcement.id.desc()).offset(offset).limit(limit))
    return [(announcement, version) for announcement, version in rows]
