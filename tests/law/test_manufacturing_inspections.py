"""Articles 34 and 36: who is over the share, when it is checked and over which months, and what follows."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law import manufacturing_fees, manufacturing_inspections, manufacturing_ratios
from law.manufacturing import FOR_2026, LEVEL_CAPS, PRINTED, REWRITTEN, Level, Plan
from law.manufacturing_inspections import (
    BESIDE_ONE,
    after_the_deadline,
    case_by_case_headcount,
    check_from,
    counted_months,
    headcount,
    least_wage_of_new_locals,
)
from law.missing_reports import ART_72
from law.source import NotInForce, Rule

TODAY = date(2026, 11, 22)
BEFORE_PRINT = PRINTED - date.resolution
DAYS = st.dates(REWRITTEN, date(2028, 12, 31))


def months(*texts: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(f"{text}-01") for text in texts)


@pytest.mark.parametrize(
    ("level", "employees", "foreign", "over_by"),
    [
        pytest.param(Level.B, 100, 20, 0, id="B, 20 of 100"),
        pytest.param(Level.B, 100, 21, 1, id="B, 21 of 100"),
        pytest.param(Level.C, 33, 4, 0, id="C, 400 within 495"),
        pytest.param(Level.C, 33, 5, 1, id="C, 500 over 495"),
        pytest.param(Level.FREE_TRADE_PORT, 100, 40, 0, id="free trade port, 40"),
        pytest.param(Level.FREE_TRADE_PORT, 100, 41, 1, id="free trade port, 41"),
        pytest.param(Level.A_PLUS, 100, 35, 0, id="A+, 35"),
        pytest.param(Level.A_PLUS, 100, 36, 1, id="A+, 36"),
        pytest.param(Level.A, 100, 25, 0, id="A, 25"),
        pytest.param(Level.A, 100, 26, 1, id="A, 26"),
        pytest.param(Level.C, 100, 15, 0, id="C, 15"),
        pytest.param(Level.C, 100, 18, 3, id="C, 18"),
        pytest.param(Level.D, 100, 10, 0, id="D, 10"),
        pytest.param(Level.D, 100, 11, 1, id="D, 11"),
        pytest.param(Level.D, 0, 0, 0, id="nobody at all"),
    ],
)
def test_article_34_1_caps_the_share(level: Level, employees: int, foreign: int, over_by: int) -> None:
    found = headcount(TODAY, level, Fraction(foreign), Fraction(employees), locals_by_month=(5, 5, 5))
    assert (found.over_by, found.lawful, found.locals_missing) == (over_by, over_by == 0, False)
    assert [source.paragraph for source in found.sources] == ["1", "2"]


def test_article_34_1_takes_averages_as_they_are() -> None:
    def over(foreign: Fraction) -> int:
        return headcount(TODAY, Level.B, foreign, Fraction(100), locals_by_month=(80,)).over_by

    assert [over(Fraction(60, 3)), over(Fraction(61, 3)), over(Fraction(64, 3))] == [0, 1, 2]


@pytest.mark.parametrize(
    ("foreign", "employees", "locals_by_month", "lawful"),
    [
        pytest.param(1, 1, (0, 0, 0), False, id="alone"),
        pytest.param(1, 10, (9, 0, 9), False, id="one month without a local worker"),
        pytest.param(1, 10, (), False, id="no local worker on record"),
        pytest.param(1, 10, (1, 1, 1), True, id="one every month"),
        pytest.param(Fraction(1, 3), 10, (1, 0, 1), False, id="one worker in one of the months"),
        pytest.param(2, 20, (0, 0, 0), True, id="two workers: paragraph 2 says nothing"),
        pytest.param(0, 1, (0, 0, 0), True, id="no foreign worker"),
    ],
)
def test_article_34_2_wants_a_local_worker_beside_a_single_one(
    foreign: int | Fraction, employees: int, locals_by_month: tuple[int, ...], lawful: bool
) -> None:
    found = headcount(TODAY, Level.D, Fraction(foreign), Fraction(employees), locals_by_month=locals_by_month)
    assert found.lawful is lawful


def test_article_34_2_alone_fails_by_both_counts() -> None:
    found = headcount(TODAY, Level.A, Fraction(1), Fraction(1), locals_by_month=(0, 0, 0))
    assert (found.over_by, found.locals_missing) == (1, True)


@pytest.mark.parametrize(
    ("level", "least"),
    [
        (Level.FREE_TRADE_PORT, 1),
        (Level.A_PLUS, 1),
        (Level.A, 1),
        (Level.B, 2),
        (Level.C, 3),
        (Level.D, 4),
    ],
)
def test_article_34_2_wanted_more_local_workers_before_the_print_of_2024(level: Level, least: int) -> None:
    assert BESIDE_ONE.on(BEFORE_PRINT)[level] == least

    def missing(day: date, *locals_by_month: int) -> bool:
        return headcount(day, level, Fraction(1), Fraction(100), locals_by_month=locals_by_month).locals_missing

    assert not missing(BEFORE_PRINT, least, least, least)
    assert not missing(BEFORE_PRINT, least, least + 1, max(least - 1, 1))
    assert missing(BEFORE_PRINT, least, least, least - 1)
    assert not missing(PRINTED, 1, 1, 1)


def test_what_the_text_of_2022_wanted_beside_one_worker_is_what_a_share_rounded_to_the_nearest_gives() -> None:
    # Why an office may be milder than `headcount`: with literal shares these numbers could never matter.
    caps = LEVEL_CAPS.on(BEFORE_PRINT)
    for level, beside in BESIDE_ONE.on(BEFORE_PRINT).items():
        least = next(employees for employees in range(1, 20) if caps[level] * employees * 2 >= 100)
        assert least - 1 == beside


@given(st.sampled_from(Level), st.integers(2, 500), st.integers(0, 2000))
def test_the_integers_decide_and_who_goes_makes_it_lawful(level: Level, foreign: int, employees: int) -> None:
    found = headcount(TODAY, level, Fraction(foreign), Fraction(employees), locals_by_month=(1, 1, 1))
    assert found.lawful is (100 * foreign <= found.cap * employees)
    assert 100 * (foreign - found.over_by) <= found.cap * employees < 100 * (foreign - found.over_by + 1) or (
        found.over_by == 0
    )


@pytest.mark.parametrize(
    ("number", "day", "base"),
    [
        (1, date(2026, 5, 10), "2026-03"),
        (2, date(2026, 8, 10), "2026-06"),
        (3, date(2026, 11, 10), "2026-09"),
    ],
)
def test_article_34_3_checks_three_months_after_entry_and_every_three_months(number: int, day: date, base: str) -> None:
    assert check_from(date(2026, 2, 10), number) == day
    assert counted_months(day).base == date.fromisoformat(f"{base}-01")


def test_article_34_3_counts_every_check_from_the_entry() -> None:
    assert [check_from(date(2025, 11, 30), number) for number in (1, 2)] == [date(2026, 2, 28), date(2026, 5, 30)]
    with pytest.raises(ValueError, match="number 1"):
        check_from(date(2025, 11, 30), 0)


@pytest.mark.parametrize(
    ("checked_on", "base", "chinese", "english"),
    [
        pytest.param(
            date(2026, 5, 10),
            "2026-03",
            ("2026-01", "2026-02", "2026-03"),
            ("2025-12", "2026-01", "2026-02"),
            id="May 2026",
        ),
        pytest.param(
            date(2027, 1, 31),
            "2026-11",
            ("2026-09", "2026-10", "2026-11"),
            ("2026-08", "2026-09", "2026-10"),
            id="January 2027",
        ),
        pytest.param(
            date(2026, 11, 1),
            "2026-09",
            ("2026-07", "2026-08", "2026-09"),
            ("2026-06", "2026-07", "2026-08"),
            id="November 2026",
        ),
    ],
)
def test_article_34_4_averages_three_months_by_either_text(
    checked_on: date, base: str, chinese: tuple[str, ...], english: tuple[str, ...]
) -> None:
    found = counted_months(checked_on)
    assert (found.base, found.chinese, found.english) == (months(base)[0], months(*chinese), months(*english))


@given(DAYS, DAYS)
def test_a_later_check_never_counts_earlier_months(one: date, other: date) -> None:
    before, after = (counted_months(day) for day in sorted((one, other)))
    assert before.chinese <= after.chinese
    assert before.english <= after.english
    assert before.chinese[-1] == before.base
    assert before.english == (*before.english[:1], *before.chinese[:2])


@pytest.mark.parametrize(
    ("plan", "day", "wage"),
    [
        (Plan.RETURNING, FOR_2026 - date.resolution, 30_300),
        (Plan.RETURNING, FOR_2026, 36_300),
        (Plan.OFFSHORE_WIND, FOR_2026 - date.resolution, 33_300),
        (Plan.OFFSHORE_WIND, FOR_2026, 38_200),
    ],
)
def test_article_34_6_names_the_least_wage_of_new_local_workers(plan: Plan, day: date, wage: int) -> None:
    found = least_wage_of_new_locals(day, plan)
    assert (found.wage, found.source.paragraph) == (wage, "6")


@pytest.mark.parametrize("plan", [Plan.NEW_INVESTMENT, Plan.OVERSEAS])
def test_article_34_6_says_nothing_of_other_plans(plan: Plan) -> None:
    with pytest.raises(ValueError, match="names no wage"):
        least_wage_of_new_locals(TODAY, plan)


def test_article_34_7_revokes_the_excess_that_goes_on_counting_and_blames_no_worker() -> None:
    found = after_the_deadline(TODAY, excess=3)
    assert (found.revoked, found.still_counted, found.source.article) == (3, 3, "34")
    assert found.ground is not None
    assert (found.ground.worker_at_fault, found.ground.may_transfer, found.ground.source) == (False, True, ART_72)


def test_article_34_7_does_nothing_when_the_employer_has_improved() -> None:
    found = after_the_deadline(TODAY, excess=0)
    assert (found.revoked, found.still_counted, found.ground) == (0, 0, None)
    with pytest.raises(ValueError, match="below nothing"):
        after_the_deadline(TODAY, excess=-1)


def test_article_36_3_says_the_same_of_other_employers() -> None:
    found = after_the_deadline(TODAY, excess=1, case_by_case=True)
    assert (found.revoked, found.source.article, found.source.paragraph) == (1, "36", "3")


@pytest.mark.parametrize(
    ("free_trade_port", "foreign", "locals_by_month", "over_by", "missing"),
    [
        pytest.param(True, 40, (0, 0, 0), 0, False, id="port, 40"),
        pytest.param(True, 41, (0, 0, 0), 1, False, id="port, 41"),
        pytest.param(False, 20, (80, 80, 80), 0, False, id="elsewhere, 20"),
        pytest.param(False, 21, (80, 80, 80), 1, False, id="elsewhere, 21"),
        pytest.param(False, 20, (1, 1, 1), 0, False, id="elsewhere, one local worker"),
        pytest.param(False, 20, (80, 0, 80), 0, True, id="elsewhere, a month without a local worker"),
        pytest.param(False, 0, (0, 0, 0), 0, False, id="elsewhere, no foreign worker"),
    ],
)
def test_article_36_caps_case_by_case_processes(
    free_trade_port: bool, foreign: int, locals_by_month: tuple[int, ...], over_by: int, missing: bool
) -> None:
    found = case_by_case_headcount(
        TODAY, Fraction(foreign), Fraction(100), free_trade_port=free_trade_port, locals_by_month=locals_by_month
    )
    assert (found.over_by, found.locals_missing, found.lawful) == (over_by, missing, not over_by and not missing)
    assert [source.article for source in found.sources] == ["36"]


def test_the_rules_answer_for_every_month_without_a_gap() -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        day = date(month // 12, month % 12 + 1, 15)
        for level in Level:
            assert headcount(day, level, Fraction(1), Fraction(100), locals_by_month=(4, 4, 4)).lawful
        assert least_wage_of_new_locals(day, Plan.RETURNING).wage >= 30_300
        assert check_from(day, 1) > counted_months(day).base


def test_nothing_is_told_of_days_before_the_articles_had_their_numbers() -> None:
    before = REWRITTEN - date.resolution
    with pytest.raises(NotInForce):
        headcount(before, Level.A, Fraction(1), Fraction(9), locals_by_month=(1,))
    with pytest.raises(NotInForce):
        counted_months(before)
    with pytest.raises(NotInForce):
        after_the_deadline(before, excess=1)


def test_every_rule_on_manufacturing_quotes_its_text() -> None:
    modules = (manufacturing_ratios, manufacturing_fees, manufacturing_inspections)
    rules = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Rule) and value.__module__ == module.__name__
    ]
    assert len(rules) == 17
    unread = [rule.__name__ for rule in rules if not rule.quotes]
    assert unread == ["wage_raise_places"], "its words were read in the ministry's answer, not in the text"
