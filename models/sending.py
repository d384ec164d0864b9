"""Messages on their way: leased by one sender, marked as LINE answered, given back when the sender died."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, case, func, select, true, update
from sqlalchemy.orm import Session, aliased, contains_eager, defer, selectinload

from models.announcements.chunk import AnnouncementChunk
from models.base import Instant
from models.contact import Contact
from models.message import Lane, Message, MessageState
from models.secrets import SealError

LEASE = timedelta(seconds=15)
"""Longer than a request may take, so a live sender is never overtaken; what a dead one held is free after it."""
RETRY_KEY_LIVES = timedelta(hours=23)
"""LINE forgets a retry key 24 hours after its first request; a repeat would then be a second message."""
REPLY_TOKEN_LIVES = timedelta(minutes=1)
AFTER_OUR_FAULT = timedelta(minutes=10)
"""What we cannot say or read waits: a deploy or a key can mend it."""


def release_expired(session: Session, now: datetime, what: type[Message] | type[AnnouncementChunk] = Message) -> None:
    """Give back what a dead sender held, and what was held for another try."""
    expired = (
        select(what.id)
        .where(what.state == MessageState.LEASED.value, what.lease_until <= now)
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(what)
        .where(what.id.in_(expired))
        .values(state=MessageState.PLANNED.value, leased_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def claim(
    session: Session, me: str, now: datetime, limit: int, *, lowest: Lane, pushes: bool = True
) -> Sequence[Message]:
    """Lease up to `limit` due messages down to lane `lowest`, at most one a contact, urgent first.

    Messages to one person leave one after the other, in the order in which they were planned. Without `pushes` only
    answers are leased, and what can leave by a reply token.
    """
    claimed = _load(session, _next_of_each_contact(session, now, limit, lowest, pushes), now)
    for message in claimed:
        message.state, message.leased_by = MessageState.LEASED.value, me
        message.lease_until = now + LEASE
        message.attempts += 1
    return claimed


def _next_of_each_contact(session: Session, now: datetime, limit: int, lowest: Lane, pushes: bool) -> list[int]:
    rows = session.execute(_due(pushes), {"now": now, "lowest": lowest.value, "most": limit}).all()
    # Asked again now that she is locked: another process may have leased and left just before.
    busy = set(session.scalars(_busy(), {"contacts": list({row.contact_id for row in rows})}))
    firsts: dict[int, int] = {}
    for row in rows:
        if row.contact_id not in busy:
            firsts.setdefault(row.contact_id, row.id)
    return list(firsts.values())


# A sender asks several times a second; to build its questions takes longer than to answer that nothing waits.


@cache
def _due(pushes: bool) -> Select[int, int]:
    now = bindparam("now", type_=Instant)
    by_token = Message.reply_token.is_not(None) & (Message.reply_until > now)
    may_leave = true() if pushes else (Message.lane == Lane.REPLY.value) | by_token
    ahead = aliased(Message)
    leased = ahead.state == MessageState.LEASED.value
    return (
        select(Message.id, Message.contact_id)
        .join(Message.contact)
        .where(
            Message.state == MessageState.PLANNED.value,
            Message.lane <= bindparam("lowest"),
            Message.not_before <= now,
            may_leave,
            ~select(ahead.id).where(ahead.contact_id == Message.contact_id, leased).exists(),
        )
        .order_by(Message.lane, Message.not_before, Message.id)
        .limit(bindparam("most"))
        # The contact is locked too: else two processes could each take one of her messages at the same time.
        .with_for_update(skip_locked=True, key_share=True, of=(Message, Contact))
    )


@cache
def _busy() -> Select[int]:
    return select(Message.contact_id).where(
        Message.state == MessageState.LEASED.value, Message.contact_id.in_(bindparam("contacts", expanding=True))
    )


def _load(session: Session, ids: Sequence[int], now: datetime) -> Sequence[Message]:
    """These messages in this order, without those whose sealed cells cannot be opened."""
    try:
        found = {message.id: message for message in session.scalars(_with_all_it_needs(), {"ids": ids})}
    except SealError:
        if len(ids) > 1:
            return [message for one in ids for message in _load(session, [one], now)]
        broken = {"not_before": now + AFTER_OUR_FAULT, "error": SealError.__name__}
        session.execute(update(Message).where(Message.id.in_(ids)).values(broken))
        return []
    return [found[one] for one in ids]


@cache
def _with_all_it_needs() -> Select[Message]:
    not_for_sending = (Message.created_at, Message.sent_at, Message.answer, Message.answered_at)
    return (
        select(Message)
        .join(Message.contact)
        # All permits at once: what is said is checked against them, message by message.
        .options(contains_eager(Message.contact), selectinload(Message.permit))
        .options(*(defer(column) for column in not_for_sending))
        .where(Message.id.in_(bindparam("ids", expanding=True)))
    )


def pushes_on_their_way(session: Session) -> int:
    """How many pushes of all processes LINE may have, or is about to have, without our having its answer."""
    leased = (Message.state == MessageState.LEASED.value) & Message.in_doubt & Message.reply_token.is_(None)
    return session.scalar(select(func.count()).select_from(Message).where(leased)) or 0


def accept(session: Session, request_ids: Mapping[int, str | None], now: datetime) -> None:
    """LINE has these messages, each under that request id: true whoever holds the lease by now."""
    sent = Message.metadata.tables["message"]
    session.connection().execute(
        update(sent)
        .where(sent.c.id == bindparam("message_id"))
        .values(
            state=MessageState.SENT.value,
            in_doubt=False,
            sent_at=now,
            request_id=bindparam("line_request_id"),
            error=None,
            leased_by=None,
            lease_until=None,
            reply_token=None,
            # Answers to her own words are not kept: a summary of what she typed is among them.
            content=case((sent.c.lane == Lane.REPLY.value, None), else_=sent.c.content),
            body=case((sent.c.lane == Lane.REPLY.value, None), else_=sent.c.body),
        ),
        [
            {"message_id": message_id, "line_request_id": request_id}
            for message_id, request_id in sorted(request_ids.items())
        ],
    )


def still_ours(session: Session, message_id: int, attempt: int) -> Message | None:
    """The message, locked, if nobody has taken it over since that attempt and it has not ended."""
    return session.scalar(
        select(Message)
        .where(
            Message.id == message_id,
            Message.state == MessageState.LEASED.value,
            Message.leased_by.is_not(None),
            Message.attempts == attempt,
        )
        .options(defer(Message.content), defer(Message.body))
        .with_for_update()
    )


def last_change(session: Session) -> datetime | None:
    """The latest moment that this database tells of: never later than a backup of it was made."""
    told = (func.max(Message.created_at), func.max(Message.first_tried_at), func.max(Message.sent_at))
    moments = [moment for moment in session.execute(select(*told)).one() if moment is not None]
    return max(moments, default=None)


def doubt_since(session: Session, backup_at: datetime, now: datetime) -> None:
    """After a restored backup: what waited then may have been sent since, so nothing of it counts as never tried."""
    session.execute(
        update(Message)
        .where(
            Message.state.in_((MessageState.PLANNED.value, MessageState.LEASED.value)),
            Message.not_before <= now,
            ~Message.in_doubt,
        )
        .values(in_doubt=True, first_tried_at=backup_at)
    )


def clock_went_back(session: Session, now: datetime) -> None:
    """What a clock that ran ahead has put off until its wrong tomorrow is due now.

    Reminders that were never tried keep their hour, which is a date of the law and not of that clock.
    """
    waiting = Message.state.in_((MessageState.PLANNED.value, MessageState.LEASED.value))
    sooner = waiting & (Message.not_before > now) & ((Message.lane <= Lane.REPLY.value) | (Message.attempts > 0))
    abandoned = (Message.state == MessageState.LEASED.value) & (Message.lease_until > now + LEASE)
    # Whether LINE still takes the token is not known any more.
    outdated = Message.reply_until > now + REPLY_TOKEN_LIVES
    for which, column in ((sooner, "not_before"), (abandoned, "lease_until"), (outdated, "reply_until")):
        session.execute(update(Message).where(which).values({column: now}))
