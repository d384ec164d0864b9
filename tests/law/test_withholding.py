"""Fees, deposits, papers and penalties: who must not keep what, since when, and in the law's own words."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from law.source import NotInForce
from law.withholding import (
    deposit,
    fee_beyond_standard,
    papers_kept_by_broker,
    papers_kept_by_employer,
    penalty_withheld,
)


@pytest.mark.parametrize(
    ("forbids", "begins", "source", "words"),
    [
        (deposit, date(2002, 1, 23), "就業服務法第5條第2項", "收取保證金"),
        (papers_kept_by_employer, date(2002, 1, 23), "就業服務法第57條第1項", "護照"),
        (papers_kept_by_broker, date(2018, 11, 30), "就業服務法第40條第1項", "違反雇主或勞工之意思，留置許可文件"),
        (fee_beyond_standard, date(2002, 1, 23), "就業服務法第40條第1項", "規定標準以外之費用"),
        (penalty_withheld, date(1984, 8, 1), "勞動基準法第26條", "違約金"),
    ],
    ids=["deposit", "papers at the employer", "papers at the broker", "fee", "penalty"],
)
def test_each_is_forbidden_from_its_first_day_by_the_article_that_says_so(
    forbids: Callable[[date], Any], begins: date, source: str, words: str
) -> None:
    assert str(forbids(begins).source) == str(forbids(date(2026, 3, 11)).source) == source
    assert any(words in quote for quote in forbids.quotes)  # type: ignore[attr-defined]
    with pytest.raises(NotInForce):
        forbids(begins - timedelta(days=1))
