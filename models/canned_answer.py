"""What caseworkers most often answer, written once in all six languages, and the card that an answer leaves as."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from locales import Text, _, verbatim
from models.case import Case
from models.content import Card, Postback, Row, Tone
from models.reaction import CALL_1955

ANSWERS = "case_answer"
"""What the button under an answer sends, before a colon and the case's number: she writes back."""


@dataclass(frozen=True)
class Answer:
    """The words of an answer; `{number}` in them stands for the number of her case."""

    title: Text
    lead: tuple[Text, ...]

    def about(self, case: Case) -> "Answer":
        """The same with the case's number in its place."""
        return Answer(_numbered(self.title, case), tuple(_numbered(text, case) for text in self.lead))


_FREE = _("1955 is free, day and night: Chinese, English, Indonesian, Vietnamese and Thai.")
_NUMBER = _("Say that you wrote to us on LINE and that your case number is {number}.")

# Nothing here promises an outcome, or says what the law is in her case: that is for whoever decides it.
CANNED: Mapping[str, Answer] = {
    "received": Answer(
        _("We have your message and look into it"),
        (_("Your case number is {number}."), _("We write to you here when there is news.")),
    ),
    "call_1955": Answer(_("Please call 1955 now"), (_FREE, _NUMBER)),
    "danger": Answer(
        _("In danger? Call 110 now"),
        (
            _("110 police, 119 ambulance and fire"),
            _("1955 is free, day and night, and somebody speaks your language. Ask for a safe place to stay."),
        ),
    ),
    "service_centre": Answer(
        _("Please come to a service centre for foreign workers"),
        (
            _("Bring your passport, your ARC and every letter about your work. Come also if somebody keeps them."),
            _("1955 tells you where the nearest one is and when it is open. Your case number is {number}."),
        ),
    ),
    "papers": Answer(
        _("About your passport and your ARC"),
        (
            _("Your employer or broker may not keep your passport or ARC. If they do, call 1955."),
            _("Write to us who keeps them, since when, and what was said when you asked for them."),
        ),
    ),
    "wages": Answer(
        _("About your wages"),
        (
            _("Keep your contract and every payslip, and write down what was paid, when, and what was taken off."),
            _("1955 takes your complaint about wages. Your case number is {number}."),
        ),
    ),
    "transfer": Answer(
        _("About changing your employer"),
        (
            _("Whether you can change depends on your permit and on the reason. 1955 explains it in your language."),
            _("Please ask before you leave your work or the place where you live. In danger, go first and call then."),
        ),
    ),
    "more_details": Answer(
        _("Please tell us more"),
        (
            _("What happened, when, and where? Tap “Answer” and write it in your own language."),
            _("We never ask for money, passwords or bank details."),
        ),
    ),
    "when_to_call": Answer(
        _("We want to call you"),
        (
            _("Tap “Answer” and write a number that only you answer, and when you can speak freely."),
            _("You may also say no. Then we go on writing to you here."),
        ),
    ),
    "being_decided": Answer(
        _("The office that decides is looking at it"),
        (
            _("We cannot say how it will decide or when. We write to you here when there is news."),
            _("Keep every letter and every message about it. If something changes, tap “Answer” and write it."),
        ),
    ),
    "no_money": Answer(
        _("This service is free"),
        (
            _("We never ask for money, passwords or bank details."),
            _("If somebody wants money from you for it, do not pay, and call 1955."),
        ),
    ),
}


def own_words(words: str) -> Answer:
    """A caseworker's own, in her language as they stand."""
    return Answer(_("An answer from the foreign worker service"), (verbatim(words),))


def card(case: Case, answer: Answer) -> Card:
    """As she gets it: the lock screen shows nothing of a card."""
    said = answer.about(case)
    return Card(
        title=said.title,
        lead=said.lead,
        rows=(Row(_("Case number"), verbatim(case.id)),),
        notes=(_("Your employer and broker do not get this message."),),
        buttons=(answer_button(case), CALL_1955),
        tone=Tone.NOTICE,
    )


def answer_button(case: Case) -> Postback:
    """She adds something to the case."""
    return Postback(_("Answer"), f"{ANSWERS}:{case.id}", said=_("Answer"))


def _numbered(text: Text, case: Case) -> Text:
    return replace(text, values={"number": case.id}) if "{number}" in text.msgid else text
