"""The words of what she is told at once, composed when it leaves, from all that we know of her permit by then."""

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from law.appeals import appeal_until
from law.employment_permits import PermitType
from law.missing_reports import ReasonCode, may_transfer
from locales import Text, _, taipei_day, verbatim
from models import reaction
from models.binding import in_force
from models.content import Button, Card, Content, Row, Tone
from models.message import Message
from models.notice import events_told_by, was_told
from models.permit import Permit, PermitStatus
from models.permit_advice import next_steps
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
    last = appeal_until(event.served_on).day if event.served_on else None
    if last is not None and today <= last:
        title = _("You can appeal until {date}: your work permit was revoked", date=last)
    else:
        title = _("Call 1955 today: your work permit was revoked")
    return Card(
        title=title,
        lead=(
            *_appeal(event, last, today),
            *_transfer(event),
            _("Keep the letter and every message. Do not sign what you cannot read."),
        ),
        rows=(
            Row(_("Permit number"), verbatim(event.permit.permit_no)),
            Row(_("Reason given"), _REASONS[event.reason]),
            *_letter(event),
        ),
        notes=_leaving(event.permit),
        buttons=_buttons(message),
        tone=Tone.URGENT,
    )


def _appeal(event: PermitEvent, last: date | None, today: date) -> tuple[Text, ...]:
    if last is not None and today <= last:
        return (_("The appeal must arrive by that day, not only be posted. 1955 tells you where and how. It is free."),)
    if last is not None:
        return (
            _("The time for an appeal was until {date}.", date=last),
            _("If you could not act in time and it was not your fault, a late appeal may be possible. Ask 1955 today."),
        )
    # The letter cannot have come before it was written: counted from that day, nobody is ever late.
    safe = appeal_until(taipei_day(event.occurred_at)).day
    unknown = _("You can appeal within 30 days after the letter is delivered. We do not know that day: ask for it.")
    if today > safe:
        return (unknown,)
    return (unknown, _("To be safe, appeal by {date}. 1955 tells you where and how.", date=safe))


def _transfer(event: PermitEvent) -> tuple[Text, ...]:
    if event.permit.permit_type not in _MAY_TRANSFER:
        return (_NOT_TRUE,)
    match may_transfer(event.reason):
        case True:
            return (
                _("The reason given is not your fault. You have the right to ask for a new employer (transfer)."),
                _("Say to 1955 that you want to transfer. The Ministry must agree."),
            )
        case False:
            return (_NOT_TRUE,)
        case None:
            return (_("If the reason is not your fault, you may be able to change employer. Ask 1955."),)


# 就業服務法第59條: work of art. 46(1)8 to 11.
_MAY_TRANSFER = (PermitType.B, PermitType.C)
_NOT_TRUE = _("If the reason is not true, tell 1955 so today, and say what proof you have.")


def _leaving(permit: Permit) -> tuple[Text, ...]:
    if permit.permit_type in (PermitType.D, PermitType.E):
        return ()  # they are not here for the work alone: 就業服務法第74條
    return (
        _("After a revocation the law usually asks you to leave Taiwan. An appeal alone does not stop this."),
        _("Ask 1955 before you decide anything."),
    )


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
        _("Such a report can lead to the loss of your permit. If it is not true, say so today."),
    )


def _searched(event: PermitEvent, message: Message, today: date) -> Card:
    return _report(
        event,
        message,
        _("Your employer asked the police and the immigration agency to look for you."),
        _("This is not the three-day report, but that can follow. If you are not missing, say so today."),
    )


def _report(event: PermitEvent, message: Message, *what: Text) -> Card:
    rows = [Row(_("Permit number"), verbatim(event.permit.permit_no))]
    if event.permit.employer_name:
        rows.append(Row(_("Employer"), verbatim(event.permit.employer_name)))
    return Card(
        title=_("Act today: if you are not missing, say so here and call 1955"),
        lead=(
            _("Tap “I am here, this is wrong”: we write down what you say, and when, and a person reads it."),
            _("Tell 1955 where you stay and how to reach you. It is free, day and night. Ask for the case number."),
            *what,
            _("Keep proof: messages, photos, your work times, your payslips."),
        ),
        rows=(*rows, Row(_("Reported on"), verbatim(taipei_day(event.occurred_at))), *_letter(event)),
        notes=(_("If you left because you were not safe, tell 1955 that too. In danger, call 110."),),
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
