"""Addresses of the console where there is nothing: the way in first, then a page of ours that repeats nothing."""

from typing import NoReturn

import pytest

from bot.console.gate import MOST_BYTES
from models.operator import Role, form_token
from tests.office import Office, words_of

SECRET = "A800000014"
NOWHERE = (f"/{SECRET}", f"/cases/1/{SECRET}", f"/workers/1/{SECRET}/", f"/x%00{SECRET}", f"//{SECRET}")


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_address_without_a_page_says_so_in_the_operators_language(office: Office, method: str, path: str) -> None:
    for language, said in (("en", "There is no such page"), ("zh-Hant", "找不到這個頁面")):
        answer = office.clerk(Role.VIEWER, language=language).ask(method, f"/console{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert said in words_of(answer)
        assert SECRET not in answer.text + str(answer.headers)
        assert answer.headers["content-security-policy"]


def test_whoever_is_signed_in_keeps_the_menu_on_every_page_that_refuses(office: Office) -> None:
    clerk = office.clerk(Role.CASEWORKER, login="chang")
    refused = {
        404: clerk.get("/nowhere"),
        403: clerk.get("/people"),
        405: clerk.ask("PUT", "/console/cases"),
        413: clerk.post("/cases/1/take", {"words": "x" * MOST_BYTES}),
        422: clerk.post("/law/manufacturing-fees"),
    }
    for status, answer in refused.items():
        assert answer.status_code == status
        assert '<a class="brand" href="/console/">' in answer.text
        assert '<a href="/console/workers"' in answer.text
        assert '<a href="/console/people"' not in answer.text
    no_row = clerk.get("/cases/reviews/999")
    assert (no_row.status_code, "Made-up chang" in words_of(no_row)) == (404, True)
    out = office.visitor().post("/sign-in", {"login": "x" * MOST_BYTES})
    assert (out.status_code, "<nav" in out.text) == (413, False)


def test_the_way_out_on_a_page_that_refuses_works(office: Office) -> None:
    clerk = office.clerk(Role.CASEWORKER)
    assert f'value="{form_token(clerk.token)}"' in clerk.get("/people").text
    assert clerk.post("/sign-out").status_code == 303
    assert clerk.get("/people").status_code == 303


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_whoever_is_not_signed_in_learns_of_no_address(office: Office, method: str, path: str) -> None:
    answer = office.visitor().ask(method, f"/console{path}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/sign-in?next=/console/"
    assert SECRET not in str(answer.headers)


def test_whose_session_has_ended_is_told_so_and_comes_to_the_overview(office: Office) -> None:
    clerk = office.clerk(Role.VIEWER)
    office.waits(hours=13)
    assert clerk.get("/nowhere").headers["location"] == "/console/sign-in?next=/console/&ended=yes&lang=en"


def test_a_page_that_takes_no_such_method_says_which_it_takes(office: Office) -> None:
    clerk = office.clerk(Role.CASEWORKER)
    wrong = [("PUT", "/console/cases", "GET"), ("GET", "/console/cases/1/take", "POST"), ("PUT", "/console/me", "GET")]
    for method, path, allowed in wrong:
        answer = clerk.ask(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert "There is no such page" in words_of(answer)


def test_style_sheets_are_not_pages(office: Office) -> None:
    browser = office.visitor()
    assert browser.ask("POST", "/console/static/console.css").status_code == 405
    assert browser.get("/static/nothing.css").status_code == 404


def test_while_the_database_is_away_that_is_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = office.clerk(Role.VIEWER)

    def away() -> NoReturn:
        raise OSError

    monkeypatch.setattr(office.database, "reading", away)
    assert clerk.get("/nowhere").status_code == 503
