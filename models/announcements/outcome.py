"""How chunks and announcements end: taken by LINE, refused, too late, or nobody can know."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, bindparam, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from models import dialects
from models.announcements.announcement import NOT_OVER, Announcement, AnnouncementState, may_leave
from models.announcements.chunk import (
    OPEN,
    AnnouncementChunk,
    AnnouncementFailure,
    AnnouncementRecipients,
    ChunkState,
)
from models.contact import Contact
from models.message import SAID_KEPT
from models.sending import LEASE

HOPELESS_AFTER = 4
"""One bad recipient lets one of two halves through; when it was halved so often, it is not about the recipients."""


def accept(session: Session, request_ids: Mapping[int, str | None], now: datetime) -> None:
    """LINE has these chunks, each under that request id: true whoever holds the lease by now."""
    chunk = AnnouncementChunk.metadata.tables[AnnouncementChunk.__tablename__]
    session.connection().execute(
        update(chunk)
        .where(chunk.c.id == bindparam("chunk_id"))
        .values(
            state=ChunkState.SENT.value,
            in_doubt=False,
            sent_at=now,
            request_id=bindparam("line_request_id"),
            error=None,
            leased_by=None,
            lease_until=None,
        ),
        [{"chunk_id": one, "line_request_id": request_id} for one, request_id in sorted(request_ids.items())],
    )


def still_ours(session: Session, chunk_id: int, attempt: int) -> AnnouncementChunk | None:
    """The chunk, locked, if nobody has taken it over since that attempt and it has not ended."""
    return session.scalar(
        select(AnnouncementChunk)
        .where(
            AnnouncementChunk.id == chunk_id,
            AnnouncementChunk.state == ChunkState.LEASED.value,
            AnnouncementChunk.attempts == attempt,
        )
        .with_for_update()
    )


def drop(session: Session, chunk: AnnouncementChunk, refused: Collection[str], error: str, now: datetime) -> None:
    """LINE refused these LINE user ids, and so sent the chunk to nobody: a row each, and the others once more."""
    recipients = session.get_one(AnnouncementRecipients, chunk.id)
    bad = session.scalars(select(Contact.id).where(Contact.line_user_id.in_(refused))).all()
    for contact_id in bad:
        failure = {"announcement_id": chunk.announcement_id, "contact_id": contact_id, "at": now, "error": error}
        session.execute(dialects.insert(session, AnnouncementFailure).values(failure).on_conflict_do_nothing())
    recipients.contacts = [one for one in recipients.contacts if one not in bad]
    chunk.failed += chunk.size - len(recipients.contacts)
    chunk.size = len(recipients.contacts)
    if chunk.size:
        _anew(chunk, now)
    else:
        chunk.end(ChunkState.UNDELIVERABLE, error)


def is_hopeless(session: Session, chunk: AnnouncementChunk) -> bool:
    """Whether its parts were refused again and again, and nobody's part in this language was ever taken."""
    taken = select(AnnouncementChunk.id).where(
        AnnouncementChunk.announcement_id == chunk.announcement_id,
        AnnouncementChunk.language == chunk.language,
        AnnouncementChunk.state == ChunkState.SENT.value,
    )
    return chunk.generation >= HOPELESS_AFTER and not session.scalar(select(taken.exists()))


def halve(session: Session, chunk: AnnouncementChunk, now: datetime) -> None:
    """LINE refused somebody in it and does not say whom: each half on its own."""
    # The announcement is locked: another process may be halving another of its chunks.
    session.execute(select(Announcement.id).where(Announcement.id == chunk.announcement_id).with_for_update())
    same_language = (
        AnnouncementRecipients.announcement_id == chunk.announcement_id,
        AnnouncementRecipients.language == chunk.language,
    )
    last = session.scalars(select(func.max(AnnouncementRecipients.number)).where(*same_language)).one()
    recipients = session.get_one(AnnouncementRecipients, chunk.id)
    half = len(recipients.contacts) // 2
    other = AnnouncementRecipients(
        announcement_id=chunk.announcement_id,
        language=chunk.language,
        number=last + 1,
        contacts=recipients.contacts[half:],
        first_contact=recipients.contacts[half],
        last_contact=recipients.last_contact,
    )
    session.add(other)
    session.flush()
    session.add(
        AnnouncementChunk(
            id=other.id,
            announcement_id=chunk.announcement_id,
            language=chunk.language,
            size=len(other.contacts),
            generation=chunk.generation + 1,
            not_before=now,
        )
    )
    recipients.contacts = recipients.contacts[:half]
    chunk.size = half
    _anew(chunk, now)
    session.flush()


