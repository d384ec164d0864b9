"""The words of what she is told at once, composed when it leaves, from all that we know of her permit by then."""

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from law.appeals import appeal_until
from law.employment_permits import PermitType
from law.missing_reports import ReasonCode
from law.revocations import WORK_ELSEWHERE, change_of_employer
from law.source import NotInForce
from locales import Text, _, taipei_day, verbatim
from models import reaction
from models import revocation_advice as advice
from models.binding import in_force
from models.content import Button, Card, Content, Row, Tone
from models.message import Message
from models.notice import events_told_by, was_told
from models.permit import PermitStatus
from models.permit_advice import ASK_1955, next_steps
from models.permit_event import EventKind, PermitEvent, State, states

MOST_BUBBLES = 5


def compose(session: Session, message: Message, today: date) -> Content | None:
    """What the message says today; None when nothing of it is so any more, or she is no longer linked."""
    binding = in_force(session, message.contact_id)
    if binding is None or not message.contact.reachable:
        return None
    events = [event for event in events_told_by(session, message) if event.permit.worker_id == binding.worker_id]
    found = states(session, {event.permit_id for event in events})
    cards = [card for event in events if (card := _card(session, message, event, found[event.permit_id], today))]
    return Content(tuple(cards[:MOST_BUBBLES])) if cards else None


def _card(session: Session, message: Message, event: PermitEvent, state: State, today: date) -> Card | None:
    if state.matter_of(event.id) is None:
        return None
    if event.what is EventKind.MISSING_REPORT_WITHDRAWN:
        if not was_told(session, message.contact_id, state.withdrawn):
            return None
        return _withdrawn(event, state, message)
    if event.what is EventKind.PERMIT_ISSUED and event.permit.ends_on < today:
        return None
    return _COMPOSERS[event.what](event, message, today)


def _issued(event: PermitEvent, message: Message, today: date) -> Card:
    permit = event.permit
    rows = [Row(_("Permit number"), verbatim(permit.permit_no))]
    if permit.employer_name:
        rows.append(Row(_("Employer"), verbatim(permit.employer_name)))
    return Card(
        title=_("You have a work permit until {date}", date=permit.ends_on),
        lead=(
            *next_steps(permit, today),
            _("Ask your employer for a copy of the permit letter. Your papers are yours to keep."),
        ),
        rows=(
            *rows,
            Row(_("The permit begins on"), verbatim(permit.starts_on)),
            Row(_("Your permit ends on"), verbatim(permit.ends_on)),
            *_letter(event),
        ),
        notes=(_("If this is not your employer or not your work, call 1955."),),
        buttons=_buttons(message),
        tone=Tone.NOTICE,
    )


# --- a permit was revoked: first what she can do and until when, then why and by which letter


def _revoked(event: PermitEvent, message: Message, today: date) -> Card:
    try:
        title, can, notes = _consequences(event, today)
    except NotInForce:
        # Of a day before the law that we have read: we do not guess, and she must still hear of it.
        title, can, notes = _CALL_TODAY, (ASK_1955,), ()
    return Card(
        title=title,
        lead=(*can, advice.KEEP_THE_LETTER),
        rows=(
            Row(_("Permit number"), verbatim(event.permit.permit_no)),
            Row(_("Reason given"), _REASONS[event.reason]),
            *_letter(event),
        ),
        notes=notes,
        buttons=(*_buttons(message), advice.WHAT_NOW),
        tone=Tone.URGENT,
    )


_CALL_TODAY = _("Call 1955 today: your work permit was revoked")


def _consequences(event: PermitEvent, today: date) -> tuple[Text, tuple[Text, ...], tuple[Text, ...]]:
    """The title, what she can do, and whether she must leave."""
    decided_on, permit_type = taipei_day(event.occurred_at), PermitType(event.permit.permit_type)
    title, *appeal = _appeal(event.served_on, decided_on, today)
    change = advice.CHANGE_OF_EMPLOYER[change_of_employer(decided_on, permit_type, event.reason).new_employer]
    can = (
        *appeal,
        *change.means,
        *change.steps,
        *((advice.THEY_SENT_YOU,) if event.reason in WORK_ELSEWHERE else ()),
        *advice.against_false_report(decided_on, event.reason),
    )
    leaving = advice.leaving(decided_on, permit_type, event.reason)
    waits = (advice.ASK_TO_WAIT,) if leaving is advice.MUST_LEAVE else ()
    return title, can, (leaving, *waits, _("Ask 1955 before you decide anything."))


def _appeal(served_on: date | None, decided_on: date, today: date) -> tuple[Text, ...]:
    """The title first."""
    if served_on is not None and today <= (last := appeal_until(served_on).day):
        return (
            _("You can appeal until {date}: your work permit was revoked", date=last),
            _("The appeal must arrive by that day, not only be posted. 1955 tells you where and how. It is free."),
        )
    words = (_CALL_TODAY, *advice.appeal(served_on, today))
    # The letter cannot have come before it was written: counted from that day, nobody is ever late.
    safe = appeal_until(decided_on).day
    if served_on is not None or today > safe:
        return words
    return (*words, _("To be safe, appeal by {date}. 1955 tells you where and how.", date=safe))


