"""The words of each reminder, composed when it is about to leave, from what the record says then."""

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from law.health_examinations import Examination, examinations
from law.residence import extend_residence
from locales import Text, _, ngettext, verbatim
from models import reaction
from models.binding import in_force
from models.content import Button, Card, Content, Row, Tone
from models.message import Message
from models.permit import Permit, PermitStatus, permits_of
from models.permit_advice import CHECK_WITH_NIA, as_of, last_safe_day, next_steps, window_rows
from models.reminder import still_holds
from models.reminder_calendar import EXAM_6, EXAM_18, EXAM_30


def compose(session: Session, message: Message, today: date) -> Content | None:
    """What the reminder says today; None when it is no longer true and must not leave."""
    if not still_holds(session, message, today):
        return None
    return _COMPOSERS[message.kind](session, message, today)


def _end(session: Session, message: Message, today: date) -> Content:
    permit = message.permit
    assert permit is not None
    later = _later_permit(session, permit)
    lead = list(next_steps(permit, today))
    if message.kind in ("end_14d", "end_7d"):
        # Students and residents (types D and E) need not leave with their permit.
        lead += (_NO_ANSWER,) if permit.permit_type in ("D", "E") else (_GOING_HOME, _NO_ANSWER)
    if later is not None:
        lead.insert(
            0,
            _(
                "We also hold a permit of yours until {date}. If that is your next permit, you need do nothing now.",
                date=later.ends_on,
            ),
        )
    card = Card(
        title=_end_title(message.kind, permit, today),
        lead=tuple(lead),
        rows=(
            Row(_("Permit number"), verbatim(permit.permit_no)),
            Row(_("Your permit ends on"), verbatim(permit.ends_on)),
            *window_rows(permit),
        ),
        notes=(as_of(permit.as_of),),
        buttons=_buttons(message),
        tone=Tone.URGENT if message.kind == "end_7d" else Tone.NOTICE,
    )
    return Content((card,))


_GOING_HOME = _("If you will go home, your employer must help you leave before the permit ends.")
_NO_ANSWER = _("If you have no answer about your next permit, call 1955 today. Do not wait until the last day.")


def _end_title(kind: str, permit: Permit, today: date) -> Text:
    if kind == "end_4m":
        return _("Time to plan: your work permit ends on {date}", date=permit.ends_on)
    last = last_safe_day(permit)
    if kind == "end_2m" and last is not None and today <= last:
        if permit.permit_type == "C":
            return _("{date} is the last safe day to apply for a transfer", date=last)
        return _("{date} is the last safe day to apply for renewal or transfer", date=last)
    left = (permit.ends_on - today).days
    return ngettext("Your work permit ends in {n} day", "Your work permit ends in {n} days", left)


def _later_permit(session: Session, permit: Permit) -> Permit | None:
    later = [
        other
        for other in permits_of(session, permit.worker_id)
        if other.status == PermitStatus.ACTIVE and other.ends_on > permit.ends_on
    ]
    return later[0] if later else None


def _arc(session: Session, message: Message, today: date) -> Content:
    expires_on = message.about_on
    assert expires_on is not None
    left = (expires_on - today).days
    opens = extend_residence(expires_on).opens
    rows = [Row(_("Date on your ARC"), verbatim(expires_on))]
    if opens is not None:
        rows.append(Row(_("Extension: apply from"), verbatim(opens)))
    card = Card(
        title=ngettext("Your ARC (residence card) ends in {n} day", "Your ARC (residence card) ends in {n} days", left),
        lead=(_who_extends_the_arc(session, message), ARC_IS_SEPARATE),
        rows=tuple(rows),
        notes=(CHECK_WITH_NIA,),
        buttons=_buttons(message),
        tone=Tone.URGENT if message.kind == "arc_7d" else Tone.NOTICE,
    )
    return Content((card,))


ARC_IS_SEPARATE = _(
    "The ARC must be extended before that day, also while your permit still runs. If you have no answer, call 1955."
)


def _who_extends_the_arc(session: Session, message: Message) -> Text:
    """Employers see to it for types A to C; students and residents go themselves."""
    binding = in_force(session, message.contact_id)
    permits = permits_of(session, binding.worker_id) if binding and binding.worker_id else ()
    if permits and permits[0].permit_type in ("D", "E"):
        return _("Ask the immigration agency (NIA) how to extend your ARC, and when.")
    return _("Ask your employer who will apply to extend your ARC, and when.")


def _examination(session: Session, message: Message, today: date) -> Content:
    window = _window(message)
    left = (window.closes - today).days
    card = Card(
        title=ngettext("Health examination: {n} day left", "Health examination: {n} days left", left),
        lead=(
            _(
                "Your {n}-month health examination must be done from {opens} to {closes}.",
                n=window.months,
                opens=window.opens,
                closes=window.closes,
            ),
            _("Your employer must arrange it. Ask which hospital and which day. You may see your own results."),
        ),
        notes=(
            _("The day is counted from the start of your permit. If you have done it already, you need do nothing."),
        ),
        buttons=_buttons(message),
        tone=Tone.NOTICE,
    )
    return Content((card,))


def _window(message: Message) -> Examination:
    assert message.about_on is not None
    months = int(message.kind.split("_")[1])
    return next(exam for exam in examinations(message.about_on) if exam.months == months)


def _buttons(message: Message) -> tuple[Button, ...]:
    return reaction.understood(message), reaction.need_help(message), reaction.CALL_1955


Composer = Callable[[Session, Message, date], Content]

_COMPOSERS: Mapping[str, Composer] = {
    **dict.fromkeys(("end_4m", "end_2m", "end_14d", "end_7d"), _end),
    **dict.fromkeys(("arc_3m", "arc_30d", "arc_14d", "arc_7d"), _arc),
    **{stage.kind: _examination for track in (EXAM_6, EXAM_18, EXAM_30) for stage in track.stages},
}
