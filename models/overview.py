"""The service in figures: whom it reaches, whom it told, and whose permits end when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.binding import IN_FORCE, Binding
from models.case import Case, CaseKind
from models.contact import Contact
from models.message import Lane, Message, MessageState
from models.permit import Permit, PermitStatus
from models.worker import Worker

LATELY = timedelta(days=30)
MONTHS = 12


class By(StrEnum):
    """What workers are counted by."""

    NATIONALITY = "nationality"
    COUNTY = "county"
    WORK = "work"


@dataclass(frozen=True)
class Figures:
    """Now, and of the last thirty days."""

    workers: int  # with a permit that is in force
    linked: int  # of them, linked to an account
    accounts: int  # that are linked to somebody
    reachable: int  # of them, not blocked
    reminded: int  # reminders that LINE took
    urgent: int  # urgent messages that LINE took
    answered: int  # of them, answered with a button
    not_told: int  # open cases of people whom we could not tell


@dataclass(frozen=True)
class Line:
    """Workers with a permit in force that have something in common; `name` is empty where it is not known."""

    name: str
    workers: int
    linked: int


def figures(session: Session, now: datetime, today: date) -> Figures:
    linked = select(Binding.worker_id).where(*IN_FORCE)
    accounts = select(Binding.contact_id).where(*IN_FORCE)
    lately = (Message.state == MessageState.SENT.value, Message.sent_at > now - LATELY)
    urgent = (*lately, Message.lane == Lane.URGENT.value)

    def how_many(column: InstrumentedAttribute[int], *wanted: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count(column.distinct())).where(*wanted)) or 0

    return Figures(
        workers=how_many(Permit.worker_id, *_in_force(today)),
        linked=how_many(Permit.worker_id, *_in_force(today), Permit.worker_id.in_(linked)),
        accounts=how_many(Binding.contact_id, *IN_FORCE),
        reachable=how_many(Contact.id, Contact.reachable.is_(True), Contact.id.in_(accounts)),
        reminded=how_many(Message.id, *lately, Message.lane == Lane.REMINDER.value),
        urgent=how_many(Message.id, *urgent),
        answered=how_many(Message.id, *urgent, Message.answered_at.is_not(None)),
        not_told=how_many(Case.id, Case.kind == CaseKind.NOT_TOLD.value, Case.closed_at.is_(None)),
    )


def counted_by(session: Session, by: By, today: date) -> Sequence[Line]:
    """Everybody with a permit in force, the largest group first."""
    column = {By.NATIONALITY: Worker.nationality, By.COUNTY: Permit.county, By.WORK: Permit.work}[by]
    found = _with_links(select(column.label("name"), *_COUNTS).join(Worker, Worker.id == Permit.worker_id))
    rows = session.execute(found.where(*_in_force(today)).group_by(column)).all()
    return sorted((Line(*row) for row in rows), key=lambda line: (-line.workers, line.name))


def ending_by_month(session: Session, today: date) -> Sequence[Line]:
    """Whose permits end in this month and in the eleven after it; `name` is the month, as 2026-08."""
    months = [_month_after(today, ahead) for ahead in range(MONTHS + 1)]
    year, month = extract("year", Permit.ends_on), extract("month", Permit.ends_on)
    found = _with_links(select(year, month, *_COUNTS)).where(*_in_force(today), Permit.ends_on < months[-1])
    counted: Mapping[str, Line] = {
        name: Line(name, workers, linked)
        for row_year, row_month, workers, linked in session.execute(found.group_by(year, month))
        for name in (f"{int(row_year)}-{int(row_month):02}",)
    }
    names = [f"{first:%Y-%m}" for first in months[:-1]]
    return [counted.get(name, Line(name, 0, 0)) for name in names]


def _in_force(today: date) -> tuple[ColumnElement[bool], ...]:
    return Permit.status == PermitStatus.ACTIVE.value, Permit.starts_on <= today, Permit.ends_on >= today


_LINKED = select(Binding.worker_id).where(*IN_FORCE).distinct().subquery()
_COUNTS = (func.count(Permit.worker_id.distinct()), func.count(_LINKED.c.worker_id.distinct()))


def _with_links(found: Any) -> Any:
    return found.select_from(Permit).join(_LINKED, and_(_LINKED.c.worker_id == Permit.worker_id), isouter=True)


def _month_after(today: date, ahead: int) -> date:
    years, month = divmod(today.month - 1 + ahead, 12)
    return date(today.year + years, month + 1, 1)
