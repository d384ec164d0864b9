"""The questions of linking a record: how each is asked, and how its answer is understood."""

from collections.abc import Mapping
from datetime import date

from handlers import privacy
from handlers.context import Context
from handlers.conversation import CHANGE, Answers, Declined, Question, Refused, Understood, answer_data
from handlers.typed import DAY_OR_MONTH, means_no, means_yes
from locales import Text, _, verbatim
from models.content import Button, Card, Content, PickDate, Postback, Row, words
from models.identity import (
    Reason,
    Unusable,
    arc_check_digit_ok,
    arc_no,
    birth_date,
    masked,
    masked_name,
    masked_phone,
    mobile,
    name,
    passport_no,
)

NAME = "binding"
NONE = "none"
YES, NO = "yes", "no"
# What the buttons under a question send, and what they say.
_CONSENT_TAPS: Mapping[str, Text] = {
    answer_data(NAME, "consent", YES): _("Yes, I agree"),
    answer_data(NAME, "consent", NO): _("No"),
}
_ARC_TAPS: Mapping[str, Text] = {answer_data(NAME, "arc_no", NONE): _("I have no ARC yet")}
_PHONE_TAPS: Mapping[str, Text] = {answer_data(NAME, "phone", NONE): _("No phone number")}
_SEND_TAPS: Mapping[str, Text] = {answer_data(NAME, "summary", YES): _("Yes, check my record")}
_CHANGE_TAPS: Mapping[str, Text] = {
    CHANGE + "passport_no": _("Change passport no."),
    CHANGE + "arc_no": _("Change ARC no."),
    CHANGE + "name": _("Change name"),
    CHANGE + "birth_date": _("Change birth date"),
    CHANGE + "phone": _("Change phone"),
}


def _ask_consent(ctx: Context, answers: Answers) -> Content:
    return Content(
        (privacy.notice(), *words(_("Do you agree that we use these five things to find your record?")).bubbles),
        _options(_CONSENT_TAPS),
    )


def _understand_consent(ctx: Context, said: str) -> Understood:
    if said == YES or means_yes(said):
        return Understood(YES)
    if said == NO or means_no(said):
        raise Declined
    raise Refused(_("Please tap “Yes, I agree” or “Cancel”."))


def _ask_passport(ctx: Context, answers: Answers) -> Content:
    return words(_("1 of 5: What is your passport number? Example: C1234567"))


def _understand_passport(ctx: Context, said: str) -> Understood:
    try:
        number = passport_no(said)
    except Unusable as unusable:
        raise Refused(
            _length(unusable.reason, _("A passport number has 6 to 9 letters and digits, like C1234567."))
        ) from None
    if not any(character.isdigit() for character in number):
        raise Refused(_("A passport number has 6 to 9 letters and digits, like C1234567."))
    return Understood(number)


def _ask_arc(ctx: Context, answers: Answers) -> Content:
    return words(
        _("2 of 5: What is your ARC (residence card) number? Example: A800000014"),
        quick=_options(_ARC_TAPS),
    )


def _understand_arc(ctx: Context, said: str) -> Understood:
    if said == NONE:
        return Understood("")
    try:
        number = arc_no(said)
    except Unusable as unusable:
        raise Refused(
            _length(
                unusable.reason, _("An ARC number has one or two letters and then digits, 10 in all, like A800000014.")
            )
        ) from None
    if arc_check_digit_ok(number):
        return Understood(number)
    return Understood(
        number,
        _(
            "Please compare the ARC number with your card once more: one character may be wrong. "
            "Tap “Back” to change it."
        ),
    )


def _ask_name(ctx: Context, answers: Answers) -> Content:
    return words(_("3 of 5: What is your full name, as in your passport? Example: NGUYEN VAN NAM"))


def _understand_name(ctx: Context, said: str) -> Understood:
    try:
        return Understood(name(said))
    except Unusable as unusable:
        raise Refused(_length(unusable.reason, _("Please write your name in letters, as in your passport."))) from None


