"""What is missing or wrong on a payslip, by what she tapped and the numbers she gave."""

from collections.abc import Mapping
from decimal import Decimal

from handlers.context import Context
from handlers.self_checks.amounts import dollars, money
from handlers.self_checks.asking import UNKNOWN, Facts
from handlers.self_checks.deduction import EMPLOYERS_FEE, IF_AFRAID, SKILLED
from handlers.self_checks.finding import Finding, Reason
from law import payslips as law
from law.payslips import DeductionKind, Item
from locales import Text, _, ngettext
from models.content import Row

_WRONG: Mapping[law.Flaw, Text] = {
    law.Flaw.NO_CHINESE: _("It must be in Chinese."),
    law.Flaw.NOT_IN_HER_LANGUAGE: _("It must be in your language too."),
    law.Flaw.NO_AMOUNT_RECEIVED: _("It must show the money that you really get."),
    law.Flaw.NO_WAGE_ITEMS: _("It must show how your wage is made up: base wage, overtime and so on."),
    law.Flaw.NO_TOTAL: _("It must show the total wage before deductions."),
    law.Flaw.NO_WAY_OF_PAYING: _("It must show how you are paid: in cash or by bank."),
    law.Flaw.NO_PROOF_OF_PAYMENT: _("If you are not paid in cash, they must give you proof of each payment."),
    law.Flaw.NOT_GIVEN_TO_WORKER: _("They must give it to you, and you keep it."),
    law.Flaw.DEDUCTION_NOT_ITEMISED: _("Each deduction must have its own name and amount."),
    law.Flaw.BROKER_FEE_DEDUCTED: _("A broker fee is not in the list of deductions: you pay the broker yourself."),
    law.Flaw.SECURITY_FEE_DEDUCTED: EMPLOYERS_FEE,
    law.Flaw.DEDUCTION_NOT_LISTED: _("A placement fee, debt, fine or deposit is not in the list of deductions."),
}
_REASONS = (
    Reason(
        _("Your employer must give you a payslip in Chinese and your language, with every deduction, for each wage."),
        law.lacking,
    ),
    Reason(_("Apart from these deductions your wage must be paid in full, directly to you."), law.paid_in_full),
)
_STEPS = (
    _("Keep a photo of each payslip and receipt where nobody else can delete it."),
    _("Write down each day how long you worked, and each time how much you got."),
    _("Ask your employer in writing for a complete payslip. A LINE message is enough."),
    _("Do not sign that you got more than you did."),
    _("If nothing changes, call 1955. The labor office can order your employer to pay the rest."),
)


def find_payslip(ctx: Context, facts: Facts) -> Finding:
    is_skilled = facts.says("kind", SKILLED)
    items = {Item(name) for name in facts.several("items")}
    deducted = {DeductionKind(name) for name in facts.several("deductions")}
    found = law.lacking(ctx.today, items, deducted, is_skilled=is_skilled)
    sums, rows = _sums(ctx, facts)
    wrong = [_WRONG[one] for one in found.flaws] + sums
    doubts = [_("We did not see the paper: this is what you tapped. The labor office decides.")]
    if not rows:
        doubts.append(_("We did not check the sum, because a number is missing."))
    if is_skilled:
        doubts.append(_("For skilled workers the same list stands in {article}.", article=str(found.source)))
    if facts.says("kind", UNKNOWN):
        doubts.append(_("We used the rule for most migrant workers. For professionals and students it may differ."))
    return Finding(
        title=(
            ngettext("{n} thing is missing or wrong", "{n} things are missing or wrong", len(wrong))
            if wrong
            else _("We found nothing missing in what you tapped")
        ),
        result=tuple(wrong) or (_("Check it again each month, and count the money that you get."),),
        rows=rows,
        reasons=_REASONS if rows else _REASONS[:1],
        next_steps=(IF_AFRAID, *_STEPS) if wrong else _STEPS[:2],
        doubts=tuple(doubts),
    )


def _sums(ctx: Context, facts: Facts) -> tuple[list[Text], tuple[Row, ...]]:
    """What is wrong with her three numbers, and what she should get; nothing when one of them is not known."""
    total, less, received = facts.number("total"), facts.number("deducted"), facts.number("received")
    if total is None or less is None or received is None:
        return [], ()
    found = law.paid_in_full(ctx.today, Decimal(total), Decimal(less), Decimal(received))
    rows = (Row(_("By these numbers you should get"), money(found.should_be)),)
    if found.lost > 0:
        return [_("By these numbers, NT${amount} of your wage is missing.", amount=dollars(found.lost))], rows
    if found.lost < 0:
        return [_("The numbers do not fit: you got NT${amount} more.", amount=dollars(-found.lost))], rows
    return [], rows


def not_for_her_work() -> Finding:
    return Finding(
        title=_("This rule is not for your kind of work"),
        result=(
            _("The list of the law is for factory, building, farm, boat, care, household and skilled workers."),
            _("Other rules protect your wage too. We have not read them here."),
        ),
        reasons=_REASONS[:1],
        next_steps=(
            _("Look into your work contract: what does it say about wage and deductions?"),
            _("Call 1955 and ask which rule holds for your work."),
        ),
        doubts=(_("If your permit is for other work than you told us, start again."),),
    )
