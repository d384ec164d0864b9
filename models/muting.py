"""Which categories of announcements somebody does not want; what is personal comes all the same."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import dialects
from models.announcements.announcement import Category, Muted


def mute(session: Session, contact_id: int, category: Category) -> None:
    """No more of it, from now on."""
    row = dialects.insert(session, Muted).values(contact_id=contact_id, category=category.value)
    session.execute(row.on_conflict_do_nothing())


def unmute(session: Session, contact_id: int, category: Category) -> None:
    """They get it again."""
    session.execute(delete(Muted).where(Muted.contact_id == contact_id, Muted.category == category.value))


def muted_of(session: Session, contact_id: int) -> frozenset[Category]:
    """All that they do not want."""
    found = session.scalars(select(Muted.category).where(Muted.contact_id == contact_id))
    return frozenset(Category(category) for category in found)
