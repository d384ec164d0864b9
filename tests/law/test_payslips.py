"""What is missing on a payslip, and what does not add up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.payslips import (
    LISTED,
    Deduction,
    DeductionKind,
    Flaw,
    Item,
    Payslip,
    WageItem,
    check_payslip,
    deductible,
    lacking,
    paid_in_full,
)
from law.source import NotInForce

PAID = date(2026, 3, 5)
WHOLE = Payslip(
    languages=frozenset({"zh", "id"}),
    wage_items=(WageItem("base", Decimal(28590)), WageItem("overtime", Decimal(2410))),
    total=Decimal(31000),
    deductions=(
        Deduction(DeductionKind.HEALTH_INSURANCE, Decimal(443)),
        Deduction(DeductionKind.LABOUR_INSURANCE, Decimal(715)),
        Deduction(DeductionKind.INCOME_TAX, Decimal(858)),
        Deduction(DeductionKind.BOARD_AND_LODGING, Decimal(2500)),
        Deduction(DeductionKind.WELFARE_FUND, Decimal(143)),
        Deduction(DeductionKind.GARNISHMENT, Decimal(1000)),
        Deduction(DeductionKind.OTHER_BY_LAW, Decimal(100), law="工會法第28條"),
    ),
    received=Decimal(25241),
    paid_in_cash=True,
    given_to_worker=True,
    proof_given=False,
)


def test_article_66_is_satisfied_when_everything_is_there() -> None:
    check = check_payslip(PAID, WHOLE, "id")
    assert check.complete
    assert check.flaws == ()
    assert check.kept_until == date(2031, 3, 5)
    assert str(check.source) == "雇主聘僱外國人許可及管理辦法第66條第1項"


def with_deduction(kind: DeductionKind, amount: int, law: str = "") -> Payslip:
    """One more deduction, and so much less received: only the deduction itself is in question."""
    assert WHOLE.received is not None
    deductions = (*WHOLE.deductions, Deduction(kind, Decimal(amount), law))
    return replace(WHOLE, deductions=deductions, received=WHOLE.received - amount)


@pytest.mark.parametrize(
    ("payslip", "flaw"),
    [
        pytest.param(replace(WHOLE, languages=frozenset({"zh"})), Flaw.NOT_IN_HER_LANGUAGE, id="Chinese only"),
        pytest.param(replace(WHOLE, languages=frozenset({"id"})), Flaw.NO_CHINESE, id="her language only"),
        pytest.param(replace(WHOLE, received=None), Flaw.NO_AMOUNT_RECEIVED, id="no amount received"),
        pytest.param(replace(WHOLE, wage_items=()), Flaw.NO_WAGE_ITEMS, id="no items"),
        pytest.param(replace(WHOLE, total=None), Flaw.NO_TOTAL, id="no total"),
        pytest.param(replace(WHOLE, paid_in_cash=None), Flaw.NO_WAY_OF_PAYING, id="way of paying not printed"),
        pytest.param(replace(WHOLE, paid_in_cash=False), Flaw.NO_PROOF_OF_PAYMENT, id="transfer without proof"),
        pytest.param(replace(WHOLE, given_to_worker=False), Flaw.NOT_GIVEN_TO_WORKER, id="not handed over"),
        pytest.param(with_deduction(DeductionKind.NOT_ITEMISED, 3500), Flaw.DEDUCTION_NOT_ITEMISED, id="other 3,500"),
        pytest.param(
            with_deduction(DeductionKind.BROKER_FEE, 1500), Flaw.BROKER_FEE_DEDUCTED, id="broker fee deducted"
        ),
        pytest.param(
            with_deduction(DeductionKind.SECURITY_FEE, 2000), Flaw.SECURITY_FEE_DEDUCTED, id="the employer's own fee"
        ),
        pytest.param(with_deduction(DeductionKind.FINE, 500), Flaw.DEDUCTION_NOT_LISTED, id="a fine"),
        pytest.param(with_deduction(DeductionKind.DEPOSIT, 500), Flaw.DEDUCTION_NOT_LISTED, id="a deposit"),
        pytest.param(with_deduction(DeductionKind.PLACEMENT_FEE, 500), Flaw.DEDUCTION_NOT_LISTED, id="a debt"),
        pytest.param(
            with_deduction(DeductionKind.OTHER_BY_LAW, 300, " "), Flaw.DEDUCTION_WITHOUT_LAW, id="no law named"
        ),
        pytest.param(replace(WHOLE, received=Decimal(25240)), Flaw.SUMS_DO_NOT_AGREE, id="a dollar short"),
        pytest.param(replace(WHOLE, received=Decimal(25242)), Flaw.SUMS_DO_NOT_AGREE, id="a dollar too much"),
        pytest.param(replace(WHOLE, wage_items=WHOLE.wage_items[:1]), Flaw.ITEMS_ARE_NOT_THE_TOTAL, id="an item short"),
    ],
)
def test_article_66_finds_what_is_missing_and_nothing_else(payslip: Payslip, flaw: Flaw) -> None:
    check = check_payslip(PAID, payslip, "id")
    assert check.flaws == (flaw,)
    assert not check.complete


def test_a_transfer_with_proof_and_a_payslip_without_deductions_are_fine() -> None:
    assert check_payslip(PAID, replace(WHOLE, paid_in_cash=False, proof_given=True), "id").complete
    assert check_payslip(PAID, replace(WHOLE, deductions=(), received=Decimal(31000)), "id").complete


def test_an_empty_payslip_lacks_everything_in_the_order_of_the_article() -> None:
    empty = Payslip(frozenset(), (), None, (), None, None, given_to_worker=False, proof_given=False)
    assert check_payslip(PAID, empty, "vi").flaws == (
        Flaw.NO_CHINESE,
        Flaw.NOT_IN_HER_LANGUAGE,
        Flaw.NO_AMOUNT_RECEIVED,
        Flaw.NO_WAGE_ITEMS,
        Flaw.NO_TOTAL,
        Flaw.NO_WAY_OF_PAYING,
        Flaw.NOT_GIVEN_TO_WORKER,
    )


@pytest.mark.parametrize(
    ("paid_on", "is_skilled", "article"),
    [
        (date(2025, 12, 31), True, "66"),
        (date(2026, 1, 1), True, "65"),
        (date(2026, 1, 1), False, "66"),
        (date(2022, 4, 30), False, "66"),
    ],
)
def test_skilled_workers_have_their_own_article_since_2026(paid_on: date, is_skilled: bool, article: str) -> None:
    assert check_payslip(paid_on, WHOLE, "id", is_skilled=is_skilled).source.article == article


def test_article_66_is_silent_before_the_rewritten_regulation() -> None:
    with pytest.raises(NotInForce):
        check_payslip(date(2022, 4, 29), WHOLE, "id")


def test_article_66_answers_for_every_month_until_2028() -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        assert check_payslip(date(month // 12, month % 12 + 1, 5), WHOLE, "id").complete


@given(st.lists(st.decimals(0, 9000, places=0), max_size=4), st.decimals(-50, 50, places=0))
def test_the_sums_agree_only_when_nothing_is_lost(amounts: list[Decimal], lost: Decimal) -> None:
    deductions = tuple(Deduction(DeductionKind.INCOME_TAX, amount) for amount in amounts)
    received = Decimal(31000) - sum(amounts) - lost
    check = check_payslip(PAID, replace(WHOLE, deductions=deductions, received=received), "id")
    assert (Flaw.SUMS_DO_NOT_AGREE in check.flaws) is (lost != 0)


def test_what_a_worker_finds_on_the_paper_is_judged_by_the_same_list() -> None:
    assert lacking(PAID, frozenset(Item), LISTED).flaws == ()
    assert lacking(PAID, (), ()).flaws == (
        Flaw.NO_CHINESE,
        Flaw.NOT_IN_HER_LANGUAGE,
        Flaw.NO_AMOUNT_RECEIVED,
        Flaw.NO_WAGE_ITEMS,
        Flaw.NO_TOTAL,
        Flaw.NO_WAY_OF_PAYING,
        Flaw.NO_PROOF_OF_PAYMENT,
        Flaw.NOT_GIVEN_TO_WORKER,
    )
    assert lacking(PAID, frozenset(Item), frozenset(DeductionKind)).flaws == (
        Flaw.DEDUCTION_NOT_ITEMISED,
        Flaw.BROKER_FEE_DEDUCTED,
        Flaw.SECURITY_FEE_DEDUCTED,
        Flaw.DEDUCTION_NOT_LISTED,
    )
    assert lacking(PAID, (), (), is_skilled=True).source.article == "65"


@pytest.mark.parametrize(
    ("received", "lost"), [("25241", 0), ("25240", 1), ("25242", -1)], ids=["whole", "a dollar short", "too much"]
)
def test_article_66_5_has_the_rest_paid_in_full(received: str, lost: int) -> None:
    found = paid_in_full(PAID, Decimal(31000), Decimal(5759), Decimal(received))
    assert (found.should_be, found.lost) == (Decimal(25241), Decimal(lost))
    assert str(found.source) == "雇主聘僱外國人許可及管理辦法第66條第5項"


@pytest.mark.parametrize(
    ("kind", "listed"),
    [
        (DeductionKind.HEALTH_INSURANCE, True),
        (DeductionKind.LABOUR_INSURANCE, True),
        (DeductionKind.INCOME_TAX, True),
        (DeductionKind.BOARD_AND_LODGING, True),
        (DeductionKind.WELFARE_FUND, True),
        (DeductionKind.GARNISHMENT, True),
        (DeductionKind.OTHER_BY_LAW, True),
        (DeductionKind.BROKER_FEE, False),
        (DeductionKind.PLACEMENT_FEE, False),
        (DeductionKind.FINE, False),
        (DeductionKind.DEPOSIT, False),
        (DeductionKind.NOT_ITEMISED, False),
    ],
)
def test_article_66_names_what_may_be_taken_from_the_wage(kind: DeductionKind, listed: bool) -> None:
    assert deductible(PAID, kind).listed is listed


def test_the_newer_rules_begin_with_the_rewritten_regulation_too() -> None:
    before = date(2022, 4, 29)
    for ask in (
        lambda: lacking(before, (), ()),
        lambda: deductible(before, DeductionKind.FINE),
        lambda: paid_in_full(before, Decimal(1), Decimal(0), Decimal(1)),
    ):
        with pytest.raises(NotInForce):
            ask()
