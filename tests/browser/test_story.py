"""The main job, walked in a browser as a worker would: add, choose a language, link, see, be reminded."""

import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from bot.demo import create_demo, demo_settings
from law.dates import days_before, months_before
from locales import LANGUAGES, TAIPEI, Language, Text, long_date, say
from tests.town import Server, free_port

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("STORY_SCREENSHOTS")
"""A folder to leave pictures of every step in, for a person to look at."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a whole demo in a folder of its own."""
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    settings = demo_settings(folder, "127.0.0.1", port)
    with Server(create_demo(settings, folder), port):
        yield settings.public_url


class Walk:
    """One phone on the page, and the words its person reads."""

    def __init__(self, page: Page, demo: str, language: Language) -> None:
        self.page, self.demo, self.language = page, demo, language
        self.steps = 0

    def words(self, msgid: str, context: str | None = None) -> str:
        return say(Text(msgid, context=context), self.language)

    @property
    def chat(self) -> Locator:
        return self.page.locator(".phone.active")

    def tap(self, msgid: str, context: str | None = None) -> None:
        self.tap_words(self.words(msgid, context))

    def tap_words(self, words: str) -> None:
        self.chat.get_by_role("button", name=words, exact=True).last.click()

    def type(self, words: str) -> None:
        field = self.chat.locator("textarea")
        if not field.is_visible():
            self.chat.get_by_role("button", name="Keyboard").click()
        field.fill(words)
        field.press("Enter")

    def reads(self, msgid: str, **values: Any) -> None:
        words = say(Text(msgid, values), self.language)
        expect(self.chat.get_by_text(words, exact=False).last).to_be_visible(timeout=15_000)
        self.shot(msgid)

    def shot(self, what: str) -> None:
        self.steps += 1
        if SHOTS:
            name = "".join(c if c.isalnum() else "-" for c in what.lower())[:40]
            self.page.wait_for_timeout(350)
            self.page.screenshot(path=f"{SHOTS}/{self.language.value}-{self.steps:02}-{name}.png")

    def clock_to(self, day: date) -> None:
        at = datetime.combine(day, time(10, 5), TAIPEI)
        httpx.post(f"{self.demo}/simulator/api/clock", json={"to": at.isoformat()}).raise_for_status()


def _worker(demo: str, today: date, skip: int) -> dict[str, str]:
    """A made-up worker of type B whose reminders all lie ahead."""
    cards = httpx.get(f"{demo}/simulator/api/cards").json()
    fit = [
        card
        for card in cards
        if card["permit_type"] == "B"
        and card["arc_no"]
        and card["phone"]
        and today + timedelta(days=130) < date.fromisoformat(card["ends_on"])
    ]
    return dict(sorted(fit, key=lambda card: card["ends_on"])[skip])


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("language", "skip"), [(Language.TH, 0), (Language.ZH_HANT, 12), (Language.VI, 24)])
def test_a_worker_links_her_record_and_is_reminded(browser: Browser, demo: str, language: Language, skip: int) -> None:
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True) as context:
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        _walk(page, demo, language, skip)
    assert complaints == []


def _walk(page: Page, demo: str, language: Language, skip: int) -> None:
    now = datetime.fromisoformat(httpx.get(f"{demo}/simulator/api/clock").json()["now"])
    worker = _worker(demo, now.astimezone(TAIPEI).date(), skip)
    name = f"Phone {language.value}"
    made = httpx.post(f"{demo}/simulator/api/users", json={"display_name": name, "language": "en"}).json()
    httpx.post(f"{demo}/simulator/api/users/{made['user_id']}/follow", json={}).raise_for_status()
    page.goto(f"{demo}/simulator/")
    page.get_by_role("button", name=name).click()
    walk = Walk(page, demo, language)
    walk.tap_words(LANGUAGES[language])
    walk.reads("What this service does for you")

    walk.tap("Link my record", "menu")
    walk.reads("Before we start: your personal data")
    walk.tap("Yes, I agree")
    walk.reads("1 of 5: What is your passport number? Example: C1234567")
    walk.type("12")
    walk.reads("A passport number has 6 to 9 letters and digits, like C1234567.")
    walk.type(worker["passport_no"])
    walk.reads("2 of 5: What is your ARC (residence card) number? Example: A800000014")
    walk.type(worker["arc_no"])
    walk.reads("3 of 5: What is your full name, as in your passport? Example: NGUYEN VAN NAM")
    walk.type(worker["name"])
    walk.reads("4 of 5: When were you born? Tap “Choose the date”, or write it like this: 1990-05-21")
    walk.tap("Choose the date")
    walk.shot("date picker")
    page.locator("input[type=date]").fill(worker["birth_date"])
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    walk.reads("5 of 5: What is your mobile number in Taiwan? Example: 0912345678")
    walk.type(worker["phone"])
    walk.reads("Is this right?")
    walk.tap("Yes, check my record")
    walk.reads("Your record is linked")
    walk.tap("My permit", "menu")
    walk.reads("Employer")
    expect(walk.chat.get_by_text(worker["permit_no"]).last).to_be_visible()

    ends_on = date.fromisoformat(worker["ends_on"])
    walk.clock_to(months_before(ends_on, 4))
    walk.reads("Time to plan: your work permit ends on {date}", date=ends_on)
    walk.tap("Understood")
    walk.reads("Thank you. We have noted that you have read it.")
    walk.clock_to(months_before(ends_on, 2))
    walk.reads("{date} is the last safe day to apply for renewal or transfer", date=months_before(ends_on, 2))
    walk.clock_to(days_before(ends_on, 14))
    expect(walk.chat.get_by_text(_days_left(14, language)).last).to_be_visible(timeout=15_000)
    walk.clock_to(days_before(ends_on, 7))
    expect(walk.chat.get_by_text(_days_left(7, language)).last).to_be_visible(timeout=15_000)
    walk.shot("seven days")
    walk.tap("I need help")
    walk.reads("You are not alone")
    walk.type("blah blah")
    walk.reads("Sorry, we did not understand that. Please tap one of these buttons.")
    expect(walk.chat.get_by_text(long_date(ends_on, language)).last).to_be_attached()


def _days_left(n: int, language: Language) -> str:
    return say(Text("Your work permit ends in {n} day", {"n": n}, "Your work permit ends in {n} days", n), language)


def test_the_demo_is_axe_clean_on_a_phone(browser: Browser, demo: str) -> None:
    made = httpx.post(f"{demo}/simulator/api/users", json={"display_name": "Axe", "language": "th"}).json()
    httpx.post(f"{demo}/simulator/api/users/{made['user_id']}/follow", json={}).raise_for_status()
    httpx.post(f"{demo}/simulator/api/users/{made['user_id']}/text", json={"text": "help"}).raise_for_status()
    # axe is injected as an inline script, which the strict policy rightly forbids
    with browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{demo}/simulator/")
        page.get_by_role("button", name="Axe").click()
        expect(page.locator(".phone.active").get_by_text("1955").last).to_be_visible()
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, found.generate_report()
