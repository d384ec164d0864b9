"""When a renewal must be filed, by the kind of permit."""

from collections.abc import Mapping

from handlers.context import Context
from handlers.self_checks.asking import Asking, Facts
from handlers.self_checks.check import Check, DaysDoNotFit, talk_name
from handlers.self_checks.finding import Finding, Reason
from law import employment_permits as law
from law.employment_permits import PermitType
from law.windows import Standing, standing
from locales import Text, _, verbatim
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
_MEANS: Mapping[str, tuple[Reason, ...]] = {
    PermitType.A: (
        Reason(
            _("Your employer can apply to extend within the last four months before your permit ends."),
            law.extend_type_a,
        ),
    ),
    PermitType.B: (
        Reason(
            _("Your employer applies to renew between four and two months before your permit ends."), law.renew_type_b
        ),
        Reason(
            _("Or, in the same weeks, your employer applies so that you can change to another one."),
            law.transfer_type_b,
        ),
    ),
    PermitType.C: (
        Reason(
            _("Your employer can apply to extend within the last four months before your permit ends."),
            law.extend_type_c,
        ),
        Reason(
            _("If you change employer, the application is between four and two months before it ends."),
            law.transfer_type_c,
        ),
    ),
    PermitType.D: (Reason(_("A student work permit is not extended. You apply for a new one."), law.reapply_type_d),),
    PermitType.E: (
        Reason(
            _("Your employer can apply to extend within the last 60 days before your permit ends."), law.extend_type_e
        ),
    ),
}


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
        next_steps=(
            _("Ask your employer in writing (a LINE message is enough) to apply in time. Keep the answer."),
            _("Ask for a copy of the application with the date on which it was received."),
            _("If your employer says no or does not answer, call 1955 before the last day, not after it."),
        ),
        doubts=(_("Offices may count the first day differently by one day. Do not wait for the last day."),),
        tone=Tone.URGENT if late else Tone.NOTICE,
        deadlines=tuple(day for day in days if day is not None),
    )


_ask = Asking(talk_name(_NAME))
RENEWAL = Check(
    _NAME,
    _("When must my renewal be filed?"),
    (
        _ask.may_use_record(),
        _ask.choice(
            "type",
            _("What kind of work is your permit for?"),
            TYPES,
            known=lambda record: record.permit_type,
        ),
        _ask.day(
            "starts_on",
            _("From which day is your permit valid?"),
            _("It stands on the letter of the Ministry of Labor."),
            when=lambda answers: answers.get("type") == PermitType.A,
            known=lambda record: record.starts_on,
        ),
        _ask.day(
            "ends_on",
            _("On which day does your permit end?"),
            _("It stands on the letter of the Ministry of Labor. Your ARC may show another day."),
            known=lambda record: record.ends_on,
        ),
    ),
    _find,
)
