"""Extending residence: from three months before the card's end, and from thirty days before until 2023."""

from datetime import date

import pytest

from law.residence import extend_residence, pending_extension, re_entry
from law.source import NotInForce
from law.windows import Purpose, Standing, standing


@pytest.mark.parametrize(
    ("expires_on", "opens"),
    [
        pytest.param(date(2026, 8, 31), date(2026, 6, 1), id="three months, end of month"),
        pytest.param(date(2026, 5, 31), date(2026, 3, 1), id="no 31 February"),
        pytest.param(date(2024, 1, 1), date(2023, 10, 2), id="first day of the three months' rule"),
        pytest.param(date(2023, 12, 31), date(2023, 12, 1), id="last day of the thirty days' rule"),
    ],
)
def test_residence_may_be_extended_from_its_opening_day_to_the_cards_last(expires_on: date, opens: date) -> None:
    window = extend_residence(expires_on)
    assert (window.opens, window.last_safe_day, window.closes) == (opens, expires_on, expires_on)
    assert window.purpose is Purpose.RESIDENCE_EXTENSION
    assert standing(window, expires_on) is Standing.LAST_SAFE_DAY


def test_the_rule_is_silent_before_its_regulation() -> None:
    with pytest.raises(NotInForce):
        extend_residence(date(2008, 7, 31))


@pytest.mark.parametrize(
    ("expires_on", "until"),
    [
        pytest.param(date(2024, 8, 31), date(2024, 9, 30), id="the first day"),
        pytest.param(date(2026, 8, 31), date(2026, 9, 30), id="thirty days, and no new card"),
    ],
)
def test_a_case_that_is_still_undecided_at_five_is_extended_by_thirty_days(expires_on: date, until: date) -> None:
    assert pending_extension(expires_on).until == until
    assert pending_extension.doubt is not None


@pytest.mark.parametrize(
    ("issued_on", "on_the_card"),
    [
        pytest.param(date(2023, 12, 31), False, id="the last day of single permits"),
        pytest.param(date(2024, 1, 1), True, id="the first day of cards with re-entry"),
    ],
)
def test_article_20_puts_re_entry_on_the_cards_issued_since_2024(issued_on: date, on_the_card: bool) -> None:
    assert re_entry(issued_on).on_the_card is on_the_card


def test_the_newer_rules_are_silent_before_their_time() -> None:
    with pytest.raises(NotInForce):
        pending_extension(date(2024, 8, 30))
    with pytest.raises(NotInForce):
        re_entry(date(2013, 10, 3))


def test_residence_is_answered_for_every_month_without_a_gap() -> None:
    for month in range(2008 * 12 + 7, 2029 * 12):
        expires_on = date(month // 12, month % 12 + 1, 28)
        opens = extend_residence(expires_on).opens
        assert opens is not None
        assert opens < expires_on
