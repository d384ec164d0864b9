"""What a handler is handed: who wrote what, when, and the rules of this service; and what it gives back."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from handlers.event import Event
from locales import taipei_day
from models.contact import Contact
from models.content import Content
from models.reminder import ReminderRules


@dataclass(frozen=True)
class Rules:
    """What the service's operator has set."""

    reminders: ReminderRules = field(default_factory=ReminderRules)
    # Every outcome of a binding is told after the same time, so that the time tells nothing.
    binding_answered_after: timedelta = timedelta(seconds=5)
    # Where our pages are found, without a slash at the end.
    public_url: str = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Context:
    """One event of one person, in an open transaction that the shell commits."""

    session: Session
    contact: Contact
    event: Event
    now: datetime
    rules: Rules

    @property
    def today(self) -> date:
        """The calendar day in Taiwan."""
        return taipei_day(self.now)


@dataclass(frozen=True)
class Reply:
    """What to say back, and how much later than now; `owed` when it must leave however late it has become."""

    content: Content
    after: timedelta = timedelta()
    owed: bool = False
