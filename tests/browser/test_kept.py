"""What is typed into a long form outlives the session that ends meanwhile, and stays no longer than it must."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.clock import Clock
from bot.database import Database
from models import case
from models import operator as operators
from models.case import CaseKind
from models.contact import meet
from models.operator import Role
from models.secrets import Keyring
from tests.office import Clerk, Office
from tests.town import Server, free_port

pytestmark = pytest.mark.browser
NOTE = "She speaks Javanese.\nCall after eight."


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


@pytest.fixture
def lin(office: Office, now: datetime) -> Clerk:
    """Somebody who may do everything and whose case the first one is."""
    clerk = office.clerk(*Role, login="lin")
    with office.database.writing() as session:
        contact = meet(session, f"U{1:032x}", None, now)
        opened, _new = case.open_case(session, CaseKind.QUESTION, "one", now, contact_id=contact.id, answers={})
        case.take(opened, "lin", now)
    return clerk


def see(page: Page, office: Office, clerk: Clerk, path: str) -> None:
    address = office.settings.public_url
    page.context.add_cookies([{"name": office.console.cookie, "value": clerk.token, "url": address}])
    page.goto(f"{address}/console{path}")


def session_ends(office: Office, clerk: Clerk) -> None:
    with office.database.writing() as session:
        operators.end(session, clerk.operator.id, office.clock.now())
        clerk.token = operators.begin(session, clerk.operator, office.clock.now())


def form_of(page: Page, action: str) -> Locator:
    return page.locator(f'form[action$="{action}"]')


def test_a_note_is_offered_again_after_the_session_ended_until_it_is_added(
    page: Page, office: Office, lin: Clerk
) -> None:
    see(page, office, lin, "/cases/1")
    note = form_of(page, "/note")
    page.get_by_text("A note", exact=True).click()
    note.locator("textarea").fill(NOTE)
    page.get_by_text("A call", exact=True).click()
    form_of(page, "/call").locator("textarea").fill("Nobody answered.")
    session_ends(office, lin)
    note.get_by_role("button", name="Add the note").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    see(page, office, lin, "/cases/1")
    note.get_by_role("button", name="Put it back").click()
    expect(note.locator("textarea")).to_have_value(NOTE)
    note.get_by_role("button", name="Add the note").click()
    expect(page.locator(".done")).to_contain_text("The note was added")
    expect(note.locator(".kept")).to_be_hidden()
    # Another form's words are not lost by it.
    expect(form_of(page, "/call").locator(".kept")).to_be_visible()


def test_an_answer_is_kept_until_it_is_sent(page: Page, office: Office, lin: Clerk) -> None:
    see(page, office, lin, "/cases/1")
    page.fill("#hers", "Please come on Friday.")
    page.fill("#original", "請於週五過來。")
    page.get_by_role("button", name="Preview").click()
    session_ends(office, lin)
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    see(page, office, lin, "/cases/1")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#hers")).to_have_value("Please come on Friday.")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Send it").click()
    expect(page.locator(".done")).to_contain_text("The answer is on its way")
    expect(form_of(page, "/preview").locator(".kept")).to_be_hidden()


def test_a_person_and_an_upload_are_put_back_but_for_the_file(page: Page, office: Office, lin: Clerk) -> None:
    see(page, office, lin, "/people/new")
    page.fill("#login", "chen.yiling")
    page.locator("input[name=roles]").first.check()
    see(page, office, lin, "/imports")
    page.set_input_files("#file", {"name": "permits.csv", "mimeType": "text/csv", "buffer": b"worker_ref\n"})
    page.fill("#as_of", "2026-03-01T08:00")
    session_ends(office, lin)
    see(page, office, lin, "/people/new")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#login")).to_have_value("chen.yiling")
    expect(page.locator("input[name=roles]").first).to_be_checked()
    see(page, office, lin, "/imports")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#as_of")).to_have_value("2026-03-01T08:00")


def test_signing_out_leaves_nothing_in_the_tab(page: Page, office: Office, lin: Clerk) -> None:
    see(page, office, lin, "/people/new")
    page.fill("#login", "chen.yiling")
    assert "chen.yiling" in page.evaluate("JSON.stringify(sessionStorage)")
    page.locator("summary", has_text="Made-up lin").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("JSON.stringify(sessionStorage)") == "{}"
