"""Taking the link away: what it means, at once, and 72 hours to change one's mind."""

from handlers import menu
from handlers.binding import BINDING
from handlers.context import Context, Reply
from handlers.typed import is_label
from locales import Text, _
from models import conversation, linking, notice_plan, reminder
from models.binding import UNDO_FOR, in_force, linked, undo_unbind
from models.content import Button, Card, Content, Postback, Tone, words
from models.reaction import CALL_1955
from models.review import was_cut

CONFIRM, UNDO, KEEP = "unbind:yes", "unbind:undo", "unbind:no"
_LABELS: dict[str, Text] = {CONFIRM: _("Yes, unlink"), UNDO: _("Link again"), KEEP: _("No, keep it")}


def typed(said: str) -> str | None:
    """What the button sends whose words somebody typed, in any of the six languages."""
    return next((data for data, label in _LABELS.items() if is_label(said, label)), None)


def _button(data: str) -> Button:
    return Postback(_LABELS[data], data, said=_LABELS[data])


def ask(ctx: Context) -> Reply:
    """Explain the effect before anything happens."""
    if in_force(ctx.session, ctx.contact.id) is None:
        return Reply(words(_("Your LINE account is not linked to a record."), quick=menu.main_buttons(bound=False)))
    return Reply(
        Content(
            (
                Card(
                    title=_("Unlink your record?"),
                    lead=(
                        _("You will get no more reminders here, and nobody can see your permit on this phone."),
                        _("You can take it back within 72 hours. After that the link is deleted for good."),
                    ),
                    notes=(_("Your permit itself does not change."),),
                    buttons=(_button(CONFIRM), _button(KEEP), CALL_1955),
                    tone=Tone.NOTICE,
                ),
            )
        )
    )


def confirm(ctx: Context) -> Reply:
    """Unlink now."""
    binding = in_force(ctx.session, ctx.contact.id)
    if binding is None:
        return ask(ctx)
    linking.unlink(ctx.session, binding, ctx.now)
    return Reply(
        Content(
            (
                Card(
                    title=_("Your record is unlinked"),
                    lead=(_("You can take this back until {at}.", at=ctx.now + UNDO_FOR),),
                    notes=(_("If somebody made you do this, call 1955. It is free and private."),),
                    buttons=(_button(UNDO), CALL_1955),
                ),
            ),
            menu.main_buttons(bound=False),
        )
    )


def undo(ctx: Context) -> Reply:
    """Take the unlinking back, while there is time."""
    binding = linked(ctx.session, ctx.contact.id)
    if binding is not None and binding.unbound_at is None:
        return keep(ctx)
    if was_cut(ctx.session, ctx.contact.id):
        checked_first = _("A person must check this first. Call 1955: it is free and private.")
        return Reply(words(checked_first, quick=menu.main_buttons(bound=False)))
    if binding is None or not undo_unbind(binding, ctx.now):
        return Reply(
            words(_("The 72 hours are over. You can link your record again."), quick=menu.main_buttons(bound=False))
        )
    talk = conversation.progress_of(ctx.session, ctx.contact.id, ctx.now)
    if talk is not None and talk.name == BINDING.name:  # it has no use any more
        conversation.forget(ctx.session, ctx.contact.id)
    ctx.session.flush()
    reminder.catch_up(ctx.session, ctx.rules.reminders, ctx.contact, ctx.now)
    notice_plan.catch_up(ctx.session, ctx.contact, ctx.now + notice_plan.AFTER_THE_ANSWER)
    return Reply(words(_("Your record is linked again."), quick=menu.main_buttons(bound=True)))


def keep(ctx: Context) -> Reply:
    """She thought better of it."""
    if in_force(ctx.session, ctx.contact.id) is None:
        return ask(ctx)
    return Reply(words(_("Nothing has changed. Your record is still linked."), quick=menu.main_buttons(bound=True)))
