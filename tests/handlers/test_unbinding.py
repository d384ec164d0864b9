"""Taking the link away: explained first, at once, 72 hours to change her mind, then gone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.self_checks.listed import CHECKS
from locales import Language, Text
from models import linking
from models import operator as operators
from models.binding import Binding, in_force
from models.contact import contact_of
from models.operator import Role
from models.review import Review
from tests.handlers.conftest import NewCaller
from tests.handlers.person import CONSENT, LINKED, MENU, Caller, Worker

ASK = Text("Unlink your record?")
DONE = Text("Your record is unlinked")
NOT_LINKED = Text("Your record is not linked yet")
KEPT = Text("Nothing has changed. Your record is still linked.")
AGAIN = Text("Your record is linked again.")


@pytest.mark.parametrize("language", list(Language))
def test_unlinking_is_explained_and_can_be_typed_and_taken_back(
    new_caller: NewCaller, worker: Worker, language: Language
) -> None:
    caller = new_caller(language)
    caller.links(worker)
    caller.reads(LINKED)
    caller.is_told((Text("Unlink", context="menu"), ASK))
    caller.reads(
        Text("You will get no more reminders here, and nobody can see your permit on this phone."),
        Text("You can take it back within 72 hours. After that the link is deleted for good."),
    )
    caller.is_told(
        (Text("No, keep it"), KEPT),
        (Text("Yes, unlink"), DONE),
        (Text("My permit", context="menu"), NOT_LINKED),
        (Text("My messages", context="menu"), NOT_LINKED),
        (Text("Link again"), AGAIN),
        (Text("My permit", context="menu"), Text("Permit number")),
    )


def test_after_72_hours_the_link_is_gone_and_cannot_be_taken_back(caller: Caller, worker: Worker) -> None:
    town, start = caller.town, caller.town.clock.now()
    caller.links(worker)
    caller.sends("unbind:yes")
    town.move(start + timedelta(hours=71, minutes=50))
    assert [binding.worker_id is None for binding in bindings(caller)] == [False]
    town.move(start + timedelta(hours=72, minutes=20))
    assert [(b.worker_id, b.erased_at is not None) for b in bindings(caller)] == [(None, True)]
    caller.sends("unbind:undo")
    caller.reads(Text("The 72 hours are over. You can link your record again."))
    caller.sends("unbind:no")
    caller.reads(Text("Your LINE account is not linked to a record."))
    caller.is_told(("link", CONSENT), ("cancel", Text("Stopped. Nothing was saved.")))
    caller.links(worker)
    caller.reads(LINKED)


def test_old_buttons_do_not_unlink_somebody_who_is_not_linked(caller: Caller) -> None:
    for data in ("unbind:yes", "unbind:no"):
        caller.sends(data)
        caller.reads(Text("Your LINE account is not linked to a record."))


def test_nothing_is_pushed_after_unlinking(caller: Caller, worker: Worker) -> None:
    town = caller.town
    caller.links(worker)
    town.settle()
    caller.sends("unbind:yes")
    town.settle()
    before = len(town.ledger())
    town.pass_days(60)
    assert not [call for call in town.ledger()[before:] if caller.phone.user_id in str(call)]


def bindings(caller: Caller) -> list[Binding]:
    with caller.database.reading() as session:
        contact = contact_of(session, caller.phone.user_id)
        assert contact is not None
        return list(session.scalars(select(Binding).where(Binding.contact_id == contact.id)))


def test_a_link_that_people_have_cut_is_not_taken_back_by_whoever_had_it(caller: Caller, worker: Worker) -> None:
    caller.links(worker)
    now = caller.town.clock.now()
    with caller.database.writing() as session:
        contact = contact_of(session, caller.phone.user_id)
        assert contact is not None
        link = in_force(session, contact.id)
        assert link is not None
        lin, wang = (operators.add(session, name, name, [Role.CASEWORKER], now) for name in ("lin", "wang"))
        found = Review(contact_id=link.contact_id, worker_id=link.worker_id, reason="several_claims", opened_at=now)
        found.decision, found.asked_by_id, found.closed_by_id, found.closed_at = "not_hers", lin.id, wang.id, now
        session.add(found)
        linking.unlink(session, link, now)
    caller.sends("unbind:undo")
    caller.reads(Text("A person must check this first. Call 1955: it is free and private."))
    caller.links(worker)
    caller.reads(Text("We could not link your record now"))


def test_a_self_check_with_her_record_does_not_go_on_once_she_has_unlinked_it(caller: Caller, worker: Worker) -> None:
    caller.links(worker)
    caller.is_told(
        (CHECKS["health"].title, Text("May we use your record for this?")),
        ("Yes, use my record", Text("What do you want to know?")),
        ("Unlink", ASK),
    )
    assert caller.kept() is not None
    caller.is_told(("Yes, unlink", DONE))
    assert caller.kept() is None
    caller.sends("talk:go_on")
    caller.reads(MENU)


def test_linking_again_ends_only_the_talk_that_was_to_link_her_anew(caller: Caller, worker: Worker) -> None:
    caller.links(worker)
    caller.sends("unbind:yes")
    caller.is_told(("link", CONSENT), ("Link again", AGAIN))
    assert caller.kept() is None
    caller.sends("unbind:yes")
    caller.is_told((CHECKS["health"].title, Text("What do you want to know?")), ("Link again", AGAIN))
    assert caller.kept() is not None
