"""“Who saw my data”: when, what and why; that it was a caseworker, never which one."""

from collections.abc import Mapping, Sequence
from functools import reduce

from handlers import menu, permit
from handlers.context import Context, Reply
from locales import Text, _, verbatim
from models import look
from models.binding import in_force
from models.content import Card, Content, Row, words
from models.look import Look, Reason, Seen
from models.reaction import CALL_1955

SHOWN = 10


def show(ctx: Context) -> Reply:
    """The latest looks at her data since this account was linked to her."""
    binding = in_force(ctx.session, ctx.contact.id)
    if binding is None:
        return Reply(permit.not_linked())
    buttons = menu.main_buttons(bound=True)
    found = look.looks_at(ctx.session, binding, SHOWN)
    if not found:
        return Reply(words(_("Nobody has looked at your data since you linked this account."), quick=buttons))
    card = Card(
        title=_("Who looked at your data"),
        lead=(_("Each time it was a caseworker of the Ministry of Labor. The newest is first."),),
        rows=tuple(Row(verbatim(one.on), _said(one)) for one in found),
        notes=(
            _("Here you see only what happened since you linked this account."),
            _("If you do not know why somebody looked, call 1955."),
        ),
        buttons=(CALL_1955,),
    )
    return Reply(Content((card,), buttons))


def _said(one: Look) -> Text:
    return _("Seen: {what}. Reason: {why}.", what=_listed([_SEEN[seen] for seen in one.seen]), why=_WHY[one.reason])


def _listed(things: Sequence[Text]) -> Text:
    # Translators: a list of things, such as "your record, your messages"
    return reduce(lambda some, more: _("{some}, {more}", some=some, more=more), things)


# Translators: each of these stands in a list behind "Seen:"
_SEEN: Mapping[Seen, Text] = {
    Seen.FOUND: _("a search that found you"),
    Seen.RECORD: _("your record"),
    Seen.MESSAGES: _("your messages"),
    Seen.NAME: _("your full name"),
    Seen.BIRTH_DATE: _("your full birth date"),
    Seen.PHONE: _("your full phone number"),
    Seen.PASSPORT: _("your full passport number"),
    Seen.ARC: _("your full ARC number"),
    Seen.CASE: _("your case"),
}
# Translators: each of these stands behind "Reason:"
_WHY: Mapping[Reason, Text] = {
    Reason.CASE: _("work on your case"),
    Reason.MESSAGES: _("to see whether a message reached you"),
    Reason.RECORD: _("to check or correct your record"),
    Reason.OTHER: _("work of the Ministry"),
}
