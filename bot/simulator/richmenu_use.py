"""Who sees which of LINE's rich menus: the default, a person's own, and aliases to switch by."""

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

import linebot.v3.messaging.models as line_models

from bot.simulator.calls import Answer, Call, Endpoint, Refused, refuse_problems
from bot.simulator.chat import USER_ID, following, phone
from bot.simulator.richmenus import everyone_looks_again, menu_with_image
from bot.simulator.shape import Problem, problems_of
from bot.simulator.store import Connection, save_setting, setting

MOST_ALIASES = 1000
_ALIAS = re.compile(r"[a-z0-9_-]{1,32}")


def rich_menu_of(db: Connection, user_id: str) -> sqlite3.Row | None:
    """The menu this person sees: her own, else the default one."""
    person = phone(db, user_id)
    own = person["rich_menu_id"] if person is not None else None
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM rich_menu WHERE rich_menu_id = ?", (own or setting(db, "default_rich_menu"),)
    ).fetchone()
    return row


def link_alias(db: Connection, user_id: str, alias_id: str) -> str:
    """What tapping a switch does to the person's menu; the status LINE puts into the postback."""
    alias = db.execute("SELECT rich_menu_id FROM rich_menu_alias WHERE alias_id = ?", (alias_id,)).fetchone()
    if alias is None:
        return "RICHMENU_ALIAS_ID_NOTFOUND"
    db.execute("UPDATE phone SET rich_menu_id = ? WHERE user_id = ?", (alias["rich_menu_id"], user_id))
    return "SUCCESS"


def _set_default(call: Call) -> Answer:
    save_setting(call.db, "default_rich_menu", menu_with_image(call))
    everyone_looks_again(call)
    return Answer()


def _get_default(call: Call) -> Answer:
    rich_menu_id = setting(call.db, "default_rich_menu")
    if rich_menu_id is None:
        raise Refused(404, "no default richmenu")
    return Answer({"richMenuId": rich_menu_id})


def _cancel_default(call: Call) -> Answer:
    save_setting(call.db, "default_rich_menu", None)
    everyone_looks_again(call)
    return Answer()


def _own_menu(call: Call) -> Answer:
    person = phone(call.db, _user_id(call))
    if person is None or person["rich_menu_id"] is None:
        raise Refused(404, "the user has no richmenu")
    return Answer({"richMenuId": person["rich_menu_id"]})


def _user_id(call: Call) -> str:
    user_id = call.values["user_id"]
    if not USER_ID.fullmatch(user_id):
        raise Refused(400, "The value for the 'userId' parameter is invalid")
    return user_id


def _link(call: Call) -> Answer:
    _set_menu(call, [_user_id(call)], menu_with_image(call))
    return Answer()


def _unlink(call: Call) -> Answer:
    _set_menu(call, [_user_id(call)], None)
    return Answer()


def _bulk_link(call: Call) -> Answer:
    body = call.json()
    refuse_problems(list(problems_of(line_models.RichMenuBulkLinkRequest, body, ignore_unknown=True)))
    _set_menu(call, _bulk_ids(body), menu_with_image(call, body["richMenuId"]))
    return Answer(status=202)


def _bulk_unlink(call: Call) -> Answer:
    body = call.json()
    refuse_problems(list(problems_of(line_models.RichMenuBulkUnlinkRequest, body, ignore_unknown=True)))
    _set_menu(call, _bulk_ids(body), None)
    return Answer(status=202)


def _bulk_ids(body: Mapping[str, Any]) -> list[str]:
    ids: list[str] = body["userIds"]
    if not 1 <= len(ids) <= 500:
        refuse_problems([Problem("userIds", "Size must be between 1 and 500")])
    wrong = [n for n, each in enumerate(ids) if not USER_ID.fullmatch(each)]
    refuse_problems([Problem(f"userIds[{n}]", "invalid user id") for n in wrong])
    return ids


def _set_menu(call: Call, user_ids: list[str], rich_menu_id: str | None) -> None:
    """Link or unlink; people who blocked the bot or are unknown are passed over in silence, as LINE does."""
    for user_id in following(call.db, user_ids):
        call.db.execute("UPDATE phone SET rich_menu_id = ? WHERE user_id = ?", (rich_menu_id, user_id))
        call.touch("richmenu", user_id)


