"""The limiter: however many processes share a database, together they stay below LINE's limit."""

import multiprocessing
import time
from bisect import bisect
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import select

from bot.database import Database
from models import rate
from models.rate import Rate
from models.secrets import Key, Keyring

ALLOWED = 1_900


def arrival(database: Database, name: str = "line/push") -> int:
    with database.reading() as session:
        return session.scalars(select(Rate.arrival).where(Rate.name == name)).one()


def reserve(database: Database, slots: int, endpoint: str = "push") -> tuple[float, float]:
    with database.writing() as session:
        return rate.reserve(session, "line", endpoint, slots)


def test_the_first_slot_is_free_at_once_and_the_next_ones_follow_at_lines_pace(database: Database) -> None:
    first, apart = reserve(database, 100)
    assert first == 0
    assert apart == pytest.approx(1 / ALLOWED, rel=0.001)
    assert apart >= 1 / ALLOWED - 1e-6
    then, _apart = reserve(database, 1)
    assert 0 < then <= 100 * apart


def test_slots_only_move_forward_and_never_overlap(database: Database) -> None:
    interval = round(reserve(database, 1)[1] * 1_000_000)
    seen = [arrival(database)]
    for slots in (1, 7, 100, 1, 400, 3):
        reserve(database, slots)
        seen.append(arrival(database))
        assert seen[-1] - seen[-2] >= slots * interval
    assert all(before < after for before, after in pairwise(seen))


def test_unused_time_is_not_saved_up_for_a_burst(database: Database) -> None:
    reserve(database, 1)
    time.sleep(0.3)
    reserve(database, 200)
    following, apart = reserve(database, 1)
    assert following > 200 * apart - 0.1


def test_every_endpoint_and_channel_has_a_pace_of_its_own(database: Database) -> None:
    reserve(database, 1_900)
    assert reserve(database, 1)[0] > 0.8
    assert reserve(database, 1, "reply")[0] == 0
    assert reserve(database, 1, "multicast")[1] == pytest.approx(1 / 190, rel=0.001)
    with database.writing() as session:
        assert rate.reserve(session, "another channel", "push", 1)[0] == 0


def test_a_429_pushes_the_next_slot_of_everybody_away_and_a_second_one_no_farther(database: Database) -> None:
    reserve(database, 1)
    for _ in range(3):
        with database.writing() as session:
            rate.slow_down(session, "line", "push", 1.0)
    first, _apart = reserve(database, 1)
    assert 0.7 < first <= 1.0


def test_a_429_never_brings_a_slot_nearer(database: Database) -> None:
    reserve(database, 1_900 * 3)
    before = arrival(database)
    with database.writing() as session:
        rate.slow_down(session, "line", "push", 1.0)
    assert arrival(database) == before


def test_four_processes_together_stay_below_the_limit(database: Database, database_url: str) -> None:
    reserve(database, 1)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(4, mp_context=spawn) as pool:
        runs = [pool.submit(_slots_of_one_process, database_url, 60, 25) for _ in range(4)]
        slots = sorted(slot for run in runs for slot in run.result())
    assert len(slots) == 4 * 60 * 25
    # Any full second of slots; the clocks we measure by are read some milliseconds beside the database's.
    fullest = max(bisect(slots, start + 1) - place for place, start in enumerate(slots))
    assert fullest <= 2_000
    assert (len(slots) - 1) / (slots[-1] - slots[0]) <= ALLOWED * 1.02


def _slots_of_one_process(database_url: str, times: int, batch: int) -> list[float]:
    """When its requests would leave."""
    database = Database(database_url, Keyring([Key(1, bytes(32))]))  # nothing here is sealed
    slots: list[float] = []
    for _ in range(times):
        with database.writing() as session:
            first, apart = rate.reserve(session, "line", "push", batch)
            asked = time.monotonic()
        slots += [asked + first + place * apart for place in range(batch)]
    database.close()
    return slots
