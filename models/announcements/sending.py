"""Chunks that are due: leased by one sender, and addressed to whoever still wants the announcement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import Row, and_, func, join, or_, select, true
from sqlalchemy.orm import Session

from locales import taipei_day
from models import dialects, sending
from models.announcements.announcement import Announcement, AnnouncementState, may_leave
from models.announcements.chunk import (
    AnnouncementChunk,
    AnnouncementRecipients,
    AnnouncementWording,
    ChunkState,
)
from models.announcements.moves import draft_of
from models.audience import recipients
from models.contact import Contact
from models.sending import LEASE, RETRY_KEY_LIVES


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One multicast that may leave: on record as tried, and the same if it was tried before."""

    chunk_id: int
    attempt: int
    announcement_id: int
    to: Sequence[str]
    messages: bytes
    retry_key: UUID
    valid_until: datetime
    # An earlier attempt may have been accepted.
    doubted: bool


def claim(session: Session, me: str, now: datetime, limit: int, room: int | None) -> list[Outgoing]:
    """Lease up to `limit` due chunks for at most `room` recipients. Who muted, blocked or unlinked is left out now."""
    sending.release_expired(session, now, AnnouncementChunk)
    chunks = [chunk for chunk in _due(session, now, limit) if not _too_late(chunk, now)]
    found: list[Outgoing] = []
    for announcement_id in dict.fromkeys(chunk.announcement_id for chunk in chunks):
        theirs = [chunk for chunk in chunks if chunk.announcement_id == announcement_id]
        found += _addressed(session, session.get_one(Announcement, announcement_id), theirs, me, now, room)
        if room is not None:
            room -= sum(len(outgoing.to) for outgoing in found if outgoing.announcement_id == announcement_id)
    session.flush()
    return found


def _due(session: Session, now: datetime, limit: int) -> Sequence[AnnouncementChunk]:
    return session.scalars(
        select(AnnouncementChunk)
        .join(Announcement, Announcement.id == AnnouncementChunk.announcement_id)
        .where(
            Announcement.state == AnnouncementState.SENDING.value,
            Announcement.valid_until > now,
            AnnouncementChunk.state == ChunkState.PLANNED.value,
            AnnouncementChunk.not_before <= now,
        )
        # First the halves of what was refused: they may teach that the rest need not be asked.
        .order_by(AnnouncementChunk.generation.desc(), AnnouncementChunk.not_before, AnnouncementChunk.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=AnnouncementChunk)
        .execution_options(populate_existing=True)
    ).all()


def _too_late(chunk: AnnouncementChunk, now: datetime) -> bool:
    """LINE has forgotten its retry key: the same request would be a second message."""
    late = chunk.in_doubt and chunk.first_tried_at is not None and chunk.first_tried_at <= now - RETRY_KEY_LIVES
    if late:
        chunk.end(ChunkState.UNKNOWN, "RetryKeyExpired")
    return late


def _addressed(
    session: Session,
    announcement: Announcement,
    chunks: Sequence[AnnouncementChunk],
    me: str,
    now: datetime,
    room: int | None,
) -> list[Outgoing]:
    """These chunks of one announcement, each leased if anybody is left in it and there is room."""
    wanted = select(AnnouncementWording).where(AnnouncementWording.announcement_id == announcement.id)
    wording = {one.language: one.body for one in session.scalars(wanted)}
    people = _people(session, announcement, chunks, now)
    found = []
    for chunk in chunks:
        row = people.get(chunk.id)
        if not chunk.in_doubt and (row is None or row.size < chunk.size):
            _shrink(session, chunk, sorted(orjson.loads(row.ids)) if row else [])
        if row is None:
            # Where it was tried, all of them have gone since, and nobody can be asked about it any more.
            chunk.end(ChunkState.UNKNOWN if chunk.in_doubt else ChunkState.SUPERSEDED, "NobodyLeft")
            continue
        if room is not None and row.size > room:
            continue
        room = None if room is None else room - row.size
        doubted = _lease(chunk, me, now)
        found.append(
            Outgoing(
                chunk.id,
                chunk.attempts,
                announcement.id,
                sorted(orjson.loads(row.line_user_ids)),  # in the same order each time: a retry must be identical
                wording[chunk.language],
                chunk.retry_key,
                announcement.valid_until,
                doubted,
            )
        )
    return found


def _lease(chunk: AnnouncementChunk, me: str, now: datetime) -> bool:
    """Whether LINE may have it already."""
    doubted = chunk.in_doubt
    chunk.state, chunk.leased_by, chunk.lease_until = ChunkState.LEASED.value, me, now + LEASE
    chunk.attempts += 1
    chunk.in_doubt = True
    if not doubted:
        chunk.first_tried_at = now
    return doubted


def _people(
    session: Session, announcement: Announcement, chunks: Sequence[AnnouncementChunk], now: datetime
) -> Mapping[int, Row[int, int, str, str]]:
    """Who is in each chunk and still belongs there; everybody where LINE may have the chunk already."""
    draft = draft_of(announcement)
    wanted = recipients(draft.audience, draft.category, taipei_day(now))
    found: dict[int, Row[int, int, str, str]] = {}
    for doubted, whom in ((False, wanted), (True, select(Contact.id))):
        ids = [chunk.id for chunk in chunks if chunk.in_doubt is doubted]
        if not ids:
            continue
        member = dialects.members(session, AnnouncementRecipients.contacts)
        rows = session.execute(
            whom.with_only_columns(
                AnnouncementRecipients.id,
                func.count().label("size"),
                dialects.as_json(session, Contact.id).label("ids"),
                dialects.as_json(session, Contact.line_user_id).label("line_user_ids"),
            )
            .select_from(join(AnnouncementRecipients, member, true()).join(Contact, Contact.id == member.c.value))
            .where(AnnouncementRecipients.id.in_(ids))
            .group_by(AnnouncementRecipients.id)
        )
        found |= {row.id: row for row in rows}
    return found


def _shrink(session: Session, chunk: AnnouncementChunk, left: list[int]) -> None:
    """Who is not among these does not get it any more."""
    session.get_one(AnnouncementRecipients, chunk.id).contacts = left
    chunk.superseded += chunk.size - len(left)
    chunk.size = len(left)


def anything(session: Session, now: datetime) -> bool:
    """Whether an announcement is due, on its way, or over without its having been said so."""
    over = Announcement.valid_until <= now
    state = Announcement.state
    announcements = select(Announcement.id).where(
        or_(
            and_(state == AnnouncementState.APPROVED.value, or_(may_leave(now), over)),
            state == AnnouncementState.SENDING.value,
            and_(state == AnnouncementState.STOPPED.value, over),
        )
    )
    leased = select(AnnouncementChunk.id).where(AnnouncementChunk.state == ChunkState.LEASED.value)
    left_over = (
        select(AnnouncementChunk.id)
        .join(Announcement, Announcement.id == AnnouncementChunk.announcement_id)
        .where(state == AnnouncementState.EXPIRED.value, AnnouncementChunk.state == ChunkState.PLANNED.value)
    )
    return bool(session.scalar(select(or_(announcements.exists(), leased.exists(), left_over.exists()))))


def going(session: Session) -> Collection[int]:
    """The announcements that nobody has stopped."""
    sending_now = Announcement.state == AnnouncementState.SENDING.value
    return frozenset(session.scalars(select(Announcement.id).where(sending_now)))
