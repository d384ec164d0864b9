"""Reported missing, walked in a browser: told at once, “this is wrong”, a receipt that holds, and the withdrawal."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from bot.__main__ import app
from locales import TAIPEI, Language, Text, say
from tests.browser.walk import SHOTS, Walk, made_up_worker, phone_sized
from tests.town import wait_until

pytestmark = pytest.mark.browser


class Ministry:
    """Its system, which tells the demo of events."""

    def __init__(self, demo: str, api_key: str) -> None:
        self.demo, self._headers = demo, {"Authorization": f"Bearer {api_key}"}

    def now(self) -> datetime:
        return datetime.fromisoformat(httpx.get(f"{self.demo}/simulator/api/clock").json()["now"])

    def tells(self, kind: str, permit_no: str, **more: str) -> None:
        at = (self.now() - timedelta(minutes=1)).isoformat()
        event = {"event_id": f"{kind} {permit_no}", "kind": kind, "permit_no": permit_no, "occurred_at": at, **more}
        answer = httpx.post(f"{self.demo}/api/v1/events", json={"events": [event]}, headers=self._headers, timeout=15)
        assert answer.json()["counts"] == {"recorded": 1}, answer.text


def links(demo: str, name: str, language: Language, worker: dict[str, str]) -> None:
    """A phone that has linked this worker's record; the browser's other story walks the questions."""
    users = f"{demo}/simulator/api/users"
    user = httpx.post(users, json={"display_name": name, "language": "en"}).json()["user_id"]

    def chat() -> list[dict[str, Any]]:
        return list(httpx.get(f"{users}/{user}/messages").json())

    def answered(action: str, **body: Any) -> None:
        before = len(chat())
        httpx.post(f"{users}/{user}/{action}", json=body).raise_for_status()
        wait_until(lambda: any(entry["from"] == "bot" for entry in chat()[before:]), f"an answer to {action}")

    answered("follow")
    answered("postback", data=f"language:{language.value}")
    answered("text", text="bind")
    answered("postback", data="answer:binding:consent:yes")
    for cell in ("passport_no", "arc_no", "name", "birth_date", "phone"):
        answered("text", text=worker[cell])
    answered("postback", data="answer:binding:summary:yes")


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("language", "skip"), [(Language.TH, 1), (Language.VI, 2), (Language.ZH_HANT, 3)])
def test_a_false_report_is_disputed_proved_and_withdrawn(
    browser: Browser, demo: str, demo_key: str, tmp_path: Path, language: Language, skip: int
) -> None:
    ministry = Ministry(demo, demo_key)
    worker = made_up_worker(demo, ministry.now().astimezone(TAIPEI).date(), skip)
    name = f"Reported {language.value}"
    links(demo, name, language, worker)
    with phone_sized(browser) as page:
        page.goto(f"{demo}/simulator/")
        page.get_by_role("button", name=name).click()
        _walk(Walk(page, demo, language), ministry, worker, tmp_path)


def _walk(walk: Walk, ministry: Ministry, worker: dict[str, str], folder: Path) -> None:
    walk.reads("Your record is linked")
    ministry.tells("reported_missing", worker["permit_no"], letter_no="L-2026-0001")
    walk.reads("Act today: if you are not missing, say so here and call 1955")
    expect(walk.chat.get_by_text("L-2026-0001").last).to_be_attached()
    walk.tap("I am here, this is wrong")
    walk.reads("1 of 4: Where are you now?")
    walk.tap("At work")
    walk.reads("2 of 4: Since when are you there?")
    walk.tap("Since today")
    walk.reads("3 of 4: Do you want to add a photo, or your place on the map?")
    walk.tap("Go on without")
    walk.reads("4 of 4: May 1955 call you?")
    walk.tap("No calls")
    walk.reads("Shall we record this?")
    walk.tap("Yes, record it")
    walk.reads("Show my receipt")
    with walk.page.expect_popup() as opened:
        walk.tap("Show my receipt")
    _is_genuine(opened.value, walk, worker, folder)

    ministry.tells("missing_report_withdrawn", worker["permit_no"], letter_no="L-2026-0002")
    walk.reads("Keep this message: the report about you was withdrawn")
    expect(walk.chat.get_by_text("L-2026-0002").last).to_be_attached()


def _is_genuine(page: Page, walk: Walk, worker: dict[str, str], folder: Path) -> None:
    """The page says so, and so does the command, offline, from the copy and the public key alone."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_load_state()
    code = page.url.split("?")[0].rsplit("/", 1)[1]
    expect(page.locator("body")).to_contain_text(f"{code[:4]}-{code[4:8]}-{code[8:]}")
    expect(page.locator("body")).not_to_contain_text(worker["permit_no"])
    expect(page.locator("body")).not_to_contain_text(say(Text("At work"), walk.language))
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{walk.language.value}-receipt.png", full_page=True)
    copy, key = folder / "receipt.json", folder / "key"
    copy.write_bytes(httpx.get(f"{walk.demo}/pages/receipts/{code}.json").content)
    key.write_bytes(httpx.get(f"{walk.demo}/pages/receipts/key.pem").content)
    found = CliRunner().invoke(app, ["verify", str(copy), "--public-key", str(key)])
    assert found.exit_code == 0, found.output
    copy.write_text(copy.read_text().replace("L-2026-0001", "L-2026-0009"))
    assert CliRunner().invoke(app, ["verify", str(copy), "--public-key", str(key)]).exit_code == 1
    page.close()
