"""What a missing report means for her, from her answers: was there ground for it, what to do, until when."""

from collections.abc import Mapping
from datetime import date

from handlers.context import Context
from handlers.self_checks.appealing import LEAVE_AT_ONCE, NOT_CERTAIN, Appeal, appealing
from handlers.self_checks.asking import DO_NOT_KNOW, UNKNOWN, Facts
from handlers.self_checks.finding import Finding, Reason
from handlers.self_checks.missing_contact import EMPLOYER, OFFICE_TOLD, contact_found
from handlers.self_checks.record import record_of
from law import missing_reports as law
from law.employment_permits import PermitType
from law.missing_reports import MISSED_DAYS, NOTICE_DAYS, ReasonCode
from law.revocations import false_report, may_be_ordered_to_leave_first
from locales import Text, _, ngettext, taipei_day, verbatim
from models import notice
from models.content import Button, Row, Tone
from models.permit_event import EventKind
from models.reaction import disputed
from models.revocation_advice import (
    COMPLAIN,
    KEEP_PROOF,
    MUST_LEAVE,
    NOT_ALONE,
    NOT_SAFE,
    ORDERED_FIRST,
    REPORT_MEANS,
    SAY_IT_HERE,
    SAY_IT_TO_1955,
    TAKEN_BACK,
    leaving,
)

REPORTED, SEARCHED, REVOKED, NOT_YET = "reported", "searched", "revoked", "not_yet"
WHAT: Mapping[str, Text] = {
    REPORTED: _("My employer reported me"),
    SEARCHED: _("Police or immigration look for me"),
    REVOKED: _("My permit was revoked for it"),
    NOT_YET: _("I am away and fear a report"),
    **DO_NOT_KNOW,
}
WORKED, LEAVE, KEPT_OUT, SHORT, LONG = "worked", "leave", "kept_out", "short", "long"
WHERE: Mapping[str, Text] = {
    WORKED: _("At work"),
    LEAVE: _("On leave, or in hospital"),
    KEPT_OUT: _("My employer did not let me work"),
    SHORT: ngettext("Away, fewer than {n} work day", "Away, fewer than {n} work days", MISSED_DAYS),
    LONG: ngettext("Away for {n} work day or more", "Away for {n} work days or more", MISSED_DAYS),
    **DO_NOT_KNOW,
}
DAYS_OFF: Mapping[str, tuple[Text, tuple[int, ...]]] = {
    "weekend": (_("Saturday and Sunday"), (5, 6)),
    "sunday": (_("Only Sunday"), (6,)),
    "none": (_("No fixed day off"), ()),
    UNKNOWN: (_("Other days, or I do not know"), ()),
}

_OPENING: Mapping[str, Text] = {
    REPORTED: REPORT_MEANS[EventKind.REPORTED_MISSING],
    SEARCHED: REPORT_MEANS[EventKind.SEARCH_REQUESTED],
    REVOKED: TAKEN_BACK,
    NOT_YET: _("You told us of no report. You can act before one is made."),
    UNKNOWN: _("Ask 1955 today whether there is a report about you, and from which day."),
}
_GROUND: Mapping[str, Text] = {
    WORKED: _("Who is at work is not absent. You must be able to show that you were there."),
    LEAVE: _("Agreed leave and sick leave are not absence. You must be able to show it."),
    KEPT_OUT: _("Days on which your employer kept you from work should not count. You must be able to show it."),
    SHORT: ngettext(
        "Such a report asks for {n} missed work day in a row. Fewer are not enough.",
        "Such a report asks for {n} missed work days in a row. Fewer are not enough.",
        MISSED_DAYS,
    ),
}
_BOTH_COUNT = ngettext(
    "Two things count: whether you missed {n} work day, and whether an office knew where you stayed.",
    "Two things count: whether you missed {n} work days in a row, and whether an office knew where you stayed.",
    MISSED_DAYS,
)
_REASONS = (
    Reason(
        ngettext(
            "The law asks for two things: {n} missed work day in a row, and lost contact.",
            "The law asks for two things: {n} missed work days in a row, and lost contact.",
            MISSED_DAYS,
        ),
        law.third_missed_day_at_soonest,
    ),
    Reason(
        ngettext(
            "Your employer then tells the offices in writing within {n} day.",
            "Your employer then tells the offices in writing within {n} days.",
            NOTICE_DAYS,
        ),
        law.employers_notice_due,
    ),
    Reason(
        _("Against a false report you can complain to the labour office of your city or county."),
        false_report,
    ),
    Reason(
        ORDERED_FIRST,
        may_be_ordered_to_leave_first,
    ),
)


