"""The orientation of household workers: when it is asked for, how long its certificate holds, the online course."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.orientation import LastDay, online_course_due, orientation_certificate_valid_until, orientation_request_due
from law.source import NotInForce

DAYS = st.dates(date(2023, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("completed_on", "until"),
    [
        pytest.param(date(2026, 1, 10), date(2031, 1, 10), id="five years"),
        pytest.param(date(2024, 2, 29), date(2029, 2, 28), id="leap day"),
    ],
)
def test_article_34_4_gives_a_certificate_for_five_years(completed_on: date, until: date) -> None:
    certificate = orientation_certificate_valid_until(completed_on)
    assert certificate.by == until
    assert str(certificate.source) == "雇主聘僱外國人許可及管理辦法第34-4條第1項"


def test_article_34_4_gives_ninety_days_for_the_online_course() -> None:
    assert online_course_due(date(2026, 1, 10)).by == date(2026, 4, 10)
    assert online_course_due(date(2028, 1, 10)).by == date(2028, 4, 9)
    assert online_course_due(date(2026, 1, 10)).source.paragraph == "2"


def test_article_34_1_is_asked_for_five_days_before_entry() -> None:
    assert orientation_request_due(date(2026, 1, 10)).by == date(2026, 1, 5)
    assert orientation_request_due(date(2026, 3, 3)).by == date(2026, 2, 26)


@pytest.mark.parametrize("rule", [orientation_request_due, orientation_certificate_valid_until, online_course_due])
def test_the_articles_begin_with_2023(rule: Callable[[date], LastDay]) -> None:
    assert rule(date(2023, 1, 1)).by
    with pytest.raises(NotInForce):
        rule(date(2022, 12, 31))


@given(DAYS, DAYS)
def test_later_days_never_end_earlier(one: date, other: date) -> None:
    early, late = sorted((one, other))
    for rule in (orientation_request_due, orientation_certificate_valid_until, online_course_due):
        assert rule(early).by <= rule(late).by
    assert online_course_due(early).by - early == timedelta(days=90)
    assert orientation_certificate_valid_until(early).by.year == early.year + 5
