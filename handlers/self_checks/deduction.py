"""One deduction from her wage, what a broker takes of her, and papers that others keep: what the law says of each."""

from collections.abc import Mapping
from decimal import Decimal

from handlers.context import Context
from handlers.self_checks.amounts import dollars, money
from handlers.self_checks.asking import NO, UNKNOWN, YES, Facts
from handlers.self_checks.finding import Finding, Reason
from handlers.self_checks.permit_questions import HOME_LEAVE
from law import broker_fees, employment_security_fee, payslips, withholding
from law.payslips import DeductionKind
from locales import Text, _, ngettext
from models.content import Row

FACTORY, HOUSEHOLD, SKILLED = "factory", "household", "skilled"
EMPLOYER, BROKER = "employer", "broker"

_MAY: Mapping[str, Text] = {
    DeductionKind.HEALTH_INSURANCE: _("Your own share of health and labor insurance may be taken from your wage."),
    DeductionKind.INCOME_TAX: _("Income tax that you owe may be taken from your wage."),
    DeductionKind.BOARD_AND_LODGING: _("Food and lodging may be taken from your wage, as your contract says."),
    DeductionKind.WELFARE_FUND: _("The welfare fund, or what a court or an authority orders, may be taken."),
}
EMPLOYERS_FEE = _("The employment security fee is for your employer to pay, never for you.")
_MAY_NOT: Mapping[str, Text] = {
    DeductionKind.SECURITY_FEE: EMPLOYERS_FEE,
    DeductionKind.PLACEMENT_FEE: _("The law does not list a placement fee or a debt among the deductions from a wage."),
    DeductionKind.FINE: _("The law does not list a fine or damages among the deductions from a wage."),
    DeductionKind.DEPOSIT: _("Your employer may not take a deposit, or keep your money as forced savings."),
    DeductionKind.NOT_ITEMISED: _("Each deduction must stand on the payslip with its own name and amount."),
}
_LIST = Reason(
    _("The law lists what may be taken: insurance, tax, food and lodging, welfare fund, court orders, others by law."),
    payslips.deductible,
)
_SERVICE = Reason(
    _("A broker may take only a monthly service fee from you, and never in advance."), broker_fees.chargeable
)
_MONTHLY = Reason(
    _("The most a month depends on how long you have worked since you last entered Taiwan."),
    broker_fees.service_fee_cap,
)
_YEARLY = Reason(
    _("For skilled workers the service fee is limited by the year, the placement fee by the first month's wage."),
    broker_fees.yearly_fee_cap,
)
_NO_MORE = Reason(_("A broker may not even ask for more than that."), withholding.fee_beyond_standard)
_OFFICE_DECIDES = _("That only the listed deductions are allowed is how we read the law. The labor office decides.")
_AT_HOME = _("What an agency in your own country may ask is the law of that country.")
_OTHER_KINDS = _("You did not tell us your kind of work. Skilled workers have other limits.")
IF_AFRAID = _("If you are afraid, do not ask alone: call 1955 first.")
_ASK_WHY = _("Ask your employer in writing what it is for, and by which law. A LINE message is enough.")
_DO_NOT_SIGN = _("Do not sign that you agree before you have asked 1955.")
_KEEP = _("Keep a photo of each payslip and receipt where nobody else can delete it.")
_CALL = _("If it is not paid back, call 1955. The labor office can order your employer to pay.")


def find_deduction(ctx: Context, facts: Facts) -> Finding:
    match facts["which"]:
        case DeductionKind.BROKER_FEE:
            return _broker_fee(ctx, facts)
        case which if payslips.deductible(ctx.today, DeductionKind(which)).listed:
            return _listed(which)
        case which:
            return _not_listed(ctx, facts, which)


def _listed(which: str) -> Finding:
    return Finding(
        title=_("The law lists this deduction"),
        result=(_MAY[which], _("Not more than your own part, and with its own line on the payslip.")),
        reasons=(_LIST,),
        next_steps=(
            IF_AFRAID,
            _("Compare the amount with your contract, and with the paper on wages and costs that you signed."),
            _ASK_WHY,
            _KEEP,
            _("If it is more than you agreed, or nobody can explain it, call 1955."),
        ),
        doubts=(_("How much may be taken stands in other rules and in your contract, not in this article."),),
    )


def _not_listed(ctx: Context, facts: Facts, which: str) -> Finding:
    kind = facts["kind"]
    result, reasons, doubts = [_MAY_NOT[which]], [_LIST], [_OFFICE_DECIDES]
    if which == DeductionKind.PLACEMENT_FEE:
        result += _placement(ctx, kind)
        reasons += [
            *([] if kind == SKILLED else [_SERVICE]),
            *([_YEARLY] if kind in (SKILLED, UNKNOWN) else []),
            _NO_MORE,
        ]
        doubts += [_AT_HOME, *([_OTHER_KINDS] if kind == UNKNOWN else [])]
    elif which == DeductionKind.FINE:
        law = Reason(
            _("Your employer may not keep back wage in advance as a penalty or for damage."),
            withholding.penalty_withheld,
        )
        reasons += [] if kind == HOUSEHOLD else [law]
        if kind in (HOUSEHOLD, UNKNOWN):
            doubts.append(_("The Labor Standards Act forbids it too, but does not cover work in a household."))
        doubts.append(_("For damage that you really did, your employer can ask a court. The wage stays yours."))
    elif which == DeductionKind.DEPOSIT:
        reasons.append(Reason(_("An employer may not keep a worker's money or take a deposit."), withholding.deposit))
    elif which == DeductionKind.SECURITY_FEE:
        reasons.append(Reason(EMPLOYERS_FEE, employment_security_fee.is_fee_owed))
    return Finding(
        title=_("The law does not list this deduction"),
        result=tuple(result),
        reasons=tuple(reasons),
        next_steps=(IF_AFRAID, _ASK_WHY, _DO_NOT_SIGN, _KEEP, _CALL),
        doubts=tuple(doubts),
    )


