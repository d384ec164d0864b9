"""“Support if imports hit my work?”: that it does not apply yet, for whom it is, and what it would offer."""

import pytest

from locales import Text, ngettext
from tests.handlers.person import Person
from tests.town import buttons_of, words_of

START = "Support if imports hit my work?"
WHO = Text("Which of these are you?")
BORN = Text("On which day were you born?")
TIE = Text("How is your work hit by imports?")
STILL = Text("Do you still work there?")
LEFT_ON = Text("On which day did you leave?")
DECIDED = Text("Which day is printed on the notice?")
AGAIN = Text("On which day did the new job begin?")
LOSS = Text("What happened to your work?")
HAPPENED = Text("On which day did it begin?")
FIRM = Text("Since when is the company registered?")
BEFORE = ngettext(
    "How much was your insured wage a month, on average, in the {n} month before?",
    "How much was your insured wage a month, on average, in the {n} months before?",
    3,
)
SINCE = ngettext(
    "How much was it in the first {n} month after? Write the highest.",
    "How much was it in the first {n} months after? Write the highest.",
    2,
)
FOUND = Text("Support for work hit by trade")
SPOUSE = "Husband or wife of a citizen"
HIT = "Industry listed as hit"
NOTICE = "I have my own notice of damage"
NONE = "None of these, or I do not know"
NOT_FOR_HER = "By what you told us, the rule is not for you."


def reads(person: Person, *words: str) -> None:
    shown = words_of(list(person.screen))
    for each in words:
        assert each in shown, (each, shown)


def test_a_migrant_worker_reads_after_one_question_that_it_is_neither_in_force_nor_for_her(person: Person) -> None:
    person.is_told((START, WHO), ("Migrant worker", FOUND))
    reads(
        person,
        "Nobody can get this support yet. The rule of December 20, 2016 has no day from which it applies.",
        NOT_FOR_HER,
        "It is only for citizens, and for husbands and wives of citizens",
        "Do not pay anybody who promises you this support.",
        "We found no text that sets the day.",
        "因應貿易自由化勞工就業調整支援措施實施辦法第29條",
        "「本辦法施行日期，由本部定之。」",
    )
    assert person.kept() is None


def test_who_does_not_know_reads_for_whom_it_is(person: Person) -> None:
    person.is_told((START, WHO), ("I do not know", FOUND))
    reads(person, "Nobody can get this support yet.", "It is only for citizens")
    person.reads_nothing_of(NOT_FOR_HER)


@pytest.mark.parametrize(
    ("left_on", "entitled"),
    [
        pytest.param("2024-04-11", True, id="23 months ago"),
        pytest.param("2024-03-11", True, id="two years to the day"),
        pytest.param("2024-03-10", False, id="a day more"),
        pytest.param("2024-02-11", False, id="25 months ago"),
    ],
)
def test_a_spouse_who_left_a_hit_industry_within_two_years(person: Person, left_on: str, entitled: bool) -> None:
    person.is_told(
        (START, WHO), (SPOUSE, TIE), (HIT, STILL), ("I left, and have no new job", LEFT_ON), (left_on, FOUND)
    )
    reads(person, "Nobody can get this support yet.")
    if entitled:
        reads(person, "the rule is for people like you", "第17條\nA living allowance while without work", "第12條")
    else:
        reads(person, NOT_FOR_HER, "You left that work longer ago than the rule allows.")


def test_who_still_works_is_offered_less_and_who_works_again_nothing(person: Person) -> None:
    person.is_told((START, WHO), (SPOUSE, TIE), (HIT, STILL), ("I still work there", FOUND))
    reads(person, "A living allowance during training")
    person.reads_nothing_of("A living allowance while without work")
    person.is_told(
        (START, WHO), (SPOUSE, TIE), (HIT, STILL), ("I left, and have a new job", LEFT_ON), ("2026-01-05", FOUND)
    )
    reads(person, NOT_FOR_HER, "not for people who left that work and have a new job")


@pytest.mark.parametrize(
    ("born_on", "words"),
    [
        pytest.param("2011-03-11", "the rule is for people like you", id="fifteen today"),
        pytest.param("2011-03-12", "A citizen must be 15 years old", id="fifteen tomorrow"),
    ],
)
def test_a_citizen_must_be_old_enough(person: Person, born_on: str, words: str) -> None:
    person.is_told(
        (START, WHO), ("Citizen of Taiwan", BORN), (born_on, TIE), (HIT, STILL), ("I still work there", FOUND)
    )
    reads(person, words)


