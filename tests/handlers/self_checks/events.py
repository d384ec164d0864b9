"""What the ministry tells of a worker at the handlers' desk, and that it has reached her."""

from datetime import date, timedelta

from sqlalchemy import update

from bot.clock import Clock
from bot.database import Database
from models.event_row import Told
from models.message import Message, MessageState
from models.permit_event import EventKind
from models.reminder import ReminderRules
from tests.handlers.person import Worker
from tests.records import record


def happens(
    database: Database,
    clock: Clock,
    worker: Worker,
    kind: EventKind,
    *,
    reason: str | None = None,
    served_on: date | None = None,
    ago: timedelta = timedelta(hours=1),
    reaches_her: bool = True,
) -> None:
    told = Told(
        f"{kind.value} {worker['permit_no']}",
        kind,
        worker["permit_no"],
        clock.now() - ago,
        served_on=served_on,
        reason_code=reason,
    )
    with database.writing() as session:
        record(session, told, ReminderRules(), clock.now())
        if reaches_her:
            waiting = Message.state == MessageState.PLANNED.value
            session.execute(
                update(Message).where(waiting, Message.kind == kind.value).values(state=MessageState.SENT.value)
            )
