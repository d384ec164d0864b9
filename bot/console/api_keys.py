"""Keys of the ministry's systems: asked for by one administrator, approved by another, taken away by either."""

from fastapi.responses import Response

from bot.console import staff_words as words
from bot.console.gate import Console
from bot.console.people import LONGEST_WHY, asked, refusal, why_of
from bot.console.visit import Desk
from bot.console.words import Words
from models import api_key, staff_change
from models.api_key import ApiKey, Scope
from models.operator import Role
from models.staff_change import Kind

LONGEST_NAME = 64
DAYS = (365, 180, 90, 30)
"""For how long a key may hold. One without an end is forgotten in some other system's settings."""


def add_api_keys(console: Console) -> None:
    """The list of keys, asking for one, and taking one away."""
    console.page("/people/keys", Role.ADMINISTRATOR)(keys)
    console.act("/people/keys", Role.ADMINISTRATOR)(ask_for_key)
    console.act("/people/keys/{id}/revoke", Role.ADMINISTRATOR)(revoke)


def keys(desk: Desk) -> Response:
    return _keys(desk, {})


def ask_for_key(desk: Desk) -> Response:
    wrong = _wrong_with_key(desk)
    if wrong:
        return _keys(desk, wrong)
    change = staff_change.ask_for_key(
        desk.session,
        desk.operator,
        desk.text("name"),
        _scopes(desk),
        desk.text("why"),
        desk.now,
        test=desk.text("mode") == "test",
        days=int(desk.text("days")),
    )
    return asked(desk, change)


def revoke(desk: Desk) -> Response:
    key, why = desk.row(ApiKey), why_of(desk)
    if key.revoked_at is not None:
        raise refusal(words.REVOKED_ALREADY)
    api_key.revoke(key, desk.now)
    desk.log("api_key_revoked", f"api_key {key.id}", why=why)
    return desk.go("/people/keys", done="revoked")


def _keys(desk: Desk, wrong: dict[str, Words]) -> Response:
    every_key = api_key.all_keys(desk.session)
    return desk.page(
        "keys.html",
        422 if wrong else 200,
        in_force=[key for key in every_key if key.holds(desk.now)],
        former=[key for key in every_key if not key.holds(desk.now)],
        to_open=staff_change.keys_to_open(desk.session, desk.operator, desk.now),
        waiting=[change for change in staff_change.waiting(desk.session, desk.now) if change.kind == Kind.API_KEY],
        wrong=wrong,
        ticked=desk.chosen("scopes"),
        days=DAYS,
        said=words,
    )


def _wrong_with_key(desk: Desk) -> dict[str, Words]:
    """What is wrong, by field."""
    right = {
        "name": 0 < len(desk.text("name")) <= LONGEST_NAME,
        "mode": desk.text("mode") in ("live", "test"),
        "scopes": bool(_scopes(desk)),
        "days": desk.text("days") in map(str, DAYS),
        "why": 0 < len(desk.text("why")) <= LONGEST_WHY,
    }
    return {name: words.MISSING for name, fits in right.items() if not fits}


def _scopes(desk: Desk) -> list[Scope]:
    return [scope for scope in Scope if scope.value in desk.chosen("scopes")]
