"""Told, not just sent: of whom we know that she has read what she must know, and of whom we do not."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload, load_only

from models.binding import Binding
from models.case import Case, CaseKind, Result, close, open_case
from models.contact import Contact
from models.message import Message, MessageState
from models.news import known_of, to_tell
from models.notice import Notice, event_message
from models.permit import Permit
from models.permit_event import MUST_BE_KNOWN, Matter, PermitEvent, State, states

AGAIN = "event_again"
"""The kind of a second message about what she has not answered."""


@dataclass(frozen=True)
class Telling:
    """A message, whose it is by now, and what of it she must know: what stands, and what of that she has answered."""

    message: Message
    binding: Binding | None
    matters: tuple[Matter, ...]
    answered: tuple[Matter, ...]

    @property
    def open(self) -> tuple[Matter, ...]:
        return tuple(matter for matter in self.matters if matter not in self.answered)


def due(session: Session, now: datetime, limit: int) -> Sequence[Message]:
    """Up to `limit` messages that it is time to look after, locked; what another process looks at is left to it."""
    return session.scalars(
        select(Message)
        .where(Message.check_told_at <= now)
        .options(joinedload(Message.contact, innerjoin=True), *(defer(column) for column in _SEALED))
        .order_by(Message.check_told_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Message)
        .execution_options(populate_existing=True)
    ).all()


_SEALED = (Message.content, Message.body, Message.reply_token)


def tellings(session: Session, messages: Sequence[Message]) -> list[Telling]:
    """What became of these messages, in as many statements as for one."""
    contacts = {message.contact_id for message in messages}
    links = {
        binding.contact_id: binding
        for binding in session.scalars(
            select(Binding).where(Binding.contact_id.in_(contacts), Binding.erased_at.is_(None))
        )
    }
    events: defaultdict[int, list[tuple[PermitEvent, int]]] = defaultdict(list)
    for message_id, event, worker_id in session.execute(
        select(Notice.message_id, PermitEvent, Permit.worker_id)
        .join(PermitEvent, PermitEvent.id == Notice.event_id)
        .join(Permit, Permit.id == PermitEvent.permit_id)
        .where(Notice.message_id.in_([message.id for message in messages]))
        .order_by(Notice.message_id, PermitEvent.occurred_at, PermitEvent.id)
    ):
        events[message_id].append((event, worker_id))
    found = states(session, {event.permit_id for told in events.values() for event, _ in told})
    answers = _answered(session, contacts, list(found.values()))
    return [
        _telling(message, links.get(message.contact_id), events[message.id], found, answers[message.contact_id])
        for message in messages
    ]


def _telling(
    message: Message,
    binding: Binding | None,
    events: Sequence[tuple[PermitEvent, int]],
    found: dict[int, State],
    answers: Collection[int],
) -> Telling:
    matters: list[Matter] = []
    for event, worker_id in events:
        matter = found[event.permit_id].matter_of(event.id)
        if binding is None or binding.worker_id != worker_id or matter is None or matter in matters:
            continue
        if matter.event.what in MUST_BE_KNOWN:
            matters.append(matter)
    return Telling(message, binding, tuple(matters), tuple(one for one in matters if not one.ids.isdisjoint(answers)))


def _answered(session: Session, contact_ids: Collection[int], among: Sequence[State]) -> dict[int, set[int]]:
    """By contact, the events under a message about which she tapped something."""
    ids = {id_ for state in among for matter in state.standing for id_ in matter.ids}
    found: dict[int, set[int]] = {contact_id: set() for contact_id in contact_ids}
    for contact_id, event_id in session.execute(
        select(Message.contact_id, Notice.event_id)
        .join(Message, Message.id == Notice.message_id)
        .where(Message.contact_id.in_(contact_ids), Notice.event_id.in_(ids), Message.answered_at.is_not(None))
    ):
        found[contact_id].add(event_id)
    return found


def has_answered(session: Session, message: Message) -> bool:
    """Whether she tapped something under any message of hers about what this one is about."""
    about = select(Notice.event_id).where(Notice.message_id == message.id)
    return bool(
        session.scalar(
            select(
                exists().where(
                    Notice.message_id == Message.id,
                    Message.contact_id == message.contact_id,
                    Message.answered_at.is_not(None),
                    Notice.event_id.in_(about),
                )
            )
        )
    )


def ask_again(session: Session, first: Message, matters: Sequence[Matter], now: datetime) -> None:
    """Plan the second message, of what she has not answered."""
    second = event_message(first.contact_id, f"again {first.id}", AGAIN, now)
    second.permit_id = matters[0].event.permit_id if len(matters) == 1 else None
    second.watch(now)
    session.add_all((second, *(Notice(message=second, event=matter.event) for matter in matters)))
    session.flush()


def not_told(
    session: Session, worker_id: int, contact_id: int, matter: Matter, now: datetime, message_id: int | None = None
) -> bool:
    """Open a case about a worker and what she must know; False when there is one, or was one about this account."""
    known = (
        Case.kind == CaseKind.NOT_TOLD.value,
        Case.worker_id == worker_id,
        Case.event_id.in_(matter.ids),
        or_(Case.closed_at.is_(None), Case.contact_id == contact_id),
    )
    if session.scalar(select(Case.id).where(*known).limit(1)) is not None:
        return False
    return open_case(
        session,
        CaseKind.NOT_TOLD,
        f"worker {worker_id} event {matter.event.id}",
        now,
        worker_id=worker_id,
        contact_id=contact_id,
        event_id=matter.event.id,
        message_id=message_id,
    )[1]


def has_been_told(session: Session, worker_id: int, contact_id: int, matter: Matter, now: datetime) -> None:
    """She has answered: close the case, or hand it on to another account of hers that is still silent.

    Somebody else may have linked the same record: one account's answer does not speak for another.
    """
    found = session.scalar(
        select(Case)
        .where(
            Case.kind == CaseKind.NOT_TOLD.value,
            Case.worker_id == worker_id,
            Case.event_id.in_(matter.ids),
            Case.closed_at.is_(None),
        )
        .with_for_update()
    )
    if found is None:
        return
    others = select(Binding.contact_id).where(
        Binding.worker_id == worker_id,
        Binding.contact_id != contact_id,
        Binding.unbound_at.is_(None),
        Binding.erased_at.is_(None),
    )
    for other in session.scalars(others.order_by(Binding.contact_id)).all():
        hers = session.scalars(
            select(Message)
            .join(Notice, Notice.message_id == Message.id)
            .where(Message.contact_id == other, Notice.event_id.in_(matter.ids))
            .options(*(defer(column) for column in _SEALED))
            .order_by(Message.id)
        ).all()
        if not any(one.answered_at or one.check_told_at for one in hers):
            found.contact_id, found.message_id = other, hers[-1].id if hers else None
            return
    close(found, Result.REACHED, now)


# --- the walk: who should have been told and was not


@dataclass(frozen=True)
class Gaps:
    """What is wrong with what we told of some permits."""

    # Standing matters that must be known, of workers whom no account is linked to; with the worker's row.
    nobody: tuple[tuple[Matter, int], ...]
    # Accounts that can be reached and for which something standing has no message: a fault of ours.
    missing: tuple[int, ...]
    # Worker, account that cannot be reached, matter.
    unreachable: tuple[tuple[int, int, Matter], ...]


def permits_with_events(session: Session, after: int, limit: int) -> Sequence[int]:
    """The next permits of which we were told something, by their row's number."""
    return session.scalars(
        select(PermitEvent.permit_id)
        .where(PermitEvent.permit_id > after)
        .group_by(PermitEvent.permit_id)
        .order_by(PermitEvent.permit_id)
        .limit(limit)
    ).all()


