"""What LINE, and the way to it, can do to us."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.proxy import Fault, Proxy
from tests.faults.world import SENDING, World
from tests.town import wait_until

GIVEN_UP_WITHIN = 30.0
TO_SEND = b"POST /v2/bot/message/"


@contextmanager
def way_to_line(world: World) -> Iterator[Proxy]:
    """The bot has its token; afterwards the way is free and all is done."""
    with Proxy(("127.0.0.1", world.line_port)) as way:
        world.settings |= {"BOT_LINE_API_URL": way.url, "BOT_LINE_DATA_URL": way.url}
        world.start()
        world.people_write(1)
        world.finish()
        yield way
        way.heal()
        world.finish()


def work_comes(world: World, times: int) -> None:
    """Answers, reminders and urgent notices to send."""
    world.people_write(2 * times)
    world.a_new_day_dawns(2 * times)
    world.permits_are_revoked(2 * times)


def answers_get_lost(world: World, scale: int) -> None:
    """LINE has taken what we sent, and the connection breaks before we hear of it."""
    with way_to_line(world) as way:
        way.misbehave(Fault.CUT_BEFORE_RESPONSE, times=8 * scale, only=TO_SEND)
        work_comes(world, scale)
        wait_until(lambda: way.times == 8 * scale, "connections to be cut", 30)
    assert len(world.asked()) > world.owed.total(), "nothing had to be asked again"


def connections_break_in_mid_request(world: World, scale: int) -> None:
    """The connection breaks when LINE has the request and has perhaps not begun to read it."""
    with way_to_line(world) as way:
        way.misbehave(Fault.CUT_AFTER_REQUEST, times=8 * scale, only=TO_SEND)
        work_comes(world, scale)
        wait_until(lambda: way.times == 8 * scale, "connections to be cut", 30)


def connections_are_refused(world: World, scale: int) -> None:
    """Nobody listens where LINE was, then everything is reset, then it is back."""
    with way_to_line(world) as way:
        way.misbehave(Fault.REFUSE)
        work_comes(world, scale)
        wait_until(lambda: world.states()["leased"] + world.states()["planned"] > 0, "something to be tried")
        way.misbehave(Fault.RESET, times=6 * scale, only=TO_SEND)
        wait_until(lambda: way.times == 6 * scale, "connections to be reset", 60)


def answers_drip(world: World, scale: int) -> None:
    """An answer takes many seconds, a byte at a time, and some never end in time."""
    with way_to_line(world) as way:
        way.misbehave(Fault.DRIP, seconds=0.01)
        work_comes(world, scale)
        wait_until(lambda: way.times >= 6 * scale, "answers to drip", 60)


def line_is_a_black_hole(world: World, scale: int) -> None:
    """Requests go out and nothing comes back, until all of them arrive at once, long after we hung up."""
    with way_to_line(world) as way:
        way.misbehave(Fault.BLACK_HOLE)
        work_comes(world, scale)
        wait_until(lambda: world.tried_again() > 0, "a request to be given up", GIVEN_UP_WITHIN)


def too_many_requests(world: World, scale: int) -> None:
    """LINE says 429 to whatever is sent, many times in a row."""
    world.start()
    for path in SENDING:
        world.post("faults", {"path": path, "status": 429, "next": 5 * scale})
    work_comes(world, scale)
    world.finish()
    assert sum(one["status"] == 429 for one in world.asked()) == 10 * scale


def server_errors(world: World, scale: int) -> None:
    """LINE says 500, 502 and 503, and has delivered some of these messages all the same."""
    world.start()
    for path in SENDING:
        for status, accepted in ((500, False), (500, True), (502, True), (503, False)):
            world.post("faults", {"path": path, "status": status, "accept": accepted, "next": 2 * scale})
    work_comes(world, scale)
    world.finish()
    assert sum(one["status"] >= 500 for one in world.asked()) >= 8 * scale
