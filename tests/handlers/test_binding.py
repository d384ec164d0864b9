"""Binding as workers do it: six languages, typed and tapped, corrected, changed, stopped."""

from collections.abc import Callable
from datetime import date

import pytest

from locales import LANGUAGES, Language, Text, say
from tests.handlers.person import (
    ARC,
    BIRTH_DATE,
    CONSENT,
    LINKED,
    MENU,
    NAME,
    NOT_FOUND,
    PASSPORT,
    PHONE,
    SUMMARY,
    Caller,
    Person,
    Worker,
)
from tests.town import buttons_of

BACK, CANCEL, YES, NO = Text("Back"), Text("Cancel"), Text("Yes, I agree"), Text("No")
SEND, NO_ARC, NO_PHONE = Text("Yes, check my record"), Text("I have no ARC yet"), Text("No phone number")
STOPPED = Text("Stopped. Nothing was saved.")
TOO_LONG = Text("This is too long. {what}")

NewPerson = Callable[..., Person]
NewCaller = Callable[..., Caller]

TODAY = date(2026, 3, 11)


@pytest.mark.parametrize("language", list(Language))
def test_a_worker_links_her_record_in_her_language_by_tapping_what_can_be_tapped(
    new_caller: NewCaller, worker: Worker, language: Language
) -> None:
    person = new_caller(language)
    person.taps(Text("Link my record", context="menu"))
    person.reads(Text("Before we start: your personal data"), CONSENT)
    person.taps(YES)
    person.reads(PASSPORT)
    person.is_told((worker["passport_no"], ARC), (worker["arc_no"], NAME), (worker["name"], BIRTH_DATE))
    picker = next(button for button in buttons_of(list(person.screen)) if button["type"] == "datetimepicker")
    assert picker["mode"] == "date"
    person.sends(picker["data"], date=worker["birth_date"])
    person.reads(PHONE)
    person.is_told((worker["phone"], SUMMARY))
    person.reads_nothing_of(
        worker["passport_no"], worker["arc_no"], worker["name"], worker["birth_date"], worker["phone"]
    )
    person.taps(SEND)
    person.reads(LINKED)
    person.reads_up()
    person.taps(Text("My permit", context="menu"))
    person.reads(Text("Permit number"), Text("This is what the Ministry's file said on {date}.", {"date": TODAY}))


@pytest.mark.parametrize("language", list(Language))
def test_every_button_of_the_conversation_can_be_typed(new_person: NewPerson, language: Language) -> None:
    person = new_person(language)
    person.is_told(
        (Text("Link my record", context="menu"), CONSENT),
        (YES, PASSPORT),
        ("C1234567", ARC),
        (BACK, PASSPORT),
        ("C1234567", ARC),
        (NO_ARC, NAME),
        ("Somebody Made Up", BIRTH_DATE),
        ("1990-05-21", PHONE),
        (NO_PHONE, SUMMARY),
        (Text("Change passport no."), PASSPORT),
        ("C1234568", SUMMARY),
        (Text("Change ARC no."), ARC),
        (NO_ARC, SUMMARY),
        (Text("Change name"), NAME),
        (Text("Help", context="menu"), Text("Help: call 1955")),
        (Text("Continue"), NAME),
        ("Somebody Else", SUMMARY),
        (Text("Change birth date"), BIRTH_DATE),
        ("1990-05-22", SUMMARY),
        (Text("Change phone"), PHONE),
        ("0912 345 678", SUMMARY),
        (SEND, NOT_FOUND),
    )


@pytest.mark.parametrize("typed", ["Yes", "OK", "好", "setuju", "Đồng ý", "đồng ý".upper(), "ยินยอม", "Opo!", "👍"])
def test_yes_is_understood_as_people_type_it(person: Person, typed: str) -> None:
    person.is_told(("link", CONSENT), (typed, PASSPORT))


@pytest.mark.parametrize("typed", ["no", "不要", "Tidak.", "khong", "ไม่", "hindi po", "Cancel", "取消", "Huỷ", "STOP"])
def test_no_ends_it_and_costs_nothing(person: Person, typed: str) -> None:
    person.is_told(("link", CONSENT), (typed, STOPPED))
    assert person.kept() is None
    person.reads(Text("Link my record", context="menu"), Text("Help", context="menu"))


