"""kill -9 in the middle of an announcement: nobody gets it twice and nobody is left out."""

import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.line.answers import MULTICAST
from models.announcements.announcement import Announcement
from models.announcements.chunk import AnnouncementChunk
from models.contact import Contact
from tests.faults.world import World
from tests.station import approved, freeze
from tests.town import wait_until

PEOPLE = 15_000
FINISHES_WITHIN = 90.0
"""Two leases, and time for a busy machine."""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_bot_that_is_killed_while_it_announces_tells_everybody_once(database_url: str, tmp_path: Path) -> None:
    with World(database_url, tmp_path) as world:
        now = world.clock.now()
        rows = [
            {"line_user_id": f"U{n:032x}", "language": "en", "reachable": True, "created_at": now}
            for n in range(PEOPLE)
        ]
        with world.database.writing() as session:
            session.execute(insert(Contact), rows)
            announcement_id = approved(session, now)
        assert freeze(world.database, now)
        # Slow enough to die with requests on their way that LINE has taken.
        world.post("faults", {"path": MULTICAST, "delay_seconds": 0.3, "next": 1_000})
        for taken in (1, 8, 16):
            world.start()
            wait_until(lambda: len(_multicasts(world)) >= taken, "LINE to take some of it", FINISHES_WITHIN)  # noqa: B023
            world.kill()
        with world.database.reading() as session:
            in_doubt = select(func.count()).where(AnnouncementChunk.in_doubt)
            assert session.scalar(in_doubt), "it died with nothing on its way: no proof"
        world.start()
        wait_until(lambda: _is_done(world, announcement_id), "the announcement to end", FINISHES_WITHIN)
        world.kill()
        told = Counter(to for entry in _multicasts(world) for to in entry["recipients"])
        asked = Counter(one["status"] for one in world.get("requests") if one["path"] == MULTICAST)
    assert told == Counter(row["line_user_id"] for row in rows)
    assert asked.keys() <= {200, 409}


def _multicasts(world: World) -> list[dict[str, list[str]]]:
    found: list[dict[str, list[str]]] = []
    after = 0
    while page := world.get(f"ledger?after={after}"):
        found += [entry for entry in page if entry["path"] == MULTICAST]
        after = page[-1]["seq"]
    return found


def _is_done(world: World, announcement_id: int) -> bool:
    time.sleep(0.2)
    with world.database.reading() as session:
        return session.get_one(Announcement, announcement_id).state == "done"
