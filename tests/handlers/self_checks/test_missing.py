"""“I was reported missing: what now, until when?”: from her answers, from a report in her record, and at its edges."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bot.clock import Clock
from bot.database import Database
from bot.made_up import made_up_workers
from locales import Text
from models.permit_event import EventKind
from tests.handlers.conftest import NOON, NewPerson
from tests.handlers.person import NOT_UNDERSTOOD, Person, Worker
from tests.handlers.self_checks.events import happens
from tests.town import buttons_of, words_of

START = "I was reported missing: what now?"
MAY_USE = Text("May we use your record for this?")
WHAT = Text("What happened?")
SERVED = Text("On which day was the letter about your permit delivered?")
WHERE = Text("Where were you on your work days?")
ABSENT = Text("Which was the first work day on which you were away?")
DAYS_OFF = Text("Which days of the week do you not work?")
CONTACT = Text("Before that day or since, did you tell an office about yourself?")
CONTACT_ON = Text("On which day did you tell them?")
FOUND = Text("A report that you are missing: what now")
REPORTED = "My employer reported me"
LONG = "Away for 3 work days or more"
SHORT = "Away, fewer than 3 work days"
WRONG = "I am here, this is wrong"
SECOND_HAND = "What counts as contact we know from reports about the Ministry's orders"

Tells = Callable[..., None]
ENDED = {"starts_on": "2023-06-01", "ends_on": "2025-05-31"}
RUNS = {"starts_on": "2025-07-01", "ends_on": "2028-06-30"}


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    """Four people with an earlier permit (the even rows), and one of a new employer since then; then a student."""
    *people, student = made_up_workers(5, 71, NOON.date())
    rows = [
        person | days | {"worker_ref": f"MISSING{number}", "permit_no": f"MISSING-{number}-{which}"}
        for number, person in enumerate(people)
        for which, days in enumerate((ENDED, RUNS))
    ]
    studies = {"permit_type": "D", "work": "student_work"}
    return [*rows, student | RUNS | studies | {"worker_ref": "MISSING-STUDENT", "permit_no": "MISSING-STUDENT"}]


@pytest.fixture
def tells(desk_database: Database, clock: Clock) -> Tells:
    """Lets the ministry tell something of a worker."""
    return lambda worker, kind, **more: happens(desk_database, clock, worker, kind, **more)


def shown(person: Person) -> str:
    return words_of(list(person.screen))


def away(person: Person, absent_from: str, days_off: str = "Saturday and Sunday", what: str = REPORTED) -> None:
    """From the start to whether she told an office."""
    person.is_told((START, WHAT), (what, WHERE), (LONG, ABSENT), (absent_from, DAYS_OFF), (days_off, CONTACT))


def test_three_missed_days_without_a_word_and_the_day_of_the_employers_notice(person: Person) -> None:
    away(person, "2026-03-02")
    person.taps(Text("No"))
    person.reads(FOUND, Text("What you can do now"))
    for words in (
        "Such a report can lead to the loss of your permit.",
        "No office knew where you stayed by March 4, 2026.",
        "An office may still accept a later contact.",
        "The missed days are full, at the soonest, on\nMarch 4, 2026",
        "Your employer must then report by\nMarch 9, 2026",  # a Saturday moves to Monday
        "Complain to the labour office",
        "就業服務法第56條第1項",
        "「連續曠職三日」",
        "就業服務法第56條第2項",
        "「受聘僱外國人有遭受雇主不實之",
        "就業服務法第74條第2項",
        "Holidays and leave do not count as missed days",
    ):
        assert words in shown(person), (words, shown(person))
    person.reads_nothing_of("You told an office where you stay in time", "appeal", WRONG)
    assert person.kept() is None


@pytest.mark.parametrize(
    ("contact", "on", "said"),
    [
        pytest.param("Yes, and said where I stay", "2026-03-02", "should not count as lost", id="the first day"),
        pytest.param("Yes, and said where I stay", "2026-03-04", "should not count as lost", id="the third day"),
        pytest.param("Yes, and said where I stay", "2026-03-05", "not between your first", id="the day after"),
        pytest.param("Yes, and said where I stay", "2026-03-01", "That may count too, if", id="the day before"),
        pytest.param("Yes, but not where I stay", "2026-03-03", "must also know where", id="no place was named"),
        pytest.param("Yes, and said where I stay", "I do not know", "Else the report may stand", id="day unknown"),
    ],
)
def test_contact_counts_on_the_three_days_and_with_a_place(person: Person, contact: str, on: str, said: str) -> None:
    away(person, "2026-03-02")
    person.is_told((contact, CONTACT_ON), (on, FOUND))
    assert said in shown(person), shown(person)
    person.reads(Text("Ask the office that you told to confirm it in writing, with the day."))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param(
            "Yes, I am or was in a shelter",
            ("If a shelter had you on its list by March 4, 2026", "Ask the shelter for written proof."),
            id="shelter",
        ),
        pytest.param(
            "My employer or broker knows where I am",
            ("If your employer or broker knew by March 4, 2026", "Keep the message.", "Tell the city or county."),
            id="employer or broker",
        ),
    ],
)
def test_a_shelter_or_an_employer_who_knew_where_she_was_leaves_it_open(
    person: Person, said: str, words: tuple[str, ...]
) -> None:
    away(person, "2026-03-02")
    person.is_told((said, FOUND))
    for each in (*words, SECOND_HAND):
        assert each in shown(person), (each, shown(person))
    person.reads_nothing_of("No office knew where you stayed", "Tell 1955 today where you stay")


def test_who_stayed_in_a_shelter_and_fears_a_report_calls_today_all_the_same(person: Person) -> None:
    away(person, "2026-03-09")
    person.is_told(("Yes, I am or was in a shelter", FOUND))
    assert "Tell 1955 today where you stay. The last day may be March 11, 2026" in shown(person)


@pytest.mark.parametrize(
    ("today", "offered"),
    [
        pytest.param(14, True, id="Saturday"),
        pytest.param(15, False, id="Sunday, the third day if she had to work on it"),
    ],
)
def test_the_calendar_holds_the_earliest_day_on_which_a_call_may_be_too_late(
    person: Person, clock: Clock, today: int, offered: bool
) -> None:
    clock.move(NOON.replace(day=today))
    try:
        away(person, "2026-03-13")
        person.taps(Text("No"))
    finally:
        clock.move(NOON)  # the desk is the module's
    assert "The last day may be March 17, 2026" in shown(person)
    assert ("Put in my calendar" in shown(person)) is offered


@pytest.mark.parametrize(
    ("what", "asked", "warned"),
    [
        pytest.param("Police or immigration look for me", WHERE, True, id="searched"),
        pytest.param("My permit was revoked for it", SERVED, True, id="revoked"),
        pytest.param(REPORTED, WHERE, False, id="reported only"),
    ],
)
def test_who_may_be_ordered_to_leave_is_told_not_to_go_alone(
    person: Person, what: str, asked: Text, warned: bool
) -> None:
    person.is_told((START, WHAT), (what, asked))
    if asked == SERVED:
        person.is_told(("I do not know", WHERE))
    person.is_told(("At work", FOUND))
    assert ("your country's office to go with you" in shown(person)) is warned


def test_before_the_order_of_2023_any_contact_was_enough(person: Person) -> None:
    away(person, "2023-05-16", "No fixed day off")
    person.is_told(("Yes, but not where I stay", CONTACT_ON), ("2023-05-17", FOUND))
    assert "Then your contact should not count as lost." in shown(person)


def test_whether_she_told_an_office_may_be_unknown(person: Person) -> None:
    away(person, "2026-03-02")
    person.is_told(("I do not know", FOUND))
    assert "by March 4, 2026, your contact should not count as lost. Else the report may stand." in shown(person)
    assert SECOND_HAND in shown(person)


@pytest.mark.parametrize(
    ("days_off", "third"),
    [
        pytest.param("Saturday and Sunday", "March 10, 2026", id="Friday, Monday, Tuesday"),
        pytest.param("Only Sunday", "March 9, 2026", id="Friday, Saturday, Monday"),
        pytest.param("No fixed day off", "March 8, 2026", id="Friday to Sunday"),
        pytest.param("Other days, or I do not know", "March 8, 2026", id="the soonest where she does not know"),
    ],
)
def test_days_off_are_no_missed_days(person: Person, days_off: str, third: str) -> None:
    away(person, "2026-03-06", days_off)
    person.taps(Text("No"))
    assert f"at the soonest, on\n{third}" in shown(person), shown(person)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        pytest.param("At work", "Who is at work is not absent.", id="at work"),
        pytest.param("On leave, or in hospital", "sick leave are not absence", id="leave"),
        pytest.param("My employer did not let me work", "is our reading. We found no text", id="kept out"),
        pytest.param(SHORT, "3 missed work days in a row. Fewer are not enough.", id="two days"),
        pytest.param("I do not know", "Two things count: whether you missed 3 work days", id="unknown"),
    ],
)
def test_where_she_was_may_decide_alone(person: Person, where: str, said: str) -> None:
    person.is_told((START, WHAT), (REPORTED, WHERE), (where, FOUND))
    assert said in shown(person), shown(person)
    person.reads_nothing_of("The missed days are full")


def test_who_fears_a_report_learns_until_when_a_call_helps(person: Person) -> None:
    person.is_told(
        (START, WHAT),
        ("I am away and fear a report", WHERE),
        (SHORT, ABSENT),
        ("2026-03-10", DAYS_OFF),
        ("Saturday and Sunday", CONTACT),
        ("No", FOUND),
    )
    for words in (
        "You told us of no report.",
        "The last day may be March 12, 2026, or earlier if you had to work on a day off.",
        SECOND_HAND,
        "Fewer are not enough.",
        "Put in my calendar",
        "In danger, call 110.",
    ):
        assert words in shown(person), (words, shown(person))
    person.reads_nothing_of("Complain to the labour office of your city or county. Ask")


def test_today_is_still_in_time_and_tomorrow_is_not(person: Person) -> None:
    away(person, "2026-03-09")
    person.taps(Text("No"))
    assert "Tell 1955 today where you stay. The last day may be March 11, 2026" in shown(person)  # today
    away(person, "2026-03-06")
    person.taps(Text("No"))
    assert "No office knew where you stayed by March 10, 2026." in shown(person)


def test_the_first_day_may_be_unknown(person: Person) -> None:
    person.is_told(
        (START, WHAT), ("Police or immigration look for me", WHERE), (LONG, ABSENT), ("I do not know", FOUND)
    )
    person.reads(Text("This is not the three-day report, but that can follow. If you are not missing, say so today."))
    assert "Two things count" in shown(person)
    # The complaint of art. 56(2) is against the three-day report only.
    person.reads_nothing_of("Complain to the labour office of your city or county. Ask")


@pytest.mark.parametrize(
    ("served", "words"),
    [
        pytest.param("2026-03-10", ("You can appeal until April 9, 2026.", "Put in my calendar"), id="in time"),
        pytest.param("2026-02-09", ("You can appeal until March 11, 2026.",), id="the last day is today"),
        pytest.param("2026-02-06", ("was until March 9, 2026", "the obstacle ended today\nMarch 23, 2026"), id="late"),
        pytest.param("2025-01-03", ("More than a year later the law allows no late appeal.",), id="a year late"),
        pytest.param("I do not know", ("You can appeal within 30 days", "Ask your employer and 1955"), id="unknown"),
    ],
)
def test_a_permit_revoked_for_it_can_be_appealed(person: Person, served: str, words: tuple[str, ...]) -> None:
    person.is_told((START, WHAT), ("My permit was revoked for it", SERVED), (served, WHERE), ("At work", FOUND))
    for each in (
        "the Ministry must take back the revocation",
        "An appeal alone does not stop this.",
        "訴願法第14條第1項",
        "Appeal as well",
        *words,
    ):
        assert each in shown(person), (each, shown(person))


def test_her_record_tells_the_report_and_leads_to_i_am_here(
    new_person: NewPerson, worker: Worker, tells: Tells
) -> None:
    person = new_person()
    person.links(worker)
    tells(worker, EventKind.REPORTED_MISSING)
    person.is_told((START, MAY_USE))
    person.taps(Text("Yes, use my record"))
    person.reads(WHERE)
    person.is_told(("back", MAY_USE), ("Yes, use my record", WHERE), ("At work", FOUND))
    person.reads(Text("Tap “I am here, this is wrong”: we write down what you say, and when, and a person reads it."))
    person.taps(Text(WRONG))
    person.reads(Text("1 of 4: Where are you now?"))


def test_a_report_is_no_secret_kept_from_her_but_used_only_with_her_leave(
    new_person: NewPerson, worker: Worker, tells: Tells
) -> None:
    person = new_person()
    person.links(worker)
    tells(worker, EventKind.REPORTED_MISSING)
    person.is_told((START, MAY_USE), ("No, I answer myself", WHAT), ("I do not know", WHERE), ("At work", FOUND))
    person.reads_nothing_of(WRONG)


def test_a_search_a_withdrawn_report_and_one_that_has_not_reached_her(
    new_person: NewPerson, worker: Worker, tells: Tells
) -> None:
    person = new_person()
    person.links(worker)
    tells(worker, EventKind.SEARCH_REQUESTED, reaches_her=False)
    person.is_told((START, MAY_USE), ("Yes, use my record", WHERE), ("At work", FOUND))
    assert "This is not the three-day report" in shown(person)
    person.reads_nothing_of(WRONG)
    tells(worker, EventKind.MISSING_REPORT_WITHDRAWN)
    person.is_told((START, MAY_USE), ("Yes, use my record", WHAT))


def test_a_revocation_in_her_record_brings_its_day(new_person: NewPerson, worker: Worker, tells: Tells) -> None:
    person = new_person()
    person.links(worker)
    tells(worker, EventKind.PERMIT_REVOKED, reason="absent_3_days", served_on=date(2026, 3, 10))
    person.is_told((START, MAY_USE), ("Yes, use my record", WHERE), ("I do not know", FOUND))
    assert "You can appeal until April 9, 2026." in shown(person)


YEAR = timedelta(days=365)


def test_a_report_on_her_new_permit_is_no_matter_of_one_revoked_before(
    new_person: NewPerson, special_workers: list[Worker], tells: Tells
) -> None:
    person, (before, now) = new_person(), special_workers[:2]
    person.links(now)
    tells(before, EventKind.PERMIT_REVOKED, reason="employer_closed", served_on=date(2025, 3, 1), ago=YEAR)
    tells(now, EventKind.REPORTED_MISSING)
    person.is_told((START, MAY_USE), ("Yes, use my record", WHERE), ("At work", FOUND))
    assert "Such a report can lead to the loss of your permit." in shown(person)
    person.reads_nothing_of("no late appeal", "usually asks you to leave", "must take back the revocation")


def test_an_old_revocation_for_absence_that_a_good_permit_followed_says_nothing_of_her_now(
    new_person: NewPerson, special_workers: list[Worker], tells: Tells
) -> None:
    person, (before, now) = new_person(), special_workers[2:4]
    person.links(now)
    tells(before, EventKind.REPORTED_MISSING, ago=YEAR + timedelta(days=30))
    tells(before, EventKind.PERMIT_REVOKED, reason="absent_3_days", served_on=date(2025, 3, 1), ago=YEAR)
    person.is_told((START, MAY_USE), ("Yes, use my record", WHAT))
    # Of the new permit she is asked all, with the old letter's day nowhere.
    person.is_told(("My permit was revoked for it", SERVED))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        pytest.param(None, "You can appeal until April 9, 2026.", id="the letter must be read"),
        pytest.param("contract_ended", "You can appeal until April 9, 2026.", id="the same subparagraph"),
        pytest.param("employer_closed", "Such a report can lead to the loss of your permit.", id="it clears her"),
    ],
)
def test_a_revocation_of_the_permit_that_was_reported_is_for_the_report_unless_it_clears_her(
    new_person: NewPerson, worker: Worker, tells: Tells, reason: str | None, said: str
) -> None:
    person = new_person()
    person.links(worker)
    tells(worker, EventKind.REPORTED_MISSING, ago=timedelta(days=9))
    tells(worker, EventKind.PERMIT_REVOKED, reason=reason, served_on=date(2026, 3, 10))
    person.is_told((START, MAY_USE), ("Yes, use my record", WHERE), ("At work", FOUND))
    assert said in shown(person), shown(person)


def test_a_revocation_before_the_report_or_of_another_permit_is_not_for_it(
    new_person: NewPerson, special_workers: list[Worker], worker: Worker, tells: Tells
) -> None:
    person = new_person()
    person.links(worker)
    tells(worker, EventKind.PERMIT_REVOKED, served_on=date(2026, 2, 20), ago=timedelta(days=20))
    tells(worker, EventKind.REPORTED_MISSING)
    person.is_told((START, MAY_USE), ("Yes, use my record", WHERE), ("At work", FOUND))
    assert "Such a report can lead to the loss of your permit." in shown(person)
    other, (before, now) = new_person(), special_workers[4:6]
    other.links(now)
    tells(before, EventKind.REPORTED_MISSING, ago=timedelta(days=9))
    tells(now, EventKind.PERMIT_REVOKED, reason="employer_closed", served_on=date(2026, 3, 10))
    other.is_told((START, MAY_USE), ("Yes, use my record", WHERE), ("At work", FOUND))
    other.reads_nothing_of("You can appeal until")


def test_what_cannot_be_right_is_asked_again(person: Person) -> None:
    person.is_told(
        (START, WHAT),
        ("maybe", Text("Please tap the button that fits best.")),
        (REPORTED, WHERE),
        (LONG, ABSENT),
        ("2026-03-12", Text("This day cannot be right. Please check it.")),  # tomorrow
        ("back", WHERE),
        ("back", WHAT),
        (REPORTED, WHERE),
        ("At work", FOUND),
    )
    assert not [button for button in buttons_of(list(person.screen)) if WRONG in button.get("label", "")]


def test_a_day_before_the_law_we_have_read_is_not_guessed(person: Person) -> None:
    away(person, "2012-03-01")
    person.taps(Text("No"))
    person.reads(Text("We do not know the law for these days"))
    person.reads_nothing_of(NOT_UNDERSTOOD.msgid)


def test_a_student_whose_permit_was_revoked_for_it_is_not_told_that_she_must_leave(
    new_person: NewPerson, special_workers: list[Worker], tells: Tells
) -> None:
    person, student = new_person(), special_workers[-1]
    person.links(student)
    tells(student, EventKind.PERMIT_REVOKED, reason="absent_3_days", served_on=date(2026, 3, 10))
    person.is_told((START, MAY_USE), ("Yes, use my record", WHERE), ("At work", FOUND))
    assert "the law does not make you leave at once" in shown(person)
    person.reads_nothing_of("the law usually asks you to leave Taiwan")
