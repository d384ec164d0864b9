"""Recruiting again before a permit ends: once, in its last four months, for no more workers than before."""

from datetime import date

import pytest

from law.review_standards import may_re_recruit, re_recruit, re_recruitment_places
from law.windows import Purpose, Standing, standing

ENDS_ON = date(2026, 8, 31)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param(date(2026, 4, 30), Standing.NOT_YET, id="four months before"),
        pytest.param(date(2026, 5, 1), Standing.OPEN, id="the day after"),
        pytest.param(ENDS_ON, Standing.LAST_SAFE_DAY, id="the permit's last day"),
        pytest.param(date(2026, 9, 1), Standing.OVER, id="after the permit"),
    ],
)
def test_article_37_opens_four_months_before_the_end(today: date, expected: Standing) -> None:
    window = re_recruit(ENDS_ON)
    assert window.purpose is Purpose.RE_RECRUITMENT
    assert standing(window, today) is expected
    in_time = expected in (Standing.OPEN, Standing.LAST_SAFE_DAY)
    assert may_re_recruit(ENDS_ON, today, earlier_applications=0) is in_time


def test_article_37_allows_one_application() -> None:
    assert not may_re_recruit(ENDS_ON, date(2026, 5, 1), earlier_applications=1)


@pytest.mark.parametrize(("permitted", "entered", "places"), [(10, 8, 8), (10, 10, 10), (10, 11, 10)])
def test_article_37_caps_the_places_by_who_came_or_stayed(permitted: int, entered: int, places: int) -> None:
    assert re_recruitment_places(ENDS_ON, permitted=permitted, entered_or_continued=entered) == places
