"""Writing an announcement in a real browser: phones beside the form follow what is typed, and nothing is saved."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from sqlalchemy import func, select

from bot.clock import Clock
from bot.database import Database
from locales import Language
from models import operator as operators
from models.announcements import moves
from models.announcements.announcement import Announcement
from models.announcements.moves import Draft
from models.announcements.text import Body, Texts
from models.audience import Audience
from models.operator import Role
from models.secrets import Keyring
from tests.office import Clerk, Office
from tests.town import Server, free_port

pytestmark = pytest.mark.browser


@pytest.fixture
def office(tmp_path: Path, sqlite_template: Path, keyring: Keyring, now: datetime) -> Iterator[Office]:
    file, port, clock = tmp_path / "bot.sqlite", free_port(), Clock()
    shutil.copy(sqlite_template, file)
    clock.move(now)
    database = Database(f"sqlite:///{file}", keyring)
    office = Office(database, clock, public_url=f"http://127.0.0.1:{port}")
    with Server(office.api, port):
        yield office
    database.close()


def opened(page: Page, office: Office, clerk: Clerk, path: str) -> None:
    address = office.settings.public_url
    page.context.add_cookies([{"name": office.console.cookie, "value": clerk.token, "url": address}])
    page.goto(f"{address}/console{path}")


def test_a_phone_shows_what_is_typed_and_what_is_wrong_and_nothing_is_saved(page: Page, office: Office) -> None:
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": 1280, "height": 900})
    opened(page, office, office.clerk(Role.WRITER), "/announcements/new")
    page.select_option("#category", "weather")
    page.fill("#title-th", "พายุวันเสาร์")
    page.fill("#text-th", "อยู่บ้าน โทร 1955 <b>")
    bubble = page.locator(".live .screen:lang(th) .fx-bubble")
    expect(bubble).to_contain_text("พายุวันเสาร์")
    expect(bubble).to_contain_text("อยู่บ้าน โทร 1955 <b>")
    expect(page.locator("#checked")).to_contain_text("Tiếng Việt")
    page.fill("#title-th", "พายุวันอาทิตย์")
    expect(bubble).to_contain_text("พายุวันอาทิตย์")
    page.check("input[name=languages][value=th]")
    expect(page.locator("#counted")).to_contain_text("would get it")
    assert complaints == []
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Announcement)) == 0


def write_in(page: Page, title: str) -> None:
    page.select_option("#category", "weather")
    page.locator("details", has=page.locator("#title-vi")).evaluate("folded => { folded.open = true; }")
    page.fill("#title-vi", title)
    page.fill("#text-vi", "Gọi 1955\nvà ở nhà")
    page.check("input[name=languages][value=vi]")
    page.fill("#why", "A storm")


def is_put_back(page: Page, title: str) -> None:
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator(".kept")).to_be_hidden()
    expect(page.locator("#title-vi")).to_have_value(title)
    expect(page.locator("#text-vi")).to_have_value("Gọi 1955\nvà ở nhà")
    expect(page.locator("input[name=languages][value=vi]")).to_be_checked()
    expect(page.locator("input[name=languages][value=th]")).not_to_be_checked()
    expect(page.locator("#why")).to_have_value("A storm")
    expect(page.locator(".live .screen:lang(vi) .fx-bubble")).to_contain_text(title)


def test_what_was_typed_is_put_back_after_the_session_ended(page: Page, office: Office) -> None:
    clerk = office.clerk(Role.WRITER)
    opened(page, office, clerk, "/announcements/new")
    expect(page.locator(".kept")).to_be_hidden()
    write_in(page, "Bão")
    expect(page.locator("#counted")).to_contain_text("would get it")
    with office.database.writing() as session:
        operators.end(session, clerk.operator.id, office.clock.now())
        again = operators.begin(session, clerk.operator, office.clock.now())
    page.fill("#title-vi", "Bão lớn")
    expect(page.locator("#signed-out")).to_contain_text("Your session has ended")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Your session has ended")
    clerk.token = again
    opened(page, office, clerk, "/announcements/new")
    is_put_back(page, "Bão lớn")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".done")).to_contain_text("Saved")
    opened(page, office, clerk, "/announcements/new")
    expect(page.locator(".kept")).to_be_hidden()


def test_whoever_was_not_the_first_to_save_goes_back_and_loses_nothing(
    page: Page, office: Office, now: datetime
) -> None:
    clerk, other = office.clerk(Role.WRITER), office.clerk(Role.WRITER)
    with office.database.writing() as session:
        draft = Draft("other", Texts({Language.EN: Body("Title", "Text")}), Audience(), None, now + timedelta(days=1))
        moves.create(session, clerk.operator, draft, "Test", now)
    opened(page, office, clerk, "/announcements/1/edit")
    write_in(page, "Bão")
    with office.database.writing() as session:
        moves.edit(session, 1, 1, other.operator, draft, "Quicker", now)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Back to where you were").click()
    expect(page.locator("#title-vi")).to_have_value("")
    is_put_back(page, "Bão")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".done")).to_contain_text("Saved")


def test_a_page_that_is_left_open_offers_what_may_be_done_next(page: Page, office: Office, now: datetime) -> None:
    writer, approver = office.clerk(Role.WRITER), office.clerk(Role.APPROVER)
    with office.database.writing() as session:
        draft = Draft("other", Texts({Language.EN: Body("Title", "Text")}), Audience(), None, now + timedelta(days=1))
        moves.create(session, writer.operator, draft, "Test", now)
        moves.submit(session, 1, 1, writer.operator, now)
        moves.approve(session, 1, 1, approver.operator, now)
    opened(page, office, writer, "/announcements/1")
    page.fill("#cancel-why", "Half a reason")
    with page.expect_response("**/announcements/1"):
        pass
    expect(page.locator("#cancel-why")).to_have_value("Half a reason")
    with office.database.writing() as session:
        session.get_one(Announcement, 1).state = "done"
    expect(page.get_by_role("button", name="Write a correction")).to_be_visible()
    expect(page.locator("#cancel-why")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_form_and_the_page_have_no_barriers_and_fit(
    browser: Browser, office: Office, width: int, now: datetime
) -> None:
    """Axe needs to run its own script, which the pages' policy forbids."""
    clerk = office.clerk(Role.WRITER)
    texts = Texts({Language.EN: Body("Title", "Text")}, missing="Test")
    with office.database.writing() as session:
        draft = Draft("other", texts, Audience(), None, now + timedelta(days=1))
        moves.create(session, clerk.operator, draft, "Test", now)
    page = browser.new_context(bypass_csp=True, viewport={"width": width, "height": 900}).new_page()
    for path in ("/announcements", "/announcements/new", "/announcements/1", "/announcements/phone"):
        opened(page, office, clerk, path)
        page.wait_for_load_state("networkidle")
        assert Axe().run(page).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.context.close()


def test_without_scripts_the_plain_words_stand_there(browser: Browser, office: Office) -> None:
    clerk = office.clerk(Role.WRITER)
    page = browser.new_context(java_script_enabled=False).new_page()
    opened(page, office, clerk, "/announcements/new")
    page.select_option("#category", "other")
    page.fill("#title-en", "A plain title")
    page.fill("#text-en", "Plain words")
    with page.expect_popup() as shown:
        page.get_by_role("button", name="Check and preview").click()
    expect(shown.value.locator(".screen:lang(en)")).to_contain_text("Plain words")
    page.fill("#why", "To see")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="A plain title")).to_be_visible()
    page.context.close()
