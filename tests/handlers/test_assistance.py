"""Help, and an answer in her own language to whatever she may send."""

import pytest

from handlers.typed import plain
from locales import Language, Text
from tests.handlers.conftest import NewPerson
from tests.handlers.person import MENU, NOT_UNDERSTOOD, Caller, Person, event
from tests.town import buttons_of

HELP = Text("Help: call 1955")


def menu_word(msgid: str) -> Text:
    return Text(msgid, context="menu")


@pytest.mark.parametrize("language", list(Language))
def test_every_wish_can_be_typed_in_her_language(new_person: NewPerson, language: Language) -> None:
    person = new_person(language)
    not_linked = Text("Your record is not linked yet")
    person.is_told(
        (menu_word("Help"), HELP),
        (Text("Call 1955"), HELP),
        (menu_word("Menu"), MENU),
        (menu_word("My permit"), not_linked),
        (menu_word("My messages"), not_linked),
        (menu_word("Unlink"), Text("Your LINE account is not linked to a record.")),
        (menu_word("Language"), Text("Which language shall we use?")),
        ("asdf", NOT_UNDERSTOOD),
        (menu_word("Link my record"), Text("Before we start: your personal data")),
    )


@pytest.mark.parametrize("language", list(Language))
def test_help_is_one_tap_away_from_1955_and_says_what_we_can_do(new_person: NewPerson, language: Language) -> None:
    person = new_person(language)
    person.is_told(("1955", HELP))
    person.reads(
        Text("110 police, 119 ambulance and fire"),
        Text("Here you can see your permit, your messages, change the language and unlink."),
    )
    assert buttons_of(list(person.screen))[0]["uri"] == "tel:1955"


@pytest.mark.parametrize("typed", ["SOS", "help!", "Tolong", "giúp", "ช่วยด้วย", "求助", "?", ["Tulong", "po"][0]])
def test_a_call_for_help_is_heard_in_the_middle_of_a_conversation(person: Person, typed: str) -> None:
    for answer in ("link", "yes", "C1234567", "A800000014"):
        person.says(answer)
    person.is_told((typed, HELP))
    person.taps(Text("Continue"))
    person.reads(Text("3 of 5: What is your full name, as in your passport? Example: NGUYEN VAN NAM"))


def test_stickers_pictures_recordings_and_places_get_a_kind_answer(caller: Caller) -> None:
    caller.does("sticker")
    caller.reads(Text("Thank you! What can we do for you?"))
    for kind in ("image", "audio"):
        caller.does(kind, base64="AAAA")
        caller.reads(
            Text(
                "Thank you, but we cannot look at pictures, recordings or files here, and we have not kept it. "
                "Please write it."
            )
        )
    caller.does("location", latitude=25.0, longitude=121.5)
    caller.reads(
        Text("Thank you. We have not kept your place. If you need help where you are, call 1955, or 110 in danger.")
    )


@pytest.mark.parametrize("kind", ["video", "file", "a kind that LINE has not invented yet"])
def test_no_message_of_any_kind_is_met_with_silence(person: Person, kind: str) -> None:
    person.does(kind)
    assert len(person.screen) == 1


@pytest.mark.parametrize(
    "data", ["", "x" * 300, "language:xx", "understood:1", "need_help:0x1", "understood:" + "9" * 40, "unbind:?"]
)
def test_a_button_we_do_not_know_leads_to_the_menu(person: Person, data: str) -> None:
    person.sends(data)
    person.reads(NOT_UNDERSTOOD)


@pytest.mark.parametrize("kind", ["beacon", "accountLink", "things", "videoPlayComplete", "membership", "activated"])
def test_events_that_nobody_said_need_no_answer(person: Person, kind: str) -> None:
    happened = event(person.phone.user_id, person.phone.clock.now(), kind)  # type: ignore[attr-defined]
    assert person.phone.handle(happened) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("HELP!!!", "help"),
        ("Ｈｅｌｐ", "help"),
        ("  unlink \n me ", "unlink me"),
        ("Tie\u0302\u0301ng Vie\u0323\u0302t", "tiếng việt"),
        ("\u200byes\u200e", "yes"),
        ("?", "?"),
        ("", ""),
    ],
)
def test_one_word_has_one_spelling_whatever_the_keyboard(typed: str, meant: str) -> None:
    assert plain(typed) == meant
