"""How long an import takes, how much memory, and how long another writer waits for it meanwhile."""

import argparse
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bot.clock import Clock
from bot.database import Database
from bot.imports import import_permits
from bot.made_up import made_up_workers, write_csv
from models.reminder import ReminderRules
from models.schedule import Schedule
from tests.benchmarks.databases import KEYS

TODAY = date(2026, 3, 11)
BETWEEN_WRITES = 0.02


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--database", help="an empty database's URL; a SQLite file of its own if left out")
    options.add_argument("--beside", action="store_true", help="let another thread write small rows meanwhile")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "permits.csv"
        write_csv(file, made_up_workers(given.rows, seed=1, today=TODAY))
        database = Database(given.database or f"sqlite:///{folder}/bot.sqlite", KEYS)
        database.migrate()
        print(f"{given.rows:,} permits, {file.stat().st_size / 1e6:.1f} MB, {database.engine.dialect.name}")
        before = _peak()
        for what in ("first time", "same file again"):
            with _waits(database, given.beside):
                _measured(database, file, what, given.rows)
        print(f"peak memory {_peak():.0f} MB, {_peak() - before:.0f} MB of it for the import")
        database.close()


def _measured(database: Database, file: Path, what: str, rows: int) -> None:
    started, busy = time.perf_counter(), time.process_time()
    result = import_permits(database, file, ReminderRules(), Clock())
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    assert result.saved, result
    assert result.rows == rows == result.new_permits + result.changed + result.unchanged, result
    print(f"{what}: {seconds:.1f} s, {rows / seconds:,.0f} rows/s; {busy:.1f} s of processor time")


def _peak() -> float:
    """Megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


@contextmanager
def _waits(database: Database, wanted: bool) -> Iterator[None]:
    """Write one row after another beside the import, as webhooks do, and print how long each took."""
    if not wanted:
        yield
        return
    took: list[float] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(BETWEEN_WRITES):
            started = time.perf_counter()
            with database.writing() as session:
                session.merge(Schedule(name="benchmark", next_run=Clock().now()))
            took.append((time.perf_counter() - started) * 1000)

    beside = threading.Thread(target=write)
    beside.start()
    yield
    stop.set()
    beside.join()
    took.sort()
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    print(f"  writes beside it: {len(took)}, p50 {p50:.0f} ms, p99 {p99:.0f} ms, longest {took[-1]:.0f} ms")


if __name__ == "__main__":
    main()
