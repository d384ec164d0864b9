"""“Can I become a skilled worker?”: who can apply for her, on which ground, and between which days."""

from collections.abc import Mapping
from datetime import date

from handlers.context import Context
from handlers.conversation import Answers
from handlers.self_checks import permit_questions
from handlers.self_checks.amounts import length_said
from handlers.self_checks.asking import DO_NOT_KNOW, NO, UNKNOWN, YES, YES_OR_NO, Asking, Facts
from handlers.self_checks.check import Check, talk_name
from handlers.self_checks.finding import Finding
from handlers.self_checks.record import Record
from handlers.self_checks.skilled_answer import depends, ended, not_yet, possible
from law.citations import SKILLED_WORKERS_REGULATION
from law.dates import days_before
from law.employment_permits import PermitType
from law.skilled_workers import Candidate, SkilledWork, six_years_full, skilled_routes
from law.working_years import ELEVEN_AND_A_HALF_YEARS, NONE, SIX_YEARS
from locales import Text, _, pgettext

_NAME = "skilled"
WORKING, ENDED, HOME, GRADUATE = "working", "ended", "home", "graduate"
SITUATIONS: Mapping[str, Text] = {
    WORKING: _("I work in Taiwan and have a permit"),
    ENDED: _("I am in Taiwan, my permit has ended"),
    HOME: _("I worked in Taiwan and am now outside Taiwan"),
    GRADUATE: _("I have a degree from a college in Taiwan"),
}
_OTHER = "other"
WORKS: Mapping[str, Text] = {
    SkilledWork.FAMILY_CARE: _("Care for a person in a home"),
    SkilledWork.INSTITUTION_CARE: _("Care in a care home or hospital"),
    SkilledWork.INDUSTRY: _("Factory, building, farm, boat"),
    _OTHER: _("Household help or other work"),
}
_WORK_IN_RECORD: Mapping[str, str] = {
    "household_care": SkilledWork.FAMILY_CARE,
    "institution_care": SkilledWork.INSTITUTION_CARE,
    "manufacturing": SkilledWork.INDUSTRY,
    "construction": SkilledWork.INDUSTRY,
    "fishing": SkilledWork.INDUSTRY,
    "slaughter": SkilledWork.INDUSTRY,
    "agriculture": SkilledWork.INDUSTRY,
}
BEFORE_THE_END = "before_the_end"
SAME_EMPLOYER: Mapping[str, Text] = {
    YES: _("Yes, already"),
    BEFORE_THE_END: _("Not yet, but before my permit ends"),
    NO: pgettext("answer", "No"),
    **DO_NOT_KNOW,
}


def _find(ctx: Context, facts: Facts) -> Finding:
    ends_on, work = facts.day("ends_on"), facts.get("work", _OTHER)
    if facts.says("now", ENDED) or (ends_on is not None and ends_on < ctx.today):
        return ended()
    trade = None if work == _OTHER else SkilledWork(work)
    sure = skilled_routes(ctx.today, _candidate(ctx.today, facts, unknown=False))
    if sure:
        return possible(ctx.today, sure, trade)
    if either_way := skilled_routes(ctx.today, _candidate(ctx.today, facts, unknown=True)):
        return depends(ctx.today, either_way, trade)
    since = facts.day("since")
    return not_yet(ctx.today, ends_on, None if since is None else six_years_full(ctx.today, since).full_on, trade)


def _candidate(today: date, facts: Facts, *, unknown: bool) -> Candidate:
    """What she told us; with `unknown` as if all that she does not know were so."""

    def is_so(name: str) -> bool:
        return facts.says(name) or (unknown and facts.says(name, UNKNOWN))

    return Candidate(
        permit_ends=facts.day("ends_on"),
        six_years_on=_six_years_on(today, facts, unknown=unknown),
        before_leaving=SIX_YEARS if is_so("before") else NONE,
        total=ELEVEN_AND_A_HALF_YEARS if is_so("total") else NONE,
        abroad=facts.says("now", HOME),
        family_care=facts.says("work", SkilledWork.FAMILY_CARE),
        graduate=facts.says("now", GRADUATE),
    )


def _six_years_on(today: date, facts: Facts, *, unknown: bool) -> date | None:
    """The day six years are full; yesterday where they are and she did not tell since when."""
    since, ends_on = facts.day("since"), facts.day("ends_on")
    full_on = None if since is None else six_years_full(today, since).full_on
    if full_on is not None and ends_on is not None and full_on <= ends_on:
        return full_on
    if facts.says("same") or (unknown and UNKNOWN in (facts.get("since"), facts.get("same"))):
        return days_before(today, 1)
    return ends_on if facts.says("same", BEFORE_THE_END) else None


def _works(answers: Answers) -> bool:
    return answers.get("now") == WORKING


def _six_years_unsure(answers: Answers) -> bool:
    """Six years without a break do not decide it alone."""
    facts = Facts(answers)
    since, ends_on = facts.day("since"), facts.day("ends_on")
    if not _works(answers) or ends_on is None:
        return False
    # Every version of the law asks for six years: any day of its life tells when they are full.
    return since is None or six_years_full(SKILLED_WORKERS_REGULATION, since).full_on > ends_on


def _total_matters(answers: Answers) -> bool:
    if answers.get("now") == HOME:
        return True
    return _six_years_unsure(answers) and answers.get("same") in (NO, UNKNOWN)


def _before_matters(answers: Answers) -> bool:
    return _works(answers) and _total_matters(answers) and answers.get("total") in (YES, UNKNOWN)


def _now(record: Record) -> str | None:
    return WORKING if record.holds(PermitType.B) else None


_ask = Asking(talk_name(_NAME))
SKILLED = Check(
    _NAME,
    _("Can I become a skilled worker?"),
    (
        _ask.may_use_record(),
        _ask.choice("now", _("What is true for you now?"), SITUATIONS, known=_now),
        _ask.choice(
            "work",
            _("What kind of work do you do?"),
            WORKS,
            _("Outside Taiwan: the work that you did here."),
            when=lambda answers: answers.get("now") in (WORKING, HOME),
            known=lambda record: _WORK_IN_RECORD.get(record.work or ""),
        ),
        permit_questions.ends_on(
            _ask, when=_works, known=lambda record: record.ends_on if record.holds(PermitType.B) else None
        ),
        # Not taken from her record: the day of entry there may be that of a home leave, which breaks nothing.
        _ask.day(
            "since",
            _("Since which day have you worked in Taiwan without a break?"),
            _("Home leave is no break, nor is waiting for a new employer. Going home at the end of a contract is."),
            when=_works,
            past=True,
            may_not_know=True,
        ),
        _ask.choice(
            "same",
            _(
                "Have you worked for the employer you have now for {length} or more, all times together?",
                length=length_said(SIX_YEARS),
            ),
            SAME_EMPLOYER,
            when=_six_years_unsure,
        ),
        _ask.choice(
            "total",
            _(
                "Have you worked in Taiwan for {length} or more, all times together?",
                length=length_said(ELEVEN_AND_A_HALF_YEARS),
            ),
            {**YES_OR_NO, **DO_NOT_KNOW},
            when=_total_matters,
        ),
        _ask.choice(
            "before",
            _(
                "When you last went home after work, had you worked here for {length} or more?",
                length=length_said(SIX_YEARS),
            ),
            {YES: _("Yes"), NO: _("No, or I never went home"), **DO_NOT_KNOW},
            when=_before_matters,
        ),
    ),
    _find,
)
