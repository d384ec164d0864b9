"""The questions of “My permit was revoked: can I change employer, can I appeal?”."""

from handlers.conversation import Answers
from handlers.self_checks.asking import DO_NOT_KNOW, YES, YES_OR_NO, Asking
from handlers.self_checks.check import Check, talk_name
from handlers.self_checks.record import Record
from handlers.self_checks.renewal import TYPES
from handlers.self_checks.transfer_answer import REASONS, REGISTERED, find, was_sent
from handlers.self_checks.transfer_days import EXTENDED
from law.employment_permits import PermitType
from law.missing_reports import ReasonCode, may_transfer
from law.revocations import WORK_ELSEWHERE, WORK_OF_ART_59
from locales import _
from models.revocation_advice import WHAT_NOW

_NAME = "transfer"


def _type(record: Record) -> str | None:
    """Of the permit that was revoked; else of the one that matters now, good or not."""
    if record.revocation is not None:
        return record.revocation.permit.permit_type
    return record.permits[0].permit_type if record.permits else None


def _reason(record: Record) -> str | None:
    """None where we were not told: she may read it in the letter."""
    revoked = record.revocation
    return None if revoked is None or revoked.reason is ReasonCode.OTHER else revoked.reason


def _worked_elsewhere(answers: Answers) -> bool:
    return answers.get("type") in WORK_OF_ART_59 and answers.get("reason") in WORK_ELSEWHERE


def _may_be_registered(answers: Answers) -> bool:
    if _worked_elsewhere(answers):
        return was_sent(answers) is not False
    return (
        answers.get("type") in WORK_OF_ART_59
        and may_transfer(ReasonCode(answers.get("reason", ReasonCode.OTHER))) is not False
    )


_ask = Asking(talk_name(_NAME))
TRANSFER = Check(
    _NAME,
    WHAT_NOW.label,
    (
        _ask.may_use_record(),
        _ask.choice("type", _("What kind of work was your permit for?"), TYPES, known=_type),
        _ask.choice(
            "reason",
            _("Which reason does the letter give?"),
            REASONS,
            _("Your letter has a summary in your language. If you did not get the letter, tap the last button."),
            known=_reason,
        ),
        _ask.choice(
            "sent",
            _("Did your employer or broker send you to that work?"),
            {**YES_OR_NO, **DO_NOT_KNOW},
            when=_worked_elsewhere,
        ),
        _ask.day(
            "served_on",
            _("On which day was the letter delivered?"),
            _("If you only know the day printed on it, choose that one: then you are not late."),
            known=lambda record: None if record.revocation is None else record.revocation.served_on,
            may_not_know=True,
            past=True,
        ),
        _ask.day(
            "leave_by",
            _("Until which day does the letter tell you to leave Taiwan?"),
            _("If it names no day, tap “I do not know”."),
            when=lambda answers: answers.get("type") != PermitType.E,
            may_not_know=True,
        ),
        _ask.choice(
            "registered",
            _("Did the employment office register you for a new employer?"),
            REGISTERED,
            when=_may_be_registered,
        ),
        _ask.day(
            "registered_on",
            _("On which day were you registered?"),
            when=lambda answers: _may_be_registered(answers) and answers.get("registered") in (YES, EXTENDED),
            may_not_know=True,
            past=True,
        ),
    ),
    find,
)