def _create_alias(call: Call) -> Answer:
    body = call.json()
    alias_id = body.get("richMenuAliasId")
    if not isinstance(alias_id, str) or not _ALIAS.fullmatch(alias_id):
        refuse_problems([Problem("richMenuAliasId", "invalid rich menu alias id")])
    if call.db.execute("SELECT 1 FROM rich_menu_alias WHERE alias_id = ?", (alias_id,)).fetchone():
        raise Refused(400, "conflict richmenu alias id")
    if call.db.execute("SELECT count(*) FROM rich_menu_alias").fetchone()[0] >= MOST_ALIASES:
        raise Refused(400, "The maximum number of rich menu aliases is 1000")
    call.db.execute("INSERT INTO rich_menu_alias VALUES (?, ?)", (alias_id, _menu_for_alias(call, body)))
    return Answer()


def _menu_for_alias(call: Call, body: Mapping[str, Any]) -> str:
    rich_menu_id = body.get("richMenuId")
    if not isinstance(rich_menu_id, str) or not rich_menu_id:
        refuse_problems([Problem("richMenuId", "must be specified")])
    try:
        return menu_with_image(call, str(rich_menu_id))
    except Refused as refused:
        raise Refused(400, str(refused)) from None


def _alias(call: Call) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM rich_menu_alias WHERE alias_id = ?", (call.values["alias_id"],)
    ).fetchone()
    if row is None:
        raise Refused(404, "richmenu alias not found")
    return row


def _listed_alias(row: sqlite3.Row) -> dict[str, str]:
    return {"richMenuAliasId": row["alias_id"], "richMenuId": row["rich_menu_id"]}


def _get_alias(call: Call) -> Answer:
    return Answer(_listed_alias(_alias(call)))


def _list_aliases(call: Call) -> Answer:
    rows = call.db.execute("SELECT * FROM rich_menu_alias ORDER BY alias_id")
    return Answer({"aliases": [_listed_alias(row) for row in rows]})


def _update_alias(call: Call) -> Answer:
    alias_id = _alias(call)["alias_id"]
    call.db.execute(
        "UPDATE rich_menu_alias SET rich_menu_id = ? WHERE alias_id = ?",
        (_menu_for_alias(call, call.json()), alias_id),
    )
    return Answer()


def _delete_alias(call: Call) -> Answer:
    call.db.execute("DELETE FROM rich_menu_alias WHERE alias_id = ?", (_alias(call)["alias_id"],))
    return Answer()


_MENU, _ALIASES = "/v2/bot/richmenu", "/v2/bot/richmenu/alias"
# These go before the endpoints of richmenus.py, whose {rich_menu_id} would take "alias" for a menu.
ENDPOINTS = (
    Endpoint("POST", f"{_MENU}/bulk/link", _bulk_link, in_ledger=True),
    Endpoint("POST", f"{_MENU}/bulk/unlink", _bulk_unlink, in_ledger=True),
    Endpoint("POST", _ALIASES, _create_alias, in_ledger=True),
    Endpoint("GET", f"{_ALIASES}/list", _list_aliases),
    Endpoint("GET", f"{_ALIASES}/{{alias_id}}", _get_alias),
    Endpoint("POST", f"{_ALIASES}/{{alias_id}}", _update_alias, in_ledger=True),
    Endpoint("DELETE", f"{_ALIASES}/{{alias_id}}", _delete_alias, in_ledger=True),
    Endpoint("POST", "/v2/bot/user/all/richmenu/{rich_menu_id}", _set_default, in_ledger=True),
    Endpoint("GET", "/v2/bot/user/all/richmenu", _get_default),
    Endpoint("DELETE", "/v2/bot/user/all/richmenu", _cancel_default, in_ledger=True),
    Endpoint("POST", "/v2/bot/user/{user_id}/richmenu/{rich_menu_id}", _link, in_ledger=True),
    Endpoint("GET", "/v2/bot/user/{user_id}/richmenu", _own_menu),
    Endpoint("DELETE", "/v2/bot/user/{user_id}/richmenu", _unlink, in_ledger=True),
)
