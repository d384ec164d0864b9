"""What becomes of a chunk by LINE's answer: sent, tried again, resent without the bad recipients, or ended honestly."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.delivery import AFTER_RATE_LIMIT, NOT_NOW, pause
from bot.line.answers import Answer, Outcome
from models import quota, rate, schedule
from models.announcements import outcome as announcement_outcome
from models.announcements.chunk import AnnouncementChunk, ChunkState
from models.announcements.sending import Outgoing
from models.quota import Standing

_RECIPIENT = re.compile(r"to\[(\d{1,3})\]")


def mark(
    session: Session, channel: str, answered: Sequence[tuple[Outgoing, Answer]], now: datetime
) -> tuple[Standing, Standing] | None:
    """Note how attempts ended, and what follows from it. Marking the same twice changes no chunk.

    Gives back how the month's quota stood before what LINE took, and how it stands.
    """
    accepted = [(sent, answer) for sent, answer in answered if answer.accepted]
    if accepted:
        request_ids = {sent.chunk_id: answer.accepted_request_id or answer.request_id for sent, answer in accepted}
        announcement_outcome.accept(session, request_ids, now)
    for sent, answer in answered:
        if answer.accepted:
            continue
        chunk = announcement_outcome.still_ours(session, sent.chunk_id, sent.attempt)
        if chunk is not None:
            chunk.request_id = answer.request_id or chunk.request_id
            _mark_unsent(session, chunk, sent, answer, now)
    session.flush()
    outcomes = {answer.outcome for _sent, answer in answered}
    if Outcome.MONTHLY_LIMIT in outcomes:
        schedule.give_back(session, quota.READING, now)
    # The rows that all senders share come last, and in the order in which they are taken before.
    people = sum(len(sent.to) for sent, _answer in accepted)
    counted = quota.count(session, channel, people, now) if people else None
    if Outcome.RATE_LIMITED in outcomes:
        rate.slow_down(session, channel, "multicast", AFTER_RATE_LIMIT.total_seconds())
    return counted


def _mark_unsent(session: Session, chunk: AnnouncementChunk, sent: Outgoing, answer: Answer, now: datetime) -> None:
    match answer.outcome:
        case Outcome.REFUSED:
            _mark_refused(session, chunk, sent, answer, now)
        case Outcome.CONFLICT_WITHOUT_ID:
            chunk.end(ChunkState.UNKNOWN, "ConflictWithoutId")
        case Outcome.UNKNOWN:
            chunk.wait(now + pause(chunk.attempts), answer.outcome.value)
        case Outcome.NOT_SENT:
            chunk.in_doubt = sent.doubted
            chunk.wait(now + pause(chunk.attempts), answer.detail or answer.outcome.value)
        case _:
            chunk.in_doubt = sent.doubted
            # When the month is used up the sender waits, and not the chunk.
            chunk.wait(now + NOT_NOW.get(answer.outcome, timedelta()), answer.outcome.value)


def _mark_refused(session: Session, chunk: AnnouncementChunk, sent: Outgoing, answer: Answer, now: datetime) -> None:
    """Nobody in it has received anything. What LINE names it would have refused before, too."""
    error = f"{answer.status} {answer.detail}"[:200]
    if bad := _refused_recipients(sent, answer):
        announcement_outcome.drop(session, chunk, bad, error, now)
    elif answer.at_fault or answer.status != 400:
        announcement_outcome.refuse_all(session, chunk, error)
    elif sent.doubted:
        chunk.end(ChunkState.UNKNOWN, error)
    elif announcement_outcome.is_hopeless(session, chunk):
        announcement_outcome.refuse_all(session, chunk, error)
    elif chunk.size > 1:
        announcement_outcome.halve(session, chunk, now)
    else:
        announcement_outcome.drop(session, chunk, sent.to, error, now)


def _refused_recipients(sent: Outgoing, answer: Answer) -> Collection[str]:
    """The LINE user ids that LINE finds fault with, by their places."""
    places = [int(found[1]) for name in answer.at_fault if (found := _RECIPIENT.fullmatch(name))]
    return [sent.to[place] for place in places if place < len(sent.to)]
