"""How an announcement gets from a draft to its end: who may take which step, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.announcements.announcement import Announcement, AnnouncementState, AnnouncementVersion, Follows
from models.announcements.text import Texts, texts_of
from models.audience import Audience, audience_of
from models.operator import Operator, Role

SHORTEST_VALIDITY = timedelta(minutes=15)
"""Between the moment it may leave and the end: a million messages take minutes."""


class Move(StrEnum):
    """A step that a person takes."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    CANCEL = "cancel"
    STOP = "stop"
    RESUME = "resume"
    CORRECT = "correct"
    WITHDRAW = "withdraw"


class Wrong(StrEnum):
    """Why a step is not taken."""

    ROLE = "role"
    STATE = "state"
    CHANGED = "changed"  # somebody else was quicker
    OWN_WORK = "own_work"  # approved by whoever wrote or submitted it
    OVER = "over"  # its validity has ended, or ends too soon
    WHY = "why"  # no reason given
    STILL_SENDING = "still_sending"  # to be stopped before it is withdrawn


class MoveRefused(Exception):  # noqa: N818  reads as what it says where it is raised
    """The announcement stays as it is."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.value)
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a writer decides."""

    category: str
    texts: Texts
    audience: Audience
    send_at: datetime | None
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class _Rule:
    by: frozenset[Role]
    when: frozenset[AnnouncementState]


_WRITER, _APPROVER = frozenset({Role.WRITER}), frozenset({Role.APPROVER})
_EITHER = _WRITER | _APPROVER
_BEFORE = frozenset({AnnouncementState.DRAFT, AnnouncementState.SUBMITTED, AnnouncementState.APPROVED})
_BEGUN = frozenset(
    {AnnouncementState.SENDING, AnnouncementState.STOPPED, AnnouncementState.DONE, AnnouncementState.EXPIRED}
)
_RULES: Mapping[Move, _Rule] = {
    Move.EDIT: _Rule(_WRITER, frozenset({AnnouncementState.DRAFT})),
    Move.SUBMIT: _Rule(_WRITER, frozenset({AnnouncementState.DRAFT})),
    Move.RETURN: _Rule(_APPROVER, frozenset({AnnouncementState.SUBMITTED, AnnouncementState.APPROVED})),
    Move.APPROVE: _Rule(_APPROVER, frozenset({AnnouncementState.SUBMITTED})),
    Move.CANCEL: _Rule(_EITHER, _BEFORE),
    Move.STOP: _Rule(_EITHER, frozenset({AnnouncementState.SENDING})),
    Move.RESUME: _Rule(_EITHER, frozenset({AnnouncementState.STOPPED})),
    Move.CORRECT: _Rule(_WRITER, _BEGUN),
    Move.WITHDRAW: _Rule(_WRITER, _BEGUN),
}


def moves_open_to(announcement: Announcement, operator: Operator, now: datetime) -> Sequence[Move]:
    """What this person may do with it next; their own work they cannot approve."""
    return [move for move in Move if objection(announcement, move, operator, now) is None]


def create(
    session: Session,
    operator: Operator,
    draft: Draft,
    why: str,
    now: datetime,
    *,
    follows: Follows | None = None,
    follows_id: int | None = None,
) -> Announcement:
    """A new draft, in its first version."""
    if Role.WRITER not in operator.may:
        raise MoveRefused(Wrong.ROLE)
    announcement = Announcement(
        category=draft.category,
        state=AnnouncementState.DRAFT.value,
        version=0,
        created_at=now,
        created_by=operator.id,
        send_at=draft.send_at,
        valid_until=draft.valid_until,
        follows=follows.value if follows else None,
        follows_id=follows_id,
    )
    session.add(announcement)
    _add_version(session, announcement, operator, draft, why, now)
    return announcement


def edit(
    session: Session, announcement_id: int, expected: int, operator: Operator, draft: Draft, why: str, now: datetime
) -> Announcement:
    """A new version of a draft; refused when it is not the `expected` one that was edited."""
    announcement = _take(session, announcement_id, expected, Move.EDIT, operator, now)
    announcement.category = draft.category
    announcement.send_at, announcement.valid_until = draft.send_at, draft.valid_until
    _add_version(session, announcement, operator, draft, why, now)
    return announcement


def submit(session: Session, announcement_id: int, expected: int, operator: Operator, now: datetime) -> Announcement:
    """Hand it to another person."""
    announcement = _take(session, announcement_id, expected, Move.SUBMIT, operator, now)
    announcement.state = AnnouncementState.SUBMITTED.value
    announcement.submitted_at, announcement.submitted_by = now, operator.id
    return announcement


def return_for_edit(
    session: Session, announcement_id: int, expected: int, operator: Operator, why: str, now: datetime
) -> Announcement:
    """Back to the writers, also after approval as long as nothing has left."""
    _need(why)
    announcement = _take(session, announcement_id, expected, Move.RETURN, operator, now)
    announcement.state = AnnouncementState.DRAFT.value
    announcement.submitted_at = announcement.submitted_by = None
    announcement.approved_at = announcement.approved_by = None
    return announcement


