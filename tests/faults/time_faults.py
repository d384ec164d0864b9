"""What clocks and calendars can do to us."""

from datetime import datetime, time, timedelta

from sqlalchemy import make_url

from locales import TAIPEI, taipei_day
from tests.faults.line_faults import way_to_line, work_comes
from tests.faults.proxy import Fault
from tests.faults.world import REMINDED_BEFORE, World
from tests.postgres import named, on_server
from tests.town import wait_until, words_of

ZONES = ("UTC", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu", "Asia/Taipei")
THREE_DAYS = timedelta(days=3)


def clock_jumps(world: World, scale: int) -> None:
    """The machine's clock jumps three days ahead, back, three days behind, and back, with work in hand each time."""
    with way_to_line(world) as way:
        for wrong in (THREE_DAYS, timedelta(), -THREE_DAYS, timedelta()):
            way.misbehave(Fault.REFUSE)
            work_comes(world, scale)
            wait_until(lambda: world.states()["planned"] + world.states()["leased"] >= 4 * scale, "work in hand")
            world.set_bots_clock_wrong(wrong)
            way.heal()
            if wrong < timedelta():  # today's reminders are not due there
                wait_until(lambda: world.states()["planned"] + world.states()["leased"] <= 2 * scale, "the rest", 60)
            else:
                world.finish()


def dies_with_its_clock_ahead(world: World, scale: int) -> None:
    """It dies on a machine whose clock has jumped three days ahead, and is started where the clock is right."""
    with way_to_line(world) as way:
        world.set_bots_clock_wrong(THREE_DAYS)
        wait_until(lambda: world.next_job() > world.clock.now() + THREE_DAYS, "its jobs to run")
        way.misbehave(Fault.BLACK_HOLE)
        work_comes(world, scale)
        wait_until(lambda: world.states()["leased"] > 0, "something to be on its way")
        world.kill()
        world.set_bots_clock_wrong(timedelta())
        way.heal()
        world.start()


def server_time_zones(world: World, scale: int) -> None:
    """Half past midnight in Taipei, when most of the world has another day, on servers in up to five zones."""
    world.time_passes(_next(world, time(0, 30)) - world.clock.now())
    for zone in ZONES[: 2 + scale]:
        _set_zone(world, zone)
        world.start()
        work_comes(world, scale)
        world.finish()
        world.kill()
    said = {
        words_of([{"message": message} for message in entry["body"]["messages"]]).replace(phone, "")
        for entry in world.sent()
        for phone in entry["recipients"]
    }
    # A welcome, an answer, a reminder, a notice: in every zone the same words and dates.
    assert len(said) == 4, said


def _set_zone(world: World, zone: str) -> None:
    world.settings["TZ"] = zone
    url = make_url(world.database_url)
    if url.drivername != "sqlite":
        on_server(named(world.database_url, "postgres"), f"ALTER DATABASE {url.database} SET timezone TO '{zone}'")


def _next(world: World, at: time) -> datetime:
    return datetime.combine(taipei_day(world.clock.now()) + timedelta(days=1), at, TAIPEI)


def three_days_down(world: World, scale: int) -> None:
    """Nothing runs for three days, on each of which somebody's reminder was due; people write meanwhile."""
    world.start()
    world.a_new_day_dawns(scale)
    for day in (1, 2, 3):
        world.workers_are_bound(scale, ends_in=REMINDED_BEFORE + day, owed=1)
    world.finish()
    world.kill()
    world.people_write(scale)
    world.permits_are_revoked(scale)
    world.time_passes(THREE_DAYS)
    world.start()
    world.finish()
