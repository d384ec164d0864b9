"""Three self-checks, walked in a browser at a phone's size, in three languages: the answer, its days, its law."""

from datetime import date, datetime
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from law.dates import months_after, months_before
from law.health_examinations import examinations
from locales import TAIPEI, Language, long_date
from tests.browser.walk import Walk, phone_sized

pytestmark = pytest.mark.browser


@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", [Language.TH, Language.VI, Language.ZH_HANT])
def test_three_self_checks_lead_to_days_steps_and_the_law(browser: Browser, demo: str, language: Language) -> None:
    name = f"Asks {language.value}"
    users = f"{demo}/simulator/api/users"
    user = httpx.post(users, json={"display_name": name, "language": "en"}).json()["user_id"]
    for action, body in (("follow", {}), ("postback", {"data": f"language:{language.value}"})):
        httpx.post(f"{users}/{user}/{action}", json=body).raise_for_status()
    now = datetime.fromisoformat(httpx.get(f"{demo}/simulator/api/clock").json()["now"])
    today = now.astimezone(TAIPEI).date()
    with phone_sized(browser, for_axe=True) as page:
        page.goto(f"{demo}/simulator/")
        page.get_by_role("button", name=name).click()
        walk = Walk(page, demo, language)
        _renewal(walk, today)
        _can_be_put_in_the_calendar(walk, f"{users}/{user}/messages")
        _health(walk, today)
        _can_be_put_in_the_calendar(walk, f"{users}/{user}/messages")
        _payslip(walk)
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, found.generate_report()


def _begin(walk: Walk, title: str) -> None:
    walk.tap("Check my rights", "menu")
    walk.reads("Check your rights")
    walk.tap(title)


def _answered(walk: Walk, title: str, article: str) -> None:
    """The three cards: what was found, what to do, and the law in its own words."""
    walk.reads(title)
    walk.reads("What you can do now")
    walk.reads("Why: the law, to show to an office")
    expect(walk.chat.get_by_text(article).last).to_be_attached()


def _renewal(walk: Walk, today: date) -> None:
    ends_on = months_after(today, 7)
    _begin(walk, "When must my renewal be filed?")
    walk.reads("What kind of work is your permit for?")
    walk.tap("Factory, building, farm, boat, care")
    walk.reads("On which day does your permit end?")
    walk.type("soon")
    walk.reads("This is not a date we can read. Tap “Choose the date”, or write it like this: 2026-05-21")
    walk.choose_day(ends_on)
    _answered(walk, "When your renewal must be filed", "雇主聘僱外國人許可及管理辦法第39條")
    expect(walk.chat.get_by_text(long_date(months_before(ends_on, 2), walk.language)).last).to_be_attached()


def _health(walk: Walk, today: date) -> None:
    starts_on = months_before(today, 2)
    _begin(walk, "When is my health examination?")
    walk.reads("What do you want to know?")
    walk.tap("When is the next one?")
    walk.reads("Professional, student, family")  # the check before asked the same, with other buttons
    walk.tap("Factory, building, farm, boat, care")
    walk.reads("From which day is your permit valid?")
    walk.choose_day(starts_on)
    walk.reads("How did you get this permit?")
    walk.tap("I came to Taiwan for it")
    walk.reads("On which day were you last examined?")
    walk.tap("I do not know")
    _answered(walk, "Your health examinations", "受聘僱外國人健康檢查管理辦法第5條")
    for one in examinations(starts_on):
        expect(walk.chat.get_by_text(long_date(one.closes, walk.language)).last).to_be_attached()


def _payslip(walk: Walk) -> None:
    _begin(walk, "Is my payslip right? Is a fee allowed?")
    walk.reads("What do you want to check?")
    walk.tap("My whole payslip")
    walk.reads("Care or help in a household")
    walk.tap("I do not know")
    walk.reads("What stands on your payslip, or is done with it?")
    walk.tap("The total before deductions")
    expect(walk.chat.get_by_role("button", name="✓").last).to_be_visible()
    walk.shot("ticked")
    walk.tap("All of these")
    walk.reads("Which deductions stand on it?")
    walk.tap("That is all")
    for question, amount in (
        ("What is the total wage, before deductions?", "31000"),
        ("How much is deducted in all?", "5759"),
        ("How much did you really get?", "25000"),
    ):
        walk.reads(question)
        walk.type(amount)
    walk.reads("By these numbers, NT${amount} of your wage is missing.", amount=241)
    _answered(walk, "By these numbers you should get", "雇主聘僱外國人許可及管理辦法第66條第5項")


def _can_be_put_in_the_calendar(walk: Walk, messages: str) -> None:
    """The button is there, and its file says when and not what."""
    button = walk.chat.get_by_role("button", name=walk.words("Put in my calendar"), exact=True)
    expect(button.last).to_be_visible()
    links = [link for link in _links(httpx.get(messages).json()) if ".ics" in link]
    file = httpx.get(links[-1])
    assert file.headers["content-type"].startswith("text/calendar")
    assert file.text.count("BEGIN:VEVENT") >= 2
    for topic in (
        "1955",
        "permit",
        walk.words("Your health examinations"),
        walk.words("When your renewal must be filed"),
    ):
        assert topic not in file.text


def _links(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["uri"]] if isinstance(part.get("uri"), str) else []
        return own + [link for value in part.values() for link in _links(value)]
    return [link for item in part for link in _links(item)] if isinstance(part, list) else []