def test_words_that_are_neither_yes_nor_no_are_asked_again(person: Person) -> None:
    person.is_told(("link", CONSENT), ("perhaps", Text("Please tap “Yes, I agree” or “Cancel”.")))
    person.reads(CONSENT)


CORRECTIONS = [
    ("C12", Text("This is too short. {what}"), PASSPORT),
    ("C1234567890123", TOO_LONG, PASSPORT),
    ("護照", Text("A passport number has 6 to 9 letters and digits, like C1234567."), PASSPORT),
    ("MYPASS", Text("A passport number has 6 to 9 letters and digits, like C1234567."), PASSPORT),
    ("c 123-4567", ARC, ARC),
    ("A8000", Text("This is too short. {what}"), ARC),
    (
        "1234567890",
        Text("An ARC number has one or two letters and then digits, 10 in all, like A800000014."),
        ARC,
    ),
    (
        "A800000015",
        Text(
            "Please compare the ARC number with your card once more: one character may be wrong. "
            "Tap “Back” to change it."
        ),
        NAME,
    ),
    ("123 456", Text("Please write your name in letters, as in your passport."), NAME),
    ("😀😀", Text("Please write your name in letters, as in your passport."), NAME),
    ("Ma'ruf Đặng", BIRTH_DATE, BIRTH_DATE),
    (
        "soon",
        Text("This is not a date we can read. Please write year-month-day, like 1990-05-21, or tap “Choose the date”."),
        BIRTH_DATE,
    ),
    (
        "1990-02-30",
        Text("This is not a date we can read. Please write year-month-day, like 1990-05-21, or tap “Choose the date”."),
        BIRTH_DATE,
    ),
    (
        "5/4/1990",
        Text("We cannot tell the day from the month. Please write year-month-day, like 1990-05-21."),
        BIRTH_DATE,
    ),
    ("2030-01-01", Text("This date is in the future. Please check the year."), BIRTH_DATE),
    ("2020-01-01", Text("This year is too late for a worker's birth date. Please check it."), BIRTH_DATE),
    ("1890-01-01", Text("This year is too early. Please check it."), BIRTH_DATE),
    ("21 tháng 5 năm 1990", PHONE, PHONE),
    ("0289956000", Text("A mobile number in Taiwan begins with 09 and has 10 digits, like 0912345678."), PHONE),
    (
        "+84912345678",
        Text("This is not a number in Taiwan. A mobile number here begins with 09, like 0912345678."),
        PHONE,
    ),
    ("my phone", Text("A mobile number in Taiwan begins with 09 and has 10 digits, like 0912345678."), PHONE),
    ("+886 912-345-678", SUMMARY, SUMMARY),
    ("no", Text("Please tap “Yes, check my record”, or change what is wrong."), SUMMARY),
]


@pytest.mark.parametrize("language", [Language.EN, Language.VI])
def test_what_cannot_be_right_is_corrected_and_the_question_asked_again(
    new_person: NewPerson, language: Language
) -> None:
    person = new_person(language)
    person.is_told((Text("Link my record", context="menu"), CONSENT), (YES, PASSPORT))
    for said, corrected, asked in CORRECTIONS:
        person.says(said)
        if "{what}" in corrected.msgid:  # the first half of the sentence is the same whatever follows
            length = Text(corrected.msgid, {"what": Text("{verbatim}", {"verbatim": "|"})})
            assert say(length, language).split("|")[0] in person.screen[0]["message"]["text"]
        else:
            person.reads(corrected)
        person.reads(asked)