def _anew(chunk: AnnouncementChunk, now: datetime) -> None:
    """Others are in it than before: another request, under another retry key."""
    chunk.generation += 1
    chunk.in_doubt = False
    chunk.wait(now, "Refused")


def refuse_all(session: Session, chunk: AnnouncementChunk, error: str) -> None:
    """LINE will not take these words, whoever they are for: nothing more is asked in this language."""
    same_words = (
        AnnouncementChunk.announcement_id == chunk.announcement_id,
        AnnouncementChunk.language == chunk.language,
        AnnouncementChunk.state == ChunkState.PLANNED.value,
        AnnouncementChunk.in_doubt.is_(False),
    )
    rows = select(AnnouncementChunk.id).where(*same_words).with_for_update(skip_locked=True)
    session.execute(
        update(AnnouncementChunk)
        .where(AnnouncementChunk.id.in_(rows))
        .values(state=ChunkState.UNDELIVERABLE.value, error=error)
        .execution_options(synchronize_session=False)
    )
    chunk.in_doubt = False
    chunk.end(ChunkState.UNDELIVERABLE, error)


def end(session: Session, now: datetime) -> None:
    """Announcements of which nothing is left are done; those whose time is over have expired, with what waits."""
    opened = select(AnnouncementChunk.id).where(
        AnnouncementChunk.announcement_id == Announcement.id, AnnouncementChunk.state.in_(OPEN)
    )
    begun = Announcement.state.in_((AnnouncementState.SENDING.value, AnnouncementState.STOPPED.value))
    for state, which in (
        (AnnouncementState.DONE, and_(begun, Announcement.planned_at.is_not(None), ~opened.exists())),
        (AnnouncementState.EXPIRED, and_(Announcement.state.in_(NOT_OVER), Announcement.valid_until <= now)),
    ):
        session.execute(
            update(Announcement)
            .where(which)
            .values(state=state.value, ended_at=now)
            .execution_options(synchronize_session=False)
        )
    expired = select(Announcement.id).where(Announcement.state == AnnouncementState.EXPIRED.value)
    # What is on its way may still be answered; it waits again when its sender died.
    waiting = (
        select(AnnouncementChunk.id)
        .where(
            AnnouncementChunk.state == ChunkState.PLANNED.value,
            AnnouncementChunk.announcement_id.in_(expired),
        )
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(AnnouncementChunk)
        .where(AnnouncementChunk.id.in_(waiting))
        .values(
            state=case((AnnouncementChunk.in_doubt, ChunkState.UNKNOWN.value), else_=ChunkState.SUPERSEDED.value),
            error="Expired",
        )
        .execution_options(synchronize_session=False)
    )


def doubt_since(session: Session, backup_at: datetime, now: datetime) -> None:
    """After a restored backup: what waited then may have been sent since. A person decides whether the rest leaves."""
    session.execute(
        update(AnnouncementChunk)
        .where(AnnouncementChunk.state.in_(OPEN), ~AnnouncementChunk.in_doubt)
        .values(in_doubt=True, first_tried_at=backup_at)
    )
    approved = and_(Announcement.state == AnnouncementState.APPROVED.value, may_leave(now))
    session.execute(
        update(Announcement)
        .where(or_(approved, Announcement.state == AnnouncementState.SENDING.value))
        .values(state=AnnouncementState.STOPPED.value)
    )


def clock_went_back(session: Session, now: datetime) -> None:
    """What a clock that ran ahead has put off until its wrong tomorrow is due now."""
    waits = AnnouncementChunk.state.in_(OPEN)
    abandoned = AnnouncementChunk.lease_until > now + LEASE
    session.execute(update(AnnouncementChunk).where(waits, AnnouncementChunk.not_before > now).values(not_before=now))
    session.execute(update(AnnouncementChunk).where(waits, abandoned).values(lease_until=now))


def forget_old(session: Session, now: datetime, limit: int) -> int:
    """Erase who was in up to `limit` chunks of announcements that ended long ago, and who was refused; how many."""
    old = select(Announcement.id).where(Announcement.ended_at <= now - SAID_KEPT)
    session.execute(delete(AnnouncementFailure).where(AnnouncementFailure.announcement_id.in_(old)))
    full = dialects.how_many(session, AnnouncementRecipients.contacts) > 0
    chunks = select(AnnouncementRecipients.id).where(AnnouncementRecipients.announcement_id.in_(old), full).limit(limit)
    emptied = session.execute(
        update(AnnouncementRecipients)
        .where(AnnouncementRecipients.id.in_(chunks))
        .values(contacts=[])
        .returning(AnnouncementRecipients.id)
        .execution_options(synchronize_session=False)
    )
    return len(emptied.all())
