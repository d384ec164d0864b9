"""Which callbacks are owed, read from what became of events and messages: nothing can be forgotten by a crash."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import exists, or_, select, text, update
from sqlalchemy.orm import Session

from models import callback
from models.binding import IN_FORCE, Binding
from models.callback import KEPT, Fact, Reason, What, opaque
from models.contact import Contact
from models.message import FINAL, Message, MessageState
from models.notice import Notice
from models.permit import Permit
from models.permit_event import REPORTS, PermitEvent, fold, states
from models.reaction import Reaction

PORTION = 100
"""Messages of one transaction: nobody else can write to SQLite meanwhile."""

# Their indexes hold only such rows, so that to look costs nothing while nothing is owed.
_OWES_REPORT, _NEW = text("message.owes_report"), text("permit_event.callbacks IS NULL")
_ENDED = Message.state.in_([state.value for state in FINAL])

_GONE: Mapping[str | None, Reason] = {
    "unfollowed": Reason.BLOCKED,
    "unreachable": Reason.BLOCKED,
    "unbound": Reason.NOT_LINKED,
    "unlinked": Reason.NOT_LINKED,
}
"""Why a message was superseded, where that is because of the person."""


def is_owed(session: Session) -> bool:
    """Whether `plan` would find something."""
    message = exists().where(_OWES_REPORT, _ENDED).select_from(Message)
    event = exists().where(_NEW).select_from(PermitEvent)
    return bool(session.scalar(select(or_(message, event))))


def plan(session: Session, now: datetime, limit: int = PORTION) -> bool:
    """Write the callbacks that are owed, each once; True when there may be more. The caller commits.

    Safe to run twice and in several processes: messages that another one looks at are passed over.
    """
    messages = _ended(session, limit)
    told = _events_told(session, [message.id for message in messages])
    new = session.scalars(select(PermitEvent.id).where(_NEW).order_by(PermitEvent.id).limit(limit)).all()
    events = _locked(session, {*new, *(event_id for ids in told.values() for event_id in ids)})
    look = _Look(session, events.values())
    facts = [
        fact
        for message in messages
        for event_id in told.get(message.id, ())
        for fact in look.at_message(message, events[event_id], now, alone=len(told[message.id]) == 1)
    ]
    with_message = set(session.scalars(select(Notice.event_id).where(Notice.event_id.in_(new))))
    for event in (events[event_id] for event_id in new):
        if event.callbacks is None:  # nobody else has looked since we asked
            event.callbacks = 0
            if event.id not in with_message:
                facts.append(look.without_message(event, "no message", event.received_at))
    callback.add(session, [fact for fact in facts if _is_reported(fact, now)], now)
    session.execute(
        update(Message).where(Message.id.in_([message.id for message in messages])).values(owes_report=False)
    )
    return limit in (len(messages), len(new))


def _is_reported(fact: Fact, now: datetime) -> bool:
    """What we concluded from a full file nobody sent us; and what is old is no news."""
    return not fact.event.derived and fact.occurred_at > now - KEPT


@dataclass(frozen=True)
class _Ended:
    """A message that reached its end, or was answered after it; what it says stays sealed."""

    id: int
    state: str
    error: str | None
    created_at: datetime
    first_tried_at: datetime | None
    sent_at: datetime | None
    answer: str | None
    answered_at: datetime | None


def _ended(session: Session, limit: int) -> Sequence[_Ended]:
    """Those of which nothing, or not all, was reported; locked, by age."""
    columns = [Message.__table__.c[field.name] for field in fields(_Ended)]
    owing = select(*columns).where(_OWES_REPORT, _ENDED).limit(limit)
    rows = session.execute(owing.with_for_update(skip_locked=True, key_share=True)).all()
    return sorted((_Ended(*row) for row in rows), key=lambda message: message.id)


def _events_told(session: Session, message_ids: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    told = select(Notice.message_id, Notice.event_id).where(Notice.message_id.in_(message_ids))
    for message_id, event_id in session.execute(told.order_by(Notice.event_id)):
        found.setdefault(message_id, []).append(event_id)
    return found


def _locked(session: Session, event_ids: Collection[int]) -> dict[int, PermitEvent]:
    """In one order for everybody, so that two processes cannot wait for each other in a circle."""
    wanted = select(PermitEvent).where(PermitEvent.id.in_(event_ids)).order_by(PermitEvent.id)
    locked = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {event.id: event for event in session.scalars(locked)}


class _Look:
    """What is known beside the messages: what stands, and whom we could tell."""

    def __init__(self, session: Session, events: Collection[PermitEvent]) -> None:
        permit_ids = {event.permit_id for event in events}
        self._session = session
        self._states = states(session, permit_ids)
        of_permits = select(Permit.id, Permit.worker_id).where(Permit.id.in_(permit_ids))
        self._workers = dict(session.execute(of_permits).all())
        self._reachable = _reachable(session, set(self._workers.values()))

    def at_message(self, message: _Ended, event: PermitEvent, now: datetime, *, alone: bool) -> Iterator[Fact]:
        """How the message ended for this event, and what she answered."""
        yield self._outcome(message, event, now, left_out=not alone and self._left_out(message, event))
        if message.answer is None or message.answered_at is None:
            return
        if message.answer != Reaction.DISPUTED or event.what in REPORTS:
            name = f"{What.ANSWERED} {message.id} {message.answered_at.isoformat()}"
            ref = opaque(message.id, message.created_at)
            yield Fact(event, name, What.ANSWERED, message.answered_at, answer=message.answer, message=ref)

    def _outcome(self, message: _Ended, event: PermitEvent, now: datetime, *, left_out: bool) -> Fact:
        ref = opaque(message.id, message.created_at)
        match message.state:
            case MessageState.SENT if not left_out:
                what, reason, at = What.ACCEPTED, None, message.sent_at or now
            case MessageState.SENT:
                what, reason, at = What.SUPERSEDED, Reason.NO_LONGER_STANDS, message.sent_at or now
            case MessageState.UNKNOWN:
                what, reason, at = What.UNKNOWN, None, now
            case MessageState.UNDELIVERABLE:
                what, reason, at = What.UNDELIVERABLE, Reason.REFUSED, now
            case _ if message.error in _GONE:
                what, reason, at = What.UNDELIVERABLE, _GONE[message.error], now
            case _:
                return self.without_message(event, str(message.id), now, ref)
        return Fact(event, f"{what} {message.id}", what, at, reason, message=ref)

    def _left_out(self, message: _Ended, event: PermitEvent) -> bool:
        """Of several events in one message, whether this one no longer stood when it was composed."""
        if message.first_tried_at is None:
            return False
        by_then = select(PermitEvent).where(
            PermitEvent.permit_id == event.permit_id, PermitEvent.received_at <= message.first_tried_at
        )
        return fold(self._session.scalars(by_then)).matter_of(event.id) is None

    def without_message(self, event: PermitEvent, name: str, at: datetime, ref: str | None = None) -> Fact:
        """Why nobody was told of the event."""
        matter = self._states[event.permit_id].matter_of(event.id)
        reachable = self._reachable.get(self._workers[event.permit_id])
        what, by_event_id = What.SUPERSEDED, None
        if matter is None:
            reason = Reason.NO_LONGER_STANDS
        elif matter.event is not event:
            reason = Reason.SAID_BY_ANOTHER
            by_event_id = matter.event.event_id
        elif reachable:
            reason = Reason.NOT_NEEDED
        else:
            what = What.UNDELIVERABLE
            reason = Reason.NOT_LINKED if reachable is None else Reason.BLOCKED
        return Fact(event, f"{what} {name}", what, at, reason, by_event_id=by_event_id, message=ref)


def _reachable(session: Session, worker_ids: Collection[int]) -> dict[int | None, bool]:
    """Whether anybody linked to the worker can be written to; nothing about a worker whom nobody has linked."""
    linked = (
        select(Binding.worker_id, Contact.reachable)
        .join(Contact, Contact.id == Binding.contact_id)
        .where(Binding.worker_id.in_(worker_ids), *IN_FORCE)
    )
    found: dict[int | None, bool] = {}
    for worker_id, reachable in session.execute(linked):
        found[worker_id] = found.get(worker_id, False) or reachable
    return found
