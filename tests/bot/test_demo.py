"""The demo's office: somebody to sign in as, and something to read, before anybody has done anything."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from bot.clock import Clock
from bot.database import Database
from bot.demo_announcements import ANNOUNCEMENTS
from bot.demo_office import PATH, PEOPLE, add_codes, open_office
from bot.line.limits import check
from bot.line.render import render
from locales import Language
from models import audit, credential
from models import operator as operators
from models.announcements import archive
from models.announcements.announcement import Category
from models.announcements.lint import findings
from models.announcements.text import Texts
from models.operator import Role
from scheduler.announcements import content_of
from tests.office import ADDRESS, Office


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    """Opened on a clock that is hours behind the one on the wall, as the demo's may be."""
    clock = Clock()
    office = Office(database, clock)
    office.waits(hours=-7)
    with database.writing() as session:
        open_office(session, tmp_path / "operators.txt", clock.now())
    add_codes(office.api, database, clock, tmp_path / "operators.txt")
    return office


def written(office: Office) -> str:
    async def asked() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.api), base_url=ADDRESS) as client:
            return (await client.get(PATH)).text

    return asyncio.run(asked())


@pytest.mark.parametrize("login", [login for login, _name, _roles in PEOPLE])
def test_whoever_reads_the_page_signs_in_as_anybody_on_it(office: Office, login: str) -> None:
    page = written(office)
    password = re.search(rf"^{login} \(.*\n  password (\S+)", page, re.M)
    code = re.search(rf"^{login}: (\d{{6}})$", page, re.M)
    assert password is not None
    assert code is not None
    browser = office.visitor()
    browser.post("/sign-in?lang=en", {"login": login, "password": password[1]})
    browser.post("/sign-in/code?lang=en", {"code": code[1]})
    assert browser.get("/me").status_code == 200


def test_a_new_person_is_set_up_with_the_code_on_the_page(office: Office) -> None:
    """The app on a telephone goes by another clock than the demo."""
    now = office.clock.now()
    with office.database.writing() as session:
        code = credential.give_setup_code(session, operators.add(session, "wu", "Wu", [Role.VIEWER], now), now)
    assert "wu: not set up yet" in written(office)
    browser = office.visitor()
    browser.post("/set-up", {"login": "wu", "code": code})
    browser.post("/set-up/password", {"password": "umbrella walnut piano", "again": "umbrella walnut piano"})
    shown = re.search(r"^wu: (\d{6})$", written(office), re.M)
    assert shown is not None
    assert browser.post("/set-up/code", {"code": shown[1]}).status_code == 200
    assert browser.get("/me").status_code == 200


def test_people_can_be_added_since_two_administrators_are_there(office: Office) -> None:
    with office.database.reading() as session:
        assert credential.administrators_set_up(session) == credential.ADMINISTRATORS_NEEDED


def test_a_second_caseworker_confirms_what_the_first_asks_for(office: Office) -> None:
    with office.database.reading() as session:
        assert sum(Role.CASEWORKER in one.may for one in operators.everybody(session)) == 2


def test_the_passwords_are_nobody_elses_and_made_once(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "operators.txt"
    before = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    with office.database.writing() as session:
        open_office(session, file, office.clock.now())
        assert len(operators.everybody(session)) == len(PEOPLE)
    assert file.read_text() == before
    assert len(set(re.findall(r"password (\S+)", before))) == len(PEOPLE)


def test_there_is_something_to_read_in_every_language(office: Office) -> None:
    now = office.clock.now()
    with office.database.reading() as session:
        assert archive.categories(session, now) == {Category.WAGES_AND_LEAVE: 1, Category.WEATHER: 1}
        for category in ANNOUNCEMENTS:
            [one] = archive.in_category(session, category, now, 0, 5)
            assert one.texts.bodies.keys() == set(Language)
        assert list(audit.broken(session)) == []


@pytest.mark.parametrize("texts", ANNOUNCEMENTS.values(), ids=ANNOUNCEMENTS.keys())
def test_its_words_are_such_as_an_operator_could_submit(texts: Texts) -> None:
    assert [finding for finding in findings(texts) if finding.blocks] == []
    for language in Language:
        assert check(render(content_of(1, Category.WEATHER, texts, language), language)) == []
