"""Five questions that find a worker's record and link it to her LINE account."""

from collections.abc import Mapping
from datetime import date

from handlers import menu
from handlers.binding_questions import NAME, QUESTIONS
from handlers.context import Context, Reply
from handlers.conversation import Conversation, begin
from locales import _
from models import notice_plan, reminder
from models.binding import TriesLeft, in_force, tries_left
from models.claim import Claim, Outcome, submit
from models.content import Card, Content, Tone, words
from models.conversation import Answer
from models.reaction import CALL_1955


def start(ctx: Context) -> Reply:
    """Begin or go on; not for somebody who is bound or has used up her tries."""
    if in_force(ctx.session, ctx.contact.id) is not None:
        return Reply(_already_linked())
    match tries_left(ctx.session, ctx.contact.id, ctx.now):
        case TriesLeft.LATER:
            sentence = _("You have tried three times today. Please try again tomorrow, or call 1955.")
        case TriesLeft.NEVER:
            sentence = _(
                "We could not find your record here. Please call 1955: a person will help you in your language."
            )
        case TriesLeft.YES:
            return begin(ctx, BINDING)
    return Reply(words(sentence, quick=(CALL_1955, *menu.main_buttons(bound=False)[:-1])))


def _already_linked() -> Content:
    return words(_("Your LINE account is already linked to your record."), quick=menu.main_buttons(bound=True))


def _finish(ctx: Context, answers: Mapping[str, Answer]) -> Reply:
    claim = Claim(
        passport_no=answers["passport_no"].value,
        arc_no=answers["arc_no"].value or None,
        name=answers["name"].value,
        birth_date=date.fromisoformat(answers["birth_date"].value),
        phone=answers["phone"].value or None,
    )
    outcome = submit(ctx.session, ctx.contact.id, claim, ctx.now)
    if outcome is Outcome.ALREADY_LINKED:
        return Reply(_already_linked(), after=ctx.rules.binding_answered_after)
    if outcome is not Outcome.BOUND:
        return Reply(_not_found(), after=ctx.rules.binding_answered_after)
    # What she missed comes after the answer, not before it.
    answered_at = ctx.now + ctx.rules.binding_answered_after
    reminder.catch_up(ctx.session, ctx.rules.reminders, ctx.contact, answered_at)
    notice_plan.catch_up(ctx.session, ctx.contact, answered_at + notice_plan.AFTER_THE_ANSWER)
    return Reply(_bound(), after=ctx.rules.binding_answered_after)


def _not_found() -> Content:
    """The same for every failure: it must not tell whether a record exists."""
    return Content(
        (
            Card(
                title=_("We could not link your record now"),
                lead=(
                    _("Please compare what you typed with your passport and your residence card, and try again."),
                    _("If your record needs a second look, a person will do it. You can call 1955 at any time."),
                ),
                buttons=(menu.button(menu.BIND), CALL_1955),
                tone=Tone.NOTICE,
            ),
        ),
        menu.main_buttons(bound=False),
    )


def _bound() -> Content:
    return Content(
        (
            Card(
                title=_("Your record is linked"),
                lead=(
                    _("We will remind you here before your permit ends, and you can look at it at any time."),
                    _("Documents alone do not prove who you are, so here you see only what stands in your papers."),
                ),
                notes=(_("If you did not do this yourself, tap “Unlink” and call 1955."),),
                buttons=(menu.button(menu.PERMIT), menu.button(menu.HELP), menu.button(menu.UNBIND)),
            ),
        ),
        menu.main_buttons(bound=True),
    )


BINDING = Conversation(
    name=NAME,
    questions=QUESTIONS,
    finish=_finish,
    stopped=_("Stopped. Nothing was saved."),
)
