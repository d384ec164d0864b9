"""The questions that several self-checks ask in the same words: of her permit, and of the day she came."""

from collections.abc import Callable, Mapping
from datetime import date

from handlers.conversation import Question
from handlers.self_checks.asking import Asking, When, always
from handlers.self_checks.record import Record
from locales import Text, _


def work(
    ask: Asking,
    name: str,
    kinds: Mapping[str, Text],
    *,
    when: When = always,
    known: Callable[[Record], str | None],
) -> Question:
    """What her permit is for, in the kinds that the check tells apart."""
    return ask.choice(name, _("What kind of work is your permit for?"), kinds, when=when, known=known)


def starts_on(ask: Asking, when: When) -> Question:
    return ask.day(
        "starts_on",
        _("From which day is your permit valid?"),
        _("It stands on the letter of the Ministry of Labor."),
        when=when,
        known=lambda record: record.starts_on,
    )


def ends_on(ask: Asking, *, when: When = always, known: Callable[[Record], date | None]) -> Question:
    return ask.day(
        "ends_on",
        _("On which day does your permit end?"),
        _("It stands on the letter of the Ministry of Labor. Your ARC may show another day."),
        when=when,
        known=known,
    )


HOME_LEAVE = _("Whether coming back from home leave starts the count again is not settled. We count as if it did not.")
"""A doubt for what is counted from the day that `entered` asks for."""


def entered(ask: Asking, when: When, *, may_not_know: bool = False) -> Question:
    """Not taken from her record: the entry there may be that after a home leave."""
    return ask.day(
        "entered",
        _("On which day did you last enter Taiwan?"),
        _("Coming back from home leave is not meant."),
        when=when,
        may_not_know=may_not_know,
        past=True,
    )
