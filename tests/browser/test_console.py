"""The console as an office uses it, from the first administrator to an answered case, in a real browser in Chinese."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from bot.clock import Clock
from bot.demo import create_demo, demo_settings
from bot.demo_announcements import PAYSLIP
from locales import Language, taipei_day
from tests.browser.test_missing_report import links
from tests.browser.walk import made_up_worker
from tests.importing import csv_of, made_up_rows, with_errors
from tests.source import ROOT
from tests.town import Server, free_port, wait_until, words_of

SHOTS = os.environ.get("STORY_SCREENSHOTS")
PASSWORD = "seven made-up words of an office"
MULTICAST = "/v2/bot/message/multicast"
PHONES = (Language.TH, Language.VI, Language.ZH_HANT)


class Desk:
    """One operator's browser; what its console complains of is collected."""

    def __init__(self, context: BrowserContext, site: str, login: str, now: Callable[[], Any]) -> None:
        self.page: Page = context.new_page()
        self.site, self.login, self.now = site, login, now
        self.complaints: list[str] = []
        self.secret = ""
        self.steps = 0
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.site}/console{path}")
        self.shot(path)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name='{name}']").fill(value)

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).click()
        self.page.wait_for_load_state()
        self.shot(words)

    def proves_and_presses(self, words: str) -> None:
        """With a one-time code, where so much time has passed since the last one that the form asks for it."""
        if self.page.locator("[name='code']").count():
            self.fill(code=pyotp.TOTP(self.secret).at(self.now()))
        self.press(words)

    def reads(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible(timeout=15_000)

    def code_of(self, place: int = 0) -> str:
        return self.page.locator(".code").nth(place).inner_text().strip()

    def sets_up(self, code: str) -> None:
        """From the code they were handed to being signed in."""
        self.open("/set-up")
        self.fill(login=self.login, code=code)
        self.press("下一步")
        self.fill(password=PASSWORD, again=PASSWORD)
        self.press("下一步")
        self.secret = re.sub(r"\s", "", self.code_of())
        self.fill(code=pyotp.TOTP(self.secret).at(self.now()))
        self.press("完成設定")
        self.reads("備用碼")
        self.page.get_by_role("link", name="已收好，繼續").click()
        self.reads("總覽")

    def shot(self, what: str) -> None:
        """Nothing is wider than the window, on a desk and on a phone; and a picture for a person to look at."""
        self.steps += 1
        for width, height in ((1280, 900), (390, 844)):
            self.page.set_viewport_size({"width": width, "height": height})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{what} is {wide} wide at {width}"
            if SHOTS:
                name = re.sub(r"\W+", "-", what)[:40].strip("-")
                path = f"{SHOTS}/console-{self.login}-{self.steps:02}-{name}-{width}.png"
                self.page.screenshot(path=path, full_page=True)
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def is_accessible(self) -> None:
        """By axe, which needs a script of its own in the page."""
        found = Axe().run(self.page).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []


class Town:
    """The demo's whole service with an empty office."""

    def __init__(
        self, site: str, clock: Clock, run: Callable[..., subprocess.CompletedProcess[str]], browser: Browser
    ) -> None:
        self.site, self.clock, self.run, self.browser = site, clock, run, browser
        self.desks: list[Desk] = []

    def desk(self, stack: contextlib.ExitStack, login: str) -> Desk:
        context = stack.enter_context(self.browser.new_context(bypass_csp=False, locale="zh-TW"))
        desk = Desk(context, self.site, login, self.clock.now)
        self.desks.append(desk)
        return desk

    def chat(self, name: str) -> list[Mapping[str, Any]]:
        users = httpx.get(f"{self.site}/simulator/api/users").json()
        user = next(one["user_id"] for one in users if one["display_name"] == name)
        return list(httpx.get(f"{self.site}/simulator/api/users/{user}/messages").json())

    def phone(self, name: str, action: str, **body: Any) -> None:
        users = httpx.get(f"{self.site}/simulator/api/users").json()
        user = next(one["user_id"] for one in users if one["display_name"] == name)
        before = len(self.chat(name))
        httpx.post(f"{self.site}/simulator/api/users/{user}/{action}", json=body).raise_for_status()
        wait_until(lambda: any(one["from"] == "bot" for one in self.chat(name)[before:]), f"an answer to {action}")

    def got(self, name: str, words: str) -> int:
        """How many messages of the bot hold these words."""
        return sum(words in words_of([one]) for one in self.chat(name) if one["from"] == "bot")

    def multicast_fails(self, next_: int) -> None:
        fault = {"path": MULTICAST, "status": 429, "next": next_}
        httpx.post(f"{self.site}/simulator/api/faults", json=fault).raise_for_status()


@pytest.fixture
def town(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr("bot.demo_office.open_office", lambda *_: None)  # nobody works there yet
    port = free_port()
    settings = demo_settings(tmp_path, "127.0.0.1", port)
    environment = os.environ | {
        "BOT_DATABASE_URL": settings.database_url,
        "BOT_KEYS": settings.keys[0].get_secret_value(),
        "BOT_LINE_CHANNEL_SECRET": settings.line_channel_secret.get_secret_value(),
        "BOT_LINE_CHANNEL_ID": "1000000001",
        "BOT_PUBLIC_URL": settings.public_url,
    }

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        told = [sys.executable, "-m", "bot", *command]
        return subprocess.run(told, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    edge = create_demo(settings, tmp_path)
    with Server(edge, port):
        yield Town(settings.public_url, edge.api.state.service.clock, run, browser)


@pytest.mark.timeout(300)
def test_an_office_opens_imports_announces_and_answers(town: Town, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        boss, second = _two_administrators(town, stack)
        writer = _a_person(town, stack, boss, second, "chen.writer", ("writer", "approver", "importer", "caseworker"))
        approver = _a_person(town, stack, boss, second, "lin.approver", ("approver",))
        _imports_with_errors(town, writer, approver, tmp_path)
        _announces(town, writer, approver)
        _answers_a_question(town, writer)
        boss.open("/audit")
        expect(boss.page.locator("td", has_text="case_answered").first).to_be_visible()
        boss.is_accessible()
        assert [desk.complaints for desk in town.desks] == [[]] * len(town.desks)


def _two_administrators(town: Town, stack: contextlib.ExitStack) -> tuple[Desk, Desk]:
    found = []
    for login in ("first.admin", "second.admin"):
        added = town.run("operators", "add", login, "--name", f"Made-up {login}", "--role", "administrator")
        desk = town.desk(stack, login)
        desk.sets_up(re.findall(r"^[a-z0-9]{4}(?:-[a-z0-9]{4}){3}$", added.stdout, re.MULTILINE)[0])
        desk.is_accessible()
        found.append(desk)
    refused = town.run("operators", "add", "third", "--name", "Third", "--role", "administrator")
    assert refused.returncode == 1, "from now on people are added by two in the console"
    return found[0], found[1]


def _a_person(
    town: Town, stack: contextlib.ExitStack, asks: Desk, approves: Desk, login: str, roles: tuple[str, ...]
) -> Desk:
    asks.open("/people/new")
    asks.fill(login=login, name=f"Made-up {login}", why="New in the office")
    for role in roles:
        asks.page.locator(f"[name='roles'][value='{role}']").check()
    asks.press("提出申請")
    approves.open("/people")
    approves.is_accessible()
    approves.page.locator("a[href*='/console/people/changes/']").first.click()
    approves.press("核准")
    approves.reads("這組設定碼只顯示這一次")
    code = approves.page.locator("dd.code strong").inner_text()
    person = town.desk(stack, login)
    person.sets_up(code)
    return person


def _imports_with_errors(town: Town, importer: Desk, approver: Desk, tmp_path: Path) -> None:
    rows = with_errors(made_up_rows(60, seed=77, today=taipei_day(town.clock.now())))
    file = tmp_path / "permits.csv"
    file.write_bytes(csv_of(rows))
    importer.open("/imports")
    importer.page.locator("#file").set_input_files(file)
    importer.press("上傳並檢查")
    button = importer.page.get_by_role("button", name=re.compile("^匯入 54 列"))
    expect(button).to_be_visible(timeout=30_000)
    importer.reads("不是有效日期")
    importer.shot("checked")
    importer.is_accessible()
    button.click()
    importer.reads("等候另一位有核准權限的人員")  # many of the rows would change what is known
    approver.open(re.sub(r".*/console|\?.*", "", importer.page.url))
    approver.press("核准並匯入 54 列")
    approver.reads("已匯入")
    approver.shot("imported")


def _announces(town: Town, writer: Desk, approver: Desk) -> None:
    today = taipei_day(town.clock.now())
    for place, language in enumerate(PHONES):
        links(town.site, f"Phone {language.value}", language, made_up_worker(town.site, today, place))
    writer.open("/announcements/new")
    writer.page.locator("[name='category']").select_option("wages_and_leave")
    for language, body in PAYSLIP.bodies.items():
        writer.fill(**{f"title-{language.value}": body.title, f"text-{language.value}": body.text})
    writer.fill(why="A demonstration")
    writer.shot("written")
    writer.press("儲存")
    writer.is_accessible()
    writer.press("送審")
    writer.reads("須由另一位核准人員核准")
    assert not writer.page.get_by_role("button", name="核准並發送").is_visible()

    town.multicast_fails(1_000)
    address = re.sub(r".*/console|\?.*", "", writer.page.url)
    approver.open(address)
    approver.proves_and_presses("核准並發送")
    approver.reads("停止發送")
    approver.is_accessible()
    approver.press("停止發送")
    approver.reads("已停止")
    httpx.delete(f"{town.site}/simulator/api/faults").raise_for_status()
    title = {language: PAYSLIP.bodies[language].title for language in PHONES}
    approver.page.wait_for_timeout(3_000)
    assert [town.got(f"Phone {language.value}", title[language]) for language in PHONES] == [0, 0, 0]
    approver.page.locator("form[action$='/resume'] [name='why']").fill("LINE takes messages again")
    approver.press("繼續發送")
    wait_until(lambda: all(town.got(f"Phone {one.value}", title[one]) for one in PHONES), "it on all phones", 30)
    approver.open(address)
    approver.reads("已完成")
    approver.page.wait_for_timeout(1_500)
    assert [town.got(f"Phone {language.value}", title[language]) for language in PHONES] == [1, 1, 1]


def _answers_a_question(town: Town, caseworker: Desk) -> None:
    name = "Phone th"
    town.phone(name, "postback", data="question")
    # With a word that no line can hold: it must not push the page wider than the window (see `Desk.shot`).
    town.phone(name, "text", text=f"นายจ้างเก็บหนังสือเดินทางของฉันไว้ {'x' * 300}")
    town.phone(name, "postback", data="answer:question:send:yes")
    caseworker.open("/cases")
    caseworker.is_accessible()
    caseworker.page.locator("td a[href*='/console/cases/']").first.click()
    caseworker.press("受理")
    caseworker.reads("นายจ้างเก็บหนังสือเดินทางของฉันไว้")
    caseworker.is_accessible()
    caseworker.page.locator("[name='canned']").select_option(index=1)
    caseworker.press("預覽")
    words = caseworker.page.locator("p.said[lang='th']").first.inner_text()
    caseworker.press("發送")
    wait_until(lambda: town.got(name, words.splitlines()[0]), "the answer on the phone")
    caseworker.page.get_by_text("結案", exact=True).first.click()
    caseworker.page.locator("[name='result']").select_option("answered")
    caseworker.press("結案")
    caseworker.reads("已結案")
