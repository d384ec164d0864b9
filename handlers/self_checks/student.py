"""“Students: hours this week”: what she works in one week of term or vacation, all jobs together."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from handlers.context import Context
from handlers.conversation import Answers
from handlers.self_checks.asking import DO_NOT_KNOW, NO, UNKNOWN, YES, Asking, Facts
from handlers.self_checks.check import Check, talk_name
from handlers.self_checks.deduction import IF_AFRAID
from handlers.self_checks.finding import Finding, Reason
from handlers.self_checks.record import Record
from law import students as law
from law.citations import REWRITTEN
from law.employment_permits import PermitType
from law.students import Shift
from locales import Text, _, ngettext, verbatim
from models.content import Row, Tone

_NAME = "student"
_HOURS_OF_A_WEEK = 7 * 24
TERM, VACATION, BOTH = "term", "vacation", "both"
WEEKS: Mapping[str, Text] = {
    TERM: _("No, school is on"),
    VACATION: _("Yes, all week"),
    BOTH: _("Yes, for a part of the week"),
    **DO_NOT_KNOW,
}
PERMITS: Mapping[str, Text] = {YES: _("Yes"), NO: _("No, or it has ended"), **DO_NOT_KNOW}


def _find(ctx: Context, facts: Facts) -> Finding:
    ends_on = facts.day("ends_on")
    if facts.says("permit", NO) or (ends_on is not None and ends_on < ctx.today):
        return _without_permit(ctx, ends_on)
    hours = facts.number("hours")
    if facts.says("week", VACATION):
        title, result, tone = _in_vacation(ctx)
    elif hours is None:
        title, result, tone = _not_counted(ctx)
    else:
        title, result, tone = _counted(ctx, hours, facts.number("vacation_hours"))
    return Finding(
        title=title,
        result=result,
        rows=_rows(ctx, ends_on, hours),
        reasons=_reasons(ctx),
        next_steps=_steps(ends_on, tone, may_lack_permit=facts.says("permit", UNKNOWN)),
        doubts=_doubts(facts.get("week")),
        tone=tone,
        deadlines=() if ends_on is None else (ends_on,),
    )


_Told = tuple[Text, tuple[Text, ...], Tone]


def _limit(ctx: Context) -> int:
    return int(law.student_week(ctx.today, (), ()).limit)


def _is_within(ctx: Context, hours: int) -> bool:
    return law.student_week(ctx.today, (Shift(ctx.today, Fraction(hours)),), ()).within


def _in_vacation(ctx: Context) -> _Told:
    free = ngettext(
        "In the summer and winter vacation of your school the limit of {n} hour a week does not hold.",
        "In the summer and winter vacation of your school the limit of {n} hours a week does not hold.",
        _limit(ctx),
    )
    others = _("Other rules on working hours, rest and pay hold in vacation too. You still need a work permit.")
    return _("Vacation: no weekly limit for students"), (free, others), Tone.NOTICE


def _not_counted(ctx: Context) -> _Told:
    result = (_at_most(ctx), _("Write down your hours of every day and every job this week, then check again."))
    return _("Your hours this week"), result, Tone.NOTICE


def _at_most(ctx: Context) -> Text:
    return ngettext(
        "On school days a student may work {n} hour a week at most, all jobs together.",
        "On school days a student may work {n} hours a week at most, all jobs together.",
        _limit(ctx),
    )


def _counted(ctx: Context, hours: int, vacation_hours: int | None) -> _Told:
    if not _is_within(ctx, hours):
        over = ngettext(
            "By what you told us, you are {n} hour over it.",
            "By what you told us, you are {n} hours over it.",
            hours - _limit(ctx),
        )
        return _("More hours than the law allows"), (_at_most(ctx), over), Tone.URGENT
    left = ngettext(
        "By what you told us, {n} hour is left in this week.",
        "By what you told us, {n} hours are left in this week.",
        _limit(ctx) - hours,
    )
    if vacation_hours is None or _is_within(ctx, hours + vacation_hours):
        return _("Not more hours than the limit"), (_at_most(ctx), left), Tone.NOTICE
    two_readings = (
        _at_most(ctx),
        _("If only the hours on school days count, you are not over it. We read the law so."),
        _("If an office counts the whole week, you are over it. The law does not say which is right."),
    )
    return _("It depends on how the week is counted"), two_readings, Tone.URGENT


def _without_permit(ctx: Context, ended_on: date | None) -> Finding:
    rows = () if ended_on is None else (Row(_("Your permit ended on"), verbatim(ended_on)),)
    return Finding(
        title=_("First you need a work permit"),
        result=(
            _("A student may work only with a work permit that holds, in vacation too. The hours come second."),
            _at_most(ctx),
        ),
        rows=rows,
        reasons=_reasons(ctx),
        next_steps=(
            _("Do not begin or go on to work before you have the permit. Ask your school how to apply."),
            _("If you have worked without one, call 1955 and ask what to do. It is free, in your language."),
        ),
        doubts=_doubts(None),
        tone=Tone.URGENT,
    )


def _rows(ctx: Context, ends_on: date | None, hours: int | None) -> tuple[Row, ...]:
    week = law.student_week(ctx.today, (), ())
    rows = [Row(_("The week from Monday"), verbatim(week.monday))]
    if hours is not None:
        rows.append(Row(_("Hours on school days"), verbatim(hours)))
    if ends_on is not None:
        rows.append(Row(_("Your permit ends on"), verbatim(ends_on)))
    return tuple(rows)


def _reasons(ctx: Context) -> tuple[Reason, ...]:
    longest = law.longest_student_permit(ctx.today).months
    return (
        Reason(_at_most(ctx), law.student_week),
        Reason(
            ngettext(
                "A student's work permit holds {n} month at most, then you apply for a new one.",
                "A student's work permit holds {n} months at most, then you apply for a new one.",
                longest,
            ),
            law.longest_student_permit,
        ),
    )


def _steps(ends_on: date | None, tone: Tone, *, may_lack_permit: bool) -> tuple[Text, ...]:
    steps = []
    if may_lack_permit:
        steps.append(_("Ask your school today whether you have a work permit. Without one you may not work."))
    if tone is Tone.URGENT:
        steps.append(IF_AFRAID)
        steps.append(_("Ask your employers in writing to give you no more hours this week. Keep the answer."))
        steps.append(_("Do not write to them how many hours you have worked."))
        steps.append(_("Call 1955 and ask what the hours over the limit mean for you."))
    else:
        steps.append(_("Tell each employer how many hours you work for the others."))
    steps.append(_("Write down your hours each day, for every job, and keep your payslips."))
    if ends_on is not None:
        steps.append(
            _("Apply for a new permit through your school before {date}, if you want to go on working.", date=ends_on)
        )
    return tuple(steps)


def _doubts(week: str | None) -> tuple[Text, ...]:
    found = [_("The law does not say on which day a week begins. We count from Monday to Sunday.")]
    if week == UNKNOWN:
        found.append(_("If your school has summer or winter vacation all this week, the limit does not hold."))
    if week == BOTH:
        found.append(_("The law does not say how a week counts that is part vacation. We count its school days."))
    else:
        found.append(
            _("Only the summer and winter vacation of your own school count, not other days off. Ask your school.")
        )
    longer, older = law.PERMIT_MONTHS.on(law.ONE_YEAR_FROM), law.PERMIT_MONTHS.on(REWRITTEN)
    found.append(
        _(
            "A notice allows permits of {longer} months since {date}. The article that we read says {older} months. "
            "The day on your permit decides.",
            date=law.ONE_YEAR_FROM,
            longer=longer,
            older=older,
        )
    )
    return tuple(found)


def _permit(record: Record) -> str | None:
    return YES if record.holds(PermitType.D) else None


def _may_work(answers: Answers) -> bool:
    return answers.get("permit") != NO


def _counts_hours(answers: Answers) -> bool:
    return _may_work(answers) and answers.get("week") != VACATION


_ask = Asking(talk_name(_NAME))
STUDENT = Check(
    _NAME,
    _("Students: hours this week"),
    (
        _ask.may_use_record(),
        _ask.choice("permit", _("Do you have a student work permit that holds today?"), PERMITS, known=_permit),
        _ask.day(
            "ends_on",
            _("On which day does your work permit end?"),
            when=lambda answers: answers.get("permit") == YES,
            known=lambda record: record.ends_on if record.holds(PermitType.D) else None,
            may_not_know=True,
        ),
        _ask.choice(
            "week",
            _("Does your school have summer or winter vacation this week?"),
            WEEKS,
            _("The week goes from Monday to Sunday."),
            when=_may_work,
        ),
        _ask.number(
            "hours",
            _("How many hours do you work this week on school days?"),
            0,
            _HOURS_OF_A_WEEK,
            _("All jobs together, also what is still planned. Days on which you have vacation do not count."),
            _("Round up: for 19 and a half hours write 20."),
            when=_counts_hours,
            may_not_know=True,
        ),
        _ask.number(
            "vacation_hours",
            _("And how many hours this week on the vacation days?"),
            0,
            _HOURS_OF_A_WEEK,
            when=lambda answers: _counts_hours(answers) and answers.get("week") == BOTH,
            may_not_know=True,
        ),
    ),
    _find,
)
