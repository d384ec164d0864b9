"""LINE's limits on Flex containers (reference, "Flex Message"; guide, "Flex Message elements")."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from bot.simulator.action_rules import Place, action_problems, https_problem
from bot.simulator.shape import Problem

BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
CAROUSEL_BUBBLES = 12
_BASELINE_PARTS = frozenset(("icon", "text", "filler"))
_HERO_PARTS = frozenset(("box", "image", "video"))


def flex_problems(container: Mapping[str, Any], path: str) -> Iterator[Problem]:
    if container["type"] == "bubble":
        yield from _bubble(container, path)
        return
    bubbles = container["contents"]
    if not 1 <= len(bubbles) <= CAROUSEL_BUBBLES:
        yield Problem(f"{path}.contents", f"Size must be between 1 and {CAROUSEL_BUBBLES}")
    if len({bubble.get("size") or "mega" for bubble in bubbles}) > 1:
        yield Problem(f"{path}.contents", "all bubbles of a carousel must have the same size")
    if _bytes(container) > CAROUSEL_BYTES:
        yield Problem(path, f"must be at most {CAROUSEL_BYTES} bytes of JSON")
    for index, bubble in enumerate(bubbles):
        yield from _bubble(bubble, f"{path}.contents[{index}]")


def _bytes(container: Mapping[str, Any]) -> int:
    return len(orjson.dumps(container))


def _bubble(bubble: Mapping[str, Any], path: str) -> Iterator[Problem]:
    if _bytes(bubble) > BUBBLE_BYTES:
        yield Problem(path, f"must be at most {BUBBLE_BYTES} bytes of JSON")
    if not any(bubble.get(block) for block in ("header", "hero", "body", "footer")):
        yield Problem(path, "at least one block must be specified")
    if (hero := bubble.get("hero")) and hero["type"] not in _HERO_PARTS:
        yield Problem(f"{path}.hero", "must be a box, an image or a video")
    if action := bubble.get("action"):
        yield from action_problems(action, f"{path}.action", Place.FLEX)
    for block in ("header", "hero", "body", "footer"):
        if bubble.get(block):
            yield from _part(bubble[block], f"{path}.{block}", inside=None)


def _part(part: Mapping[str, Any], path: str, *, inside: str | None) -> Iterator[Problem]:
    """One component; `inside` is the layout of the box it stands in."""
    kind = part["type"]
    if inside == "baseline" and kind not in _BASELINE_PARTS:
        yield Problem(path, "a baseline box may hold icons and texts only")
    if kind == "icon" and inside != "baseline":
        yield Problem(path, "an icon may stand in a baseline box only")
    for name in ("url", "previewUrl"):
        if part.get(name) is not None:
            yield from https_problem(f"{path}.{name}", part[name])
    if action := part.get("action"):
        place = Place.FLEX_BUTTON if kind == "button" else Place.FLEX
        yield from action_problems(action, f"{path}.action", place)
    if kind == "text":
        yield from _text(part, path)
    elif kind == "video":
        yield from _part(part["altContent"], f"{path}.altContent", inside=None)
    elif kind == "box":
        for index, each in enumerate(part["contents"]):
            yield from _part(each, f"{path}.contents[{index}]", inside=part["layout"])


def _text(part: Mapping[str, Any], path: str) -> Iterator[Problem]:
    # Flex texts have no limit of their own; the bubble's size bounds them.
    spans = part.get("contents") or ()
    if not spans and not part.get("text"):
        yield Problem(f"{path}.text", "must be non-empty text")
    for index, span in enumerate(spans):
        if not span.get("text"):
            yield Problem(f"{path}.contents[{index}].text", "must be non-empty text")
