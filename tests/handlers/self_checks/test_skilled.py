"""“Can I become a skilled worker?”: each ground, each side of its days, and what she does not know."""

import pytest

from bot.made_up import made_up_workers
from locales import Text, verbatim
from tests.handlers.conftest import NOON, NewPerson
from tests.handlers.person import Person, Worker
from tests.town import words_of

START = "Can I become a skilled worker?"
MAY_USE = Text("May we use your record for this?")
NOW = Text("What is true for you now?")
WORK = Text("What kind of work do you do?")
ENDS = Text("On which day does your permit end?")
SINCE = Text("Since which day have you worked in Taiwan without a break?")
SAME = verbatim("Have you worked for the employer you have now for 6 years or more, all times together?")
TOTAL = verbatim("Have you worked in Taiwan for 11 years, 6 months or more, all times together?")
BEFORE = verbatim("When you last went home after work, had you worked here for 6 years or more?")
POSSIBLE = Text("An employer can apply for you")
DEPENDS = Text("Perhaps an employer can apply for you")
NOT_YET = Text("Not yet, by what you told us")
ENDED = Text("You told us that your permit has ended")
WORKING, HOME = "I work in Taiwan and have a permit", "I worked in Taiwan and am now outside Taiwan"
FACTORY, CARE = "Factory, building, farm, boat", "Care for a person in a home"
TODAY_LAST = "Today is the last safe day to apply."


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    made_up = list(made_up_workers(3, 59, NOON.date()))
    kinds = (("B", "fishing"), ("C", "manufacturing"), ("B", "slaughter"))
    return [
        worker
        | {"permit_type": kind, "work": work, "starts_on": "2025-10-01", "ends_on": "2028-09-30"}
        | {"worker_ref": f"K{number}", "permit_no": f"K{number}"}
        for number, (worker, (kind, work)) in enumerate(zip(made_up, kinds, strict=True))
    ]


def works(person: Person, ends_on: str, since: str, work: str = FACTORY) -> None:
    """Up to the day since when she has worked without a break."""
    person.is_told((START, NOW), (WORKING, WORK), (work, ENDS), (ends_on, SINCE))
    person.says(since)


def shown(person: Person) -> str:
    assert person.kept() is None
    return words_of(list(person.screen))


# Today is 2026-03-11: the last safe day of a permit that ends on 2026-05-11.
@pytest.mark.parametrize(
    ("ends_on", "present", "new"),
    [
        pytest.param("2026-08-31", "now, until June 30, 2026", "from May 1, 2026 to June 30, 2026", id="early"),
        pytest.param("2026-07-10", "now, until May 10, 2026", "now, until May 10, 2026", id="four months and a day"),
        pytest.param("2026-07-11", "now, until May 11, 2026", "from March 12, 2026 to", id="four months before"),
        pytest.param("2026-05-11", TODAY_LAST, TODAY_LAST, id="two months before"),
        pytest.param("2026-05-10", "was until March 10, 2026", "was until March 10, 2026", id="a day late"),
    ],
)
def test_six_years_without_a_break_are_enough_in_time(person: Person, ends_on: str, present: str, new: str) -> None:
    works(person, ends_on, "2019-07-01")
    person.reads(POSSIBLE)
    words = shown(person)
    assert present in words, words
    assert new in words, words
    for there in (
        "外國技術人力工作資格及許可管理辦法第6條第2項",
        "「連續工作期間達六年以上，或受聘僱於同一雇主，累計工作期間達六年以上」",
        "外國技術人力工作資格及許可管理辦法第44條第1項",
        "「原雇主：於聘僱許可有效期間屆滿日前二個月申請。」",
        "NT$35,000",
        "NT$37,000",
        "since March 11, 2023",
        "Only an employer can apply for you, and no employer must.",
    ):
        assert there in words, words
    person.reads_nothing_of("speak the language")
    assert ("Call 1955 today and ask what can still be done." in words) is (ends_on < "2026-07")


