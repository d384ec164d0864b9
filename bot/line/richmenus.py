"""The menus under the chat, one for each language and for people who are bound or not: built and published."""

import asyncio
import hashlib
import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import orjson

import locales
from bot.line import limits, richmenu_icons, richmenu_image
from bot.line.menu_calls import RichMenuCalls
from bot.line.richmenu_icons import Icon
from bot.line.richmenu_image import HEIGHT, WIDTH, Look, Tile, draw_tiles
from locales import Language, Text, pgettext

Say = Callable[[Text, Language], str]
Json = dict[str, Any]
Kind = tuple[Language, bool]
"""A language, and whether the menu is for people who are bound."""

KINDS: tuple[Kind, ...] = tuple(product(Language, (True, False)))
DEFAULT: Kind = (Language.EN, False)
"""What people see before they chose a language: its sign shows letters of two scripts."""

NAME_PREFIX = "migrant-worker-line-bot "
"""Marks the menus that are ours to remove; people may make others."""

HOTLINE = "1955"

# Translators: the bar that opens and closes the menu, at most 14 characters.
_CHAT_BAR = pgettext("rich menu", "Menu")


@dataclass(frozen=True)
class _Place:
    """One field of the menu; a tap sends `data` back to us, or calls the hotline where there is none."""

    icon: Icon
    label: Text
    data: str | None
    look: Look = Look.PLAIN


# Translators: labels of the menu's nine fields, at most three short lines each. Break lines yourself where
# your language writes no spaces; 20 characters in all are best, because only those are also read aloud.
_PERMIT = _Place(Icon.PERMIT, pgettext("rich menu", "My permit"), "permit")
_MESSAGES = _Place(Icon.MESSAGES, pgettext("rich menu", "Messages and reminders"), "messages")
_RIGHTS = _Place(Icon.RIGHTS, pgettext("rich menu", "Check my rights"), "checks")
_ANNOUNCEMENTS = _Place(Icon.ANNOUNCEMENTS, pgettext("rich menu", "Announcements"), "announcements")
_QUESTION = _Place(Icon.QUESTION, pgettext("rich menu", "Ask a question"), "question")
_BOUND = _Place(Icon.IDENTITY, pgettext("rich menu", "Unlink"), "unbind")
_UNBOUND = _Place(Icon.IDENTITY, pgettext("rich menu", "Connect my permit"), "bind", Look.FIRST)
_LANGUAGE = _Place(Icon.LANGUAGE, pgettext("rich menu", "Language"), "language")
_HELP = _Place(Icon.HELP, pgettext("rich menu", "Help"), "help")
_HOTLINE = _Place(Icon.PHONE, pgettext("rich menu", "Call 1955"), None, Look.RESCUE)


def menu(language: Language, bound: bool, say: Say = locales.say) -> Json:
    """The menu as LINE wants it; its name changes with anything that a worker would see or tap.

    Raises UnusableMenuError where LINE would refuse a translation.
    """
    bar = say(_CHAT_BAR, language)
    areas = [
        {"bounds": _bounds(*corners), "action": _action(place, language, say)}
        for place, corners in zip(_places(bound), richmenu_image.areas(), strict=True)
    ]
    body: Json = {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "name": f"{NAME_PREFIX}{_kind_name(language, bound)}",
        "chatBarText": bar,
        "areas": areas,
    }
    body["name"] += f" {_fingerprint(body, _tiles(language, bound, say))}"
    if problems := limits.check_menu(body):
        raise UnusableMenuError(f"rich menu {_kind_name(language, bound)}: {'; '.join(problems)}")
    return body


def draw(language: Language, bound: bool, say: Say = locales.say) -> bytes:
    """The menu's picture, a PNG; raises LabelDoesNotFitError, naming label and language."""
    return draw_tiles(_tiles(language, bound, say), language)


