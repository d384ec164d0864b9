"""What becomes of a message before and after a request: frozen, then sent, retried, or ended honestly."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from uuid import UUID

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.line.answers import Answer, Outcome
from bot.line.render import UnsendableError, render
from bot.log import where
from locales import MissingTranslationError, taipei_day
from models import binding, permit, quota, rate, schedule, sending
from models import content as contents
from models.content import Content
from models.message import OWED, Lane, Message, MessageState
from models.quota import Standing
from models.secrets import SealError
from models.sending import AFTER_OUR_FAULT, LEASE, RETRY_KEY_LIVES

COMPOSED = (Lane.URGENT, Lane.REMINDER)
"""Said in the words that are true when they leave."""
REPLY_RETRY = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=10)
AFTER_RATE_LIMIT = timedelta(seconds=1)

log = structlog.get_logger()

Composer = Callable[[Session, Message, date], Content | None]


class MayPush(IntEnum):
    """What may be pushed, each with all before it; free replies always leave.

    A late answer is not worth the reserve: who writes again is answered for free.
    """

    NOTHING = 0
    URGENT = 1
    ANSWERS = 2
    ROUTINE = 3


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


def prepare(
    session: Session,
    compose: Composer,
    me: str,
    now: datetime,
    limit: int,
    *,
    may_push: MayPush = MayPush.ROUTINE,
) -> tuple[list[Ready], int]:
    """Lease what is due and freeze it, and how many were looked at; what need not be said any more ends here."""
    sending.release_expired(session, now)
    lowest = Lane.ANNOUNCEMENT if may_push is MayPush.ROUTINE else Lane.REPLY
    with session.no_autoflush:
        claimed = sending.claim(session, me, now, limit, lowest=lowest, pushes=may_push > MayPush.NOTHING)
        _read_ahead(session, claimed)
        found = [ready for message in claimed if (ready := _guarded(session, compose, message, now, may_push))]
    session.flush()
    return found, len(claimed)


def _read_ahead(session: Session, claimed: Sequence[Message]) -> None:
    """What composers ask of the record, for all of them at once: asking for each costs more than all the rest."""
    composed = [message.contact_id for message in claimed if message.lane in COMPOSED]
    if composed:
        # With a damaged cell among them each is asked for by itself, and only hers must wait.
        with suppress(SealError):
            permit.read_ahead(session, binding.read_ahead(session, composed))


def _guarded(session: Session, compose: Composer, message: Message, now: datetime, may_push: MayPush) -> Ready | None:
    """Whatever is wrong with one message must not stop the others."""
    try:
        return _ready(session, compose, message, now, may_push)
    except SQLAlchemyError:
        raise  # nothing more can be done in this transaction
    except Exception as fault:
        # Only these two name a sentence of ours; what another says may quote a person.
        ours = isinstance(fault, MissingTranslationError | UnsendableError)
        log.error("message_cannot_be_said", message_id=message.id, fault=str(fault) if ours else where(fault))
        message.wait(now + AFTER_OUR_FAULT, type(fault).__name__)
        return None


def _ready(session: Session, compose: Composer, message: Message, now: datetime, may_push: MayPush) -> Ready | None:
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
    if not by_reply and not doubted and message.lane == Lane.REPLY and not _worth_a_push(session, message, may_push):
        message.supersede("too late")
        return None
    body = _frozen(session, compose, message, now)
    if body is None:
        message.supersede("no longer true")
        return None
    if not by_reply:
        message.reply_token = message.reply_until = None
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


def _worth_a_push(session: Session, message: Message, may_push: MayPush) -> bool:
    """Whether an answer whose token is of no use any more may cost a message of the month."""
    if message.kind == OWED:
        return True
    if may_push < MayPush.ANSWERS:
        return False
    # Without a time for its token it was let through before, and LINE only asked us to wait.
    return message.reply_until is None or quota.may_answer_late(session, message.contact_id)


def _frozen(session: Session, compose: Composer, message: Message, now: datetime) -> bytes | None:
    """The rendered messages, the same while LINE may have them; None when there is nothing true to say any more."""
    says = None
    if message.lane in COMPOSED:
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


def mark(
    session: Session, channel: str, answered: Sequence[tuple[Ready, Answer]], now: datetime
) -> tuple[Standing, Standing] | None:
    """Note how attempts ended, and what follows from it. Marking the same twice changes no message.

    Gives back how the month's quota stood before the pushes that LINE took, and how it stands.
    """
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
    if any(answer.outcome is Outcome.MONTHLY_LIMIT for _ready, answer in answered):
        schedule.give_back(session, quota.READING, now)
    # The rows that all senders share come last, and in the order in which `prepare` takes them.
    pushes = sum(answer.accepted and ready.endpoint == "push" for ready, answer in answered)
    counted = quota.count(session, channel, pushes, now) if pushes else None
    for endpoint in {ready.endpoint for ready, answer in answered if answer.outcome is Outcome.RATE_LIMITED}:
        rate.slow_down(session, channel, endpoint, AFTER_RATE_LIMIT.total_seconds())
    return counted


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
        case Outcome.MONTHLY_LIMIT if message.lane == Lane.REPLY and message.kind != OWED and not ready.doubted:
            message.in_doubt = False
            message.supersede("too late")
        case Outcome.MONTHLY_LIMIT:
            # It keeps its place: the sender's gate, and not the message, waits until there is quota again.
            message.in_doubt = ready.doubted
            message.wait(message.not_before, answer.outcome.value)
        case _:
            message.in_doubt = ready.doubted
            _try_again(message, now, NOT_NOW[answer.outcome], answer)


# What LINE turns away for a while, and for how long.
NOT_NOW = {
    Outcome.RATE_LIMITED: AFTER_RATE_LIMIT,
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
    return pause(message.attempts)


def pause(attempts: int) -> timedelta:
    """Before another attempt."""
    longest = min(2.0 ** min(attempts, 12), LONGEST_PAUSE.total_seconds())
    return timedelta(seconds=random.uniform(longest / 2, longest))
