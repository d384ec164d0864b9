"""“When is my health examination?”: each window on each side of its days, new permits, skilled workers, bad results."""

import pytest

from bot.clock import Clock
from bot.database import Database
from bot.made_up import made_up_workers
from handlers.self_checks.listed import CHECKS
from locales import Text
from models.permit_event import EventKind
from tests.handlers.conftest import NOON, NewPerson
from tests.handlers.person import Person, Worker
from tests.handlers.self_checks.events import happens
from tests.town import words_of

TODAY = NOON.date()  # 2026-03-11
START = CHECKS["health"].title
MAY_USE = Text("May we use your record for this?")
ABOUT = Text("What do you want to know?")
KIND = Text("What kind of work is your permit for?")
STARTS = Text("From which day is your permit valid?")
CAME = Text("How did you get this permit?")
LAST = Text("On which day were you last examined?")
ABROAD = Text("Did you come from abroad to be a skilled worker?")
CARE = Text("Is your work care?")
ENTERED = Text("On which day did you last enter Taiwan?")
WHICH = Text("What was not good?")
RECEIVED = Text("On which day did you get the paper with the result?")
PLANNED = Text("Your health examinations")
DUE_NOW = Text("Your health examination is due now")
NO_RULE = Text("We know no rule for your examination")
WHEN, BAD = "When is the next one?", "My result was not good"
REGULAR, SKILLED = "Factory, building, farm, boat, care", "Skilled worker"
FIRST, AGAIN, UNKNOWN = "I came to Taiwan for it", "Renewal or transfer in Taiwan", "I do not know"
CALENDAR = "Put in my calendar"


def shown_to(person: Person) -> str:
    return words_of(list(person.screen))


def of_permit(person: Person, starts_on: str, came: str, last: str, title: Text, kind: str = REGULAR) -> str:
    person.is_told((START, ABOUT), (WHEN, KIND), (kind, STARTS), (starts_on, CAME), (came, LAST), (last, title))
    return shown_to(person)


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    begun = {"starts_on": "2025-10-31", "ends_on": "2028-10-30", "entered_on": "2025-10-31"}
    kinds = (("B", "fishing"), ("B", "fishing"), ("C", "institution_care"))
    return [
        worker
        | begun
        | {"worker_ref": f"HEALTH{number}", "permit_no": f"HEALTH{number}"}
        | {"permit_type": a, "work": b}
        for number, (worker, (a, b)) in enumerate(zip(made_up_workers(3, 44, TODAY), kinds, strict=True))
    ]


@pytest.mark.parametrize(
    ("starts_on", "title", "told"),
    [
        # Opens 2026-03-31 … closes 2026-05-30 (six months of 2025-10-31), as in the fact sheet.
        (
            "2025-10-31",
            PLANNED,
            [
                "The next one is from March 31, 2026 to May 30, 2026.",
                "After 6 months\nMarch 31, 2026 to May 30, 2026",
                "After 18 months\nMarch 31, 2027 to May 30, 2027",
                "After 30 months\nMarch 31, 2028 to May 30, 2028",
            ],
        ),
        # Opens tomorrow, opens today, closes today, closed yesterday.
        ("2025-10-12", PLANNED, ["The next one is from March 13, 2026"]),
        ("2025-10-10", DUE_NOW, ["Go now: the last day is May 10, 2026."]),
        ("2025-08-09", DUE_NOW, ["Go now: the last day is March 11, 2026."]),
        ("2025-08-08", PLANNED, ["One was due from January 9, 2026 to March 10, 2026. If you did not go then"]),
        ("2025-08-31", DUE_NOW, ["Go now: the last day is March 30, 2026."]),
        ("2026-01-15", PLANNED, ["The next one is from June 15, 2026 to August 14, 2026.", "may count from the day"]),
        ("2025-12-31", PLANNED, ["We have read only reports about the change."]),
        # The window of 30 months closed yesterday, closes today.
        ("2023-08-08", PLANNED, ["For this permit, no regular examination is still to come."]),
        ("2023-08-09", DUE_NOW, ["Go now: the last day is March 11, 2026."]),
    ],
)
def test_article_5_gives_the_windows_of_her_permit(
    person: Person, starts_on: str, title: Text, told: list[str]
) -> None:
    shown = of_permit(person, starts_on, FIRST, UNKNOWN, title)
    assert [words for words in told if words not in shown] == [], shown
    assert "受聘僱外國人健康檢查管理辦法第5條第1項" in shown
    assert "「自聘僱許可生效日起，工作滿六個月、十八個月及三十個月之日前後三十日內」" in shown
    assert person.kept() is None


