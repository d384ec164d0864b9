"""How many saw an announcement and tapped its link, as LINE tells us days later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import dialects
from models.announcements.announcement import Announcement
from models.base import Base, Instant

CHANGES_FOR = timedelta(days=14)
"""LINE goes on counting for so long after a message was sent (Messaging API reference, statistics per unit)."""
EVERY = timedelta(hours=20)
READING = "read_line_statistics"
"""The row of `schedule` that lets one process at a time ask LINE."""


class AnnouncementStats(Base):
    """What LINE last said. Nothing: fewer than 20 people, of whom LINE does not tell."""

    __tablename__ = "announcement_stats"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(Instant)
    seen: Mapped[int | None]
    tapped: Mapped[int | None]


@dataclass(frozen=True)
class Wanted:
    """An announcement to ask LINE about, and since when it has been on its way."""

    announcement_id: int
    since: datetime


def to_read(session: Session, now: datetime, limit: int) -> Sequence[Wanted]:
    """Whose figures are a day old and may still change, the longest unread first."""
    rows = session.execute(
        select(Announcement.id, Announcement.planned_at)
        .outerjoin(AnnouncementStats)
        .where(
            Announcement.planned_at.is_not(None),
            or_(Announcement.ended_at.is_(None), Announcement.ended_at > now - CHANGES_FOR),
            or_(AnnouncementStats.read_at.is_(None), AnnouncementStats.read_at <= now - EVERY),
        )
        .order_by(AnnouncementStats.read_at.asc().nulls_first(), Announcement.id)
        .limit(limit)
    )
    return [Wanted(row.id, row.planned_at) for row in rows]


def keep(session: Session, announcement_id: int, seen: int | None, tapped: int | None, now: datetime) -> None:
    figures = {"read_at": now, "seen": seen, "tapped": tapped}
    new = dialects.insert(session, AnnouncementStats).values(announcement_id=announcement_id, **figures)
    session.execute(new.on_conflict_do_update(index_elements=["announcement_id"], set_=figures))


def stats_of(session: Session, announcement_id: int) -> AnnouncementStats | None:
    """None before LINE was ever asked."""
    return session.get(AnnouncementStats, announcement_id)
