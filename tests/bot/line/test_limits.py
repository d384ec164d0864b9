"""Each of LINE's limits, on both of its sides."""

from typing import Any

import orjson
import pytest

from bot.line.limits import BUBBLE_BYTES, check, check_menu, graphemes, utf16_units

Json = dict[str, Any]

THAI_SYLLABLE = "น้ำ"  # three code points, one character to a reader
EMOJI = "🙂"  # one code point, two UTF-16 units


def text(words: str) -> list[Json]:
    return [{"type": "text", "text": words}]


def quick(*actions: Json) -> list[Json]:
    items = [{"type": "action", "action": action} for action in actions]
    return [{"type": "text", "text": "?", "quickReply": {"items": items}}]


def postback(**more: Any) -> Json:
    return {"type": "postback", "label": "Yes", "data": "yes", **more}


def uri(address: str) -> Json:
    return {"type": "uri", "label": "Open", "uri": address}


def date_picker(**more: str) -> Json:
    days = {"initial": "2026-01-02", "min": "2026-01-01", "max": "2026-12-31"}
    return {"type": "datetimepicker", "label": "Day", "data": "day", "mode": "date", **days, **more}


def flex(*parts: Json, alt: str = "Read", **bubble: Any) -> list[Json]:
    body = {"type": "box", "layout": "vertical", "contents": list(parts)}
    return [{"type": "flex", "altText": alt, "contents": {"type": "bubble", "body": body, **bubble}}]


def written(words: str = "x", **more: Any) -> Json:
    return {"type": "text", "text": words, **more}


def tapped(action: Json) -> Json:
    return {"type": "box", "layout": "vertical", "contents": [written()], "action": action}


def pictured(url: str, kind: str = "image") -> list[Json]:
    return flex(written(), hero={"type": kind, "url": url})


def flex_of_bytes(size: int) -> list[Json]:
    [message] = flex(written("x"))
    length = size - len(orjson.dumps(message["contents"])) + 1
    return flex(written("x" * length))


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (text("x" * 5_000), text("x" * 5_001)),
        (text(EMOJI * 2_500), text(EMOJI * 2_500 + "x")),
        (text("."), text("")),
        (text("."), text(" \n ")),
        (text("x") * 5, text("x") * 6),
        (text("x"), []),
        (flex(written(), alt="字" * 1_500), flex(written(), alt="字" * 1_501)),
        (flex(written(), alt="x"), flex(written(), alt="")),
        (flex(written("x")), flex(written(""))),
        (flex_of_bytes(BUBBLE_BYTES), flex_of_bytes(BUBBLE_BYTES + 1)),
        (quick(*[postback()] * 13), quick(*[postback()] * 14)),
        (quick(postback()), quick()),
        (quick(postback(label="x" * 20)), quick(postback(label="x" * 21))),
        (quick(postback(label=THAI_SYLLABLE * 20)), quick(postback(label=THAI_SYLLABLE * 21))),
        (quick(postback()), quick({"type": "postback", "data": "yes"})),
        (flex(tapped(postback(label=THAI_SYLLABLE * 40))), flex(tapped(postback(label="x" * 41)))),
        (flex(tapped({"type": "postback", "data": "yes"})), flex(tapped(postback(label="")))),
        (quick(postback(data="x" * 300)), quick(postback(data="x" * 301))),
        (quick(postback(data=EMOJI * 150)), quick(postback(data=EMOJI * 151))),
        (quick(postback(displayText=EMOJI * 300)), quick(postback(displayText=EMOJI * 301))),
        (quick(uri("https://a.tw/" + "x" * 987)), quick(uri("https://a.tw/" + "x" * 988))),
        (quick(uri("http://a.tw")), quick(uri("javascript:alert(1)"))),
        (quick(uri("line://app/1")), quick(uri("ftp://a.tw"))),
        (quick(uri("https://a.tw/%20")), quick(uri("https://a.tw/ "))),
        (quick(uri("https://a.tw/%E5")), quick(uri("https://a.tw/字"))),
        (quick(uri("tel:+886289956000")), quick(uri("tel:1955#1"))),
        (quick(date_picker(data="x" * 300)), quick(date_picker(data="x" * 301))),
        (quick(date_picker(min="1900-01-01")), quick(date_picker(min="1899-12-31"))),
        (quick(date_picker(max="2100-12-31")), quick(date_picker(max="2101-01-01"))),
        (quick(date_picker(initial="2026-01-01")), quick(date_picker(initial="2025-12-31"))),
        (
            quick(date_picker(initial="2026-01-01", max="2026-01-02")),
            quick(date_picker(initial="2026-01-01", max="2026-01-01")),
        ),
        (quick(date_picker()), quick(date_picker(mode="time"))),
        (quick(postback()), quick({"type": "camera", "label": "Photo"})),
        (flex(written()), [{"type": "sticker", "packageId": "1", "stickerId": "1"}]),
        (flex(written()), flex({"type": "image", "url": "https://a.tw/a.png"})),
        (pictured("https://a.tw/" + "x" * 1_987), pictured("https://a.tw/" + "x" * 1_988)),
        (pictured("https://a.tw/a.png"), pictured("http://a.tw/a.png")),
        (pictured("https://a.tw/%E5"), pictured("https://a.tw/字")),
        (pictured("https://a.tw/a.png"), pictured("https://a.tw/a.mp4", "video")),
        (flex(written()), flex(type="carousel")),
        (
            flex(written()),
            [{"type": "flex", "altText": "Read", "contents": {"type": "bubble", "size": "mega"}}],
        ),
    ],
)
def test_messages_are_refused_just_beyond_the_limit_and_not_within(within: list[Json], beyond: list[Json]) -> None:
    assert check(within) == []
    assert len(check(beyond)) == 1


