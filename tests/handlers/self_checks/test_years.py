"""“How many years have I left?”: counted from her answers or her record, at the edges of twelve and eleven years."""

import pytest

from bot.made_up import made_up_workers
from locales import Text, ngettext, verbatim
from tests.handlers.conftest import NOON, NewPerson
from tests.handlers.person import Person, Worker
from tests.town import words_of

START = "How many years have I left?"
MAY_USE = Text("May we use your record for this?")
WORK = Text("What kind of work do you do?")
BEGAN = Text("On which day did you last come to Taiwan for work?")
ALL_YEARS = Text("How many full years have you worked in Taiwan, all times together?")
MONTHS = Text("And how many full months besides these years?")
FOUND = Text("How many years you have left")
LIMIT = ngettext(
    "All your work of this kind in Taiwan together may be {n} year at most.",
    "All your work of this kind in Taiwan together may be {n} years at most.",
    12,
)
USED_UP = Text("By what you told us, these years are used up.")
SKILLED = Text("You may be able to become a skilled worker, which has no such limit. Check it here.")
MORE_YEARS = Text("Ask your employer now whether they will apply for more years for you, and which proof it needs.")
CARE = "Care for a person in a home"
FACTORY = "Factory, farm, boat, care home, household"
CANNOT_COUNT = Text("We cannot count without the days of your work. Find them first, then check again.")


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    carer, student = made_up_workers(2, 47, NOON.date())
    return [
        carer
        | {"permit_type": "B", "work": "household_care", "starts_on": "2024-08-01", "ends_on": "2027-07-31"}
        | {"entered_on": "2018-08-01", "worker_ref": "Y1", "permit_no": "Y1"},
        student
        | {"permit_type": "D", "work": "student_work", "starts_on": "2026-01-01", "ends_on": "2026-09-30"}
        | {"worker_ref": "Y2", "permit_no": "Y2"},
    ]


def before(day: str) -> Text:
    return verbatim(f"How many full years had you worked in Taiwan before {day}?")


def ask(person: Person, work: str, began: str, years: str = "0", months: str = "0") -> str:
    """All the answers, and what she reads at the end."""
    person.is_told((START, WORK), (work, BEGAN))
    person.sends("answer:check_years:began:", date=began)
    person.is_told((years, MONTHS), (months, LIMIT))
    assert person.kept() is None
    return words_of(list(person.screen))


def test_a_first_stay_is_counted_to_today_and_on_to_the_last_day(person: Person) -> None:
    person.says(START)
    person.says(FACTORY)
    person.says("2020-03-12")
    person.reads(before("March 12, 2020"))
    person.is_told(("0", MONTHS), ("0", FOUND))
    shown = words_of(list(person.screen))
    for words in (
        "By what you told us, you have 6 years left.",
        "Used until today",
        "Last day of 12 years, if you go on working",
        "March 11, 2032",
        "就業服務法第52條第4項",
        "「其在中華民國境內工作期間，累計不得逾十二年」",
        "外國技術人力工作資格及許可管理辦法第61條第3項",
        "Call 1955 and ask how many years the Ministry has counted for you.",
    ):
        assert words in shown, shown
    person.reads(SKILLED)
    person.reads_nothing_of("14 years", "十四年")


@pytest.mark.parametrize(
    ("work", "began", "said"),
    [
        pytest.param(CARE, "2014-03-12", "these years are used up", id="four permits of three years"),
        pytest.param(FACTORY, "2014-03-12", "these years are used up", id="a factory worker's twelve years"),
        pytest.param(FACTORY, "2014-03-13", "you have 1 day left", id="a day less than twelve years"),
        pytest.param(FACTORY, "2014-09-12", "you have 6 months left", id="11 years 6 months"),
        pytest.param(FACTORY, "2018-03-12", "you have 4 years left", id="eight years"),
    ],
)
def test_the_worked_examples_of_article_52(person: Person, work: str, began: str, said: str) -> None:
    shown = ask(person, work, began)
    assert said in shown, shown
    assert ("are used up" in shown) is ("used up" in said)


@pytest.mark.parametrize(
    ("work", "began", "may_apply"),
    [
        pytest.param(CARE, "2015-03-12", True, id="a carer's 11 years 0 months"),
        pytest.param(CARE, "2015-03-13", False, id="a carer a day before"),
        pytest.param(CARE, "2014-03-12", True, id="a carer's 12 years"),
        pytest.param(FACTORY, "2015-03-12", False, id="a factory worker"),
    ],
)
def test_article_38_is_told_to_carers_from_eleven_years_on(
    person: Person, work: str, began: str, may_apply: bool
) -> None:
    shown = ask(person, work, began)
    assert (MORE_YEARS.msgid in shown) is may_apply
    assert ("Left of 14 years, if the Ministry agrees" in shown) is (work == CARE)
    assert ("就業服務法第52條第6項" in shown) is (work == CARE)
    assert ("More years: your employer can apply from" in shown) is (work == CARE and not may_apply)


