"""What becomes of a message before and after a request: frozen, then sent, retried, or ended honestly."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.line.answers import Answer, Outcome
from bot.line.render import UnsendableError, render
from bot.log import where
from locales import MissingTranslationError, taipei_day
from models import content as contents
from models import rate, sending
from models.content import Content
from models.message import Lane, Message, MessageState
from models.sending import AFTER_OUR_FAULT, LEASE, RETRY_KEY_LIVES

REPLY_RETRY = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=10)
AFTER_RATE_LIMIT = timedelta(seconds=1)

log = structlog.get_logger()

Composer = Callable[[Session, Message, date], Content | None]


@dataclass(frozen=True, slots=True)
class Ready:
    """One request that may leave: its bytes are frozen, and it is on record as tried."""

    message_id: int
    attempt: int
    endpoint: str
    body: bytes
    retry_key: UUID
    # An earlier attempt may have been accepted.
    doubted: bool


def prepare(session: Session, compose: Composer, me: str, now: datetime, limit: int, *, lowest: Lane) -> list[Ready]:
    """Lease what is due and freeze it; what is no longer true ends here and never leaves."""
    sending.release_expired(session, now)
    with session.no_autoflush:
        claimed = sending.claim(session, me, now, limit, lowest=lowest)
        found = [ready for message in claimed if (ready := _guarded(session, compose, message, now))]
    session.flush()
    return found


def _guarded(session: Session, compose: Composer, message: Message, now: datetime) -> Ready | None:
    """Whatever is wrong with one message must not stop the others."""
    try:
        return _ready(session, compose, message, now)
    except SQLAlchemyError:
        raise  # nothing more can be done in this transaction
    except Exception as fault:
        # Only these two name a sentence of ours; what another says may quote a person.
        ours = isinstance(fault, MissingTranslationError | UnsendableError)
        log.error("message_cannot_be_said", message_id=message.id, fault=str(fault) if ours else where(fault))
        message.wait(now + AFTER_OUR_FAULT, type(fault).__name__)
        return None


def _ready(session: Session, compose: Composer, message: Message, now: datetime) -> Ready | None:
    doubted = message.in_doubt
    by_reply = message.reply_token is not None and message.reply_until is not None and now < message.reply_until
    if doubted and message.reply_token is not None and not by_reply:
        # The token may have been used: a push could be the second copy.
        message.end(MessageState.UNKNOWN, "ReplyInDoubt")
        return None
    if doubted and message.first_tried_at is not None and message.first_tried_at <= now - RETRY_KEY_LIVES:
        message.end(MessageState.UNKNOWN, "RetryKeyExpired")
        return None
    if not by_reply and not message.contact.reachable:
        message.supersede("unreachable")
        return None
    body = _frozen(session, compose, message, now)
    if body is None:
        message.supersede("no longer true")
        return None
    if not by_reply:
        message.reply_token = None
    message.in_doubt = True
    if not doubted:
        message.first_tried_at = now
    to = {"replyToken": message.reply_token} if by_reply else {"to": message.contact.line_user_id}
    return Ready(
        message.id,
        message.attempts,
        "reply" if by_reply else "push",
        orjson.dumps(to)[:-1] + b',"messages":' + body + b"}",
        message.retry_key,
        doubted,
    )


def _frozen(session: Session, compose: Composer, message: Message, now: datetime) -> bytes | None:
    """The rendered messages, the same while LINE may have them; None when there is nothing true to say any more."""
    says = None
    if message.lane in (Lane.URGENT, Lane.REMINDER):
        # Also for a retry: what was true an hour ago must still be true now.
        says = compose(session, message, taipei_day(now))
        if says is None:
            return None
    if message.in_doubt and message.body is not None:
        return message.body
    if says is not None:
        message.content = contents.to_json(says)
    says = says or message.says
    if says is not None:
        message.body = orjson.dumps(render(says, message.contact.speaks))
    return message.body


def mark(session: Session, channel: str, answered: Sequence[tuple[Ready, Answer]], now: datetime) -> None:
    """Note how attempts ended, and what follows from it. Marking the same twice changes nothing."""
    accepted = {
        ready.message_id: answer.accepted_request_id or answer.request_id
        for ready, answer in answered
        if answer.accepted
    }
    if accepted:
        sending.accept(session, accepted, now)
    for ready, answer in answered:
        if ready.message_id in accepted:
            continue
        message = sending.still_ours(session, ready.message_id, ready.attempt)
        if message is not None:
            _mark_unsent(message, ready, answer, now)
    session.flush()
    for endpoint in {ready.endpoint for ready, answer in answered if answer.outcome is Outcome.RATE_LIMITED}:
        rate.slow_down(session, channel, endpoint, AFTER_RATE_LIMIT.total_seconds())


def _mark_unsent(message: Message, ready: Ready, answer: Answer, now: datetime) -> None:
    message.request_id = answer.request_id or message.request_id
    match answer.outcome:
        case Outcome.BAD_REPLY_TOKEN if ready.doubted:
            # Well within its minute a token is refused only because an attempt of ours has used it.
            message.in_doubt, message.sent_at = False, now
            message.end(MessageState.SENT, "ReplyTokenUsed")
        case Outcome.BAD_REPLY_TOKEN:
            message.in_doubt, message.reply_token = False, None
            message.hold(now, "ReplyTokenRefused")
        case Outcome.REFUSED:
            message.in_doubt = ready.doubted
            end = MessageState.UNKNOWN if ready.doubted else MessageState.UNDELIVERABLE
            message.end(end, f"{answer.status} {answer.detail}"[:200])
        case Outcome.CONFLICT_WITHOUT_ID:
            message.end(MessageState.UNKNOWN, "ConflictWithoutId")
        case Outcome.UNKNOWN:
            _try_again(message, now, _pause(message, ready), answer)
        case Outcome.NOT_SENT:
            message.in_doubt = ready.doubted
            _try_again(message, now, _pause(message, ready), answer)
        case _:
            message.in_doubt = ready.doubted
            _try_again(message, now, _NOT_NOW[answer.outcome], answer)


# What LINE turns away for a while, and for how long.
_NOT_NOW = {
    Outcome.RATE_LIMITED: AFTER_RATE_LIMIT,
    Outcome.MONTHLY_LIMIT: timedelta(hours=1),
    Outcome.UNAUTHORISED: timedelta(minutes=1),
    Outcome.FORBIDDEN: timedelta(minutes=1),
}


def _try_again(message: Message, now: datetime, pause: timedelta, answer: Answer) -> None:
    if pause <= LEASE:
        message.hold(now + pause, answer.outcome.value)
    else:
        message.wait(now + pause, answer.outcome.value)


def _pause(message: Message, ready: Ready) -> timedelta:
    """Twice as long each time, up to ten minutes, and never the same for two messages; a reply has no time."""
    if ready.endpoint == "reply":
        return REPLY_RETRY
    longest = min(2.0 ** min(message.attempts, 12), LONGEST_PAUSE.total_seconds())
    return timedelta(seconds=random.uniform(longest / 2, longest))
