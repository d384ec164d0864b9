"""“How many years have I left?”: the limit of all her work in Taiwan, and how much of it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.context import Context
from handlers.conversation import Answers
from handlers.self_checks import skilled
from handlers.self_checks.amounts import length_said
from handlers.self_checks.asking import UNKNOWN, Asking, Facts
from handlers.self_checks.check import Check, talk_name
from handlers.self_checks.finding import Finding, Reason
from handlers.self_checks.record import Record
from law import working_years as law
from law.employment_permits import PermitType
from law.working_years import FullOn, Service, Stint, Work, YearsLeft
from locales import Text, _, ngettext, verbatim
from models.content import Row, Tone

_NAME = "years"
_MOST_YEARS = 40
WORKS: Mapping[str, Text] = {
    Work.FAMILY_CARE: _("Care for a person in a home"),
    Work.OTHER_TYPE_B: _("Factory, farm, boat, care home, household"),
    Work.SKILLED: _("Skilled worker"),
}


@dataclass(frozen=True)
class _Count:
    """What she told us of her work, as the law counts it; `began` None: she does not know."""

    today: date
    work: Work
    began: date | None
    before: Service | None

    @property
    def earlier(self) -> Service:
        return self.before or law.NONE

    @property
    def stints(self) -> Sequence[Stint]:
        # A day to come in her record counts as nothing yet.
        return () if self.began is None else (Stint(self.began, max(self.began, self.today), Work.OTHER_TYPE_B),)

    def left(self) -> YearsLeft:
        return law.years_left(self.today, self.stints, self.work, before=self.earlier)

    def full_on(self, length: Service) -> FullOn:
        return law.full_on(self.today, self.stints, length, self.earlier)

    def still(self, years: int) -> Service:
        """By the calendar, as she would count it on from today."""
        return self.full_on(Service(12 * years)).still


def _find(ctx: Context, facts: Facts) -> Finding:
    work = Work(facts["work"])
    if work is Work.SKILLED:
        return _no_limit(ctx)
    years = facts.number("years")
    before = None if years is None else Service(12 * years + (facts.number("months") or 0))
    count = _Count(ctx.today, work, facts.day("began"), before)
    left = count.left()
    days = _days(count, left)
    return Finding(
        title=_("How many years you have left"),
        result=_result(count, left),
        rows=(*_lengths(count, left), *(Row(label, verbatim(day)) for label, day in days)),
        reasons=_reasons(count, left),
        next_steps=_steps(count, left),
        doubts=_doubts(count),
        tone=Tone.URGENT if left.remaining == law.NONE else Tone.NOTICE,
        deadlines=tuple(day for _label, day in days),
        actions=(skilled.SKILLED.button,),
    )


def _no_limit(ctx: Context) -> Finding:
    limit = law.years_left(ctx.today, (), Work.OTHER_TYPE_B).limit_years
    return Finding(
        title=_("Skilled work has no limit of years"),
        result=(
            ngettext(
                "The limit of {n} year is for other work. Your time as a skilled worker does not count to it.",
                "The limit of {n} years is for other work. Your time as a skilled worker does not count to it.",
                limit,
            ),
            _("If you go back to work that is not skilled, all your years of such work count."),
        ),
        reasons=(Reason(_("Time in skilled work is left out of the count."), law.skilled_work_left_out),),
        next_steps=(
            _("Ask your employer to extend your permit before it ends. Without a permit you cannot work."),
            _("Before you change to work that is not skilled, ask 1955 how many years you would have left."),
        ),
    )


def _result(count: _Count, left: YearsLeft) -> tuple[Text, ...]:
    limit = ngettext(
        "All your work of this kind in Taiwan together may be {n} year at most.",
        "All your work of this kind in Taiwan together may be {n} years at most.",
        left.limit_years,
    )
    if count.began is None and count.before is None:
        return (limit, _("We cannot count without the days of your work. Find them first, then check again."))
    if left.remaining == law.NONE:
        return (limit, _("By what you told us, these years are used up."))
    still = count.still(left.limit_years)
    if count.before is None:
        return (
            limit,
            _("If this is your first work in Taiwan, you have {length} left.", length=length_said(still)),
            _("If you worked in Taiwan before, that time counts too, and you have less."),
        )
    return (limit, _("By what you told us, you have {length} left.", length=length_said(still)))


def _lengths(count: _Count, left: YearsLeft) -> tuple[Row, ...]:
    if count.began is None and count.before is None:
        return ()
    rows = [Row(_("Used until today"), length_said(left.used))]
    if count.began is not None:
        rows.insert(0, Row(_("Counted from"), verbatim(count.began)))
    if count.work is Work.FAMILY_CARE:
        years = law.limit_with_merit(count.today).years
        label = ngettext("Left of {n} year, if the Ministry agrees", "Left of {n} years, if the Ministry agrees", years)
        rows.append(Row(label, length_said(count.still(years))))
    return tuple(rows)


def _days(count: _Count, left: YearsLeft) -> tuple[tuple[Text, date], ...]:
    """The days to come, if she works on without a break; none where we know no day to count from."""
    if count.began is None or count.before is None or left.remaining == law.NONE:
        return ()
    full = ngettext(
        "Last day of {n} year, if you go on working", "Last day of {n} years, if you go on working", left.limit_years
    )
    found = [(full, count.full_on(Service(12 * left.limit_years)).day)]
    if count.work is Work.FAMILY_CARE and not left.may_apply_for_fourteen:
        opens = law.application_for_fourteen(count.today, left.used).from_length
        found.insert(0, (_("More years: your employer can apply from"), count.full_on(opens).day))
    return tuple(found)


def _reasons(count: _Count, left: YearsLeft) -> tuple[Reason, ...]:
    most = ngettext(
        "All work in Taiwan is added up, for every employer: {n} year at most.",
        "All work in Taiwan is added up, for every employer: {n} years at most.",
        left.limit_years,
    )
    found = [
        Reason(most, law.years_worked),
        Reason(_("Time in skilled work is left out of the count."), law.skilled_work_left_out),
    ]
    if count.work is Work.FAMILY_CARE:
        years = law.limit_with_merit(count.today).years
        merit = ngettext(
            "For care in a home {n} year is possible, with training or special merit.",
            "For care in a home {n} years are possible, with training or special merit.",
            years,
        )
        found += [
            Reason(merit, law.limit_with_merit),
            Reason(
                _("Your employer can apply for that in the last year before the limit."), law.application_for_fourteen
            ),
        ]
    return tuple(found)


def _steps(count: _Count, left: YearsLeft) -> tuple[Text, ...]:
    steps = []
    if count.began is None or count.before is None:
        steps.append(_("Find the first and the last day of each work: old permits, ARCs, passport stamps."))
    if left.may_apply_for_fourteen:
        steps.append(
            _("Ask your employer now whether they will apply for more years for you, and which proof it needs.")
        )
    if left.six_years:
        steps.append(_("You may be able to become a skilled worker, which has no such limit. Check it here."))
    return (*steps, _("Call 1955 and ask how many years the Ministry has counted for you. Its count decides."))


def _doubts(count: _Count) -> tuple[Text, ...]:
    found = [
        _("How the Ministry counts months and days, and home leave, was not confirmed. We count home leave as work."),
        _("Days between two contracts may not count. Then you have a little more."),
    ]
    if count.earlier != law.NONE:
        found.append(_("You gave us whole months. The days can be up to one month earlier."))
    if count.work is Work.FAMILY_CARE:
        found.append(_("For the added years we count all your work, also other work before the care."))
    return tuple(found)


def _work(record: Record) -> str | None:
    if record.permit_type != PermitType.B:
        return None
    return Work.FAMILY_CARE if record.work == "household_care" else Work.OTHER_TYPE_B


def _years_title(facts: Facts) -> Text:
    began = facts.day("began")
    if began is None:
        return _("How many full years have you worked in Taiwan, all times together?")
    return _("How many full years had you worked in Taiwan before {date}?", date=began)


def _counts(answers: Answers) -> bool:
    return answers.get("work") != Work.SKILLED


_ask = Asking(talk_name(_NAME))
YEARS = Check(
    _NAME,
    _("How many years have I left?"),
    (
        _ask.may_use_record(),
        _ask.choice("work", _("What kind of work do you do?"), WORKS, known=_work),
        _ask.day(
            "began",
            _("On which day did you last come to Taiwan for work?"),
            _("Coming back from home leave is not meant."),
            when=_counts,
            known=lambda record: record.worker.entered_on,
            may_not_know=True,
            past=True,
        ),
        _ask.number(
            "years",
            _years_title,
            0,
            _MOST_YEARS,
            _("Without years as a skilled worker or student. Write 0 if there were none."),
            when=_counts,
            may_not_know=True,
        ),
        _ask.number(
            "months",
            _("And how many full months besides these years?"),
            0,
            11,
            when=lambda answers: _counts(answers) and answers.get("years", UNKNOWN) != UNKNOWN,
        ),
    ),
    _find,
)
