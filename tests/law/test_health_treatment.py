"""What follows a bad health examination: examined again or treated, and what the law calls failed."""

from datetime import date

import pytest

from law.health_treatment import AFTER, BadResult, failed_examination, treatment_asked_for
from law.source import NotInForce

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("result", "due", "quoted"),
    [
        pytest.param(BadResult.CHEST_XRAY, date(2026, 3, 17), "十五日內", id="tuberculosis: 15 days"),
        pytest.param(BadResult.LEPROSY, date(2026, 3, 17), "十五日內", id="leprosy: 15 days"),
        pytest.param(BadResult.SYPHILIS, date(2026, 4, 1), "三十日內，取得完成治療證明", id="syphilis: 30 days"),
        pytest.param(BadResult.PARASITES, date(2026, 5, 6), "六十五日內", id="parasites: 65 days"),
    ],
)
def test_article_7_gives_each_bad_result_its_days_and_its_own_words(result: BadResult, due: date, quoted: str) -> None:
    after = AFTER[result]
    assert (after(DAY).due, after(DAY).source.article) == (due, "7")
    assert quoted in "".join(after.quotes)
    with pytest.raises(NotInForce):
        after(date(2022, 4, 29))


def test_parasites_need_the_proof_that_they_are_gone_and_amoeba_three() -> None:
    (quote,) = AFTER[BadResult.PARASITES].quotes
    assert "取得陰性之證明" in quote
    assert "三次均為陰性" in quote


def test_article_9_gives_the_employer_fifteen_days_to_ask_for_treatment_and_lets_the_cured_pass() -> None:
    assert treatment_asked_for(DAY).due == date(2026, 3, 17)
    assert "完成治療者，視為合格。" in treatment_asked_for.quotes[1]


def test_article_10_fails_only_what_it_lists() -> None:
    assert not failed_examination(DAY).failed
    assert not failed_examination(DAY, days_of_treatment_missed=14).failed
    assert failed_examination(DAY, days_of_treatment_missed=15).failed
    assert failed_examination(DAY, resistant_tuberculosis=True).failed
    assert failed_examination(DAY, second_examination_missed_or_failed=True).failed
