"""The questions of “I was reported missing: what now, until when?”."""

from datetime import date

from handlers.conversation import Answers
from handlers.self_checks.asking import UNKNOWN, Asking
from handlers.self_checks.check import Check, talk_name
from handlers.self_checks.missing_answer import (
    DAYS_OFF,
    LONG,
    NOT_YET,
    REPORTED,
    REVOKED,
    SEARCHED,
    SHORT,
    WHAT,
    WHERE,
    find,
)
from handlers.self_checks.missing_contact import CONTACT, OFFICE_TOLD
from handlers.self_checks.record import Record
from law.missing_reports import ReasonCode, worker_at_fault
from locales import _
from models.permit_event import REPORTS, EventKind, PermitEvent

_NAME = "missing"


def _happened(record: Record) -> str | None:
    """What the ministry told us; None where it told us of nothing that stands."""
    if _revocation(record) is not None:
        return REVOKED
    report, search = (record.standing(kind) for kind in REPORTS)
    return REPORTED if report is not None else SEARCHED if search is not None else None


def _revocation(record: Record) -> PermitEvent | None:
    """The newest one, if a missing report led to it and none on another permit came since."""
    revoked, report = record.revocation, record.standing(EventKind.REPORTED_MISSING)
    if revoked is None:
        return None
    is_of_it = report is not None and report.permit_id == revoked.permit_id
    is_later = report is None or report.occurred_at <= revoked.occurred_at
    if revoked.reason is ReasonCode.ABSENT_3_DAYS:
        return revoked if is_of_it or is_later else None
    # The letter may give another reason; one that clears her has nothing to do with the report.
    return revoked if is_of_it and is_later and worker_at_fault(revoked.reason) is not False else None


def _delivered_on(record: Record) -> date | None:
    revoked = _revocation(record)
    return None if revoked is None else revoked.served_on


def _counts_days(answers: Answers) -> bool:
    short_of_it = answers.get("where") == SHORT and answers.get("what") in (NOT_YET, UNKNOWN)
    return answers.get("where") == LONG or short_of_it


def _knows_first_day(answers: Answers) -> bool:
    return _counts_days(answers) and answers.get("absent_from", UNKNOWN) != UNKNOWN


_ask = Asking(talk_name(_NAME))
MISSING = Check(
    _NAME,
    _("I was reported missing: what now?"),
    (
        _ask.may_use_record(),
        _ask.choice("what", _("What happened?"), WHAT, known=_happened),
        _ask.day(
            "served_on",
            _("On which day was the letter about your permit delivered?"),
            _("If you only know the day printed on it, choose that one: then you are not late."),
            when=lambda answers: answers.get("what") == REVOKED,
            known=_delivered_on,
            may_not_know=True,
            past=True,
        ),
        _ask.choice("where", _("Where were you on your work days?"), WHERE),
        _ask.day(
            "absent_from",
            _("Which was the first work day on which you were away?"),
            when=_counts_days,
            may_not_know=True,
            past=True,
        ),
        _ask.choice(
            "days_off",
            _("Which days of the week do you not work?"),
            {value: label for value, (label, _days) in DAYS_OFF.items()},
            when=_knows_first_day,
        ),
        _ask.choice(
            "contact",
            _("Before that day or since, did you tell an office about yourself?"),
            CONTACT,
            _("It counts with 1955, the Ministry, the city or county, a registered shelter, or your country's office."),
            when=_knows_first_day,
        ),
        _ask.day(
            "contact_on",
            _("On which day did you tell them?"),
            when=lambda answers: _knows_first_day(answers) and answers.get("contact") in OFFICE_TOLD,
            may_not_know=True,
            past=True,
        ),
    ),
    find,
)