@pytest.mark.parametrize(
    ("starts_on", "last", "title", "told", "absent"),
    [
        # In the window: done, so the next is after 18 months. The day before: too early, to be done again.
        ("2025-10-01", "2026-03-02", PLANNED, ["from March 2, 2027"], ["After 6 months", "done again"]),
        ("2025-10-01", "2026-03-01", DUE_NOW, ["The one on March 1, 2026 was before these days"], ["After 5"]),
        # The examination at entry is none of the regular ones, and the visa's neither.
        ("2025-10-01", "2025-10-08", DUE_NOW, ["Go now"], ["done again", "seems to be missing"]),
        ("2025-10-01", "2025-10-09", DUE_NOW, ["Go now"], ["done again"]),
        # Six months of 2025-08-01: 2026-01-02 … 2026-03-03.
        ("2025-08-01", "2026-01-01", PLANNED, ["and seems to be missing. Ask for it at once."], ["due now"]),
        ("2025-08-01", "2026-01-02", PLANNED, ["from January 2, 2027"], ["seems to be missing"]),
        ("2025-08-01", "2026-03-04", PLANNED, ["was before these days"], ["seems to be missing"]),
    ],
)
def test_her_last_examination_tells_which_one_is_done_too_early_or_missing(
    person: Person, starts_on: str, last: str, title: Text, told: list[str], absent: list[str]
) -> None:
    shown = of_permit(person, starts_on, FIRST, last, title)
    assert [words for words in told if words not in shown] == [], shown
    person.reads_nothing_of(*absent)


@pytest.mark.parametrize(
    ("starts_on", "came", "last", "told"),
    [
        (
            "2026-03-09",
            AGAIN,
            "2025-03-08",
            "Because your last one was more than a year before, one is due by March 16",
        ),
        ("2026-03-09", AGAIN, "2025-03-09", ""),
        (
            "2026-03-03",
            AGAIN,
            "2025-03-02",
            "Because your last one was more than a year before, one was due by March 10",
        ),
        (
            "2026-03-04",
            AGAIN,
            "2025-03-03",
            "Because your last one was more than a year before, one is due by March 11",
        ),
        (
            "2026-03-09",
            AGAIN,
            UNKNOWN,
            "If you were not examined in the year before this permit, one was due by March 16",
        ),
        ("2026-03-09", UNKNOWN, UNKNOWN, "If you were not examined in the year before this permit, one was due by"),
        ("2026-03-09", AGAIN, "2026-03-10", ""),
    ],
)
def test_article_11_wants_one_more_after_a_year_without_one(
    person: Person, starts_on: str, came: str, last: str, told: str
) -> None:
    shown = of_permit(person, starts_on, came, last, PLANNED)
    assert ("one was due by" in shown or "one is due by" in shown) is bool(told)
    assert told in shown
    assert "受聘僱外國人健康檢查管理辦法第11條第1項" in shown
    person.reads(Text("For a new permit we count from its own first day. Some may count from your first permit."))


@pytest.mark.parametrize(
    ("starts_on", "told"),
    [
        ("2026-03-09", "by March 12, 2026, at the latest by March 17, 2026."),
        ("2026-03-03", "at the latest by March 11, 2026."),
        ("2026-03-02", ""),
    ],
)
def test_right_after_entry_the_first_examination_is_told_until_it_is_over(
    person: Person, starts_on: str, told: str
) -> None:
    shown = of_permit(person, starts_on, FIRST, UNKNOWN, PLANNED)
    assert ("Right after you entered you are examined too" in shown) is bool(told)
    assert told in shown


