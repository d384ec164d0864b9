"""LINE's limits on message objects that its API description leaves out; each rule cites LINE's reference.

Sources: Messaging API reference, "Message objects", and the guide "Character counting in a text".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from linebot.v3.messaging.models import Message

from bot.simulator.action_rules import Place, action_problems, https_problem, length_problem
from bot.simulator.characters import graphemes, utf16_units
from bot.simulator.flex_rules import flex_problems
from bot.simulator.shape import Problem, problems_of

TEXT_UNITS = 5000
ALT_TEXT_UNITS = 1500
_SUBSTITUTION = re.compile(r"\{\{|\}\}|\{([0-9a-zA-Z_]{1,20})\}|[{}]")


def message_problems(messages: object) -> list[Problem]:
    """What LINE would say about a request's `messages`; empty if it would accept them."""
    if not isinstance(messages, list):
        return [Problem("messages", "must be an array")]
    if not 1 <= len(messages) <= 5:
        return [Problem("messages", "Size must be between 1 and 5")]
    found: list[Problem] = []
    for index, message in enumerate(messages):
        path = f"messages[{index}]"
        try:
            wrong = list(problems_of(Message, message, path))
            found += wrong or _limit_problems(message, path)
        except (RecursionError, orjson.JSONEncodeError):
            found.append(Problem(path, "nested too deeply"))
    return found


def _limit_problems(message: Mapping[str, Any], path: str) -> Iterator[Problem]:
    kind = message["type"]
    if rules := _RULES.get(kind):
        yield from rules(message, path)
    if "altText" in message:
        yield from length_problem(f"{path}.altText", message["altText"], utf16_units, ALT_TEXT_UNITS)
    for index, item in enumerate((message.get("quickReply") or {}).get("items") or ()):
        place = f"{path}.quickReply.items[{index}]"
        if icon := item.get("imageUrl"):
            yield from https_problem(f"{place}.imageUrl", icon)
        if not item.get("action"):
            yield Problem(f"{place}.action", "must be specified")
        else:
            yield from action_problems(item["action"], f"{place}.action", Place.QUICK_REPLY)
    if sender := message.get("sender"):
        if sender.get("name") is not None:
            yield from length_problem(f"{path}.sender.name", sender["name"], utf16_units, 20)
        if sender.get("iconUrl") is not None:
            yield from https_problem(f"{path}.sender.iconUrl", sender["iconUrl"])


def _text(message: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from length_problem(f"{path}.text", message["text"], utf16_units, TEXT_UNITS)
    if len(message.get("emojis") or ()) > 20:
        yield Problem(f"{path}.emojis", "Size must be between 0 and 20")


def _text_v2(message: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from length_problem(f"{path}.text", message["text"], utf16_units, TEXT_UNITS)
    substitution = message.get("substitution") or {}
    if len(substitution) > 100:
        yield Problem(f"{path}.substitution", "Size must be between 0 and 100")
    for match in _SUBSTITUTION.finditer(message["text"]):
        if match[0] in "{}":
            yield Problem(f"{path}.text", "braces must be matched, or doubled to be shown")
        elif match[1] and match[1] not in substitution:
            yield Problem(f"{path}.text", f"no substitution named {match[1]}")


def _media(message: Mapping[str, Any], path: str) -> Iterator[Problem]:
    for name in ("originalContentUrl", "previewImageUrl"):
        if name in message:
            yield from https_problem(f"{path}.{name}", message[name])


def _location(message: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from length_problem(f"{path}.title", message["title"], utf16_units, 100)
    yield from length_problem(f"{path}.address", message["address"], utf16_units, 100)
    if not -90 <= message["latitude"] <= 90:
        yield Problem(f"{path}.latitude", "must be between -90 and 90")
    if not -180 <= message["longitude"] <= 180:
        yield Problem(f"{path}.longitude", "must be between -180 and 180")


def _imagemap(message: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from https_problem(f"{path}.baseUrl", message["baseUrl"])
    if message["baseSize"]["width"] != 1040:
        yield Problem(f"{path}.baseSize.width", "must be 1040")
    if len(message["actions"]) > 50:
        yield Problem(f"{path}.actions", "Size must be between 0 and 50")


def _flex(message: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from flex_problems(message["contents"], f"{path}.contents")


def _template(message: Mapping[str, Any], path: str) -> Iterator[Problem]:
    template, place = message["template"], f"{path}.template"
    match template["type"]:
        case "buttons":
            yield from _panel(template, place, long=160, short=60)
            yield from _template_actions(template["actions"], f"{place}.actions", 1, 4)
        case "confirm":
            yield from length_problem(f"{place}.text", template["text"], graphemes, 240)
            yield from _template_actions(template["actions"], f"{place}.actions", 2, 2)
        case "carousel":
            yield from _carousel(template["columns"], f"{place}.columns")
        case "image_carousel":
            if not 1 <= len(template["columns"]) <= 10:
                yield Problem(f"{place}.columns", "Size must be between 1 and 10")
            for index, column in enumerate(template["columns"]):
                spot = f"{place}.columns[{index}]"
                yield from https_problem(f"{spot}.imageUrl", column["imageUrl"])
                yield from action_problems(column["action"], f"{spot}.action", Place.IMAGE_CAROUSEL)


def _carousel(columns: list[dict[str, Any]], place: str) -> Iterator[Problem]:
    if not 1 <= len(columns) <= 10:
        yield Problem(place, "Size must be between 1 and 10")
    for index, column in enumerate(columns):
        yield from _panel(column, f"{place}[{index}]", long=120, short=60)
        yield from _template_actions(column["actions"], f"{place}[{index}].actions", 1, 3)
    looks = {(len(each["actions"]), bool(each.get("title")), bool(each.get("thumbnailImageUrl"))) for each in columns}
    if len(looks) > 1:
        yield Problem(place, "columns must have the same number of actions, and all or none a title or image")


def _panel(panel: Mapping[str, Any], place: str, *, long: int, short: int) -> Iterator[Problem]:
    decorated = panel.get("title") or panel.get("thumbnailImageUrl")
    yield from length_problem(f"{place}.text", panel["text"], graphemes, short if decorated else long)
    if panel.get("title") is not None:
        yield from length_problem(f"{place}.title", panel["title"], graphemes, 40)
    if panel.get("thumbnailImageUrl") is not None:
        yield from https_problem(f"{place}.thumbnailImageUrl", panel["thumbnailImageUrl"])


def _template_actions(actions: list[dict[str, Any]], place: str, least: int, most: int) -> Iterator[Problem]:
    if not least <= len(actions) <= most:
        yield Problem(place, f"Size must be between {least} and {most}")
    for index, action in enumerate(actions):
        yield from action_problems(action, f"{place}[{index}]", Place.TEMPLATE)


_RULES = {
    "text": _text,
    "textV2": _text_v2,
    "image": _media,
    "video": _media,
    "audio": _media,
    "location": _location,
    "imagemap": _imagemap,
    "template": _template,
    "flex": _flex,
}
