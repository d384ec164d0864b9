"""Whether support for damage by freer trade would be open to her, and first of all that nobody can claim it yet."""

from collections.abc import Mapping
from decimal import Decimal

from handlers.context import Context
from handlers.self_checks.asking import DO_NOT_KNOW, NO, UNKNOWN, Facts
from handlers.self_checks.finding import Finding, Reason
from law.trade_adjustment import (
    ADULT_YEARS,
    ISSUED,
    Notice,
    Person,
    Refusal,
    Status,
    Tie,
    Work,
    commenced,
    entitled,
    notice_life,
)
from law.trade_adjustment_damage import (
    AVERAGE_MONTHS,
    CUT_MONTHS,
    Condition,
    Firm,
    Loss,
    may_apply_for_determination,
    wage_cut,
)
from law.trade_adjustment_measures import Measure, worker_measures
from locales import Text, _, ngettext, verbatim
from models.content import Row, Tone

STATUS: Mapping[str, Text] = {
    Status.OTHER: _("Migrant worker"),
    Status.SPOUSE: _("Husband or wife of a citizen"),
    Status.CITIZEN: _("Citizen of Taiwan"),
    **DO_NOT_KNOW,
}
TIES: Mapping[str, Text] = {
    Tie.LIKELY_INDUSTRY: _("Industry listed as likely to be hit"),
    Tie.HIT_INDUSTRY: _("Industry listed as hit"),
    Tie.DAMAGED_FIRM: _("Company found to be damaged"),
    Tie.DAMAGED_WORKER: _("I have my own notice of damage"),
    NO: _("None of these, or I do not know"),
}
EMPLOYED, JOBLESS, NEW_JOB = "employed", "jobless", "new_job"
WORK_NOW: Mapping[str, Text] = {
    EMPLOYED: _("I still work there"),
    JOBLESS: _("I left, and have no new job"),
    NEW_JOB: _("I left, and have a new job"),
}
LOSSES: Mapping[str, Text] = {
    Loss.WAGE_CUT: _("My insured wage was cut"),
    Loss.FIRM_ENDED: _("The company closed or laid me off"),
    Loss.SHE_RESIGNED: _("I left: unpaid, or labour law broken"),
    NO: _("None of these"),
}

_REFUSED: Mapping[Refusal, Text] = {
    Refusal.NEITHER_CITIZEN_NOR_SPOUSE: _(
        "It is only for citizens, and for husbands and wives of citizens who may live and work here."
    ),
    Refusal.TOO_YOUNG: ngettext(
        "A citizen must be {n} year old, or have finished junior high school.",
        "A citizen must be {n} years old, or have finished junior high school.",
        ADULT_YEARS,
    ),
    Refusal.NO_TIE: _("Your work must be hit by trade in one of four ways. You named none of them."),
    Refusal.LEFT_TOO_LONG_AGO: _("You left that work longer ago than the rule allows."),
    Refusal.WORKS_AGAIN: _("The rule is not for people who left that work and have a new job."),
    Refusal.NO_GOOD_NOTICE: _("Your notice is no longer good, or a new job ended it."),
}
_MEASURES: Mapping[Measure, Text] = {
    Measure.TRAINING_SUBSIDY: _("Money for training courses"),
    Measure.SKILL_TEST_FEE: _("The fee of a skill test"),
    Measure.LABOUR_SUPPORT: _("Counselling and other support"),
    Measure.ENTREPRENEUR_TRAINING: _("Training to start a business"),
    Measure.NEGOTIATION: _("Help to negotiate with the employer"),
    Measure.READAPTATION_ALLOWANCE: _("An allowance to learn at a new workplace"),
    Measure.TEMPORARY_JOB: _("An allowance for a temporary job"),
    Measure.MULTI_EMPLOYMENT_JOB: _("An allowance for a job with a local project"),
    Measure.CROSS_AREA_COSTS: _("Costs of travel, moving and rent for a job far away"),
    Measure.LIVING_ALLOWANCE: _("A living allowance while without work"),
    Measure.RE_EMPLOYMENT_INCENTIVE: _("A bonus for finding new work"),
    Measure.START_UP_LOAN_INTEREST: _("Interest of a loan to start a business"),
    Measure.TRAINING_ALLOWANCE: _("A living allowance during training"),
}
_FAILED: Mapping[Condition, Text] = {
    Condition.FIRM_TWO_YEARS_OLD: _("The company is not old enough for this rule."),
    Condition.LOSS_WITHIN_SIX_MONTHS: _("It happened too long ago for an application today."),
    Condition.WAGE_CUT_ENOUGH: _("The cut of the insured wage is not large enough for this rule."),
}


