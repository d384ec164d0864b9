"""A question to a person: what she writes becomes a case, and what she adds to a case of hers goes there."""

from collections.abc import Mapping

from handlers import assistance, menu
from handlers.context import Context, Reply
from handlers.conversation import Answers, Conversation, Question, Refused, Understood, answer_data, begin
from handlers.typed import means_yes, number_in
from locales import Text, _, verbatim
from models import case, case_note, evidence
from models.binding import in_force
from models.canned_answer import answer_button
from models.case import Case, CaseKind
from models.case_note import NoteKind
from models.content import Button, Card, Content, Postback, Row, Tone
from models.conversation import Answer
from models.reaction import CALL_1955

LONGEST = 1_000
MOST_OPEN = 3
"""Questions of one account that may wait for an answer at a time."""
MOST_ADDED = 20
"""What she may write back into one case: somebody reads all of it."""
YES = "yes"
_NAME, _NAME_OF_MORE = "question", "case"
_URGENT = _("Is it urgent? Call 1955, free, day and night. In danger call 110.")


def ask(ctx: Context) -> Reply:
    """Let her write her question, linked or not."""
    return _enough(ctx) or begin(ctx, QUESTION)


def _enough(ctx: Context) -> Reply | None:
    if case.open_questions(ctx.session, ctx.contact.id) < MOST_OPEN:
        return None
    return _card(
        ctx,
        _("We have not answered all your questions yet"),
        _("We write to you here when there is news."),
        _("Then you can ask more. If you cannot wait, call 1955. It is free, day and night."),
    )


def add(ctx: Context, number: str) -> Reply | None:
    """Let her write more into a case of hers; None when the number is none of hers."""
    found = _hers(ctx, number)
    if found is None:
        return None
    return _full(ctx, found) or begin(ctx, MORE, {"case": number})


def _hers(ctx: Context, number: str) -> Case | None:
    return case.of_account(ctx.session, number_in(number), ctx.contact.id)


def _full(ctx: Context, found: Case) -> Reply | None:
    if found.closed_at is not None:
        return _card(
            ctx,
            _("This case is closed"),
            _("You can ask a new question here at any time, or call 1955."),
            buttons=(menu.button(menu.QUESTION), CALL_1955),
        )
    if case_note.count(ctx.session, found.id, NoteKind.HERS) >= MOST_ADDED:
        return _card(
            ctx,
            _("Please call 1955 now"),
            _("You have written a lot in this case. Tell 1955 the rest."),
            number=found.id,
        )
    return None


# --- her words


def _ask_question(ctx: Context, answers: Answers) -> Content:
    return _asked(
        _("What is your question?"),
        _("Write it in one message, in your own language. Pictures cannot be read here."),
        _("The Ministry's staff read it and answer you here. Your employer and broker do not see it."),
        _("We keep it, encrypted, until two years after your case is closed. To say no, tap “Cancel”."),
    )


def _ask_more(ctx: Context, answers: Answers) -> Content:
    return _asked(
        _("What do you want to add?"),
        _("Write it in one message, in your own language. Pictures cannot be read here."),
        _("The Ministry's staff read it and answer you here. Your employer and broker do not see it."),
    )


def _asked(title: Text, lead: Text, *notes: Text) -> Content:
    return Content((Card(title=title, lead=(lead, _URGENT), notes=notes, buttons=(CALL_1955,)),))


def _understand_words(ctx: Context, said: str) -> Understood:
    if len(said) > LONGEST:
        raise Refused(_("This is too long for one message. Please write the most important things first."))
    if not any(letter.isprintable() and not letter.isspace() for letter in said):
        raise Refused(_("Please write it in words."))
    return Understood(said)


def _send(conversation: str) -> Question:
    """Her words once more, before anybody else reads them."""
    taps = {answer_data(conversation, "send", YES): _("Yes, send it")}

    def ask(ctx: Context, answers: Answers) -> Content:
        words = verbatim(answers.get("words", ""))
        buttons = tuple(Postback(label, data, said=label) for data, label in taps.items())
        return Content((Card(title=_("Shall we send this?"), lead=(words,), buttons=buttons),))

    return Question("send", ask, _understand_send, taps)


def _understand_send(ctx: Context, said: str) -> Understood:
    if said == YES or means_yes(said):
        return Understood(YES)
    raise Refused(_("Please tap “Yes, send it”, or “Back” to write it again."))


# --- where it goes


def _finish_question(ctx: Context, given: Mapping[str, Answer]) -> Reply:
    if enough := _enough(ctx):
        return enough
    binding = in_force(ctx.session, ctx.contact.id)
    opened, _new = case.open_case(
        ctx.session,
        CaseKind.QUESTION,
        # The tap that sends it: the same event handled again opens no second case.
        f"contact {ctx.contact.id} at {int(ctx.event.at.timestamp() * 1000)}",
        ctx.now,
        worker_id=binding.worker_id if binding else None,
        contact_id=ctx.contact.id,
        answers={"question": given["words"].value},
    )
    # What she unsends later must be found where it is kept.
    evidence.keep_sources(ctx.session, opened, {"question": given["words"].message_id}, ctx.now)
    return _card(
        ctx,
        _("We have your question. Your case number is {number}", number=opened.id),
        _("A person is to answer you here by {at}.", at=opened.due_at),
        _URGENT,
        buttons=(answer_button(opened), CALL_1955),
        owed=True,
    )


def _finish_more(ctx: Context, given: Mapping[str, Answer]) -> Reply:
    found = _hers(ctx, given["case"].value)
    if found is None:
        return assistance.not_understood(ctx)
    if full := _full(ctx, found):
        return full
    words = given["words"]
    case_note.add(ctx.session, found.id, NoteKind.HERS, words.value, ctx.now, line_message_id=words.message_id)
    return _card(
        ctx,
        _("We have added this to your case"),
        _("We write to you here when there is news."),
        number=found.id,
        owed=True,
    )


def _card(
    ctx: Context,
    title: Text,
    *lead: Text,
    buttons: tuple[Button, ...] = (CALL_1955,),
    number: int | None = None,
    owed: bool = False,
) -> Reply:
    rows = () if number is None else (Row(_("Case number"), verbatim(number)),)
    bound = in_force(ctx.session, ctx.contact.id) is not None
    card = Card(title=title, lead=lead, rows=rows, buttons=buttons, tone=Tone.NOTICE)
    return Reply(Content((card,), menu.main_buttons(bound=bound)), owed=owed)


QUESTION = Conversation(
    name=_NAME,
    questions=(
        Question("words", _ask_question, _understand_words),
        _send(_NAME),
    ),
    finish=_finish_question,
    stopped=_("Stopped. Nothing was sent."),
)
MORE = Conversation(
    name=_NAME_OF_MORE,
    questions=(
        Question("words", _ask_more, _understand_words),
        _send(_NAME_OF_MORE),
    ),
    finish=_finish_more,
    stopped=_("Stopped. Nothing was sent."),
)
