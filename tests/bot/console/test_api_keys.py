"""Keys of the API in the console: asked for by one, approved by another, seen once by whoever asked."""

import re
from datetime import timedelta

import pytest

from models import api_key
from models.api_key import Scope
from models.operator import Role
from models.staff_change import LASTS, StaffChange
from tests.office import Clerk, Office, words_of

WANTED = {"name": "Permit system", "mode": "live", "scopes": ["permits"], "days": "90", "why": "Goes live in May"}


@pytest.fixture
def ann(office: Office) -> Clerk:
    return office.clerk(Role.ADMINISTRATOR, login="ann")


@pytest.fixture
def ben(office: Office) -> Clerk:
    return office.clerk(Role.ADMINISTRATOR, login="ben")


def asked(clerk: Clerk) -> str:
    answer = clerk.post("/people/keys", WANTED)
    assert answer.status_code == 303, words_of(answer)
    return answer.headers["location"].partition("?")[0]


def opened(ann: Clerk, ben: Clerk) -> str:
    """The secret of a key that went all the way."""
    change = asked(ann)
    assert ben.post(f"{change}/approve").status_code == 303
    found = re.search(r"live_\S{40,}", words_of(ann.post(f"{change}/open")))
    assert found is not None
    return found[0]


def test_a_key_is_seen_once_by_whoever_asked_after_another_approved(office: Office, ann: Clerk, ben: Clerk) -> None:
    change = asked(ann)
    assert [clerk.post(f"{change}/open").status_code for clerk in (ann, ben)] == [422, 422], "not approved yet"
    assert ann.post(f"{change}/approve").status_code == 422
    assert ben.post(f"{change}/approve").status_code == 303
    assert ben.post(f"{change}/open").status_code == 422, "only whoever asked"
    assert "Your key was approved" in ann.read("/people")

    answer = ann.post(f"{change}/open")
    secret = re.search(r"live_\S{40,}", words_of(answer))
    assert secret is not None
    assert answer.headers["cache-control"] == "no-store"
    now = office.clock.now()
    with office.database.reading() as session:
        key = api_key.key_of(session, secret[0], now)
        assert key is not None
        assert (key.name, key.is_test, key.scopes) == ("Permit system", False, "permits")
        assert key.may(Scope.PERMITS)
        assert key.expires_at is not None
        assert abs(key.expires_at - now - timedelta(days=90)) < timedelta(minutes=1)
    assert ann.post(f"{change}/open").status_code == 422, "a second time"
    assert secret[0] not in ann.get(change).text + ann.get("/people/keys").text


def test_an_approved_key_waits_a_week_to_be_opened(office: Office, ann: Clerk, ben: Clerk) -> None:
    change = asked(ann)
    assert ben.post(f"{change}/approve").status_code == 303
    with office.database.writing() as session:
        late = office.clock.now() + LASTS
        found = session.query(StaffChange).one()
        assert found.can_be_opened(ann.operator, late - timedelta(minutes=1))
        assert not found.can_be_opened(ann.operator, late)


def test_a_key_is_revoked_at_once_by_one(office: Office, ann: Clerk, ben: Clerk) -> None:
    secret = opened(ann, ben)
    assert ben.post("/people/keys/1/revoke").status_code == 422, "a reason is needed"
    assert ben.post("/people/keys/1/revoke", {"why": "Seen in a chat"}).status_code == 303
    with office.database.reading() as session:
        assert api_key.key_of(session, secret, office.clock.now()) is None
    again = ben.post("/people/keys/1/revoke", {"why": "Again"})
    assert (again.status_code, "revoked already" in words_of(again)) == (422, True)
    assert "No longer in force Permit system" in ann.read("/people/keys")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "n" * 65),
        ("mode", "both"),
        ("scopes", []),
        ("scopes", ["everything"]),
        ("days", "3650"),
        ("days", "soon"),
        ("why", ""),
    ],
)
def test_a_key_that_is_not_described_whole_is_not_asked_for(
    office: Office, ann: Clerk, field: str, value: str | list[str]
) -> None:
    assert ann.post("/people/keys", WANTED | {field: value}).status_code == 422
    assert "Waiting for a decision" not in ann.read("/people/keys")
