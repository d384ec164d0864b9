"""LINE's limits on the messages and rich menus we make, which its API description and SDK mostly leave out.

Numbers: Messaging API reference, "Message objects", "Action objects" and "Rich menu object"; what counts
as a character: the guide "Character counting in a text". What we never send is a problem here too.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from rich.cells import split_graphemes

MESSAGES = 5
TEXT_UNITS = 5_000
ALT_TEXT_UNITS = 1_500
QUICK_REPLIES = 13
BUBBLE_BYTES = 30_000  # LINE says 30 KB; this is the stricter reading
QUICK_LABEL = 20
MENU_LABEL = 20
FLEX_LABEL = 40
DATA_UNITS = 300
DISPLAY_TEXT = 300
URI_UNITS = 1_000
PICTURE_UNITS = 2_000
PICKER_BOUNDS = (date(1900, 1, 1), date(2100, 12, 31))
CHAT_BAR_TEXT = 14
MENU_NAME = 300
MENU_AREAS = 20

_PICTURE = re.compile(r"https://[!-~]+")
_URI = re.compile(r"https?://[!-~]+|line://[!-~]+|tel:\+?[0-9]{2,15}")
# Each of these is a character of its own where LINE counts, but rich joins it to the one before.
_COUNTED_ALONE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class Problem(NamedTuple):
    """What LINE would refuse; `words` is the refused string, to find its sentence by, never to be logged."""

    where: str
    what: str
    words: str = ""


def check(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """What LINE would refuse in a request's messages, as "place: reason"; empty if nothing."""
    return [f"{problem.where}: {problem.what}" for problem in message_problems(messages)]


def check_menu(menu: Mapping[str, Any]) -> list[str]:
    """What LINE would refuse in a rich menu object, as "place: reason"; empty if nothing."""
    return [f"{problem.where}: {problem.what}" for problem in _menu_problems(menu)]


