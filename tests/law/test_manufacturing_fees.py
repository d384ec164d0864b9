"""Articles 26 to 28 and 35: the tiers, both readings of the extra fee, waivers, and what is paid back."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.manufacturing import FOR_2026, PRINTED, REWRITTEN, STUDIES, TRANSFEREES
from law.manufacturing_fees import (
    NEW_INVESTMENT_FROM,
    OVERSEAS_FROM,
    WAIVERS_UNTIL,
    fixed_extra,
    monthly_fees,
    new_investment_waiver,
    overseas_waiver,
    paid_back,
    paid_tier,
)
from law.manufacturing_ratios import AddOn
from law.source import NotInForce

TODAY = date(2026, 11, 22)
APPROVAL = date(2014, 6, 1)


@pytest.mark.parametrize(
    ("add_on", "extra"),
    [
        ("0.01", 3000),
        ("5", 3000),
        ("5.01", 5000),
        ("10", 5000),
        ("10.01", 7000),
        ("15", 7000),
        ("15.01", 9000),
        ("20", 9000),
        ("20.01", None),
    ],
)
def test_article_26_lets_the_lower_tier_own_the_boundary(add_on: str, extra: int | None) -> None:
    tier = paid_tier(TODAY, Decimal(add_on))
    assert (tier.extra, tier.source.article, tier.source.paragraph) == (extra, "26", "1")


def test_article_26_has_no_tier_for_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        paid_tier(TODAY, Decimal(0))


def test_article_26_had_three_tiers_before_the_print_of_2024() -> None:
    before = PRINTED - date.resolution
    assert [paid_tier(before, Decimal(add_on)).extra for add_on in (5, 10, 15, 20)] == [3000, 5000, 7000, None]
    assert paid_tier(PRINTED, Decimal(20)).extra == 9000
    with pytest.raises(NotInForce):
        paid_tier(REWRITTEN - date.resolution, Decimal(5))


def test_article_26_is_read_both_ways_for_eight_workers_above_level_b() -> None:
    fees = monthly_fees(TODAY, Fraction(100), ordinary=20, added=8)
    assert fees.extra_all_in == 8 * 5000 == 40_000
    assert fees.extra_marginal == 5 * 3000 + 3 * 5000 == 30_000
    assert fees.base == 28 * 2000
    assert fees.source.article == "26"


def test_article_26_puts_the_extra_on_top_of_the_ordinary_fee() -> None:
    fees = monthly_fees(TODAY, Fraction(100), ordinary=0, added=1)
    assert fees.base + fees.extra_all_in == fees.base + fees.extra_marginal == 5000


@pytest.mark.parametrize(
    ("added", "all_in", "marginal"),
    [
        pytest.param(0, 0, 0, id="none"),
        pytest.param(5, 15_000, 15_000, id="the whole first tier"),
        pytest.param(6, 30_000, 20_000, id="one in the second"),
        pytest.param(20, 180_000, 5 * (3000 + 5000 + 7000 + 9000), id="all four tiers"),
    ],
)
def test_the_two_readings_agree_on_the_first_tier_only(added: int, all_in: int, marginal: int) -> None:
    fees = monthly_fees(TODAY, Fraction(100), ordinary=20, added=added)
    assert (fees.extra_all_in, fees.extra_marginal) == (all_in, marginal)


@pytest.mark.parametrize(("day", "most"), [(PRINTED - date.resolution, 15), (PRINTED, 20)])
def test_article_26_refuses_more_workers_than_it_allows(day: date, most: int) -> None:
    assert monthly_fees(day, Fraction(100), ordinary=0, added=most).extra_all_in > 0
    with pytest.raises(ValueError, match="more than art"):
        monthly_fees(day, Fraction(100), ordinary=0, added=most + 1)


def test_a_share_of_no_employees_is_refused() -> None:
    with pytest.raises(ValueError, match="no employees"):
        monthly_fees(TODAY, Fraction(0), ordinary=0, added=1)


@given(st.integers(1, 3000), st.integers(0, 200))
def test_all_in_is_never_cheaper_than_marginal_and_one_more_worker_never_costs_less(employees: int, added: int) -> None:
    if added * 5 > employees:
        added = employees // 5
    fees = monthly_fees(TODAY, Fraction(employees), ordinary=0, added=added)
    assert 3000 * added <= fees.extra_marginal <= fees.extra_all_in <= 9000 * added
    if added:
        fewer = monthly_fees(TODAY, Fraction(employees), ordinary=0, added=added - 1)
        assert fewer.extra_all_in < fees.extra_all_in
        assert fewer.extra_marginal < fees.extra_marginal


@pytest.mark.parametrize(
    ("add_on", "extra", "article", "first_day"),
    [
        (AddOn.TRANSFEREES, 0, "25-1", TRANSFEREES),
        (AddOn.WAGE_RAISES, 0, "25-2", FOR_2026),
        (AddOn.OVERSEAS, 7000, "28", REWRITTEN),
        (AddOn.RETURNING, 7000, "31", REWRITTEN),
        (AddOn.OFFSHORE_WIND, 7000, "31", REWRITTEN),
        (AddOn.FURTHER_RETURNING, None, "31", FOR_2026),
        (AddOn.STUDYING, 7000, "33-1", STUDIES),
    ],
)
def test_other_add_ons_have_one_price(add_on: AddOn, extra: int | None, article: str, first_day: date) -> None:
    found = fixed_extra(first_day, add_on)
    assert (found.extra, found.source.article) == (extra, article)
    with pytest.raises(NotInForce):
        fixed_extra(first_day - date.resolution, add_on)


def test_the_paid_add_on_has_no_one_price() -> None:
    with pytest.raises(ValueError, match="paid_tier"):
        fixed_extra(TODAY, AddOn.PAID)


@pytest.mark.parametrize(
    ("large", "add_on", "years"),
    [
        pytest.param(False, "5", 3, id="a new factory, 5"),
        pytest.param(False, "5.01", 0, id="a new factory, just over 5"),
        pytest.param(False, "8", 0, id="a new factory, 8"),
        pytest.param(True, "10", 3, id="a large investment, 10"),
        pytest.param(True, "10.01", 0, id="a large investment, just over 10"),
    ],
)
def test_article_27_waives_three_years(large: bool, add_on: str, years: int) -> None:
    waiver = new_investment_waiver(APPROVAL, large=large, add_on=Decimal(add_on))
    assert (waiver.years, waiver.source.article) == (years, "27")


@pytest.mark.parametrize(
    ("headquarters", "add_on", "years"),
    [(False, "20", 5), (False, "20.01", 0), (True, "15", 5), (True, "15.01", 0), (True, "20", 0)],
)
def test_article_28_waives_five_years(headquarters: bool, add_on: str, years: int) -> None:
    waiver = overseas_waiver(APPROVAL, headquarters=headquarters, add_on=Decimal(add_on))
    assert (waiver.years, waiver.source.article) == (years, "28")


def test_articles_27_and_28_hold_for_approvals_asked_for_in_their_time_only() -> None:
    five = Decimal(5)
    for day in (NEW_INVESTMENT_FROM, WAIVERS_UNTIL):
        assert new_investment_waiver(day, large=False, add_on=five).years == 3
    for day in (OVERSEAS_FROM, WAIVERS_UNTIL):
        assert overseas_waiver(day, headquarters=True, add_on=five).years == 5
    for day in (NEW_INVESTMENT_FROM - date.resolution, WAIVERS_UNTIL + date.resolution):
        with pytest.raises(NotInForce):
            new_investment_waiver(day, large=False, add_on=five)
    for day in (OVERSEAS_FROM - date.resolution, WAIVERS_UNTIL + date.resolution):
        with pytest.raises(NotInForce):
            overseas_waiver(day, headquarters=True, add_on=five)


@pytest.mark.parametrize(
    ("revoked", "entered", "told", "first", "last"),
    [
        pytest.param(
            date(2026, 7, 1), date(2026, 1, 10), None, date(2026, 1, 11), date(2026, 6, 30), id="first inspection"
        ),
        pytest.param(
            date(2026, 9, 1),
            date(2025, 3, 1),
            date(2026, 6, 15),
            date(2026, 6, 16),
            date(2026, 8, 31),
            id="later, in since 2025",
        ),
        pytest.param(
            date(2026, 9, 1),
            date(2026, 6, 20),
            date(2026, 6, 15),
            date(2026, 6, 21),
            date(2026, 8, 31),
            id="later, came after the notice",
        ),
        pytest.param(
            date(2026, 9, 1),
            date(2026, 6, 15),
            date(2026, 6, 15),
            date(2026, 6, 16),
            date(2026, 8, 31),
            id="later, came on the day of the notice",
        ),
    ],
)
def test_article_35_counts_the_days_to_be_paid_back(
    revoked: date, entered: date, told: date | None, first: date, last: date
) -> None:
    owed = paid_back(revoked, entered, improvement_told_on=told)
    assert (owed.first_day, owed.last_day, owed.days) == (first, last, (last - first).days + 1)
    assert owed.source.article == "35"


def test_article_35_amount_is_a_thirtieth_for_each_day() -> None:
    owed = paid_back(date(2026, 7, 1), date(2026, 5, 31), improvement_told_on=None)
    assert owed.days == 30
    assert owed.amount(5000) == 5000
    assert paid_back(date(2026, 6, 8), date(2026, 6, 6), improvement_told_on=None).amount(5000) == Fraction(500, 3)


def test_article_35_owes_nothing_when_revoked_the_day_after() -> None:
    owed = paid_back(date(2026, 6, 7), date(2026, 6, 6), improvement_told_on=None)
    assert owed.days == 0
    assert owed.amount(9000) == 0
    with pytest.raises(ValueError, match="after the worker's entry"):
        paid_back(date(2026, 6, 6), date(2026, 6, 6), improvement_told_on=None)


@given(st.dates(REWRITTEN, date(2030, 1, 1)), st.integers(1, 900), st.integers(0, 30))
def test_a_later_revocation_never_owes_less(entered: date, stayed: int, told_after: int) -> None:
    told = entered + timedelta(days=told_after)
    for notice in (None, told):
        sooner, later = (
            paid_back(entered + timedelta(days=stayed + more), entered, improvement_told_on=notice).days
            for more in (0, 1)
        )
        assert sooner <= later <= sooner + 1


def test_the_tiers_are_known_for_every_month_without_a_gap() -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        day = date(month // 12, month % 12 + 1, 15)
        assert paid_tier(day, Decimal(12)).extra == 7000
        assert paid_back(day, day - timedelta(days=31), improvement_told_on=None).days == 30
