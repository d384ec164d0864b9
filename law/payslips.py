"""What a payslip must say: 雇主聘僱外國人許可及管理辦法第66條, for skilled workers since 2026 art. 65 of their own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from law.citations import REWRITTEN, SKILLED_WORKERS_REGULATION, permission, skilled
from law.dates import months_after
from law.source import Dated, Source, rule

ART_66, ART_66_5, SKILLED_65 = permission("66", "1"), permission("66", "5"), skilled("65", "1")
SKILLED_PAYSLIP = Dated(SKILLED_65, {REWRITTEN: ART_66, SKILLED_WORKERS_REGULATION: SKILLED_65})
CHINESE = "zh"


class DeductionKind(StrEnum):
    HEALTH_INSURANCE = "health_insurance"  # 全民健康保險費
    LABOUR_INSURANCE = "labour_insurance"  # 勞工保險費
    INCOME_TAX = "income_tax"  # 所得稅
    BOARD_AND_LODGING = "board_and_lodging"  # 膳宿費
    WELFARE_FUND = "welfare_fund"  # 職工福利金
    GARNISHMENT = "garnishment"  # 依法院或行政執行機關之扣押命令所扣押之金額
    OTHER_BY_LAW = "other_by_law"  # 依其他法律規定得自工資逕予扣除: the law must be named
    BROKER_FEE = "broker_fee"
    SECURITY_FEE = "security_fee"  # 就業安定費, the employer's own
    PLACEMENT_FEE = "placement_fee"  # for finding her the work, or a debt made for it
    FINE = "fine"  # a penalty, or damages
    DEPOSIT = "deposit"
    NOT_ITEMISED = "not_itemised"  # a lump such as "other 3,500"


LISTED = frozenset(DeductionKind) - {
    DeductionKind.BROKER_FEE,
    DeductionKind.SECURITY_FEE,
    DeductionKind.PLACEMENT_FEE,
    DeductionKind.FINE,
    DeductionKind.DEPOSIT,
    DeductionKind.NOT_ITEMISED,
}


class Item(StrEnum):
    """What must be on a payslip or done with it, in the order of the article; each deduction besides."""

    CHINESE = "chinese"
    OWN_LANGUAGE = "own_language"
    RECEIVED = "received"  # 實領工資
    WAGE_ITEMS = "wage_items"  # 工資計算項目
    TOTAL = "total"  # 工資總額
    WAY_OF_PAYING = "way_of_paying"  # 工資給付方式
    CASH_OR_PROOF = "cash_or_proof"  # paid in cash, or with proof of the payment and a copy for her
    GIVEN = "given"  # 交予該外國人收存


@dataclass(frozen=True)
class Deduction:
    kind: DeductionKind
    amount: Decimal
    law: str = ""  # the law that allows it, as named on the payslip; only asked of OTHER_BY_LAW


@dataclass(frozen=True)
class WageItem:
    name: str
    amount: Decimal


@dataclass(frozen=True)
class Payslip:
    """What is printed on it; None or empty where it is not there."""

    languages: frozenset[str]
    wage_items: tuple[WageItem, ...]
    total: Decimal | None
    deductions: tuple[Deduction, ...]
    received: Decimal | None
    paid_in_cash: bool | None  # the way of paying as printed; None: not printed
    given_to_worker: bool
    proof_given: bool  # of a payment not in cash, with a copy for her


class Flaw(StrEnum):
    NO_CHINESE = "no_chinese"
    NOT_IN_HER_LANGUAGE = "not_in_her_language"
    NO_WAGE_ITEMS = "no_wage_items"
    NO_TOTAL = "no_total"
    NO_AMOUNT_RECEIVED = "no_amount_received"
    NO_WAY_OF_PAYING = "no_way_of_paying"
    NOT_GIVEN_TO_WORKER = "not_given_to_worker"
    NO_PROOF_OF_PAYMENT = "no_proof_of_payment"
    DEDUCTION_NOT_ITEMISED = "deduction_not_itemised"
    DEDUCTION_WITHOUT_LAW = "deduction_without_law"
    BROKER_FEE_DEDUCTED = "broker_fee_deducted"
    SECURITY_FEE_DEDUCTED = "security_fee_deducted"
    DEDUCTION_NOT_LISTED = "deduction_not_listed"
    ITEMS_ARE_NOT_THE_TOTAL = "items_are_not_the_total"
    SUMS_DO_NOT_AGREE = "sums_do_not_agree"


@dataclass(frozen=True)
class PayslipCheck:
    """`flaws` in the order of the article; `kept_until` is how long the employer keeps a copy."""

    complete: bool
    flaws: tuple[Flaw, ...]
    kept_until: date
    source: Source


_WITHOUT: Mapping[Item, Flaw] = {
    Item.CHINESE: Flaw.NO_CHINESE,
    Item.OWN_LANGUAGE: Flaw.NOT_IN_HER_LANGUAGE,
    Item.RECEIVED: Flaw.NO_AMOUNT_RECEIVED,
    Item.WAGE_ITEMS: Flaw.NO_WAGE_ITEMS,
    Item.TOTAL: Flaw.NO_TOTAL,
    Item.WAY_OF_PAYING: Flaw.NO_WAY_OF_PAYING,
    Item.CASH_OR_PROOF: Flaw.NO_PROOF_OF_PAYMENT,
    Item.GIVEN: Flaw.NOT_GIVEN_TO_WORKER,
}
_WRONG: Mapping[DeductionKind, Flaw] = {
    DeductionKind.NOT_ITEMISED: Flaw.DEDUCTION_NOT_ITEMISED,
    DeductionKind.BROKER_FEE: Flaw.BROKER_FEE_DEDUCTED,
    DeductionKind.SECURITY_FEE: Flaw.SECURITY_FEE_DEDUCTED,
    DeductionKind.PLACEMENT_FEE: Flaw.DEDUCTION_NOT_LISTED,
    DeductionKind.FINE: Flaw.DEDUCTION_NOT_LISTED,
    DeductionKind.DEPOSIT: Flaw.DEDUCTION_NOT_LISTED,
}


def _on_paper(payslip: Payslip, own_language: str) -> frozenset[Item]:
    there = {
        Item.CHINESE: CHINESE in payslip.languages,
        Item.OWN_LANGUAGE: own_language in payslip.languages,
        Item.RECEIVED: payslip.received is not None,
        Item.WAGE_ITEMS: bool(payslip.wage_items),
        Item.TOTAL: payslip.total is not None,
        Item.WAY_OF_PAYING: payslip.paid_in_cash is not None,
        Item.CASH_OR_PROOF: payslip.paid_in_cash is not False or payslip.proof_given,
        Item.GIVEN: payslip.given_to_worker,
    }
    return frozenset(item for item, is_there in there.items() if is_there)


def _lacking(there: Collection[Item], deducted: Collection[DeductionKind]) -> tuple[Flaw, ...]:
    """Each once, in the order of the article."""
    missing = [_WITHOUT[item] for item in Item if item not in there]
    wrong = dict.fromkeys(flaw for kind, flaw in _WRONG.items() if kind in deducted)
    return (*missing, *wrong)


def _without_law(payslip: Payslip) -> list[Flaw]:
    by_law = [each for each in payslip.deductions if each.kind is DeductionKind.OTHER_BY_LAW]
    return [Flaw.DEDUCTION_WITHOUT_LAW] if any(not each.law.strip() for each in by_law) else []


def _of_sums(payslip: Payslip) -> list[Flaw]:
    flaws: list[Flaw] = []
    if payslip.total is None:
        return flaws
    if payslip.wage_items and sum(item.amount for item in payslip.wage_items) != payslip.total:
        flaws.append(Flaw.ITEMS_ARE_NOT_THE_TOTAL)
    deducted = sum(deduction.amount for deduction in payslip.deductions)
    if payslip.received is not None and payslip.received != payslip.total - deducted:
        flaws.append(Flaw.SUMS_DO_NOT_AGREE)
    return flaws


@rule(
    ART_66,
    in_force_from=REWRITTEN,
    decided_by="paid_on",
    doubt="That a broker's fee is in none of the deductions listed is our reading; an office decides what is unlawful.",
)
def check_payslip(paid_on: date, payslip: Payslip, own_language: str, *, is_skilled: bool = False) -> PayslipCheck:
    """「應檢附印有中文及該外國人本國文字之薪資明細表，記載實領工資、工資計算項目、工資總額、工資給付方式、
    外國人應負擔之全民健康保險費、勞工保險費、所得稅、膳宿費、職工福利金、依法院或行政執行機關之扣押命令
    所扣押之金額，或依其他法律規定得自工資逕予扣除之項目及金額，交予該外國人收存，並自行保存五年。」

    In Chinese and her language: what she received, the items, the total, how it was paid, each deduction; given to
    her, kept five years (the English leaves the five years out and splits the list). 「應全額以現金直接給付」: in full,
    in cash, to her; otherwise with proof and a copy for her (para. 5).
    """
    kinds = frozenset(deduction.kind for deduction in payslip.deductions)
    on_paper = _lacking(_on_paper(payslip, own_language), kinds)
    flaws = (*on_paper, *_without_law(payslip), *_of_sums(payslip))
    source = SKILLED_PAYSLIP.on(paid_on) if is_skilled else ART_66
    return PayslipCheck(not flaws, flaws, months_after(paid_on, 60), source)


@dataclass(frozen=True)
class Lacking:
    """What is not on a payslip, or must not be, in the order of the article."""

    flaws: tuple[Flaw, ...]
    source: Source


@rule(
    ART_66,
    in_force_from=REWRITTEN,
    decided_by="paid_on",
    doubt="That a broker's fee is in none of the deductions listed is our reading; an office decides what is unlawful.",
)
def lacking(
    paid_on: date, there: Collection[Item], deducted: Collection[DeductionKind], *, is_skilled: bool = False
) -> Lacking:
    """「應檢附印有中文及該外國人本國文字之薪資明細表」: what a worker's own look at the paper tells, without its sums.

    The same list as `check_payslip`; that a deduction by another law names this law cannot be seen from here.
    """
    return Lacking(_lacking(there, deducted), SKILLED_PAYSLIP.on(paid_on) if is_skilled else ART_66)


@dataclass(frozen=True)
class Sum:
    """What she should have received by the payslip's own numbers, and what is not there of it (negative: too much)."""

    should_be: Decimal
    lost: Decimal
    source: Source


@rule(ART_66_5, in_force_from=REWRITTEN, decided_by="paid_on")
def paid_in_full(paid_on: date, total: Decimal, deducted: Decimal, received: Decimal) -> Sum:
    """「第一項工資，除外國人應負擔之項目及金額外，雇主應全額以現金直接給付第二類外國人或第三類外國人。」

    The total less what is deducted is what she receives.
    """
    return Sum(total - deducted, total - deducted - received, ART_66_5)


@dataclass(frozen=True)
class Deductible:
    """Whether the article names it among what may be taken from her wage."""

    listed: bool
    source: Source


@rule(
    ART_66,
    in_force_from=REWRITTEN,
    decided_by="paid_on",
    doubt="That only what the article names may be taken from the wage is our reading; an office decides.",
)
def deductible(paid_on: date, kind: DeductionKind) -> Deductible:
    """「外國人應負擔之全民健康保險費、勞工保險費、所得稅、膳宿費、職工福利金、依法院或行政執行機關之扣押命令
    所扣押之金額，或依其他法律規定得自工資逕予扣除之項目及金額」

    How much food and lodging may cost is not said: what her contract and the affidavit of wages and costs
    (工資切結書, para. 3) say counts.
    """
    return Deductible(kind in LISTED, ART_66)
