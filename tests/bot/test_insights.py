"""How many saw an announcement: read from the LINE look-alike, once a day and no oftener than LINE allows."""

import asyncio
from datetime import timedelta

import pytest

from bot.insights import Insights
from bot.line.answers import LineUnavailable
from models.announcements import stats as announcement_stats
from models.announcements.stats import AnnouncementStats
from tests.post import Post
from tests.station import Station

STATISTICS = "/v2/bot/insight/message/event/aggregation"
DAY = timedelta(days=1)


@pytest.fixture
def station(post: Post) -> Station:
    return Station(post)


def read(station: Station) -> int:
    """How many announcements LINE was asked about."""

    async def reading() -> int:
        async with station.post.line(station.post.url) as line:
            return await Insights(station.post.database, station.post.clock, line).read_when_due()

    return asyncio.run(reading())


def stats(station: Station, announcement_id: int) -> AnnouncementStats | None:
    with station.post.database.reading() as session:
        return announcement_stats.stats_of(session, announcement_id)


def test_what_line_counts_is_kept_and_read_again_each_day_for_two_weeks(station: Station) -> None:
    station.people(20)
    announcement_id = station.approved()
    assert read(station) == 0
    station.broadcast()
    assert read(station) == 1
    kept = stats(station, announcement_id)
    assert kept is not None
    assert (kept.seen, kept.tapped) == (20, None)
    assert read(station) == 0
    asked = 0
    for _day in range(20):
        station.post.clock.ahead += DAY
        asked += read(station)
    assert asked == 13


def test_of_few_people_line_tells_nothing(station: Station) -> None:
    station.people(2)
    announcement_id = station.approved()
    station.broadcast()
    assert read(station) == 1
    kept = stats(station, announcement_id)
    assert kept is not None
    assert kept.seen is None


def test_it_is_asked_again_after_an_hour_when_line_could_not_say(station: Station) -> None:
    station.people(1)
    announcement_id = station.approved()
    station.broadcast()
    station.post.fault(STATISTICS, status=500)
    with pytest.raises(LineUnavailable):
        read(station)
    assert (read(station), stats(station, announcement_id)) == (0, None)
    station.post.clock.ahead += timedelta(hours=1)
    assert read(station) == 1
    assert stats(station, announcement_id) is not None
