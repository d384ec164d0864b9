"""“My permit was revoked”: another employer or not, the appeal, and the day to leave, by reason and kind of permit."""

from datetime import date, timedelta

import pytest

from bot.clock import Clock
from bot.database import Database
from bot.made_up import made_up_workers
from handlers.self_checks.renewal import TYPES
from locales import Text
from models.permit_event import EventKind
from tests.handlers.conftest import NOON, NewPerson
from tests.handlers.person import Person, Worker
from tests.handlers.self_checks.events import happens
from tests.town import words_of

START = "My permit was revoked: what can I do?"
MAY_USE = Text("May we use your record for this?")
KIND = Text("What kind of work was your permit for?")
REASON = Text("Which reason does the letter give?")
SENT = Text("Did your employer or broker send you to that work?")
SERVED = Text("On which day was the letter delivered?")
LEAVE_BY = Text("Until which day does the letter tell you to leave Taiwan?")
REGISTERED = Text("Did the employment office register you for a new employer?")
REGISTERED_ON = Text("On which day were you registered?")
FOUND = Text("After your permit was revoked")
LABOUR = TYPES["B"].msgid
UNKNOWN = "I do not know"


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    kinds = (("B", "household_care"), ("B", "manufacturing"), ("D", "student_work"), ("B", "fishing"))
    found = [
        worker
        | {"worker_ref": f"T{number}", "permit_no": f"T-{number}", "starts_on": "2024-08-01", "ends_on": "2026-08-31"}
        | {"permit_type": kind, "work": work}
        for number, (worker, (kind, work)) in enumerate(zip(made_up_workers(4, 43, NOON.date()), kinds, strict=True))
    ]
    return [*found, found[3] | {"permit_no": "T-4", "starts_on": "2025-09-01", "ends_on": "2028-08-31"}]


def shown(person: Person) -> str:
    return words_of(list(person.screen))


def reads(person: Person, *words: str) -> None:
    for each in words:
        assert each in shown(person), (each, shown(person))


def test_a_death_opens_a_transfer_and_names_every_day(person: Person) -> None:
    person.is_told(
        (START, KIND),
        (LABOUR, REASON),
        ("The person I cared for died", SERVED),
        ("2026-03-10", LEAVE_BY),
        ("2026-04-30", REGISTERED),
        ("Yes", REGISTERED_ON),
        ("2026-03-11", FOUND),
    )
    reads(
        person,
        "You have the right to ask for a new employer (transfer).",
        "You can appeal until April 9, 2026. It must arrive by that day, not only be posted.",
        "The search for a new employer ends on\nMay 10, 2026",
        "Ask for more time from\nApril 27, 2026",
        "With more time it would end on\nJuly 9, 2026",
        "Your employer must help you, as you wish, until\nMarch 24, 2026",
        "The letter says: leave Taiwan by\nApril 30, 2026",
        "the appeal itself must arrive by April 10, 2026",
        "NT$10,000 to NT$50,000",
        "Go to every meeting of the employment office.",
        "「外國人無正當理由不到場者，視同放棄轉換雇主或工作。」",
        "就業服務法第59條第1項",
        "訴願法第14條第1項",
        "訴願法第57條",
        "Put in my calendar",
    )
    assert person.kept() is None


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        pytest.param("Business closed, or wages not paid", "The reason given is not your fault.", id="closed"),
        pytest.param("My employer broke the law", "The reason given is not your fault.", id="the employer's fault"),
        pytest.param("The employment ended", "If the office finds it is your fault, this way is closed", id="ended"),
        pytest.param(
            "Another reason, or I do not know", "If the reason is not your fault, you may be able", id="other"
        ),
    ],
)
def test_whose_fault_the_reason_names_decides_about_a_new_employer(person: Person, reason: str, said: str) -> None:
    person.is_told(
        (START, KIND), (LABOUR, REASON), (reason, SERVED), (UNKNOWN, LEAVE_BY), (UNKNOWN, REGISTERED), ("No", FOUND)
    )
    reads(
        person,
        said,
        "You can appeal within 30 days",
        "Your employer must register you at the employment office, in the days that the letter gives.",
        "Address the appeal to the Executive Yuan (行政院), but send it to the Ministry of Labor (勞動部).",
        "Whether it is true, the offices decide.",
    )
    person.reads_nothing_of("Last day for the appeal", "The search for a new employer ends", "registered for", "NT$")


