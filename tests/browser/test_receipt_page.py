"""The receipt page on a phone: looked up by hand, whole without a script, fit for everybody and for paper."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from rich.console import Console

from bot.clock import Clock
from bot.database import Database
from bot.pages import words
from bot.pages.routes import add_pages
from bot.verifying import Verdict, Verifier
from locales import LANGUAGES, Language, say
from models.receipt import grouped, issue
from models.secrets import Key, Keyring
from tests.town import Server, free_port

pytestmark = pytest.mark.browser

FACTS = {
    "kind": "search_requested",
    "reported_on": "2026-03-10",
    "letter_no": "勞動發事字第1150300123號",
    "permit": "••••0001",
    "linked": "claimed",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of the pages, and the code of one receipt."""
    file = tmp_path_factory.mktemp("pages") / "bot.sqlite"
    database = Database(f"sqlite:///{file}", Keyring([Key(1, bytes(range(32)))]))
    database.migrate()
    with database.writing() as session:
        one = issue(
            session, "not_missing", FACTS, {"where": "hospital"}, datetime(2026, 3, 11, 4, tzinfo=UTC), case_id=None
        )
    api, port = FastAPI(), free_port()
    address = f"http://127.0.0.1:{port}"
    add_pages(api, database, Clock(), address)
    with Server(api, port):
        yield f"{address}/pages/receipts", one.code
    database.close()


@pytest.fixture
def phone(page: Page) -> Iterator[Page]:
    """A phone's screen; at the end nothing may have complained on its console."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": 390, "height": 844})
    yield page
    assert complaints == []


def test_an_officer_types_the_number_and_an_expert_checks_the_copy(
    phone: Page, served: tuple[str, str], tmp_path: Path
) -> None:
    address, code = served
    phone.goto(f"{address}?lang=zh-Hant")
    phone.get_by_label(say(words.RECEIPT_NUMBER, Language.ZH_HANT)).fill(grouped(code).lower())
    phone.get_by_role("button").click()
    expect(phone.get_by_role("status")).to_contain_text(say(words.GENUINE, Language.ZH_HANT))
    expect(phone.locator(".code")).to_have_text(grouped(code))
    with phone.expect_download() as copy:
        phone.locator("a[download]").click()
    copy.value.save_as(tmp_path / "receipt.json")
    phone.locator("summary").click()
    phone.locator("details a").click()
    with phone.expect_download() as key:
        phone.locator("a[download]").click()
    key.value.save_as(tmp_path / "key.pem")
    load_pem_public_key((tmp_path / "key.pem").read_bytes())

    def no_database() -> Database:
        raise AssertionError("not needed")

    verifier = Verifier(Console(quiet=True), no_database, str(tmp_path / "key.pem"))
    assert verifier.run(str(tmp_path / "receipt.json"), chain=False) is Verdict.GENUINE


@pytest.mark.parametrize("language", Language)
def test_the_pages_fit_every_screen_in_every_language(phone: Page, served: tuple[str, str], language: Language) -> None:
    address, code = served
    for path in (f"/{code}", "", "/key"):
        phone.goto(f"{address}{path}?lang={language.value}")
        for width in (320, 390, 1280):
            phone.set_viewport_size({"width": width, "height": 844})
            assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
    expect(phone.get_by_role("navigation").get_by_role("link")).to_have_count(len(LANGUAGES))


def test_she_changes_the_language_and_stays_on_her_receipt(phone: Page, served: tuple[str, str]) -> None:
    address, code = served
    phone.goto(f"{address}/{code}?lang=en")
    phone.get_by_role("link", name=LANGUAGES[Language.TH]).click()
    expect(phone.locator("html")).to_have_attribute("lang", "th")
    expect(phone.locator(".code")).to_have_text(grouped(code))


def test_everything_is_there_without_a_script_but_the_button_to_print(
    browser: Browser, served: tuple[str, str]
) -> None:
    address, code = served
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/{code}?lang=en")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    context.close()


def test_paper_shows_the_figures_and_not_what_can_only_be_tapped(phone: Page, served: tuple[str, str]) -> None:
    address, code = served
    phone.goto(f"{address}/{code}?lang=en")
    expect(phone.get_by_role("button")).to_be_visible()
    expect(phone.locator("dl.figures")).to_be_hidden()
    phone.emulate_media(media="print")
    expect(phone.locator("dl.figures")).to_be_visible()
    expect(phone.get_by_role("button")).to_have_count(0)
    expect(phone.locator("nav")).to_be_hidden()
    expect(phone.get_by_text(f"{address}", exact=False).first).to_be_visible()


def test_the_pages_are_usable_for_everybody(browser: Browser, served: tuple[str, str]) -> None:
    address, code = served
    context = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    for path in (f"/{code}?lang=vi", "?lang=th", "?code=x&lang=en", "/key?lang=id", "/222222222222?lang=zh-Hant"):
        page.goto(f"{address}{path}")
        for summary in page.locator("summary").all():
            summary.click()
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
    context.close()