@pytest.mark.parametrize(
    ("decided_on", "words"),
    [
        pytest.param("2024-03-11", ("the rule is for people like you", "good until\nMarch 11, 2026"), id="last day"),
        pytest.param("2024-03-10", (NOT_FOR_HER, "Your notice is no longer good"), id="a day more"),
    ],
)
def test_a_notice_is_good_for_two_years(person: Person, decided_on: str, words: tuple[str, ...]) -> None:
    person.is_told(
        (START, WHO), (SPOUSE, TIE), (NOTICE, STILL), ("I left, and have no new job", DECIDED), (decided_on, FOUND)
    )
    reads(person, *words)


def test_a_new_job_ends_a_notice(person: Person) -> None:
    person.is_told(
        (START, WHO),
        (SPOUSE, TIE),
        (NOTICE, STILL),
        ("I left, and have a new job", DECIDED),
        ("2026-01-05", AGAIN),
        ("2026-03-11", FOUND),
    )
    reads(person, NOT_FOR_HER, "a new job ended it")


@pytest.mark.parametrize(
    ("before", "since", "words"),
    [
        pytest.param("30000", "24000", "You could ask for a notice of damage", id="a fifth less"),
        pytest.param("30000", "24001", "The cut of the insured wage is not large enough", id="a little more"),
    ],
)
def test_a_fifth_less_wage_is_enough(person: Person, before: str, since: str, words: str) -> None:
    person.is_told(
        (START, WHO),
        (SPOUSE, TIE),
        (NONE, LOSS),
        ("My insured wage was cut", HAPPENED),
        ("2025-12-01", FIRM),
        ("2010-01-01", BEFORE),
        ("many", Text("Please write only a whole number, like {example}.", {"example": 1})),
        (before, SINCE),
        ("back", BEFORE),
        (before, SINCE),
        (since, FOUND),
    )
    reads(person, words, "whether the company competes with imports", "Nobody can get this support yet.")


@pytest.mark.parametrize(
    ("happened_on", "firm_since", "words"),
    [
        pytest.param(
            "2025-09-12", "2024-03-11", "You could ask for a notice of damage", id="in time, two years to the day"
        ),
        pytest.param("2025-09-11", "2024-03-11", "offices may differ", id="the day on which counting differs"),
        pytest.param("2025-09-10", "2024-03-11", "It happened too long ago", id="too long ago"),
        pytest.param("2025-12-01", "2024-04-11", "The company is not old enough", id="a year and eleven months"),
        pytest.param("I do not know", "2024-03-11", "It depends on days that you do not know.", id="unknown day"),
        pytest.param("2025-12-01", "I do not know", "It depends on days that you do not know.", id="unknown company"),
    ],
)
def test_a_closed_company_opens_a_notice_of_her_own(
    person: Person, happened_on: str, firm_since: str, words: str
) -> None:
    person.is_told(
        (START, WHO),
        (SPOUSE, TIE),
        (NONE, LOSS),
        ("The company closed or laid me off", HAPPENED),
        (happened_on, FIRM),
        (firm_since, FOUND),
    )
    reads(person, words, "Nobody can get this support yet.")


def test_nothing_that_happened_is_no_ground(person: Person) -> None:
    person.is_told((START, WHO), (SPOUSE, TIE), (NONE, LOSS), ("None of these", FOUND))
    reads(person, NOT_FOR_HER, "You named none of them.")


def test_people_and_companies_may_be_older_than_the_law(person: Person) -> None:
    person.is_told((START, WHO), ("Citizen of Taiwan", BORN))
    [picker] = [one for one in buttons_of(list(person.screen)) if one["type"] == "datetimepicker"]
    assert picker["min"] == "1900-01-01"
    person.is_told(("1960-05-21", TIE), (NONE, LOSS), ("The company closed or laid me off", HAPPENED))
    person.is_told(("1991-05-21", Text("This day cannot be right. Please check it.")), ("2025-12-01", FIRM))
    person.is_told(("1899-12-31", FIRM), ("1969-05-21", FOUND))
    reads(person, "You could ask for a notice of damage")
