"""LINE's limits on messages, each from both sides."""

from typing import Any

import pytest

from bot.simulator.characters import graphemes, utf16_units
from bot.simulator.rules import message_problems

EMOJI = "\N{GRINNING FACE}"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
THAI_KAM = "กำ"


def accepted(message: dict[str, Any]) -> bool:
    return not message_problems([message])


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def quick(*actions: dict[str, Any]) -> dict[str, Any]:
    items = [{"type": "action", "action": action} for action in actions]
    return {**text("Pilih"), "quickReply": {"items": items}}


def say(label: str = "Ya") -> dict[str, Any]:
    return {"type": "message", "label": label, "text": "Ya"}


def flex(*parts: dict[str, Any], layout: str = "vertical", alt: str = "Kabar") -> dict[str, Any]:
    body = {"type": "box", "layout": layout, "contents": list(parts)}
    return {"type": "flex", "altText": alt, "contents": {"type": "bubble", "body": body}}


def button(action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "button", "action": action}


def uri(address: str, label: str = "Buka") -> dict[str, Any]:
    return {"type": "uri", "label": label, "uri": address}


def bubble_of(bytes_of_text: int) -> dict[str, Any]:
    return {
        "type": "bubble",
        "body": {
            "type": "box",
            "layout": "vertical",
            "contents": [{"type": "text", "text": "x" * bytes_of_text}],
        },
    }


@pytest.mark.parametrize(("said", "units"), [("", 0), ("abc", 3), ("ก", 1), (EMOJI, 2), (FAMILY, 8), ("中文", 2)])
def test_utf16_units(said: str, units: int) -> None:
    assert utf16_units(said) == units


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("", 0),
        ("abc", 3),
        ("a\r\nb", 3),
        (EMOJI, 1),
        (FAMILY, 1),
        ("\U0001f1f9\U0001f1fc\U0001f1ee\U0001f1e9", 2),
        ("\U0001f44d\U0001f3fd", 1),
        ("ที่", 1),
        (THAI_KAM, 1),
        ("สวัสดี", 4),
        ("มีปัญหา", 5),
        ("Tiếng Việt".replace("ế", "e\u0302\u0301"), 10),
        ("မြန်", 2),
        ("မာ", 2),
        ("한국", 2),
        ("\u1112\u1161\u11ab", 1),
    ],
)
def test_graphemes_are_what_a_reader_counts(said: str, count: int) -> None:
    assert graphemes(said) == count