@pytest.mark.parametrize(
    "reason",
    [
        "Absent, and contact lost",
        "A work rule broken",
        "A law broken, or false information",
    ],
)
def test_a_reason_that_blames_her_closes_the_transfer_and_leaves_the_appeal(person: Person, reason: str) -> None:
    person.is_told((START, KIND), (LABOUR, REASON), (reason, SERVED), ("2026-03-10", LEAVE_BY), (UNKNOWN, FOUND))
    reads(
        person,
        "For this reason the law opens no change of employer.",
        "You can appeal until April 9, 2026.",
        "If the reason is not true, tell 1955 so today",
        "the law usually asks you to leave Taiwan. An appeal alone does not stop this.",
        "就業服務法第74條第1項",
        "You can also ask in writing that the decision waits while the appeal runs (停止執行).",
        "訴願法第93條第2項",
    )
    person.reads_nothing_of("register you", "Be registered")


@pytest.mark.parametrize("answer", ["Yes", UNKNOWN])
def test_who_may_have_been_sent_to_the_other_work_keeps_the_way_to_a_new_employer(person: Person, answer: str) -> None:
    person.is_told((START, KIND), (LABOUR, REASON), ("Work for another employer, or other work", SENT))
    person.is_told((answer, SERVED), ("2026-03-10", LEAVE_BY), (UNKNOWN, REGISTERED), ("No", FOUND))
    reads(
        person,
        "If the reason is not your fault, you may be able to change employer.",
        "If your employer or broker sent",
    )
    person.reads_nothing_of("the law opens no change of employer")


def test_who_went_to_the_other_work_herself_has_only_the_appeal(person: Person) -> None:
    person.is_told((START, KIND), (LABOUR, REASON), ("Work for another employer, or other work", SENT))
    person.is_told(("No", SERVED), ("2026-03-10", LEAVE_BY), (UNKNOWN, FOUND))
    reads(person, "For this reason the law opens no change of employer.", "You can appeal until April 9, 2026.")
    person.reads_nothing_of("If your employer or broker sent")


@pytest.mark.parametrize(
    ("served_on", "answer", "said", "unsaid"),
    [
        pytest.param(
            "2026-02-25",
            "No",
            "Be registered for a new employer by\nMarch 11, 2026",
            "The usual days to register you ended",
            id="until today",
        ),
        pytest.param(
            "2026-02-24",
            "I do not know",
            "The usual days to register you ended on March 10, 2026. Call 1955 today",
            "Go to every meeting",
            id="over since yesterday",
        ),
    ],
)
def test_who_is_not_registered_sees_until_when_she_must_be(
    person: Person, served_on: str, answer: str, said: str, unsaid: str
) -> None:
    person.is_told((START, KIND), (LABOUR, REASON), ("My employer died or moved abroad", SERVED))
    person.is_told((served_on, LEAVE_BY), (UNKNOWN, REGISTERED), (answer, FOUND))
    reads(
        person,
        said,
        "an earlier day in your letter counts.",
        "In a shelter, ask the shelter.",
        "第4條第2項",
    )
    person.reads_nothing_of(unsaid)


def test_whose_work_is_not_in_article_59_is_not_told_to_choose_another_employer(person: Person) -> None:
    person.is_told((START, KIND), ("Student", REASON), ("The person I cared for died", SERVED))
    person.is_told(("2026-03-10", LEAVE_BY), (UNKNOWN, FOUND))
    reads(person, "is not for your kind of permit. It needs a new permit.", "If the reason is not true, tell 1955")
    person.reads_nothing_of("After a death your employer helps you", "as you wish")


