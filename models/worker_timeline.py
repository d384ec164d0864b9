"""All that happened with a worker here, newest first: links, events of the ministry, messages, cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from models.announcements.chunk import AnnouncementChunk, AnnouncementFailure, chunks_of, refusals_of
from models.binding import Binding
from models.case import Case
from models.message import Message
from models.permit import Permit
from models.permit_event import PermitEvent
from models.review import Review

PAGE = 50


class Kind(StrEnum):
    """What happened."""

    LINKED = "linked"
    UNLINKED = "unlinked"
    MINISTRY = "ministry"
    MESSAGE = "message"
    ANNOUNCEMENT = "announcement"
    CASE_OPENED = "case_opened"
    CASE_TAKEN = "case_taken"
    CASE_CLOSED = "case_closed"
    REVIEW_OPENED = "review_opened"
    REVIEW_CLOSED = "review_closed"


@dataclass(frozen=True)
class Moment:
    """One thing that happened, and the row that knows more of it."""

    at: datetime
    kind: Kind
    row: Binding | PermitEvent | Message | AnnouncementChunk | AnnouncementFailure | Case | Review


def timeline(session: Session, worker_id: int, page: int = 1) -> tuple[list[Moment], bool]:
    """One page, the first is 1, and whether older things follow."""
    enough = page * PAGE + 1
    found = [
        *_links(session, worker_id),
        *_events(session, worker_id, enough),
        *_messages(session, worker_id, enough),
        *_announcements(session, worker_id),
        *_cases(session, worker_id),
        *_reviews(session, worker_id),
    ]
    found.sort(key=lambda moment: (moment.at, moment.kind, moment.row.id), reverse=True)
    return found[enough - 1 - PAGE : enough - 1], len(found) >= enough


def _links(session: Session, worker_id: int) -> Iterator[Moment]:
    for binding in session.scalars(select(Binding).where(Binding.worker_id == worker_id)):
        yield Moment(binding.bound_at, Kind.LINKED, binding)
        if binding.unbound_at:
            yield Moment(binding.unbound_at, Kind.UNLINKED, binding)


def _events(session: Session, worker_id: int, limit: int) -> Iterator[Moment]:
    wanted = (
        select(PermitEvent)
        .join(PermitEvent.permit)
        .where(Permit.worker_id == worker_id)
        .options(joinedload(PermitEvent.permit, innerjoin=True))
        .order_by(PermitEvent.received_at.desc(), PermitEvent.id.desc())
    )
    for event in session.scalars(wanted.limit(limit)):
        yield Moment(event.received_at, Kind.MINISTRY, event)


def _messages(session: Session, worker_id: int, limit: int) -> Iterator[Moment]:
    """Sent to an account since it was linked to her: what it was told before may be about somebody else."""
    links = session.scalars(select(Binding).where(Binding.worker_id == worker_id)).all()
    hers = [and_(Message.contact_id == one.contact_id, Message.created_at >= one.bound_at) for one in links]
    if not hers:
        return
    wanted = (
        select(Message)
        .where(or_(*hers))
        .options(*(defer(column) for column in (Message.content, Message.body, Message.reply_token)))
        .order_by(func.coalesce(Message.sent_at, Message.created_at).desc(), Message.id.desc())
    )
    for message in session.scalars(wanted.limit(limit)):
        yield Moment(message.sent_at or message.created_at, Kind.MESSAGE, message)


def _announcements(session: Session, worker_id: int) -> Iterator[Moment]:
    for link in session.scalars(select(Binding).where(Binding.worker_id == worker_id)):
        for chunk in chunks_of(session, link.contact_id, link.bound_at):
            at = chunk.sent_at or chunk.first_tried_at or chunk.not_before
            if link.unbound_at is None or at <= link.unbound_at:
                yield Moment(at, Kind.ANNOUNCEMENT, chunk)
        for refusal in refusals_of(session, link.contact_id, link.bound_at):
            yield Moment(refusal.at, Kind.ANNOUNCEMENT, refusal)


def _cases(session: Session, worker_id: int) -> Iterator[Moment]:
    sealed = (defer(Case.answers), defer(Case.sources))
    for case in session.scalars(select(Case).where(Case.worker_id == worker_id).options(*sealed)):
        for at, kind in (
            (case.opened_at, Kind.CASE_OPENED),
            (case.taken_at, Kind.CASE_TAKEN),
            (case.closed_at, Kind.CASE_CLOSED),
        ):
            if at:
                yield Moment(at, kind, case)


def _reviews(session: Session, worker_id: int) -> Iterator[Moment]:
    for review in session.scalars(select(Review).where(Review.worker_id == worker_id)):
        yield Moment(review.opened_at, Kind.REVIEW_OPENED, review)
        if review.closed_at:
            yield Moment(review.closed_at, Kind.REVIEW_CLOSED, review)
