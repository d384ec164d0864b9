"""How many care staff and bilingual workers the number of foreign workers asks for."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest

from law.source import NotInForce
from law.support_staff import Staff, agency_care_staff, bilingual_staff, care_staff, may_be_care_staff

TODAY = date(2026, 3, 2)
WORKERS = (9, 10, 49, 50, 99, 100, 199, 200, 300, 1000)


@pytest.mark.parametrize(
    ("workers", "minimum"), [*zip(WORKERS, (0, 1, 1, 2, 2, 3, 3, 4, 5, 12), strict=True), (0, 0), (299, 4)]
)
def test_articles_60_and_61_ask_for_care_staff(workers: int, minimum: int) -> None:
    assert care_staff(TODAY, workers).minimum == minimum
    assert agency_care_staff(TODAY, workers).minimum == minimum
    assert (care_staff(TODAY, workers).source.article, agency_care_staff(TODAY, workers).source.article) == ("60", "61")


@pytest.mark.parametrize(
    ("workers", "minimum"),
    [*zip(WORKERS, (0, 0, 1, 1, 1, 2, 2, 3, 4, 11), strict=True), (29, 0), (30, 1), (299, 3)],
)
def test_article_64_asks_for_bilingual_workers(workers: int, minimum: int) -> None:
    assert bilingual_staff(TODAY, workers).minimum == minimum
    assert bilingual_staff(TODAY, workers).source.article == "64"


@pytest.mark.parametrize(
    ("certificate", "care_months", "graduate", "work_months", "qualified"),
    [
        pytest.param(True, 0, False, 0, True, id="certificate"),
        pytest.param(False, 24, False, 24, True, id="two years of care service"),
        pytest.param(False, 23, False, 23, False, id="a month short of two years"),
        pytest.param(False, 0, True, 12, True, id="degree and one year"),
        pytest.param(False, 0, True, 11, False, id="degree and eleven months"),
        pytest.param(False, 0, False, 60, False, id="other work without a degree"),
    ],
)
def test_article_60_wants_one_of_three_qualifications(
    certificate: bool, care_months: int, graduate: bool, work_months: int, qualified: bool
) -> None:
    answer = may_be_care_staff(
        TODAY, certificate=certificate, care_months=care_months, graduate=graduate, work_months=work_months
    )
    assert answer.yes is qualified
    assert str(answer.source) == "雇主聘僱外國人許可及管理辦法第60條第2項"


@pytest.mark.parametrize("rule", [care_staff, agency_care_staff, bilingual_staff])
def test_more_workers_never_need_fewer_staff(rule: Callable[[date, int], Staff]) -> None:
    needed = [rule(TODAY, workers).minimum for workers in range(1001)]
    assert all(after - before in (0, 1) for before, after in pairwise(needed))
    with pytest.raises(ValueError, match="negative"):
        rule(TODAY, -1)
    assert rule(date(2022, 4, 30), 100).minimum >= 2
    with pytest.raises(NotInForce):
        rule(date(2022, 4, 29), 100)
