"""Made-up workers, their permits and events, put straight into the database."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.event_record import Verdict, record_all
from models.event_row import Told
from models.permit import Permit
from models.reminder import ReminderRules
from models.worker import Worker

THREE_YEARS = timedelta(days=1094)


def add_worker(session: Session, as_of: datetime, worker_ref: str = "W1", **more: Any) -> Worker:
    facts = {"name": "SITI MADE UP", "birth_date": date(1990, 5, 21), "nationality": "ID", **more}
    worker = Worker(worker_ref=worker_ref, as_of=as_of, **facts)
    session.add(worker)
    session.flush()
    return worker


def add_permit(
    session: Session,
    worker: Worker,
    permit_no: str = "P1",
    ends_on: date = date(2027, 8, 31),
    starts_on: date | None = None,
    kind: str = "B",
) -> Permit:
    """A permit, of three years if nothing else is said, that we know as long as we know the worker."""
    permit = Permit(
        worker_id=worker.id,
        permit_no=permit_no,
        permit_type=kind,
        work="manufacturing",
        employer_name="Made-up Works",
        county="",
        starts_on=starts_on or ends_on - THREE_YEARS,
        ends_on=ends_on,
        as_of=worker.as_of,
    )
    session.add(permit)
    session.flush()
    return permit


def record(session: Session, told: Told, rules: ReminderRules, now: datetime) -> Verdict:
    return record_all(session, [told], rules, now)[0]
