"""The main job, walked in a browser as a worker would: add, choose a language, link, see, be reminded."""

from datetime import date, datetime

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from law.dates import days_before, months_before
from locales import LANGUAGES, TAIPEI, Language, Text, long_date, say
from tests.browser.walk import Walk, made_up_worker, phone_sized

pytestmark = pytest.mark.browser


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("language", "skip"), [(Language.TH, 0), (Language.ZH_HANT, 12), (Language.VI, 24)])
def test_a_worker_links_her_record_and_is_reminded(browser: Browser, demo: str, language: Language, skip: int) -> None:
    with phone_sized(browser) as page:
        _walk(page, demo, language, skip)


def _walk(page: Page, demo: str, language: Language, skip: int) -> None:
    now = datetime.fromisoformat(httpx.get(f"{demo}/simulator/api/clock").json()["now"])
    worker = made_up_worker(demo, now.astimezone(TAIPEI).date(), skip)
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
