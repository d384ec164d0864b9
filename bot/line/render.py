"""From content without a language to the message objects LINE takes."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, assert_never

import locales
from bot.line import flex, limits
from locales import Language, Text, _
from models.content import Bubble, Button, Call, Card, Content, Open, PickDate, Postback, Send, Words

Say = Callable[[Text, Language], str]
Json = dict[str, Any]

# Translators: the only thing the lock screen and the list of chats show of most of our messages.
PREVIEW = _("You have a message from the foreign worker service. Tap to read it.")

NO_VALUE = "–"
"""Stands for the value of a row that the ministry's data leaves blank."""

# Nothing we say needs them: control characters, marks that turn the reading direction and so could make a
# name rewrite the sentence around it, and halves of characters, which are not text at all.
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BETWEEN_DIGITS = re.compile(r"[\s().\-]")


class UnsendableError(ValueError):
    """LINE would refuse what we say: a fault in a sentence, its translation or its layout."""


def render(content: Content, language: Language, say: Say = locales.say) -> list[Json]:
    """LINE's message objects, one a bubble, the quick replies under the last.

    Raises MissingTranslationError, and UnsendableError naming the sentence that breaks LINE's limits.
    """
    voice = _Voice(language, say)
    messages = [_message(bubble, voice) for bubble in content.bubbles]
    if content.quick:
        items = [{"type": "action", "action": _quick_action(button, voice)} for button in content.quick]
        messages[-1]["quickReply"] = {"items": items}
    if problem := next(limits.message_problems(messages), None):
        sentence = next((text for text in _texts(content) if voice.said(text) == problem.words), None)
        about = f"{sentence.msgid!r}" if sentence else f"a message with {_first_msgid(content)!r}"
        raise UnsendableError(f"{about} in {language.value}: {problem.where}: {problem.what}")
    return messages


class _Voice:
    def __init__(self, language: Language, say: Say) -> None:
        self._language = language
        self._say = say

    def said(self, text: Text) -> str:
        words = self._say(text, self._language)
        return words if words.isprintable() else _UNSEEN.sub("", words.replace("\t", " "))


def _message(bubble: Bubble, voice: _Voice) -> Json:
    if isinstance(bubble, Words):
        return {"type": "text", "text": voice.said(bubble.words)}
    return {"type": "flex", "altText": voice.said(PREVIEW), "contents": _card(bubble, voice)}


def _card(card: Card, voice: _Voice) -> Json:
    said = voice.said
    return flex.bubble(
        said(card.title),
        lead=[said(text) for text in card.lead],
        rows=[(said(row.label), said(row.value).strip() or NO_VALUE) for row in card.rows],
        notes=[said(text) for text in card.notes],
        buttons=[(said(button.label), _action(button, voice)) for button in card.buttons],
        tone=card.tone,
        topic=said(card.topic) if card.topic else "",
        picture=card.picture,
    )


def _quick_action(button: Button, voice: _Voice) -> Json:
    return {**_action(button, voice), "label": voice.said(button.label)}


def _action(button: Button, voice: _Voice) -> Json:
    match button:
        case Postback():
            said = {"displayText": voice.said(button.said)} if button.said else {}
            return {"type": "postback", "data": button.data, **said}
        case Call():
            return {"type": "uri", "uri": f"tel:{_BETWEEN_DIGITS.sub('', button.number)}"}
        case Open():
            return {"type": "uri", "uri": button.url}
        case PickDate():
            return {
                "type": "datetimepicker",
                "data": button.data,
                "mode": "date",
                "initial": button.initial.isoformat(),
                "min": button.earliest.isoformat(),
                "max": button.latest.isoformat(),
            }
        case Send():
            return {"type": button.what.value}
    assert_never(button)


def _texts(content: Content) -> Iterator[Text]:
    for bubble in content.bubbles:
        if isinstance(bubble, Words):
            yield bubble.words
        else:
            yield from (bubble.title, *bubble.lead, *bubble.notes)
            if bubble.topic:
                yield bubble.topic
            yield from (text for row in bubble.rows for text in (row.label, row.value))
            yield from _button_texts(bubble.buttons)
    yield from _button_texts(content.quick)


def _button_texts(buttons: Sequence[Button]) -> Iterator[Text]:
    for button in buttons:
        yield button.label
        if isinstance(button, Postback) and button.said:
            yield button.said


def _first_msgid(content: Content) -> str:
    return next(_texts(content)).msgid