def build(folder: Path, say: Say = locales.say) -> dict[Kind, Path]:
    """Draws the pictures that the folder does not have yet, and says where each is."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures: dict[Kind, Path] = {}
    for language, bound in KINDS:
        name = menu(language, bound, say)["name"].removeprefix(NAME_PREFIX)
        picture = folder / f"{name.replace(' ', '-')}.png"
        if not picture.exists():
            drawing = picture.with_suffix(".part")  # a picture that exists is whole, whatever stops us
            drawing.write_bytes(draw(language, bound, say))
            drawing.replace(picture)
        pictures[language, bound] = picture
    return pictures


Relink = Callable[[dict[Kind, str]], Awaitable[None]]


async def publish(
    calls: RichMenuCalls, folder: Path, say: Say = locales.say, relink: Relink | None = None
) -> dict[Kind, str]:
    """LINE's id of each menu, after creating those that are new; may be run again at any time.

    An alias is set last of all, so that a menu without its picture is never taken for a published one.
    `relink` gives people the new menus before the old ones go: LINE shows those who lose theirs the default.
    """
    pictures = await asyncio.to_thread(build, folder, say)
    named = {one["richMenuId"]: one["name"] for one in await calls.rich_menus()}
    aliases = await calls.rich_menu_aliases()
    published: dict[Kind, str] = {}
    for kind in KINDS:
        body, known = menu(*kind, say), aliases.get(alias(*kind))
        if known is None or named.get(known) != body["name"]:
            known = await calls.create_rich_menu(body)
            await calls.upload_rich_menu_image(known, pictures[kind].read_bytes())
            await calls.upsert_alias(alias(*kind), known)
        published[kind] = known
    await calls.set_default_rich_menu(published[DEFAULT])
    if relink:
        await relink(published)
    for menu_id in _stale(named, published.values()):
        await calls.delete_rich_menu(menu_id)
    return published


def alias(language: Language, bound: bool) -> str:
    """The name under which LINE always has the current menu of this kind."""
    return f"menu-{_kind_name(language, bound)}".lower()


class UnusableMenuError(ValueError):
    """LINE would refuse a menu: a translation is too long or empty."""


def _stale(named: dict[str, str], current: Iterable[str]) -> list[str]:
    keep = set(current)
    return [one for one, name in named.items() if name.startswith(NAME_PREFIX) and one not in keep]


def _kind_name(language: Language, bound: bool) -> str:
    return f"{language.value}-{'bound' if bound else 'unbound'}"


def _places(bound: bool) -> tuple[_Place, ...]:
    own = _BOUND if bound else _UNBOUND
    return (_PERMIT, _MESSAGES, _RIGHTS, _ANNOUNCEMENTS, _QUESTION, own, _LANGUAGE, _HELP, _HOTLINE)


def _tiles(language: Language, bound: bool, say: Say) -> list[Tile]:
    return [Tile(place.icon, say(place.label, language), place.look) for place in _places(bound)]


def _bounds(left: int, top: int, right: int, bottom: int) -> Json:
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def _action(place: _Place, language: Language, say: Say) -> Json:
    label = _on_one_line(say(place.label, language), language)
    read_aloud = {"label": label} if limits.graphemes(label) <= limits.MENU_LABEL else {}
    if place.data is None:
        return {"type": "uri", "uri": f"tel:{HOTLINE}", **read_aloud}
    return {"type": "postback", "data": place.data, "displayText": label, **read_aloud}


def _on_one_line(label: str, language: Language) -> str:
    spaces = "" if language in (Language.TH, Language.ZH_HANT) else " "  # these write none between words
    return spaces.join(line.strip() for line in label.split("\n"))


def _fingerprint(body: Json, tiles: list[Tile]) -> str:
    """Changes with the menu, its labels and the code that draws them; the same on every machine."""
    seen = hashlib.sha256(orjson.dumps([body, tiles], option=orjson.OPT_SORT_KEYS))
    for drawn_by in (richmenu_image, richmenu_icons):
        seen.update(inspect.getsource(drawn_by).encode())
    return seen.hexdigest()[:12]
