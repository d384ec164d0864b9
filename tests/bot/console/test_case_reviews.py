"""Checks of links from the browser: two people for a link, a reason each, and the person at the account is told."""

import pytest
from sqlalchemy import select

from models import audit, binding, review
from models.binding import Trust
from models.contact import meet
from models.message import Message
from models.operator import Role
from models.review import Review, ReviewReason
from tests.office import Clerk, Office
from tests.records import add_worker

PAGE = "/cases/reviews/1"


@pytest.fixture
def lin(office: Office) -> Clerk:
    return office.clerk(Role.CASEWORKER, login="lin")


@pytest.fixture
def wang(office: Office) -> Clerk:
    return office.clerk(Role.CASEWORKER, login="wang")


@pytest.fixture(autouse=True)
def doubted(office: Office) -> None:
    """The account 1, linked to the worker 1, which should be looked at."""
    now = office.clock.now()
    with office.database.writing() as session:
        contact = meet(session, f"U{1:032x}", None, now)
        worker = add_worker(session, now, name="SITI NURHALIZA")
        binding.bind(session, contact.id, worker.id, now)
        review.open_review(session, contact.id, worker.id, ReviewReason.SEVERAL_CLAIMS, now)


def linked(office: Office) -> str | None:
    """The trust in the account's link, None without one."""
    with office.database.reading() as session:
        found = binding.in_force(session, 1)
        return found.trust if found else None


def told(office: Office) -> list[str]:
    with office.database.reading() as session:
        return list(session.scalars(select(Message.what)))


def done(office: Office) -> list[str]:
    with office.database.reading() as session:
        return [one.action for one in reversed(audit.entries(session, audit.Wanted(about="review 1")))]


def status(clerk: Clerk, action: str, **form: str) -> int:
    return clerk.post(f"{PAGE}/{action}", {"words": "Asked by telephone.", **form}).status_code


def test_a_doubtful_link_is_looked_at_and_closed_with_a_decision(office: Office, lin: Clerk) -> None:
    assert "Several accounts" in lin.read("/cases?kind=review")
    assert "S••• N•••" in lin.read(PAGE)
    assert status(lin, "close", decision="ignored") == 422
    assert status(lin, "close", decision="in_order", words="") == 422
    assert status(lin, "close", decision="in_order") == 303
    assert status(lin, "close", decision="in_order") == 409
    with office.database.reading() as session:
        assert session.get_one(Review, 1).closed_at is not None
    assert done(office) == ["case_seen", "case_closed"]
    assert (linked(office), told(office)) == (Trust.CLAIMED, [])


def test_nobody_alone_cuts_a_link(office: Office, lin: Clerk, wang: Clerk) -> None:
    assert status(lin, "confirm", asked="not_hers") == 409
    assert status(lin, "close", decision="not_hers", words="") == 422
    assert status(lin, "close", decision="not_hers", words="The man who answered knows no Siti.") == 303
    assert (linked(office), told(office)) == (Trust.CLAIMED, [])
    assert "Another caseworker must confirm it" in lin.read(PAGE)
    assert status(lin, "confirm", asked="not_hers") == 403
    assert status(wang, "close", decision="in_order") == 409
    assert status(wang, "confirm", asked="hers") == 409
    assert status(wang, "confirm", asked="not_hers", words="") == 422
    assert linked(office) == Trust.CLAIMED
    assert "Waits for a second person" in wang.read("/cases?kind=review")
    assert "The man who answered knows no Siti." in wang.read(PAGE)
    assert status(wang, "confirm", asked="not_hers") == 303
    assert (linked(office), told(office)) == (None, ["review 1 unlinked"])
    assert status(wang, "confirm", asked="not_hers") == 409
    assert [one for one in done(office) if one != "case_seen"] == ["review_asked", "case_closed"]
    assert "Asked by telephone." in lin.read(PAGE)


def test_the_second_person_may_send_it_back_and_nothing_changes(office: Office, lin: Clerk, wang: Clerk) -> None:
    status(lin, "close", decision="not_hers")
    assert status(wang, "send-back", asked="not_hers", words="") == 422
    assert status(wang, "send-back", asked="not_hers", words="She has two phones.") == 303
    assert "She has two phones." in lin.read(PAGE)
    assert status(wang, "confirm", asked="not_hers") == 409
    assert (linked(office), told(office)) == (Trust.CLAIMED, [])
    assert status(lin, "close", decision="hers") == 303
    assert linked(office) == Trust.VERIFIED


def test_a_link_is_made_by_two_and_not_while_the_account_is_linked_elsewhere(
    office: Office, lin: Clerk, wang: Clerk
) -> None:
    now = office.clock.now()
    with office.database.writing() as session:
        elsewhere = add_worker(session, now, "W2")
        binding.bind(session, 1, elsewhere.id, now)
        review.open_review(session, 1, 1, ReviewReason.NAME, now)
    about_it = {"words": "Asked by telephone.", "asked": "hers", "decision": "hers"}
    assert lin.post("/cases/reviews/2/close", about_it).status_code == 303
    assert wang.post("/cases/reviews/2/confirm", about_it).status_code == 409
    with office.database.writing() as session:
        binding.unbind(binding.bindings_of(session, 2)[0], now)
    assert wang.post("/cases/reviews/2/confirm", about_it).status_code == 303
    assert (linked(office), told(office)) == (Trust.VERIFIED, ["review 2 linked"])


def test_where_no_record_is_claimed_nothing_is_hers(office: Office, lin: Clerk) -> None:
    with office.database.writing() as session:
        review.open_review(session, 1, None, ReviewReason.TRIES_USED_UP, office.clock.now())
    assert 'value="not_hers"' in lin.get(PAGE).text
    assert 'value="not_hers"' not in lin.get("/cases/reviews/2").text
    for decision in ("hers", "not_hers"):
        assert lin.post("/cases/reviews/2/close", {"decision": decision, "words": "?"}).status_code == 422
