"""A person's LINE account: her language, and whether our messages can reach her."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from locales import Language
from models.base import Base, Instant

GONE_KEPT = timedelta(days=183)
"""How long somebody who blocked us may come back and find everything as it was."""


class Contact(Base):
    """One LINE account that has ever written to us or added us."""

    __tablename__ = "contact"
    __table_args__ = (CheckConstraint("language IN ('zh-Hant','en','id','vi','th','fil')", name="language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_user_id: Mapped[str] = mapped_column(String(33), unique=True)
    language: Mapped[str] = mapped_column(String(8))
    # Her own choice outlives a new follow; what her profile says does not.
    language_chosen_at: Mapped[datetime | None] = mapped_column(Instant)
    reachable: Mapped[bool] = mapped_column(default=True)
    # When LINE says she last followed or blocked us: a late, older event must not undo a newer one.
    follow_changed_at: Mapped[datetime | None] = mapped_column(Instant)
    # The rich menu she was last given, by its alias.
    menu: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def speaks(self) -> Language:
        return Language(self.language)

    def choose_language(self, language: Language, at: datetime) -> bool:
        """Take her choice; False when she made a newer one already (a late event)."""
        if self.language_chosen_at is not None and at < self.language_chosen_at:
            return False
        self.language, self.language_chosen_at = language.value, at
        return True

    def follow(self, at: datetime) -> bool:
        """She added or unblocked us; False when we know something newer."""
        return self._follow_changed(at, reachable=True)

    def unfollow(self, at: datetime) -> bool:
        """She blocked us: no push reaches her any more; False when we know something newer."""
        return self._follow_changed(at, reachable=False)

    def _follow_changed(self, at: datetime, *, reachable: bool) -> bool:
        if self.follow_changed_at is not None and at < self.follow_changed_at:
            return False
        self.reachable, self.follow_changed_at = reachable, at
        return True


def contact_of(session: Session, line_user_id: str) -> Contact | None:
    """The contact with this LINE user ID, or None."""
    return session.scalar(select(Contact).where(Contact.line_user_id == line_user_id))


def meet(session: Session, line_user_id: str, language: Language | None, now: datetime) -> Contact:
    """The contact with this LINE user ID, new if we never heard of it (then in `language`, else English)."""
    known = contact_of(session, line_user_id)
    if known is None:
        known = Contact(
            line_user_id=line_user_id,
            language=(language or Language.EN).value,
            reachable=True,
            created_at=now,
        )
        session.add(known)
        session.flush()
    elif language is not None and known.language_chosen_at is None:
        known.language = language.value
    return known


def forget_gone(session: Session, now: datetime, limit: int) -> int:
    """Erase up to `limit` people who blocked us half a year ago, with all that hangs on them; how many."""
    gone = (
        select(Contact.id)
        .where(Contact.reachable.is_(False), Contact.follow_changed_at <= now - GONE_KEPT)
        .limit(limit)
    )
    erased = session.execute(delete(Contact).where(Contact.id.in_(gone)).returning(Contact.id))
    return len(erased.all())
