"""What a payslip must say: 雇主聘僱外國人許可及管理辦法第66條, for skilled workers since 2026 art. 65 of their own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from law.citations import REWRITTEN, SKILLED_WORKERS_REGULATION, permission, skilled
from law.dates import months_after
from law.source import Dated, Source, rule

ART_66, SKILLED_65 = permission("66", "1"), skilled("65", "1")
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
    NOT_ITEMISED = "not_itemised"  # a lump such as "other 3,500"


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


class Finding(StrEnum):
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
    ITEMS_ARE_NOT_THE_TOTAL = "items_are_not_the_total"
    SUMS_DO_NOT_AGREE = "sums_do_not_agree"


@dataclass(frozen=True)
class PayslipCheck:
    """`findings` in the order of the article; `kept_until` is how long the employer keeps a copy."""

    complete: bool
    findings: tuple[Finding, ...]
    kept_until: date
    source: Source


def _on_paper(payslip: Payslip, own_language: str) -> list[Finding]:
    missing = {
        Finding.NO_CHINESE: CHINESE not in payslip.languages,
        Finding.NOT_IN_HER_LANGUAGE: own_language not in payslip.languages,
        Finding.NO_AMOUNT_RECEIVED: payslip.received is None,
        Finding.NO_WAGE_ITEMS: not payslip.wage_items,
        Finding.NO_TOTAL: payslip.total is None,
        Finding.NO_WAY_OF_PAYING: payslip.paid_in_cash is None,
        Finding.NO_PROOF_OF_PAYMENT: payslip.paid_in_cash is False and not payslip.proof_given,
        Finding.NOT_GIVEN_TO_WORKER: not payslip.given_to_worker,
    }
    return [finding for finding, is_missing in missing.items() if is_missing]


def _of_deductions(payslip: Payslip) -> list[Finding]:
    kinds = {deduction.kind for deduction in payslip.deductions}
    by_law = [each for each in payslip.deductions if each.kind is DeductionKind.OTHER_BY_LAW]
    wrong = {
        Finding.DEDUCTION_NOT_ITEMISED: DeductionKind.NOT_ITEMISED in kinds,
        Finding.DEDUCTION_WITHOUT_LAW: any(not each.law.strip() for each in by_law),
        Finding.BROKER_FEE_DEDUCTED: DeductionKind.BROKER_FEE in kinds,
    }
    return [finding for finding, is_wrong in wrong.items() if is_wrong]


def _of_sums(payslip: Payslip) -> list[Finding]:
    findings: list[Finding] = []
    if payslip.total is None:
        return findings
    if payslip.wage_items and sum(item.amount for item in payslip.wage_items) != payslip.total:
        findings.append(Finding.ITEMS_ARE_NOT_THE_TOTAL)
    deducted = sum(deduction.amount for deduction in payslip.deductions)
    if payslip.received is not None and payslip.received != payslip.total - deducted:
        findings.append(Finding.SUMS_DO_NOT_AGREE)
    return findings


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
    findings = (*_on_paper(payslip, own_language), *_of_deductions(payslip), *_of_sums(payslip))
    source = SKILLED_PAYSLIP.on(paid_on) if is_skilled else ART_66
    return PayslipCheck(not findings, findings, months_after(paid_on, 60), source)
