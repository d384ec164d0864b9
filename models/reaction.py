"""The buttons under what we tell a worker, and what each of them says."""

from collections.abc import Mapping
from enum import StrEnum

from locales import Text, _
from models.content import Call, Postback
from models.message import Message
from models.permit_event import PermitEvent


class Reaction(StrEnum):
    """What she may answer under a message; noted with it, as the sign that she was told."""

    UNDERSTOOD = "understood"
    NEED_HELP = "need_help"
    DISPUTED = "disputed"


LABELS: Mapping[Reaction, tuple[Text, ...]] = {
    Reaction.UNDERSTOOD: (_("Understood"),),
    Reaction.NEED_HELP: (_("I need help"), _("I need help or am unsafe")),
    Reaction.DISPUTED: (_("I am here, this is wrong"),),
}
"""The words of each button; the later ones are those under a missing report."""

CALL_1955 = Call(_("Call 1955"), "1955")


def understood(message: Message) -> Postback:
    """She has read it."""
    return _button(Reaction.UNDERSTOOD, str(message.id), LABELS[Reaction.UNDERSTOOD][0])


def need_help(message: Message) -> Postback:
    """She does not know what to do."""
    return _button(Reaction.NEED_HELP, str(message.id), LABELS[Reaction.NEED_HELP][0])


def unsafe(message: Message) -> Postback:
    """The same under a missing report, where the reason to be away may be danger."""
    return _button(Reaction.NEED_HELP, str(message.id), LABELS[Reaction.NEED_HELP][-1])


def disputed(message: Message, report: PermitEvent) -> Postback:
    """She says that the report is not true."""
    return _button(Reaction.DISPUTED, f"{message.id}:{report.id}", LABELS[Reaction.DISPUTED][0])


def _button(reaction: Reaction, about: str, label: Text) -> Postback:
    return Postback(label, f"{reaction.value}:{about}", said=label)
