"""The most a broker may take a month from a type B worker, and the fine for more."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from law.broker_fees import Charge, chargeable, overcharge_fine, service_fee_cap, yearly_fee_cap
from law.source import NotInForce

ENTERED = date(2024, 3, 15)


@pytest.mark.parametrize(
    ("charged_for", "cap"),
    [
        pytest.param(ENTERED, 1800, id="first day"),
        pytest.param(date(2025, 3, 14), 1800, id="last day of the first year"),
        pytest.param(date(2025, 3, 15), 1700, id="first day of the second year"),
        pytest.param(date(2026, 3, 14), 1700, id="last day of the second year"),
        pytest.param(date(2026, 3, 15), 1500, id="first day of the third year"),
        pytest.param(date(2035, 3, 15), 1500, id="twelfth year"),
    ],
)
def test_article_6_caps_the_fee_by_the_year_since_entry(charged_for: date, cap: int) -> None:
    assert service_fee_cap(charged_for, ENTERED).monthly == cap
    assert service_fee_cap(charged_for, ENTERED).source.article == "6"
    assert service_fee_cap(charged_for, ENTERED, back_with_same_employer=True).monthly == 1500


def test_article_7_takes_four_fifths_for_a_non_profit_agency() -> None:
    cap = service_fee_cap(ENTERED, ENTERED, non_profit=True)
    assert (cap.monthly, cap.source.article) == (Decimal("1440.00"), "7")


def test_no_fee_is_due_before_she_entered() -> None:
    with pytest.raises(ValueError, match="before she entered"):
        service_fee_cap(ENTERED - timedelta(days=1), ENTERED)


def test_article_6_answers_every_month_and_never_rises() -> None:
    caps = [
        service_fee_cap(date(month // 12, month % 12 + 1, 28), date(2022, 1, 28)).monthly
        for month in range(2022 * 12, 2029 * 12)
    ]
    assert all(before >= after for before, after in pairwise(caps))
    assert caps.count(Decimal(1800)) == caps.count(Decimal(1700)) == 12


def test_article_66_of_the_act_fines_ten_to_twenty_times_the_excess() -> None:
    fine = overcharge_fine(date(2026, 3, 2), Decimal(4800), Decimal(1800))
    assert fine.least == 30000
    assert fine.most == 60000
    assert str(fine.source) == "就業服務法第66條第1項"
    assert overcharge_fine(date(2026, 3, 2), Decimal(1800), Decimal(1800)).most == 0
    assert overcharge_fine(date(2026, 3, 2), Decimal(1000), Decimal(1800)).least == 0


def test_the_rules_begin_with_the_standard_of_2017() -> None:
    assert service_fee_cap(date(2017, 4, 8), date(2017, 4, 8)).monthly == 1800
    with pytest.raises(NotInForce):
        service_fee_cap(date(2017, 4, 7), date(2017, 4, 7))
    for ask in (lambda: chargeable(date(2017, 4, 7), Charge.SERVICE), lambda: yearly_fee_cap(date(2017, 4, 7))):
        with pytest.raises(NotInForce):
            ask()
    with pytest.raises(NotInForce):
        overcharge_fine(date(2017, 4, 7), Decimal(1), Decimal(0))


def test_article_6_lets_a_broker_ask_for_service_and_for_nothing_else() -> None:
    assert chargeable(date(2026, 3, 2), Charge.SERVICE).allowed
    assert not chargeable(date(2026, 3, 2), Charge.PLACEMENT).allowed
    assert str(chargeable(date(2026, 3, 2), Charge.PLACEMENT).source) == "私立就業服務機構收費項目及金額標準第6條第1項"


def test_article_5_caps_what_professionals_and_skilled_workers_pay() -> None:
    cap = yearly_fee_cap(date(2026, 3, 2))
    assert (cap.yearly, cap.months_of_wage_once) == (Decimal(2000), 1)
    assert str(cap.source) == "私立就業服務機構收費項目及金額標準第5條"
