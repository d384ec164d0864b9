"""The quick check of shapes says the same as the official SDK's own models."""

from typing import Any

import pytest
from linebot.v3.messaging.models import Message

from bot.simulator.shape import problems_of

TEXT = {"type": "text", "text": "x"}
BOX = {"type": "box", "layout": "vertical", "contents": [TEXT]}
SAY = {"type": "message", "label": "Ya", "text": "Ya"}


def flex(**bubble: Any) -> dict[str, Any]:
    return {"type": "flex", "altText": "x", "contents": {"type": "bubble", **bubble}}


def template(**content: Any) -> dict[str, Any]:
    return {"type": "template", "altText": "x", "template": content}


@pytest.mark.parametrize(
    "message",
    [
        TEXT,
        {"type": "text"},
        {"type": "text", "text": 5},
        {"type": "text", "text": "x", "quoteToken": 5},
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        {"type": "sticker", "packageId": "446"},
        {"type": "image", "originalContentUrl": "https://example.org/a.png"},
        {"type": "location", "title": "x", "address": "y", "latitude": 25.0, "longitude": 121.5},
        {"type": "location", "title": "x", "address": "y", "latitude": "north", "longitude": 121.5},
        flex(),
        flex(body=BOX),
        flex(body={**BOX, "layout": "diagonal"}),
        flex(body={**BOX, "flex": "1"}),
        flex(body={**BOX, "contents": [{**TEXT, "weight": "heavy"}]}),
        flex(body={**BOX, "contents": [{**TEXT, "wrap": "yes"}]}),
        flex(size="enormous"),
        flex(hero={"type": "image", "url": "https://example.org/a.png"}),
        flex(hero={"type": "image"}),
        flex(footer={**BOX, "contents": [{"type": "button", "action": SAY}]}),
        flex(footer={**BOX, "contents": [{"type": "button"}]}),
        flex(styles={"header": {"backgroundColor": "#112233"}}),
        template(type="confirm", text="x", actions=[SAY, SAY]),
        template(type="confirm", text="x"),
        template(type="carousel", columns=[{"text": "x", "actions": [SAY]}]),
        template(type="carousel", columns=[{"actions": [SAY]}]),
        {**TEXT, "quickReply": {"items": [{"type": "action", "action": SAY}] * 13}},
        {**TEXT, "quickReply": {"items": [{"type": "action", "action": SAY}] * 14}},
        {**TEXT, "sender": {"name": "x" * 21}},
        {"type": "textV2", "text": "{a}", "substitution": {"a": {"type": "emoji", "productId": "p"}}},
    ],
)
def test_the_check_and_the_sdk_agree(message: dict[str, Any]) -> None:
    try:
        Message.from_dict(message)
        taken = True
    except (ValueError, KeyError, TypeError, AttributeError):
        taken = False
    assert (not list(problems_of(Message, message))) is taken


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ({**TEXT, "txet": "x"}, "txet"),
        (flex(body={**BOX, "contents": [{**TEXT, "colour": "#112233"}]}), "contents.body.contents[0].colour"),
        (flex(body={**BOX, "contents": [{"type": "poster"}]}), "contents.body.contents[0].type"),
        (flex(body={**BOX, "type": "text"}), "contents.body.type"),
    ],
)
def test_what_the_sdk_would_drop_in_silence_is_named(message: dict[str, Any], place: str) -> None:
    assert [each.property for each in problems_of(Message, message)] == [place]
