"""Articles 25 to 33-1: the level's share, what may be added under the ceilings, and how many may come at first."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.manufacturing import FOR_2026, LEVEL_CAPS, PRINTED, REWRITTEN, STUDIES, TRANSFEREES, Level, Plan
from law.manufacturing_ratios import (
    CEILING_2026,
    MOST,
    TO_THE_HIGHER_CEILING,
    AddOn,
    average_employees,
    first_entries,
    ratio,
    study_places,
    wage_raise_places,
)
from law.source import NotInForce

TODAY = date(2026, 11, 22)
DAYS = st.dates(REWRITTEN, date(2028, 12, 31))
PERCENT = st.decimals(0, 60, places=2)


def asked(**percent: str | int) -> dict[AddOn, Decimal]:
    return {AddOn(name): Decimal(number) for name, number in percent.items()}


def granted(day: date, level: Level, wanted: dict[AddOn, Decimal]) -> dict[AddOn, Decimal]:
    return {grant.add_on: grant.granted for grant in ratio(day, level, wanted).grants}


@pytest.mark.parametrize(
    ("level", "share"),
    [
        (Level.FREE_TRADE_PORT, 40),
        (Level.A_PLUS, 35),
        (Level.A, 25),
        (Level.B, 20),
        (Level.C, 15),
        (Level.D, 10),
    ],
)
def test_article_34_1_gives_each_level_its_share(level: Level, share: int) -> None:
    alone = ratio(TODAY, level, {})
    assert alone.level == alone.total == share
    assert alone.grants == ()


@pytest.mark.parametrize(
    ("level", "wanted", "total", "got"),
    [
        pytest.param(Level.A_PLUS, asked(transferees=5), 40, [5], id="25-1: A+ with 5 is full"),
        pytest.param(Level.A_PLUS, asked(transferees=5, paid=5), 40, [5, 0], id="26: no room left for a paid add-on"),
        pytest.param(Level.D, asked(paid=20), 30, [20], id="26: D with 20"),
        pytest.param(Level.A, asked(transferees=5, paid=15), 40, [5, 10], id="26: A, 5 and 15 are cut to 10"),
        pytest.param(Level.D, asked(paid="20.01"), 30, [20], id="26: more than 20 is not to be had"),
        pytest.param(Level.D, asked(transferees=6), 15, [5], id="25-1: at most 5"),
        pytest.param(Level.FREE_TRADE_PORT, asked(paid=5), 40, [0], id="26: a free trade port is full by itself"),
        pytest.param(Level.B, asked(overseas=30), 40, [20], id="28(3): up to 40 and no further"),
        pytest.param(Level.D, asked(paid=20, returning=6), 35, [20, 5], id="31(2)1: 5 for returning business"),
        pytest.param(Level.D, asked(paid=20, offshore_wind=15), 40, [20, 10], id="31(2)2: 10 for offshore wind"),
        pytest.param(Level.D, asked(paid=15, studying=7), 30, [15, 5], id="33-1: 5 for workers who study"),
        pytest.param(Level.D, asked(paid=10, studying=5), 20, [10, 0], id="33-1: not on the second tier"),
        pytest.param(Level.D, asked(paid="10.01", studying=5), Decimal("25.01"), ["10.01", 5], id="33-1: on the third"),
        pytest.param(Level.D, asked(paid=16, studying=5), 26, [16, 0], id="33-1: not on the fourth"),
        pytest.param(Level.D, asked(studying=5), 10, [0], id="33-1: not without a paid add-on"),
        pytest.param(Level.A, asked(paid=15, studying=5), 40, [15, 0], id="33-1: not over 40"),
        pytest.param(Level.A, asked(paid=15, wage_raises=10), 45, [15, 5], id="25-2: over 40 up to 45"),
        pytest.param(Level.B, asked(wage_raises=12), 30, [10], id="25-2: at most 10"),
        pytest.param(Level.A, asked(paid=15, further_returning=10), 45, [15, 5], id="the further plan, up to 45"),
        pytest.param(Level.A, asked(further_returning=20, transferees=5), 45, [5, 15], id="25-1 is granted before it"),
    ],
)
def test_what_is_added_to_a_level(
    level: Level, wanted: dict[AddOn, Decimal], total: Decimal, got: list[str | int]
) -> None:
    found = ratio(TODAY, level, wanted)
    assert found.total == total
    assert [grant.granted for grant in found.grants] == [Decimal(number) for number in got]
    assert [grant.source for grant in found.grants] == [MOST[grant.add_on].source for grant in found.grants]


def test_an_add_on_says_by_which_article() -> None:
    found = ratio(TODAY, Level.D, asked(paid=15, transferees=5, studying=5, wage_raises=5))
    assert [grant.source.article for grant in found.grants] == ["25-1", "26", "33-1", "25-2"]
    assert found.source.article == "34"


@pytest.mark.parametrize(
    ("add_on", "first_day"),
    [
        (AddOn.PAID, REWRITTEN),
        (AddOn.OVERSEAS, REWRITTEN),
        (AddOn.RETURNING, REWRITTEN),
        (AddOn.OFFSHORE_WIND, REWRITTEN),
        (AddOn.STUDYING, STUDIES),
        (AddOn.TRANSFEREES, TRANSFEREES),
        (AddOn.FURTHER_RETURNING, FOR_2026),
        (AddOn.WAGE_RAISES, FOR_2026),
    ],
)
def test_no_add_on_is_granted_before_its_first_day(add_on: AddOn, first_day: date) -> None:
    assert next(iter(MOST[add_on].versions)) == first_day
    wanted = {AddOn.PAID: Decimal(12), add_on: Decimal(3)}
    assert granted(first_day, Level.D, wanted)[add_on] == 3
    with pytest.raises(NotInForce):
        ratio(first_day - date.resolution, Level.D, wanted)


def test_article_26_went_up_to_fifteen_percent_before_the_print_of_2024() -> None:
    before, after = PRINTED - date.resolution, PRINTED
    assert granted(before, Level.D, asked(paid=20)) == asked(paid=15)
    assert granted(after, Level.D, asked(paid=20)) == asked(paid=20)


def test_article_31_gave_returning_business_fifteen_percent_before_the_print_of_2024() -> None:
    assert granted(PRINTED - date.resolution, Level.D, asked(returning=20)) == asked(returning=15)
    assert granted(PRINTED, Level.D, asked(returning=20)) == asked(returning=5)


def test_an_add_on_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="below nothing"):
        ratio(TODAY, Level.A, asked(paid=-1))


@pytest.mark.parametrize(
    ("level", "employees", "places"),
    [
        pytest.param(Level.B, Fraction(100), 20, id="a whole number"),
        pytest.param(Level.C, Fraction(33), 4, id="4.95 are 4"),
        pytest.param(Level.D, Fraction(119, 12), 0, id="0.99 are none"),
    ],
)
def test_places_are_rounded_down(level: Level, employees: Fraction, places: int) -> None:
    assert ratio(TODAY, level, {}).places(employees) == places


def test_article_26_counts_the_year_that_ends_two_months_before_the_application() -> None:
    months = [date(2025, month, 1) for month in range(10, 13)] + [date(2026, month, 1) for month in range(1, 10)]
    insured = dict.fromkeys(months, 100) | {date(2026, 9, 1): 112, date(2026, 10, 1): 900, date(2025, 9, 1): 900}
    found = average_employees(date(2026, 11, 30), insured)
    assert found.employees == 101
    assert found.months == tuple(months)


def test_article_26_needs_all_twelve_months() -> None:
    with pytest.raises(ValueError, match="2025-10, 2026-09"):
        average_employees(
            TODAY, {date(2025, 11, 1): 1} | {date(2026, month, 1): 1 for month in range(1, 9)} | {date(2025, 12, 1): 1}
        )


@given(DAYS)
def test_the_counted_year_has_twelve_months_in_a_row_and_ends_two_before(day: date) -> None:
    every = {date(month // 12, month % 12 + 1, 1): month for month in range(2020 * 12, 2030 * 12)}
    numbers = [every[month] for month in average_employees(day, every).months]
    assert numbers == list(range(numbers[0], numbers[0] + 12))
    assert numbers[-1] == day.year * 12 + day.month - 1 - 2


@pytest.mark.parametrize(
    ("plan", "hired", "most", "article"),
    [
        pytest.param(Plan.NEW_INVESTMENT, 9, 20, "29", id="9 of 20 hired"),
        pytest.param(Plan.NEW_INVESTMENT, 10, 40, "29", id="10 of 20 hired"),
        pytest.param(Plan.OVERSEAS, 9, 20, "29", id="overseas investors"),
        pytest.param(Plan.RETURNING, 9, 20, "33", id="returning business"),
        pytest.param(Plan.OFFSHORE_WIND, 10, 40, "33", id="offshore wind"),
    ],
)
def test_articles_29_and_33_let_half_in_until_half_the_locals_are_hired(
    plan: Plan, hired: int, most: int, article: str
) -> None:
    found = first_entries(TODAY, plan, permitted=40, planned_locals=20, hired_locals=hired)
    assert (found.number, found.source.article) == (most, article)


def test_article_29_halves_an_odd_permit_downwards_and_an_odd_plan_is_half_full_above_its_half() -> None:
    assert first_entries(TODAY, Plan.OVERSEAS, permitted=41, planned_locals=21, hired_locals=10).number == 20
    assert first_entries(TODAY, Plan.OVERSEAS, permitted=41, planned_locals=21, hired_locals=11).number == 41


@pytest.mark.parametrize(
    ("credits_of_each", "places"),
    [((9, 9), 2), ((9, 8), 1), ((8,), 0), ((12,) * 6, 5), ((), 0)],
)
def test_article_33_1_counts_workers_with_nine_credits_up_to_five_percent(
    credits_of_each: tuple[int, ...], places: int
) -> None:
    for employees in (100, 119):
        assert study_places(TODAY, Fraction(employees), credits_of_each=credits_of_each).number == places


@pytest.mark.parametrize(("raised", "places"), [(0, 0), (9, 9), (10, 10), (11, 10)])
def test_article_25_2_gives_one_place_for_each_raise_up_to_ten_percent(raised: int, places: int) -> None:
    for employees in (100, 109):
        assert wage_raise_places(TODAY, Fraction(employees), raised=raised).number == places
    with pytest.raises(NotInForce):
        wage_raise_places(FOR_2026 - date.resolution, Fraction(100), raised=raised)


@given(st.sampled_from(Level), st.dictionaries(st.sampled_from(AddOn), PERCENT))
def test_no_ceiling_is_ever_passed_and_nothing_more_than_asked_is_granted(
    level: Level, wanted: dict[AddOn, Decimal]
) -> None:
    found = ratio(TODAY, level, wanted)
    ordinary = sum((grant.granted for grant in found.grants if grant.add_on not in TO_THE_HIGHER_CEILING), found.level)
    assert ordinary <= 40
    assert found.total <= found.ceiling <= CEILING_2026
    assert (found.ceiling == CEILING_2026) is any(
        grant.granted > 0 for grant in found.grants if grant.add_on in TO_THE_HIGHER_CEILING
    )
    assert all(0 <= grant.granted <= min(grant.asked, MOST[grant.add_on].on(TODAY)) for grant in found.grants)


@given(st.sampled_from(Level), PERCENT, PERCENT, st.integers(0, 2000))
def test_asking_for_more_never_gives_less(level: Level, one: Decimal, other: Decimal, employees: int) -> None:
    less, more = (ratio(TODAY, level, {AddOn.PAID: percent}) for percent in sorted((one, other)))
    assert less.total <= more.total
    assert less.places(Fraction(employees)) <= more.places(Fraction(employees))


def test_the_shares_are_known_for_every_month_without_a_gap() -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        day = date(month // 12, month % 12 + 1, 15)
        assert all(ratio(day, level, asked(paid=5)).total >= LEVEL_CAPS.on(day)[level] for level in Level)
    with pytest.raises(NotInForce):
        ratio(REWRITTEN - date.resolution, Level.A, {})
