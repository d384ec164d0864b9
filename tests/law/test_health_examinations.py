"""The three regular health examinations: thirty days either side of 6, 18 and 30 months of work."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.health_examinations import examinations
from law.source import NotInForce


@pytest.mark.parametrize(
    ("starts_on", "windows"),
    [
        pytest.param(
            "2026-01-15",
            ["2026-06-15 2026-08-14", "2027-06-15 2027-08-14", "2028-06-15 2028-08-14"],
            id="an ordinary day",
        ),
        pytest.param(
            "2025-08-31",
            ["2026-01-29 2026-03-30", "2027-01-29 2027-03-30", "2028-01-30 2028-03-30"],
            id="end of August, one February a leap one",
        ),
        pytest.param(
            "2025-10-31",
            ["2026-03-31 2026-05-30", "2027-03-31 2027-05-30", "2028-03-31 2028-05-30"],
            id="end of October",
        ),
    ],
)
def test_article_5_gives_three_windows(starts_on: str, windows: list[str]) -> None:
    found = examinations(date.fromisoformat(starts_on))
    assert [f"{examination.opens} {examination.closes}" for examination in found] == windows
    assert [examination.months for examination in found] == [6, 18, 30]


def test_the_target_of_a_long_months_end_is_a_short_months_end() -> None:
    targets = [examination.target for examination in examinations(date(2025, 8, 31))]
    assert targets == [date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


@given(st.dates(date(2022, 4, 30), date(2045, 12, 31)))
def test_the_target_is_the_middle_of_its_window(starts_on: date) -> None:
    for examination in examinations(starts_on):
        assert examination.target - examination.opens == timedelta(days=30)
        assert examination.closes - examination.target == timedelta(days=30)


def test_the_rule_records_that_the_base_date_since_2026_is_unverified() -> None:
    assert examinations.doubt is not None
    assert "UNVERIFIED" in examinations.doubt
    assert str(examinations.source) == "受聘僱外國人健康檢查管理辦法第5條第1項"


def test_the_rule_is_silent_before_its_regulation() -> None:
    with pytest.raises(NotInForce):
        examinations(date(2022, 4, 29))
