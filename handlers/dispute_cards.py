"""The words of a dispute, as cards: the lock screen shows nothing of a card, and somebody else may look at it."""

from collections.abc import Mapping
from datetime import date, timedelta

from handlers import menu
from handlers.context import Context
from handlers.conversation import CHANGE, Answers, answer_data
from locales import Text, _, verbatim
from models.case import Case
from models.content import Button, Card, Content, Open, PickDate, Postback, Row, Send, Sends, Tone
from models.evidence import PHOTO
from models.reaction import CALL_1955
from models.receipt import RECEIPTS_PATH, Receipt, grouped

NAME = "dispute"
YES, NO, UNKNOWN = "yes", "no", "unknown"
PLACE = "place"
LONGEST_AGO = timedelta(days=366)

WHERE: Mapping[str, Text] = {
    "work": _("At work"),
    "hospital": _("In hospital"),
    "shelter": _("In a shelter"),
    "locked_out": _("Locked out"),
    "moved": _("At a new address"),
    "holiday": _("On leave"),
    "other": _("Somewhere else"),
}
WHERE_TAPS: Mapping[str, Text] = {answer_data(NAME, "where", value): label for value, label in WHERE.items()}
_TODAY = _("Since today")
_DO_NOT_KNOW = _("I do not know")
SINCE_TAPS: Mapping[str, Text] = {
    answer_data(NAME, "since", "today"): _TODAY,
    answer_data(NAME, "since", UNKNOWN): _DO_NOT_KNOW,
}
PROOF_TAPS: Mapping[str, Text] = {answer_data(NAME, "proof", NO): _("Go on without")}
CALL_TAPS: Mapping[str, Text] = {answer_data(NAME, "call", NO): _("No calls")}
SEND_TAPS: Mapping[str, Text] = {answer_data(NAME, "summary", YES): _("Yes, record it")}
CHANGE_TAPS: Mapping[str, Text] = {
    CHANGE + "where": _("Change place"),
    CHANGE + "since": _("Change day"),
    CHANGE + "proof": _("Change photo"),
    CHANGE + "call": _("Change phone"),
}


def no_longer() -> Content:
    card = Card(
        title=_("This report no longer stands"),
        lead=(_("It was withdrawn. If anybody still treats you as missing, call 1955."),),
        buttons=(CALL_1955,),
        tone=Tone.NOTICE,
    )
    return Content((card,), menu.main_buttons(bound=True))


def _question(title: Text, *lead: Text, quick: tuple[Button, ...], notes: tuple[Text, ...] = ()) -> Content:
    return Content((Card(title=title, lead=lead, notes=notes),), quick)


def ask_where(ctx: Context, answers: Answers) -> Content:
    return _question(
        _("1 of 4: Where are you now?"),
        _("We have noted that you say this report is wrong, and when. Please answer four short questions."),
        _("Your employer and broker will not see your answers."),
        quick=_taps(WHERE_TAPS),
        notes=(
            _("We keep your answers, encrypted, until two years after your case is closed; the receipt stays."),
            _("Only the Ministry's staff may read them. You can say no: then tap “Cancel”, and call 1955."),
        ),
    )


def ask_since(ctx: Context, answers: Answers) -> Content:
    picker = PickDate(
        _("Choose the date"),
        answer_data(NAME, "since"),
        initial=ctx.today,
        earliest=ctx.today - LONGEST_AGO,
        latest=ctx.today,
    )
    return _question(_("2 of 4: Since when are you there?"), quick=(picker, *_taps(SINCE_TAPS)))


def ask_proof(ctx: Context, answers: Answers) -> Content:
    return _question(
        _("3 of 4: Do you want to add a photo, or your place on the map?"),
        _("For example your workplace, a payslip or a hospital paper. You may also go on without."),
        quick=(Send(_("Send a photo"), Sends.PHOTO), Send(_("Send my place"), Sends.PLACE), *_taps(PROOF_TAPS)),
    )


def ask_call(ctx: Context, answers: Answers) -> Content:
    return _question(
        _("4 of 4: May 1955 call you?"),
        _("Write the number that only you answer, like 0912345678, or tap “No calls”."),
        quick=_taps(CALL_TAPS),
    )


def ask_summary(ctx: Context, answers: Answers) -> Content:
    return Content(
        (
            Card(
                title=_("Shall we record this?"),
                lead=(_("You say: I am not missing, the report about me is wrong."),),
                rows=_rows(answers),
                notes=(_("We record it with the time, so that you can prove later what you said today."),),
                buttons=_taps(SEND_TAPS),
            ),
        ),
        _taps(CHANGE_TAPS),
    )


def _rows(answers: Answers) -> tuple[Row, ...]:
    if not answers:
        return ()
    since, proof, call = answers["since"], answers["proof"], answers["call"]
    return (
        Row(_("Where you are"), WHERE[answers["where"]]),
        Row(_("Since"), _DO_NOT_KNOW if since == UNKNOWN else verbatim(date.fromisoformat(since))),
        Row(_("Photo or place"), _("none") if proof == NO else _("A photo") if proof == PHOTO else _("Your place")),
        Row(_("1955 may call"), _("no") if call == NO else verbatim(call)),
    )


def recorded(ctx: Context, opened: Case, issued: Receipt) -> Content:
    lead = [_("Call 1955 today too, and say this number. It is free, day and night.")]
    if ctx.now < opened.due_at:  # of a case that is late already we promise nothing
        lead.append(_("A person is to read what you said by {at}. We tell you here when it happens.", at=opened.due_at))
    lead.append(_("The report does not end by itself. Keep all proof, and stay where you can be reached."))
    page = f"{ctx.rules.public_url}{RECEIPTS_PATH}/{issued.code}?lang={ctx.contact.language}"
    return Content(
        (
            Card(
                title=_("Recorded. Your receipt number is {code}", code=grouped(issued.code)),
                lead=tuple(lead),
                # What this receipt holds; erased where she has unsent some of it.
                rows=(Row(_("Recorded at"), verbatim(issued.issued_at)), *_rows(issued.details or {})),
                notes=(
                    _("The page shows only when you said that you are not missing. It does not show where you are."),
                    _("Your employer and broker do not get this. Give the number only to people you trust."),
                ),
                buttons=(Open(_("Show my receipt"), page), CALL_1955),
                tone=Tone.NOTICE,
            ),
        ),
        menu.main_buttons(bound=True),
    )


def _taps(taps: Mapping[str, Text]) -> tuple[Button, ...]:
    return tuple(Postback(label, data, said=label) for data, label in taps.items())
