"""Every fault but kill -9: what happens, and on which engines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults import database_faults, line_faults, time_faults
from tests.faults.count import Count
from tests.faults.world import World

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
SCALE_OF_PROOF = 1


@dataclass(frozen=True)
class Scenario:
    """`happens` leaves the world with nothing to do."""

    name: str
    happens: Callable[[World, int], None]
    engines: Sequence[str] = BOTH
    # Outcomes that nobody can know, at most: of a free reply LINE keeps no key.
    unknown: int = 0
    # On the first of its engines by the test suite too; the others cost more than they add to tests/bot.
    in_suite: bool = True

    def run(self, database_url: str, folder: Path, scale: int) -> Count:
        with World(database_url, folder) as world:
            self.happens(world, scale)
            return world.count()


SCENARIOS = (
    Scenario("LINE: answers get lost", line_faults.answers_get_lost),
    Scenario("LINE: cut in mid-request", line_faults.connections_break_in_mid_request, BOTH[::-1], in_suite=False),
    Scenario("LINE: refused, then reset", line_faults.connections_are_refused, in_suite=False),
    Scenario("LINE: answers drip", line_faults.answers_drip, BOTH[::-1], in_suite=False),
    Scenario("LINE: black hole", line_faults.line_is_a_black_hole, BOTH[::-1]),
    Scenario("LINE: storm of 429", line_faults.too_many_requests),
    Scenario("LINE: storm of 5xx", line_faults.server_errors, BOTH[::-1], in_suite=False),
    Scenario("database away for ten minutes", database_faults.database_away, (POSTGRESQL,), unknown=2),
    Scenario("database hangs, and goes on", database_faults.database_hangs, (POSTGRESQL,), unknown=2, in_suite=False),
    Scenario("database slow (200 ms a word)", database_faults.database_slow, (POSTGRESQL,), in_suite=False),
    Scenario("database locked by another program", database_faults.database_locked, (SQLITE,)),
    Scenario("database restored to five minutes ago", database_faults.restored_to_five_minutes_ago, BOTH[::-1]),
    Scenario("disk full", database_faults.disk_full, (SQLITE,)),
    Scenario("poison event", database_faults.poison),
    Scenario("clock jumps by ±3 days", time_faults.clock_jumps, unknown=4),
    Scenario(
        "dies with its clock three days ahead",
        time_faults.dies_with_its_clock_ahead,
        BOTH[::-1],
        unknown=10,
        in_suite=False,
    ),
    Scenario("five time zones", time_faults.server_time_zones, BOTH[::-1]),
    Scenario("down for three days", time_faults.three_days_down),
)