def test_who_does_not_know_her_kind_of_work_is_told_that_others_have_other_days(person: Person) -> None:
    shown = of_permit(person, "2025-10-31", UNKNOWN, UNKNOWN, PLANNED, kind=UNKNOWN)
    assert "Skilled workers and professionals have other days." in shown
    assert CALENDAR in shown


def test_days_that_cannot_be_are_refused_and_a_start_before_the_law_is_not_guessed(person: Person) -> None:
    person.is_told((START, ABOUT), (WHEN, KIND), (REGULAR, STARTS))
    person.is_told(("soon", STARTS), ("1901-01-01", STARTS), ("2022-04-29", CAME), (FIRST, LAST))
    person.is_told(("2026-03-12", Text("This day cannot be right. Please check it.")), ("back", CAME))
    person.is_told((FIRST, LAST), ("2026-03-11", Text("We do not know the law for these days")))


def test_her_record_answers_all_but_the_last_examination(new_person: NewPerson, special_workers: list[Worker]) -> None:
    person = new_person()
    person.links(special_workers[0])
    person.is_told((START, MAY_USE), ("Yes, use my record", ABOUT), (WHEN, LAST), (UNKNOWN, PLANNED))
    assert "March 31, 2026 to May 30, 2026" in shown_to(person)
    person.is_told((START, MAY_USE), ("No, I answer myself", ABOUT), (WHEN, KIND), ("back", ABOUT), ("back", MAY_USE))


def test_a_revoked_permit_tells_neither_her_work_nor_from_when(
    new_person: NewPerson, special_workers: list[Worker], desk_database: Database, clock: Clock
) -> None:
    person = new_person()
    person.links(special_workers[1])
    happens(desk_database, clock, special_workers[1], EventKind.PERMIT_REVOKED)
    person.is_told((START, MAY_USE), ("Yes, use my record", ABOUT), (WHEN, KIND), (REGULAR, STARTS))


def test_the_day_of_entry_is_not_taken_from_her_record_because_home_leave_must_not_move_the_months(
    new_person: NewPerson, special_workers: list[Worker]
) -> None:
    person = new_person()
    person.links(special_workers[2])
    person.is_told((START, MAY_USE), ("Yes, use my record", ABOUT), (WHEN, ABROAD), ("Yes", CARE), ("Yes", ENTERED))
    person.reads(Text("Coming back from home leave is not meant."))
    person.is_told(("2026-01-15", LAST), (UNKNOWN, PLANNED))
    assert "Whether coming back from home leave starts the count again is not settled." in shown_to(person)


@pytest.mark.parametrize(
    ("care", "told"),
    [("Yes", "After these, your lungs are examined every 3 years."), ("No", "the rule that we know asks for no more")],
)
def test_skilled_workers_from_abroad_count_from_their_entry(person: Person, care: str, told: str) -> None:
    person.is_told((START, ABOUT), (WHEN, KIND), (SKILLED, ABROAD), ("Yes", CARE), (care, ENTERED))
    person.is_told(("2026-01-15", LAST), (UNKNOWN, PLANNED))
    shown = shown_to(person)
    assert told in shown
    assert "June 15, 2026 to August 14, 2026" in shown


def test_for_skilled_workers_before_2026_and_for_professionals_no_rule_is_made_up(person: Person) -> None:
    person.is_told((START, ABOUT), (WHEN, KIND), (SKILLED, ABROAD), ("Yes", CARE), ("Yes", ENTERED))
    person.is_told(("2025-12-31", LAST), (UNKNOWN, Text("We do not know the law for these days")))
    person.is_told((START, ABOUT), (WHEN, KIND), ("Professional, student, family", NO_RULE))
    person.reads_nothing_of(CALENDAR)


