"""What becomes of a message before and after a request: frozen, then sent, retried, or ended honestly."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import orjson
import structlog
from sqlalchemy.orm import Session

from bot.line.answers import Answer, Outcome
from bot.line.render import UnsendableError, render
from locales import MissingTranslationError, taipei_day
from models import content as contents
from models import message as messages
from models import rate
from models.content import Content
from models.delivery_hours import DeliveryHours
from models.message import Lane, Message, MessageState

REPLY_RETRY = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=10)
AFTER_RATE_LIMIT = timedelta(seconds=1)
AFTER_OUR_FAULT = timedelta(minutes=10)
"""A sentence without words in her language: a deploy can mend it, so the message waits."""

log = structlog.get_logger()

Composer = Callable[[Session, Message, date], Content | None]


@dataclass(frozen=True)
class Ready:
    """One request that may leave: its bytes are frozen, and it is on record as tried."""

    message_id: int
    endpoint: str
    body: bytes
    retry_key: UUID
    # An earlier attempt with this reply token may have been accepted.
    doubted: bool


def prepare(
    session: Session, compose: Composer, hours: DeliveryHours, me: str, now: datetime, limit: int
) -> list[Ready]:
    """Lease what is due and freeze it; what is no longer true ends here and never leaves."""
    messages.release_expired(session, now)
    lowest = Lane.ANNOUNCEMENT if hours.allow(now) else Lane.REPLY
    claimed = messages.claim(session, me, now, limit, lowest=lowest)
    return [ready for message in claimed if (ready := _ready(session, compose, message, now))]


def _ready(session: Session, compose: Composer, message: Message, now: datetime) -> Ready | None:
    by_reply = message.reply_token is not None and message.reply_until is not None and now < message.reply_until
    if message.reply_token is not None and not by_reply:
        if message.in_doubt:
            # The token may have been used: a push could be the second copy.
            message.end(MessageState.UNKNOWN, "ReplyInDoubt")
            return None
        message.reply_token = None
    if not by_reply and not message.contact.reachable:
        message.supersede("unreachable")
        return None
    try:
        body = _frozen(session, compose, message, now)
    except (MissingTranslationError, UnsendableError) as fault:
        log.error("message_cannot_be_said", message_id=message.id, fault=str(fault))
        message.wait(now + AFTER_OUR_FAULT, type(fault).__name__)
        return None
    if body is None:
        message.supersede("no longer true")
        return None
    doubted, message.in_doubt = message.in_doubt, True
    message.first_tried_at = message.first_tried_at or now
    to = {"replyToken": message.reply_token} if by_reply else {"to": message.contact.line_user_id}
    head = orjson.dumps(to)[:-1]
    return Ready(
        message.id,
        "reply" if by_reply else "push",
        head + b',"messages":' + body + b"}",
        message.retry_key,
        doubted,
    )


def _frozen(session: Session, compose: Composer, message: Message, now: datetime) -> bytes | None:
    """The rendered messages, the same for every attempt; None when there is nothing true to say any more."""
    says = message.says
    if message.lane == Lane.REMINDER:
        # Composed anew even for a retry: what was true an hour ago must still be true now.
        fresh = compose(session, message, taipei_day(now))
        says = None if fresh is None else says or fresh
    if says is None:
        return None
    if message.body is None:
        message.body = orjson.dumps(render(says, message.contact.speaks))
        message.content = contents.to_json(says)
    return message.body


def mark(session: Session, channel: str, ready: Ready, answer: Answer, now: datetime) -> None:
    """Note how an attempt ended, and what follows from it."""
    message = session.get_one(Message, ready.message_id, with_for_update=True)
    message.request_id = answer.accepted_request_id or answer.request_id or message.request_id
    if answer.accepted:
        # True whoever holds the lease by now.
        message.in_doubt, message.sent_at = False, now
        message.end(MessageState.SENT)
        return
    if message.state in messages.FINAL:
        return
    match answer.outcome:
        case Outcome.BAD_REPLY_TOKEN if ready.doubted:
            # Well within its minute a token is refused only because an attempt of ours has used it.
            message.in_doubt, message.sent_at = False, now
            message.end(MessageState.SENT, "ReplyTokenUsed")
        case Outcome.BAD_REPLY_TOKEN:
            _certainly_not_sent(message, now, "ReplyTokenRefused")
            message.reply_token = None
        case Outcome.REFUSED:
            message.in_doubt = False
            message.end(MessageState.UNDELIVERABLE, f"{answer.status} {answer.detail}"[:200])
        case Outcome.CONFLICT_WITHOUT_ID:
            message.end(MessageState.UNKNOWN, "ConflictWithoutId")
        case Outcome.UNKNOWN if ready.endpoint == "reply":
            message.wait(now + REPLY_RETRY, "Unknown")
        case Outcome.UNKNOWN:
            message.wait(now + _pause(message.attempts), "Unknown")
        case Outcome.NOT_SENT:
            _certainly_not_sent(message, now + _pause(message.attempts), "NotSent", doubted=ready.doubted)
        case _:
            if answer.outcome is Outcome.RATE_LIMITED:
                rate.slow_down(session, channel, ready.endpoint, AFTER_RATE_LIMIT.total_seconds())
            again = now + _NO_NOW[answer.outcome]
            _certainly_not_sent(message, again, answer.outcome.value, doubted=ready.doubted)


# What LINE turns away for a while, and for how long.
_NO_NOW = {
    Outcome.RATE_LIMITED: AFTER_RATE_LIMIT,
    Outcome.MONTHLY_LIMIT: timedelta(hours=1),
    Outcome.UNAUTHORISED: timedelta(minutes=1),
    Outcome.FORBIDDEN: timedelta(minutes=1),
}


def _certainly_not_sent(message: Message, again: datetime, error: str, *, doubted: bool = False) -> None:
    """This attempt reached nobody; whether an earlier one did stays as open as it was."""
    message.in_doubt = doubted
    message.wait(again, error)


def _pause(attempts: int) -> timedelta:
    """Twice as long each time, up to ten minutes, and never the same for two messages."""
    longest = min(2.0 ** min(attempts, 12), LONGEST_PAUSE.total_seconds())
    return timedelta(seconds=random.uniform(longest / 2, longest))