def test_back_leads_to_the_question_before_also_while_one_answer_is_being_changed(person: Person) -> None:
    person.is_told(
        ("link", CONSENT),
        ("yes", PASSPORT),
        ("C1234567", ARC),
        ("back", PASSPORT),
        ("back", CONSENT),
    )
    assert say(BACK, Language.EN) not in [button["label"] for button in buttons_of(list(person.screen))]
    person.is_told(
        ("ok", PASSPORT),
        ("C1234567", ARC),
        ("A800000014", NAME),
        ("Somebody", BIRTH_DATE),
        ("1990-05-21", PHONE),
        ("0912345678", SUMMARY),
    )
    person.taps(Text("Change ARC no."))
    person.is_told(("back", PASSPORT), ("C7654321", ARC), ("A800000014", SUMMARY))
    person.reads(Text("Mobile number"))


def test_cancelling_deletes_every_answer(person: Person, worker: Worker) -> None:
    person.answers(worker)
    assert person.kept() is not None
    person.taps(CANCEL)
    person.reads(STOPPED)
    assert person.kept() is None
    person.is_told(("link", CONSENT))


def test_finishing_deletes_every_answer(person: Person, worker: Worker) -> None:
    person.links(worker)
    person.reads(LINKED)
    assert person.kept() is None


def test_somebody_called_like_a_country_can_type_her_name_and_still_change_the_language(person: Person) -> None:
    person.is_told(("link", CONSENT), ("yes", PASSPORT), ("C1234567", ARC), ("A800000014", NAME))
    person.is_told(("Thái", BIRTH_DATE), ("back", NAME), ("VIỆT", BIRTH_DATE), ("back", NAME))
    person.language = Language.TH
    person.is_told((LANGUAGES[Language.TH], NAME))
    person.language = Language.ID
    person.is_told(("bahasa indonesia", NAME))
    person.is_told(("back", ARC))
    person.language = Language.VI
    person.is_told(("vietnam", ARC))


def test_a_language_chosen_in_the_middle_asks_the_same_question_in_that_language(person: Person) -> None:
    person.is_told(("link", CONSENT), ("yes", PASSPORT), ("C1234567", ARC))
    for language in Language:
        person.language = language
        person.sends(f"language:{language.value}")
        person.reads(ARC)
    person.language = Language.EN
    person.is_told(("English", ARC), ("A800000014", NAME))


HOSTILE = [
    "A" * 5000,
    "😀" * 1000,
    "\u202e1990-05-21\u202c \u200b\u2066",
    "C12\x0034567\x00",
    "'; DROP TABLE worker; --",
    "{date} {0.__class__} {{7*7}} %s ${x}",
    "<script>alert(1)</script>",
    "﷽" * 300,
    "answer:binding:summary:yes",
    "talk:change:../../etc/passwd",
    "ก็" * 500,
    "\u0000",
    " \n\t ",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_at_every_question_are_answered_and_change_nothing_else(person: Person, hostile: str) -> None:
    person.says("link")
    for good, asked in [
        ("yes", CONSENT),
        ("C1234567", PASSPORT),
        ("A800000014", ARC),
        ("Somebody", NAME),
        ("1990-05-21", BIRTH_DATE),
        ("0912345678", PHONE),
        (None, SUMMARY),
    ]:
        person.says(hostile)
        assert 1 <= len(person.screen) <= 5
        if say(asked, Language.EN) not in str(person.screen):  # it may be a name, and once even a date
            person.is_told(("back", asked))
        if good is not None:
            person.says(good)
    person.taps(CANCEL)
    person.reads(STOPPED)


def test_a_button_of_a_finished_conversation_leads_to_the_menu(person: Person) -> None:
    person.sends("answer:binding:passport_no:C1234567")
    person.reads(MENU)
    person.sends("talk:cancel")
    person.reads(MENU)


def test_somebody_who_is_linked_is_told_so(person: Person, worker: Worker) -> None:
    person.links(worker)
    person.is_told(("link", Text("Your LINE account is already linked to your record.")))


def test_taking_an_unlinking_back_in_the_middle_keeps_the_old_link(person: Person, worker: Worker) -> None:
    person.links(worker)
    person.sends("unbind:yes")
    person.is_told(("link", CONSENT), ("yes", PASSPORT))
    person.sends("unbind:undo")
    person.reads(Text("Your record is linked again."))
    assert person.kept() is None
    person.sends("answer:binding:summary:yes")
    person.reads(MENU)
