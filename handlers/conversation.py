"""One question at a time, over minutes or weeks: the place we are at is the first question without an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from handlers import menu
from handlers.context import Context, Reply
from handlers.event import Did
from handlers.talk_controls import BACK, CANCEL, GO_ON, START_AGAIN, control_button, control_typed
from handlers.typed import is_label
from locales import Text, _
from models import conversation as kept
from models.binding import in_force
from models.content import Content, words
from models.conversation import Answer, Progress

AWAY = timedelta(days=1)
"""After that long, what somebody writes may answer nothing, so we ask again."""

CHANGE = "talk:change:"

Answers = Mapping[str, str]


class Refused(Exception):  # noqa: N818  reads as what it says where it is caught
    """The answer cannot be right; `why` says so to the person, with what would be right."""

    def __init__(self, why: Text) -> None:
        super().__init__("refused")
        self.why = why


class Declined(Exception):  # noqa: N818  reads as what it says where it is caught
    """She does not want to go on: the conversation ends as if she had cancelled it."""


@dataclass(frozen=True)
class Understood:
    """The answer worth keeping, and perhaps a doubt about it that does not stop anybody."""

    value: str
    doubt: Text | None = None


@dataclass(frozen=True)
class Question:
    """One question. `ask` may look at the answers so far; `understand` keeps an answer, refuses it or declines.

    `taps` names what its buttons send and say: typing a button's words is tapping it. `receive` takes a photo or
    a place that she sends, or gives None for what cannot be an answer. `when` tells from the answers so far whether
    it is asked at all; what `known` gives is not asked. An answer made of several taps is put together by `join`
    (from what there was and the new one), and asked on while it `is_open`.
    """

    name: str
    ask: Callable[[Context, Answers], Content]
    understand: Callable[[Context, str], Understood]
    taps: Mapping[str, Text] = field(default_factory=dict)
    receive: Callable[[Context], Understood | None] = lambda _ctx: None
    when: Callable[[Answers], bool] = lambda _answers: True
    known: Callable[[Context, Answers], str | None] = lambda _ctx, _answers: None
    join: Callable[[str, str], str] = lambda _before, value: value
    is_open: Callable[[str], bool] = lambda _value: False

    def is_answered(self, answers: Answers) -> bool:
        return self.name in answers and not self.is_open(answers[self.name])


@dataclass(frozen=True)
class Conversation:
    """Questions in their order, what happens when the last one is answered, and what is said when she cancels."""

    name: str
    questions: tuple[Question, ...]
    finish: Callable[[Context, Mapping[str, Answer]], Reply]
    stopped: Text
    may_start_again: bool = False

    def next_question(self, given: Mapping[str, Answer]) -> Question | None:
        answers = values(given)
        return next((one for one in self.questions if not one.is_answered(answers) and one.when(answers)), None)


def values(given: Mapping[str, Answer]) -> Answers:
    return {name: answer.value for name, answer in given.items()}


def begin(ctx: Context, talk: Conversation, given: Mapping[str, str] | None = None, *first: Text) -> Reply:
    """Start, or go on where she left off. What is `given` is known without asking; with other values it starts anew."""
    known = {name: Answer(value) for name, value in (given or {}).items()}
    progress = kept.progress_of(ctx.session, ctx.contact.id, ctx.now)
    if progress is None or progress.name != talk.name or not known.items() <= progress.answers.items():
        # The first answer is a consent, or what it is about: no loss.
        if progress is not None and progress.name != talk.name and len(progress.answers) > 1:
            first = (_("We have stopped the questions from before. Ask for them again whenever you want."), *first)
        progress = Progress(talk.name, known)
    return ask(ctx, talk, progress, *first)


def ask(ctx: Context, talk: Conversation, progress: Progress, *first: Text) -> Reply:
    """The question she is at, after what else there is to say."""
    _take_known(ctx, talk, progress)
    question = _current(talk, progress)
    # The time of what led to this question: comparable with the time of what answers it. Late events do not set
    # it back.
    progress.asked_at = progress.heard_at = max(filter(None, (progress.asked_at, _said_at(ctx))))
    kept.keep(ctx.session, ctx.contact.id, progress, ctx.now)
    answers = values(progress.answers)
    asked = question.ask(ctx, answers)
    has_answered = any(one.known(ctx, answers) is None for one in _answered_before(talk, progress, question))
    again = (START_AGAIN,) if talk.may_start_again else ()
    controls = (BACK, *again, CANCEL) if has_answered else (CANCEL,)
    asked = Content(asked.bubbles, (*asked.quick, *map(control_button, controls)))
    return Reply(words(*first) + asked if first else asked)


def hear(ctx: Context, talk: Conversation, progress: Progress, said: str) -> Reply:
    """What to say back to one thing she said. Raises Refused when it answers nothing, with nothing changed."""
    question = _current(talk, progress)
    if _is_late(ctx, progress):
        return ask(ctx, talk, progress)
    button = _button(ctx, talk, question, said)
    if button == CANCEL:
        return _stop(ctx, talk)
    if button == START_AGAIN and talk.may_start_again:
        progress.answers.clear()
    elif button == BACK:
        _take_back(ctx, talk, progress, question)
    elif button is not None and button.startswith(CHANGE):
        progress.answers.pop(button.removeprefix(CHANGE), None)
    elif button != GO_ON:
        answer = _words(ctx, progress, said) if button is None else _answer_to(talk, question, button)
        if answer is not None:
            return _take(ctx, talk, progress, question, answer)
    return ask(ctx, talk, progress)


def receive(ctx: Context, talk: Conversation, progress: Progress) -> Reply | None:
    """What to say to a photo or a place that she sent; None when the question she is at does not take it."""
    question = _current(talk, progress)
    if _is_late(ctx, progress):
        return None
    understood = question.receive(ctx)
    return None if understood is None else _keep(ctx, talk, progress, question, understood)


def _take(ctx: Context, talk: Conversation, progress: Progress, question: Question, answer: str) -> Reply:
    try:
        understood = question.understand(ctx, answer)
    except Declined:
        return _stop(ctx, talk)
    return _keep(ctx, talk, progress, question, understood)


def _keep(ctx: Context, talk: Conversation, progress: Progress, question: Question, understood: Understood) -> Reply:
    before = progress.answers.get(question.name, Answer("")).value
    progress.answers[question.name] = Answer(question.join(before, understood.value), ctx.event.message_id)
    first = () if understood.doubt is None else (understood.doubt,)
    _take_known(ctx, talk, progress)
    if talk.next_question(progress.answers) is not None:
        return ask(ctx, talk, progress, *first)
    kept.forget(ctx.session, ctx.contact.id)
    return talk.finish(ctx, progress.answers)


def _stop(ctx: Context, talk: Conversation) -> Reply:
    kept.forget(ctx.session, ctx.contact.id)
    bound = in_force(ctx.session, ctx.contact.id) is not None
    return Reply(words(talk.stopped, quick=menu.main_buttons(bound=bound)))


def answer_data(talk: str, question: str, value: str = "") -> str:
    """What a button must send back to answer this question, and no other."""
    return f"answer:{talk}:{question}:{value}"


def unsend(ctx: Context, message_id: str) -> None:
    """Forget the answer that came in this message; whatever she writes next, its question comes first again."""
    progress = kept.progress_of(ctx.session, ctx.contact.id, ctx.now)
    if progress is None:
        return
    left = {name: answer for name, answer in progress.answers.items() if answer.message_id != message_id}
    if left != progress.answers:
        kept.keep(ctx.session, ctx.contact.id, replace(progress, answers=left, asked_at=None), ctx.now)


def _current(talk: Conversation, progress: Progress) -> Question:
    question = talk.next_question(progress.answers)
    # Only when a deploy took the last question away: ask the one before it again.
    return question or talk.questions[-1]


def _is_late(ctx: Context, progress: Progress) -> bool:
    """Written before the question she is at was asked (an event that LINE delivered late)."""
    return progress.asked_at is not None and _said_at(ctx) < progress.asked_at


def _said_at(ctx: Context) -> datetime:
    """LINE's own time of the event; should its clock run before ours, it does not lead us into the future."""
    return min(ctx.event.at, ctx.now)


