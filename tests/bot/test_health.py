"""What load balancers and Prometheus are told."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import text

from bot.clock import Clock
from bot.database import Database
from bot.health import Health
from law.catalogue import sources, stale
from locales import TAIPEI
from models.inbox import InboxEvent
from tests.post import ACCOUNT

PERSON = "U" + "a" * 32


@pytest.fixture
def clock(now: datetime) -> Clock:
    clock = Clock()
    clock.move(now)
    return clock


def add(database: Database, at: datetime, state: str, person: str = PERSON) -> None:
    with database.writing() as session:
        session.add(
            InboxEvent(
                webhook_event_id=f"{state} {at}", line_user_id=person, type="message", occurred_at=at, received_at=at,
                raw=b"{}", state=state,
            )
        )  # fmt: skip


def metrics(health: Health) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in health.metrics().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_an_empty_service_is_ready(database: Database, clock: Clock) -> None:
    ready, report = Health(database, clock, ACCOUNT).ready()
    assert ready
    assert report == {"database": "ok", "migrations": "ok", "inbox_age_seconds": 0, "outbox_age_seconds": 0}


def test_a_backlog_is_told_and_sends_nobody_away(database: Database, clock: Clock, now: datetime) -> None:
    add(database, now - timedelta(hours=2), "new")
    ready, report = Health(database, clock, ACCOUNT).ready()
    assert ready
    assert report["inbox_age_seconds"] == pytest.approx(7200, abs=2)


def test_missing_migrations_make_it_unready(database: Database, clock: Clock) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    ready, report = Health(database, clock, ACCOUNT).ready()
    assert (ready, report["migrations"]) == (False, "missing")


def test_a_parked_event_is_in_the_figures_and_holds_nothing_up(database: Database, clock: Clock, now: datetime) -> None:
    add(database, now - timedelta(hours=2), "parked")
    add(database, now - timedelta(seconds=30), "new")
    health = Health(database, clock, ACCOUNT)
    figures = metrics(health)
    assert figures['bot_inbox_events{state="parked"}'] == 1
    assert figures['bot_inbox_events{state="new"}'] == 1
    assert figures['bot_inbox_events{state="done"}'] == 0
    assert figures["bot_inbox_age_seconds"] == pytest.approx(30, abs=2)
    assert figures["bot_database_up"] == 1
    assert health.ready()[0]


def test_figures_name_nobody(database: Database, clock: Clock, now: datetime) -> None:
    add(database, now, "new")
    assert PERSON not in Health(database, clock, ACCOUNT).metrics().decode()


def test_the_sources_of_law_that_nobody_has_read_for_long_are_counted(database: Database, clock: Clock) -> None:
    health = Health(database, clock, ACCOUNT)
    read_on = min(source.checked for source in sources())
    for days, unread in ((179, 0), (180, len(stale(read_on + timedelta(days=180)))), (9_999, len(sources()))):
        clock.move(datetime.combine(read_on + timedelta(days=days), time(12), TAIPEI))
        assert metrics(health)["bot_law_sources_unread"] == unread


def test_a_database_that_is_away_is_said_and_not_raised(database: Database, clock: Clock) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE inbox_event RENAME TO elsewhere"))
    health = Health(database, clock, ACCOUNT)
    assert health.ready() == (False, {"database": "unreachable"})
    assert metrics(health) == {"bot_database_up": 0}
