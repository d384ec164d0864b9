"""Which messages tell whom of what: planned when something is recorded, or when somebody can be reached from now on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from locales import taipei_day
from models.binding import IN_FORCE, Binding, in_force
from models.contact import Contact
from models.message import Message, MessageState
from models.news import known_of, to_tell
from models.notice import SEVERAL, Notice, event_message
from models.permit import Permit
from models.permit_event import MUST_BE_KNOWN, EventKind, Matter, PermitEvent, State, states

MOST_AT_ONCE = 5
"""LINE takes five bubbles a request."""
AFTER_THE_ANSWER = timedelta(seconds=1)
"""Urgent messages overtake answers: what waited for her must not come before “your record is linked”."""


def catch_up(session: Session, contact: Contact, now: datetime) -> bool:
    """For somebody we can reach from now on: one message of all that stands and that she was not told, if any."""
    session.flush()
    binding = in_force(session, contact.id)
    if binding is None or binding.worker_id is None or not contact.reachable:
        return False
    # Locked like those whose events are recorded, so that no event falls between her link and our look.
    permits = {permit.id: permit for permit in locked(session, Permit.worker_id == binding.worker_id)}
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


def locked(session: Session, which: ColumnElement[bool]) -> Sequence[Permit]:
    wanted = select(Permit).where(which).options(joinedload(Permit.worker, innerjoin=True))
    return session.scalars(
        wanted.order_by(Permit.id).with_for_update(of=Permit).execution_options(populate_existing=True)
    ).all()


def plan(session: Session, permits: Mapping[int, Permit], found: Mapping[int, State], now: datetime) -> None:
    """Plan what now stands of these permits for everybody linked to their workers; cancel what no longer does."""
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
