"""The first meeting, and a language that is hers to choose at any time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.made_up import made_up_workers
from locales import LANGUAGES, Language, Text, say
from models.contact import contact_of
from models.message import Message, MessageState
from tests.handlers.conftest import NOON, NewCaller, NewPerson
from tests.handlers.person import MENU, Person, Worker, event
from tests.town import Town, buttons_of, words_of

HELLO = Text("Hello! This is a service for foreign workers in Taiwan. It is free.")
WHICH = Text("Which language shall we use?")
WHAT = Text("What this service does for you")
FROM_NOW_ON = Text("From now on we write in your language.")
BACK_AGAIN = Text("Welcome back.")


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    """One whose permit ends in fifty days: a reminder is due as soon as she is linked."""
    [row] = made_up_workers(1, 5, NOON.date())
    ends = (NOON.date() + timedelta(days=50)).isoformat()
    return [
        row
        | {"worker_ref": "SOON", "permit_no": "SOON-1", "permit_type": "B", "work": "manufacturing", "ends_on": ends}
    ]


@pytest.mark.parametrize("language", list(Language))
def test_she_is_greeted_in_the_language_of_her_profile_and_offered_six(
    new_caller: NewCaller, language: Language
) -> None:
    caller = new_caller(language, chosen=False)
    caller.reads(HELLO, WHICH)
    offered = [button["displayText"] for button in buttons_of(list(caller.screen))]
    assert offered == list(LANGUAGES.values())
    caller.sends(f"language:{language.value}")
    caller.reads(WHAT)
    caller.taps(Text("Link my record", context="menu"))
    caller.reads(Text("Before we start: your personal data"))


@pytest.mark.parametrize(("tag", "spoken"), [("ja", Language.EN), ("zh-TW", Language.ZH_HANT), ("in", Language.ID)])
def test_a_profile_in_another_language_is_greeted_in_english(town: Town, tag: str, spoken: Language) -> None:
    phone = town.phone(language=tag)
    assert say(HELLO, spoken) in words_of(phone.follow())


def test_without_her_profile_she_is_greeted_in_english_and_offered_six(town: Town) -> None:
    town.post("faults", {"path": "/v2/bot/profile", "status": 500})
    greeted = town.phone(language="vi").follow()
    assert say(HELLO, Language.EN) in words_of(greeted)
    assert len(buttons_of(greeted)) == 6


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("Bahasa Indonesia", Language.ID),
        ("tieng viet", Language.VI),
        ("TIẾNG VIỆT", Language.VI),
        ("ภาษาไทย", Language.TH),
        ("tagalog", Language.FIL),
        ("中文", Language.ZH_HANT),
        ("english.", Language.EN),
        ("印尼文", Language.ID),
    ],
)
def test_a_language_is_chosen_by_typing_its_name(person: Person, typed: str, language: Language) -> None:
    person.language = language
    person.is_told((typed, FROM_NOW_ON))


@pytest.mark.parametrize("language", list(Language))
def test_the_word_for_language_offers_all_six(new_person: NewPerson, language: Language) -> None:
    person = new_person(language)
    person.is_told((Text("Language", context="menu"), WHICH))
    assert len(buttons_of(list(person.screen))) == 6


def test_a_new_follow_keeps_her_choice_whatever_her_profile_says(new_caller: NewCaller) -> None:
    caller = new_caller(Language.VI)
    caller.sends("language:th")
    caller.phone.unfollow()
    caller.does("follow")
    caller.language = Language.TH
    caller.reads(BACK_AGAIN)
    caller.is_told(("?!", Text("Sorry, we did not understand that. Please tap one of these buttons.")))


def test_a_profile_that_changed_before_she_chose_changes_the_greeting(new_caller: NewCaller) -> None:
    caller = new_caller(Language.VI, chosen=False)
    caller.phone.unfollow()
    caller.town._http.patch(f"users/{caller.phone.user_id}", json={"language": "id"})
    caller.does("follow")
    caller.language = Language.ID
    caller.reads(HELLO, WHICH)


def test_unfollowing_stops_what_waits_and_coming_back_brings_what_was_missed(
    new_caller: NewCaller, special_workers: list[Worker]
) -> None:
    caller = new_caller()
    town = caller.town
    caller.links(special_workers[0])
    caller.reads_up()
    caller.reads(Text("I need help"))
    caller.phone.unfollow()
    with town.service.database.reading() as session:
        contact = contact_of(session, caller.phone.user_id)
        assert contact is not None
        assert not contact.reachable
        waiting = select(Message).where(Message.contact_id == contact.id, Message.state == MessageState.PLANNED.value)
        assert session.scalars(waiting).all() == []
    before = len(town.ledger())
    town.pass_days(37)
    assert [call for call in town.ledger()[before:] if caller.phone.user_id in str(call)] == []
    caller.does("follow")
    caller.reads(BACK_AGAIN)
    town.settle()
    pushes = [call for call in town.ledger()[before:] if "push" in call["path"]]
    assert [call["recipients"] for call in pushes] == [[caller.phone.user_id]]


def test_a_late_unfollow_does_not_undo_a_newer_follow(person: Person) -> None:
    desk = person.phone
    late = event(desk.user_id, NOON - timedelta(days=1), "unfollow")
    assert desk.handle(late) == []  # type: ignore[attr-defined]
    with person.database.reading() as session:
        contact = contact_of(session, desk.user_id)
        assert contact is not None
        assert contact.reachable


def test_somebody_whose_follow_we_never_heard_of_is_answered_too(new_person: NewPerson) -> None:
    person = new_person(chosen=False)
    person.phone.user_id = "U" + "7" * 32
    person.is_told(("halo", MENU))
