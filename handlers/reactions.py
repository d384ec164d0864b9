"""The buttons under a reminder: understood, or I need help."""

from handlers import menu
from handlers.context import Context, Reply
from locales import _
from models import message
from models.content import Card, Content, Tone, words

UNDERSTOOD, NEED_HELP = "understood", "need_help"


def reacted(ctx: Context, said: str, message_id: str) -> Reply | None:
    """Note what she tapped; None when it is no answer to a message of hers."""
    if said not in (UNDERSTOOD, NEED_HELP) or not message_id.isdecimal() or len(message_id) > 18:
        return None
    if message.answer(ctx.session, ctx.contact.id, int(message_id), said, ctx.now) is None:
        return None
    if said == UNDERSTOOD:
        return Reply(words(_("Thank you. We have noted that you have read it."), quick=menu.main_buttons(bound=True)))
    return Reply(
        Content(
            (
                Card(
                    title=_("You are not alone"),
                    lead=(
                        _("Call 1955 now. It is free, day and night, and somebody speaks your language."),
                        _(
                            "Say: “My permit is ending and I need help.” Have your ARC or passport number ready if "
                            "you can."
                        ),
                    ),
                    notes=(_("We do not tell your employer or broker that you asked."),),
                    buttons=(menu.call_1955(), menu.button(menu.PERMIT)),
                    tone=Tone.NOTICE,
                ),
            ),
            menu.main_buttons(bound=True),
        )
    )