def _take_known(ctx: Context, talk: Conversation, progress: Progress) -> None:
    while (question := talk.next_question(progress.answers)) is not None:
        known = question.known(ctx, values(progress.answers))
        if known is None:
            return
        progress.answers[question.name] = Answer(known)


def _take_back(ctx: Context, talk: Conversation, progress: Progress, question: Question) -> None:
    """To the question she was asked before this one, also when a later one was answered (she is changing one)."""
    for earlier in reversed(_answered_before(talk, progress, question)):
        del progress.answers[earlier.name]
        if earlier.known(ctx, values(progress.answers)) is None:
            return


def _answered_before(talk: Conversation, progress: Progress, question: Question) -> list[Question]:
    return [one for one in talk.questions[: talk.questions.index(question)] if one.name in progress.answers]


def _button(ctx: Context, talk: Conversation, question: Question, said: str) -> str | None:
    """What the button sends that she tapped, or whose words she typed; None for words of her own."""
    if ctx.event.did is Did.POSTBACK:
        return said
    control = control_typed(said, may_start_again=talk.may_start_again)
    return control or next((data for data, label in question.taps.items() if is_label(said, label)), None)


def _answer_to(talk: Conversation, question: Question, button: str) -> str | None:
    """A button says which question it answers, however late it is tapped; None when that is another one."""
    prefix = answer_data(talk.name, question.name)
    return button.removeprefix(prefix) if button.startswith(prefix) else None


def _words(ctx: Context, progress: Progress, said: str) -> str | None:
    """Her words as an answer; None when she was not asked (she has unsent one). Raises Refused after a long pause."""
    if progress.asked_at is None:
        return None
    if progress.heard_at is not None and _said_at(ctx) - progress.heard_at > AWAY:
        raise Refused(_("Welcome back. This is where we stopped."))
    return said