def gaps(session: Session, permit_ids: Collection[int], today: date) -> Gaps:
    """Look at these permits, those excepted that have ended: what stood of them asks for nothing any more."""
    permits = session.scalars(
        select(Permit)
        .where(Permit.id.in_(permit_ids), Permit.ends_on >= today)
        .options(load_only(Permit.worker_id, Permit.ends_on))
        .order_by(Permit.id)
    ).all()
    found = states(session, [permit.id for permit in permits])
    accounts = _accounts(session, {permit.worker_id for permit in permits})
    # Asked last: a message planned since we looked at the events is no gap.
    told = _planned(session, {account for linked in accounts.values() for account, _ in linked}, found.keys())
    nobody: list[tuple[Matter, int]] = []
    missing: set[int] = set()
    unreachable: list[tuple[int, int, Matter]] = []
    for permit in permits:
        state = found[permit.id]
        must_know = [matter for matter in state.standing if matter.event.what in MUST_BE_KNOWN]
        linked = accounts.get(permit.worker_id, ())
        if not linked:
            nobody += [(matter, permit.worker_id) for matter in must_know]
        for account, reachable in linked:
            planned, known = known_of(told[account])
            if reachable:
                missing |= {account} if to_tell(state, permit, planned, known, today) else set()
            else:
                unheard = [matter for matter in must_know if matter.ids.isdisjoint(planned)]
                unreachable += [(permit.worker_id, account, matter) for matter in unheard]
    return Gaps(tuple(nobody), tuple(sorted(missing)), tuple(unreachable))