def find(ctx: Context, facts: Facts) -> Finding:
    third = _third_missed_day(facts)
    revoked = facts.says("what", REVOKED)
    appeal = appealing(facts.day("served_on"), ctx.today) if revoked else _NO_APPEAL
    actions = _dispute(ctx) if facts.says("record") else ()
    rows, deadlines, doubts = _counted(facts, third)
    return Finding(
        title=_("A report that you are missing: what now"),
        result=(
            _OPENING[facts["what"]],
            *appeal.result,
            *_ground(ctx, facts, third),
            *((_leaving(ctx, facts),) if revoked else ()),
        ),
        rows=(*appeal.rows, *rows),
        reasons=(*_REASONS, *appeal.reasons, *((LEAVE_AT_ONCE,) if revoked else ())),
        next_steps=(*_steps(facts, tap=bool(actions)), *appeal.steps),
        doubts=(*_uncertain(facts), *doubts, *appeal.doubts),
        tone=Tone.URGENT,
        deadlines=(*appeal.deadlines, *deadlines),
        actions=actions,
    )


def _leaving(ctx: Context, facts: Facts) -> Text:
    """By her kind of permit, where her record names it: a student need not leave at once."""
    record = record_of(ctx) if facts.says("record") else None
    revoked = None if record is None else record.revocation
    if revoked is None:
        return MUST_LEAVE
    decided_on, permit_type = taipei_day(revoked.occurred_at), PermitType(revoked.permit.permit_type)
    return leaving(decided_on, permit_type, ReasonCode.ABSENT_3_DAYS)


# The article speaks of the three-day report only.
_NO_COMPLAINT = (SEARCHED, NOT_YET)
_NO_APPEAL = Appeal((), (), (), ())


def _third_missed_day(facts: Facts) -> date | None:
    """At the soonest; None where she does not know from when she was away, or it does not matter."""
    absent_from = facts.day("absent_from")
    return absent_from and law.third_missed_day_at_soonest(absent_from, DAYS_OFF[facts["days_off"]][1])


def _counted(facts: Facts, third: date | None) -> tuple[tuple[Row, ...], tuple[date, ...], tuple[Text, ...]]:
    absent_from = facts.day("absent_from")
    if third is None or absent_from is None:
        return (), (), ()
    notice_due = law.employers_notice_due(third)
    rows = (
        Row(_("The missed days are full, at the soonest, on"), verbatim(third)),
        Row(_("Your employer must then report by"), verbatim(notice_due.day)),
    )
    # Had she to work on a day off, the third day is an earlier one: only that day is surely in time.
    earliest = law.third_missed_day_at_soonest(absent_from, ())
    return rows, (earliest,), () if notice_due.certain else (NOT_CERTAIN,)


def _ground(ctx: Context, facts: Facts, third: date | None) -> tuple[Text, ...]:
    where = facts["where"]
    if third is None:
        return (_GROUND.get(where, _BOTH_COUNT),)
    first = (_GROUND[SHORT],) if where == SHORT else ()
    return (*first, *contact_found(facts, third, ctx.today))


def _steps(facts: Facts, *, tap: bool) -> tuple[Text, ...]:
    steps = [SAY_IT_TO_1955]
    if tap:
        steps.insert(0, SAY_IT_HERE)
    if facts["what"] in (REVOKED, SEARCHED):
        steps.append(NOT_ALONE)
    if facts.says("contact", EMPLOYER):
        steps.append(_("If you are not safe, do not tell your employer where you stay. Tell the city or county."))
    if facts.get("contact") in OFFICE_TOLD:
        steps.append(_("Ask the office that you told to confirm it in writing, with the day."))
    if facts["what"] not in _NO_COMPLAINT:
        steps.append(COMPLAIN)
    if facts["what"] == REVOKED:
        steps.append(_("Appeal as well: the complaint does not stop the days for an appeal."))
    steps += [
        KEEP_PROOF,
        NOT_SAFE,
    ]
    return tuple(steps)


def _uncertain(facts: Facts) -> tuple[Text, ...]:
    doubts = []
    if facts["where"] == KEPT_OUT:
        doubts.append(_("That such days do not count is our reading. We found no text that says so."))
    if facts.get("absent_from", UNKNOWN) != UNKNOWN:
        doubts.append(_("Holidays and leave do not count as missed days: then the day is later than we say."))
        doubts.append(_("Days off in between do not start the count again: this is our reading, the stricter one."))
    if "contact" in facts:
        doubts.append(
            _("What counts as contact we know from reports about the Ministry's orders, not from their text.")
        )
    if facts["what"] not in _NO_COMPLAINT:
        doubts.append(_("The law names no last day for the complaint. Do not wait."))
    return tuple(doubts)


def _dispute(ctx: Context) -> tuple[Button, ...]:
    """“I am here, this is wrong”, of the newest report that stands, is about her, and that we told her of."""
    record = record_of(ctx)
    if record is None:
        return ()
    hers = {permit.id for permit in record.permits}
    told = (one for one in notice.reports_told(ctx.session, ctx.contact.id) if one.event.permit_id in hers)
    standing = next((one for one in told if notice.stands(ctx.session, one.event)), None)
    return () if standing is None else (disputed(standing.message, standing.event),)
