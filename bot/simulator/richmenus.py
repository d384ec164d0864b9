"""LINE's rich menus: create, picture, default, per person, aliases (reference, "Rich menu")."""

import io
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

import linebot.v3.messaging.models as line_models
import orjson
from PIL import Image, UnidentifiedImageError

from bot.simulator.action_rules import Place, action_problems, length_problem
from bot.simulator.calls import Answer, Call, Endpoint, Refused, refuse_problems
from bot.simulator.characters import graphemes
from bot.simulator.shape import Problem, problems_of

MOST_MENUS = 1000
IMAGE_BYTES = 1024 * 1024
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}
_FIELDS = ("size", "selected", "name", "chatBarText", "areas")


def listed(row: sqlite3.Row) -> dict[str, Any]:
    """A menu as LINE answers it."""
    return {"richMenuId": row["rich_menu_id"], **orjson.loads(row["body"])}


def _menu_problems(menu: Mapping[str, Any]) -> Iterator[Problem]:
    wrong = list(problems_of(line_models.RichMenuRequest, menu))
    missing = [Problem(name, "must be specified") for name in _FIELDS if menu.get(name) is None]
    if wrong or missing:
        yield from (*wrong, *missing)
        return
    yield from length_problem("name", menu["name"], graphemes, 300)
    yield from length_problem("chatBarText", menu["chatBarText"], graphemes, 14)
    width, height = menu["size"].get("width") or 0, menu["size"].get("height") or 0
    yield from _size_problems(width, height)
    if len(menu["areas"]) > 20:
        yield Problem("areas", "Size must be between 0 and 20")
    for index, area in enumerate(menu["areas"]):
        place, bounds = f"areas[{index}]", area.get("bounds") or {}
        if set(bounds) != {"x", "y", "width", "height"} or None in bounds.values():
            yield Problem(f"{place}.bounds", "must be specified")
        elif bounds["x"] + bounds["width"] > width or bounds["y"] + bounds["height"] > height:
            yield Problem(f"{place}.bounds", "must be inside the rich menu")
        if not area.get("action"):
            yield Problem(f"{place}.action", "must be specified")
        else:
            yield from action_problems(area["action"], f"{place}.action", Place.RICH_MENU)


def _size_problems(width: int, height: int) -> Iterator[Problem]:
    if not 800 <= width <= 2500:
        yield Problem("size.width", "must be between 800 and 2500")
    if height < 250:
        yield Problem("size.height", "must be at least 250")
    elif width / height < 1.45:
        yield Problem("size", "width divided by height must be at least 1.45")


def _create(call: Call) -> Answer:
    menu = call.json()
    refuse_problems(list(_menu_problems(menu)))
    if call.db.execute("SELECT count(*) FROM rich_menu").fetchone()[0] >= MOST_MENUS:
        raise Refused(400, "The maximum number of rich menus is 1000")
    rich_menu_id = f"richmenu-{secrets.token_hex(16)}"
    call.db.execute(
        "INSERT INTO rich_menu (rich_menu_id, body, created_at) VALUES (?, ?, ?)",
        (rich_menu_id, orjson.dumps({name: menu[name] for name in _FIELDS}), call.at),
    )
    return Answer({"richMenuId": rich_menu_id})


def _validate(call: Call) -> Answer:
    refuse_problems(list(_menu_problems(call.json())))
    return Answer()


def _menu(call: Call, rich_menu_id: str | None = None) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM rich_menu WHERE rich_menu_id = ?", (rich_menu_id or call.values["rich_menu_id"],)
    ).fetchone()
    if row is None:
        raise Refused(404, "richmenu not found")
    return row


def menu_with_image(call: Call, rich_menu_id: str | None = None) -> str:
    row = _menu(call, rich_menu_id)
    if row["image"] is None:
        raise Refused(400, "must upload richmenu image before applying it to user")
    return str(row["rich_menu_id"])


def _get(call: Call) -> Answer:
    return Answer(listed(_menu(call)))


def _list(call: Call) -> Answer:
    rows = call.db.execute("SELECT * FROM rich_menu ORDER BY created_at, rowid")
    return Answer({"richmenus": [listed(row) for row in rows]})


def everyone_looks_again(call: Call) -> None:
    call.touch("richmenu", None)


def _delete(call: Call) -> Answer:
    rich_menu_id = _menu(call)["rich_menu_id"]
    for forget in (
        "DELETE FROM rich_menu_alias WHERE rich_menu_id = ?",
        "UPDATE phone SET rich_menu_id = NULL WHERE rich_menu_id = ?",
        "DELETE FROM setting WHERE name = 'default_rich_menu' AND value = ?",
        "DELETE FROM rich_menu WHERE rich_menu_id = ?",
    ):
        call.db.execute(forget, (rich_menu_id,))
    everyone_looks_again(call)
    return Answer()


def _upload_image(call: Call) -> Answer:
    row = _menu(call)
    media_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _FORMATS:
        raise Refused(415, "Unsupported media type. Use image/jpeg or image/png.")
    if row["image"] is not None:
        raise Refused(400, "An image has already been uploaded to the richmenu")
    if len(call.raw) > IMAGE_BYTES:
        raise Refused(413, "The image must be at most 1 MB")
    try:
        with Image.open(io.BytesIO(call.raw)) as image:
            form, (width, height) = image.format, image.size
            image.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise Refused(400, "The image is broken") from None
    if form != _FORMATS[media_type]:
        raise Refused(400, "The image is not of the stated type")
    if problems := list(_size_problems(width, height)):
        raise Refused(400, "Image size is invalid", problems)
    call.db.execute(
        "UPDATE rich_menu SET media_type = ?, image = ? WHERE rich_menu_id = ?",
        (media_type, call.raw, row["rich_menu_id"]),
    )
    return Answer()


def _image(call: Call) -> Answer:
    row = _menu(call)
    if row["image"] is None:
        raise Refused(404, "image not found")
    return Answer(row["image"], media_type=row["media_type"])


_MENU = "/v2/bot/richmenu"
ENDPOINTS = (
    Endpoint("POST", _MENU, _create, in_ledger=True),
    Endpoint("POST", f"{_MENU}/validate", _validate),
    Endpoint("GET", f"{_MENU}/list", _list),
    Endpoint("GET", f"{_MENU}/{{rich_menu_id}}", _get),
    Endpoint("DELETE", f"{_MENU}/{{rich_menu_id}}", _delete, in_ledger=True),
    Endpoint("POST", f"{_MENU}/{{rich_menu_id}}/content", _upload_image, in_ledger=True),
    Endpoint("GET", f"{_MENU}/{{rich_menu_id}}/content", _image),
)
