"""Told, not just sent: of whom we know that she has read what she must know, and of whom we do not."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from models.binding import Binding
from models.case import Case, CaseKind, Result, close, open_case
from models.contact import Contact
from models.message import Message, MessageState
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
