"""What follows a health examination whose result is not good: examined again, or treated, and by when."""

from datetime import date

from handlers.context import Context
from handlers.self_checks.asking import UNKNOWN, Facts
from handlers.self_checks.finding import Finding, Reason
from handlers.self_checks.health_answer import HOLIDAY, NEW_TEXT
from law import health_treatment as law
from law.health_treatment import BadResult
from locales import Text, _, verbatim
from models.content import Row, Tone

_AGAIN = Reason(
    _("One bad result does not end your permit: for the lungs or the skin you are examined again."), law.examined_again
)
_SYPHILIS = Reason(_("For syphilis you need proof that the treatment is finished."), law.treated_for_syphilis)
_PARASITES = Reason(
    _("For parasites you need a negative result after the treatment, for amoeba three."), law.free_of_parasites
)
_FAILED = Reason(
    _("One bad result does not end your permit. It can end if you do not go again, or fail again."),
    law.failed_examination,
)
_TREATMENT = Reason(
    _(
        "For tuberculosis or leprosy your employer must ask for treatment within {days} days of the diagnosis. "
        "If you finish it and the health office confirms that, you count as passed.",
        days=law.DAYS_TO_ASK_FOR_TREATMENT,
    ),
    law.treatment_asked_for,
)
_TREATMENT_FAILED = Reason(
    _(
        "Your permit can end if you do not go again, miss {days} days of this treatment or more, "
        "or have tuberculosis that resists many medicines.",
        days=law.MISSED_DAYS_THAT_FAIL,
    ),
    law.failed_examination,
)
_AGAIN_FIRST = frozenset((BadResult.CHEST_XRAY, BadResult.LEPROSY))
_TREATED_FIRST = frozenset((BadResult.SYPHILIS, BadResult.PARASITES))
_REASONS = (
    (_AGAIN, _AGAIN_FIRST),
    (_TREATMENT, _AGAIN_FIRST),
    (_TREATMENT_FAILED, _AGAIN_FIRST),
    (_SYPHILIS, {BadResult.SYPHILIS}),
    (_PARASITES, {BadResult.PARASITES}),
    (_FAILED, _TREATED_FIRST),
)
_BY = {
    BadResult.CHEST_XRAY: _("Lungs: examined again by"),
    BadResult.LEPROSY: _("Skin: examined again by"),
    BadResult.SYPHILIS: _("Blood: proof of treatment by"),
    BadResult.PARASITES: _("Stool: negative result by"),
}


def find(ctx: Context, facts: Facts) -> Finding:
    received = facts.day("received")
    results = list(BadResult) if facts.says("result", UNKNOWN) else [BadResult(facts["result"])]
    due = {result: law.AFTER[result](received or ctx.today).due for result in results}
    first = min(due, key=lambda result: due[result])
    told = [_by_when(ctx, first, due[first], is_known=received is not None)]
    if len(results) > 1:
        told.append(_("The day depends on the illness. Until you know it, keep to the first day."))
    if first in _TREATED_FIRST and ctx.today <= due[first]:
        told.append(_("Start the treatment today: on the last day it is too late."))
    return Finding(
        title=_("After a result that is not good"),
        result=tuple(told),
        rows=tuple(Row(_BY[result], verbatim(day)) for result, day in due.items()) if received is not None else (),
        reasons=tuple(reason for reason, of in _REASONS if of & set(results)),
        next_steps=_steps(results),
        doubts=(NEW_TEXT, HOLIDAY),
        tone=Tone.URGENT,
        deadlines=tuple(due.values()) if received is not None else (),
    )


def _steps(results: list[BadResult]) -> tuple[Text, ...]:
    agree = _("If it is tuberculosis or leprosy, agree to the treatment in writing and take every dose.")
    return (
        _("Ask the hospital that examined you for a day, and go. Keep every paper."),
        *([agree] if _AGAIN_FIRST & set(results) else []),
        _("Tell your employer in writing that you go, and when."),
        _("If anybody wants to send you home because of the result, call 1955 first."),
    )


def _by_when(ctx: Context, first: BadResult, due: date, *, is_known: bool) -> Text:
    if not is_known:
        return _("If the paper came today, the last day is {date}. If it came before, it is earlier.", date=due)
    if due < ctx.today:
        return _("The last day was {date}. Go to the hospital today, and call 1955.", date=due)
    if first is BadResult.SYPHILIS:
        return _("You must have the proof that the treatment is finished by {date}.", date=due)
    if first is BadResult.PARASITES:
        return _("You must have the negative result by {date}.", date=due)
    return _("Go to be examined again by {date}.", date=due)