def test_a_missing_report_as_the_reason_leads_to_what_can_be_done_against_it(person: Person) -> None:
    person.is_told((START, KIND), (LABOUR, REASON), ("Absent, and contact lost", SERVED))
    person.is_told(("2026-03-10", LEAVE_BY), (UNKNOWN, FOUND))
    person.taps(Text("I was reported missing: what now?"))
    person.reads(Text("What happened?"))


@pytest.mark.parametrize(
    ("kind", "reason", "said"),
    [
        pytest.param(
            "Student", "Work for another employer, or other work", "does not make you leave at once", id="student stays"
        ),
        pytest.param(
            "Student",
            "A law broken, or false information",
            "the law usually asks you to leave Taiwan",
            id="student leaves",
        ),
        pytest.param(
            "Professional, teacher, manager", "My employer broke the law", "The letter says whether and until", id="A"
        ),
    ],
)
def test_other_kinds_of_permit_have_no_transfer_by_the_office(
    person: Person, kind: str, reason: str, said: str
) -> None:
    person.is_told((START, KIND), (kind, REASON), (reason, SERVED), ("2026-03-10", LEAVE_BY), (UNKNOWN, FOUND))
    reads(person, "is not for your kind of permit. It needs a new permit.", said)


def test_family_members_are_not_asked_for_a_day_to_leave(person: Person) -> None:
    person.is_told(
        (START, KIND), ("Family member or refugee", REASON), ("The employment ended", SERVED), ("2026-03-10", FOUND)
    )
    reads(person, "does not make you leave at once", "Ask the NIA about your ARC")


@pytest.mark.parametrize(
    ("answer", "registered_on", "words", "never"),
    [
        pytest.param(
            "Yes", "2026-01-10", ("employer ends on\nMarch 11, 2026",), "ended on", id="its last day is today"
        ),
        pytest.param(
            "Yes",
            "2026-01-09",
            ("search for a new employer ended on March 10, 2026", "is possible until March 25, 2026", "第34條"),
            "Ask for more time from",
            id="over since yesterday",
        ),
        pytest.param(
            "Yes", "2025-12-26", ("is possible until March 11, 2026",), "Ask for more time", id="late until today"
        ),
        pytest.param(
            "Yes", "2025-12-21", ("ended on February 19, 2026",), "A late request for more time", id="long over"
        ),
        pytest.param(
            "Yes, and more time was given",
            "2025-11-10",
            ("ended on March 10, 2026",),
            "A late request for more time",
            id="extended and over",
        ),
        pytest.param(
            "Yes, and more time was given",
            "2026-01-09",
            ("employer ends on\nMay 9, 2026", "Again only if the employer or his people hurt you"),
            "With more time it would end on",
            id="extended once",
        ),
        pytest.param("Yes", UNKNOWN, ("Go to every meeting",), "The search for a new employer ends", id="unknown"),
    ],
)
def test_the_search_for_an_employer_has_its_days(
    person: Person, answer: str, registered_on: str, words: tuple[str, ...], never: str
) -> None:
    person.is_told(
        (START, KIND),
        (LABOUR, REASON),
        ("My employer died or moved abroad", SERVED),
        ("2026-01-09", LEAVE_BY),
        (UNKNOWN, REGISTERED),
        (answer, REGISTERED_ON),
        (registered_on, FOUND),
    )
    reads(person, *words)
    person.reads_nothing_of(never)


@pytest.mark.parametrize(
    ("leave_by", "words"),
    [
        pytest.param("2026-03-10", "The day to leave has passed. Call 1955", id="yesterday"),
        pytest.param("2026-03-09", "is before the day of the letter. One of them cannot be right.", id="impossible"),
    ],
)
def test_a_day_to_leave_may_have_passed_or_cannot_be_right(person: Person, leave_by: str, words: str) -> None:
    person.is_told(
        (START, KIND),
        (LABOUR, REASON),
        ("A work rule broken", SERVED),
        ("2026-03-10", LEAVE_BY),
        (leave_by, FOUND),
    )
    reads(person, words)


