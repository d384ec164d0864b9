"""Checks of links from the browser: two people for a link, a reason each, and the person at the account is told."""

import re

import pytest
from sqlalchemy import select

from models import audit, binding, review
from models.binding import Trust
from models.contact import meet
from models.message import Message
from models.operator import Role
from models.review import Review, ReviewReason
from tests.bot.console.test_step_up import FIELD, failed, given_app
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


def offered(clerk: Clerk, number: int) -> list[str]:
    return re.findall(r'name="decision" value="(\w+)"', clerk.get(f"/cases/reviews/{number}").text)


def claimed_in_vain(office: Office) -> None:
    """The account 2, which the worker 1 was not linked to since the name did not quite fit: the review 2."""
    now = office.clock.now()
    with office.database.writing() as session:
        contact = meet(session, f"U{2:032x}", None, now)
        review.open_review(session, contact.id, 1, ReviewReason.NAME, now)


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
    page = lin.read(PAGE)
    assert "Asked by telephone." in page
    assert "Not linked now" in page
    assert "was not told of the check" not in page


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
    assert "Linked to another record now" in lin.read("/cases/reviews/2")
    assert offered(lin, 2) == ["in_order", "passed_on", "not_hers"]
    assert lin.post("/cases/reviews/2/close", about_it).status_code == 422
    with office.database.writing() as session:
        binding.unbind(binding.bindings_of(session, 2)[0], now)
    assert lin.post("/cases/reviews/2/close", about_it).status_code == 303
    with office.database.writing() as session:
        binding.bind(session, 1, 2, now)
    assert wang.post("/cases/reviews/2/confirm", about_it).status_code == 409
    with office.database.writing() as session:
        binding.unbind(binding.bindings_of(session, 2)[0], now)
    assert wang.post("/cases/reviews/2/confirm", about_it).status_code == 303
    assert (linked(office), told(office)) == (Trust.VERIFIED, ["review 2 linked"])


def test_the_page_of_a_linked_account_says_so_and_offers_to_cut_it(lin: Clerk) -> None:
    page = lin.read(PAGE)
    assert "Linked to this record now Whoever uses it was not told of the check" in page
    assert "Nothing is wrong: the link stays as it is" in page
    assert "The account is not hers: cut its link (a second person confirms)" in page
    assert "She was asked, and the account is hers: the link is trusted as verified" in page
    assert offered(lin, 1) == ["in_order", "passed_on", "hers", "not_hers"]


def test_the_page_of_an_account_that_was_never_linked_offers_no_link_to_keep_or_cut(
    office: Office, lin: Clerk, wang: Clerk
) -> None:
    claimed_in_vain(office)
    page = lin.read("/cases/reviews/2")
    assert "Not linked now Whoever uses it was told that it could not be linked" in page
    assert "Nothing is wrong: no link is made" in page
    assert "She was asked, and the account is hers: link it (a second person confirms)" in page
    assert "The account is not hers: no link is made (a second person confirms)" in page
    assert [said for said in ("stays as it is", "cut its link") if said in page] == []
    about_it = {"words": "She knows of no such account.", "asked": "not_hers", "decision": "not_hers"}
    assert lin.post("/cases/reviews/2/close", about_it).status_code == 303
    page = wang.read("/cases/reviews/2")
    assert "No link is made, and the account cannot link itself to any worker any more." in page
    assert "The link is cut at once" not in page
    assert wang.post("/cases/reviews/2/confirm", about_it).status_code == 303
    assert told(office) == []
    with office.database.reading() as session:
        assert review.was_cut(session, 2)


def test_the_list_says_of_each_claim_whether_it_is_linked_and_what_was_told(office: Office, lin: Clerk) -> None:
    claimed_in_vain(office)
    rows = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "when", lin.read("/cases?kind=review"))
    assert "1 Several accounts, or several workers Linked to this record now Whoever uses it was not told" in rows
    assert "2 The name does not quite fit Not linked now Whoever uses it was told that it could not" in rows


def test_the_second_person_gives_a_code_that_is_no_older_than_five_minutes(
    office: Office, lin: Clerk, wang: Clerk
) -> None:
    code = given_app(wang)
    status(lin, "close", decision="not_hers")
    assert FIELD not in wang.get(PAGE).text
    office.waits(minutes=6)
    assert FIELD in wang.get(PAGE).text
    for given in ("", "000000" if code() != "000000" else "111111"):
        refused = wang.post(f"{PAGE}/confirm", {"words": "Asked.", "asked": "not_hers", "code": given})
        assert refused.status_code == 403
        assert f'href="/console{PAGE}"' in refused.text
    assert (linked(office), failed(office)) == (Trust.CLAIMED, ["while_signed_in"])
    assert status(wang, "confirm", asked="not_hers", code=code()) == 303
    assert linked(office) is None


def test_whoever_asks_takes_it_back_while_it_waits(office: Office, lin: Clerk, wang: Clerk) -> None:
    assert "Take it back" not in lin.read(PAGE)
    status(lin, "close", decision="not_hers")
    assert "Take it back" in lin.read(PAGE)
    assert "Take it back" not in wang.read(PAGE)
    assert status(lin, "send-back", asked="not_hers", words="") == 422
    taken = lin.post(f"{PAGE}/send-back", {"asked": "not_hers", "words": "The wrong account."})
    assert "Taken back" in lin.read(taken.headers["location"])
    assert status(lin, "send-back", asked="not_hers") == 409
    assert status(wang, "confirm", asked="not_hers") == 409
    assert [one for one in done(office) if one != "case_seen"] == ["review_asked", "review_taken_back"]
    assert (linked(office), told(office)) == (Trust.CLAIMED, [])
    assert "The wrong account." in wang.read(PAGE)
    status(wang, "close", decision="not_hers")
    status(lin, "confirm", asked="not_hers")
    assert status(wang, "send-back", asked="not_hers") == 409
    assert linked(office) is None


def test_what_was_closed_by_command_says_so_on_its_page(office: Office, lin: Clerk) -> None:
    with office.database.writing() as session:
        review.close_review(session, 1, office.clock.now())
        audit.record(session, None, "case_closed", "review 1", office.clock.now(), by="command", note="A test account")
    assert "by command A test account" in lin.read(PAGE)


def test_where_no_record_is_claimed_nothing_is_hers(office: Office, lin: Clerk) -> None:
    with office.database.writing() as session:
        review.open_review(session, 1, None, ReviewReason.TRIES_USED_UP, office.clock.now())
    assert 'value="not_hers"' in lin.get(PAGE).text
    assert 'value="not_hers"' not in lin.get("/cases/reviews/2").text
    for decision in ("hers", "not_hers"):
        assert lin.post("/cases/reviews/2/close", {"decision": decision, "words": "?"}).status_code == 422
