"""Whether the service is alive and keeping up: for load balancers, and in figures for Prometheus."""

from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from law.catalogue import stale
from locales import taipei_day
from models import callback, case, inbox, message, quota, review, schedule
from models.announcements import chunk as announcement_chunk
from models.announcements import sending as announcement_sending
from models.announcements.chunk import ChunkState
from models.callback import CallbackState
from models.case import CaseKind
from models.inbox import InboxState
from models.message import Lane
from models.quota import Account, Standing, Supply
from models.told import WHY_NOT, why_not_told
from models.told_walk import last_walk


class Health:
    """Reads the tables, so every process tells the same."""

    def __init__(self, database: Database, clock: Clock, account: Account) -> None:
        self._database = database
        self._clock = clock
        self._account = account

    def ready(self) -> tuple[bool, dict[str, Any]]:
        """Whether requests should come here, and how far behind the work is.

        A backlog is no reason to send LINE away: what waits is safe, and what is refused may be lost.
        """
        now = self._clock.now()
        try:
            with self._database.reading() as session:
                inbox_age = _age(inbox.oldest_open(session), now)
                outbox_age = self._outbox_age(session, now)
            behind = self._database.behind()
        except (SQLAlchemyError, OSError):
            return False, {"database": "unreachable"}
        report = {
            "database": "ok",
            "migrations": "missing" if behind else "ok",
            "inbox_age_seconds": round(inbox_age.total_seconds()),
            "outbox_age_seconds": round(outbox_age.total_seconds()),
        }
        return not behind, report

    def metrics(self) -> bytes:
        """Prometheus' text format; counts and ages only, nobody's data. Also told while the database is away."""
        registry = CollectorRegistry()
        answers = Gauge("bot_database_up", "Whether the database answers", registry=registry)
        try:
            self._measure(registry)
        except (SQLAlchemyError, OSError):
            answers.set(0)
        else:
            answers.set(1)
        return generate_latest(registry)

    def _measure(self, registry: CollectorRegistry) -> None:
        now = self._clock.now()
        with self._database.reading() as session:
            by_state, by_lane = inbox.counts(session), message.counts(session)
            inbox_age = _age(inbox.oldest_open(session), now)
            outbox_age = self._outbox_age(session, now)
            month = quota.standing(session, self._account.channel, now)
            waiting = review.reviews_waiting(session)
            jobs = schedule.times(session)
            told, told_since = callback.counts(session), callback.oldest_waiting(session)
            self._measure_cases(registry, session, now)
            self._measure_announcements(registry, session)
        events = Gauge("bot_inbox_events", "Webhook events by state", ["state"], registry=registry)
        for kind in InboxState:  # also the empty ones: an alarm on `parked` needs a number
            events.labels(kind.value).set(by_state.get(kind.value, 0))
        sent = Gauge("bot_messages", "Messages by lane and state", ["lane", "state"], registry=registry)
        for (state, lane), count in by_lane.items():
            sent.labels(Lane(lane).name.lower(), state).set(count)
        oldest = Gauge("bot_inbox_age_seconds", "Age of the oldest open event", registry=registry)
        oldest.set(inbox_age.total_seconds())
        latest = Gauge("bot_outbox_age_seconds", "How late the latest message is", registry=registry)
        latest.set(outbox_age.total_seconds())
        overdue = Gauge("bot_job_overdue_seconds", "How late each job is", ["job"], registry=registry)
        for name, next_run in jobs.items():
            overdue.labels(name).set(_age(next_run, now).total_seconds())
        reviews = Gauge("bot_reviews_open", "Claims that wait for a person", registry=registry)
        reviews.set(waiting)
        callbacks = Gauge("bot_callbacks", "Callbacks of the last 30 days by state", ["state"], registry=registry)
        for state in CallbackState:
            callbacks.labels(state.value).set(told.get(state.value, 0))
        untold = Gauge("bot_callbacks_age_seconds", "Age of the oldest callback that was not taken", registry=registry)
        untold.set(_age(told_since, now).total_seconds())
        unread = Gauge("bot_law_sources_unread", "Sources of law that nobody has read for 180 days", registry=registry)
        unread.set(len(stale(taipei_day(now))))
        if month is not None:
            self._measure_quota(registry, month, now)

    def _measure_cases(self, registry: CollectorRegistry, session: Session, now: datetime) -> None:
        """Also the empty ones: an alarm needs a number."""
        open_cases, not_told, walked = case.counts(session, now), why_not_told(session), last_walk(session)
        cases = Gauge("bot_cases_open", "Cases that wait for a person", ["kind", "overdue"], registry=registry)
        for kind in CaseKind:
            for late in (False, True):
                cases.labels(kind.value, str(late).lower()).set(open_cases.get((kind.value, late), 0))
        silent = Gauge("bot_not_told", "What a worker must know and may not, by why", ["why"], registry=registry)
        for why in WHY_NOT:
            silent.labels(why).set(not_told.get(why, 0))
        silent.labels("nobody_linked").set(walked.nobody_linked if walked else 0)
        mended = Gauge("bot_told_mended", "Messages that were missing and are planned now, ever", registry=registry)
        mended.set(walked.mended if walked else 0)

    def _measure_announcements(self, registry: CollectorRegistry, session: Session) -> None:
        by_state = announcement_chunk.counts(session)
        chunks = Gauge("bot_announcement_chunks", "Chunks of announcements by state", ["state"], registry=registry)
        for state in ChunkState:
            chunks.labels(state.value).set(by_state.get(state.value, 0))
        under_way = Gauge("bot_announcements_sending", "Announcements on their way, not stopped", registry=registry)
        under_way.set(len(announcement_sending.going(session)))

    def _measure_quota(self, registry: CollectorRegistry, month: Standing, now: datetime) -> None:
        """Without a limit the two figures that have none are infinite."""
        no_limit = float("inf")
        remaining = no_limit if month.remaining is None else month.remaining
        figures = {
            "limit": ("What LINE lets us send this month", no_limit if month.limit is None else month.limit),
            "used": ("Messages used this month, by everybody who sends from the account", month.used),
            "remaining": ("What is left of this month's messages", remaining),
            "reserve": ("What is kept for urgent messages", month.reserve(self._account.reserve_percent)),
            "holds_routine": ("Whether reminders and announcements wait", self._holds_routine(month)),
            "age_seconds": ("How old LINE's figures are", _age(month.read_at, now).total_seconds()),
        }
        for name, (what, value) in figures.items():
            Gauge(f"bot_line_quota_{name}", what, registry=registry).set(value)

    def _outbox_age(self, session: Session, now: datetime) -> timedelta:
        """What waits for quota is not late: it has figures and an alarm of its own."""
        month = quota.standing(session, self._account.channel, now)
        lowest = Lane.REPLY if month and self._holds_routine(month) else Lane.ANNOUNCEMENT
        return _age(message.oldest_due(session, now, lowest), now)

    def _holds_routine(self, month: Standing) -> bool:
        return month.supply(self._account.reserve_percent) is Supply.RESERVED


def _age(since: datetime | None, now: datetime) -> timedelta:
    return max(now - since, timedelta()) if since else timedelta()