def find(ctx: Context, facts: Facts) -> Finding:
    begun = commenced(ctx.today).begun
    not_yet = _("Nobody can get this support yet. The rule of {date} has no day from which it applies.", date=ISSUED)
    result, rows, reasons, doubts = _for_her(ctx, facts)
    return Finding(
        title=_("Support for work hit by trade"),
        result=result if begun else (not_yet, *result),
        rows=rows,
        reasons=(Reason(_("The Ministry of Labor sets the day from which the rule applies."), commenced), *reasons),
        next_steps=(
            _("Do not pay anybody who promises you this support."),
            _("Ask a public employment office which help there is today for people who lost their work."),
            _("If the company closed or wages are unpaid, call 1955: you may be able to change employer."),
        ),
        doubts=(_("We found no text that sets the day. If one was set lately, we do not know it."), *doubts),
        tone=Tone.CALM,
    )


_Answer = tuple[tuple[Text, ...], tuple[Row, ...], tuple[Reason, ...], tuple[Text, ...]]
_WHO = Reason(_("It is for citizens and their husbands or wives whose work is hit by trade."), entitled)


def _for_her(ctx: Context, facts: Facts) -> _Answer:
    if facts.says("status", UNKNOWN):
        return (_REFUSED[Refusal.NEITHER_CITIZEN_NOR_SPOUSE],), (), (_WHO,), ()
    # The rule looks at the age of citizens only, and only they are asked.
    person = Person(Status(facts["status"]), facts.day("born_on") or ctx.today)
    if facts.says("tie", NO) and entitled(ctx.today, person, None).refusal is Refusal.NO_TIE:
        return _determination(ctx, facts)
    notice, work = _notice(facts), _work(facts)
    found = entitled(ctx.today, person, work, notice)
    rows = () if notice is None else (Row(_("Your notice is good until"), verbatim(notice.last_day)),)
    life = (
        () if notice is None else (Reason(_("A notice is good for a fixed time, and a new job ends it."), notice_life),)
    )
    if found.tie is None:
        assert found.refusal is not None
        not_for_her = _("By what you told us, the rule is not for you.")
        return (not_for_her, _REFUSED[found.refusal]), rows, (_WHO, *life), ()
    measures = worker_measures(ctx.today, found.tie, unemployed=facts.says("work", JOBLESS))
    offered = tuple(Row(verbatim(f"第{each.source.article}條"), _MEASURES[each.measure]) for each in measures)
    return (
        (_("By what you told us, the rule is for people like you. Below is what it would offer."),),
        (*rows, *offered),
        (
            _WHO,
            *life,
            Reason(_("What it offers depends on how your work is hit, and on whether you have work."), worker_measures),
        ),
        (_("An office must first find that what you told us is so."), _("The Ministry may add other help later.")),
    )


def _notice(facts: Facts) -> Notice | None:
    decided_on = facts.day("decided_on")
    return None if decided_on is None else notice_life(decided_on, facts.day("works_again_on"))


def _work(facts: Facts) -> Work | None:
    """Where she was hit through her industry or firm."""
    tie = facts.get("tie", NO)
    if tie in (NO, Tie.DAMAGED_WORKER):
        return None
    return Work(Tie(tie), facts.day("left_on"), works_again=facts.says("work", NEW_JOB))


_LOW_FOR_MONTHS = Reason(
    ngettext(
        "The insured wage must be low enough for {n} month in a row.",
        "The insured wage must be low enough for {n} months in a row.",
        CUT_MONTHS,
    ),
    wage_cut,
)


def _determination(ctx: Context, facts: Facts) -> _Answer:
    """Whether she might ask for a notice of her own (受損認定)."""
    reasons: tuple[Reason, ...] = (
        _WHO,
        Reason(
            _("Who is hit, but not through a listed industry or company, can ask for a notice of damage."),
            may_apply_for_determination,
        ),
    )
    checks = (
        _("The office also looks at whether the company competes with imports, and whether its sales fell."),
        _("An office may count the months differently by one day."),
    )
    happened_on, firm_since = facts.day("happened_on"), facts.day("firm_since")
    if facts.says("loss", NO):
        return (_("By what you told us, the rule is not for you."), _REFUSED[Refusal.NO_TIE]), (), reasons, ()
    if happened_on is None or firm_since is None:
        unknown = _("You might ask for a notice of damage. It depends on days that you do not know.")
        return (unknown,), (), reasons, checks
    loss = Loss(facts["loss"])
    cut = wage_cut(happened_on, *_wages(facts)) if loss is Loss.WAGE_CUT else None
    firm = Firm(firm_since, determined_damaged=False, competes=True)
    found = may_apply_for_determination(ctx.today, firm, loss, happened_on, cut)
    if cut is not None:
        reasons = (*reasons, _LOW_FOR_MONTHS)
    if found.may_apply is False:
        return tuple(_FAILED[each] for each in found.failed), (), reasons, checks
    if found.may_apply is None:
        on_the_edge = _("Today is the day on which offices may differ: it may be just in time or too late.")
        return (on_the_edge,), (), reasons, checks
    return (_("You could ask for a notice of damage."),), (), reasons, checks


def _wages(facts: Facts) -> tuple[list[Decimal], list[Decimal]]:
    """Month by month, as the rule compares them: the average before, and the highest since."""
    return [Decimal(facts["wage_before"])] * AVERAGE_MONTHS, [Decimal(facts["wage_since"])] * CUT_MONTHS
