"""Which reminders are due: planned as message rows, set by set, and planned again when a fact changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import String, bindparam, cast, literal, select
from sqlalchemy.orm import Session

from locales import taipei_day
from models import dialects
from models.base import Instant
from models.binding import IN_FORCE, Binding, bindings_of, in_force
from models.contact import Contact
from models.delivery_hours import DeliveryHours
from models.message import Lane, Message, MessageState, supersede_pending
from models.permit import Permit, PermitStatus, permits_of
from models.reminder_calendar import (
    ARC,
    END,
    EXAM_6,
    EXAM_18,
    EXAM_30,
    Anchor,
    DueRange,
    Track,
    newly_due,
    stage_on,
)
from models.worker import Worker

EXAMINED_TYPES = ("B",)
"""Whose permit start the health examinations count from (Health Exam Regulations art. 5)."""
LONGEST_CATCH_UP = timedelta(days=125)
"""Farther back than the longest stage lasts, no missed day has anything left to send."""

TRACK_OF = {stage.kind: track for track in (END, ARC, EXAM_6, EXAM_18, EXAM_30) for stage in track.stages}


@dataclass(frozen=True)
class ReminderRules:
    """Which reminders this service sends, and at which hours."""

    hours: DeliveryHours = field(default_factory=DeliveryHours)
    arc_card: bool = True
    health_examinations: bool = True

    @property
    def tracks(self) -> tuple[Track, ...]:
        exams = (EXAM_6, EXAM_18, EXAM_30) if self.health_examinations else ()
        return (END, *((ARC,) if self.arc_card else ()), *exams)


def plan(session: Session, rules: ReminderRules, after: date, through: date, now: datetime) -> None:
    """Write the reminders that fell due after `after` up to `through`: one statement a stage, however many rows.

    Of several that somebody missed during a downtime, only the one that is most useful now is written. Planning
    twice adds nothing.
    """
    today = taipei_day(now)
    not_before = rules.hours.soonest(max(rules.hours.slot(today), now))
    for track in rules.tracks:
        for due in newly_due(track, after, through, today):
            _insert(session, track, due, not_before, now)


def catch_up(session: Session, rules: ReminderRules, contact: Contact, now: datetime) -> None:
    """For somebody we can reach again, or for the first time: the one reminder of each track she missed."""
    binding = in_force(session, contact.id)
    if binding is None or binding.worker_id is None or not contact.reachable:
        return
    # An import that changes her dates at this moment either sees this link, or we wait and see its dates.
    session.get_one(Worker, binding.worker_id, with_for_update={"read": True}, populate_existing=True)
    today = taipei_day(now)
    for track in rules.tracks:
        for anchor in _anchors(session, track, binding.worker_id):
            stage = stage_on(track, anchor, today)
            if stage is not None:
                due = DueRange(stage.kind, anchor, anchor)
                _insert(session, track, due, rules.hours.soonest(now), now, contact.id)


def replan(session: Session, rules: ReminderRules, worker_id: int, now: datetime) -> None:
    """A date, type or status of the worker's permits or card has changed: cancel what is stale, add what is due."""
    session.flush()
    today = taipei_day(now)
    for binding in bindings_of(session, worker_id):
        # Locked, so that a sender cannot take one between our look and our change.
        pending = session.scalars(
            select(Message)
            .where(
                Message.contact_id == binding.contact_id,
                Message.state == MessageState.PLANNED.value,
                Message.lane == Lane.REMINDER.value,
            )
            .order_by(Message.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        for message in pending:
            if not still_holds(session, message, today):
                message.supersede("changed")
        session.flush()
        catch_up(session, rules, binding.contact, now)


def cancel(session: Session, contact_id: int, why: str) -> None:
    """She unbound or blocked us: nothing that waits may leave."""
    supersede_pending(session, Message.contact_id == contact_id, why)


def still_holds(session: Session, message: Message, today: date) -> bool:
    """Whether the facts a reminder was planned from are still so, and no later reminder has taken its place."""
    track = TRACK_OF[message.kind]
    binding = in_force(session, message.contact_id)
    if binding is None or message.about_on is None or not message.contact.reachable:
        return False
    stage = stage_on(track, message.about_on, today)
    if stage is None or stage.kind != message.kind:
        return False
    if track.anchor is Anchor.ARC_EXPIRES:
        return binding.worker is not None and binding.worker.arc_expires_on == message.about_on
    permit = message.permit
    if permit is None or permit.worker_id != binding.worker_id or permit.status != PermitStatus.ACTIVE:
        return False
    if track.anchor is Anchor.PERMIT_ENDS:
        return permit.ends_on == message.about_on
    examined = permit.permit_type in EXAMINED_TYPES and permit.ends_on > today
    return examined and permit.starts_on == message.about_on


def _anchors(session: Session, track: Track, worker_id: int) -> Sequence[date]:
    active = [p for p in permits_of(session, worker_id) if p.status == PermitStatus.ACTIVE]
    match track.anchor:
        case Anchor.PERMIT_ENDS:
            found = [permit.ends_on for permit in active]
        case Anchor.PERMIT_STARTS:
            found = [permit.starts_on for permit in active if permit.permit_type in EXAMINED_TYPES]
        case Anchor.ARC_EXPIRES:
            found = [day for day in [session.get_one(Worker, worker_id).arc_expires_on] if day]
    # Later dates have earlier stages: the order in which `plan` goes through them.
    return sorted(set(found), reverse=True)


def _insert(
    session: Session,
    track: Track,
    due: DueRange,
    not_before: datetime,
    now: datetime,
    contact_id: int | None = None,
) -> None:
    """One row for each reachable account bound to a worker whose anchor lies in the range, if it has none yet."""
    session.flush()  # a statement on the table itself does not do it
    session.execute(
        _planned_rows(session.get_bind().dialect.name, track.anchor, contact_id is not None),
        {
            "stage": due.kind,
            "first": due.first_anchor,
            "last": due.last_anchor,
            "leaves_at": not_before,
            "planned_at": now,
            "today": taipei_day(now),
            "only": contact_id,
        },
    )


@cache
def _planned_rows(dialect: str, counted_from: Anchor, for_one: bool) -> dialects.Insert:
    """Built once: to build the statement takes longer than the database needs for a day on which nobody is due."""
    by_card = counted_from is Anchor.ARC_EXPIRES
    anchor = {
        Anchor.PERMIT_ENDS: Permit.ends_on,
        Anchor.PERMIT_STARTS: Permit.starts_on,
        Anchor.ARC_EXPIRES: Worker.arc_expires_on,
    }[counted_from]
    named = Worker.worker_ref if by_card else Permit.permit_no
    stage = bindparam("stage", type_=String)
    row = {
        "contact_id": Contact.id,
        "what": stage + " " + named + " " + cast(anchor, String(10)),
        "kind": stage,
        "lane": literal(Lane.REMINDER.value),
        "permit_id": literal(None) if by_card else Permit.id,
        "about_on": anchor,
        "not_before": bindparam("leaves_at", type_=Instant),
        "state": literal(MessageState.PLANNED.value),
        "attempts": literal(0),
        "in_doubt": literal(False),
        "created_at": bindparam("planned_at", type_=Instant),
    }
    source = select(*row.values())
    if by_card:
        source = source.select_from(Worker).join(Binding, Binding.worker_id == Worker.id)
    else:
        source = source.select_from(Permit).join(Binding, Binding.worker_id == Permit.worker_id)
        source = source.where(Permit.status == PermitStatus.ACTIVE.value)
    if counted_from is Anchor.PERMIT_STARTS:
        source = source.where(Permit.permit_type.in_(EXAMINED_TYPES), Permit.ends_on > bindparam("today"))
    source = source.join(Contact, Contact.id == Binding.contact_id).where(
        anchor.between(bindparam("first"), bindparam("last")), *IN_FORCE, Contact.reachable
    )
    if for_one:
        source = source.where(Contact.id == bindparam("only"))
    # One order for every planner, so that two at once cannot wait for each other in a circle.
    source = source.order_by(Contact.id, anchor.desc(), named)
    # Into the table, not the class: for a class the ORM takes parameters for a row of its own.
    table = Message.metadata.tables["message"]
    return dialects.insert_for(dialect, table).from_select(list(row), source).on_conflict_do_nothing()
