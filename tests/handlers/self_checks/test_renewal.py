"""“When must my renewal be filed?”: from her record or from her answers."""

import pytest

from bot.made_up import made_up_workers
from locales import Text
from tests.handlers.conftest import NOON, NewPerson
from tests.handlers.person import Person, Worker
from tests.town import words_of

TODAY = NOON.date()  # 2026-03-11
START = "When must my renewal be filed?"
MAY_USE = Text("May we use your record for this?")
KIND = Text("What kind of work is your permit for?")
ENDS = Text("On which day does your permit end?")
STARTS = Text("From which day is your permit valid?")
FOUND = Text("When your renewal must be filed")


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    [made_up] = made_up_workers(1, 41, TODAY)
    return [
        made_up
        | {
            "worker_ref": "R1",
            "permit_no": "R-1",
            "permit_type": "B",
            "work": "manufacturing",
            "starts_on": "2024-08-01",
            "ends_on": "2026-08-31",
        }
    ]


def test_without_a_link_she_answers_and_sees_the_days_the_article_and_its_chinese_words(person: Person) -> None:
    person.says("rights")
    person.reads(Text("Check your rights"))
    person.is_told((START, KIND))
    person.taps(Text("Factory, building, farm, boat, care"))
    person.reads(ENDS)
    person.is_told(
        ("soon", Text("This is not a date we can read. Tap “Choose the date”, or write it like this: 2026-05-21"))
    )
    person.sends("answer:check_renewal:ends_on:", date="2026-08-31")
    person.reads(FOUND, Text("What you can do now"))
    shown = words_of(list(person.screen))
    for words in (
        "May 1, 2026",
        "June 30, 2026",
        "August 31, 2026",
        "雇主聘僱外國人許可及管理辦法第39條",
        "「聘僱許可有效期間屆滿日前二個月至四個月內",
    ):
        assert words in shown, shown
    assert person.kept() is None


def test_her_record_answers_only_when_she_lets_it(new_person: NewPerson, special_workers: list[Worker]) -> None:
    person = new_person()
    person.links(special_workers[0])
    person.is_told((START, MAY_USE))
    person.taps(Text("Yes, use my record"))
    person.reads(FOUND)
    assert "August 31, 2026" in words_of(list(person.screen))
    person.is_told(
        (START, MAY_USE), ("No, I answer myself", KIND), ("Student", ENDS), ("back", KIND), ("back", MAY_USE)
    )


def test_only_professionals_are_asked_when_it_began(person: Person) -> None:
    person.is_told(
        (START, KIND),
        ("Professional, teacher, manager", STARTS),
        ("2026-01-01", ENDS),
        ("back", STARTS),
        ("back", KIND),
        ("Student", ENDS),
        ("2026-05-31", FOUND),
    )


def test_a_permit_that_ends_before_it_begins_is_asked_about_again(person: Person) -> None:
    person.is_told((START, KIND), ("Professional, teacher, manager", STARTS), ("2026-05-31", ENDS))
    person.is_told(("2026-05-30", Text("These days cannot all be right")), (START, KIND))
    assert person.kept() is not None
