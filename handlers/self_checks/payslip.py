"""Whether a payslip is complete, and whether a deduction from it is allowed."""

from collections.abc import Mapping

from handlers.context import Context
from handlers.conversation import Answers
from handlers.self_checks import deduction, payslip_answer, permit_questions
from handlers.self_checks.asking import DO_NOT_KNOW, UNKNOWN, YES_OR_NO, Asking, Facts, When, picked
from handlers.self_checks.check import Check, talk_name
from handlers.self_checks.deduction import BROKER, EMPLOYER, FACTORY, HOUSEHOLD, SKILLED
from handlers.self_checks.finding import Finding
from handlers.self_checks.record import Record
from law.broker_fees import YEARS_BEFORE_RETURN
from law.employment_permits import PermitType
from law.payslips import DeductionKind, Item
from locales import Text, _, ngettext

_NAME, _OTHER = "payslip", "other"
_SLIP, _DEDUCTION, _PAPERS = "slip", "deduction", "papers"
_MOST = 1_000_000
_ABOUT = {
    _SLIP: _("My whole payslip"),
    _DEDUCTION: _("One deduction or fee"),
    _PAPERS: _("They keep my passport or ARC"),
}
_KINDS = {
    FACTORY: _("Factory, building, farm, boat, care home"),
    HOUSEHOLD: _("Care or help in a household"),
    SKILLED: _("Skilled worker"),
    _OTHER: _("Professional, student, family"),
    **DO_NOT_KNOW,
}
_ITEMS: Mapping[str, Text] = {
    Item.CHINESE: _("It is in Chinese"),
    Item.OWN_LANGUAGE: _("It is in my language too"),
    Item.WAGE_ITEMS: _("How my wage is made up"),
    Item.TOTAL: _("The total before deductions"),
    Item.RECEIVED: _("The money I really get"),
    Item.WAY_OF_PAYING: _("How I am paid: cash or bank"),
    Item.CASH_OR_PROOF: _("I get cash, or proof of payment"),
    Item.GIVEN: _("They gave it to me to keep"),
}
_DEDUCTED: Mapping[str, Text] = {
    DeductionKind.HEALTH_INSURANCE: _("Health or labor insurance"),
    DeductionKind.INCOME_TAX: _("Income tax"),
    DeductionKind.BOARD_AND_LODGING: _("Food and lodging"),
    DeductionKind.WELFARE_FUND: _("Welfare fund, court order"),
    DeductionKind.BROKER_FEE: _("Broker fee"),
    DeductionKind.SECURITY_FEE: _("Employment security fee"),
    DeductionKind.PLACEMENT_FEE: _("Placement fee or debt"),
    DeductionKind.FINE: _("Fine or damage"),
    DeductionKind.DEPOSIT: _("Deposit or savings"),
    DeductionKind.NOT_ITEMISED: _("It has no name"),
}


def _find(ctx: Context, facts: Facts) -> Finding:
    if facts.says("about", _PAPERS):
        return deduction.find_papers(ctx, facts)
    if facts.says("kind", _OTHER):
        return payslip_answer.not_for_her_work()
    if facts.says("about", _SLIP):
        return payslip_answer.find_payslip(ctx, facts)
    return deduction.find_deduction(ctx, facts)


def _kind_of(record: Record) -> str | None:
    match record.permit_type, record.work:
        case PermitType.B, "household_care" | "domestic_help":
            return HOUSEHOLD
        case PermitType.B, _work:
            return FACTORY
        case PermitType.C, _work:
            return SKILLED
        case PermitType.A | PermitType.D | PermitType.E, _work:
            return _OTHER
    return None


def _of_slip(answers: Answers) -> bool:
    return answers.get("about") == _SLIP and answers.get("kind") != _OTHER


def _of_deduction(answers: Answers) -> bool:
    return answers.get("about") == _DEDUCTION and answers.get("kind") != _OTHER


def _of_papers(answers: Answers) -> bool:
    return answers.get("about") == _PAPERS


def _of_monthly_fee(answers: Answers) -> bool:
    is_fee = _of_deduction(answers) and answers.get("which") == DeductionKind.BROKER_FEE
    return is_fee and answers.get("kind") != SKILLED


def _has_numbers(answers: Answers) -> bool:
    return _of_slip(answers) and {Item.TOTAL, Item.RECEIVED} <= picked(answers, "items")


def _is_told(name: str) -> When:
    """Asked only when the number before it is known: without one of them there is no sum."""
    return lambda answers: _has_numbers(answers) and answers.get(name, UNKNOWN) != UNKNOWN


_ask = Asking(talk_name(_NAME))
_NUMBERS = (
    _ask.number(
        "total", _("What is the total wage, before deductions?"), 0, _MOST, when=_has_numbers, may_not_know=True
    ),
    _ask.number("deducted", _("How much is deducted in all?"), 0, _MOST, when=_is_told("total"), may_not_know=True),
    _ask.number("received", _("How much did you really get?"), 0, _MOST, when=_is_told("deducted"), may_not_know=True),
)
PAYSLIP = Check(
    _NAME,
    _("Is my payslip right? Is a fee allowed?"),
    (
        _ask.may_use_record(),
        _ask.choice("about", _("What do you want to check?"), _ABOUT),
        permit_questions.work(_ask, "kind", _KINDS, when=lambda answers: not _of_papers(answers), known=_kind_of),
        _ask.several(
            "items",
            _("What stands on your payslip, or is done with it?"),
            _ITEMS,
            _("Tap every line that is true. What you leave out counts as missing."),
            when=_of_slip,
            all_at_once=True,
        ),
        _ask.several(
            "deductions",
            _("Which deductions stand on it?"),
            _DEDUCTED,
            _("Tap each one. If there are none, tap only the last button."),
            when=_of_slip,
            all_at_once=False,
        ),
        *_NUMBERS,
        _ask.choice("which", _("What is taken from you?"), _DEDUCTED, when=_of_deduction),
        permit_questions.entered(_ask, _of_monthly_fee, may_not_know=True),
        _ask.choice(
            "back",
            ngettext(
                "Did you work {n} year or more before, go home, and come back to the same employer?",
                "Did you work {n} years or more before, go home, and come back to the same employer?",
                YEARS_BEFORE_RETURN,
            ),
            {**YES_OR_NO, **DO_NOT_KNOW},
            when=_of_monthly_fee,
        ),
        _ask.number(
            "amount",
            _("How much does the broker take in a month?"),
            0,
            _MOST,
            when=_of_monthly_fee,
            may_not_know=True,
        ),
        _ask.choice(
            "who",
            _("Who keeps your papers?"),
            {EMPLOYER: _("My employer"), BROKER: _("The broker"), **DO_NOT_KNOW},
            when=_of_papers,
        ),
        _ask.choice("agreed", _("Did you say yes to it?"), YES_OR_NO, when=_of_papers),
    ),
    _find,
)
