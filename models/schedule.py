"""When each job runs next; a tick belongs to the process that moves the row."""

from datetime import date, datetime

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import dialects
from models.base import Base, Instant


class Schedule(Base):
    """One job of `scheduler/jobs.py`."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    next_run: Mapped[datetime] = mapped_column(Instant)
    # The last calendar day in Taipei whose reminders are planned.
    planned_through: Mapped[date | None]


def ensure(session: Session, name: str, first_run: datetime) -> None:
    """Make the job known; a job that is known keeps its time."""
    session.execute(dialects.insert(session, Schedule).values(name=name, next_run=first_run).on_conflict_do_nothing())


def take(session: Session, name: str, now: datetime, next_run: datetime) -> bool:
    """True for exactly one of all processes whose job is due: one atomic UPDATE decides."""
    taken = session.execute(
        update(Schedule)
        .where(Schedule.name == name, Schedule.next_run <= now)
        .values(next_run=next_run)
        .returning(Schedule.name)
    )
    return taken.one_or_none() is not None


def give_back(session: Session, name: str, now: datetime) -> None:
    """The job is not finished: it is due again at once, for whoever comes first."""
    session.execute(update(Schedule).where(Schedule.name == name).values(next_run=now))


def clock_went_back(session: Session, now: datetime) -> None:
    """Every job is due: when it last ran nobody can say."""
    session.execute(update(Schedule).where(Schedule.next_run > now).values(next_run=now))


def times(session: Session) -> dict[str, datetime]:
    """When each known job is due."""
    return {row.name: row.next_run for row in session.scalars(select(Schedule))}