@pytest.mark.parametrize(
    ("message", "ok"),
    [
        (text("x" * 5000), True),
        (text("x" * 5001), False),
        (text(EMOJI * 2500), True),
        (text(EMOJI * 2501), False),
        (text(""), False),
        ({"type": "text"}, False),
        ({"type": "bogus", "text": "x"}, False),
        ({**text("x"), "txet": "x"}, False),
        ({"type": "textV2", "text": "Halo {{ }}"}, True),
        ({"type": "textV2", "text": "Halo {"}, False),
        ({"type": "textV2", "text": "Halo {nama}"}, False),
        (flex({"type": "text", "text": "x"}, alt="x" * 1500), True),
        (flex({"type": "text", "text": "x"}, alt="x" * 1501), False),
        (flex({"type": "text", "text": ""}), False),
        (flex({"type": "text", "text": "x", "wrpa": True}), False),
        (flex({"type": "text", "text": "x"}, layout="diagonal"), False),
        (flex({"type": "text", "text": "x"}, layout="baseline"), True),
        (flex(button(say()), layout="baseline"), False),
        (flex(button(say("x" * 40))), True),
        (flex(button(say("x" * 41))), False),
        (flex(button(say("ที่" * 40))), True),
        (flex(button(uri("https://example.org/a"))), True),
        (flex(button(uri("tel:1955"))), True),
        (flex(button(uri("javascript:alert(1)"))), False),
        (flex(button(uri("https://example.org/ไทย"))), False),
        (flex(button(uri("https://example.org/" + "x" * 981))), False),
        (flex({"type": "image", "url": "http://example.org/a.png"}), False),
        (flex(button({"type": "postback", "label": "x", "data": "x" * 300})), True),
        (flex(button({"type": "postback", "label": "x", "data": "x" * 301})), False),
        (flex(button({"type": "camera", "label": "x"})), False),
        (quick(*[say()] * 13), True),
        (quick(*[say()] * 14), False),
        (quick(say("x" * 20)), True),
        (quick(say("x" * 21)), False),
        (quick(say("ที่" * 20)), True),
        (quick({"type": "message", "text": "x"}), False),
        (quick({"type": "camera", "label": "Foto"}), True),
        (
            quick({"type": "datetimepicker", "label": "x", "data": "d", "mode": "date", "max": "2026-01-01"}),
            True,
        ),
        (quick({"type": "datetimepicker", "label": "x", "data": "d", "mode": "date", "max": "1/1/26"}), False),
        ({"type": "flex", "altText": "x", "contents": bubble_of(30 * 1024 - 120)}, True),
        ({"type": "flex", "altText": "x", "contents": bubble_of(30 * 1024)}, False),
        (
            {"type": "flex", "altText": "x", "contents": {"type": "carousel", "contents": [bubble_of(9)] * 12}},
            True,
        ),
        (
            {"type": "flex", "altText": "x", "contents": {"type": "carousel", "contents": [bubble_of(9)] * 13}},
            False,
        ),
        (
            {
                "type": "flex",
                "altText": "x",
                "contents": {"type": "carousel", "contents": [bubble_of(26_000)] * 2},
            },
            False,
        ),
        (
            {
                "type": "flex",
                "altText": "x",
                "contents": {"type": "carousel", "contents": [bubble_of(9), {**bubble_of(9), "size": "kilo"}]},
            },
            False,
        ),
        (
            {
                "type": "template",
                "altText": "x",
                "template": {"type": "confirm", "text": "Benar?", "actions": [say(), say("Tidak")]},
            },
            True,
        ),
        (
            {
                "type": "template",
                "altText": "x",
                "template": {"type": "confirm", "text": "Benar?", "actions": [say()]},
            },
            False,
        ),
    ],
)
def test_a_message_within_the_limits_is_taken_and_one_beyond_is_not(message: dict[str, Any], ok: bool) -> None:
    assert accepted(message) is ok


@pytest.mark.parametrize(("count", "ok"), [(0, False), (1, True), (5, True), (6, False)])
def test_a_request_carries_1_to_5_messages(count: int, ok: bool) -> None:
    assert (not message_problems([text("x")] * count)) is ok


def test_a_refusal_names_the_place_in_lines_words(line: Any) -> None:
    answer = line.push(line.phone(), "Halo", flex(button({"type": "postback", "label": "x", "data": "x" * 301})))
    assert answer.status_code == 400
    assert answer.json()["message"] == "The request body has 1 error(s)"
    place = answer.json()["details"][0]["property"]
    assert place == "messages[1].contents.body.contents[0].action.data"


def test_validation_finds_the_same_without_sending(line: Any) -> None:
    assert line.line("message/validate/push", {"messages": [text("Halo")]}).json() == {}
    assert line.line("message/validate/push", {"messages": [text("")]}).status_code == 400
    assert line.line("message/validate/letter", {"messages": [text("Halo")]}).status_code == 404
    assert line.look("ledger") == []


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b'{"a": NaN}', b'{"to": "\\ud800"}', b"{", b'{"to": 1}', b"[" * 5000]
)
def test_what_is_not_a_json_object_is_400(line: Any, raw: bytes) -> None:
    answer = line.post("/v2/bot/message/push", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_too_deep_nesting_is_refused_and_not_a_crash(line: Any) -> None:
    part: dict[str, Any] = {"type": "text", "text": "x"}
    for _ in range(400):
        part = {"type": "box", "layout": "vertical", "contents": [part]}
    assert line.push(line.phone(), flex(part)).status_code == 400


def test_a_body_over_2_mb_is_413_and_another_media_type_415(line: Any) -> None:
    huge = b'{"x": "' + b"x" * (2 * 1024 * 1024) + b'"}'
    answer = line.post("/v2/bot/message/push", content=huge, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert line.post("/v2/bot/message/push", content=b"{}").status_code == 415
