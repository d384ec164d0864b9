"""The kinds of question a self-check asks: a choice, a day, a number."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from handlers.context import Context
from handlers.conversation import Answers, Question, Refused, Understood, answer_data
from handlers.self_checks.record import Record, record_of
from handlers.typed import DAY_OR_MONTH
from locales import Text, _, ngettext, pgettext, verbatim
from models.binding import in_force
from models.content import Button, Card, Content, PickDate, Postback
from models.conversation import KEPT_FOR
from models.identity import Reason, Unusable, day

YES, NO, UNKNOWN = "yes", "no", "unknown"
ALL, DONE = "all", "done"
EARLIEST, LATEST = date(1992, 5, 8), date(2040, 12, 31)
"""Days that may matter: the Employment Service Act is of 1992-05-08."""
LONG_AGO = date(1900, 1, 1)
"""For what may be older than that Act: a person, a company."""
YES_OR_NO: Mapping[str, Text] = {YES: _("Yes"), NO: pgettext("answer", "No")}
DO_NOT_KNOW: Mapping[str, Text] = {UNKNOWN: _("I do not know")}
_USE = "record"
# In the digits of any script; 1,500 and 1.500.000 have their thousands set apart. Not 19.5, 1/2, 8-10 or -5.
_WHOLE = re.compile(r"\d{1,9}|\d{1,3}([., ])\d{3}(\1\d{3})?")


KEPT_A_WEEK = ngettext(
    "An unfinished check is kept for {n} day, encrypted.",
    "An unfinished check is kept for {n} days, encrypted.",
    KEPT_FOR.days,
)


class Facts(dict[str, str]):
    """The answers to a self-check's questions, by name; a question that was not asked has none."""

    def says(self, name: str, value: str = YES) -> bool:
        return self.get(name) == value

    def several(self, name: str) -> frozenset[str]:
        """What she tapped, of a question that takes several; nothing when she was not asked."""
        return picked(self, name)

    def day(self, name: str) -> date | None:
        """None when she does not know, or was not asked."""
        found = self.get(name, UNKNOWN)
        return None if found == UNKNOWN else date.fromisoformat(found)

    def number(self, name: str) -> int | None:
        """None when she does not know, or was not asked."""
        found = self.get(name, UNKNOWN)
        return None if found == UNKNOWN else int(found)


def picked(answers: Answers, name: str) -> frozenset[str]:
    """What is tapped so far, of a question that takes several."""
    return frozenset(answers.get(name, "").split()) - {DONE}


_NOT_A_DATE = _("This is not a date we can read. Tap “Choose the date”, or write it like this: 2026-05-21")
When = Callable[[Answers], bool]


def always(_answers: Answers) -> bool:
    return True


