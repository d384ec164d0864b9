"""Extending residence: from three months before the card's end, and from thirty days before until 2023."""

from datetime import date

import pytest

from law.residence import extend_residence
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
