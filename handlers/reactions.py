"""The buttons under a reminder: understood, or I need help."""

from handlers import menu
from handlers.context import Context, Reply
from handlers.typed import is_label
from locales import _
from models import message
from models.binding import in_force
from models.content import Card, Content, Tone, words

UNDERSTOOD, NEED_HELP = "understood", "need_help"
_LABELS = {UNDERSTOOD: _("Understood"), NEED_HELP: _("I need help")}


def typed(ctx: Context, said: str) -> Reply | None:
    """The words of such a button, typed: they answer the last thing we sent her. None when they are other words."""
    for reaction, label in _LABELS.items():
        if is_label(said, label):
            last = message.history(ctx.session, ctx.contact.id, 1)
            return reacted(ctx, reaction, str(last[0].id)) if last else None
    return None


def reacted(ctx: Context, said: str, message_id: str) -> Reply | None:
    """Note what she tapped; None when it is no answer to a message of hers."""
    if (
        said not in (UNDERSTOOD, NEED_HELP)
        or not (message_id.isascii() and message_id.isdecimal())
        or len(message_id) > 18
    ):
        return None
    if message.answer(ctx.session, ctx.contact.id, int(message_id), said, ctx.now) is None:
        return None
    buttons = menu.main_buttons(bound=in_force(ctx.session, ctx.contact.id) is not None)
    if said == UNDERSTOOD:
        return Reply(words(_("Thank you. We have noted that you have read it."), quick=buttons))
    return Reply(
        Content(
            (
                Card(
                    title=_("You are not alone"),
                    lead=(
                        _("Call 1955 now. It is free, day and night, and somebody speaks your language."),
                        _(
                            "Say: “I got a message on LINE and I need help.” Have your ARC or passport number ready if "
                            "you can."
                        ),
                    ),
                    notes=(_("We do not tell your employer or broker that you asked."),),
                    buttons=(menu.call_1955(), menu.button(menu.PERMIT)),
                    tone=Tone.NOTICE,
                ),
            ),
            buttons,
        )
    )
