"""“My permit”: what we hold, since when, what it means today, and every message she was sent."""

from collections.abc import Iterator, Sequence
from datetime import date

from handlers import menu
from handlers.calendar import calendar_buttons
from handlers.context import Context, Reply
from law.residence import extend_residence
from locales import Text, _, ngettext, verbatim
from models import message
from models.binding import in_force
from models.content import Bubble, Button, Card, Content, Row, Tone, words
from models.permit import Permit, PermitStatus, permits_of, running_first
from models.permit_advice import CHECK_WITH_NIA, as_of, next_steps, window_days, window_rows
from models.reaction import CALL_1955
from models.revocation_advice import WHAT_NOW
from models.worker import Worker

SHOWN = 3
"""Permits shown at once: LINE takes five bubbles a request, and two are needed for the rest."""
MESSAGES_A_CARD, MESSAGE_CARDS = 10, 5
"""Together more than a permit's reminders, and what fits into one answer."""

WORKS: dict[str, Text] = {
    "manufacturing": _("Manufacturing"),
    "construction": _("Construction"),
    "fishing": _("Fishing"),
    "agriculture": _("Agriculture"),
    "household_care": _("Care in a household"),
    "domestic_help": _("Household help"),
    "institution_care": _("Care in an institution"),
    "professional": _("Professional work"),
    "teaching": _("Professional work"),
    "student_work": _("Student work"),
    **dict.fromkeys(("slaughter", "bilingual_staff", "cook", "other"), _("Other work")),
}


def show(ctx: Context) -> Reply:
    """The permits of the worker this account is linked to."""
    binding = in_force(ctx.session, ctx.contact.id)
    if binding is None or binding.worker is None:
        return Reply(not_linked())
    worker = binding.worker
    permits = permits_of(ctx.session, worker.id)
    if not permits:
        return Reply(words(_("We hold no permit of yours yet. Call 1955 if you have one."), quick=_buttons()))
    shown = running_first(permits, ctx.today)[:SHOWN]
    # One file with all the dates, from the first card.
    calendar = calendar_buttons(ctx, _dates(shown, worker, ctx.today))
    bubbles: list[Bubble] = [_card(permit, ctx.today, () if place else calendar) for place, permit in enumerate(shown)]
    if worker.arc_expires_on is not None:
        bubbles.append(_arc_card(worker, worker.arc_expires_on, ctx.today))
    return Reply(Content(tuple(bubbles), _buttons()))


def show_messages(ctx: Context) -> Reply:
    """What this account was sent, newest first."""
    if in_force(ctx.session, ctx.contact.id) is None:
        return Reply(not_linked())
    sent = message.history(ctx.session, ctx.contact.id, MESSAGES_A_CARD * MESSAGE_CARDS)
    rows = []
    for one in sent:
        said = one.says
        first = said.bubbles[0] if said else None
        if one.sent_at is not None and isinstance(first, Card):
            rows.append(Row(verbatim(one.sent_at), first.title))
    if not rows:
        return Reply(words(_("We have not sent you any reminder yet."), quick=_buttons()))
    cards = [
        Card(title=_("What we have sent you"), rows=tuple(some), buttons=(menu.button(menu.PERMIT),))
        for some in (rows[at : at + MESSAGES_A_CARD] for at in range(0, len(rows), MESSAGES_A_CARD))
    ]
    return Reply(Content(tuple(cards), _buttons()))


def not_linked() -> Content:
    """For everything personal, to somebody whose account is not linked."""
    return Content(
        (
            Card(
                title=_("Your record is not linked yet"),
                lead=(_("Link your record once, in about two minutes. Then you see your permit and its dates here."),),
                buttons=(menu.button(menu.BIND), CALL_1955),
            ),
        ),
        menu.main_buttons(bound=False),
    )


def _buttons() -> tuple[Button, ...]:
    return menu.main_buttons(bound=True)


def _dates(permits: Sequence[Permit], worker: Worker, today: date) -> Iterator[date]:
    for permit in permits:
        if permit.is_good_on(today):
            yield permit.ends_on
            yield from (day for _label, day in window_days(permit))
    if worker.arc_expires_on is not None:
        yield worker.arc_expires_on


def _card(permit: Permit, today: date, calendar: tuple[Button, ...]) -> Card:
    running = permit.is_good_on(today)
    rows = [
        Row(_("Permit number"), verbatim(permit.permit_no)),
        Row(_("Employer"), verbatim(permit.employer_name)),
        Row(_("Work"), WORKS.get(permit.work, verbatim(permit.work))),
        Row(_("Place"), verbatim(permit.county)),
        Row(_("From"), verbatim(permit.starts_on)),
        Row(_("To"), verbatim(permit.ends_on)),
    ]
    if running:
        rows += [*window_rows(permit)]
    return Card(
        title=_title(permit, today),
        lead=next_steps(permit, today),
        rows=tuple(rows),
        notes=(
            as_of(permit.as_of),
            _("If something is wrong or has changed, call 1955. The letter about your permit decides."),
        ),
        buttons=(CALL_1955, *calendar, *((WHAT_NOW,) if permit.status == PermitStatus.REVOKED else ())),
        tone=Tone.CALM if running else Tone.URGENT,
    )


def _title(permit: Permit, today: date) -> Text:
    if permit.status == PermitStatus.REVOKED:
        return _("Your work permit was revoked")
    left = (permit.ends_on - today).days
    if left < 0:
        return _("Your work permit has ended")
    if left == 0:
        return _("Today is the last day of your work permit")
    return ngettext("Your work permit: {n} day left", "Your work permit: {n} days left", left)


def _arc_card(worker: Worker, expires_on: date, today: date) -> Card:
    rows = [Row(_("Date on your ARC"), verbatim(expires_on))]
    # A card that has ended may be older than the rule.
    opens = extend_residence(expires_on).opens if today <= expires_on else None
    if opens is not None:
        rows.append(Row(_("Extension: apply from"), verbatim(opens)))
    if today > expires_on:
        return Card(
            title=_("The date on your ARC has passed"),
            lead=(_("Call the immigration agency (NIA) or 1955 today and ask whether your ARC was extended."),),
            rows=tuple(rows),
            notes=(CHECK_WITH_NIA, as_of(worker.as_of)),
            buttons=(CALL_1955,),
            tone=Tone.URGENT,
        )
    return Card(
        title=_("Your ARC (residence card)"),
        rows=tuple(rows),
        notes=(
            CHECK_WITH_NIA,
            as_of(worker.as_of),
        ),
    )
