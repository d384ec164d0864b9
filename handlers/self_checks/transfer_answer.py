"""What a revoked permit leaves open to her: another employer, an appeal, and until when."""

from collections.abc import Mapping

from handlers.context import Context
from handlers.conversation import Answers
from handlers.self_checks.appealing import LEAVE_AT_ONCE, appealing
from handlers.self_checks.asking import DO_NOT_KNOW, NO, YES, Facts
from handlers.self_checks.finding import Finding, Reason
from handlers.self_checks.missing import MISSING
from handlers.self_checks.transfer_days import EXTENDED, cared_for, leaving_by, registering, searching
from law.employment_permits import PermitType
from law.missing_reports import ReasonCode
from law.revocations import NewEmployer, change_of_employer
from locales import Text, _, pgettext
from models.content import Tone
from models.revocation_advice import CHANGE_OF_EMPLOYER, KEEP_THE_LETTER, THEY_SENT_YOU, leaving

REASONS: Mapping[str, Text] = {
    ReasonCode.PATIENT_DIED: _("The person I cared for died"),
    ReasonCode.EMPLOYER_DIED: _("My employer died or moved abroad"),
    ReasonCode.EMPLOYER_CLOSED: _("Business closed, or wages not paid"),
    ReasonCode.EMPLOYER_VIOLATION: _("My employer broke the law"),
    ReasonCode.VESSEL_LOST: _("The boat is lost, seized or in repair"),
    ReasonCode.CONTRACT_ENDED: _("The employment ended"),
    ReasonCode.ABSENT_3_DAYS: _("Absent, and contact lost"),
    ReasonCode.HEALTH_EXAM: _("Health examination missed or failed"),
    ReasonCode.OTHER_EMPLOYER_WORK: _("Work for another employer, or other work"),
    ReasonCode.RULES_BROKEN: _("A work rule broken"),
    ReasonCode.LAW_BROKEN: _("A law broken, or false information"),
    ReasonCode.OTHER: _("Another reason, or I do not know"),
}
"""As she would name them: some stand for others that have the same consequence."""
REGISTERED: Mapping[str, Text] = {
    YES: _("Yes"),
    EXTENDED: _("Yes, and more time was given"),
    NO: pgettext("answer", "No"),
    **DO_NOT_KNOW,
}


def was_sent(answers: Answers) -> bool | None:
    """Whether her employer or broker sent her to the work elsewhere; None when she does not know, or was not asked."""
    return {YES: True, NO: False}.get(answers.get("sent", ""))


def find(ctx: Context, facts: Facts) -> Finding:
    permit_type, reason = PermitType(facts["type"]), ReasonCode(facts["reason"])
    served_on = facts.day("served_on")
    revoked_on = served_on or ctx.today
    change = change_of_employer(revoked_on, permit_type, reason, was_sent=was_sent(facts)).new_employer
    advice = CHANGE_OF_EMPLOYER[change]
    appeal = appealing(served_on, ctx.today)
    parts = [searching(ctx, facts), leaving_by(ctx, facts)]
    if change is not NewEmployer.OTHER_WORK:
        parts.insert(1, cared_for(served_on, reason))
    if change in _OPEN and not _registered(facts):
        parts.insert(0, registering(ctx, served_on))
    return Finding(
        title=_("After your permit was revoked"),
        result=(
            *advice.means,
            *appeal.result,
            *(text for part in parts for text in part.result),
            leaving(revoked_on, permit_type, reason),
        ),
        rows=(*appeal.rows, *(row for part in parts for row in part.rows)),
        reasons=(
            Reason(
                _("Factory, care, farm, boat and skilled workers may ask for a new employer if it is not their fault."),
                change_of_employer,
            ),
            LEAVE_AT_ONCE,
            *appeal.reasons,
            *(each for part in parts for each in part.reasons),
        ),
        next_steps=(*_steps(change, facts), *advice.steps, *appeal.steps, KEEP_THE_LETTER),
        doubts=(
            _("We take the reason as the letter gives it. Whether it is true, the offices decide."),
            *appeal.doubts,
            *(doubt for part in parts for doubt in part.doubts),
        ),
        tone=Tone.URGENT,
        deadlines=(*appeal.deadlines, *(day for part in parts for day in part.deadlines)),
        actions=(MISSING.button,) if reason is ReasonCode.ABSENT_3_DAYS else (),
    )


_OPEN = (NewEmployer.MAY_ASK, NewEmployer.MUST_BE_ASKED)


def _registered(facts: Facts) -> bool:
    return facts.get("registered") in (YES, EXTENDED)


def _steps(change: NewEmployer, facts: Facts) -> tuple[Text, ...]:
    steps = [_("Call 1955 today and have the letter at hand. Ask for your case number.")]
    if "sent" in facts and was_sent(facts) is not False:
        steps.append(THEY_SENT_YOU)
    if change in _OPEN:
        if _registered(facts):
            steps.append(
                _("Go to every meeting of the employment office. Take your passport and ARC if you have them.")
            )
        else:
            steps.append(
                _(
                    "Your employer must register you at the employment office, in the days that the letter gives. "
                    "If not, go there yourself and call 1955 in time. In a shelter, ask the shelter."
                )
            )
        steps.append(_("Do not work for anybody before a new permit is there."))
    if facts.says("reason", ReasonCode.ABSENT_3_DAYS):
        steps.append(_("Against a false missing report there is one more way. Tap the button below."))
    return tuple(steps)
