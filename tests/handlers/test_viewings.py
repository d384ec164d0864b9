"""She can see in the chat that an operator looked at her data, when, what and why; and never who it was."""

import pytest

from locales import Text
from models.case import CaseKind, open_case, take
from models.contact import contact_of
from models.operator import Role
from models.worker import Worker as Record
from tests.handlers.conftest import NewCaller
from tests.handlers.person import Caller, Worker
from tests.office import Clerk, Office
from tests.town import Town

WISH = Text("Who saw my data", context="menu")
NOBODY = Text("Nobody has looked at your data since you linked this account.")
TITLE = Text("Who looked at your data")
NOT_LINKED = Text("Your record is not linked yet")


@pytest.fixture(scope="module")
def office(town: Town) -> Office:
    """The operators of the same service."""
    return Office(town.service.database, town.clock)


@pytest.fixture
def clerk(office: Office) -> Clerk:
    return office.clerk(Role.CASEWORKER)


def looks(clerk: Clerk, worker: Worker, **form: str) -> str:
    """The clerk looks the worker up and opens her page: its address."""
    given = {"kind": "arc", "value": worker["arc_no"], "reason": "record", "words": "her new passport"}
    assert clerk.post("/workers", given | form).status_code == 200
    with clerk.office.database.reading() as session:
        found = session.query(Record).filter_by(worker_ref=worker["worker_ref"]).one()
        path = f"/workers/{found.id}"
    assert clerk.get(path).status_code == 200
    return path


def test_somebody_who_is_not_linked_is_told_how_to(caller: Caller) -> None:
    caller.is_told((WISH, NOT_LINKED))


def test_nobody_has_looked_yet(caller: Caller, worker: Worker) -> None:
    caller.links(worker)
    caller.is_told((WISH, NOBODY), ("who looked", NOBODY))
    caller.sends("looks")
    caller.reads(NOBODY)


def test_the_help_card_has_the_button_for_who_is_linked(caller: Caller, worker: Worker) -> None:
    caller.says("help")
    caller.reads_nothing_of("Who saw my data")
    caller.links(worker)
    caller.says("help")
    caller.taps(WISH)
    caller.reads(NOBODY)


def test_she_sees_what_was_looked_at_and_why_but_not_by_whom(caller: Caller, worker: Worker, clerk: Clerk) -> None:
    caller.links(worker)
    path = looks(clerk, worker)
    assert clerk.post(f"{path}/reveal", {"field": "name", "words": "she spelled it"}).status_code == 200
    caller.says("who looked")
    caller.reads(
        TITLE,
        Text("Each time it was a caseworker of the Ministry of Labor. The newest is first."),
        Text(
            "Seen: {what}. Reason: {why}.",
            {
                "what": Text("{some}, {more}", {"some": Text("your record"), "more": Text("your full name")}),
                "why": Text("to check or correct your record"),
            },
        ),
    )
    caller.reads_nothing_of(
        clerk.operator.name, clerk.operator.login, "her new passport", "she spelled it", worker["name"]
    )


def test_another_account_with_her_papers_does_not_learn_of_her_case(
    caller: Caller, new_caller: NewCaller, worker: Worker, clerk: Clerk, town: Town
) -> None:
    caller.links(worker)
    broker = new_caller()
    broker.links(worker)
    with town.service.database.writing() as session:
        contact = contact_of(session, caller.phone.user_id)
        assert contact is not None
        record = session.query(Record).filter_by(worker_ref=worker["worker_ref"]).one()
        case, _new = open_case(
            session, CaseKind.HELP, "hers", town.clock.now(), worker_id=record.id, contact_id=contact.id
        )
        take(case, clerk.operator.login, town.clock.now())
        number = case.id
    looks(clerk, worker, reason="case", case=str(number), words="")
    caller.says("who looked")
    caller.reads(Text("work on your case"))
    broker.says("who looked")
    broker.reads(Text("work of the Ministry"))
    broker.reads_nothing_of("case.", "your case")


def test_who_unlinks_sees_nothing_any_more(caller: Caller, worker: Worker, clerk: Clerk) -> None:
    caller.links(worker)
    looks(clerk, worker)
    caller.sends("unbind:yes")
    caller.is_told((WISH, NOT_LINKED))
