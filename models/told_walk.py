"""The walk through all events that finds who was never told: its place, and what it has found."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import dialects
from models.base import Base, Instant


class Walk(Base):
    """The walk through all events, which begins anew every hour: how far it has come, and what it found."""

    __tablename__ = "told_walk"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    after_permit: Mapped[int] = mapped_column(default=0)
    # In this walk so far, and in the last one that came to its end: events that nobody could be told of.
    found: Mapped[int] = mapped_column(default=0)
    nobody_linked: Mapped[int] = mapped_column(default=0)
    # Ever: messages that were missing.
    mended: Mapped[int] = mapped_column(default=0)
    walked_at: Mapped[datetime | None] = mapped_column(Instant)


def the_walk(session: Session) -> Walk:
    """The one row, locked."""
    session.execute(
        dialects.insert(session, Walk)
        .values(id=1, after_permit=0, found=0, nobody_linked=0, mended=0)
        .on_conflict_do_nothing()
    )
    return session.get_one(Walk, 1, with_for_update=True, populate_existing=True)


def last_walk(session: Session) -> Walk | None:
    """What the walk has found; None before the first one."""
    return session.get(Walk, 1)
