"""A self-check: its questions, and what it finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from handlers import menu
from handlers.context import Context, Reply
from handlers.conversation import Conversation, Question, begin, values
from handlers.self_checks.asking import Facts
from handlers.self_checks.finding import Finding, told
from law.source import NotInForce
from locales import Text, _
from models.binding import in_force
from models.content import Button, Card, Content, Postback, Tone
from models.conversation import Answer
from models.permit_advice import ASK_1955
from models.reaction import CALL_1955


class DaysDoNotFit(Exception):  # noqa: N818  reads as what it says where it is raised
    """The days that she gave cannot all be right."""


@dataclass(frozen=True)
class Check:
    """One thing that people ask; `title` is the button that leads to it."""

    name: str
    title: Text
    questions: tuple[Question, ...]
    find: Callable[[Context, Facts], Finding]

    @property
    def data(self) -> str:
        """What its button sends."""
        return f"{menu.CHECKS}:{self.name}"  # as models/revocation_advice.WHAT_NOW has it

    @property
    def button(self) -> Button:
        return Postback(self.title, self.data, said=self.title)

    @property
    def conversation(self) -> Conversation:
        return Conversation(
            talk_name(self.name),
            self.questions,
            self._finish,
            stopped=_("Stopped. We have kept none of your answers."),
            may_start_again=True,
        )

    def start(self, ctx: Context) -> Reply:
        return begin(ctx, self.conversation)

    def _finish(self, ctx: Context, given: Mapping[str, Answer]) -> Reply:
        answers = values(given)
        # What she answered before she changed her mind may belong to a question that is no longer asked.
        facts = Facts({one.name: answers[one.name] for one in self.questions if one.when(answers)})
        try:
            return told(ctx, self.find(ctx, facts), self.button)
        except NotInForce:
            return _not_known(ctx, self.button)
        except DaysDoNotFit:
            return _not_fitting(ctx, self.button)


def talk_name(check: str) -> str:
    """The name of a self-check's conversation."""
    return f"check_{check}"


def _not_known(ctx: Context, again: Button) -> Reply:
    """We hold no text of the law for that day, and do not guess."""
    return _without_finding(
        ctx,
        again,
        _("We do not know the law for these days"),
        _("The law we have read does not cover a day that you gave us, or we have not read the law of then."),
        ASK_1955,
    )


def _not_fitting(ctx: Context, again: Button) -> Reply:
    return _without_finding(
        ctx,
        again,
        _("These days cannot all be right"),
        _("A permit cannot end before it begins. Look at your papers, and start again."),
    )


def _without_finding(ctx: Context, again: Button, title: Text, *lead: Text) -> Reply:
    buttons = (CALL_1955, again, menu.button(menu.CHECKS))
    card = Card(title=title, lead=lead, buttons=buttons, tone=Tone.NOTICE)
    return Reply(Content((card,), menu.main_buttons(bound=in_force(ctx.session, ctx.contact.id) is not None)))
