"""An approved announcement, once its time has come: its recipients frozen into chunks and its words into messages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, false, func, insert, literal, or_, select
from sqlalchemy.orm import Session

from locales import Language, taipei_day
from models import dialects
from models.announcements.announcement import Announcement, AnnouncementState, may_leave
from models.announcements.chunk import (
    CHUNK,
    AnnouncementChunk,
    AnnouncementRecipients,
    AnnouncementWording,
    ChunkState,
)
from models.announcements.moves import Draft, draft_of
from models.audience import recipients
from models.base import Instant
from models.contact import Contact


@dataclass(frozen=True)
class Due:
    """An announcement whose time has come, as this version says it."""

    announcement_id: int
    version: int
    follows: str | None
    draft: Draft
    # Read before where nobody else can write meanwhile.
    chunks: Sequence[Mapping[str, Any]] | None


def next_due(session: Session, now: datetime, but: Collection[int] = ()) -> Due | None:
    """What is to be planned next. This may take seconds for a million people, and keeps nobody from writing."""
    wanted = _due(now).where(Announcement.id.not_in(but)).order_by(Announcement.id)
    announcement = session.scalars(wanted.limit(1)).one_or_none()
    if announcement is None:
        return None
    draft = draft_of(announcement)
    chunks = None
    if dialects.has_one_writer(session):
        rows = session.execute(_cut(session, announcement.id, draft, now)).mappings()
        chunks = [{**row, "contacts": sorted(row["contacts"])} for row in rows]
    return Due(announcement.id, announcement.version, announcement.follows, draft, chunks)


def _due(now: datetime) -> Select[Announcement]:
    """Also what was stopped before it was planned, and resumed."""
    approved = and_(Announcement.state == AnnouncementState.APPROVED.value, may_leave(now))
    resumed = and_(Announcement.state == AnnouncementState.SENDING.value, Announcement.planned_at.is_(None))
    return select(Announcement).where(or_(approved, resumed), Announcement.valid_until > now)


def begin_sending(session: Session, due: Due, wording: Mapping[Language, bytes], now: datetime) -> bool:
    """Freeze it, whole; False when somebody else has, or when it is not to leave any more."""
    announcement = session.scalar(
        _due(now)
        .where(Announcement.id == due.announcement_id, Announcement.version == due.version)
        .with_for_update(skip_locked=True)
    )
    if announcement is None:
        return False
    for language, body in wording.items():
        session.add(AnnouncementWording(announcement_id=announcement.id, language=language.value, body=body))
    cut = _cut(session, announcement.id, due.draft, now)
    if due.chunks is None:
        session.execute(insert(AnnouncementRecipients).from_select(_COLUMNS, cut))
    elif due.chunks:
        session.execute(insert(AnnouncementRecipients), due.chunks)
    size = dialects.how_many(session, AnnouncementRecipients.contacts)
    session.execute(
        insert(AnnouncementChunk).from_select(
            ["id", "announcement_id", "language", "size", "not_before", *_AT_FIRST],
            select(
                AnnouncementRecipients.id,
                AnnouncementRecipients.announcement_id,
                AnnouncementRecipients.language,
                size,
                literal(now, Instant),
                *_AT_FIRST.values(),
            ).where(AnnouncementRecipients.announcement_id == announcement.id),
        )
    )
    everybody = select(func.sum(AnnouncementChunk.size)).where(AnnouncementChunk.announcement_id == announcement.id)
    announcement.recipients = int(session.scalar(everybody) or 0)
    announcement.state, announcement.planned_at = AnnouncementState.SENDING.value, now
    return True


_AT_FIRST = {
    "superseded": literal(0),
    "failed": literal(0),
    "generation": literal(0),
    "state": literal(ChunkState.PLANNED.value),
    "attempts": literal(0),
    "in_doubt": false(),
}
_COLUMNS = ("announcement_id", "language", "number", "contacts", "first_contact", "last_contact")


def _cut(session: Session, announcement_id: int, draft: Draft, now: datetime) -> Select[Any]:
    """Whom it is for, in chunks. Whoever's language it does not speak is left out: that was decided by name."""
    languages = [language.value for language in draft.texts.bodies]
    whom = recipients(draft.audience, draft.category, taipei_day(now)).where(Contact.language.in_(languages)).subquery()
    place = func.row_number().over(partition_by=whom.c.language, order_by=whom.c.id) - 1
    placed = select(whom.c.id, whom.c.language, (place // CHUNK).label("number")).subquery()
    return (
        select(
            literal(announcement_id).label("announcement_id"),
            placed.c.language,
            placed.c.number,
            dialects.gathered(session, placed.c.id).label("contacts"),
            func.min(placed.c.id).label("first_contact"),
            func.max(placed.c.id).label("last_contact"),
        )
        .group_by(placed.c.language, placed.c.number)
        .order_by(placed.c.number, placed.c.language)
    )