def test_a_problem_names_its_place_and_the_limit_but_not_the_words() -> None:
    assert check(quick(postback(), postback(label="S" * 21))) == [
        "messages[0].quickReply.items[1].action.label: 21 characters, LINE takes 20"
    ]


@pytest.mark.parametrize(
    ("words", "readers_count", "utf16"),
    [
        ("abc", 3, 3),
        ("ที่ปั๊มน้ำ", 4, 10),
        ("Tiếng Việt", 10, 10),
        ("Tie\u0302\u0301ng", 5, 7),
        ("👨‍👩‍👧", 1, 8),
        ("e\u0301", 1, 2),
        ("各位移工", 4, 4),
        ("ำ", 1, 1),
    ],
)
def test_characters_are_counted_as_readers_do_and_as_utf16_does(words: str, readers_count: int, utf16: int) -> None:
    assert graphemes(words) == readers_count
    assert utf16_units(words) == utf16


def test_unseen_characters_do_not_make_a_label_shorter_than_line_counts_it() -> None:
    assert graphemes("字\u202e\u200b\u0007") >= 4


def menu(**changes: Any) -> Json:
    bounds = {"x": 0, "y": 0, "width": 2500, "height": 1686}
    area = {"bounds": bounds, "action": postback()}
    size = {"width": 2500, "height": 1686}
    return {"size": size, "selected": True, "name": "n", "chatBarText": "Menu", "areas": [area], **changes}


def one_area(**bounds: int) -> list[Json]:
    whole = {"x": 0, "y": 0, "width": 2500, "height": 1686}
    return [{"bounds": {**whole, **bounds}, "action": postback()}]


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (menu(name="n" * 300), menu(name="n" * 301)),
        (menu(chatBarText=THAI_SYLLABLE * 14), menu(chatBarText=THAI_SYLLABLE * 15)),
        (menu(chatBarText="x"), menu(chatBarText="")),
        (menu(areas=one_area() * 20), menu(areas=one_area() * 21)),
        (menu(areas=one_area()), menu(areas=[])),
        (menu(areas=one_area(x=1, width=2499)), menu(areas=one_area(x=1))),
        (menu(areas=one_area(y=1, height=1685)), menu(areas=one_area(y=1))),
        (menu(areas=one_area(width=1)), menu(areas=one_area(width=0))),
        (
            menu(areas=[{**one_area()[0], "action": postback(label="x" * 20)}]),
            menu(areas=[{**one_area()[0], "action": postback(label="x" * 21)}]),
        ),
    ],
)
def test_rich_menus_are_refused_just_beyond_the_limit_and_not_within(within: Json, beyond: Json) -> None:
    assert check_menu(within) == []
    assert len(check_menu(beyond)) == 1


@pytest.mark.parametrize(
    ("width", "height", "taken"),
    [
        (800, 250, True),
        (799, 250, False),
        (2500, 1686, True),
        (2501, 1686, False),
        (800, 249, False),
        (1450, 1000, True),
        (1449, 1000, False),
    ],
)
def test_rich_menus_have_a_size_line_takes(width: int, height: int, taken: bool) -> None:
    area = one_area(width=100, height=100)
    assert (check_menu(menu(size={"width": width, "height": height}, areas=area)) == []) is taken
