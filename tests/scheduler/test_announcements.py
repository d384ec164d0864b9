"""An announcement as it arrives: her language around the operators' own words, and nothing on the lock screen."""

from typing import Any

import pytest

from bot.line.limits import check
from bot.line.render import PREVIEW, UnsendableError, render
from locales import Language, say
from models.announcements.announcement import Category, Follows
from models.announcements.card import CATEGORY_NAMES
from models.announcements.text import Body, Texts
from models.content import Card, Content, Open, from_json, to_json
from scheduler.announcements import content_of

PICTURE, LINK = "https://example.org/heat.png", "https://example.org/heat?a=1"
TEXT = "Drink water.\nRest in the shade.\r\n \r\n\r\n{date} Call 119."


def texts(text: str = TEXT, **more: Any) -> Texts:
    return Texts({language: Body(f"Heat {language}", text, "Learn") for language in Language}, **more)


def card(content: Content) -> Card:
    [bubble] = content.bubbles
    assert isinstance(bubble, Card)
    return bubble


@pytest.mark.parametrize("language", Language)
def test_a_worker_reads_it_in_her_language_with_picture_and_link(language: Language) -> None:
    said = content_of(17, Category.WEATHER, texts(image_url=PICTURE, link_url=LINK), language)
    messages = render(said, language)
    assert check(messages) == []
    [message] = messages
    assert message["altText"] == say(PREVIEW, language)
    bubble = message["contents"]
    head = [part["text"] for part in bubble["header"]["contents"]]
    assert head == [say(CATEGORY_NAMES[Category.WEATHER], language), f"Heat {language}"]
    assert bubble["hero"]["url"] == PICTURE
    assert [part["text"] for part in bubble["body"]["contents"]] == [
        "Drink water.\nRest in the shade.",
        "{date} Call 119.",
    ]
    link, settings = (box["action"] for box in bubble["footer"]["contents"])
    assert (link["uri"], link["label"]) == (LINK, "Learn")
    assert settings["data"] == "announcements:like:17"


def test_without_picture_and_link_there_is_none() -> None:
    said = content_of(1, Category.OTHER, texts(), Language.EN)
    [message] = render(said, Language.EN)
    assert "hero" not in message["contents"]
    assert not [button for button in card(said).buttons if isinstance(button, Open)]


def test_a_link_without_words_of_its_own_has_ours() -> None:
    said = content_of(1, "other", Texts({Language.ID: Body("A", "B")}, link_url=LINK), Language.ID)
    [message] = render(said, Language.ID)
    assert message["contents"]["footer"]["contents"][0]["contents"][0]["text"] != ""
    assert card(said).buttons[0].label.msgid == "Read more"


def test_what_follows_another_one_says_so_first() -> None:
    plain = card(content_of(1, Category.WEATHER, texts(), Language.EN))
    first = {}
    for follows in Follows:
        said = card(content_of(1, Category.WEATHER, texts(), Language.EN, follows.value))
        assert said.lead[1:] == plain.lead
        first[follows] = say(said.lead[0], Language.EN)
    assert "corrects" in first[Follows.CORRECTION]
    assert "not valid any more" in first[Follows.WITHDRAWAL]


def test_every_category_has_a_name_of_its_own_in_every_language() -> None:
    assert CATEGORY_NAMES.keys() == set(Category)
    for language in Language:
        assert len({say(name, language) for name in CATEGORY_NAMES.values()}) == len(Category)


def test_it_is_not_said_in_a_language_that_nobody_wrote_it_in() -> None:
    with pytest.raises(KeyError):
        content_of(1, Category.WEATHER, Texts({Language.EN: Body("A", "B")}), Language.TH)


def test_five_thousand_thai_characters_fit_and_what_line_would_refuse_is_refused() -> None:
    long = texts("ก" * 5_000)
    assert check(render(content_of(1, Category.WEATHER, long, Language.TH), Language.TH)) == []
    for refused in (
        texts("ก" * 10_000),
        texts(image_url="http://example.org/a.png"),
        texts(image_url="https://example.org/圖.png"),
        texts(image_url="https://example.org/" + "a" * 2_000),
        texts(link_url="javascript:alert(1)"),
    ):
        with pytest.raises(UnsendableError):
            render(content_of(1, Category.WEATHER, refused, Language.TH), Language.TH)


def test_it_can_be_kept_and_read_back() -> None:
    said = content_of(1, Category.WEATHER, texts(image_url=PICTURE, link_url=LINK), Language.EN)
    assert from_json(to_json(said)) == said