@pytest.mark.parametrize(
    ("since", "opens"),
    [
        pytest.param("2020-03-12", "from March 12, 2026 to", id="full today"),
        pytest.param("2020-03-11", "now, until", id="full yesterday"),
        pytest.param("2020-06-01", "from May 1, 2026 to", id="full in the last four months"),
        pytest.param("2020-09-01", "from May 1, 2026 to", id="5 years 11 months, full on the last day"),
    ],
)
def test_the_present_employer_waits_until_six_years_are_full(person: Person, since: str, opens: str) -> None:
    works(person, "2026-08-31", since)
    words = shown(person)
    assert f"Your present employer can apply {opens}" in words
    assert ("That both may apply only in these weeks" in words) is ("May" in opens)


def test_six_years_full_a_day_after_the_permit_are_asked_further_and_are_not_enough(person: Person) -> None:
    works(person, "2026-08-31", "2020-09-02")
    person.reads(SAME)
    person.is_told(("No", TOTAL), ("No", NOT_YET))
    words = shown(person)
    assert "You will have 6 years without a break on September 1, 2026." in words
    assert "If you then work on without a break, check again." in words


def test_ten_years_in_all_with_a_break_are_enough_only_with_one_employer(person: Person) -> None:
    works(person, "2026-08-31", "2022-01-01")
    person.is_told(("No", TOTAL), ("No", NOT_YET))
    works(person, "2026-08-31", "2022-01-01")
    person.is_told(("Yes, already", POSSIBLE))
    person.reads(
        verbatim("Your present employer can apply now, until June 30, 2026 at the latest."),
        Text("If your years had breaks, some offices may let only your present employer apply. Ask first."),
    )


def test_six_years_with_one_employer_full_before_the_end_are_filed_in_the_last_months(person: Person) -> None:
    works(person, "2026-08-31", "2022-01-01")
    person.is_told(("Not yet, but before my permit ends", POSSIBLE))
    person.reads(verbatim("Your present employer can apply from May 1, 2026 to June 30, 2026."))


def test_who_came_back_needs_eleven_and_a_half_years_and_six_before(person: Person) -> None:
    works(person, "2026-08-31", "2022-01-01")
    person.is_told(("No", TOTAL), ("Yes", BEFORE), ("Yes", POSSIBLE))
    words = shown(person)
    assert "A new employer can apply from May 1, 2026 to June 30, 2026." in words
    assert "Work with a new employer begins\nSeptember 1, 2026" in words
    assert "外國技術人力工作資格及許可管理辦法第44條第2項" in words
    assert "present employer" not in words.lower()
    works(person, "2026-08-31", "2022-01-01")
    person.is_told(("No", TOTAL), ("Yes", BEFORE), ("No, or I never went home", NOT_YET))


def test_from_abroad_former_employers_can_apply_and_a_carers_families(person: Person) -> None:
    person.is_told((START, NOW), (HOME, WORK), (FACTORY, TOTAL), ("Yes", POSSIBLE))
    assert "外國技術人力工作資格及許可管理辦法第44條第3項" in shown(person)
    person.reads_nothing_of("relatives")
    person.is_told((START, NOW), (HOME, WORK), (CARE, TOTAL), ("Yes", POSSIBLE))
    words = shown(person)
    assert "Some relatives of that employer" in words
    assert "外國技術人力工作資格及許可管理辦法第32條第4項" in words
    assert "第44條第3項" not in words
    person.is_told((START, NOW), (HOME, WORK), (CARE, TOTAL), ("No", NOT_YET))
    person.reads(verbatim("From outside Taiwan it takes 11 years, 6 months of work here in all."))


def test_graduates_are_asked_nothing_more(person: Person) -> None:
    person.is_told((START, NOW), ("I have a degree from a college in Taiwan", POSSIBLE))
    person.reads(Text("With a degree from a college or university in Taiwan no years of work are needed."))
    assert "取得我國大專校院副學士以上學位" in shown(person)


