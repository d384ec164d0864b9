"""What was announced in the last year, to be read again; what was taken back is not there any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from locales import taipei_day
from models.announcements.announcement import (
    CURRENT_VERSION,
    Announcement,
    AnnouncementState,
    AnnouncementVersion,
    Category,
    Follows,
)
from models.announcements.text import Texts, texts_of

KEPT = timedelta(days=365)
READABLE = tuple(
    state.value for state in (AnnouncementState.SENDING, AnnouncementState.STOPPED, AnnouncementState.DONE)
)


@dataclass(frozen=True)
class Announced:
    """One announcement that has left, with the words it left with."""

    id: int
    category: Category
    follows: Follows | None
    follows_id: int | None
    sent_on: date
    texts: Texts


def categories(session: Session, now: datetime) -> Mapping[Category, int]:
    """How many there are to read in each category; categories without any are left out."""
    counted = select(Announcement.category, func.count()).where(*_readable(now)).group_by(Announcement.category)
    found = {Category(category): n for category, n in session.execute(counted)}
    return {category: found[category] for category in Category if category in found}


def in_category(session: Session, category: Category, now: datetime, skip: int, limit: int) -> Sequence[Announced]:
    """Up to `limit` of them after the first `skip`, the newest first."""
    newest = _announced().where(Announcement.category == category.value, *_readable(now)).offset(skip).limit(limit)
    return [_made(*row) for row in session.execute(newest)]


def readable(session: Session, announcement_id: int, now: datetime) -> Announced | None:
    """This one, if it has left, is not too old and was not taken back."""
    return _first(session, _announced().where(Announcement.id == announcement_id, *_readable(now)))


def correction_of(session: Session, announcement_id: int, now: datetime) -> Announced | None:
    """The newest one that corrects it."""
    corrects = (Announcement.follows_id == announcement_id, Announcement.follows == Follows.CORRECTION.value)
    return _first(session, _announced().where(*corrects, *_readable(now)))


def withdrawal_of(session: Session, announcement_id: int, now: datetime) -> Announced | None:
    """The newest one that takes it back."""
    takes_back = (Announcement.follows_id == announcement_id, Announcement.follows == Follows.WITHDRAWAL.value)
    return _first(session, _announced().where(*takes_back, *_readable(now)))


def _announced() -> Select[Announcement, AnnouncementVersion]:
    newest_first = (Announcement.planned_at.desc(), Announcement.id.desc())
    return select(Announcement, AnnouncementVersion).join(AnnouncementVersion, CURRENT_VERSION).order_by(*newest_first)


def _readable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    later = aliased(Announcement)
    # It does not come back when its withdrawal could not reach everybody in time.
    taken_back = select(later.id).where(
        later.follows_id == Announcement.id,
        later.follows == Follows.WITHDRAWAL.value,
        later.planned_at.is_not(None),
    )
    return (Announcement.state.in_(READABLE), Announcement.planned_at > now - KEPT, ~taken_back.exists())


def _first(session: Session, wanted: Select[Announcement, AnnouncementVersion]) -> Announced | None:
    row = session.execute(wanted.limit(1)).first()
    return None if row is None else _made(*row)


def _made(announcement: Announcement, version: AnnouncementVersion) -> Announced:
    assert announcement.planned_at is not None, "only what has left is asked for"
    return Announced(
        announcement.id,
        Category(announcement.category),
        None if announcement.follows is None else Follows(announcement.follows),
        announcement.follows_id,
        taipei_day(announcement.planned_at),
        texts_of(version.texts),
    )