def test_an_appeal_whose_last_day_falls_on_a_day_off_moves_and_one_of_an_unknown_year_may(
    person: Person, clock: Clock
) -> None:
    person.is_told((START, KIND), ("Family member or refugee", REASON), ("The employment ended", SERVED))
    person.is_told(("2026-02-05", FOUND))  # the thirtieth day is Saturday, 7 March
    reads(person, "was until March 9, 2026", "If the letter reached you later, the days run from then. Ask 1955 today.")
    person.is_told((START, KIND), ("Family member or refugee", REASON), ("The employment ended", SERVED))
    person.is_told(("2019-02-05", FOUND))
    reads(person, "More than a year later", "The office calendar of that year is not known to us.")


def test_her_record_answers_all_but_what_only_the_letter_says(
    new_person: NewPerson, special_workers: list[Worker], desk_database: Database, clock: Clock
) -> None:
    person, worker = new_person(), special_workers[0]
    person.links(worker)
    happens(
        desk_database,
        clock,
        worker,
        EventKind.PERMIT_REVOKED,
        reason="patient_died",
        served_on=date(2026, 3, 10),
    )
    person.is_told((START, MAY_USE), ("Yes, use my record", LEAVE_BY), (UNKNOWN, REGISTERED), ("No", FOUND))
    reads(person, "The reason given is not your fault.", "April 9, 2026", "March 24, 2026")
    person.is_told(
        (START, MAY_USE),
        ("No, I answer myself", KIND),
        (LABOUR, REASON),
        ("back", KIND),
        ("back", MAY_USE),
        ("Yes, use my record", LEAVE_BY),
        (
            "2040-13-01",
            Text("This is not a date we can read. Tap “Choose the date”, or write it like this: 2026-05-21"),
        ),
        ("cancel", Text("Stopped. We have kept none of your answers.")),
    )


def test_a_reason_that_the_ministry_did_not_tell_is_asked(
    new_person: NewPerson, special_workers: list[Worker], desk_database: Database, clock: Clock
) -> None:
    person, worker = new_person(), special_workers[1]
    person.links(worker)
    happens(desk_database, clock, worker, EventKind.PERMIT_REVOKED)
    person.is_told((START, MAY_USE), ("Yes, use my record", REASON), ("My employer broke the law", SERVED))


def test_a_record_without_a_revocation_gives_only_the_kind_of_work(
    new_person: NewPerson, special_workers: list[Worker]
) -> None:
    person = new_person()
    person.links(special_workers[2])
    person.is_told((START, MAY_USE), ("Yes, use my record", REASON))


def test_a_revocation_that_a_good_permit_followed_is_not_the_one_she_asks_about(
    new_person: NewPerson, special_workers: list[Worker], desk_database: Database, clock: Clock
) -> None:
    person, (before, now) = new_person(), special_workers[3:]
    person.links(now)
    closed, served_on = "employer_closed", date(2025, 8, 1)
    long_ago = timedelta(days=220)
    happens(desk_database, clock, before, EventKind.PERMIT_REVOKED, reason=closed, served_on=served_on, ago=long_ago)
    person.is_told((START, MAY_USE), ("Yes, use my record", REASON), ("The employment ended", SERVED))
    person.says("cancel")
    happens(desk_database, clock, now, EventKind.PERMIT_REVOKED, reason="vessel_lost", served_on=date(2026, 3, 10))
    person.is_told((START, MAY_USE), ("Yes, use my record", LEAVE_BY))


@pytest.mark.parametrize(
    ("served_on", "leave_by", "words"),
    [
        pytest.param("2026-03-10", "2026-03-10", "leave Taiwan by\nMarch 10, 2026", id="the same day"),
        pytest.param(UNKNOWN, "2026-03-20", "leave Taiwan by\nMarch 20, 2026", id="no day of the letter"),
    ],
)
def test_the_day_to_leave_is_the_one_that_the_letter_names(
    person: Person, served_on: str, leave_by: str, words: str
) -> None:
    person.is_told((START, KIND), (LABOUR, REASON), ("A work rule broken", SERVED))
    person.is_told((served_on, LEAVE_BY), (leave_by, FOUND))
    reads(person, words)
