"""Whether the service is alive and keeping up: for load balancers, and in figures for Prometheus."""

from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.database import Database
from models import inbox, message
from models.message import Lane

LATE_INBOX = timedelta(minutes=1)
LATE_OUTBOX = timedelta(minutes=10)


class Health:
    """Reads the tables, so every process tells the same."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def ready(self) -> tuple[bool, dict[str, Any]]:
        """Whether requests should come here, and what is wrong otherwise."""
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
        return not behind and inbox_age < LATE_INBOX and outbox_age < LATE_OUTBOX, report

    def metrics(self) -> bytes:
        """Prometheus' text format; counts and ages only, nobody's data."""
        registry = CollectorRegistry()
        events = Gauge("bot_inbox_events", "Webhook events by state", ["state"], registry=registry)
        sent = Gauge("bot_messages", "Messages by lane and state", ["lane", "state"], registry=registry)
        inbox_age = Gauge("bot_inbox_age_seconds", "Age of the oldest open event", registry=registry)
        outbox_age = Gauge("bot_outbox_age_seconds", "How late the latest message is", registry=registry)
        now = self._clock.now()
        with self._database.reading() as session:
            for state, count in inbox.counts(session).items():
                events.labels(state).set(count)
            for (state, lane), count in message.counts(session).items():
                sent.labels(Lane(lane).name.lower(), state).set(count)
            inbox_age.set(_age(inbox.oldest_open(session), now).total_seconds())
            outbox_age.set(_age(message.oldest_due(session, now), now).total_seconds())
        return generate_latest(registry)


def _age(since: datetime | None, now: datetime) -> timedelta:
    return max(now - since, timedelta()) if since else timedelta()
