"""“When must my renewal be filed?”: from her record or from her answers."""

import pytest

from bot.clock import Clock
from bot.database import Database
from bot.made_up import made_up_workers
from locales import Text
from models.permit_event import EventKind
from tests.handlers.conftest import NOON, NewPerson
from tests.handlers.person import Person, Worker
from tests.handlers.self_checks.events import happens
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
    days = {"permit_type": "B", "work": "manufacturing", "starts_on": "2024-08-01", "ends_on": "2026-08-31"}
    return [
        worker | days | {"worker_ref": f"R{number}", "permit_no": f"R-{number}"}
        for number, worker in enumerate(made_up_workers(2, 41, TODAY))
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


def test_a_revoked_permit_is_no_permit_to_renew(
    new_person: NewPerson, special_workers: list[Worker], desk_database: Database, clock: Clock
) -> None:
    person = new_person()
    person.links(special_workers[1])
    happens(desk_database, clock, special_workers[1], EventKind.PERMIT_REVOKED, reason="employer_closed")
    person.is_told((START, MAY_USE), ("Yes, use my record", KIND))
    person.taps(Text("Factory, building, farm, boat, care"))
    person.reads(ENDS)


@pytest.mark.parametrize(
    ("kind", "means"),
    [
        pytest.param(
            "Skilled worker, cook, interpreter", ("within the last 4 months", "between 4 and 2 months"), id="C"
        ),
        pytest.param(
            "Factory, building, farm, boat, care",
            ("to renew between 4 and 2 months", "Major public works have other days. If you build one, ask 1955."),
            id="B",
        ),
        pytest.param(
            "Family member or refugee",
            (
                "within the last 60 days before",
                "those who live with a Taiwanese parent or child can apply without an employer.",
                "就業服務法第51條第2項",
            ),
            id="E",
        ),
    ],
)
def test_the_rule_is_told_with_the_months_of_the_law(person: Person, kind: str, means: tuple[str, ...]) -> None:
    person.is_told((START, KIND), (kind, ENDS), ("2026-08-31", FOUND))
    shown = words_of(list(person.screen))
    assert [words for words in means if words not in shown] == []


@pytest.mark.parametrize(
    ("kind", "ends", "said", "unsaid"),
    [
        pytest.param("Student", "2026-05-31", "Ask your school how to apply.", "Ask your employer", id="a student"),
        pytest.param(
            "Factory, building, farm, boat, care",
            "2026-03-10",
            "Do not work for anybody before a new permit is there.",
            "before the last day, not after it",
            id="it has ended",
        ),
    ],
)
def test_what_to_do_fits_the_permit(person: Person, kind: str, ends: str, said: str, unsaid: str) -> None:
    person.is_told((START, KIND), (kind, ENDS), (ends, FOUND))
    assert said in words_of(list(person.screen))
    person.reads_nothing_of(unsaid)


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