def _ask_birth_date(ctx: Context, answers: Answers) -> Content:
    picker = PickDate(
        _("Choose the date"),
        answer_data(NAME, "birth_date"),
        initial=date(1995, 1, 1),
        earliest=date(ctx.today.year - 100, 1, 1),
        latest=ctx.today,
    )
    return words(
        _("4 of 5: When were you born? Tap “Choose the date”, or write it like this: 1990-05-21"), quick=(picker,)
    )


def _understand_birth_date(ctx: Context, said: str) -> Understood:
    try:
        return Understood(birth_date(said, ctx.today).isoformat())
    except Unusable as unusable:
        raise Refused(_WHY_NOT_BORN.get(unusable.reason, _NOT_A_DATE)) from None


_NOT_A_DATE = _(
    "This is not a date we can read. Please write year-month-day, like 1990-05-21, or tap “Choose the date”."
)
_WHY_NOT_BORN = {
    Reason.AMBIGUOUS_DATE: DAY_OR_MONTH,
    Reason.IN_THE_FUTURE: _("This date is in the future. Please check the year."),
    Reason.TOO_YOUNG: _("This year is too late for a worker's birth date. Please check it."),
    Reason.TOO_OLD: _("This year is too early. Please check it."),
}


def _ask_phone(ctx: Context, answers: Answers) -> Content:
    return words(
        _("5 of 5: What is your mobile number in Taiwan? Example: 0912345678"),
        quick=_options(_PHONE_TAPS),
    )


def _understand_phone(ctx: Context, said: str) -> Understood:
    if said == NONE:
        return Understood("")
    try:
        return Understood(mobile(said))
    except Unusable as unusable:
        if unusable.reason is Reason.FOREIGN_NUMBER:
            raise Refused(
                _("This is not a number in Taiwan. A mobile number here begins with 09, like 0912345678.")
            ) from None
        raise Refused(_("A mobile number in Taiwan begins with 09 and has 10 digits, like 0912345678.")) from None


def _ask_summary(ctx: Context, answers: Answers) -> Content:
    born = date.fromisoformat(answers["birth_date"])
    hidden_day = f"{born.year}-••-••"
    nothing = _("none")
    rows = (
        ("passport_no", _("Passport number"), verbatim(masked(answers["passport_no"]))),
        ("arc_no", _("ARC number"), verbatim(masked(answers["arc_no"])) if answers["arc_no"] else nothing),
        ("name", _("Name"), verbatim(masked_name(answers["name"]))),
        ("birth_date", _("Birth date"), verbatim(hidden_day)),
        ("phone", _("Mobile number"), verbatim(masked_phone(answers["phone"])) if answers["phone"] else nothing),
    )
    return Content(
        (
            Card(
                title=_("Is this right?"),
                lead=(_("We show only a part, so that nobody can read it over your shoulder."),),
                rows=tuple(Row(label, value) for _question, label, value in rows),
                buttons=_options(_SEND_TAPS),
            ),
        ),
        _options(_CHANGE_TAPS),
    )


def _understand_summary(ctx: Context, said: str) -> Understood:
    if said == YES or means_yes(said):
        return Understood(YES)
    raise Refused(_("Please tap “Yes, check my record”, or change what is wrong."))


def _options(taps: Mapping[str, Text]) -> tuple[Button, ...]:
    return tuple(Postback(label, data, said=label) for data, label in taps.items())


def _length(reason: Reason, otherwise: Text) -> Text:
    if reason is Reason.TOO_SHORT:
        return _("This is too short. {what}", what=otherwise)
    if reason is Reason.TOO_LONG:
        return _("This is too long. {what}", what=otherwise)
    return otherwise


QUESTIONS = (
    Question("consent", _ask_consent, _understand_consent, _CONSENT_TAPS),
    Question("passport_no", _ask_passport, _understand_passport),
    Question("arc_no", _ask_arc, _understand_arc, _ARC_TAPS),
    Question("name", _ask_name, _understand_name),
    Question("birth_date", _ask_birth_date, _understand_birth_date),
    Question("phone", _ask_phone, _understand_phone, _PHONE_TAPS),
    Question("summary", _ask_summary, _understand_summary, {**_SEND_TAPS, **_CHANGE_TAPS}),
)
