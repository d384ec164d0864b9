"""How a card looks in LINE: one Flex bubble, the same layout for every language.

Labels are boxes with wrapped text rather than LINE's buttons, which cut long labels off. All text
follows the size the reader chose in LINE, and its lines stand apart enough for Thai tone marks.
"""

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len

from bot.line.limits import FLEX_LABEL, graphemes
from models.content import Tone

Json = dict[str, Any]

# Background and text of the head; every pair here has the contrast of WCAG AA (4.5 to 1).
HEADS: dict[Tone, tuple[str, str]] = {
    Tone.CALM: ("#0B6670", "#FFFFFF"),
    Tone.NOTICE: ("#FFC857", "#2B2100"),
    Tone.URGENT: ("#A3121F", "#FFFFFF"),
}
PAPER = "#FFFFFF"
INK = "#1B2733"
FAINT_INK = "#55626F"
LINE_COLOUR = "#DCE3E8"
FIRST_BUTTON = ("#0B6670", "#FFFFFF")
OTHER_BUTTON = ("#E4EFF1", "#0A4B53")

# Widest label and value, in half-width characters, that fit side by side on a small phone.
_SHORT_LABEL, _SHORT_VALUE = 12, 16


def bubble(
    title: str,
    *,
    lead: Sequence[str] = (),
    rows: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
    buttons: Sequence[tuple[str, Json]] = (),
    tone: Tone = Tone.CALM,
    topic: str = "",
    picture: str = "",
) -> Json:
    """The bubble; `rows` are labels and values, `buttons` are labels and LINE actions."""
    paint, ink = HEADS[tone]
    head = [_text(title, "lg", ink, weight="bold")]
    if topic:
        head.insert(0, _text(topic, "sm", ink))
    drawn: Json = {"type": "bubble", "size": "mega", "header": _block(head, "xl", paint)}
    if picture:
        drawn["hero"] = _picture(picture)
    if body := _body(lead, rows, notes):
        drawn["body"] = _block(body, "xl", PAPER, spacing="md")
    if buttons:
        drawn["footer"] = _block([_button(*each) for each in _coloured(buttons)], "xl", PAPER, spacing="sm")
    return drawn


def _body(lead: Sequence[str], rows: Sequence[tuple[str, str]], notes: Sequence[str]) -> list[Json]:
    paragraphs = [_text(words, "md", INK) for words in lead]
    facts = [_row(label, value, beside=_all_short(rows)) for label, value in rows]
    small = [_text(words, "sm", FAINT_INK) for words in notes]
    parts = [part for part in (paragraphs, facts, small) if part]
    body: list[Json] = []
    for part in parts:
        if body:
            body.append({"type": "separator", "color": LINE_COLOUR})
        body += part
    return body


def _all_short(rows: Sequence[tuple[str, str]]) -> bool:
    """Whether all rows can be two columns: a card that mixes both kinds is hard to read."""
    return all(
        "\n" not in value and cell_len(label) <= _SHORT_LABEL and cell_len(value) <= _SHORT_VALUE
        for label, value in rows
    )


def _row(label: str, value: str, *, beside: bool) -> Json:
    name, fact = _text(label, "sm", FAINT_INK), _text(value, "md", INK, weight="bold")
    if beside:
        name["flex"], fact["flex"] = 2, 3
        return {"type": "box", "layout": "baseline", "spacing": "md", "contents": [name, fact]}
    return {"type": "box", "layout": "vertical", "spacing": "xs", "contents": [name, fact]}


def _coloured(buttons: Sequence[tuple[str, Json]]) -> list[tuple[str, Json, tuple[str, str]]]:
    return [(label, action, OTHER_BUTTON if index else FIRST_BUTTON) for index, (label, action) in enumerate(buttons)]


def _button(label: str, action: Json, colours: tuple[str, str]) -> Json:
    paint, ink = colours
    # The action's own label is only read aloud; the words on the button are complete without it.
    labelled = {**action, "label": label} if graphemes(label) <= FLEX_LABEL else action
    return {
        "type": "box",
        "layout": "vertical",
        "action": labelled,
        "backgroundColor": paint,
        "cornerRadius": "md",
        "paddingAll": "md",
        "contents": [_text(label, "md", ink, weight="bold", align="center")],
    }


def _picture(address: str) -> Json:
    """All of it, whatever its shape: a poster loses no line of its words."""
    shape = {"size": "full", "aspectRatio": "20:13", "aspectMode": "fit"}
    return {"type": "image", "url": address, **shape, "backgroundColor": PAPER, "animated": False}


def _block(contents: list[Json], padding: str, paint: str, *, spacing: str = "none") -> Json:
    return {
        "type": "box",
        "layout": "vertical",
        "paddingAll": padding,
        "spacing": spacing,
        "backgroundColor": paint,
        "contents": contents,
    }


def _text(words: str, size: str, colour: str, **more: str) -> Json:
    return {
        "type": "text",
        "text": words,
        "size": size,
        "color": colour,
        "wrap": True,
        "scaling": True,
        "lineSpacing": "6px",
        **more,
    }
