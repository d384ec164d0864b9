"""Approving an announcement asks for a one-time code, unless one was given just now."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from models import audit
from models import operator as operators
from models.announcements.announcement import Announcement
from models.credential import Credential
from models.operator import Role
from tests.bot.console.test_announcements import add_friend, step, write
from tests.office import Clerk, Office, words_of

FIELD = 'name="code"'


@pytest.fixture
def submitted(office: Office) -> str:
    """The path of an announcement that waits for approval."""
    add_friend(office, "Uone")
    return submit(office)


def submit(office: Office) -> str:
    writer = office.clerk(Role.WRITER)
    path = write(writer)
    assert step(writer, path, "submit").status_code == 303
    return path


@pytest.fixture
def code(approver: Clerk) -> Callable[[], str]:
    """What the app of the approver shows now."""
    return given_app(approver)


def given_app(clerk: Clerk) -> Callable[[], str]:
    """What the clerk's new app shows at the moment."""
    secret = pyotp.random_base32()
    with clerk.office.database.writing() as session:
        session.add(Credential(operator_id=clerk.operator.id, password="made up", totp_secret=secret))
    return lambda: pyotp.TOTP(secret).at(clerk.office.clock.now())


@pytest.fixture
def approver(office: Office) -> Clerk:
    return office.clerk(Role.APPROVER)


def state(office: Office) -> str:
    with office.database.reading() as session:
        return session.scalars(select(Announcement.state)).one()


def failed(office: Office) -> list[str]:
    """How somebody tried in vain to prove who they are."""
    with office.database.reading() as session:
        found = audit.entries(session, audit.Wanted(actions=("sign_in_failed",)))
        return [one.details["how"] for one in found]


def test_five_minutes_after_signing_in_a_code_is_asked_for(
    office: Office, submitted: str, approver: Clerk, code: Callable[[], str]
) -> None:
    office.waits(minutes=4)
    assert FIELD not in approver.get(submitted).text
    office.waits(minutes=2)
    assert FIELD in approver.get(submitted).text
    refused = step(approver, submitted, "approve", code="000000" if code() != "000000" else "111111")
    assert (refused.status_code, state(office)) == (403, "submitted")
    assert f'href="/console{submitted}"' in refused.text
    assert failed(office) == ["while_signed_in"]
    assert step(approver, submitted, "approve", code=code()).status_code == 303
    assert state(office) == "approved"


def test_a_form_that_was_opened_before_a_code_was_asked_for_costs_no_try(
    office: Office, submitted: str, approver: Clerk, code: Callable[[], str]
) -> None:
    assert FIELD not in approver.get(submitted).text
    office.waits(minutes=6)
    for _impatient in range(6):
        refused = step(approver, submitted, "approve")
        assert refused.status_code == 403
        assert "Go back" in words_of(refused)
        assert f'href="/console{submitted}"' in refused.text
    assert (state(office), failed(office)) == ("submitted", [])
    assert step(approver, submitted, "approve", code=code()).status_code == 303


def test_a_code_counts_for_five_minutes_in_its_own_browser(
    office: Office, submitted: str, approver: Clerk, code: Callable[[], str]
) -> None:
    office.waits(minutes=6)
    with office.database.writing() as session:
        token = operators.begin(session, approver.operator, office.clock.now() - timedelta(minutes=6))
    elsewhere = Clerk(office, approver.operator, token)
    assert step(approver, submitted, "approve", code=code()).status_code == 303
    office.waits(minutes=4)
    another = submit(office)
    assert FIELD in elsewhere.get(another).text
    assert step(elsewhere, another, "approve").status_code == 403
    assert FIELD not in approver.get(another).text
    assert step(approver, another, "approve").status_code == 303


def test_a_code_is_used_once_and_guessing_is_slowed_down(
    office: Office, submitted: str, approver: Clerk, code: Callable[[], str]
) -> None:
    office.waits(minutes=6)
    used = code()
    assert step(approver, submitted, "approve", code=used).status_code == 303
    office.waits(minutes=5, seconds=1)
    another = submit(office)
    assert [step(approver, another, "approve", code=used).status_code for _try in range(6)] == [403] * 5 + [429]
    assert step(approver, another, "approve", code=code()).status_code == 429


def test_whoever_has_no_app_was_asked_by_the_ministrys_sign_in(office: Office, submitted: str, approver: Clerk) -> None:
    office.waits(minutes=20)
    assert FIELD not in approver.get(submitted).text
    assert step(approver, submitted, "approve").status_code == 303
