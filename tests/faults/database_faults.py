"""What the database, its disk and the way to it can do to us."""

import resource
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from models.inbox import InboxEvent, InboxState
from tests.faults.line_faults import work_comes
from tests.faults.proxy import Fault, Proxy
from tests.faults.tracing import can_trace, injected
from tests.faults.world import World
from tests.postgres import named, on_server
from tests.town import wait_until

TEN_MINUTES = timedelta(minutes=10)


@contextmanager
def _way_to_database(world: World) -> Iterator[Proxy]:
    """Only of the bot; we have our own."""
    url = make_url(world.database_url)
    folder = url.query.get("host")
    target = f"{folder}/.s.PGSQL.{url.port or 5432}" if isinstance(folder, str) else (url.host or "", url.port or 5432)
    with Proxy(target) as way:
        through = url.set(host="127.0.0.1", port=way.port, query={})
        world.settings["BOT_DATABASE_URL"] = through.render_as_string(hide_password=False)
        world.start()
        yield way
        world.finish()


def _refused(world: World) -> int:
    """How often LINE was told to come back."""
    statuses = [one["status"] for one in world.deliveries()]
    assert set(statuses) <= {200, 503, None}, statuses
    return statuses.count(503)


def database_away(world: World, scale: int) -> None:
    """Nobody listens where the database was, for ten minutes on everybody's clock."""
    with _way_to_database(world) as way:
        work_comes(world, scale)
        way.misbehave(Fault.REFUSE)
        world.people_write(2 * scale)
        wait_until(lambda: _refused(world) >= 3, "LINE to be told to come back")
        world.time_passes(TEN_MINUTES)
        time.sleep(1)
        way.heal()


def database_hangs(world: World, scale: int) -> None:
    """The database takes every word and answers nothing, until it goes on where it stood still."""
    with _way_to_database(world) as way:
        work_comes(world, scale)
        way.misbehave(Fault.BLACK_HOLE)
        world.people_write(2 * scale)
        wait_until(lambda: _refused(world) + _given_up(world) >= 3, "LINE to be told to come back", 20)
        way.heal()


def _given_up(world: World) -> int:
    return sum(one["status"] is None for one in world.deliveries())


def database_slow(world: World, scale: int) -> None:
    """Every word to the database takes 200 ms."""
    with _way_to_database(world) as way:
        way.misbehave(Fault.DELAY, seconds=0.2)
        work_comes(world, scale)
        world.finish()
        assert way.times > 0
        assert _refused(world) == 0, "200 ms are no reason to send LINE away"


def database_locked(world: World, scale: int) -> None:
    """Somebody else keeps the one lock of the file for longer than LINE waits."""
    world.start()
    with world.database.writing() as session:
        session.connection()  # takes the lock
        world.people_write(2 * scale)
        wait_until(lambda: _refused(world) + _given_up(world) > 0, "LINE to be told to come back", 20)
    work_comes(world, scale)
    world.finish()


def restored_to_five_minutes_ago(world: World, scale: int) -> None:
    """Everything was planned, copied, sent, and then the copy is put in the database's place."""
    with Proxy(("127.0.0.1", world.line_port)) as way:
        world.settings["BOT_LINE_API_URL"] = way.url
        way.misbehave(Fault.REFUSE)
        world.start()
        world.a_new_day_dawns(3 * scale)
        world.permits_are_revoked(3 * scale)
        wait_until(lambda: world.states()["planned"] + world.states()["leased"] == 6 * scale, "it to be planned")
        world.kill()
        _copy_database(world)
        way.heal()
        world.start()
        world.finish()
        world.kill()
        assert len(world.sent()) == 6 * scale
        _put_copy_back(world)
        world.time_passes(timedelta(minutes=5))
        world.start()
        world.finish()
    again = [one["status"] for one in world.asked() if one["retry_key"]]
    assert again.count(409) >= 6 * scale, "the copy knew nothing of what had been sent"


def _copy_database(world: World) -> None:
    world.database.close()
    url = make_url(world.database_url)
    if url.drivername == "sqlite":
        for file in _files(world):
            shutil.copy(file, world.folder / f"{file.name}.copy")
    else:
        on_server(named(world.database_url, "postgres"), f"CREATE DATABASE {url.database}_copy TEMPLATE {url.database}")


def _put_copy_back(world: World) -> None:
    world.database.close()
    url = make_url(world.database_url)
    if url.drivername == "sqlite":
        for file in _files(world):
            file.unlink()
        for copy in world.folder.glob("bot.sqlite*.copy"):
            copy.rename(copy.with_suffix(""))
    else:
        server = named(world.database_url, "postgres")
        on_server(server, f"DROP DATABASE {url.database} WITH (FORCE)")
        on_server(server, f"ALTER DATABASE {url.database}_copy RENAME TO {url.database}")


def _files(world: World) -> list[Path]:
    file = Path(str(make_url(world.database_url).database))
    return [each for each in (file, file.with_name(f"{file.name}-wal")) if each.exists()]


def disk_full(world: World, scale: int) -> None:
    """Nothing can be written any more: to the database as the kernel says it, then to no file at all, the log too."""
    world.start()
    assert world.bot is not None
    work_comes(world, scale)
    if can_trace():
        with injected(world.bot.pid, "pwrite64", "error=ENOSPC", world.folder / "calls"):
            _nothing_is_taken(world, scale)
        world.finish()
    unlimited = resource.prlimit(world.bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(world.bot.pid, resource.RLIMIT_FSIZE, (0, unlimited[1]))
    _nothing_is_taken(world, scale)
    resource.prlimit(world.bot.pid, resource.RLIMIT_FSIZE, unlimited)
    world.finish()
    assert world.bot.exit_status is None, "it was to heal without a restart"
    with world.database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    if not can_trace():
        pytest.skip("strace may not attach here: only a limit on files was met, not ENOSPC")


def _nothing_is_taken(world: World, scale: int) -> None:
    before = _refused(world)
    world.people_write(2 * scale)
    wait_until(lambda: _refused(world) >= before + 3, "LINE to be told to come back", 30)


def poison(world: World, scale: int) -> None:
    """One person's event cannot be read, each time it is tried."""
    world.start(("web",))
    victim = world.new_phone(owed=1)
    world.post(f"users/{victim}/follow", {})
    world.people_write(3 * scale)
    wait_until(lambda: world.deliveries() and not world.events_not_taken(), "everything to be kept")
    world.kill()
    with world.database.writing() as session:
        kept = select(InboxEvent.id).where(InboxEvent.line_user_id == victim)
        damaged = session.scalars(kept).one()
        session.connection().exec_driver_sql(f"UPDATE inbox_event SET raw = {_garbage(world)} WHERE id = {damaged}")
    world.post(f"users/{victim}/text", {"text": "Hello"})
    world.start()
    world.finish()
    with world.database.reading() as session:
        ended = select(InboxEvent.state, InboxEvent.attempts).where(InboxEvent.id == damaged)
        assert session.execute(ended).one() == (InboxState.PARKED.value, 5)


def _garbage(world: World) -> str:
    return "x'00'" if world.database.engine.dialect.name == "sqlite" else r"'\x00'::bytea"
