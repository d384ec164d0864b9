"""The first meeting, and the choice of a language at any time."""

from handlers import menu
from handlers.context import Context, Reply
from locales import Language, _, language_of_profile
from models import notice_plan, reminder
from models.binding import in_force
from models.content import Button, Card, Content, words


def followed(ctx: Context) -> Reply | None:
    """She added or unblocked us: greet in the language we know, offer six, and catch up on what she missed."""
    contact = ctx.contact
    if not contact.follow(ctx.event.at):
        return None
    profile = language_of_profile(ctx.event.profile_language)
    if contact.language_chosen_at is None and profile is not None:
        contact.language = profile.value
    ctx.session.flush()
    reminder.catch_up(ctx.session, ctx.rules.reminders, contact, ctx.now)
    notice_plan.catch_up(ctx.session, contact, ctx.now + notice_plan.AFTER_THE_ANSWER)
    if contact.language_chosen_at is not None:
        return Reply(words(_("Welcome back."), quick=_menu(ctx)))
    return Reply(
        words(
            _("Hello! This is a service for foreign workers in Taiwan. It is free."),
            _("Which language shall we use?"),
            quick=menu.language_buttons(),
        )
    )


def unfollowed(ctx: Context) -> None:
    """She blocked us: nothing more is sent until she comes back."""
    if ctx.contact.unfollow(ctx.event.at):
        reminder.cancel(ctx.session, ctx.contact.id, "unfollowed")


def ask_language(ctx: Context) -> Reply:
    """Offer the six languages."""
    return Reply(words(_("Which language shall we use?"), quick=menu.language_buttons()))


def choose_language(ctx: Context, language: Language) -> Reply:
    """Take the choice, and say in that language what the bot can do."""
    first = ctx.contact.language_chosen_at is None
    ctx.contact.choose_language(language, ctx.event.at)
    if not first:
        return Reply(words(_("From now on we write in your language."), quick=_menu(ctx)))
    return Reply(
        Content(
            (
                Card(
                    title=_("What this service does for you"),
                    lead=(
                        _("We show you your work permit and remind you before it ends, in your language."),
                        _("We tell you what must be done, by whom, and until when."),
                    ),
                    notes=(
                        _("We never ask for money, passwords or bank details."),
                        _("We never show this chat to your employer or broker."),
                    ),
                    buttons=tuple(menu.main_buttons(bound=_bound(ctx))[:3]),
                ),
            ),
            _menu(ctx),
        )
    )


def _bound(ctx: Context) -> bool:
    return in_force(ctx.session, ctx.contact.id) is not None


def _menu(ctx: Context) -> tuple[Button, ...]:
    return menu.main_buttons(bound=_bound(ctx))
