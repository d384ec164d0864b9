"""Help, and a kind answer to everything we do not understand."""

from handlers import menu
from handlers.context import Context, Reply
from locales import Text, _
from models.binding import in_force
from models.content import Card, Content, Row, Tone, words
from models.reaction import CALL_1955


def show(ctx: Context) -> Reply:
    """1955, the emergency numbers, and what the bot can do."""
    bound = _bound(ctx)
    return Reply(
        Content(
            (
                Card(
                    title=_("Help: call 1955"),
                    lead=(
                        _("1955 is free, day and night: Chinese, English, Indonesian, Vietnamese and Thai."),
                        _("You can ask about your permit, wages, leave, employer or broker."),
                        _("You can also say that you are not safe."),
                    ),
                    rows=(
                        Row(_("In danger"), _("110 police, 119 ambulance and fire")),
                        Row(_("Violence or abuse"), _("113, free, day and night")),
                    ),
                    notes=(
                        _("Your employer or broker may not keep your passport or ARC. If they do, call 1955."),
                        _("Here you can see your permit, your messages, change the language and unlink."),
                    ),
                    buttons=(CALL_1955, menu.button(menu.LOOKS)) if bound else (CALL_1955,),
                    tone=Tone.NOTICE,
                ),
            ),
            menu.main_buttons(bound=bound),
        )
    )


def show_menu(ctx: Context) -> Reply:
    """What can be wished for."""
    return Reply(words(_("What can we do for you?"), quick=menu.main_buttons(bound=_bound(ctx))))


def not_understood(ctx: Context) -> Reply:
    """Never silence: the menu in her own language."""
    return Reply(
        words(
            _("Sorry, we did not understand that. Please tap one of these buttons."),
            _("If you need help, call 1955, free, day and night. In danger call 110."),
            quick=menu.main_buttons(bound=_bound(ctx)),
        )
    )


def sticker(ctx: Context) -> Reply:
    """A sticker is a greeting."""
    return _kindly(ctx, _("Thank you! What can we do for you?"))


def attachment(ctx: Context) -> Reply:
    """We keep no pictures or recordings, and say so."""
    return _kindly(
        ctx,
        _(
            "Thank you, but we cannot look at pictures, recordings or files here, and we have not kept it. "
            "Please write it."
        ),
    )


def location(ctx: Context) -> Reply:
    """We keep no places."""
    return _kindly(
        ctx, _("Thank you. We have not kept your place. If you need help where you are, call 1955, or 110 in danger.")
    )


def _kindly(ctx: Context, sentence: Text) -> Reply:
    return Reply(words(sentence, quick=menu.main_buttons(bound=_bound(ctx))))


def _bound(ctx: Context) -> bool:
    return in_force(ctx.session, ctx.contact.id) is not None