@dataclass(frozen=True)
class Asking:
    """Makes the questions of one self-check; the conversation's name is in what their buttons send."""

    talk: str

    def may_use_record(self) -> Question:
        """First of all: only with her leave do we look at what we hold of her."""
        options = {YES: _("Yes, use my record"), NO: _("No, I answer myself")}
        asked = self.choice(
            _USE,
            _("May we use your record for this?"),
            options,
            _("Then you answer fewer questions."),
            KEPT_A_WEEK,
        )
        return replace(asked, known=lambda ctx, _answers: None if _is_linked(ctx) else NO)

    def choice(
        self,
        name: str,
        title: Text,
        options: Mapping[str, Text],
        *lead: Text,
        when: When = always,
        known: Callable[[Record], str | None] | None = None,
    ) -> Question:
        """One of the `options`, each a button; `known` gives the answer from her record, or None."""
        taps = {answer_data(self.talk, name, value): label for value, label in options.items()}

        def ask(_ctx: Context, _answers: Answers) -> Content:
            return Content((Card(title=title, lead=lead, buttons=_buttons(taps)),))

        def understand(_ctx: Context, said: str) -> Understood:
            if said not in options:
                raise Refused(_("Please tap the button that fits best."))
            return Understood(said)

        return Question(name, ask, understand, taps, when=when, known=_from_record(known))

    def several(
        self, name: str, title: Text, options: Mapping[str, Text], *lead: Text, when: When = always, all_at_once: bool
    ) -> Question:
        """Any number of the `options`: a tap adds one, a second tap takes it back, and she says when it is all."""
        every = {ALL: _("All of these")} if all_at_once else {}
        labels = {**options, **every, DONE: _("That is all")}

        def ask(_ctx: Context, answers: Answers) -> Content:
            tapped = picked(answers, name)
            shown = {value: _("✓ {option}", option=label) for value, label in options.items() if value in tapped}
            buttons = (
                Postback(shown.get(value, label), answer_data(self.talk, name, value), said=label)
                for value, label in labels.items()
            )
            return Content((Card(title=title, lead=lead, buttons=tuple(buttons)),))

        def understand(_ctx: Context, said: str) -> Understood:
            if said not in labels:
                raise Refused(_("Please tap every line that fits, and then the last button."))
            return Understood(said)

        def join(before: str, tapped: str) -> str:
            there = set(options) | {DONE} if tapped == ALL else set(before.split()) ^ {tapped}
            return " ".join(value for value in (*options, DONE) if value in there)

        taps = {answer_data(self.talk, name, value): label for value, label in labels.items()}
        return Question(name, ask, understand, taps, when=when, join=join, is_open=_goes_on)

    def day(
        self,
        name: str,
        title: Text,
        *lead: Text,
        when: When = always,
        known: Callable[[Record], date | None] | None = None,
        may_not_know: bool = False,
        past: bool = False,
        earliest: date = EARLIEST,
    ) -> Question:
        """A calendar day; with `past` none after today. The answer is its ISO form, or UNKNOWN."""
        taps = {answer_data(self.talk, name, value): label for value, label in DO_NOT_KNOW.items() if may_not_know}

        def ask(ctx: Context, _answers: Answers) -> Content:
            latest = ctx.today if past else LATEST
            picker = PickDate(_("Choose the date"), answer_data(self.talk, name), ctx.today, earliest, latest)
            return Content((Card(title=title, lead=lead, buttons=(picker, *_buttons(taps))),))

        def understand(ctx: Context, said: str) -> Understood:
            if may_not_know and said == UNKNOWN:
                return Understood(UNKNOWN)
            try:
                found = day(said)
            except Unusable as unusable:
                raise Refused(DAY_OR_MONTH if unusable.reason is Reason.AMBIGUOUS_DATE else _NOT_A_DATE) from None
            if not earliest <= found <= (ctx.today if past else LATEST):
                raise Refused(_("This day cannot be right. Please check it."))
            return Understood(found.isoformat())

        return Question(name, ask, understand, taps, when=when, known=_from_record(known))

    def number(
        self,
        name: str,
        title: Text | Callable[[Facts], Text],
        lowest: int,
        highest: int,
        *lead: Text,
        when: When = always,
        known: Callable[[Record], int | None] | None = None,
        may_not_know: bool = False,
    ) -> Question:
        """A whole number that she types, both bounds included; the answer is its digits, or UNKNOWN.

        A title that depends on what she said before is made of it.
        """
        taps = {answer_data(self.talk, name, value): label for value, label in DO_NOT_KNOW.items() if may_not_know}

        def ask(_ctx: Context, answers: Answers) -> Content:
            asked = title if isinstance(title, Text) else title(Facts(answers))
            write = _("Write a whole number from {lowest} to {highest}.", lowest=lowest, highest=highest)
            return Content((Card(title=asked, lead=(*lead, write), buttons=_buttons(taps)),))

        def understand(_ctx: Context, said: str) -> Understood:
            if may_not_know and said == UNKNOWN:
                return Understood(UNKNOWN)
            typed = unicodedata.normalize("NFKC", said).strip(" \t\n.,。!?()\u200b")
            if _WHOLE.fullmatch(typed) is None:
                raise Refused(_("Please write only a whole number, like {example}.", example=verbatim(lowest or 1)))
            found = int(re.sub(r"\D", "", typed))
            if not lowest <= found <= highest:
                bounds = {"lowest": verbatim(lowest), "highest": verbatim(highest)}
                raise Refused(_("The number must be from {lowest} to {highest}.", **bounds))
            return Understood(str(found))

        return Question(name, ask, understand, taps, when=when, known=_from_record(known))


def _goes_on(value: str) -> bool:
    return DONE not in value.split()


def _buttons(taps: Mapping[str, Text]) -> tuple[Button, ...]:
    return tuple(Postback(label, data, said=label) for data, label in taps.items())


def _is_linked(ctx: Context) -> bool:
    return in_force(ctx.session, ctx.contact.id) is not None


def _from_record(known: Callable[[Record], date | int | str | None] | None) -> Callable[[Context, Answers], str | None]:
    def look(ctx: Context, answers: Answers) -> str | None:
        if known is None or answers.get(_USE) != YES:
            return None
        record = record_of(ctx)
        found = None if record is None else known(record)
        # A day is kept in its ISO form.
        return None if found is None else str(found)

    return look