@pytest.mark.parametrize(
    ("abroad", "starts_on", "told", "absent"),
    [
        ("No", "2025-10-31", ["March 31, 2026 to May 30, 2026", "reports about the change"], ["asked of skilled"]),
        ("No", "2025-12-31", ["reports about the change"], ["asked of skilled", "counted from the day they entered"]),
        ("No", "2026-01-01", ["Since 2026 this may not be asked of skilled workers"], ["counted from the day"]),
        (UNKNOWN, "2025-10-31", ["March 31, 2026 to May 30, 2026", "counted from the day they entered"], []),
    ],
)
def test_article_5_counts_from_the_permit_for_skilled_workers_hired_in_taiwan(
    person: Person, abroad: str, starts_on: str, told: list[str], absent: list[str]
) -> None:
    person.is_told((START, ABOUT), (WHEN, KIND), (SKILLED, ABROAD), (abroad, STARTS), (starts_on, LAST))
    person.is_told((UNKNOWN, PLANNED))
    shown = shown_to(person)
    assert [words for words in told if words not in shown] == [], shown
    assert "受聘僱外國人健康檢查管理辦法第5條第4項" in shown
    assert "第11條第1項" in shown
    person.reads_nothing_of(*absent)


@pytest.mark.parametrize(
    ("what", "day", "told"),
    [
        ("The lungs (X-ray)", "2026-03-01", "Go to be examined again by March 16, 2026."),
        ("The skin (leprosy)", "2026-02-24", "Go to be examined again by March 11, 2026."),
        (
            "The lungs (X-ray)",
            "2026-02-23",
            "The last day was March 10, 2026. Go to the hospital today, and call 1955.",
        ),
        (
            "The blood (syphilis)",
            "2026-03-01",
            "You must have the proof that the treatment is finished by March 31, 2026.",
        ),
        ("The stool (parasites)", "2026-03-01", "You must have the negative result by May 5, 2026."),
        ("The stool (parasites)", UNKNOWN, "If the paper came today, the last day is May 15, 2026."),
        ("The blood (syphilis)", "2026-02-08", "The last day was March 10, 2026. Go to the hospital today"),
        (UNKNOWN, "2026-03-01", "The day depends on the illness. Until you know it, keep to the first day."),
    ],
)
def test_article_7_gives_the_day_after_a_bad_result(person: Person, what: str, day: str, told: str) -> None:
    person.is_told((START, ABOUT), (BAD, WHICH), (what, RECEIVED), (day, Text("After a result that is not good")))
    shown = shown_to(person)
    assert told in shown, shown
    assert "受聘僱外國人健康檢查管理辦法第7條第2項" in shown
    assert "One bad result does not end your permit" in shown
    assert not ("The last day was" in shown and TREATED_NOW in shown)


CURABLE = "If you finish it and the health office confirms that, you count as passed."
AGREE = "agree to the treatment in writing and take every dose."
FAILS = "It can end if you do not go again, or fail again."
TREATED_NOW = "Start the treatment today: on the last day it is too late."


@pytest.mark.parametrize(
    ("what", "told", "absent"),
    [
        ("The lungs (X-ray)", [CURABLE, AGREE, "十五日內，至指定機構再檢查", "第9條", "第10條"], [FAILS, "三十日內"]),
        ("The skin (leprosy)", [CURABLE, AGREE, "within 15 days of the diagnosis"], [FAILS, TREATED_NOW, "六十五"]),
        ("The blood (syphilis)", [FAILS, TREATED_NOW, "三十日內，取得完成治療證明"], [CURABLE, AGREE, "第9條："]),
        ("The stool (parasites)", [FAILS, TREATED_NOW, "取得陰性之證明", "amoeba three"], [CURABLE, "三十日內"]),
        (UNKNOWN, [CURABLE, AGREE, FAILS, "三十日內", "六十五日內", "十五日內，至指定機構"], [TREATED_NOW]),
    ],
)
def test_each_result_has_its_own_words_of_the_law_and_who_can_be_cured_reads_of_it(
    person: Person, what: str, told: list[str], absent: list[str]
) -> None:
    day = "2026-03-01"
    person.is_told((START, ABOUT), (BAD, WHICH), (what, RECEIVED), (day, Text("After a result that is not good")))
    shown = shown_to(person)
    assert [words for words in told if words not in shown] == [], shown
    person.reads_nothing_of(*absent)
