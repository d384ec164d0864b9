"""Silence is followed up: one second message by day, then a person; and a walk finds who was never told at all."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from locales import _, taipei_day
from models import told, told_gaps
from models.binding import UNDO_FOR
from models.contact import Contact
from models.content import Bubble, Card, Content
from models.message import ANSWER_WITHIN, Message, MessageState
from models.notice_plan import catch_up
from models.reminder import ReminderRules
from models.told import AGAIN, Telling
from models.told_walk import the_walk
from scheduler import notices

PORTION = 200
"""Messages of one transaction: each may need a case of its own."""
WALKED_AT_ONCE = 1_000
"""Permits of one transaction of the walk, which as a rule only reads."""
STILL_WAITS = timedelta(hours=1)
"""When a message that has not left yet is looked at again; that it waits is the outbox's own alarm."""

log = structlog.get_logger()


def follow_up(session: Session, rules: ReminderRules, now: datetime) -> bool:
    """Look after the messages whose time has come, and whether there may be more. Twice does nothing twice."""
    messages = told.due(session, now, PORTION)
    for telling in told.tellings(session, messages):
        _settle(session, telling, now)
        telling.message.check_told_at = _next_look(session, rules, telling, now)
        session.flush()
    return len(messages) == PORTION


def _settle(session: Session, telling: Telling, now: datetime) -> None:
    if telling.binding is None or telling.binding.worker_id is None:
        return
    for matter in telling.answered:
        told.has_been_told(session, telling.binding.worker_id, telling.message.contact_id, matter, now)


def _next_look(session: Session, rules: ReminderRules, telling: Telling, now: datetime) -> datetime | None:
    """Do what is due, and when to look again; nothing when she has answered, or nothing stands that she must know."""
    message, binding = telling.message, telling.binding
    if binding is None or not telling.open:
        return None
    if binding.unbound_at is not None:
        return binding.unbound_at + UNDO_FOR  # if she takes it back, it is as if nothing had been
    if message.state in (MessageState.PLANNED, MessageState.LEASED):
        return now + STILL_WAITS
    reached = message.state not in (MessageState.UNDELIVERABLE, MessageState.UNKNOWN) and message.contact.reachable
    if reached and message.state == MessageState.SUPERSEDED and message.kind != AGAIN:
        return None  # what stands was planned anew when she came back
    if reached and message.sent_at is not None and now < message.sent_at + ANSWER_WITHIN:
        return message.sent_at + ANSWER_WITHIN
    if not reached or (message.state == MessageState.SENT and message.kind == AGAIN):
        _to_a_person(session, telling, now)
        return None
    if not rules.hours.allow(now):
        return rules.hours.soonest(now)  # the first one came at once, at whatever hour: this one can wait
    told.ask_again(session, message, telling.open, now)
    return None


def _to_a_person(session: Session, telling: Telling, now: datetime) -> None:
    assert telling.binding is not None
    if telling.binding.worker_id is not None:
        message = telling.message
        for matter in telling.open:
            told.not_told(session, telling.binding.worker_id, message.contact_id, matter, now, message.id)


def walk(session: Session, rules: ReminderRules, now: datetime) -> bool:
    """Look at the next permits, and whether there are more. What nobody can be told of is only counted.

    It is no case each: without an account there is nobody for us to reach, and whoever sent us the event learns
    from the callback that it must be served on paper.
    """
    place = the_walk(session)
    permit_ids = told_gaps.permits_with_events(session, place.after_permit, WALKED_AT_ONCE)
    found = told_gaps.gaps(session, permit_ids, taipei_day(now))
    mended = 0
    for account in found.missing:
        mended += catch_up(session, session.get_one(Contact, account), now)
    for worker_id, account, matter in found.unreachable:
        told.not_told(session, worker_id, account, matter, now)
    if mended:
        log.warning("missing_notices_planned", accounts=mended)
    place.mended += mended
    place.found += len(found.nobody)
    if len(permit_ids) == WALKED_AT_ONCE:
        place.after_permit = permit_ids[-1]
        return True
    place.nobody_linked, place.walked_at = place.found, now
    place.after_permit = place.found = 0
    return False


def compose(session: Session, message: Message, today: date) -> Content | None:
    """The second message, from what still stands; None when nothing does, she has answered, or is linked no longer."""
    if told.has_answered(session, message):
        return None
    content = notices.compose(session, message, today)
    return None if content is None else replace(content, bubbles=tuple(map(_again, content.bubbles)))


def _again(bubble: Bubble) -> Bubble:
    if not isinstance(bubble, Card):
        return bubble
    return replace(bubble, lead=(_ASKED, *bubble.lead))


_ASKED = _("We told you this before. Please tap “Understood” below so that we know you have read it.")
