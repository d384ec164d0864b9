"""What a revoked permit, or a report that may lead to one, means for her: as she is told at once and when she asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from law.appeals import APPEAL_DAYS, appeal_until, late_appeal_until
from law.departures import must_leave_at_once
from law.employment_permits import PermitType
from law.missing_reports import ReasonCode
from law.revocations import NewEmployer, false_report
from locales import Text, _, ngettext
from models.content import Postback
from models.permit_event import EventKind


@dataclass(frozen=True)
class Advice:
    """What the law says, and what she can do about it."""

    means: tuple[Text, ...]
    steps: tuple[Text, ...] = ()


WHAT_NOW = Postback(_("My permit was revoked: what can I do?"), "checks:transfer")
"""Leads to the self-check that asks what she needs to know and counts her days."""
KEEP_THE_LETTER = _("Keep the letter and every message. Do not sign what you cannot read.")
THEY_SENT_YOU = _("If your employer or broker sent you to that work, tell 1955 so. Show messages and photos.")
_NOT_TRUE = _("If the reason is not true, tell 1955 so today, and say what proof you have.")
CHANGE_OF_EMPLOYER: Mapping[NewEmployer, Advice] = {
    NewEmployer.MAY_ASK: Advice(
        (_("The reason given is not your fault. You have the right to ask for a new employer (transfer)."),),
        (_("Say to 1955 that you want to transfer. The Ministry must agree."),),
    ),
    NewEmployer.NOT_FOR_THIS_REASON: Advice(
        (_("For this reason the law opens no change of employer."),),
        (_NOT_TRUE,),
    ),
    NewEmployer.MUST_BE_ASKED: Advice(
        (
            _("If the reason is not your fault, you may be able to change employer. Ask 1955."),
            _("If the office finds it is your fault, this way is closed, and the appeal remains."),
        ),
    ),
    NewEmployer.OTHER_WORK: Advice(
        (_("The change of employer after a revocation is not for your kind of permit. It needs a new permit."),),
        (_NOT_TRUE,),
    ),
}


TAKEN_BACK = _("If the report was false, the Ministry must take back the revocation and the order to leave.")
COMPLAIN = _("Complain to the labour office of your city or county. Ask 1955 to help you.")


def against_false_report(revoked_on: date, reason: ReasonCode) -> tuple[Text, ...]:
    """The way beside the appeal, where the permit was revoked for a report of absence."""
    is_open = reason is ReasonCode.ABSENT_3_DAYS and revoked_on >= false_report.in_force_from
    return (TAKEN_BACK, COMPLAIN) if is_open else ()


def appeal(served_on: date | None, today: date) -> tuple[Text, ...]:
    """What is open to her; `served_on` None where nobody has told the day on which the letter was delivered."""
    if served_on is None:
        return (
            ngettext(
                "You can appeal within {n} day after the letter is delivered. Ask which day that was.",
                "You can appeal within {n} days after the letter is delivered. Ask which day that was.",
                APPEAL_DAYS,
            ),
        )
    last = appeal_until(served_on).day
    if today <= last:
        return (_("You can appeal until {date}. It must arrive by that day, not only be posted.", date=last),)
    if today <= late_appeal_until(served_on, today).day:
        more = _(
            "If you could not act in time and it was not your fault, a late appeal may be possible. Ask 1955 today."
        )
    else:
        more = _("More than a year later the law allows no late appeal. Ask 1955 what is left.")
    # The day that we were told may be the printed one, or that of the employer's copy.
    return (
        _("The time for an appeal was until {date}.", date=last),
        _("If the letter reached you later, the days run from then. Ask 1955 today."),
        more,
    )


ASK_TO_WAIT = _(
    "You can also ask in writing that the decision waits while the appeal runs (停止執行). Ask 1955 or legal aid."
)
MUST_LEAVE = _("After a revocation the law usually asks you to leave Taiwan. An appeal alone does not stop this.")


def leaving(revoked_on: date, permit_type: PermitType, reason: ReasonCode) -> Text:
    must = must_leave_at_once(revoked_on, reason, permit_type).must
    if must:
        return MUST_LEAVE
    # A reason outside art. 73 does not free workers of the other types: their letter sets the days.
    if must is False and permit_type in (PermitType.D, PermitType.E):
        return _("For this reason the law does not make you leave at once. Ask the NIA about your ARC.")
    return _("The letter says whether and until when you must leave or find an employer. Read it with 1955.")


# --- she was reported: the two reports differ in law, and so in words

REPORT_MEANS: Mapping[EventKind, Text] = {
    EventKind.REPORTED_MISSING: _(
        "Such a report can lead to the loss of your permit. If it is not true, say so today."
    ),
    EventKind.SEARCH_REQUESTED: _(
        "This is not the three-day report, but that can follow. If you are not missing, say so today."
    ),
}
ORDERED_FIRST = _("When contact was lost, the immigration agency can order you to leave even before a revocation.")
SAY_IT_HERE = _("Tap “I am here, this is wrong”: we write down what you say, and when, and a person reads it.")
SAY_IT_TO_1955 = _("Tell 1955 where you stay and how to reach you. It is free, day and night. Ask for the case number.")
# 1955 is a government line too, and art. 74 lets an office act on what it learns.
NOT_ALONE = _(
    "An office may order you to leave. You can first ask a shelter, legal aid or your country's office to go with you."
)
KEEP_PROOF = _("Keep proof: messages, photos, your work times, your payslips.")
NOT_SAFE = _("If you left because you were not safe, tell 1955 that too. In danger, call 110.")
