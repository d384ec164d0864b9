"""The shared renderer of LINE messages, in a real browser under the strict content security policy."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, FloatRect, Page, expect

pytestmark = pytest.mark.browser

WEB = Path(__file__).parents[2] / "bot" / "web"
STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = b"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Messages</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/flex.css"></head>
<body><main><h1>Messages</h1></main></body></html>"""
TYPES = {".js": "text/javascript", ".css": "text/css"}
DOT = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAf"
    "FcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HOSTILE = '<img src=x onerror="window.pwned = true"><script>window.pwned = true</script>"\'&lt;b&gt;'
SHOW = """async ([message, lang]) => {
  const {renderMessage, renderQuickReply} = await import("/flex.js");
  window.actions = [];
  const onAction = (action) => window.actions.push(action);
  const place = document.createElement("div");
  place.lang = lang;
  place.id = "shown";
  document.getElementById("shown")?.remove();
  place.append(renderMessage(message, {onAction}));
  const quick = renderQuickReply(message, {onAction});
  if (quick) place.append(quick);
  document.querySelector("main").append(place);
}"""


class _Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        if name and Path(name).name == name and (WEB / name).is_file():
            self._send(200, TYPES[Path(name).suffix], (WEB / name).read_bytes())
        else:
            self._send(200 if not name else 404, "text/html", PAGE)

    def _send(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Security-Policy", STRICT_POLICY)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Files) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def chat(page: Page, address: str) -> Iterator[Page]:
    """A page that can show messages; at the end nothing may have complained on its console."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    yield page
    assert complaints == []


def show(page: Page, message: dict[str, Any], lang: str = "en") -> None:
    page.evaluate(SHOW, [message, lang])


def actions(page: Page) -> Any:
    return page.evaluate("window.actions")


def flex(contents: dict[str, Any]) -> dict[str, Any]:
    return {"type": "flex", "altText": "A card", "contents": contents}


def box(*contents: dict[str, Any], layout: str = "vertical", **more: Any) -> dict[str, Any]:
    return {"type": "box", "layout": layout, "contents": list(contents), **more}


def words(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **more}


def bubble(*contents: dict[str, Any], **more: Any) -> dict[str, Any]:
    return flex({"type": "bubble", "body": box(*contents), **more})


def say(text: str) -> dict[str, Any]:
    return {"type": "message", "label": text, "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", **more}


EVERYWHERE: list[dict[str, Any]] = [
    {"type": "text", "text": HOSTILE, "quickReply": {"items": [{"type": "action", "action": say(HOSTILE)}]}},
    bubble(
        words(HOSTILE, wrap=True, color="#000000;background:url(/x)"),
        {"type": "text", "contents": [{"type": "span", "text": HOSTILE}]},
        button(action=say(HOSTILE), color="url(/x)"),
        box(words(HOSTILE), backgroundColor="red;}", width="calc(1px)", action=say(HOSTILE)),
        {"type": "image", "url": "javascript:window.pwned=true", "action": say(HOSTILE)},
        {"type": "image", "url": 'data:text/html,<script>window.pwned=true</script>" onerror="window.pwned=1'},
        {"type": "constructor", "text": HOSTILE},
    ),
    {"type": "template", "altText": HOSTILE, "template": {
        "type": "buttons", "title": HOSTILE, "text": HOSTILE, "actions": [say(HOSTILE)]}},
    {"type": "location", "title": HOSTILE, "address": HOSTILE, "latitude": 25.0, "longitude": 121.5},
    {"type": "__proto__", "altText": HOSTILE},
]  # fmt: skip


@pytest.mark.parametrize("message", EVERYWHERE, ids=lambda message: str(message["type"]))
def test_markup_in_any_field_stays_text(chat: Page, message: dict[str, Any]) -> None:
    show(chat, message)
    shown = chat.locator("#shown")
    assert HOSTILE in shown.evaluate("element => element.textContent")
    for tap in shown.locator("button").all():
        tap.dispatch_event("click")
    assert chat.evaluate("window.pwned") is None
    assert shown.locator("script, b, [onerror], [style*='url(']").count() == 0


def test_an_override_character_turns_only_its_own_text_around(chat: Page) -> None:
    spans = [{"type": "span", "text": "\u202eabc "}, {"type": "span", "text": "def"}]
    show(chat, bubble({"type": "text", "contents": spans}))
    first_letter_left_of_last = """element => {
      const left = (from) => { const range = document.createRange();
        range.setStart(element.firstChild, from); range.setEnd(element.firstChild, from + 1);
        return range.getBoundingClientRect().left; };
      return left(0) < left(2); }"""
    assert chat.locator(".fx-span").nth(1).evaluate(first_letter_left_of_last)


ACTIONS: list[dict[str, Any]] = [
    {"type": "postback", "label": "Permit", "data": "permit=1", "displayText": "My permit"},
    {"type": "message", "label": "Help", "text": "help"},
    {"type": "uri", "label": "Call 1955", "uri": "tel:1955"},
    {"type": "datetimepicker", "label": "Day", "data": "day", "mode": "date", "initial": "2026-11-21"},
    {"type": "clipboard", "label": "Copy", "clipboardText": "AB1234567"},
]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: str(action["type"]))
def test_a_tap_gives_back_lines_own_action_object(chat: Page, action: dict[str, Any]) -> None:
    show(chat, bubble(button(style="primary", action=action)))
    chat.get_by_role("button", name=action["label"]).click()
    assert actions(chat) == [action]


def test_a_button_inside_a_tappable_card_gives_only_its_own_action(chat: Page) -> None:
    show(chat, bubble(words("Card"), button(action=say("inner")), action=say("outer")))
    chat.get_by_role("button", name="inner").click()
    chat.get_by_text("Card").click()
    assert [action["label"] for action in actions(chat)] == ["inner", "outer"]


def test_a_tappable_card_works_by_keyboard(chat: Page) -> None:
    show(chat, bubble(words("Card"), button(action=say("inner")), action=say("outer")))
    chat.keyboard.press("Tab")
    chat.keyboard.press("Enter")
    chat.keyboard.press("Tab")
    chat.keyboard.press("Space")
    assert [action["label"] for action in actions(chat)] == ["outer", "inner"]


def test_addresses_and_phone_numbers_in_text_become_links(chat: Page) -> None:
    show(chat, {"type": "text", "text": "See https://example.org/a?b=1。Or call 0800-885-958 by 2026-11-21"})
    for link in chat.locator("#shown a").all():
        link.click()
    assert [action["uri"] for action in actions(chat)] == ["https://example.org/a?b=1", "tel:0800885958"]


def rectangle(page: Page, selector: str, index: int = 0) -> FloatRect:
    found = page.locator(selector).nth(index).bounding_box()
    assert found is not None
    return found


def test_columns_share_the_width_by_their_flex(chat: Page) -> None:
    show(chat, bubble(box(words("a", flex=1), words("b", flex=3), layout="horizontal", spacing="lg")))
    narrow, wide = rectangle(chat, ".fx-text", 0), rectangle(chat, ".fx-text", 1)
    assert rectangle(chat, ".fx-bubble")["width"] == 300
    assert wide["width"] == pytest.approx(3 * narrow["width"], abs=0.1)
    assert wide["x"] - (narrow["x"] + narrow["width"]) == pytest.approx(12, abs=0.1)


@pytest.mark.parametrize(("size", "width"), [("nano", 120), ("micro", 160), ("kilo", 260), ("mega", 300)])
def test_bubbles_have_lines_widths(chat: Page, size: str, width: int) -> None:
    show(chat, bubble(words("text"), size=size))
    assert rectangle(chat, ".fx-bubble")["width"] == width


def test_margins_replace_the_spacing_of_the_parent(chat: Page) -> None:
    show(chat, bubble(box(words("a"), words("b"), words("c", margin="xxl"), spacing="sm")))
    tops = [rectangle(chat, ".fx-text", i) for i in range(3)]
    gaps = [after["y"] - before["y"] - before["height"] for before, after in pairwise(tops)]
    assert gaps == pytest.approx([4, 20], abs=0.1)


def test_an_absolute_box_sits_at_its_offsets(chat: Page) -> None:
    badge = box(words("1"), position="absolute", offsetTop="7px", offsetEnd="9px", width="20px", height="20px")
    show(chat, bubble(box(words("text"), badge, height="80px")))
    outer, inner = rectangle(chat, ".fx-body > .fx-box > .fx-box"), rectangle(chat, ".fx-box .fx-box .fx-box")
    assert inner["y"] - outer["y"] == pytest.approx(7, abs=0.1)
    assert outer["x"] + outer["width"] - inner["x"] - inner["width"] == pytest.approx(9, abs=0.1)


def test_right_to_left_bubbles_turn_rows_around(chat: Page) -> None:
    show(chat, bubble(box(words("first"), words("second"), layout="horizontal"), direction="rtl"))
    assert rectangle(chat, ".fx-text", 0)["x"] > rectangle(chat, ".fx-text", 1)["x"]


def test_text_wraps_only_where_asked_and_stops_at_its_last_line(chat: Page) -> None:
    long = "word " * 60
    show(chat, bubble(words(long), words(long, wrap=True), words(long, wrap=True, maxLines=2)))
    one, many, two = (rectangle(chat, ".fx-text", i)["height"] for i in range(3))
    assert two == pytest.approx(2 * one, abs=1)
    assert many > 4 * one


THAI = "ใบอนุญาตทำงานของคุณใกล้หมดอายุ คุณสามารถต่อสัญญากับนายจ้างเดิมหรือเปลี่ยนนายจ้างได้ตั้งแต่วันนี้"
VIETNAMESE = "Giấy phép lao động của bạn sắp hết hạn. Bạn có thể gia hạn hoặc chuyển chủ từ hôm nay."
CHINESE = "您的聘僱許可將於民國116年1月20日（還有60天）屆滿，請在期限內辦理期滿續聘或轉換雇主。"
UNBROKEN = "A" * 200


@pytest.mark.parametrize(("text", "lang"), [(THAI, "th"), (VIETNAMESE, "vi"), (CHINESE, "zh-Hant"), (UNBROKEN, "en")])
def test_text_stays_inside_its_bubble(chat: Page, text: str, lang: str) -> None:
    show(chat, bubble(words(text, wrap=True, size="xl"), size="micro"), lang)
    line, card = rectangle(chat, ".fx-text-line"), rectangle(chat, ".fx-bubble")
    assert line["x"] + line["width"] <= card["x"] + card["width"]
    assert chat.locator(".fx-text-line").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert line["height"] > 60


def test_chinese_punctuation_never_begins_a_line(chat: Page) -> None:
    for width in range(60, 160, 7):
        show(chat, bubble(box(words(CHINESE, wrap=True), width=f"{width}px")), "zh-Hant")
        starts = chat.locator(".fx-text-line").evaluate("""element => {
          const node = element.firstChild, range = document.createRange(), found = []; let top = -1;
          for (let i = 0; i < node.length; i++) {
            range.setStart(node, i); range.setEnd(node, i + 1);
            const box = range.getBoundingClientRect();
            if (box.top > top + 5) { found.push(node.data[i]); top = box.top; }
          } return found; }""")
        assert not set(starts) & set("，。）、")


def test_a_picture_of_another_host_is_not_asked_for(chat: Page) -> None:
    asked: list[str] = []
    chat.on("request", lambda request: asked.append(request.url))
    show(chat, bubble({"type": "image", "url": "https://elsewhere.example/a.png", "size": "full"}))
    expect(chat.get_by_role("img", name="Picture elsewhere.example")).to_be_visible()
    assert not [url for url in asked if "elsewhere" in url]


def column(text: str) -> dict[str, Any]:
    return {"thumbnailImageUrl": DOT, "title": text, "text": text, "actions": [say("Yes"), say("No")]}


def card(text: str, *, size: str = "mega") -> dict[str, Any]:
    """A bubble with one of everything."""
    row = box(words(text, size="sm", color="#595F69", flex=2), words("TW-1", flex=3), layout="horizontal")
    spans = {"type": "text", "contents": [{"type": "span", "text": text, "weight": "bold"}], "wrap": True}
    icon = {"type": "icon", "url": DOT}
    return {
        "type": "bubble", "size": size, "header": box(words(text, weight="bold", wrap=True)),
        "hero": {"type": "image", "url": DOT, "size": "full", "aspectRatio": "20:13", "aspectMode": "cover"},
        "body": box(row, {"type": "separator", "margin": "md"}, spans, box(icon, words(text), layout="baseline"),
                    box(words(text, wrap=True), action=say(text)), box({"type": "filler"}, words("end"))),
        "footer": box(*(button(style=style, height="sm", action=say(text)) for style in
                        ("primary", "secondary", "link"))),
        "styles": {"footer": {"separator": True}},
    }  # fmt: skip


def every_kind(text: str) -> list[dict[str, Any]]:
    media = {"originalContentUrl": DOT, "previewImageUrl": DOT}
    return [
        {"type": "text", "text": text, "quickReply": {"items": [{"type": "action", "action": say(text)}]}},
        flex(card(text)), flex({"type": "carousel", "contents": [card(text, size="kilo")] * 3}),
        {"type": "image", **media}, {"type": "video", **media},
        {"type": "audio", "originalContentUrl": "https://a.example/a.m4a", "duration": 61000},
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        {"type": "location", "title": text, "address": text, "latitude": 25.04, "longitude": 121.5},
        {"type": "imagemap", "baseUrl": "https://a.example/map", "altText": text,
         "baseSize": {"width": 1040, "height": 520}, "actions": [
            {"type": "message", "text": text, "area": {"x": 0, "y": 0, "width": 520, "height": 520}}]},
        {"type": "template", "altText": text, "template": {"type": "buttons", **column(text)}},
        {"type": "template", "altText": text, "template": {
            "type": "confirm", "text": text, "actions": [say("Yes"), say("No")]}},
        {"type": "template", "altText": text, "template": {"type": "carousel", "columns": [column(text)] * 2}},
        {"type": "template", "altText": text, "template": {"type": "image_carousel", "columns": [
            {"imageUrl": DOT, "action": say(text[:12])}]}},
        {"type": "textV2", "text": "{{" + text + "}} {who}", "substitution": {"who": {"type": "emoji"}}},
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "lang"), [(THAI, "th"), (VIETNAMESE, "vi"), (CHINESE, "zh-Hant")])
def test_every_kind_of_message_is_drawn_and_passes_axe(browser: Browser, address: str, text: str, lang: str) -> None:
    # axe is injected as an inline script, which the strict policy rightly forbids
    with browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(address)
        for message in every_kind(text):
            show(page, message, lang)
            assert rectangle(page, "#shown > .lm")["height"] > 30, message["type"]
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
            assert found.violations_count == 0, f"{message['type']}: {found.generate_report()}"


def test_every_kind_of_message_obeys_the_strict_policy(chat: Page) -> None:
    for message in every_kind(THAI):
        show(chat, message, "th")
    expect(chat.locator("#shown .lm-text")).to_have_text(re.compile(r"^\{.+\} 🙂$"))
