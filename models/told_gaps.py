"""Who should have been told and was not: what is missing, permit by permit, through everything that was ever sent."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from models.binding import Binding
from models.contact import Contact
from models.message import Message, MessageState
from models.news import known_of, to_tell
from models.notice import Notice
from models.permit import Permit
from models.permit_event import MUST_BE_KNOWN, Matter, PermitEvent, states


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