def test_a_carer_reads_from_when_more_years_can_be_applied_for(person: Person) -> None:
    assert "March 12, 2026" in ask(person, CARE, "2015-03-13")


@pytest.mark.parametrize(
    ("began", "skilled"),
    [pytest.param("2020-03-12", True, id="six years"), pytest.param("2020-03-14", False, id="less")],
)
def test_six_years_lead_to_the_check_on_skilled_work(person: Person, began: str, skilled: bool) -> None:
    assert (SKILLED.msgid in ask(person, FACTORY, began)) is skilled


def test_earlier_work_is_added_and_whole_months_are_said_to_be_rough(person: Person) -> None:
    shown = ask(person, FACTORY, "2024-03-12", "5", "6")
    assert "you have 4 years, 6 months left" in shown, shown
    assert "7 years, 6 months" in shown
    # A day before the calendar's: thirty days left over are a month.
    assert "September 10, 2030" in shown
    assert "You gave us whole months." in shown


def test_skilled_work_uses_up_no_years_but_the_rest_counts_when_she_goes_back(person: Person) -> None:
    person.is_told((START, WORK), ("Skilled worker", Text("Skilled work has no limit of years")))
    person.reads(
        Text("If you go back to work that is not skilled, all your years of such work count."),
        verbatim("外國技術人力工作資格及許可管理辦法第61條第3項"),
    )


def test_who_does_not_know_her_earlier_work_reads_what_follows_either_way(person: Person) -> None:
    person.is_told((START, WORK), (FACTORY, BEGAN), ("2024-03-12", before("March 12, 2024")), ("I do not know", FOUND))
    person.reads(
        verbatim("If this is your first work in Taiwan, you have 10 years left."),
        Text("If you worked in Taiwan before, that time counts too, and you have less."),
        Text("Find the first and the last day of each work: old permits, ARCs, passport stamps."),
    )
    person.reads_nothing_of("if you go on working")


def test_who_does_not_know_the_day_tells_her_years_in_all(person: Person) -> None:
    person.is_told((START, WORK), (FACTORY, BEGAN), ("I do not know", ALL_YEARS), ("7", MONTHS), ("3", FOUND))
    person.reads(verbatim("By what you told us, you have 4 years, 9 months left."))
    person.reads_nothing_of("if you go on working", "Counted from")


def test_who_knows_neither_is_told_no_number_of_hers(person: Person) -> None:
    person.is_told((START, WORK), (CARE, BEGAN), ("I do not know", ALL_YEARS), ("I do not know", CANNOT_COUNT))
    person.reads(LIMIT)
    person.reads_nothing_of("Used until today", "left of", "used up")


def test_twelve_years_and_more_are_used_up_even_if_more_is_unknown(person: Person) -> None:
    person.is_told(
        (START, WORK), (FACTORY, BEGAN), ("2013-01-01", before("January 1, 2013")), ("I do not know", USED_UP)
    )


def test_answers_that_cannot_be_are_refused_and_back_goes_back(person: Person) -> None:
    asked = before("March 12, 2024")
    person.is_told(
        (START, WORK),
        ("cook", Text("Please tap the button that fits best.")),
        (FACTORY, BEGAN),
        ("2026-03-12", Text("This day cannot be right. Please check it.")),
        ("last year", BEGAN),
        ("2024-03-12", asked),
        ("5.5", verbatim("Please write only a whole number, like 1.")),
        ("1/2", verbatim("Please write only a whole number, like 1.")),
        ("2-3", verbatim("Please write only a whole number, like 1.")),
        ("99", verbatim("The number must be from 0 to 40.")),
        ("5", MONTHS),
        ("12", verbatim("The number must be from 0 to 11.")),
        ("back", asked),
        ("back", BEGAN),
        ("2023-03-12", before("March 12, 2023")),
    )


def test_her_record_gives_the_work_and_the_day_of_entry(new_person: NewPerson, special_workers: list[Worker]) -> None:
    person = new_person()
    person.links(special_workers[0])
    person.is_told((START, MAY_USE))
    person.taps(Text("Yes, use my record"))
    person.reads(before("August 1, 2018"))
    person.is_told(("0", MONTHS), ("0", FOUND))
    assert "Left of 14 years, if the Ministry agrees" in words_of(list(person.screen))
    assert "August 1, 2018" in words_of(list(person.screen))
    person.is_told((START, MAY_USE), ("No, I answer myself", WORK), (CARE, BEGAN))


def test_a_record_of_other_work_does_not_answer_which_work_it_is(
    new_person: NewPerson, special_workers: list[Worker]
) -> None:
    person = new_person()
    person.links(special_workers[1])
    person.is_told((START, MAY_USE), ("Yes, use my record", WORK))
