"""Which composer says what: what is planned without its words gets them when it leaves."""

from datetime import date

from sqlalchemy.orm import Session

from models.content import Content
from models.message import Message
from models.notice import SEVERAL
from models.permit_event import EventKind
from models.reminder import TRACK_OF
from models.told import AGAIN
from scheduler import notices, reminders, told


def compose(session: Session, message: Message, today: date) -> Content | None:
    """The message as it is true today, or None when it must not leave; words given when it was planned stay."""
    if message.kind == SEVERAL or message.kind in list(EventKind):
        return notices.compose(session, message, today)
    if message.kind == AGAIN:
        return told.compose(session, message, today)
    if message.kind in TRACK_OF:
        return reminders.compose(session, message, today)
    return message.says