def message_problems(messages: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    if not 1 <= len(messages) <= MESSAGES:
        yield Problem("messages", f"{len(messages)} messages, LINE takes 1 to {MESSAGES}")
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        if message["type"] == "text":
            yield from _length(f"{where}.text", message["text"], utf16_units, TEXT_UNITS)
        elif message["type"] == "flex":
            yield from _length(f"{where}.altText", message["altText"], utf16_units, ALT_TEXT_UNITS)
            yield from _bubble(message["contents"], f"{where}.contents")
        else:
            yield Problem(f"{where}.type", "not a kind of message we make")
        if quick := message.get("quickReply"):
            yield from _quick_reply(quick["items"], f"{where}.quickReply.items")


def utf16_units(words: str) -> int:
    return len(words) if words.isascii() else len(words.encode("utf-16-le", "surrogatepass")) // 2


@lru_cache(maxsize=1024)  # labels are few and always the same, and counting one takes ten microseconds
def graphemes(words: str) -> int:
    """Characters as a reader counts them (extended grapheme clusters); in doubt, one too many."""
    if words.isascii():
        return len(words)
    spans, _cells = split_graphemes(words, "latest")
    # Thai AM is wide enough to stand alone in a terminal but belongs to its consonant (UAX 29, GB9a).
    thai_am = sum(words[start] == "\u0e33" for start, _end, _width in spans[1:])
    return len(spans) - thai_am + len(_COUNTED_ALONE.findall(words))


def _length(where: str, words: str, count: Callable[[str], int], most: int) -> Iterator[Problem]:
    if not words.strip():
        yield Problem(where, "empty", words)
    # Nothing counts more than two a code point, so most words need no exact count.
    elif len(words) * 2 > most and (counted := count(words)) > most:
        yield Problem(where, f"{counted} characters, LINE takes {most}", words)


def _quick_reply(items: Sequence[Mapping[str, Any]], where: str) -> Iterator[Problem]:
    if not 1 <= len(items) <= QUICK_REPLIES:
        yield Problem(where, f"{len(items)} quick replies, LINE takes 1 to {QUICK_REPLIES}")
    for index, item in enumerate(items):
        place = f"{where}[{index}].action"
        if "label" not in item["action"]:
            yield Problem(place, "a quick reply must have a label")
        yield from _action(item["action"], place, QUICK_LABEL)


def _bubble(bubble: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if bubble["type"] != "bubble":
        yield Problem(f"{where}.type", "not a kind of container we make")
        return
    blocks = [block for block in ("header", "body", "footer") if block in bubble]
    if not blocks:
        yield Problem(where, "a bubble without a block")
    if (size := len(orjson.dumps(bubble))) > BUBBLE_BYTES:
        yield Problem(where, f"{size} bytes, LINE takes {BUBBLE_BYTES}")
    if hero := bubble.get("hero"):
        yield from _picture(hero, f"{where}.hero")
    for block in blocks:
        yield from _component(bubble[block], f"{where}.{block}")


def _picture(hero: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if hero["type"] != "image":
        yield Problem(f"{where}.type", "not a kind of hero we make")
        return
    yield from _length(f"{where}.url", hero["url"], utf16_units, PICTURE_UNITS)
    if not _PICTURE.fullmatch(hero["url"]):
        yield Problem(f"{where}.url", "not a percent-encoded https address", hero["url"])


def _component(part: Mapping[str, Any], where: str) -> Iterator[Problem]:
    kind = part["type"]
    if kind == "text":
        # A Flex text has no limit of its own but the bubble's.
        if not part["text"].strip():
            yield Problem(f"{where}.text", "empty", part["text"])
    elif kind == "box":
        if action := part.get("action"):
            yield from _action(action, f"{where}.action", FLEX_LABEL)
        for index, child in enumerate(part["contents"]):
            yield from _component(child, f"{where}.contents[{index}]")
    elif kind != "separator":
        yield Problem(f"{where}.type", "not a kind of component we make")


def _action(action: Mapping[str, Any], where: str, longest_label: int) -> Iterator[Problem]:
    if "label" in action:
        yield from _length(f"{where}.label", action["label"], graphemes, longest_label)
    match action["type"]:
        case "postback":
            yield from _length(f"{where}.data", action["data"], utf16_units, DATA_UNITS)
            if "displayText" in action:
                yield from _length(f"{where}.displayText", action["displayText"], graphemes, DISPLAY_TEXT)
        case "uri":
            yield from _length(f"{where}.uri", action["uri"], utf16_units, URI_UNITS)
            if not _URI.fullmatch(action["uri"]):
                yield Problem(f"{where}.uri", "not a percent-encoded http, https, line or tel address")
        case "datetimepicker":
            yield from _length(f"{where}.data", action["data"], utf16_units, DATA_UNITS)
            yield from _date_picker(action, where)
        case "cameraRoll" | "location" if longest_label == QUICK_LABEL:
            pass  # a quick reply's label is all they have
        case _:
            yield Problem(f"{where}.type", "not a kind of action we make")


def _date_picker(action: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if action["mode"] != "date":
        yield Problem(f"{where}.mode", "we ask for dates only")
        return
    earliest, initial, latest = (date.fromisoformat(action[name]) for name in ("min", "initial", "max"))
    if not PICKER_BOUNDS[0] <= earliest < latest <= PICKER_BOUNDS[1]:
        yield Problem(where, f"min must be before max, both within {PICKER_BOUNDS[0]} and {PICKER_BOUNDS[1]}")
    if not earliest <= initial <= latest:
        yield Problem(f"{where}.initial", "not between min and max")


def _menu_problems(menu: Mapping[str, Any]) -> Iterator[Problem]:
    width, height = menu["size"]["width"], menu["size"]["height"]
    if not (800 <= width <= 2_500 and height >= 250 and width / height >= 1.45):
        yield Problem("size", f"{width}x{height} is not a size LINE takes")
    yield from _length("name", menu["name"], graphemes, MENU_NAME)
    yield from _length("chatBarText", menu["chatBarText"], graphemes, CHAT_BAR_TEXT)
    if not 1 <= len(menu["areas"]) <= MENU_AREAS:
        yield Problem("areas", f"{len(menu['areas'])} areas, LINE takes 1 to {MENU_AREAS}")
    for index, area in enumerate(menu["areas"]):
        bounds = area["bounds"]
        inside_across = 0 <= bounds["x"] < bounds["x"] + bounds["width"] <= width
        if not (inside_across and 0 <= bounds["y"] < bounds["y"] + bounds["height"] <= height):
            yield Problem(f"areas[{index}].bounds", "reaches out of the menu")
        yield from _action(area["action"], f"areas[{index}].action", MENU_LABEL)
