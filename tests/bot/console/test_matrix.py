"""Every page and action of the console × every role × rows of one's own, of others and of nobody: as declared."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.console.gate import Console, Route
from models import operator as operators
from models.operator import Role, form_token
from models.secrets import Keyring
from models.tables import metadata
from tests.furnished import ABSENT, ROWS, addresses, furnished_office
from tests.office import Browser, Office

OPEN = {
    ("GET", "/console/sign-in"),
    ("POST", "/console/sign-in"),
    ("GET", "/console/sign-in/code"),
    ("POST", "/console/sign-in/code"),
    ("GET", "/console/sign-in/provider"),
    ("GET", "/console/sign-in/provider/back"),
    ("GET", "/console/set-up"),
    ("POST", "/console/set-up"),
    ("GET", "/console/set-up/password"),
    ("POST", "/console/set-up/password"),
    ("GET", "/console/set-up/code"),
    ("POST", "/console/set-up/code"),
}
"""What whoever finds it may ask for. All else asks who it is."""
MAY_BE_EMPTY = re.compile(r"\.csv$|/photos/|/edit$")
"""Pages that a row may not have (yet), or for now only for some."""
NOT_FOUND = (404, 422)
"""422: what the form lacks is said first."""


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, keyring: Keyring) -> Iterator[Office]:
    with furnished_office(sqlite_template, tmp_path_factory.mktemp("matrix"), keyring, "Made up") as office:
        yield office


def guarded(office: Office) -> list[Route]:
    return [route for route in office.console.routes if route.roles]


def asked(browser: Browser, route: Route, path: str, **form: str) -> httpx.Response:
    return browser.get(path) if route.method == "GET" else browser.post(path, form)


def contents(office: Office) -> Mapping[str, list[object]]:
    """All that is in the database, except when sessions were last used."""
    with office.database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(*(c for c in table.c if c.key != "seen_at")))]
            for table in metadata.sorted_tables
        }


def test_what_is_open_to_everybody_is_on_the_list(office: Office) -> None:
    declared = {(route.method, route.path) for route in office.console.routes}
    assert {(route.method, route.path) for route in office.console.routes if not route.roles} == OPEN
    served = {
        (method, getattr(route, "path", "")) for route in office.api.routes for method in getattr(route, "methods", "")
    }
    assert {(method, path) for method, path in served if not path.startswith("/console/static/")} == declared


def test_a_page_for_nobody_is_not_accepted(office: Office) -> None:
    console = Console(FastAPI(), office.database, office.clock, "https://example.org")
    with pytest.raises(ValueError, match="names no role"):
        console.page("/forgotten")
    with pytest.raises(ValueError, match="names no role"):
        console.act("/forgotten")


def test_whoever_may_not_is_refused_whatever_row_they_name_and_nothing_changes(office: Office) -> None:
    clerks = {role: office.clerk(role) for role in Role}
    before, wrong = contents(office), []
    for route in guarded(office):
        for role in set(Role) - route.roles:
            for path in addresses(route, "1", "2", ABSENT[0]):
                status = asked(clerks[role], route, path).status_code
                if status != 403:
                    wrong.append((route.method, path, role.value, status))
    assert wrong == [], wrong
    assert contents(office) == before


def test_whoever_is_not_signed_in_or_no_longer_is_sent_to_sign_in(office: Office) -> None:
    expired, deactivated = office.clerk(*Role), office.clerk(*Role)
    with office.database.writing() as session:
        left = session.get_one(operators.Operator, deactivated.operator.id)
        left.deactivated_at = office.clock.now()
        known = operators.session_of(session, expired.token, office.clock.now())
        assert known is not None
        known.began_at -= operators.LONGEST + timedelta(seconds=1)
    before, wrong = contents(office), []
    for browser in (office.visitor(), expired, deactivated):
        for route in guarded(office):
            path = addresses(route, "1")[0]
            answer = asked(browser, route, path, form=form_token(expired.token))
            place = answer.headers.get("location", "").partition("?")[0]
            if (answer.status_code, place) != (303, "/console/sign-in"):
                wrong.append((route.method, path, answer.status_code, place))
    assert wrong == [], wrong
    assert contents(office) == before


def test_an_action_needs_a_form_of_this_very_session(office: Office) -> None:
    clerk, other = office.clerk(*Role), office.clerk(*Role)
    before, wrong = contents(office), []
    for route in guarded(office):
        if route.method == "GET":
            continue
        path = addresses(route, "1")[0]
        for token in ("", form_token(other.token), other.token, "é", clerk.token):
            status = clerk.post(path, {"form": token}).status_code
            if status != 403:
                wrong.append((path, status))
        if Browser.post(clerk, path, {}).status_code != 403:
            wrong.append((path, 0))
    assert wrong == [], wrong
    assert contents(office) == before


def test_a_row_that_is_not_there_is_never_found(office: Office) -> None:
    wrong = []
    for route in guarded(office):
        if "{" not in route.path:
            continue
        clerk = office.clerk(*route.roles)
        for path in addresses(route, *ABSENT):
            answer = asked(clerk, route, path)
            # Where somebody must say first why they look, a row that is there is answered in the same way.
            if answer.status_code not in NOT_FOUND and told(answer) != told(
                asked(clerk, route, addresses(route, "1")[0])
            ):
                wrong.append((route.method, path, answer.status_code))
    assert wrong == [], wrong


def told(answer: httpx.Response) -> tuple[int, str, str]:
    """All that an answer says, but for which row was asked for."""
    row = re.compile(r"(?<=[#/])(\d+|none)\b")
    return answer.status_code, row.sub("", answer.headers.get("location", "")), row.sub("", answer.text)


def test_whoever_may_gets_an_answer_about_rows_of_their_own_and_of_others(office: Office) -> None:
    wrong = []
    for route in guarded(office):
        for role in route.roles:
            clerk = office.clerk(role)
            for path in addresses(route, *map(str, ROWS)):
                status = asked(clerk, route, path).status_code
                is_page = route.method == "GET" and not MAY_BE_EMPTY.search(path)
                if status >= 500 or (is_page and status != 200):
                    wrong.append((route.method, path, role.value, status))
    assert wrong == [], wrong
