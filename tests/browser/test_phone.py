"""The simulator's telephone in a real browser, against the real simulator."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from bot.simulator.app import create_app
from bot.simulator.config import SimulatorConfig

pytestmark = pytest.mark.browser

WEB = Path(__file__).parents[2] / "bot" / "web"
CARD = {"worker_ref": "T-1", "name": "NGUYEN VAN MAU", "passport_no": "ZZ0000001", "birth_date": "1990-02-03"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    app = create_app(SimulatorConfig(web_root=WEB, cards=lambda: [CARD], user_action_wait_seconds=0.1))
    # the open event stream of the last page must not hold the shutdown back
    running = uvicorn.Server(uvicorn.Config(app, port=0, ws="none", log_config=None, timeout_graceful_shutdown=1))
    thread = Thread(target=running.run, daemon=True)
    thread.start()
    deadline = monotonic() + 10
    while not running.started and monotonic() < deadline:
        sleep(0.02)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


@pytest.fixture
def line(server: str) -> Iterator[httpx.Client]:
    """What the bot uses: LINE's own surface."""
    token = SimulatorConfig.channel_access_token
    with httpx.Client(base_url=server, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


@pytest.fixture
def site(page: Page, server: str) -> Iterator[Page]:
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server}/simulator/")
    yield page
    assert complaints == []


def new_phone(site: Page, name: str, language: str = "vi") -> Locator:
    site.get_by_role("button", name="New phone").click()
    site.get_by_label("Name in LINE").fill(name)
    site.get_by_label("Language of the LINE app").select_option(language)
    site.get_by_role("button", name="Add", exact=True).click()
    return site.get_by_role("region", name=f"Phone of {name}")


def friend(site: Page, line: httpx.Client, name: str) -> tuple[Locator, str]:
    """A phone whose person has added the account, and the person's id."""
    phone = new_phone(site, name)
    phone.get_by_role("button", name="Thêm bạn").click()
    expect(phone.get_by_role("log")).to_be_visible()
    people = line.get("/simulator/api/users").json()
    return phone, next(one["user_id"] for one in people if one["display_name"] == name)


def push(line: httpx.Client, user_id: str, *messages: dict[str, Any]) -> None:
    line.post("/v2/bot/message/push", json={"to": user_id, "messages": list(messages)}).raise_for_status()


def test_a_new_phone_sees_the_accounts_page_first_and_then_the_chat(site: Page, line: httpx.Client) -> None:
    phone, user_id = friend(site, line, "First")
    assert line.get(f"/v2/bot/profile/{user_id}").json()["language"] == "vi"
    expect(phone).to_have_attribute("lang", "vi")


def test_a_typed_message_reaches_the_chat_and_can_be_taken_back(site: Page, line: httpx.Client) -> None:
    phone, user_id = friend(site, line, "Typing")
    phone.get_by_label("Nhập tin nhắn").fill("Xin chào")
    phone.get_by_label("Nhập tin nhắn").press("Enter")
    bubble = phone.locator(".from-user .lm-text", has_text="Xin chào")
    expect(bubble).to_be_visible()
    bubble.click(button="right")
    phone.get_by_role("button", name="Thu hồi").click()
    expect(phone.get_by_text("Bạn đã thu hồi một tin nhắn")).to_be_visible()
    expect(bubble).to_have_count(0)
    (message,) = [one for one in _messages(line, user_id) if one["from"] == "user"]
    assert message["unsent"] is True


def _messages(line: httpx.Client, user_id: str) -> list[dict[str, Any]]:
    return list(line.get(f"/simulator/api/users/{user_id}/messages").json())


def test_a_bot_message_arrives_by_itself_with_its_lock_screen_text(site: Page, line: httpx.Client) -> None:
    phone, user_id = friend(site, line, "Waiting")
    body = {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "Chi tiết"}]}
    push(line, user_id, {"type": "flex", "altText": "Bạn có tin mới", "contents": {"type": "bubble", "body": body}})
    expect(phone.get_by_text("Chi tiết")).to_be_visible()
    (message,) = [one for one in _messages(line, user_id) if one["from"] == "bot"]
    assert phone.locator(".toast-text").text_content() == message["notification"]


def test_a_quick_reply_is_said_and_the_chips_vanish(site: Page, line: httpx.Client) -> None:
    phone, user_id = friend(site, line, "Choosing")
    action = {"type": "postback", "label": "Có", "data": "yes", "displayText": "Vâng"}
    push(line, user_id, {"type": "text", "text": "?", "quickReply": {"items": [{"type": "action", "action": action}]}})
    phone.get_by_role("button", name="Có").click()
    expect(phone.locator(".from-user .lm-text")).to_have_text("Vâng")
    expect(phone.locator(".lm-chip")).to_have_count(0)


def test_a_telephone_button_asks_before_it_calls(site: Page, line: httpx.Client) -> None:
    phone, user_id = friend(site, line, "Calling")
    call = {"type": "uri", "label": "Hotline", "uri": "tel:1955"}
    template = {"type": "buttons", "text": "Help", "actions": [call]}
    push(line, user_id, {"type": "template", "altText": "Help", "template": template})
    phone.get_by_role("button", name="Hotline").click()
    sheet = phone.get_by_role("dialog", name="Gọi 1955?")
    expect(sheet).to_be_visible()
    site.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(phone.get_by_role("button", name="Hotline")).to_be_focused()


def test_the_loading_dots_end_with_the_next_message(site: Page, line: httpx.Client) -> None:
    phone, user_id = friend(site, line, "Loading")
    line.post("/v2/bot/chat/loading/start", json={"chatId": user_id, "loadingSeconds": 60}).raise_for_status()
    expect(phone.locator(".dots")).to_be_visible()
    push(line, user_id, {"type": "text", "text": "Done"})
    expect(phone.locator(".dots")).to_have_count(0)


def test_a_workers_card_fills_the_chosen_phone(site: Page, line: httpx.Client) -> None:
    phone, _ = friend(site, line, "Card")
    site.get_by_role("button", name="Made-up workers").click()
    site.get_by_role("button", name="ZZ0000001").click()
    expect(phone.get_by_label("Nhập tin nhắn")).to_have_value("ZZ0000001")


def test_a_blocked_account_offers_to_be_unblocked(site: Page, line: httpx.Client) -> None:
    phone, user_id = friend(site, line, "Blocking")
    phone.get_by_role("button", name="Thêm").first.click()
    phone.get_by_role("button", name="Chặn").click()
    phone.get_by_role("button", name="Bỏ chặn").click()
    expect(phone.get_by_label("Nhập tin nhắn")).to_be_visible()
    assert line.get(f"/v2/bot/profile/{user_id}").status_code == 200


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_passes_axe(browser: Browser, server: str, line: httpx.Client, width: int) -> None:
    made = line.post("/simulator/api/users", json={"display_name": f"Axe {width}", "language": "th"}).json()
    line.post(f"/simulator/api/users/{made['user_id']}/follow", json={}).raise_for_status()
    push(line, made["user_id"], {"type": "text", "text": "สวัสดีค่ะ"})
    # axe is injected as an inline script, which the strict policy rightly forbids
    with browser.new_context(bypass_csp=True, viewport={"width": width, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{server}/simulator/")
        page.get_by_role("button", name=f"Axe {width}").click()
        expect(page.locator(".phone.active").get_by_text("สวัสดีค่ะ")).to_be_visible()
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, found.generate_report()
