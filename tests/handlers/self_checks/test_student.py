"""“Students: hours this week”: term, vacation and the week between, and the permit that comes first."""

import pytest

from bot.made_up import made_up_workers
from locales import Text, ngettext, verbatim
from tests.handlers.conftest import NOON, NewPerson
from tests.handlers.person import Person, Worker
from tests.town import words_of

START = "Students: hours this week"
MAY_USE = Text("May we use your record for this?")
PERMIT = Text("Do you have a student work permit that holds today?")
ENDS = Text("On which day does your work permit end?")
WEEK = Text("Does your school have summer or winter vacation this week?")
HOURS = Text("How many hours do you work this week on school days?")
VACATION_HOURS = Text("And how many hours this week on the vacation days?")
WITHIN = Text("Not more hours than the limit")
OVER = Text("More hours than the law allows")
DEPENDS = Text("It depends on how the week is counted")
NO_LIMIT = Text("Vacation: no weekly limit for students")
UNCOUNTED = Text("Your hours this week")
NO_PERMIT = Text("First you need a work permit")
AT_MOST = ngettext(
    "On school days a student may work {n} hour a week at most, all jobs together.",
    "On school days a student may work {n} hours a week at most, all jobs together.",
    20,
)
TERM, VACATION, PART = "No, school is on", "Yes, all week", "Yes, for a part of the week"
STOP = Text("Ask your employers in writing to give you no more hours this week. Keep the answer.")


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    made_up = list(made_up_workers(3, 53, NOON.date()))
    permits = (("D", "2025-10-01", "2026-09-30"), ("D", "2026-04-01", "2026-09-30"), ("B", "2025-10-01", "2026-09-30"))
    return [
        worker
        | {"permit_type": kind, "work": "student_work", "starts_on": starts_on, "ends_on": ends_on}
        | {"worker_ref": f"S{number}", "permit_no": f"S{number}"}
        for number, (worker, (kind, starts_on, ends_on)) in enumerate(zip(made_up, permits, strict=True))
    ]


def asked_week(person: Person) -> None:
    person.is_told((START, PERMIT), ("Yes", ENDS), ("2026-09-30", WEEK))


@pytest.mark.parametrize(
    ("hours", "found", "said"),
    [
        pytest.param("20", WITHIN, "0 hours are left in this week.", id="20 hours in term"),
        pytest.param("21", OVER, "you are 1 hour over it.", id="20.5 hours in term, rounded up"),
        pytest.param("19", WITHIN, "1 hour is left in this week.", id="an hour less"),
        pytest.param("0", WITHIN, "20 hours are left in this week.", id="no work"),
        pytest.param("45", OVER, "you are 25 hours over it.", id="45 hours in term"),
    ],
)
def test_twenty_hours_on_school_days_are_the_limit(person: Person, hours: str, found: Text, said: str) -> None:
    asked_week(person)
    person.is_told((TERM, HOURS), (hours, found))
    person.reads(AT_MOST)
    shown = words_of(list(person.screen))
    assert said in shown, shown
    assert (STOP.msgid in shown) is (found is OVER)
    assert ("Do not write to them how many hours you have worked." in shown) is (found is OVER)
    assert ("call 1955 first" in shown) is (found is OVER)
    assert ("Tell each employer how many hours you work" in shown) is (found is WITHIN)
    for words in ("March 9, 2026", "September 30, 2026", "就業服務法第50條", "每星期最長為二十小時"):
        assert words in shown, shown
    assert person.kept() is None


def test_in_vacation_no_hours_are_asked_and_other_rules_are_recalled(person: Person) -> None:
    asked_week(person)
    person.is_told((VACATION, NO_LIMIT))
    person.reads(
        Text("Other rules on working hours, rest and pay hold in vacation too. You still need a work permit."),
        Text("Only the summer and winter vacation of your own school count, not other days off. Ask your school."),
    )
    person.reads_nothing_of(STOP.msgid, "Hours on school days")


