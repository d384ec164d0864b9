"""“Health examination: when?”, and what follows a result that is not good."""

from collections.abc import Mapping

from handlers.context import Context
from handlers.conversation import Answers
from handlers.self_checks import bad_result, health_answer, permit_questions
from handlers.self_checks.asking import DO_NOT_KNOW, UNKNOWN, YES, YES_OR_NO, Asking, Facts
from handlers.self_checks.check import Check, talk_name
from handlers.self_checks.finding import Finding
from handlers.self_checks.record import Record
from law.employment_permits import PermitType
from law.health_treatment import BadResult
from locales import Text, _

_NAME = "health"
_WHEN, _RESULT = "when", "result"
_REGULAR, _SKILLED, _OTHER = "regular", "skilled", "other"
_ABOUT = {_WHEN: _("When is the next one?"), _RESULT: _("My result was not good")}
_KINDS = {
    _REGULAR: _("Factory, building, farm, boat, care"),
    _SKILLED: _("Skilled worker"),
    _OTHER: _("Professional, student, family"),
    **DO_NOT_KNOW,
}
_CAME = {
    health_answer.FIRST: _("I came to Taiwan for it"),
    health_answer.AGAIN: _("Renewal or transfer in Taiwan"),
    **DO_NOT_KNOW,
}
_RESULTS: Mapping[str, Text] = {
    BadResult.CHEST_XRAY: _("The lungs (X-ray)"),
    BadResult.LEPROSY: _("The skin (leprosy)"),
    BadResult.SYPHILIS: _("The blood (syphilis)"),
    BadResult.PARASITES: _("The stool (parasites)"),
    **DO_NOT_KNOW,
}


def _find(ctx: Context, facts: Facts) -> Finding:
    if facts.says("about", _RESULT):
        return bad_result.find(ctx, facts)
    if facts.says("kind", _OTHER):
        return health_answer.no_rule_for_other_work()
    if facts.says("kind", _SKILLED):
        abroad = facts.says("abroad")
        return (health_answer.of_skilled_worker if abroad else health_answer.of_skilled_in_taiwan)(ctx, facts)
    return health_answer.of_permit(ctx, facts, is_sure=not facts.says("kind", UNKNOWN))


def _kind_of(record: Record) -> str | None:
    match record.permit_type:
        case PermitType.B:
            return _REGULAR
        case PermitType.C:
            return _SKILLED
        case PermitType.A | PermitType.D | PermitType.E:
            return _OTHER
    return None


def _came_of(record: Record) -> str | None:
    """A first permit begins on the day she enters; any other beginning may be either."""
    entered, starts = record.worker.entered_on, record.starts_on
    return health_answer.FIRST if entered is not None and entered == starts else None


def _of_permit(answers: Answers) -> bool:
    return answers.get("kind") in (_REGULAR, UNKNOWN)


def _of_skilled_from_abroad(answers: Answers) -> bool:
    return answers.get("kind") == _SKILLED and answers.get("abroad") == YES


def _of_skilled_in_taiwan(answers: Answers) -> bool:
    return answers.get("kind") == _SKILLED and answers.get("abroad", YES) != YES


def _by_permit(answers: Answers) -> bool:
    return _of_permit(answers) or _of_skilled_in_taiwan(answers)


def _of_result(answers: Answers) -> bool:
    return answers.get("about") == _RESULT


_ask = Asking(talk_name(_NAME))
HEALTH = Check(
    _NAME,
    _("When is my health examination?"),
    (
        _ask.may_use_record(),
        _ask.choice("about", _("What do you want to know?"), _ABOUT),
        permit_questions.work(_ask, "kind", _KINDS, when=lambda answers: answers.get("about") == _WHEN, known=_kind_of),
        _ask.choice(
            "abroad",
            _("Did you come from abroad to be a skilled worker?"),
            {**YES_OR_NO, **DO_NOT_KNOW},
            when=lambda answers: answers.get("kind") == _SKILLED,
        ),
        permit_questions.starts_on(_ask, _by_permit),
        _ask.choice("came", _("How did you get this permit?"), _CAME, when=_of_permit, known=_came_of),
        _ask.choice("care", _("Is your work care?"), YES_OR_NO, when=_of_skilled_from_abroad),
        permit_questions.entered(_ask, _of_skilled_from_abroad),
        _ask.day(
            "last",
            _("On which day were you last examined?"),
            _("Count only examinations in Taiwan, not the one for your visa."),
            when=lambda answers: _by_permit(answers) or _of_skilled_from_abroad(answers),
            may_not_know=True,
            past=True,
        ),
        _ask.choice("result", _("What was not good?"), _RESULTS, when=_of_result),
        _ask.day(
            "received",
            _("On which day did you get the paper with the result?"),
            when=_of_result,
            may_not_know=True,
            past=True,
        ),
    ),
    _find,
)
