"""When a renewal must be filed, by the kind of permit."""

from collections.abc import Mapping
from datetime import date

from handlers.context import Context
from handlers.self_checks import permit_questions
from handlers.self_checks.asking import Asking, Facts
from handlers.self_checks.check import Check, DaysDoNotFit, talk_name
from handlers.self_checks.finding import Finding, Reason
from law import employment_permits as law
from law.employment_permits import LAST_DAYS, PermitType
from law.windows import CLOSES_MONTHS, OPENS_MONTHS, Standing, standing
from locales import Text, _, ngettext, verbatim
from models.content import Row, Tone
from models.permit import Permit, PermitStatus
from models.permit_advice import next_steps, window_rows, windows

_NAME = "renewal"
TYPES: Mapping[str, Text] = {
    PermitType.B: _("Factory, building, farm, boat, care"),
    PermitType.C: _("Skilled worker, cook, interpreter"),
    PermitType.A: _("Professional, teacher, manager"),
    PermitType.D: _("Student"),
    PermitType.E: _("Family member or refugee"),
}
_LAST_MONTHS = ngettext(
    "Your employer can apply to extend within the last {n} month before your permit ends.",
    "Your employer can apply to extend within the last {n} months before your permit ends.",
    OPENS_MONTHS,
)
_MEANS: Mapping[str, tuple[Reason, ...]] = {
    PermitType.A: (Reason(_LAST_MONTHS, law.extend_type_a),),
    PermitType.B: (
        Reason(
            _(
                "Your employer applies to renew between {first} and {last} months before your permit ends.",
                first=OPENS_MONTHS,
                last=CLOSES_MONTHS,
            ),
            law.renew_type_b,
        ),
        Reason(
            _("Or, in the same weeks, your employer applies so that you can change to another one."),
            law.transfer_type_b,
        ),
    ),
    PermitType.C: (
        Reason(_LAST_MONTHS, law.extend_type_c),
        Reason(
            _(
                "If you change employer, the application is between {first} and {last} months before it ends.",
                first=OPENS_MONTHS,
                last=CLOSES_MONTHS,
            ),
            law.transfer_type_c,
        ),
    ),
    PermitType.D: (Reason(_("A student work permit is not extended. You apply for a new one."), law.reapply_type_d),),
    PermitType.E: (
        Reason(
            ngettext(
                "Your employer can apply to extend within the last {n} day before your permit ends.",
                "Your employer can apply to extend within the last {n} days before your permit ends.",
                LAST_DAYS,
            ),
            law.extend_type_e,
        ),
        Reason(_("Some in this group apply themselves, without an employer."), law.applies_without_employer),
    ),
}


_PUBLIC_WORKS = _("Major public works have other days. If you build one, ask 1955.")


def _find(ctx: Context, facts: Facts) -> Finding:
    ends_on = facts.day("ends_on")
    assert ends_on is not None
    starts_on = facts.day("starts_on") or ends_on
    if ends_on < starts_on:
        raise DaysDoNotFit
    permit = Permit(permit_type=facts["type"], starts_on=starts_on, ends_on=ends_on, status=PermitStatus.ACTIVE.value)
    found = windows(permit).values()
    late = {standing(window, ctx.today) for window in found} & {Standing.LATE, Standing.LAST_SAFE_DAY, Standing.OVER}
    days = {ends_on, *(window.opens for window in found), *(window.last_safe_day for window in found)}
    return Finding(
        title=_("When your renewal must be filed"),
        result=next_steps(permit, ctx.today),
        rows=(Row(_("Your permit ends on"), verbatim(ends_on)), *window_rows(permit)),
        reasons=_MEANS[facts["type"]],
        next_steps=_steps(permit, ctx.today),
        doubts=(
            _("Offices may count the first day differently by one day. Do not wait for the last day."),
            *((_PUBLIC_WORKS,) if permit.permit_type == PermitType.B else ()),
        ),
        tone=Tone.URGENT if late else Tone.NOTICE,
        deadlines=tuple(day for day in days if day is not None),
    )


def _steps(permit: Permit, today: date) -> tuple[Text, ...]:
    copy = _("Ask for a copy of the application with the date on which it was received.")
    if permit.ends_on < today:
        return copy, _("Do not work for anybody before a new permit is there.")
    if permit.permit_type == PermitType.D:
        return _("Do not begin or go on to work before you have the permit. Ask your school how to apply."), copy
    return (
        _("Ask your employer in writing (a LINE message is enough) to apply in time. Keep the answer."),
        copy,
        _("If your employer says no or does not answer, call 1955 before the last day, not after it."),
    )


_ask = Asking(talk_name(_NAME))
RENEWAL = Check(
    _NAME,
    _("When must my renewal be filed?"),
    (
        _ask.may_use_record(),
        permit_questions.work(_ask, "type", TYPES, known=lambda record: record.permit_type),
        permit_questions.starts_on(_ask, lambda answers: answers.get("type") == PermitType.A),
        permit_questions.ends_on(_ask, known=lambda record: record.ends_on),
    ),
    _find,
)