def approve(session: Session, announcement_id: int, expected: int, operator: Operator, now: datetime) -> Announcement:
    """Let it leave, now or at its time; exactly the version that was read."""
    announcement = _take(session, announcement_id, expected, Move.APPROVE, operator, now)
    announcement.state = AnnouncementState.APPROVED.value
    announcement.approved_at, announcement.approved_by = now, operator.id
    return announcement


def cancel(session: Session, announcement_id: int, operator: Operator, why: str, now: datetime) -> Announcement:
    """Give it up before anything has left."""
    _need(why)
    announcement = _take(session, announcement_id, None, Move.CANCEL, operator, now)
    announcement.state, announcement.ended_at = AnnouncementState.CANCELLED.value, now
    return announcement


def stop(session: Session, announcement_id: int, operator: Operator, now: datetime) -> Announcement:
    """No further batch leaves. No reason is asked: it must be quick."""
    announcement = _take(session, announcement_id, None, Move.STOP, operator, now)
    announcement.state = AnnouncementState.STOPPED.value
    return announcement


def resume(session: Session, announcement_id: int, operator: Operator, why: str, now: datetime) -> Announcement:
    """Send the rest."""
    _need(why)
    announcement = _take(session, announcement_id, None, Move.RESUME, operator, now)
    announcement.state = AnnouncementState.SENDING.value
    return announcement


def follow(
    session: Session, announcement_id: int, operator: Operator, kind: Follows, why: str, now: datetime
) -> Announcement:
    """A draft that corrects or withdraws it, for the same people; a withdrawal's words are yet to be written."""
    _need(why)
    move = Move.CORRECT if kind is Follows.CORRECTION else Move.WITHDRAW
    original = _take(session, announcement_id, None, move, operator, now)
    last = draft_of(original)
    valid_until = max(last.valid_until, now + timedelta(days=1))
    texts = last.texts if kind is Follows.CORRECTION else Texts({})
    draft = replace(last, texts=texts, send_at=None, valid_until=valid_until)
    return create(session, operator, draft, why, now, follows=kind, follows_id=original.id)


def draft_of(announcement: Announcement) -> Draft:
    """What its current version says."""
    return said_in(announcement.versions[-1])


def said_in(version: AnnouncementVersion) -> Draft:
    texts, audience = texts_of(version.texts), audience_of(version.audience)
    return Draft(version.category, texts, audience, version.send_at, version.valid_until)


def followers(session: Session, announcement_id: int) -> Sequence[Announcement]:
    """What corrects or withdraws it, the oldest first."""
    wanted = select(Announcement).where(Announcement.follows_id == announcement_id).order_by(Announcement.id)
    return session.scalars(wanted).all()


def _take(
    session: Session, announcement_id: int, expected: int | None, move: Move, operator: Operator, now: datetime
) -> Announcement:
    """The announcement, locked, if this step may be taken: whoever sends waits for us or we for them."""
    wanted = select(Announcement).where(Announcement.id == announcement_id).with_for_update()
    announcement = session.scalars(wanted.execution_options(populate_existing=True)).one()
    if wrong := objection(announcement, move, operator, now):
        raise MoveRefused(wrong)
    if expected is not None and announcement.version != expected:
        raise MoveRefused(Wrong.CHANGED)
    return announcement


def objection(announcement: Announcement, move: Move, operator: Operator, now: datetime) -> Wrong | None:
    rule = _RULES[move]
    if not rule.by & operator.may:
        return Wrong.ROLE
    if announcement.state not in rule.when:
        return Wrong.STATE
    if move is Move.APPROVE and operator.id in _authors(announcement):
        return Wrong.OWN_WORK
    if move in (Move.SUBMIT, Move.APPROVE) and _leaves_no_time(announcement, now):
        return Wrong.OVER
    if move is Move.RESUME and announcement.valid_until <= now:
        return Wrong.OVER
    if move is Move.WITHDRAW and announcement.state == AnnouncementState.SENDING:
        return Wrong.STILL_SENDING
    return None


def _authors(announcement: Announcement) -> set[int | None]:
    """Whoever wrote any version: its words are in the last one too."""
    return {announcement.submitted_by, announcement.created_by, *(version.by for version in announcement.versions)}


def _leaves_no_time(announcement: Announcement, now: datetime) -> bool:
    leaves_at = max(now, announcement.send_at or now)
    return announcement.valid_until < leaves_at + SHORTEST_VALIDITY


def _add_version(
    session: Session, announcement: Announcement, operator: Operator, draft: Draft, why: str, now: datetime
) -> None:
    _need(why)
    announcement.version += 1
    announcement.versions.append(
        AnnouncementVersion(
            number=announcement.version,
            at=now,
            by=operator.id,
            why=why.strip(),
            category=draft.category,
            send_at=draft.send_at,
            valid_until=draft.valid_until,
            texts=draft.texts.to_json(),
            audience=draft.audience.to_json(),
        )
    )
    session.flush()


def _need(why: str) -> None:
    if not why.strip():
        raise MoveRefused(Wrong.WHY)
