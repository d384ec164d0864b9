"""LINE's limits on actions, which differ by where a button stands (reference, "Action objects")."""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from bot.simulator.characters import graphemes, utf16_units
from bot.simulator.shape import Problem


class Place(Enum):
    """Where an action stands, the most characters of its label there, and whether it must have one."""

    QUICK_REPLY = ("quick reply", 20, True)
    TEMPLATE = ("template", 20, True)
    IMAGE_CAROUSEL = ("image carousel", 12, False)
    RICH_MENU = ("rich menu", 20, False)
    FLEX_BUTTON = ("flex button", 40, True)
    FLEX = ("flex", 40, False)


_SCHEMES = frozenset(("http", "https", "line", "tel"))
_QUICK_REPLY_ONLY = frozenset(("camera", "cameraRoll", "location"))
_DATETIME = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "time": re.compile(r"\d\d:\d\d"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d"),
}
_ALIAS = re.compile(r"[a-z0-9_-]{1,32}")


def action_problems(action: Mapping[str, Any], path: str, place: Place) -> Iterator[Problem]:
    _, most, required = place.value
    label = action.get("label")
    if label is not None:
        yield from length_problem(f"{path}.label", label, graphemes, most)
    elif required:
        yield Problem(f"{path}.label", "must be specified")
    kind = action["type"]
    if kind in _QUICK_REPLY_ONLY and place is not Place.QUICK_REPLY:
        yield Problem(f"{path}.type", "may be used in quick replies only")
    if kind == "richmenuswitch" and place is not Place.RICH_MENU:
        yield Problem(f"{path}.type", "may be used in rich menus only")
    if rules := _RULES.get(kind):
        yield from rules(action, path)


def length_problem(path: str, text: str, count: Callable[[str], int], most: int) -> Iterator[Problem]:
    if not text:
        yield Problem(path, "May not be empty")
    elif len(text) > most // 2 and count(text) > most:
        yield Problem(path, f"Length must be between 1 and {most}")


def https_problem(path: str, url: str, most: int = 2000) -> Iterator[Problem]:
    yield from length_problem(path, url, utf16_units, most)
    if _scheme(url) != "https":
        yield Problem(path, "invalid uri scheme: must be https")


def uri_problems(path: str, uri: str) -> Iterator[Problem]:
    yield from length_problem(path, uri, utf16_units, 1000)
    if _scheme(uri) not in _SCHEMES or not uri.isascii() or " " in uri:
        yield Problem(path, "invalid uri scheme")


def _scheme(uri: str) -> str | None:
    try:
        return urlsplit(uri).scheme
    except ValueError:
        return None


def _required(action: Mapping[str, Any], path: str, name: str, most: int) -> Iterator[Problem]:
    if action.get(name) is None:
        yield Problem(f"{path}.{name}", "must be specified")
    else:
        yield from length_problem(f"{path}.{name}", action[name], graphemes, most)


def _postback(action: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from _data(action, path)
    for name in ("displayText", "text", "fillInText"):
        if action.get(name) is not None:
            yield from length_problem(f"{path}.{name}", action[name], graphemes, 300)
    if action.get("displayText") is not None and action.get("text") is not None:
        yield Problem(path, "displayText and text may not be used together")
    if action.get("fillInText") is not None and action.get("inputOption") != "openKeyboard":
        yield Problem(f"{path}.fillInText", "needs inputOption openKeyboard")


def _data(action: Mapping[str, Any], path: str) -> Iterator[Problem]:
    if action.get("data") is None:
        yield Problem(f"{path}.data", "must be specified")
    else:
        yield from length_problem(f"{path}.data", action["data"], utf16_units, 300)


def _message(action: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from _required(action, path, "text", 300)


def _uri(action: Mapping[str, Any], path: str) -> Iterator[Problem]:
    if action.get("uri") is None:
        yield Problem(f"{path}.uri", "must be specified")
    else:
        yield from uri_problems(f"{path}.uri", action["uri"])
    if desktop := (action.get("altUri") or {}).get("desktop"):
        yield from uri_problems(f"{path}.altUri.desktop", desktop)


def _datetime_picker(action: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from _data(action, path)
    form = _DATETIME.get(action.get("mode") or "")
    if form is None:
        yield Problem(f"{path}.mode", "must be date, time or datetime")
        return
    for name in ("initial", "min", "max"):
        if action.get(name) is not None and not form.fullmatch(action[name]):
            yield Problem(f"{path}.{name}", "invalid date or time format")
    least, most = action.get("min"), action.get("max")
    if least is not None and most is not None and least.upper() >= most.upper():
        yield Problem(f"{path}.max", "must be later than min")


def _clipboard(action: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from length_problem(f"{path}.clipboardText", action["clipboardText"], utf16_units, 1000)


def _rich_menu_switch(action: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from _data(action, path)
    if not _ALIAS.fullmatch(action.get("richMenuAliasId") or ""):
        yield Problem(f"{path}.richMenuAliasId", "invalid rich menu alias id")


_RULES: dict[str, Callable[[Mapping[str, Any], str], Iterator[Problem]]] = {
    "postback": _postback,
    "message": _message,
    "uri": _uri,
    "datetimepicker": _datetime_picker,
    "clipboard": _clipboard,
    "richmenuswitch": _rich_menu_switch,
}
