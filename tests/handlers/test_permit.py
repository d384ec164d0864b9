"""“My permit” and “My messages”: what we hold, what it means today, and all that she was told."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.line.render import PREVIEW
from bot.made_up import made_up_workers
from law.dates import days_before
from locales import Language, Text, long_date, say
from models.contact import contact_of
from models.message import Message
from tests.handlers.conftest import NOON, NewCaller
from tests.handlers.person import LINKED, Caller, Worker
from tests.town import buttons_of, words_of

TODAY = NOON.date()
CARD = {"worker_ref": "P1", "permit_no": "P-1", "permit_type": "B", "work": "domestic_help", "entered_on": ""}


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    """One with four permits, whose residence card ends; one with a permit that ends in 130 days."""
    many, later = made_up_workers(2, 31, TODAY)
    many |= CARD | {"arc_expires_on": "2026-12-31"}
    permits = [
        many | {"permit_no": "P-1", "starts_on": "2020-01-01", "ends_on": "2023-01-01"},
        many | {"permit_no": "P-2", "starts_on": "2025-01-01", "ends_on": "2027-12-31"},
        many | {"permit_no": "P-3", "starts_on": "2023-01-02", "ends_on": "2026-04-30", "employer_name": ""},
        many | {"permit_no": "P-4", "starts_on": "2024-01-01", "ends_on": TODAY.isoformat()},
    ]
    ends = (TODAY + timedelta(days=130)).isoformat()
    starts = (TODAY - timedelta(days=400)).isoformat()
    later |= CARD | {"worker_ref": "P2", "permit_no": "P-5", "starts_on": starts, "ends_on": ends, "arc_expires_on": ""}
    return [*permits, later]


def test_she_sees_her_permits_the_card_and_what_must_be_done(
    new_caller: NewCaller, special_workers: list[Worker]
) -> None:
    caller = new_caller()
    caller.links(special_workers[0])
    caller.reads_up()
    caller.says("my permit")
    caller.reads(
        Text("Today is the last day of your work permit"),
        Text("Work"),
        Text("Household help"),
        Text("Transfer or renewal: last safe day"),
        Text("Your ARC (residence card)"),
        Text("The immigration agency may have changed this date without a new card. Check with the NIA."),
        Text("This is what the Ministry's file said on {date}.", {"date": TODAY}),
        Text("If something is wrong or has changed, call 1955. The letter about your permit decides."),
    )
    shown = words_of(list(caller.screen))
    assert shown.index("P-4") < shown.index("P-3") < shown.index("P-2")
    assert "P-1" not in shown
    assert f"{(days_before(TODAY, -50) - TODAY).days} days left" in shown
    assert say(Text("{verbatim}", {"verbatim": days_before(TODAY, -50)}), Language.EN) in shown
    assert "tel:1955" in [button.get("uri") for button in buttons_of(list(caller.screen))]


def test_the_whole_card_is_read_in_every_language(new_caller: NewCaller, special_workers: list[Worker]) -> None:
    caller = new_caller()
    caller.links(special_workers[0])
    caller.reads_up()
    for language in Language:
        caller.sends(f"language:{language.value}")
        caller.language = language
        caller.says(Text("My permit", context="menu"))
        caller.reads(Text("Today is the last day of your work permit"), Text("Permit number"))
        assert long_date(TODAY, language) in words_of(list(caller.screen))


def test_she_can_look_up_every_message_she_was_sent(new_caller: NewCaller, special_workers: list[Worker]) -> None:
    caller = new_caller()
    town, start = caller.town, caller.town.clock.now()
    caller.links(special_workers[-1])
    caller.reads(LINKED)
    caller.reads_up()
    caller.is_told(("my messages", Text("We have not sent you any reminder yet.")))
    for day in (11, 41, 71, 101, 125):
        town.move(start + timedelta(days=day))
    chat = town.get(f"users/{caller.phone.user_id}/messages?after=0")
    reminders = [entry for entry in chat if entry["from"] == "bot" and "need_help:" in str(entry)]
    assert len(reminders) >= 3
    caller.phone.new()
    caller.says("my messages")
    caller.reads(Text("What we have sent you"))
    shown = words_of(list(caller.screen))
    for reminder in reminders:
        title = words_of([{"message": reminder["message"]["contents"]["header"]}])
        assert title in shown
    answer_from_the_chat(caller, reminders[-1]["message"])


def answer_from_the_chat(caller: Caller, reminder: Mapping[str, Any]) -> None:
    data = next(b["data"] for b in buttons_of([{"message": reminder}]) if str(b.get("data")).startswith("need_help"))
    caller.sends(data)
    caller.reads(Text("You are not alone"))
    assert "tel:1955" in [button.get("uri") for button in buttons_of(list(caller.screen))]
    caller.is_told(
        (Text("Understood"), Text("Thank you. We have noted that you have read it.")),
        (Text("I need help"), Text("You are not alone")),
    )


def test_the_lock_screen_shows_nothing_private_and_chatter_costs_no_push(new_caller: NewCaller, worker: Worker) -> None:
    caller = new_caller(Language.VI)
    caller.links(worker)
    for said in ("menu", "my permit", "my messages", "1955", "asdf", "unlink", "link", "sos"):
        caller.says(said)
    caller.does("sticker")
    chat = caller.town.get(f"users/{caller.phone.user_id}/messages?after=0")
    private = [worker[cell] for cell in ("passport_no", "arc_no", "name", "birth_date", "employer_name", "permit_no")]
    shown = [entry["notification"] for entry in chat if entry["from"] == "bot"]
    assert not [one for one in shown if any(value in one for value in private)]
    cards = {entry["message"]["altText"] for entry in chat if entry["message"]["type"] == "flex"}
    assert cards == {say(PREVIEW, Language.VI)}
    pushes = [call for call in caller.town.ledger() if caller.phone.user_id in call["recipients"]]
    assert not [call for call in pushes if "push" in call["path"] and "need_help:" not in str(call["body"])]


def test_nobody_answers_somebody_elses_message(new_caller: NewCaller) -> None:
    stranger = new_caller()
    for message_id in range(1, 9):
        stranger.sends(f"understood:{message_id}")
        if "Thank you." in words_of(list(stranger.screen)):
            assert message_id in own_messages(stranger)


def own_messages(caller: Caller) -> list[int]:
    with caller.database.reading() as session:
        contact = contact_of(session, caller.phone.user_id)
        assert contact is not None
        return list(session.scalars(select(Message.id).where(Message.contact_id == contact.id)))
