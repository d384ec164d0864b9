"""Who gets trade-adjustment support: citizens and their spouses with one of four ties, and not migrant workers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.source import NotInForce
from law.trade_adjustment import (
    ISSUED,
    Person,
    Refusal,
    Status,
    Tie,
    Work,
    commenced,
    entitled,
    notice_life,
)
from law.trade_adjustment_measures import worker_measures

ASKED = date(2026, 4, 1)
BORN = date(1995, 1, 1)
CITIZEN = Person(Status.CITIZEN, BORN)
SPOUSE = Person(Status.SPOUSE, BORN)
MIGRANT = Person(Status.OTHER, BORN)
DAYS = st.dates(date(2017, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize("work", [Work(tie) for tie in (Tie.LIKELY_INDUSTRY, Tie.HIT_INDUSTRY, Tie.DAMAGED_FIRM)])
def test_article_3_leaves_out_the_indonesian_factory_worker_of_type_b(work: Work) -> None:
    answer = entitled(ASKED, MIGRANT, work)
    assert (answer.tie, answer.refusal) == (None, Refusal.NEITHER_CITIZEN_NOR_SPOUSE)
    assert str(answer.source) == "因應貿易自由化勞工就業調整支援措施實施辦法第3條"


def test_article_3_leaves_her_out_even_with_a_notice() -> None:
    answer = entitled(ASKED, MIGRANT, None, notice_life(date(2026, 1, 1)))
    assert answer.refusal is Refusal.NEITHER_CITIZEN_NOR_SPOUSE


@pytest.mark.parametrize(
    ("left_on", "tie", "refusal"),
    [
        pytest.param(None, Tie.HIT_INDUSTRY, None, id="still employed"),
        pytest.param(date(2024, 5, 1), Tie.HIT_INDUSTRY, None, id="left 23 months ago, jobless"),
        pytest.param(date(2024, 4, 1), Tie.HIT_INDUSTRY, None, id="two years to the day"),
        pytest.param(date(2024, 3, 31), None, Refusal.LEFT_TOO_LONG_AGO, id="a day longer"),
        pytest.param(date(2024, 3, 1), None, Refusal.LEFT_TOO_LONG_AGO, id="left 25 months ago"),
    ],
)
def test_article_3_takes_the_vietnamese_spouse_of_a_citizen_for_two_years_after_she_left(
    left_on: date | None, tie: Tie | None, refusal: Refusal | None
) -> None:
    answer = entitled(ASKED, SPOUSE, Work(Tie.HIT_INDUSTRY, left_on))
    assert (answer.tie, answer.refusal) == (tie, refusal)


def test_article_3_opens_articles_12_and_17_to_her() -> None:
    answer = entitled(ASKED, SPOUSE, Work(Tie.HIT_INDUSTRY, date(2024, 5, 1)))
    assert answer.tie is not None
    articles = {support.source.article for support in worker_measures(ASKED, answer.tie, unemployed=True)}
    assert articles == {"12", "17"}


@pytest.mark.parametrize(
    ("person", "refusal"),
    [
        pytest.param(Person(Status.CITIZEN, date(2011, 4, 1)), None, id="a citizen of fifteen today"),
        pytest.param(Person(Status.CITIZEN, date(2011, 4, 2)), Refusal.TOO_YOUNG, id="fifteen tomorrow"),
        pytest.param(Person(Status.CITIZEN, date(2011, 4, 2), junior_high=True), None, id="out of junior high"),
        pytest.param(Person(Status.SPOUSE, date(2011, 4, 2)), None, id="a spouse is not asked for her age"),
    ],
)
def test_article_3_asks_citizens_for_fifteen_years_or_junior_high(person: Person, refusal: Refusal | None) -> None:
    assert entitled(ASKED, person, Work(Tie.LIKELY_INDUSTRY)).refusal is refusal


def test_article_3_wants_that_who_left_has_no_work_again() -> None:
    work = Work(Tie.DAMAGED_FIRM, date(2026, 1, 1), works_again=True)
    assert entitled(ASKED, CITIZEN, work).refusal is Refusal.WORKS_AGAIN
    second_job = Work(Tie.DAMAGED_FIRM, left_on=None, works_again=True)
    assert entitled(ASKED, CITIZEN, second_job).tie is Tie.DAMAGED_FIRM, "who never left has not begun again"


def test_article_3_wants_a_tie_and_a_good_notice_is_one() -> None:
    good, old = notice_life(date(2026, 1, 1)), notice_life(date(2024, 3, 31))
    assert entitled(ASKED, CITIZEN, None).refusal is Refusal.NO_TIE
    assert entitled(ASKED, CITIZEN, None, good).tie is Tie.DAMAGED_WORKER
    assert entitled(ASKED, CITIZEN, None, old).refusal is Refusal.NO_GOOD_NOTICE
    assert entitled(ASKED, CITIZEN, Work(Tie.DAMAGED_WORKER)).refusal is Refusal.NO_GOOD_NOTICE
    assert entitled(ASKED, CITIZEN, Work(Tie.LIKELY_INDUSTRY), good).tie is Tie.DAMAGED_WORKER, "it opens more"
    assert entitled(ASKED, CITIZEN, Work(Tie.LIKELY_INDUSTRY), old).tie is Tie.LIKELY_INDUSTRY


@pytest.mark.parametrize(
    ("works_again_on", "last_day", "void_on"),
    [
        pytest.param(None, date(2028, 4, 1), None, id="good to 2028-04-01"),
        pytest.param(date(2026, 9, 1), date(2028, 4, 1), date(2026, 9, 1), id="void with new work on 2026-09-01"),
        pytest.param(date(2028, 4, 1), date(2028, 4, 1), date(2028, 4, 1), id="void with new work on its last day"),
        pytest.param(date(2028, 4, 2), date(2028, 4, 1), None, id="work after its end changes nothing"),
    ],
)
def test_article_9_makes_a_notice_good_for_two_years_or_until_new_work(
    works_again_on: date | None, last_day: date, void_on: date | None
) -> None:
    notice = notice_life(date(2026, 4, 1), works_again_on)
    assert (notice.last_day, notice.void_on, notice.source.article) == (last_day, void_on, "9")


@pytest.mark.parametrize(
    ("day", "good"),
    [
        pytest.param(date(2026, 3, 31), False, id="before the decision"),
        pytest.param(date(2026, 4, 1), True, id="the day of the decision"),
        pytest.param(date(2026, 8, 31), True, id="the day before the new work"),
        pytest.param(date(2026, 9, 1), False, id="the first day of the new work"),
    ],
)
def test_article_9_ends_a_notice_on_the_first_day_of_new_work(day: date, good: bool) -> None:
    assert notice_life(date(2026, 4, 1), date(2026, 9, 1)).good_on(day) is good
    assert notice_life(date(2026, 4, 1)).good_on(day) is (day >= date(2026, 4, 1))


def test_article_29_has_given_nobody_a_claim_yet() -> None:
    assert commenced(ASKED).begun is False
    assert commenced(ASKED).first_day is None
    assert entitled(ASKED, CITIZEN, Work(Tie.HIT_INDUSTRY)).commenced is False
    assert entitled.doubt is not None
    assert "art. 29" in entitled.doubt


@given(DAYS, DAYS)
def test_a_later_decision_never_ends_earlier(one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    assert notice_life(earlier).last_day <= notice_life(later).last_day


@given(DAYS, st.integers(0, 900))
def test_who_is_refused_for_having_left_long_ago_stays_refused(left_on: date, days: int) -> None:
    work = Work(Tie.HIT_INDUSTRY, left_on)
    refusals = [entitled(left_on + timedelta(days=days + more), SPOUSE, work).refusal for more in (0, 1)]
    assert refusals != [Refusal.LEFT_TOO_LONG_AGO, None]


def test_the_rules_answer_for_every_month_since_the_issue_and_are_silent_before() -> None:
    for month in range(2017 * 12, 2029 * 12):
        day = date(month // 12, month % 12 + 1, 28)
        assert entitled(day, CITIZEN, Work(Tie.HIT_INDUSTRY)).tie is Tie.HIT_INDUSTRY
        assert notice_life(day).good_on(day)
    assert entitled(ISSUED, CITIZEN, Work(Tie.HIT_INDUSTRY)).tie is Tie.HIT_INDUSTRY
    with pytest.raises(NotInForce):
        entitled(ISSUED - timedelta(days=1), CITIZEN, Work(Tie.HIT_INDUSTRY))
