"""Everything the product can say, in every language, is what LINE takes and what a lock screen may show."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pytest
from linebot.v3.messaging.models import PushMessageRequest, ReplyMessageRequest

import locales
from bot.line import richmenus
from bot.line.limits import check
from bot.line.render import PREVIEW, render
from locales import Language, Text
from locales.update import extracted
from models.content import Card, Content, Words
from models.message import Lane

ROOT = Path(__file__).parents[2]

# Sentences that no message shows, and why.
NEVER_SHOWN: Mapping[tuple[str, str | None], str] = {
    ("Menu", "menu"): "only typed: its words in each language call the menu",
}


class Said(Protocol):
    @property
    def content(self) -> Content: ...
    @property
    def lane(self) -> Lane: ...
    @property
    def today(self) -> date: ...
    @property
    def because(self) -> str: ...


def texts(part: Any) -> Iterator[Text]:
    """Every sentence in a part of a content, those inside other sentences too."""
    if isinstance(part, Text):
        yield part
        for value in part.values.values():
            yield from texts(value)
    elif isinstance(part, tuple):
        for item in part:
            yield from texts(item)
    elif is_dataclass(part):
        for one in fields(part):
            yield from texts(getattr(part, one.name))


@pytest.fixture(scope="module")
def different(said: Sequence[Said]) -> list[Said]:
    """One of each content, however often it was said."""
    seen: dict[str, Said] = {}
    for one in said:
        seen.setdefault(repr(one.content), one)
    return list(seen.values())


def test_the_story_is_rich(said: Sequence[Said], different: Sequence[Said]) -> None:
    assert len(different) > 150
    lanes = Counter(one.lane for one in different)
    assert lanes[Lane.REMINDER] > 80
    assert lanes[Lane.REPLY] > 80


def test_every_sentence_of_the_code_was_said(said: Sequence[Said]) -> None:
    heard = {(text.msgid, text.context) for one in said for text in texts(one.content)}
    heard.add((PREVIEW.msgid, PREVIEW.context))
    heard |= {(text.msgid, text.context) for text in _rich_menu_texts()}
    ours = {
        (message.id if isinstance(message.id, str) else message.id[0], message.context)
        for message in extracted(ROOT)
        if message.id and not all(file.startswith(_SAID_ELSEWHERE) for file, _line in message.locations)
    }
    assert ours - heard == NEVER_SHOWN.keys()


# Every page in every language: tests/bot/test_pages.py and test_calendar_file.py. The phone of an operator who
# tries an announcement: tests/handlers/test_trial_phone.py.
_SAID_ELSEWHERE = ("bot/pages/", "bot/console/announcement_trial.py", "handlers/trial_phone.py")


def _rich_menu_texts() -> list[Text]:
    found = []

    def say(text: Text, language: Language) -> str:
        found.append(text)
        return locales.say(text, language)

    for kind in richmenus.KINDS:
        richmenus.menu(*kind, say=say)
    return found


@pytest.mark.parametrize("language", Language)
def test_line_takes_every_message(different: Sequence[Said], language: Language) -> None:
    for one in different:
        messages = render(one.content, language)
        assert check(messages) == [], one.because


@pytest.mark.parametrize("language", Language)
def test_lines_own_models_take_every_kind_of_message(different: Sequence[Said], language: Language) -> None:
    # The models are slow and look only at the shape, so one content of each shape will do.
    shapes: dict[str, Content] = {}
    for one in different:
        shapes.setdefault(re.sub(r"'.*?'|\"[^\"]*\"|\d", "", repr(one.content))[:4_000], one.content)
    assert len(shapes) > 40
    for content in shapes.values():
        messages = render(content, language)
        push = PushMessageRequest.from_dict({"to": "U" + "0" * 32, "messages": messages})
        reply = ReplyMessageRequest.from_dict({"replyToken": "0" * 32, "messages": messages})
        assert push is not None
        assert reply is not None
        assert push.to_dict()["messages"] == reply.to_dict()["messages"] == messages


@pytest.mark.parametrize("language", Language)
def test_the_lock_screen_shows_one_neutral_sentence_for_every_card(
    different: Sequence[Said], language: Language
) -> None:
    shown = {
        message["altText"]
        for one in different
        for message in render(one.content, language)
        if message["type"] == "flex"
    }
    assert shown == {locales.say(PREVIEW, language)}
    [sentence] = shown
    for telling in ("permit", "employer", "ARC", "1955"):
        assert telling.casefold() not in sentence.casefold()
    for topic in ("My permit", "My messages"):
        assert locales.say(Text(topic, context="menu"), language).casefold() not in sentence.casefold()


def test_only_an_answer_is_ever_plain_words(different: Sequence[Said]) -> None:
    # A reminder or announcement arrives when anybody may be looking at the phone.
    for one in different:
        if one.lane is not Lane.REPLY:
            assert all(isinstance(bubble, Card) for bubble in one.content.bubbles), one.because


def test_plain_words_hold_nothing_about_a_person(different: Sequence[Said]) -> None:
    for one in different:
        for bubble in one.content.bubbles:
            if isinstance(bubble, Words):
                assert all(isinstance(value, Text) for value in bubble.words.values.values()), one.because


def test_no_message_names_a_past_day_as_one_until_when_something_can_be_done(different: Sequence[Said]) -> None:
    ahead = re.compile(
        r"^From \{opens\}|^Your employer (can|must) apply now|^\{date\} is the last safe day"
        r"|must be applied for by|approved before"
    )
    checked = 0
    for one in different:
        for text in texts(one.content):
            if ahead.search(text.msgid):
                last = max(value for value in text.values.values() if isinstance(value, date))
                assert last >= one.today, f"{text} on {one.today}: {one.because}"
                checked += 1
    assert checked > 50


def test_no_count_of_days_is_negative(different: Sequence[Said]) -> None:
    counted = [text for one in different for text in texts(one.content) if text.plural is not None]
    assert counted
    assert min(text.n for text in counted) >= 0


def test_every_card_about_a_problem_leads_to_1955(different: Sequence[Said]) -> None:
    for one in different:
        for bubble in one.content.bubbles:
            if isinstance(bubble, Card) and bubble.tone != "calm":
                assert "Call 1955" in {text.msgid for text in texts(bubble.buttons)}, one.because


def test_every_answer_leads_on_by_a_button(different: Sequence[Said]) -> None:
    for one in different:
        cards = [bubble for bubble in one.content.bubbles if isinstance(bubble, Card)]
        assert one.content.quick or any(card.buttons for card in cards), one.because


def test_every_word_that_a_card_shows_is_one_of_ours_or_data(different: Sequence[Said]) -> None:
    # A code such as "household_care" is neither: it would be shown to her as it stands.
    for one in different:
        for text in texts(one.content):
            if text.msgid == "{verbatim}":
                value = text.values["verbatim"]
                assert not (isinstance(value, str) and re.fullmatch(r"[a-z]+(_[a-z]+)+", value)), one.because
