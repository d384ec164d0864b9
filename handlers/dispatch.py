"""Which conversation answers an event."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers import (
    announcements,
    assistance,
    binding,
    conversation,
    dispute,
    menu,
    permit,
    question,
    reactions,
    trial_phone,
    unbinding,
    viewings,
    welcome,
)
from handlers.context import Context, Reply
from handlers.conversation import Conversation, Refused
from handlers.event import Did
from handlers.self_checks import listed
from handlers.talk_controls import go_on_button
from locales import Language, language_named
from models import case, evidence, inbox
from models import conversation as kept
from models.canned_answer import ANSWERS
from models.conversation import Progress
from models.reaction import Reaction

CONVERSATIONS: Mapping[str, Conversation] = {
    talk.name: talk
    for talk in (
        binding.BINDING,
        dispute.DISPUTE,
        question.QUESTION,
        question.MORE,
        *(check.conversation for check in listed.CHECKS.values()),
    )
}

_WISHES: Mapping[str, Callable[[Context], Reply]] = {
    menu.PERMIT: permit.show,
    menu.MESSAGES: permit.show_messages,
    menu.ANNOUNCEMENTS: announcements.show,
    menu.CHOOSE: announcements.choose,
    menu.CHECKS: listed.show,
    menu.BIND: binding.start,
    menu.LANGUAGE: welcome.ask_language,
    menu.HELP: assistance.show,
    menu.MENU: assistance.show_menu,
    menu.LOOKS: viewings.show,
    menu.UNBIND: unbinding.ask,
    unbinding.CONFIRM: unbinding.confirm,
    unbinding.UNDO: unbinding.undo,
    unbinding.KEEP: unbinding.keep,
}


def answer(ctx: Context) -> Reply | None:
    """What to say to this event; None where nothing can or need be said."""
    match ctx.event.did:
        case Did.FOLLOW:
            reply = welcome.followed(ctx)
            return reply and _aside(ctx, reply)
        case Did.UNFOLLOW:
            welcome.unfollowed(ctx)
        case Did.UNSEND:
            _unsent(ctx)
        case Did.POSTBACK:
            return _tapped(ctx, ctx.event.data + ctx.event.picked)
        case Did.TEXT:
            return _wrote(ctx)
        case Did.STICKER:
            return _aside(ctx, assistance.sticker(ctx))
        case Did.ATTACHMENT:
            return _received(ctx) or _aside(ctx, assistance.attachment(ctx))
        case Did.LOCATION:
            return _received(ctx) or _aside(ctx, assistance.location(ctx))
        case Did.OTHER:
            pass
    return None


def _tapped(ctx: Context, data: str) -> Reply:
    head, _colon, rest = data.partition(":")
    if data == menu.BIND:
        return binding.start(ctx)
    if data == menu.QUESTION:
        return question.ask(ctx)
    if data in _WISHES:
        return _aside(ctx, _WISHES[data](ctx))
    if head == "language" and rest in set(Language):
        return _in_new_language(ctx, Language(rest))
    if head in ("answer", "talk"):
        talk, progress = _talk(ctx)
        if talk is None or progress is None:
            return assistance.show_menu(ctx)
        return _heard(ctx, talk, progress, data)
    if head == Reaction.DISPUTED:
        return dispute.start(ctx, rest) or _aside(ctx, assistance.not_understood(ctx))
    if head == ANSWERS:
        return question.add(ctx, rest) or _aside(ctx, assistance.not_understood(ctx))
    if head == menu.CHECKS:
        return listed.start(ctx, rest) or _aside(ctx, assistance.not_understood(ctx))
    if head == menu.ANNOUNCEMENTS:
        return _aside(ctx, announcements.tapped(ctx, rest) or assistance.not_understood(ctx))
    return _aside(ctx, reactions.reacted(ctx, head, rest) or assistance.not_understood(ctx))


def _received(ctx: Context) -> Reply | None:
    """A photo or a place, where the question she is at takes one."""
    talk, progress = _talk(ctx)
    return conversation.receive(ctx, talk, progress) if talk and progress else None


def _wrote(ctx: Context) -> Reply:
    said = ctx.event.text.strip()
    if linked := trial_phone.typed(ctx, said):
        return linked
    talk, progress = _talk(ctx)
    if talk is None or progress is None:
        return _wish_typed(ctx, said) or assistance.not_understood(ctx)
    # The exact words of a button first: they are nobody's name, while "Thái" and "Viet" may be.
    button = menu.button_typed(said)
    return _heard(ctx, talk, progress, said) if button is None else _tapped(ctx, button)


def _heard(ctx: Context, talk: Conversation, progress: Progress, said: str) -> Reply:
    """An answer to the question she is at; else a wish she may have; else why it cannot be right."""
    try:
        return conversation.hear(ctx, talk, progress, said)
    except Refused as refused:
        wish = _wish_typed(ctx, said)
        return wish or conversation.ask(ctx, talk, progress, refused.why)


def _wish_typed(ctx: Context, said: str) -> Reply | None:
    # "I need help" answers the last reminder if there is one; else it is a wish like any other.
    data = reactions.typed(ctx, said) or menu.button_typed(said) or listed.typed(said) or unbinding.typed(said)
    language = language_named(said)
    if data is None and language is not None:
        data = menu.language_data(language)
    data = data or menu.command(said)
    return None if data is None else _tapped(ctx, data)


def _in_new_language(ctx: Context, language: Language) -> Reply:
    talk, progress = _talk(ctx)
    reply = welcome.choose_language(ctx, language)
    if talk is None or progress is None:
        return reply
    return conversation.ask(ctx, talk, progress)


def _aside(ctx: Context, reply: Reply) -> Reply:
    """Something else said in the middle of a conversation: offer the way back to it."""
    talk, _progress = _talk(ctx)
    if talk is None:
        return reply
    content = reply.content
    return replace(reply, content=replace(content, quick=(go_on_button(), *content.quick)[:13]))


def _talk(ctx: Context) -> tuple[Conversation | None, Progress | None]:
    progress = kept.progress_of(ctx.session, ctx.contact.id, ctx.now)
    return (CONVERSATIONS.get(progress.name), progress) if progress else (None, None)


def _unsent(ctx: Context) -> None:
    """LINE asks to delete what a person has unsent, wherever we kept it."""
    if ctx.event.message_id is not None:
        conversation.unsend(ctx, ctx.event.message_id)
        evidence.forget_message(ctx.session, ctx.contact.id, ctx.event.message_id)
        case.forget_message(ctx.session, ctx.contact.id, ctx.event.message_id)
        inbox.forget_message(ctx.session, ctx.contact.line_user_id, ctx.event.message_id)
