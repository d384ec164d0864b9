"""Whether the service is alive and keeping up: for load balancers, and in figures for Prometheus."""

from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.database import Database
from models import binding, inbox, message, schedule
from models.inbox import InboxState
from models.message import Lane


class Health:
    """Reads the tables, so every process tells the same."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def ready(self) -> tuple[bool, dict[str, Any]]:
        """Whether requests should come here, and how far behind the work is.

        A backlog is no reason to send LINE away: what waits is safe, and what is refused may be lost.
        """
        now = self._clock.now()
        try:
            with self._database.reading() as session:
                inbox_age = _age(inbox.oldest_open(session), now)
                outbox_age = _age(message.oldest_due(session, now), now)
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
            outbox_age = _age(message.oldest_due(session, now), now)
            waiting = binding.reviews_waiting(session)
            jobs = schedule.times(session)
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


def _age(since: datetime | None, now: datetime) -> timedelta:
    return max(now - since, timedelta()) if since else timedelta()
