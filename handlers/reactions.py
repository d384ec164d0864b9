"""The buttons under what we told her: understood, and I need help (handlers/dispute.py has the third)."""

from handlers import menu
from handlers.context import Context, Reply
from handlers.typed import is_label
from locales import _
from models import case, message, notice
from models.binding import in_force
from models.case import CaseKind
from models.content import Call, Card, Content, Row, Tone, words
from models.message import Lane, Message
from models.reaction import CALL_1955, LABELS, Reaction


def typed(ctx: Context, said: str) -> str | None:
    """What the button sends whose words she typed: it answers the last thing we sent her. None for other words."""
    reaction = next((one for one, labels in LABELS.items() if any(is_label(said, label) for label in labels)), None)
    if reaction is None:
        return None
    # Some words stand only under a missing report, whatever we have sent her since.
    told = notice.reports_told(ctx.session, ctx.contact.id) if is_label(said, LABELS[reaction][-1]) else ()
    if reaction is Reaction.DISPUTED:
        if not told:
            return None
        meant = next((one for one in told if notice.stands(ctx.session, one.event)), told[0])
        return f"{reaction.value}:{meant.message_id}:{meant.event_id}"
    if reaction is Reaction.NEED_HELP and told:
        return f"{reaction.value}:{told[0].message_id}"
    last = message.history(ctx.session, ctx.contact.id, 1)
    return f"{reaction.value}:{last[0].id}" if last else None


def reacted(ctx: Context, said: str, about: str) -> Reply | None:
    """Note what she tapped; None when it is no answer to a message of hers."""
    if (
        said not in (Reaction.UNDERSTOOD, Reaction.NEED_HELP)
        or not (about.isascii() and about.isdecimal())
        or len(about) > 18
    ):
        return None
    answered = message.answer(ctx.session, ctx.contact.id, int(about), said, ctx.now)
    if answered is None:
        return None
    if said == Reaction.NEED_HELP:
        return _help(ctx, answered)
    buttons = menu.main_buttons(bound=in_force(ctx.session, ctx.contact.id) is not None)
    return Reply(words(_("Thank you. We have noted that you have read it."), quick=buttons))


def _help(ctx: Context, answered: Message) -> Reply:
    binding = in_force(ctx.session, ctx.contact.id)
    buttons = menu.main_buttons(bound=binding is not None)
    if answered.lane != Lane.URGENT:
        return Reply(Content((_not_alone(),), buttons))
    # Under what is urgent it may be danger: a person is to look, and she must not wait for us.
    worker_id = binding.worker_id if binding else None
    opened, _new = case.open_case(
        ctx.session,
        CaseKind.HELP,
        # The same account may have been linked to somebody else when it asked before.
        f"worker {worker_id} contact {ctx.contact.id}",
        ctx.now,
        worker_id=worker_id,
        contact_id=ctx.contact.id,
        message_id=answered.id,
    )
    lead = [_("1955 is free, day and night, and somebody speaks your language. Ask for a safe place to stay.")]
    if ctx.now < opened.due_at:  # of a case that is late already we promise nothing
        lead.append(
            _("We have also asked a person to look at this by {at}. Do not wait for it: call.", at=opened.due_at)
        )
    emergency = Card(
        title=_("In danger? Call 110 now"),
        lead=tuple(lead),
        rows=(
            Row(_("In danger"), _("110 police, 119 ambulance and fire")),
            Row(_("Violence or abuse"), _("113, free, day and night")),
        ),
        notes=(_("We do not tell your employer or broker that you asked."),),
        buttons=(Call(_("Call 110 (police)"), "110"), CALL_1955, Call(_("Call 113 (violence)"), "113")),
        tone=Tone.URGENT,
    )
    return Reply(Content((emergency,), buttons), owed=True)


def _not_alone() -> Card:
    return Card(
        title=_("You are not alone"),
        lead=(
            _("Call 1955 now. It is free, day and night, and somebody speaks your language."),
            _("Say: “I got a message on LINE and I need help.” Have your ARC or passport number ready if you can."),
        ),
        notes=(_("We do not tell your employer or broker that you asked."),),
        buttons=(CALL_1955, menu.button(menu.PERMIT)),
        tone=Tone.NOTICE,
    )
