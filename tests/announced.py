"""Announcements that have left, put into the database by the steps that people take and no sending."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from locales import Language
from models import operator as operators
from models.announcements import moves
from models.announcements.announcement import Announcement, AnnouncementState, Category, Follows
from models.announcements.moves import Draft
from models.announcements.text import Body, Texts
from models.audience import Audience
from models.operator import Operator, Role


def announced(
    session: Session,
    at: datetime,
    title: str = "Heat",
    *,
    category: Category = Category.WEATHER,
    languages: Iterable[Language] = Language,
    state: AnnouncementState = AnnouncementState.DONE,
    follows: Follows | None = None,
    of: Announcement | None = None,
    text: str = "",
    **more: Any,
) -> Announcement:
    """One of this title in these languages, whose sending began at that moment; its title names the language."""
    bodies = {language: Body(f"{title} ({language})", text or f"First of {title}\n\nSecond") for language in languages}
    draft = Draft(category.value, Texts(bodies, **more), Audience(), None, at + timedelta(days=1))
    writer, approver = _operator(session, "writer", Role.WRITER, at), _operator(session, "approver", Role.APPROVER, at)
    of_id = None if of is None else of.id
    made = moves.create(session, writer, draft, "new", at, follows=follows, follows_id=of_id)
    moves.submit(session, made.id, 1, writer, at)
    moves.approve(session, made.id, 1, approver, at)
    made.state, made.planned_at, made.recipients = state.value, at, 1
    session.flush()
    return made


def _operator(session: Session, login: str, role: Role, now: datetime) -> Operator:
    return operators.with_login(session, login) or operators.add(session, login, login.title(), [role], now)