@pytest.mark.parametrize(
    ("hours", "in_vacation", "found"),
    [
        pytest.param("10", "10", WITHIN, id="20 hours in the whole week"),
        pytest.param("10", "11", DEPENDS, id="more in the whole week"),
        pytest.param("20", "1", DEPENDS, id="all hours of the limit on school days"),
        pytest.param("21", "0", OVER, id="too many on school days alone"),
    ],
)
def test_a_week_that_is_part_vacation_is_told_in_both_readings(
    person: Person, hours: str, in_vacation: str, found: Text
) -> None:
    asked_week(person)
    person.is_told((PART, HOURS), (hours, VACATION_HOURS), (in_vacation, found))
    person.reads(Text("The law does not say how a week counts that is part vacation. We count its school days."))
    both = Text("If an office counts the whole week, you are over it. The law does not say which is right.")
    assert (both.msgid in words_of(list(person.screen))) is (found is DEPENDS)


def test_who_does_not_know_her_vacation_reads_what_follows_either_way(person: Person) -> None:
    asked_week(person)
    person.is_told(("I do not know", HOURS), ("21", OVER))
    person.reads(Text("If your school has summer or winter vacation all this week, the limit does not hold."))


def test_who_does_not_know_her_hours_is_told_the_limit_and_how_to_count(person: Person) -> None:
    asked_week(person)
    person.is_told((TERM, HOURS), ("I do not know", UNCOUNTED))
    person.reads(AT_MOST, Text("Write down your hours of every day and every job this week, then check again."))


def test_vacation_hours_that_she_does_not_know_leave_the_school_days(person: Person) -> None:
    asked_week(person)
    person.is_told((PART, HOURS), ("20", VACATION_HOURS), ("I do not know", WITHIN))


@pytest.mark.parametrize("ended", ["No, or it has ended", "2026-03-10"])
def test_without_a_permit_that_holds_the_hours_come_second(person: Person, ended: str) -> None:
    person.is_told((START, PERMIT))
    if ended.startswith("2026"):
        person.is_told(("Yes", ENDS), (ended, WEEK), (TERM, HOURS), ("5", NO_PERMIT))
        person.reads(Text("Your permit ended on"))
    else:
        person.is_told((ended, NO_PERMIT))
    person.reads(AT_MOST)


def test_on_the_permits_last_day_she_may_still_work(person: Person) -> None:
    person.is_told((START, PERMIT), ("Yes", ENDS), ("2026-03-11", WEEK), (TERM, HOURS), ("5", WITHIN))


def test_who_does_not_know_of_a_permit_asks_her_school_first(person: Person) -> None:
    person.is_told((START, PERMIT), ("I do not know", WEEK), (TERM, HOURS), ("5", WITHIN))
    person.reads(
        Text("Ask your school today whether you have a work permit. Without one you may not work."),
    )


def test_the_two_lengths_of_a_permit_are_both_told(person: Person) -> None:
    asked_week(person)
    person.is_told((TERM, HOURS), ("5", WITHIN))
    shown = words_of(list(person.screen))
    assert "A student's work permit holds 12 months at most" in shown
    assert "since August 28, 2024. The article that we read says 6 months." in shown


def test_hours_that_cannot_be_are_refused_and_back_goes_back(person: Person) -> None:
    asked_week(person)
    whole = verbatim("Please write only a whole number, like 1.")
    person.is_told(
        ("maybe", Text("Please tap the button that fits best.")),
        (PART, HOURS),
        ("19.5", whole),
        ("19,5 ", whole),
        ("twenty", whole),
        ("169", verbatim("The number must be from 0 to 168.")),
        ("10", VACATION_HOURS),
        ("back", HOURS),
        ("back", WEEK),
        (TERM, HOURS),
        ("20", WITHIN),
    )


def test_her_record_gives_the_permit_and_its_end(new_person: NewPerson, special_workers: list[Worker]) -> None:
    person = new_person()
    person.links(special_workers[0])
    person.is_told((START, MAY_USE), ("Yes, use my record", WEEK), (TERM, HOURS), ("5", WITHIN))
    assert "September 30, 2026" in words_of(list(person.screen))
    person.is_told((START, MAY_USE), ("No, I answer myself", PERMIT), ("back", MAY_USE))


@pytest.mark.parametrize("number", [1, 2])
def test_a_permit_yet_to_begin_or_of_another_kind_answers_nothing(
    new_person: NewPerson, special_workers: list[Worker], number: int
) -> None:
    person = new_person()
    person.links(special_workers[number])
    person.is_told((START, MAY_USE), ("Yes, use my record", PERMIT), ("Yes", ENDS))