def _accounts(session: Session, worker_ids: Collection[int]) -> dict[int, list[tuple[int, bool]]]:
    found: defaultdict[int, list[tuple[int, bool]]] = defaultdict(list)
    for worker_id, contact_id, reachable in session.execute(
        select(Binding.worker_id, Binding.contact_id, Contact.reachable)
        .join(Contact, Contact.id == Binding.contact_id)
        .where(Binding.worker_id.in_(worker_ids), Binding.unbound_at.is_(None), Binding.erased_at.is_(None))
        .order_by(Binding.contact_id)
    ):
        if worker_id is not None:
            found[worker_id].append((contact_id, reachable))
    return found


def _planned(
    session: Session, contact_ids: Collection[int], permit_ids: Collection[int]
) -> dict[int, list[tuple[int, str]]]:
    """By account, the events with a message that was not cancelled, and how that one stands."""
    found: dict[int, list[tuple[int, str]]] = {contact_id: [] for contact_id in contact_ids}
    for contact_id, event_id, state in session.execute(
        select(Message.contact_id, Notice.event_id, Message.state)
        .join(Message, Message.id == Notice.message_id)
        .join(PermitEvent, PermitEvent.id == Notice.event_id)
        .where(
            Message.contact_id.in_(contact_ids),
            PermitEvent.permit_id.in_(permit_ids),
            Message.state != MessageState.SUPERSEDED.value,
        )
    ):
        found[contact_id].append((event_id, state))
    return found


def untold(session: Session, today: date, limit: int, portion: int) -> list[tuple[str, int]]:
    """Up to `limit` events that must be known and that nobody is linked to hear of, each with its worker's row."""
    return list(islice(_untold(session, today, portion), limit))


def _untold(session: Session, today: date, portion: int) -> Iterator[tuple[str, int]]:
    after = 0
    while permit_ids := permits_with_events(session, after, portion):
        after = permit_ids[-1]
        for matter, worker_id in gaps(session, permit_ids, today).nobody:
            yield matter.event.event_id, worker_id
        session.expunge_all()  # a walk through everything must not keep everything


# --- figures


def why_not_told(session: Session) -> dict[str, int]:
    """Open cases of people we did not tell, by why."""
    why = case(
        (Case.event_id.is_(None), "not_in_the_file"),
        (Contact.reachable.is_(False), "unreachable"),
        (Message.state == MessageState.UNDELIVERABLE.value, "refused"),
        (Message.state == MessageState.UNKNOWN.value, "in_doubt"),
        (Message.state == MessageState.SENT.value, "silent"),
        else_="unreachable",
    )
    rows = session.execute(
        select(why, func.count())
        .select_from(Case)
        .outerjoin(Message, Message.id == Case.message_id)
        .outerjoin(Contact, Contact.id == Case.contact_id)
        .where(Case.closed_at.is_(None), Case.kind == CaseKind.NOT_TOLD.value)
        .group_by(why)
    )
    return dict(rows.all())


WHY_NOT = ("silent", "refused", "unreachable", "in_doubt", "not_in_the_file")