@pytest.mark.parametrize("ended", ["said", "dated"])
def test_without_a_permit_here_she_is_told_of_nobody_but_1955(person: Person, ended: str) -> None:
    if ended == "said":
        person.is_told((START, NOW), ("I am in Taiwan, my permit has ended", ENDED))
    else:
        works(person, "2026-03-10", "2015-01-01")
        person.reads(ENDED)
    person.reads(Text("Call 1955 today and ask what you can do. It is free, day and night, in your language."))
    person.reads_nothing_of("can apply now")


@pytest.mark.parametrize(
    ("work", "pay", "language"),
    [
        (CARE, ("NT$26,000", "NT$28,000"), True),
        ("Care in a care home or hospital", ("NT$31,000",), True),
        (FACTORY, ("NT$35,000", "NT$37,000"), False),
        ("Household help or other work", (), False),
    ],
)
def test_the_least_pay_goes_with_the_work(person: Person, work: str, pay: tuple[str, ...], language: bool) -> None:
    works(person, "2026-08-31", "2019-07-01", work)
    words = shown(person)
    assert words.count("NT$") == len(pay)
    assert all(amount in words for amount in pay)
    assert ("proof that you speak the language" in words) is language
    assert ("Household help is not on it." in words) is (not pay)


def test_who_does_not_know_reads_what_it_depends_on(person: Person) -> None:
    works(person, "2026-08-31", "I do not know")
    person.is_told(("I do not know", TOTAL), ("I do not know", BEFORE), ("I do not know", DEPENDS))
    person.reads(
        Text("It depends on what you do not know. If it is not so, nobody can apply for you yet."),
        verbatim("6 years of work without a break are enough, or 6 years with one employer."),
        verbatim("Your present employer can apply now, until June 30, 2026 at the latest."),
    )
    works(person, "2026-08-31", "2022-01-01")
    person.is_told(("No", TOTAL), ("I do not know", BEFORE), ("Yes", DEPENDS))
    person.reads_nothing_of("6 years of work without a break are enough")
    works(person, "2026-08-31", "2022-01-01")
    person.is_told(("No", TOTAL), ("I do not know", BEFORE), ("No, or I never went home", NOT_YET))


def test_what_she_knows_for_sure_comes_before_what_she_does_not(person: Person) -> None:
    works(person, "2026-08-31", "I do not know")
    person.is_told(("Yes, already", POSSIBLE))


def test_answers_that_cannot_be_are_refused_and_back_goes_back(person: Person) -> None:
    person.is_told(
        (START, NOW),
        ("perhaps", Text("Please tap the button that fits best.")),
        (WORKING, WORK),
        (FACTORY, ENDS),
        ("I do not know", ENDS),
        ("2026-08-31", SINCE),
        ("2026-03-12", Text("This day cannot be right. Please check it.")),
        ("2022-01-01", SAME),
        ("back", SINCE),
        ("back", ENDS),
        ("2029-08-31", SINCE),
        ("2022-01-01", POSSIBLE),
    )
    assert "from January 1, 2028 to June 30, 2029" in shown(person)


@pytest.mark.parametrize("place", [pytest.param(0, id="fishing"), pytest.param(2, id="slaughter")])
def test_her_record_gives_the_work_and_the_end_but_not_since_when(
    new_person: NewPerson, special_workers: list[Worker], place: int
) -> None:
    person = new_person()
    person.links(special_workers[place])
    person.is_told((START, MAY_USE), ("Yes, use my record", SINCE), ("2019-07-01", POSSIBLE))
    words = shown(person)
    assert "until July 30, 2028" in words
    assert "NT$35,000" in words
    person.is_told((START, MAY_USE), ("No, I answer myself", NOW), ("back", MAY_USE))


def test_a_skilled_workers_record_does_not_say_what_is_true_of_her(
    new_person: NewPerson, special_workers: list[Worker]
) -> None:
    person = new_person()
    person.links(special_workers[1])
    person.is_told((START, MAY_USE), ("Yes, use my record", NOW), (WORKING, ENDS))
