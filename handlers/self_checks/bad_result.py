"""What follows a health examination whose result is not good: examined again, or treated, and by when."""

from handlers.context import Context
from handlers.self_checks.asking import UNKNOWN, Facts
from handlers.self_checks.finding import Finding, Reason
from handlers.self_checks.health_answer import HOLIDAY, NEW_TEXT
from law import health_examinations as law
from law.health_examinations import BadResult
from locales import Text, _, verbatim
from models.content import Row, Tone

_SECOND = Reason(
    _("One bad result does not end your permit. It can end if you do not go again, or fail again."),
    law.second_examination,
)
_BY = {
    BadResult.CHEST_XRAY: _("Lungs: examined again by"),
    BadResult.LEPROSY: _("Skin: examined again by"),
    BadResult.SYPHILIS: _("Blood: proof of treatment by"),
    BadResult.PARASITES: _("Stool: examined again by"),
}


def find(ctx: Context, facts: Facts) -> Finding:
    received = facts.day("received")
    results = list(BadResult) if facts.says("result", UNKNOWN) else [BadResult(facts["result"])]
    found = [law.second_examination(received or ctx.today, result) for result in results]
    first = min(found, key=lambda one: one.due)
    told = [_by_when(ctx, first, is_known=received is not None)]
    if len(found) > 1:
        told.append(_("The day depends on the illness. Until you know it, keep to the first day."))
    return Finding(
        title=_("After a result that is not good"),
        result=tuple(told),
        rows=tuple(Row(_BY[one.result], verbatim(one.due)) for one in found) if received is not None else (),
        reasons=(_SECOND,),
        next_steps=(
            _("Ask the hospital that examined you for a day, and go. Keep every paper."),
            _("Tell your employer in writing that you go, and when."),
            _("If anybody wants to send you home because of the result, call 1955 first."),
        ),
        doubts=(NEW_TEXT, HOLIDAY),
        tone=Tone.URGENT,
        deadlines=tuple(one.due for one in found) if received is not None else (),
    )


def _by_when(ctx: Context, first: law.SecondExamination, *, is_known: bool) -> Text:
    if not is_known:
        return _("If the paper came today, the last day is {date}. If it came before, it is earlier.", date=first.due)
    if first.due < ctx.today:
        return _("The last day was {date}. Go to the hospital today, and call 1955.", date=first.due)
    if first.result is BadResult.SYPHILIS:
        return _("Show by {date} that you were treated.", date=first.due)
    return _("Go to be examined again by {date}.", date=first.due)
