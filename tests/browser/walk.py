"""One phone on the look-alike's page, as a person taps and reads it."""

import contextlib
import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, ViewportSize, expect

from locales import TAIPEI, Language, Text, say

SHOTS = os.environ.get("STORY_SCREENSHOTS")
"""A folder to leave pictures of every step in, for a person to look at."""


@contextlib.contextmanager
def phone_sized(browser: Browser, *, for_axe: bool = False) -> Iterator[Page]:
    """A page of a phone's size; at its end nothing may have complained in its console.

    `for_axe` lets axe put its inline script into the page, which the strict policy rightly forbids.
    """
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    size: ViewportSize = {"width": 390, "height": 844}
    with browser.new_context(viewport=size, has_touch=True, bypass_csp=for_axe) as context:
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
    assert complaints == []


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

    def choose_day(self, day: date) -> None:
        """In LINE's own date picker."""
        self.tap("Choose the date")
        self.page.locator("input[type=date]").fill(day.isoformat())
        self.page.get_by_role("dialog").get_by_role("button", name="Send").click()

    def clock_to(self, day: date) -> None:
        at = datetime.combine(day, time(10, 5), TAIPEI)
        httpx.post(f"{self.demo}/simulator/api/clock", json={"to": at.isoformat()}).raise_for_status()


def made_up_worker(demo: str, today: date, skip: int) -> dict[str, str]:
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
