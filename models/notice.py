"""What a worker is told at once: events of her permits become urgent messages, each once, in order."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from locales import taipei_day
from models.base import Base
from models.binding import IN_FORCE, Binding, in_force
from models.case import close_what_no_longer_stands
from models.contact import Contact
from models.event_row import Told
from models.message import Lane, Message, MessageState
from models.news import REACHED, known_of, to_tell
from models.permit import Permit
from models.permit_event import (
    MUST_BE_KNOWN,
    REPORTS,
    EventKind,
    Matter,
    PermitEvent,
    State,
    events_named,
    in_order,
    states,
)
from models.permit_import import upsert
from models.permit_problem import Code, Problem, problem
from models.portions import portions
from models.reminder import ReminderRules, replan

SEVERAL = "events"
"""The kind of a message that tells of more than one event; of one, its kind is the event's."""
MOST_AT_ONCE = 5
"""LINE takes five bubbles a request."""
AFTER_THE_ANSWER = timedelta(seconds=1)
"""Urgent messages overtake answers: what waited for her must not come before “your record is linked”."""


class Notice(Base):
    """Which message tells of which event."""

    __tablename__ = "notice"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[int] = mapped_column(
        ForeignKey("permit_event.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    message: Mapped[Message] = relationship()
    event: Mapped[PermitEvent] = relationship()


class Outcome(StrEnum):
    """What became of an event that was sent to us."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """The outcome, and why where it is a refusal."""

    outcome: Outcome
    why: Problem | None = None


RECORDED, REPEATED = Verdict(Outcome.RECORDED), Verdict(Outcome.REPEATED)


def record(session: Session, told: Told, rules: ReminderRules, now: datetime) -> Verdict:
    """Record one event; see `record_all`."""
    return record_all(session, [told], rules, now)[0]


def record_all(session: Session, told: Sequence[Told], rules: ReminderRules, now: datetime) -> list[Verdict]:
    """Store events once each, bring their permits and reminders up to date, and plan what people must be told.

    The caller commits, or retries after an IntegrityError: another process may record the same event just now.
    """
    _store_new_permits(session, told, rules, now)
    permits = _locked(session, Permit.permit_no.in_({one.permit_no for one in told}))
    by_no = {permit.permit_no: permit for permit in permits}
    known = events_named(session, {one.event_id for one in told})
    new: list[tuple[Told, PermitEvent]] = []
    verdicts = []
    for one in told:
        verdict = _judge(one, known.get(one.event_id), by_no.get(one.permit_no))
        if verdict is RECORDED:
            event = _event(one, by_no[one.permit_no], now)
            session.add(event)
            known[one.event_id] = event
            new.append((one, event))
        verdicts.append(verdict)
    session.flush()
    _bring_up_to_date(session, {event.permit for _, event in new}, new, rules, now)
    return verdicts


def catch_up(session: Session, contact: Contact, now: datetime) -> bool:
    """For somebody we can reach from now on: one message of all that stands and that she was not told, if any."""
    session.flush()
    binding = in_force(session, contact.id)
    if binding is None or binding.worker_id is None or not contact.reachable:
        return False
    # Locked like those whose events are recorded, so that no event falls between her link and our look.
    permits = {permit.id: permit for permit in _locked(session, Permit.worker_id == binding.worker_id)}
    found = states(session, permits.keys())
    planned, known = known_of(_heard(_told(session, [contact.id], permits.keys())[contact.id]))
    today = taipei_day(now)
    untold = [
        (matter, permits[permit_id])
        for permit_id, state in found.items()
        for matter in to_tell(state, permits[permit_id], planned, known, today)
    ]
    # When there are more than fit, a permit that she can look up gives way to what she can still act on.
    by_weight = sorted(untold, key=lambda one: (one[0].event.what is EventKind.PERMIT_ISSUED, -_time(one[0])))
    chosen = sorted(by_weight[:MOST_AT_ONCE], key=lambda one: _time(one[0]))
    if len(chosen) == 1:
        _add(session, contact.id, chosen[0][0], now)
    elif chosen:
        _add_several(session, contact.id, [matter for matter, _ in chosen], now)
    return bool(chosen)


def forget(session: Session, contact_ids: Sequence[int]) -> None:
    """Erase which events these accounts were told of: they are linked to nobody any more."""
    for some in portions(contact_ids):
        theirs = select(Message.id).where(Message.contact_id.in_(some))
        session.execute(
            delete(Notice).where(Notice.message_id.in_(theirs)).execution_options(synchronize_session=False)
        )


def events_told_by(session: Session, message: Message) -> Sequence[PermitEvent]:
    """What the message tells of, in the order in which it happened."""
    return in_order_of_time(
        session.scalars(
            select(PermitEvent).join(Notice, Notice.event_id == PermitEvent.id).where(Notice.message_id == message.id)
        )
    )


def in_order_of_time(events: Iterable[PermitEvent]) -> list[PermitEvent]:
    """Events of several permits: sequences of different permits do not compare."""
    return sorted(events, key=lambda event: (event.occurred_at, event.id))


def was_told(session: Session, contact_id: int, matters: Collection[Matter]) -> bool:
    """Whether she knows of one of these, or may know: what is in doubt may have reached her."""
    ids = {id_ for matter in matters for id_ in matter.ids}
    wanted = (
        select(Notice.event_id)
        .join(Message, Message.id == Notice.message_id)
        .where(Message.contact_id == contact_id, Notice.event_id.in_(ids), Message.state.in_(REACHED))
    )
    return session.scalar(wanted.limit(1)) is not None


def reports_told(session: Session, contact_id: int) -> Sequence[Notice]:
    """The missing reports that she knows of, or may know of, newest first; events and permits are loaded."""
    wanted = (
        select(Notice)
        .join(Notice.message)
        .join(Notice.event)
        .where(
            Message.contact_id == contact_id,
            Message.state.in_(REACHED),
            PermitEvent.kind.in_([kind.value for kind in REPORTS]),
        )
        .options(joinedload(Notice.event, innerjoin=True).joinedload(PermitEvent.permit, innerjoin=True))
        .order_by(Notice.message_id.desc(), PermitEvent.occurred_at.desc(), PermitEvent.id.desc())
    )
    return session.scalars(wanted).all()


def stands(session: Session, event: PermitEvent) -> bool:
    """Whether nothing newer has taken the event back."""
    return states(session, [event.permit_id])[event.permit_id].matter_of(event.id) is not None


def _store_new_permits(session: Session, told: Sequence[Told], rules: ReminderRules, now: datetime) -> None:
    """Permits that the ministry issued before its file named them."""
    numbers = {one.permit_no for one in told if one.permit is not None}
    stored = set(session.scalars(select(Permit.permit_no).where(Permit.permit_no.in_(numbers))))
    rows = {
        one.permit_no: one.permit
        for one in sorted(told, key=lambda one: (one.occurred_at, one.event_id))
        if one.permit is not None and one.permit_no not in stored
    }
    if rows:
        upsert(session, list(rows.values()), rules, now)


def _locked(session: Session, which: object) -> Sequence[Permit]:
    wanted = select(Permit).where(which).options(joinedload(Permit.worker, innerjoin=True))  # type: ignore[arg-type]
    return session.scalars(
        wanted.order_by(Permit.id).with_for_update(of=Permit).execution_options(populate_existing=True)
    ).all()


def _judge(told: Told, known: PermitEvent | None, permit: Permit | None) -> Verdict:
    if known is not None:
        if known.fingerprint == told.fingerprint:
            return REPEATED
        return Verdict(Outcome.REFUSED, problem("event_id", Code.OTHER_BODY))
    if permit is None:
        return Verdict(Outcome.REFUSED, problem("permit_no", Code.UNKNOWN_PERMIT))
    if told.permit is not None and told.permit.worker_ref != permit.worker.worker_ref:
        return Verdict(Outcome.REFUSED, problem("permit_no", Code.OTHER_WORKER))
    return RECORDED


def _event(told: Told, permit: Permit, now: datetime) -> PermitEvent:
    return PermitEvent(
        event_id=told.event_id,
        fingerprint=told.fingerprint,
        kind=told.kind.value,
        permit=permit,
        occurred_at=told.occurred_at,
        sequence=told.sequence,
        letter_no=told.letter_no,
        served_on=told.served_on,
        reason_code=told.reason_code,
        ends_on=told.permit.ends_on if told.permit else None,
        received_at=now,
    )


def _bring_up_to_date(
    session: Session,
    permits: Collection[Permit],
    new: Sequence[tuple[Told, PermitEvent]],
    rules: ReminderRules,
    now: datetime,
) -> None:
    if not permits:
        return
    by_id = {permit.id: permit for permit in permits}
    found = states(session, by_id.keys())
    _store_newest_columns(session, new, rules, now)
    changed = set()
    for permit_id, state in found.items():
        permit = by_id[permit_id]
        if permit.status != state.status:
            permit.status = state.status.value
            changed.add(permit.worker_id)
    session.flush()
    for worker_id in sorted(changed):
        replan(session, rules, worker_id, now)
    _plan(session, by_id, found, now)
    close_what_no_longer_stands(session, found, now)


def _store_newest_columns(
    session: Session, new: Sequence[tuple[Told, PermitEvent]], rules: ReminderRules, now: datetime
) -> None:
    """The columns of the permit that was issued last; those that only arrived last change nothing."""
    # What a full file said is stored already, as of the day on which it was made.
    given = {event.id: told.permit for told, event in new if told.permit is not None and not event.derived}
    permit_ids = {event.permit_id for _, event in new if event.id in given}
    issued: defaultdict[int, list[PermitEvent]] = defaultdict(list)
    for event in session.scalars(
        select(PermitEvent).where(
            PermitEvent.permit_id.in_(permit_ids),
            PermitEvent.kind == EventKind.PERMIT_ISSUED.value,
            PermitEvent.ends_on.is_not(None),
        )
    ):
        issued[event.permit_id].append(event)
    newest = [in_order(events)[-1] for events in issued.values()]
    rows = [row for event in newest if (row := given.get(event.id)) is not None]
    if rows:
        upsert(session, rows, rules, now)


def _plan(session: Session, permits: Mapping[int, Permit], found: Mapping[int, State], now: datetime) -> None:
    workers = {permit.worker_id for permit in permits.values()}
    accounts: defaultdict[int, list[int]] = defaultdict(list)
    for contact_id, worker_id in session.execute(
        select(Binding.contact_id, Binding.worker_id)
        .join(Contact, Contact.id == Binding.contact_id)
        .where(Binding.worker_id.in_(workers), *IN_FORCE, Contact.reachable)
        .order_by(Binding.contact_id)
    ):
        if worker_id is not None:
            accounts[worker_id].append(contact_id)
    if not accounts:
        return
    everybody = [contact_id for contacts in accounts.values() for contact_id in contacts]
    told = _told(session, everybody, permits.keys())
    for permit_id, permit in sorted(permits.items()):
        state = found[permit_id]
        for contact_id in accounts[permit.worker_id]:
            _take_back(told[contact_id], permit, state)
            planned, known = known_of(_heard(told[contact_id]))
            for matter in to_tell(state, permit, planned, known, taipei_day(now)):
                _add(session, contact_id, matter, now)
    session.flush()


def _told(session: Session, contact_ids: Collection[int], permit_ids: Collection[int]) -> dict[int, list[Notice]]:
    """By contact, every notice about these permits that was not cancelled. What has not left is locked."""
    wanted = (
        select(Notice)
        .join(Notice.message)
        .join(Notice.event)
        .where(
            Message.contact_id.in_(contact_ids),
            PermitEvent.permit_id.in_(permit_ids),
            Message.state != MessageState.SUPERSEDED.value,
        )
        .options(joinedload(Notice.event, innerjoin=True), joinedload(Notice.message, innerjoin=True))
        .order_by(Notice.message_id)
        .with_for_update(of=Message)
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[Notice]] = {contact_id: [] for contact_id in contact_ids}
    for notice in session.scalars(wanted):
        found[notice.message.contact_id].append(notice)
    return found


def _take_back(told: list[Notice], permit: Permit, state: State) -> None:
    """Cancel what still waits and no longer stands, or stands under the name of an earlier event."""
    for notice in list(told):
        message = notice.message
        if notice.event.permit_id != permit.id or message.kind == SEVERAL:
            continue  # one that tells of several is looked at once more when it leaves
        matter = state.matter_of(notice.event_id)
        first = matter is not None and matter.event.id == notice.event_id
        if message.state == MessageState.PLANNED.value and not first:
            message.supersede("no longer so")
            if message.state == MessageState.SUPERSEDED.value:
                told.remove(notice)


def _heard(told: Iterable[Notice]) -> list[tuple[int, str]]:
    return [(notice.event_id, notice.message.state) for notice in told]


def _time(matter: Matter) -> float:
    return matter.event.occurred_at.timestamp()


def _add(session: Session, contact_id: int, matter: Matter, now: datetime) -> None:
    event = matter.event
    message = event_message(contact_id, f"event {event.event_id}", event.kind, now)
    message.permit_id = event.permit_id
    if event.what in MUST_BE_KNOWN:
        message.watch(now)
    session.add_all((message, Notice(message=message, event=event)))
    session.flush()


def _add_several(session: Session, contact_id: int, matters: Sequence[Matter], now: datetime) -> None:
    what = "events " + " ".join(str(matter.event.id) for matter in matters)
    message = event_message(contact_id, what, SEVERAL, now)
    if any(matter.event.what in MUST_BE_KNOWN for matter in matters):
        message.watch(now)
    session.add_all((message, *(Notice(message=message, event=matter.event) for matter in matters)))
    session.flush()


def event_message(contact_id: int, what: str, kind: str, now: datetime) -> Message:
    """Composed when it leaves, at any hour."""
    return Message(
        contact_id=contact_id,
        what=what,
        kind=kind,
        lane=Lane.URGENT.value,
        not_before=now,
        state=MessageState.PLANNED.value,
        created_at=now,
        owes_report=True,
    )
