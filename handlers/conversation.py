"""One question at a time, over minutes or weeks: the place we are at is the first question without an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from handlers.context import Context, Reply
from locales import LANGUAGES, Text, _, say
from models import conversation as kept
from models.content import Button, Content, Postback, words
from models.conversation import Answer, Progress

AWAY = timedelta(days=1)
"""After that long, what somebody writes may answer nothing, so we ask again."""

BACK, CANCEL, GO_ON = "talk:back", "talk:cancel", "talk:go_on"
CHANGE = "talk:change:"

_BACK_LABEL, _CANCEL_LABEL = _("Back"), _("Cancel")

Answers = Mapping[str, str]


class Refused(Exception):  # noqa: N818  reads as what it says where it is caught
    """The answer cannot be right; `why` says so to the person, with what would be right."""

    def __init__(self, why: Text) -> None:
        super().__init__("refused")
        self.why = why


@dataclass(frozen=True)
class Understood:
    """The answer worth keeping, and perhaps a doubt about it that does not stop anybody."""

    value: str
    doubt: Text | None = None


@dataclass(frozen=True)
class Question:
    """One question. `ask` may look at the answers so far; `understand` keeps an answer or refuses it."""

    name: str
    ask: Callable[[Context, Answers], Content]
    understand: Callable[[Context, str], Understood]


@dataclass(frozen=True)
class Conversation:
    """Questions in their order, and what happens when the last one is answered."""

    name: str
    questions: tuple[Question, ...]
    finish: Callable[[Context, Answers], Reply]

    def next_question(self, answers: Mapping[str, object]) -> Question | None:
        return next((question for question in self.questions if question.name not in answers), None)


def begin(ctx: Context, talk: Conversation) -> Reply:
    """Start, or go on where she left off."""
    progress = kept.progress_of(ctx.session, ctx.contact.id, ctx.now)
    if progress is None or progress.name != talk.name:
        progress = Progress(talk.name)
    return _ask(ctx, talk, progress)


def ask_again(ctx: Context, talk: Conversation, progress: Progress, *first: Text) -> Reply:
    """The question she is at, after what else there is to say."""
    return _ask(ctx, talk, progress, *first)


def hear(ctx: Context, talk: Conversation, progress: Progress, said: str) -> Reply:
    """What to say back to one thing she said. Raises Refused when it answers nothing, with nothing changed."""
    question = _current(talk, progress)
    if _is_late(ctx, progress):
        return _ask(ctx, talk, progress)
    control = _control(said)
    if control == CANCEL:
        kept.forget(ctx.session, ctx.contact.id)
        return Reply(words(_("Stopped. Nothing was saved.")))
    if control == BACK:
        _take_back(talk, progress, question)
        return _ask(ctx, talk, progress)
    if said.startswith(CHANGE):
        progress.answers.pop(said.removeprefix(CHANGE), None)
        return _ask(ctx, talk, progress)
    if said == GO_ON:
        return _ask(ctx, talk, progress)
    if progress.heard_at is not None and ctx.event.at - progress.heard_at > AWAY:
        return _ask(ctx, talk, progress, _("Welcome back. This is where we stopped."))
    answer = _answer_to(talk, question, said)
    if answer is None:  # a button under an older question
        return _ask(ctx, talk, progress)
    understood = question.understand(ctx, answer)
    progress.answers[question.name] = Answer(understood.value, ctx.event.message_id)
    first = () if understood.doubt is None else (understood.doubt,)
    if talk.next_question(progress.answers) is not None:
        return _ask(ctx, talk, progress, *first)
    kept.forget(ctx.session, ctx.contact.id)
    return talk.finish(ctx, {name: answer.value for name, answer in progress.answers.items()})


def answer_data(talk: str, question: str, value: str = "") -> str:
    """What a button must send back to answer this question, and no other."""
    return f"answer:{talk}:{question}:{value}"


def unsend(ctx: Context, message_id: str) -> None:
    """Forget the answer that came in this message."""
    progress = kept.progress_of(ctx.session, ctx.contact.id, ctx.now)
    if progress is None:
        return
    left = {name: answer for name, answer in progress.answers.items() if answer.message_id != message_id}
    if left != progress.answers:
        kept.keep(ctx.session, ctx.contact.id, replace(progress, answers=left), ctx.now)


def go_on_button() -> Button:
    """Leads back to the question she is at."""
    return Postback(_("Continue"), GO_ON, said=_("Continue"))


def _current(talk: Conversation, progress: Progress) -> Question:
    question = talk.next_question(progress.answers)
    # Only when a deploy took the last question away: ask the one before it again.
    return question or talk.questions[-1]


def _is_late(ctx: Context, progress: Progress) -> bool:
    """Written before the question she is at was asked (an event that LINE delivered late)."""
    return progress.asked_at is not None and ctx.event.at < progress.asked_at


def _take_back(talk: Conversation, progress: Progress, question: Question) -> None:
    answered = [q.name for q in talk.questions if q.name in progress.answers]
    if answered:
        del progress.answers[answered[-1]]


def _answer_to(talk: Conversation, question: Question, said: str) -> str | None:
    if not said.startswith("answer:"):
        return said
    prefix = answer_data(talk.name, question.name)
    return said.removeprefix(prefix) if said.startswith(prefix) else None


def _ask(ctx: Context, talk: Conversation, progress: Progress, *first: Text) -> Reply:
    question = _current(talk, progress)
    answers = {name: answer.value for name, answer in progress.answers.items()}
    # LINE's own time of what led to this question: comparable with the time of what answers it.
    progress.asked_at = progress.heard_at = ctx.event.at
    kept.keep(ctx.session, ctx.contact.id, progress, ctx.now)
    asked = question.ask(ctx, answers)
    controls: list[Button] = [Postback(_CANCEL_LABEL, CANCEL, said=_CANCEL_LABEL)]
    if answers:
        controls.insert(0, Postback(_BACK_LABEL, BACK, said=_BACK_LABEL))
    asked = Content(asked.bubbles, (*asked.quick, *controls))
    return Reply(words(*first) + asked if first else asked)


def _control(said: str) -> str | None:
    """Back and cancel may also be typed, in any of the six languages."""
    typed = said.strip().casefold()
    for data, label in ((BACK, _BACK_LABEL), (CANCEL, _CANCEL_LABEL)):
        if said == data or any(typed == say(label, language).casefold() for language in LANGUAGES):
            return data
    return None
