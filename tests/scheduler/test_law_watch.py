"""Once a day the log says how many sources of law nobody has read for long, and is silent when all were read."""

from collections.abc import MutableMapping
from datetime import date, datetime, time, timedelta
from typing import Any

from structlog.testing import capture_logs

from bot.clock import Clock
from bot.database import Database
from bot.ticks import Ticks
from law.catalogue import sources, stale
from law.source import STALE_AFTER
from locales import TAIPEI
from models.reminder import ReminderRules
from scheduler.jobs import JOBS

DAY = timedelta(days=1)
FIRST_STALE = min(source.checked for source in sources()) + STALE_AFTER


def said_by(ticks: Ticks) -> list[MutableMapping[str, Any]]:
    with capture_logs() as logs:
        ticks.run_due()
    return [one for one in logs if one["event"] == "law_unread"]


def watching(database: Database, clock: Clock, day: date, hour: int = 9, minute: int = 1) -> Ticks:
    clock.move(datetime.combine(day, time(hour, minute), TAIPEI))
    return Ticks(database, clock, ReminderRules(), [job for job in JOBS if job.name == "watch_law"])


def test_it_begins_on_the_first_day_in_taipei_and_comes_once_a_day(database: Database) -> None:
    clock = Clock()
    ticks = watching(database, clock, FIRST_STALE - DAY)
    assert said_by(ticks) == []
    clock.move(datetime.combine(FIRST_STALE, time(8, 59), TAIPEI))
    assert said_by(ticks) == [], "at nine, when somebody is there"
    for day in (FIRST_STALE, FIRST_STALE + DAY):
        clock.move(datetime.combine(day, time(9, 0, 1), TAIPEI))
        [said] = said_by(ticks)
        assert said["log_level"] == "warning"
        assert (said["unread"], said["sources"]) == (len(stale(day)), len(sources()))
        assert said["unread"] > 0
        assert said_by(ticks) == []


def test_the_line_has_counts_and_no_wall_of_text(database: Database) -> None:
    [said] = said_by(watching(database, Clock(), FIRST_STALE + 9 * STALE_AFTER))
    assert said["unread"] == said["sources"] > 50
    assert len(str(said)) < 120


def test_after_a_night_without_service_it_is_said_late_rather_than_not(database: Database) -> None:
    clock = Clock()
    ticks = watching(database, clock, FIRST_STALE - DAY)
    assert said_by(ticks) == []
    clock.move(datetime.combine(FIRST_STALE + 2 * DAY, time(23, 30), TAIPEI))
    assert len(said_by(ticks)) == 1