_REASONS: Mapping[ReasonCode, Text] = {
    ReasonCode.OTHER_EMPLOYER_WORK: _("Work for an employer who is not in the permit"),
    ReasonCode.UNASSIGNED_WORK: _("Work that is not in the permit"),
    ReasonCode.ABSENT_3_DAYS: _("Absent from work for three days, and contact lost"),
    ReasonCode.CONTRACT_ENDED: _("The employment ended"),
    ReasonCode.HEALTH_EXAM: _("The health examination was missed or not passed"),
    ReasonCode.RULES_BROKEN: _("A rule for this kind of work was broken"),
    ReasonCode.LAW_BROKEN: _("Another law was broken"),
    ReasonCode.FALSE_DATA: _("Information was refused or not true"),
    ReasonCode.EMPLOYER_QUOTA: _("The employer had more workers than the law allows"),
    ReasonCode.EMPLOYER_VIOLATION: _("The employer broke the law"),
    ReasonCode.EMPLOYER_DIED: _("The employer died"),
    ReasonCode.PATIENT_DIED: _("The person you cared for died"),
    ReasonCode.EMIGRATED: _("The employer or the person you cared for moved abroad"),
    ReasonCode.VESSEL_LOST: _("The boat was lost, seized or is being repaired"),
    ReasonCode.EMPLOYER_CLOSED: _("The employer's business closed"),
    ReasonCode.WAGES_UNPAID: _("Wages were not paid"),
    ReasonCode.NOT_WORKERS_FAULT: _("Another reason that is not your fault"),
    ReasonCode.OTHER: _("Please read it in the letter"),
}


# --- she was reported: the two reports differ in law, and so in words


def _reported(event: PermitEvent, message: Message, today: date) -> Card:
    return _report(
        event,
        message,
        _("Your employer reported that you were absent for three days and that contact with you was lost."),
        advice.REPORT_MEANS[event.what],
        advice.ORDERED_FIRST,
    )


def _searched(event: PermitEvent, message: Message, today: date) -> Card:
    return _report(
        event,
        message,
        _("Your employer asked the police and the immigration agency to look for you."),
        advice.REPORT_MEANS[event.what],
        advice.NOT_ALONE,
    )


def _report(event: PermitEvent, message: Message, *what: Text) -> Card:
    rows = [Row(_("Permit number"), verbatim(event.permit.permit_no))]
    if event.permit.employer_name:
        rows.append(Row(_("Employer"), verbatim(event.permit.employer_name)))
    return Card(
        title=_("Act today: if you are not missing, say so here and call 1955"),
        lead=(
            advice.SAY_IT_HERE,
            advice.SAY_IT_TO_1955,
            *what,
            advice.KEEP_PROOF,
        ),
        rows=(*rows, Row(_("Reported on"), verbatim(taipei_day(event.occurred_at))), *_letter(event)),
        notes=(advice.NOT_SAFE,),
        buttons=_buttons_of_report(message, event),
        tone=Tone.URGENT,
    )


def _withdrawn(event: PermitEvent, state: State, message: Message) -> Card:
    """Linked to the report that she was told of."""
    first = state.withdrawn[0].event
    revoked = state.status is PermitStatus.REVOKED
    rows = [
        Row(_("Permit number"), verbatim(event.permit.permit_no)),
        Row(_("Reported on"), verbatim(taipei_day(first.occurred_at))),
    ]
    if first.letter_no:
        rows.append(Row(_("Letter of the report"), verbatim(first.letter_no)))
    rows.append(Row(_("Withdrawn on"), verbatim(taipei_day(event.occurred_at))))
    return Card(
        title=_("Keep this message: the report about you was withdrawn"),
        lead=(
            _(
                "The report of {date} that your employer could not reach you no longer stands.",
                date=taipei_day(first.occurred_at),
            ),
            _("Your permit is still revoked. Call 1955 today and ask what you can do.")
            if revoked
            else _("If anybody still treats you as missing, show this message and call 1955."),
        ),
        rows=(*rows, *_letter(event)),
        buttons=_buttons(message),
        tone=Tone.URGENT if revoked else Tone.NOTICE,
    )


def _letter(event: PermitEvent) -> tuple[Row, ...]:
    rows = []
    if event.letter_no:
        rows.append(Row(_("Letter number"), verbatim(event.letter_no)))
    if event.served_on:
        rows.append(Row(_("Letter delivered on"), verbatim(event.served_on)))
    return tuple(rows)


def _buttons(message: Message) -> tuple[Button, ...]:
    return reaction.CALL_1955, reaction.need_help(message), reaction.understood(message)


def _buttons_of_report(message: Message, report: PermitEvent) -> tuple[Button, ...]:
    return (
        reaction.disputed(message, report),
        reaction.unsafe(message),
        reaction.CALL_1955,
        reaction.understood(message),
    )


_COMPOSERS: Mapping[EventKind, Callable[[PermitEvent, Message, date], Card]] = {
    EventKind.PERMIT_ISSUED: _issued,
    EventKind.PERMIT_REVOKED: _revoked,
    EventKind.REPORTED_MISSING: _reported,
    EventKind.SEARCH_REQUESTED: _searched,
}
