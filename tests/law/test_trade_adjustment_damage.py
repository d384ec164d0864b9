"""The determination of a damaged worker: wages, firm, revenues under each reading, and the offices' clocks."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.source import NotInForce
from law.trade_adjustment import ISSUED
from law.trade_adjustment_damage import (
    Condition,
    Consequence,
    Fault,
    Firm,
    Loss,
    WageCut,
    damage_recognised,
    decision_due,
    examined_by,
    forwarded_by,
    may_apply_for_determination,
    revenue_fell,
    sanction,
    stands_after_correction,
    wage_cut,
)
from law.working_days import Deadline

APPLIED = date(2026, 4, 1)
FIRM = Firm(date(2020, 1, 1), determined_damaged=False, competes=True)
LATELY = date(2026, 2, 1)
FULL = tuple(Decimal(30_000) for _ in range(3))


def percent_of_30_000(*shares: str) -> list[Decimal]:
    return [30_000 * Decimal(share) / 100 for share in shares]


@pytest.mark.parametrize(
    ("shares", "months", "enough"),
    [
        pytest.param(["80.1", "80.1", "80.1"], 0, False, id="19.9 percent, three months: no"),
        pytest.param(["80", "80"], 2, True, id="20 percent, two months: yes"),
        pytest.param(["70"], 1, False, id="30 percent, one month: no"),
        pytest.param(["70", "100", "70"], 1, False, id="two months, but not in a row"),
        pytest.param(["100", "80", "79"], 2, True, id="the second and third month"),
        pytest.param([], 0, False, id="no month yet"),
    ],
)
def test_article_4_counts_a_cut_of_twenty_percent_for_two_months(shares: list[str], months: int, enough: bool) -> None:
    cut = wage_cut(LATELY, FULL, percent_of_30_000(*shares))
    assert (cut.months, cut.enough, cut.source.article) == (months, enough, "4")


def test_article_4_compares_with_the_average_of_the_three_months_before() -> None:
    before = [Decimal(28_000), Decimal(30_000), Decimal(32_000)]
    assert wage_cut(LATELY, before, [Decimal(24_000)] * 2).enough
    assert not wage_cut(LATELY, before, [Decimal("24000.01")] * 2).enough
    with pytest.raises(ValueError, match="three months"):
        wage_cut(LATELY, before[:2], [Decimal(24_000)] * 2)


@pytest.mark.parametrize(
    ("registered_on", "failed"),
    [
        pytest.param(date(2024, 5, 1), [Condition.FIRM_TWO_YEARS_OLD], id="registered 1 year 11 months ago: no"),
        pytest.param(date(2024, 4, 2), [Condition.FIRM_TWO_YEARS_OLD], id="two years tomorrow"),
        pytest.param(date(2024, 4, 1), [], id="two years today"),
    ],
)
def test_article_4_wants_a_firm_of_two_years(registered_on: date, failed: list[Condition]) -> None:
    firm = Firm(registered_on, determined_damaged=False, competes=True)
    found = may_apply_for_determination(APPLIED, firm, Loss.FIRM_ENDED, LATELY)
    assert list(found.failed) == failed
    assert found.may_apply is (not failed)


@pytest.mark.parametrize(
    ("firm", "failed"),
    [
        pytest.param(Firm(date(2020, 1, 1), True, True), Condition.FIRM_NOT_DETERMINED, id="determined already"),
        pytest.param(Firm(date(2020, 1, 1), False, False), Condition.FIRM_COMPETES, id="does not compete"),
    ],
)
def test_article_4_wants_a_competing_firm_that_is_not_determined_itself(firm: Firm, failed: Condition) -> None:
    found = may_apply_for_determination(APPLIED, firm, Loss.SHE_RESIGNED, LATELY)
    assert (found.may_apply, found.failed) == (False, (failed,))


@pytest.mark.parametrize(
    ("happened_on", "may_apply"),
    [
        pytest.param(date(2025, 9, 30), False, id="more than six months before"),
        pytest.param(date(2025, 10, 1), None, id="the day on which the readings differ"),
        pytest.param(date(2025, 10, 2), True, id="surely within six months"),
        pytest.param(date(2026, 4, 1), True, id="the day of the application"),
        pytest.param(date(2026, 4, 2), False, id="not yet"),
    ],
)
def test_article_4_looks_six_months_back(happened_on: date, may_apply: bool | None) -> None:
    assert may_apply_for_determination(APPLIED, FIRM, Loss.FIRM_ENDED, happened_on).may_apply is may_apply


def test_article_4_takes_a_wage_cut_only_when_it_was_deep_and_long_enough() -> None:
    enough, too_little = (wage_cut(LATELY, FULL, percent_of_30_000(*cut)) for cut in (["80", "80"], ["70"]))

    def failed(cut: WageCut | None) -> tuple[Condition, ...]:
        return may_apply_for_determination(APPLIED, FIRM, Loss.WAGE_CUT, LATELY, cut).failed

    assert failed(enough) == ()
    assert failed(too_little) == failed(None) == (Condition.WAGE_CUT_ENOUGH,)


@pytest.mark.parametrize(
    ("filed_on", "counted", "due"),
    [
        pytest.param(date(2026, 4, 1), date(2026, 4, 6), date(2026, 4, 7), id="by 04-06; that Monday is a holiday"),
        pytest.param(date(2026, 3, 2), date(2026, 3, 7), date(2026, 3, 9), id="a Saturday"),
        pytest.param(date(2026, 3, 3), date(2026, 3, 8), date(2026, 3, 9), id="a Sunday"),
        pytest.param(date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 9), id="a Monday"),
    ],
)
def test_article_7_has_the_counter_forward_it_within_five_days(filed_on: date, counted: date, due: date) -> None:
    step = forwarded_by(filed_on)
    assert (step.counted, step.due) == (counted, Deadline(due, certain=True))


def test_article_7_has_the_branch_examine_it_within_thirty_days() -> None:
    step = examined_by(date(2026, 4, 1))
    assert (step.counted, step.due.day) == (date(2026, 5, 1), date(2026, 5, 4))


def test_article_9_decides_in_two_months_from_the_report_or_from_the_application() -> None:
    due = decision_due(date(2026, 5, 1), date(2026, 4, 1))
    assert (due.from_report.counted, due.from_complete_application.counted) == (date(2026, 7, 1), date(2026, 6, 1))


def revenues(earliest_six: int, year_before: int, middle_six: int, last_six: int) -> list[Decimal]:
    """Four half-years of equal months, oldest first."""
    return [Decimal(each) for each in (earliest_six, year_before, middle_six, last_six) for _ in range(6)]


@pytest.mark.parametrize(
    ("months", "each", "before", "last_18", "met"),
    [
        pytest.param(revenues(100, 100, 100, 80), True, True, True, True, id="a fifth less: under every reading"),
        pytest.param(revenues(100, 100, 100, 90), True, True, False, None, id="ten percent less: readings differ"),
        pytest.param(revenues(100, 100, 100, 91), True, False, False, False, id="nine percent less: under none"),
        pytest.param(revenues(100, 80, 100, 80), False, True, False, False, id="not below the year before"),
        pytest.param(revenues(100, 100, 100, 100), False, False, False, False, id="nothing fell"),
        pytest.param(revenues(0, 0, 0, 0), False, False, False, False, id="no revenue at all"),
    ],
)
def test_article_8_compares_revenues_under_each_reading(
    months: list[Decimal], each: bool, before: bool, last_18: bool, met: bool | None
) -> None:
    test = revenue_fell(APPLIED, months)
    assert (test.each_month_below, test.total_below) == (each, each)
    assert (test.ten_percent_below_the_18_before, test.ten_percent_below_the_last_18) == (before, last_18)
    assert test.met is met


def test_article_8_differs_when_one_month_rose_and_the_sum_fell() -> None:
    months = revenues(100, 100, 100, 70)
    months[-1] = Decimal(101)
    test = revenue_fell(APPLIED, months)
    assert (test.each_month_below, test.total_below, test.met) == (False, True, None)


def test_article_8_compares_24_months() -> None:
    with pytest.raises(ValueError, match="24 months"):
        revenue_fell(APPLIED, [Decimal(100)] * 23)


@pytest.mark.parametrize(
    ("last_six", "by_imports", "otherwise", "recognised"),
    [
        pytest.param(80, True, False, True, id="fell, and by imports"),
        pytest.param(80, False, False, False, id="fell for another reason"),
        pytest.param(90, True, False, None, id="fell under one reading"),
        pytest.param(100, True, False, False, id="did not fall"),
        pytest.param(100, False, True, True, id="other damage by the opened market"),
    ],
)
def test_article_8_wants_the_market_to_be_the_cause(
    last_six: int, by_imports: bool, otherwise: bool, recognised: bool | None
) -> None:
    revenue = revenue_fell(APPLIED, revenues(100, 100, 100, last_six))
    assert damage_recognised(APPLIED, revenue, by_imports=by_imports, otherwise=otherwise) is recognised


@pytest.mark.parametrize(
    ("corrected_on", "stands"),
    [
        pytest.param(date(2026, 4, 10), True, id="on the last day"),
        pytest.param(date(2026, 4, 11), False, id="a day late"),
        pytest.param(None, False, id="never: deemed not filed"),
    ],
)
def test_article_25_takes_a_correction_until_the_day_that_was_set(corrected_on: date | None, stands: bool) -> None:
    assert stands_after_correction(date(2026, 4, 10), corrected_on).stands is stands


@pytest.mark.parametrize("fault", Fault)
def test_article_26_refuses_false_claims_and_takes_back_what_was_paid(fault: Fault) -> None:
    assert sanction(APPLIED, fault, paid=False).consequence is Consequence.REFUSED
    assert sanction(APPLIED, fault, paid=True).consequence is Consequence.REPAID
    assert sanction(APPLIED, fault, paid=True).fault is fault


WAGES = st.integers(0, 100_000).map(Decimal)


@given(st.lists(WAGES, min_size=3, max_size=3), st.lists(WAGES, max_size=6), WAGES)
def test_a_lower_wage_never_makes_a_cut_too_small(before: list[Decimal], since: list[Decimal], more: Decimal) -> None:
    lower, higher = ([*since, each] for each in (Decimal(0), more))
    assert wage_cut(LATELY, before, lower).months >= wage_cut(LATELY, before, higher).months


@given(st.lists(WAGES, min_size=24, max_size=24))
def test_a_revenue_test_is_certain_only_when_all_readings_agree(months: list[Decimal]) -> None:
    test = revenue_fell(APPLIED, months)
    answers = {
        total and ten_percent
        for total in (test.each_month_below, test.total_below)
        for ten_percent in (test.ten_percent_below_the_18_before, test.ten_percent_below_the_last_18)
    }
    assert test.met is (answers.pop() if len(answers) == 1 else None)


@given(st.dates(date(2017, 1, 1), date(2027, 9, 30)), st.dates(date(2017, 1, 1), date(2027, 9, 30)))
def test_a_later_filing_never_has_an_earlier_step(one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    for step in (forwarded_by, examined_by):
        assert step(earlier).counted <= step(later).counted


def test_the_rules_answer_for_every_month_since_the_issue_and_are_silent_before() -> None:
    for month in range(2017 * 12, 2029 * 12):
        day = date(month // 12, month % 12 + 1, 15)
        assert forwarded_by(day).counted < examined_by(day).counted < decision_due(day, day).from_report.counted
        assert may_apply_for_determination(day, Firm(date(2010, 1, 1), False, True), Loss.FIRM_ENDED, day).may_apply
    with pytest.raises(NotInForce):
        forwarded_by(ISSUED - timedelta(days=1))
    with pytest.raises(NotInForce):
        sanction(ISSUED - timedelta(days=1), Fault.FALSE_CLAIM, paid=False)
