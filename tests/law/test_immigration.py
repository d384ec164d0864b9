"""The residence card: fifteen days until 2023 and thirty since, and what an overstay costs."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.immigration import (
    card_after_new_employer_due,
    change_of_address_due,
    must_carry_card,
    overstay,
    renew_passport,
    residence_card_due,
)
from law.source import NotInForce
from law.working_days import Deadline

DAYS = st.dates(date(2024, 1, 1), date(2027, 10, 31))


@pytest.mark.parametrize(
    ("entered_on", "due"),
    [
        pytest.param(date(2023, 12, 31), date(2024, 1, 15), id="the last day of the fifteen days' rule"),
        pytest.param(date(2024, 1, 1), date(2024, 1, 31), id="the first day of the thirty days' rule"),
        pytest.param(date(2026, 3, 2), date(2026, 4, 1), id="thirty days"),
        pytest.param(date(2026, 3, 5), date(2026, 4, 7), id="4 April is a holiday, with the Friday and the Monday"),
    ],
)
def test_article_22_gives_thirty_days_after_entry_to_apply_for_the_card(entered_on: date, due: date) -> None:
    found = residence_card_due(entered_on)
    assert found.by == Deadline(due, certain=True)
    assert str(found.source) == "入出國及移民法第22條第2項"


@pytest.mark.parametrize(
    ("moved_on", "due"),
    [
        pytest.param(date(2023, 12, 31), date(2024, 1, 15), id="fifteen days until 2023"),
        pytest.param(date(2024, 1, 1), date(2024, 1, 31), id="thirty days since 2024"),
    ],
)
def test_article_31_has_as_many_days_for_a_change_of_address(moved_on: date, due: date) -> None:
    assert change_of_address_due(moved_on).by.day == due


def test_article_31_after_a_new_employer_is_read_in_two_ways_and_both_are_told() -> None:
    due = card_after_new_employer_due(date(2026, 6, 10))
    assert due.by_labour_agency.by.day == date(2026, 6, 25)
    assert due.by_act.by.day == date(2026, 7, 10)
    assert "lrsc.wda.gov.tw" in due.by_labour_agency.source.url
    assert card_after_new_employer_due.doubt is not None


@given(DAYS)
def test_the_labour_agencys_day_is_never_after_the_acts(approved_on: date) -> None:
    due = card_after_new_employer_due(approved_on)
    assert approved_on < due.by_labour_agency.by.day <= due.by_act.by.day


@given(DAYS, DAYS)
def test_who_enters_later_never_has_an_earlier_last_day(one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    assert residence_card_due(earlier).by.day <= residence_card_due(later).by.day
    assert renew_passport(earlier).renew_from <= renew_passport(later).renew_from


@pytest.mark.parametrize(
    ("born_on", "must"),
    [
        pytest.param(date(2012, 5, 10), True, id="fourteen today"),
        pytest.param(date(2012, 5, 11), False, id="fourteen tomorrow"),
        pytest.param(date(1990, 1, 1), True, id="a worker"),
    ],
)
def test_article_28_has_everybody_from_fourteen_carry_a_document(born_on: date, must: bool) -> None:
    assert must_carry_card(date(2026, 5, 10), born_on).must is must


@pytest.mark.parametrize(
    ("expires_on", "renew_from"),
    [
        pytest.param(date(2026, 12, 31), date(2026, 7, 1), id="no 31 June"),
        pytest.param(date(2026, 8, 15), date(2026, 2, 16), id="the day after the corresponding day"),
    ],
)
def test_a_passport_is_renewed_when_less_than_six_months_are_left(expires_on: date, renew_from: date) -> None:
    assert renew_passport(expires_on).renew_from == renew_from


@pytest.mark.parametrize(
    ("day", "least", "most", "years", "article"),
    [
        pytest.param(date(2024, 2, 29), 2_000, 10_000, 3, "85", id="the last day of the old amounts"),
        pytest.param(date(2024, 3, 1), 10_000, 50_000, 7, "74-1", id="the first day of the new ones"),
    ],
)
def test_article_74_1_raised_what_an_overstay_costs(day: date, least: int, most: int, years: int, article: str) -> None:
    cost = overstay(day)
    assert (cost.fine_at_least, cost.fine_at_most) == (Decimal(least), Decimal(most))
    assert (cost.ban_years_at_least, cost.ban_years_at_most, cost.source.article) == (1, years, article)


def test_the_rules_answer_for_every_month_of_their_lives_and_are_silent_before() -> None:
    for month in range(2008 * 12 + 7, 2029 * 12):
        day = date(month // 12, month % 12 + 1, 1)
        assert residence_card_due(day).by.day > day
        assert change_of_address_due(day).by.day > day
        assert overstay(day).fine_at_most > overstay(day).fine_at_least
    for silent in (residence_card_due, change_of_address_due, overstay):
        with pytest.raises(NotInForce):
            silent(date(2008, 7, 31))
    with pytest.raises(NotInForce):
        card_after_new_employer_due(date(2023, 12, 31))
