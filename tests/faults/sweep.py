"""Kills the bot at every system call it makes to receive, plan, send and mark, and counts what was lost or doubled.

`python -m tests.faults.sweep --kills 100`. Every line is one world: a database and a LINE of its own in which
the bot is killed some times in a row, with new work each time, then left in peace until all is done.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import httpx

from tests.faults import phases
from tests.faults.count import Count
from tests.faults.databases import ENGINES, Databases, databases
from tests.faults.tracing import bite, can_trace, injected
from tests.faults.world import World

SYSTEM_CALLS = {
    "sqlite": {"pwrite64": 120, "fdatasync": 12, "write": 40, "read": 40},
    "postgresql": {"sendto": 100, "recvfrom": 100, "write": 40, "read": 40},
}
"""By which the bot changes or learns anything outside itself, and how many of each one thread makes in a round."""
REACHED_WITHIN = 3.0
RANDOM_SHARE = 0.2
PEOPLE, REMINDED, REVOKED = 3, 3, 2
OWED_A_ROUND = 2 * PEOPLE + REMINDED + REVOKED
WORLDS, IN_A_ROW = 10, 4
"""Side by side, since waiting for leases costs nothing; and kills before the bot may finish. An event that has
died with its process five times is set aside, so there must be fewer."""


@dataclass(frozen=True)
class Kill:
    """At the `at`-th such system call of a thread, or after so many seconds."""

    system_call: str | None
    at: int
    seconds: float


def plan_kills(engine: str, seed: int) -> Iterator[Kill]:
    """Endlessly: every call of every kind in mixed order, and random moments in between."""
    chance = random.Random(seed)
    calls = SYSTEM_CALLS[engine].items() if can_trace() else ()
    points = [Kill(call, at, REACHED_WITHIN) for call, deepest in calls for at in range(1, deepest + 1)]
    while True:
        for point in chance.sample(points, len(points)):
            if chance.random() < RANDOM_SHARE:
                yield Kill(None, 0, chance.uniform(0, 1.5))
            yield point
        if not points:
            yield Kill(None, 0, chance.uniform(0, 1.5))


def live_through(world: World, kills: list[Kill]) -> Count:
    """Kill the bot at each of these points, then let it finish, and count."""
    for kill in kills:
        world.start()
        world.bites[_bite(world, kill)] += 1
        world.kill()
        world.kills += 1
    world.start()
    world.finish()
    return world.count()


def _bite(world: World, kill: Kill) -> str:
    """Give the bot work until it dies of this kill, and say where that was."""
    assert world.bot is not None
    bot, log = world.bot, world.folder / "calls"
    if kill.system_call is None:
        _work_comes(world)
        bot.died_within(kill.seconds)
        bot.kill()
    else:
        with injected(bot.pid, kill.system_call, f"signal=KILL:when={kill.at}", log):
            _work_comes(world)
            # Where the call is never reached, it dies when the time is over.
            bot.died_within(kill.seconds)
            bot.kill()
        bitten = bite(log, bot.pid, kill.system_call, kill.at)
        if bitten is not None:
            phase = phases.of_thread(bot.phases, bitten.thread) or bitten.wire
            return f"{kill.system_call} in {phase or 'between'}"
    return f"any moment in {' + '.join(sorted(phases.under_way(bot.phases))) or 'between'}"


def _work_comes(world: World) -> None:
    world.people_write(PEOPLE)
    world.a_new_day_dawns(REMINDED)
    world.permits_are_revoked(REVOKED)


def sweep(source: Databases, kills: int, *, worlds: int = WORLDS, in_a_row: int = IN_A_ROW, seed: int = 1955) -> Count:
    """So many kills, in so many worlds side by side."""
    points = islice(plan_kills(source.engine, seed), kills)
    rounds = list(iter(lambda: list(islice(points, in_a_row)), []))
    total = Count()
    with ThreadPoolExecutor(worlds) as pool:
        for done in as_completed(pool.submit(_a_world, source, points_of_one) for points_of_one in rounds):
            count = done.result()
            total += count
            if count.unknown or not count.is_good:
                print(f"{source.engine}: {count}", flush=True)
    return total


def _a_world(source: Databases, kills: list[Kill]) -> Count:
    """The same kills once more where it was our own call to the look-alike that did not get through."""
    try:
        return _one_world(source, kills)
    except httpx.TransportError as failure:
        print(f"{source.engine}: a world is begun anew: {failure!r}", file=sys.stderr, flush=True)
        return _one_world(source, kills)


def _one_world(source: Databases, kills: list[Kill]) -> Count:
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    with source.new(folder) as url, World(url, folder) as world:
        count = live_through(world, kills)
    if count.is_good:
        shutil.rmtree(folder)
    else:
        print(f"  killed at {kills}; what was found is kept in {folder}", file=sys.stderr)
    return count


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100, help="in all, half on each engine")
    options.add_argument("--engine", choices=ENGINES, help="only this one")
    options.add_argument("--worlds", type=int, default=WORLDS, help="side by side")
    options.add_argument("--in-a-row", type=int, default=IN_A_ROW, help="kills before the bot may finish")
    options.add_argument("--seed", type=int, default=1955)
    given = options.parse_args()
    if not can_trace():
        print("strace may not attach here: only random kills, none at a chosen system call", file=sys.stderr)
    engines = (given.engine,) if given.engine else ENGINES
    total = Count()
    for engine in engines:
        with databases(engine) as source:
            count = sweep(
                source, given.kills // len(engines), worlds=given.worlds, in_a_row=given.in_a_row, seed=given.seed
            )
        print(f"{engine}: {count}", flush=True)
        total += count
    for where, times in total.bites.most_common():
        print(f"{times:5} {where}")
    print(f"all: {total}, longest resume {total.longest_resume:.1f} s")
    raise SystemExit(0 if total.is_good else 1)


if __name__ == "__main__":
    main()
