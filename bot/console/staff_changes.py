"""What one administrator asked for and another decides: each proposal on a page of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.responses import Response

from bot.console import staff_words as words
from bot.console.gate import Console
from bot.console.people import refusal
from bot.console.visit import PREFIX, Desk
from models import credential, staff, staff_decision
from models.operator import Role
from models.staff_change import Kind, StaffChange
from models.staff_decision import ObstacleError


def add_staff_changes(console: Console, public_url: str) -> None:
    """The page of a proposal, and its decisions."""
    console.page("/people/changes/{id}", Role.ADMINISTRATOR)(change)
    console.act("/people/changes/{id}/approve", Role.ADMINISTRATOR)(lambda desk: approve(desk, public_url))
    console.act("/people/changes/{id}/refuse", Role.ADMINISTRATOR)(refuse)
    console.act("/people/changes/{id}/withdraw", Role.ADMINISTRATOR)(withdraw)
    console.act("/people/changes/{id}/open", Role.ADMINISTRATOR)(open_key)


def change(desk: Desk) -> Response:
    found = desk.row(StaffChange)
    return desk.page(
        "people_change.html",
        change=found,
        obstacle=_obstacle(desk, found),
        may_refuse=desk.operator.id not in (found.asked_by_id, found.operator_id),
        gives_code=found.kind not in (Kind.ROLES, Kind.API_KEY),
        said=words,
    )


def approve(desk: Desk, public_url: str) -> Response:
    """Whoever approves sees the set-up code: whoever invented a person must not be the one who can sign in as them."""
    found = desk.row(StaffChange)
    with _obstacles_said():
        code = staff_decision.approve(desk.session, found, desk.operator, desk.now)
    desk.log("staff_change_approved", found.about, change=found.id, kind=found.kind)
    if code is None or found.operator is None:
        return desk.go(f"/people/changes/{found.id}", done="approved")
    return desk.page(
        "people_code.html",
        who=found.operator,
        code=code,
        address=f"{public_url}{PREFIX}/set-up",
        until=desk.now + credential.SET_UP_HOLDS,
    )


def refuse(desk: Desk) -> Response:
    found = desk.row(StaffChange)
    with _obstacles_said():
        staff_decision.refuse(desk.session, found, desk.operator, desk.now)
    desk.log("staff_change_refused", found.about, change=found.id, kind=found.kind)
    return desk.go(f"/people/changes/{found.id}", done="refused")


def withdraw(desk: Desk) -> Response:
    found = desk.row(StaffChange)
    with _obstacles_said():
        staff_decision.withdraw(desk.session, found, desk.operator, desk.now)
    desk.log("staff_change_withdrawn", found.about, change=found.id, kind=found.kind)
    return desk.go("/people", done="withdrawn")


def open_key(desk: Desk) -> Response:
    found = desk.row(StaffChange)
    with _obstacles_said():
        key, secret = staff_decision.open_key(desk.session, found, desk.operator, desk.now)
    desk.log("api_key_opened", f"api_key {key.id}", change=found.id)
    return desk.page("keys_secret.html", key=key, secret=secret)


@contextmanager
def _obstacles_said() -> Iterator[None]:
    try:
        yield
    except ObstacleError as error:
        raise refusal(words.OBSTACLES[error.obstacle]) from None


def _obstacle(desk: Desk, change: StaffChange) -> staff_decision.Obstacle | None:
    administrators = staff.administrators(desk.session)
    return staff_decision.obstacle(desk.session, change, desk.operator, administrators, desk.now)
