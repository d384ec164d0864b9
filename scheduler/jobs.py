"""Every job: its name, when it runs next, and what it does in one short transaction after another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.orm import Session

from locales import TAIPEI, taipei_day
from models import binding, callback, case, contact, conversation, evidence, inbox, linking, message, receipt, reminder
from models.announcements import outcome as announcement_outcome
from models.reminder import LONGEST_CATCH_UP, ReminderRules
from models.schedule import Schedule
from scheduler import cases, law_watch, told

PORTION = 1_000
"""Rows of one transaction: nobody else can write to SQLite meanwhile."""
PLANNED_AT = time(0, 5)
"""Just after midnight in Taipei, so that a day's reminders are rows long before their hour."""
FORGOTTEN_AT = time(3, 30)
"""When nobody waits for us: it looks at every link."""
LAW_WATCHED_AT = time(9, 0)


@dataclass(frozen=True)
class Job:
    """`run` does a portion and says whether there is more to do: nobody else can write to SQLite meanwhile."""

    name: str
    trigger: BaseTrigger
    run: Callable[[Session, ReminderRules, datetime], bool | None]

    def next_run(self, now: datetime) -> datetime:
        """The moment after `now` at which it is due again, in UTC."""
        following: datetime = self.trigger.get_next_fire_time(now, now)
        return following.astimezone(UTC)


def _plan_reminders(session: Session, rules: ReminderRules, now: datetime) -> bool:
    """Plan one day; after a downtime the missed days one by one."""
    schedule = session.get_one(Schedule, "plan_reminders", with_for_update=True)
    today = taipei_day(now)
    after = max(schedule.planned_through or today - timedelta(days=1), today - LONGEST_CATCH_UP)
    if after >= today:
        return False
    schedule.planned_through = after + timedelta(days=1)
    reminder.plan(session, rules, after, schedule.planned_through, now)
    return schedule.planned_through < today


def _forget(session: Session, rules: ReminderRules, now: datetime) -> bool:
    """What must not be kept longer: answers of a week ago, links past their undo, old events."""
    conversation.forget_old(session, now)
    inbox.forget_old(session, now)
    unlinked = binding.past_undo(session, now, PORTION)
    for link in unlinked:
        binding.erase(link, now)
    contacts = [link.contact_id for link in unlinked]
    linking.forget_told(session, contacts)
    return len(unlinked) == PORTION


def _forget_the_past(session: Session, rules: ReminderRules, now: datetime) -> bool:
    """What is kept for months and not for days: links to workers who have left, what old messages said, and
    everything about people who blocked us long ago, old callbacks, and who got old announcements."""
    links = binding.erase_after_last_permit(session, taipei_day(now), now, PORTION)
    linking.forget_told(session, links)
    conversation.forget(session, *links)
    messages = message.forget_old(session, now, PORTION)
    people = contact.forget_gone(session, now, PORTION)
    callbacks = callback.forget_old(session, now, PORTION)
    closed = case.forget_old(session, now, PORTION)
    photos = evidence.forget_old(session, now, PORTION)
    details = receipt.forget_old(session, now, PORTION)
    announced = announcement_outcome.forget_old(session, now, PORTION)
    return PORTION in (len(links), messages, people, callbacks, closed, photos, details, announced)


def _daily(at: time) -> BaseTrigger:
    return CronTrigger(hour=at.hour, minute=at.minute, timezone=TAIPEI)


def _every(pause: timedelta) -> BaseTrigger:
    # With a beginning of its own it reads no clock.
    return IntervalTrigger(
        seconds=int(pause.total_seconds()), start_date=datetime(2026, 1, 1, tzinfo=UTC), timezone=UTC
    )


JOBS = (
    Job("plan_reminders", _daily(PLANNED_AT), _plan_reminders),
    Job("forget", _every(timedelta(minutes=10)), _forget),
    Job("forget_the_past", _daily(FORGOTTEN_AT), _forget_the_past),
    Job("follow_up", _every(timedelta(minutes=1)), told.follow_up),
    Job("say_late", _every(timedelta(minutes=1)), cases.say_late),
    Job("walk", _every(timedelta(hours=1)), told.walk),
    Job("watch_law", _daily(LAW_WATCHED_AT), law_watch.say_unread),
)