def _placement(ctx: Context, kind: str) -> list[Text]:
    told = []
    if kind != SKILLED:
        allowed = broker_fees.chargeable(ctx.today, broker_fees.Charge.PLACEMENT).allowed
        told += [] if allowed else [_("A broker in Taiwan may not take a placement fee from you at all.")]
    if kind in (SKILLED, UNKNOWN):
        told.append(
            ngettext(
                "From skilled workers a broker may take {n} month's wage at most for placement, once.",
                "From skilled workers a broker may take {n} months' wage at most for placement, once.",
                broker_fees.yearly_fee_cap(ctx.today).months_of_wage_once,
            )
        )
    return told


def _broker_fee(ctx: Context, facts: Facts) -> Finding:
    kind = facts["kind"]
    yearly = kind == SKILLED
    result, rows = _yearly(ctx) if yearly else _monthly(ctx, facts)
    return Finding(
        title=_("What a broker may take from you"),
        result=(*result, _("It is not in the list of deductions: you pay the broker yourself, and get a receipt.")),
        rows=rows,
        reasons=(_YEARLY, _NO_MORE, _LIST) if yearly else (_MONTHLY, _SERVICE, _NO_MORE, _LIST),
        next_steps=(
            IF_AFRAID,
            _("Ask for a receipt for every payment, with the month that it is for."),
            _("Do not pay for months that have not come yet."),
            _KEEP,
            _("If they took too much, call 1955. The broker can be fined many times what was too much."),
        ),
        doubts=(
            _OFFICE_DECIDES,
            _("A broker without profit may take less than this."),
            *([_OTHER_KINDS] if kind == UNKNOWN else []),
            *([] if yearly or facts.says("back") else [HOME_LEAVE]),
        ),
    )


def _yearly(ctx: Context) -> tuple[tuple[Text, ...], tuple[Row, ...]]:
    cap = broker_fees.yearly_fee_cap(ctx.today)
    most = _("The most a broker may take for service is NT${cap} a year.", cap=dollars(cap.yearly))
    return (most,), (Row(_("The most in a year"), money(cap.yearly)),)


def _monthly(ctx: Context, facts: Facts) -> tuple[tuple[Text, ...], tuple[Row, ...]]:
    entered, amount = facts.day("entered"), facts.number("amount")
    back = facts.says("back")
    of_who_came_back = broker_fees.service_fee_cap(ctx.today, ctx.today, back_with_same_employer=True).monthly
    either = (
        _(
            "If you came back to the same employer like that, it is NT${cap} from the first year.",
            cap=dollars(of_who_came_back),
        ),
    )
    more = either if facts.says("back", UNKNOWN) else ()
    if entered is None and not back:
        result, rows = _any_year(amount)
        return (*result, *more), rows
    cap = broker_fees.service_fee_cap(ctx.today, entered or ctx.today, back_with_same_employer=back).monthly
    most = _("The most a broker may take from you is NT${cap} a month now.", cap=dollars(cap))
    return (most, *_compared(amount, cap), *more), (Row(_("The most in a month"), money(cap)),)


def _any_year(amount: int | None) -> tuple[tuple[Text, ...], tuple[Row, ...]]:
    """She does not know when she entered: the most of each year, and what is too much in all of them."""
    first, second, third = broker_fees.MONTHLY_CAPS
    rows = (
        Row(_("The most in a month, first year"), money(first)),
        Row(_("The most in a month, second year"), money(second)),
        Row(_("The most in a month, third year and later"), money(third)),
    )
    most = _("The most a broker may take depends on your year in Taiwan. You see it below.")
    if amount is None or third < amount <= first:
        return (most,), rows
    return (most, *_compared(amount, first if amount > first else third)), rows


def _compared(amount: int | None, cap: Decimal) -> tuple[Text, ...]:
    if amount is None:
        return ()
    if amount > cap:
        return (_("They take NT${more} too much each month.", more=dollars(amount - cap)),)
    return (_("NT${amount} a month is not more than that.", amount=dollars(amount)),)


def find_papers(_ctx: Context, facts: Facts) -> Finding:
    who = facts["who"]
    by_employer = Reason(
        _("An employer may not keep your passport, ARC or belongings against the law."),
        withholding.papers_kept_by_employer,
    )
    by_broker = Reason(_("A broker may not keep your papers against your will."), withholding.papers_kept_by_broker)
    agreed = {
        YES: (
            _("You said yes before. You can still ask for your papers back, at any time."),
            _("When you agreed, an office may see it in another way. Say clearly that you want them back now."),
        ),
        NO: (),
    }[facts["agreed"]]
    return Finding(
        title=_("Your papers belong to you"),
        result=(_("Nobody may keep your passport or ARC against your will."), *agreed[:1]),
        reasons=tuple(
            reason for holder, reason in ((EMPLOYER, by_employer), (BROKER, by_broker)) if who in (holder, UNKNOWN)
        ),
        next_steps=(
            IF_AFRAID,
            _("Ask for your passport and ARC back in writing, with a day. A LINE message is enough."),
            _("If they do not give them back that day, call 1955. The labor office can fine them."),
            _("Keep photos of your passport and ARC where nobody else can delete them."),
        ),
        doubts=agreed[1:],
    )
