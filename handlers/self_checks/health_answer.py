"""The days of her health examinations: the next one, and one that seems to be missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.context import Context
from handlers.self_checks.asking import UNKNOWN, Facts
from handlers.self_checks.finding import Finding, Reason
from handlers.self_checks.permit_questions import HOME_LEAVE
from law import health_examinations as law
from law.health_examinations import Examination, ExaminedWhen, SkilledFromAbroad
from locales import Text, _, ngettext
from models.content import Row, Tone

FIRST, AGAIN = "first", "again"

_first, _second, _third = law.MONTHS_OF_WORK
_MONTHS = _(
    "You are examined after {first}, {second} and {third} months of work, some weeks before or after.",
    first=_first,
    second=_second,
    third=_third,
)
_REGULAR = Reason(_MONTHS, law.examinations)
_SKILLED_IN_TAIWAN = Reason(_MONTHS, law.skilled_examinations_in_taiwan)
_EMPLOYER = Reason(
    _("Your employer must arrange it. If it is missed, your employer is fined, not you."),
    law.fine_for_missed_examination,
)
_HINDERED = Reason(
    _("If you cannot go for a good reason, a few days before or after are allowed."), law.hindered_examination
)
_EARLY = Reason(_("An examination before these days does not count."), law.examined)
_EXTRA = Reason(
    _("With a new permit after more than a year without an examination, you are examined at once."),
    law.extra_examination,
)
_SKILLED = Reason(
    _("Skilled workers from abroad are examined in the same months, counted from the day they entered."),
    law.skilled_examinations,
)
NEW_TEXT = _("This rule was changed in 2026. We have read only reports about the change. Ask the hospital or 1955.")
_FROM_ENTRY = _("For permits since 2026 the days may count from the day you entered. Ask the hospital or 1955.")
_PERHAPS_NOT = _("Since 2026 this may not be asked of skilled workers hired in Taiwan. Ask the hospital or 1955.")
HOLIDAY = _("If the last day is a holiday, go before it.")
_STEPS = (
    _("Ask your employer in writing for the day and the hospital. A LINE message is enough."),
    _("Go when you are sent: a worker who refuses the examination can lose the permit."),
    _("The paper with the result is for you. Keep it, and a photo of it."),
    _("If your employer arranges nothing, call 1955 before the last day."),
)


def of_permit(ctx: Context, facts: Facts, *, is_sure: bool) -> Finding:
    """Who is examined by the days of her permit; `is_sure` when she told that hers is such work."""
    starts_on, last = facts.day("starts_on"), facts.day("last")
    assert starts_on is not None
    doubts = [_FROM_ENTRY if starts_on >= law.AMENDED else NEW_TEXT, HOLIDAY]
    is_first = facts.says("came", FIRST)
    found, due = _at_entry(ctx, starts_on) if is_first else _with_new_permit(ctx, starts_on, last)
    if not is_first:
        doubts.append(_("For a new permit we count from its own first day. Some may count from your first permit."))
    if not is_sure:
        doubts.append(_("You did not tell us your kind of work. Skilled workers and professionals have other days."))
    reasons = (_REGULAR, _EARLY, *([] if is_first else [_EXTRA]), _EMPLOYER, _HINDERED)
    return _told(ctx, _Planned(starts_on, law.examinations(starts_on), last), found, due, reasons, doubts)


def of_skilled_worker(ctx: Context, facts: Facts) -> Finding:
    entered, last = facts.day("entered"), facts.day("last")
    assert entered is not None
    found = law.skilled_examinations(entered, SkilledFromAbroad.CARE if facts.says("care") else SkilledFromAbroad.OTHER)
    years = found.then_every_years
    then = (
        _("After these, the rule that we know asks for no more.")
        if years is None
        else ngettext(
            "After these, your lungs are examined every {n} year.",
            "After these, your lungs are examined every {n} years.",
            years,
        )
    )
    reasons = (_SKILLED, _EARLY, _EMPLOYER, _HINDERED)
    return _told(ctx, _Planned(entered, found.regular, last), [then], [], reasons, [NEW_TEXT, HOME_LEAVE])


def of_skilled_in_taiwan(ctx: Context, facts: Facts) -> Finding:
    """Hired in Taiwan, or she does not know."""
    starts_on, last = facts.day("starts_on"), facts.day("last")
    assert starts_on is not None
    found, due = _with_new_permit(ctx, starts_on, last)
    doubts = [_PERHAPS_NOT if starts_on >= law.AMENDED else NEW_TEXT, HOLIDAY]
    either = [_SKILLED] if facts.says("abroad", UNKNOWN) else []
    reasons = (_SKILLED_IN_TAIWAN, *either, _EARLY, _EXTRA, _EMPLOYER, _HINDERED)
    planned = _Planned(starts_on, law.skilled_examinations_in_taiwan(starts_on), last)
    return _told(ctx, planned, found, due, reasons, doubts)


def _at_entry(ctx: Context, entered: date) -> tuple[list[Text], list[date]]:
    found = law.entry_examination(entered)
    if ctx.today > found.catch_up:
        return [], []
    told = _(
        "Right after you entered you are examined too: by {due}, at the latest by {latest}.",
        due=found.due,
        latest=found.catch_up,
    )
    return [told], [found.due, found.catch_up]


def _with_new_permit(ctx: Context, starts_on: date, last: date | None) -> tuple[list[Text], list[date]]:
    """One examination more, when the last one before the new permit is too old, or nobody knows."""
    if last is not None and last >= starts_on:
        return [], []
    due = law.extra_examination(starts_on, last).due
    if due is None:
        return [], []
    if last is None:
        told = _("If you were not examined in the year before this permit, one was due by {due}.", due=due)
    elif due < ctx.today:
        told = _("Because your last one was more than a year before, one was due by {due}.", due=due)
    else:
        told = _("Because your last one was more than a year before, one is due by {due}.", due=due)
    return [told], [due]


@dataclass(frozen=True)
class _Planned:
    """The examinations that are counted from one day, and when she was last examined, if she knows."""

    counted_from: date
    every: Sequence[Examination]
    last: date | None

    def ahead(self, today: date) -> Sequence[Examination]:
        return [one for one in self.every if today <= one.closes and not self._is(one, ExaminedWhen.IN_TIME)]

    def _is(self, one: Examination, when: ExaminedWhen) -> bool:
        return self.last is not None and law.examined(self.counted_from, one.months, self.last).when is when

    def too_early(self, today: date) -> date | None:
        """Her last examination, where it was meant to be the next one and came before its days."""
        ahead = self.ahead(today)
        if self.last is None or not ahead:
            return None
        before = self.every.index(ahead[0]) - 1
        done_with = self.every[before].closes if before >= 0 else law.entry_examination(self.counted_from).catch_up
        return self.last if self.last > done_with else None

    def missing(self, today: date) -> Examination | None:
        """The latest one that should be done, when she was not examined since its days began, or does not know."""
        past = [one for one in self.every if one.closes < today]
        is_missing = past and (self.last is None or self._is(past[-1], ExaminedWhen.TOO_EARLY))
        return past[-1] if is_missing else None


def _told(
    ctx: Context,
    planned: _Planned,
    more: Sequence[Text],
    more_days: Sequence[date],
    reasons: tuple[Reason, ...],
    doubts: Sequence[Text],
) -> Finding:
    ahead, missing, too_early = planned.ahead(ctx.today), planned.missing(ctx.today), planned.too_early(ctx.today)
    due_now = bool(ahead) and ahead[0].opens <= ctx.today
    result = [
        *([] if missing is None else [_ask_for(missing, is_known=planned.last is not None)]),
        _next(ahead, due_now=due_now),
        *([] if too_early is None else [_done_again(too_early)]),
        *more,
    ]
    days = {day for one in ahead[:1] for day in (one.opens, one.target, one.closes)}
    return Finding(
        title=_("Your health examination is due now") if due_now else _("Your health examinations"),
        result=tuple(result),
        rows=tuple(
            Row(
                ngettext("After {n} month", "After {n} months", one.months),
                _("{first} to {last}", first=one.opens, last=one.closes),
            )
            for one in ahead
        ),
        reasons=reasons,
        next_steps=_STEPS,
        doubts=tuple(doubts),
        tone=Tone.URGENT if due_now or missing is not None else Tone.NOTICE,
        deadlines=tuple(sorted(days | set(more_days))),
    )


def _next(ahead: Sequence[Examination], *, due_now: bool) -> Text:
    if not ahead:
        return _("For this permit, no regular examination is still to come.")
    if due_now:
        return _("Go now: the last day is {date}.", date=ahead[0].closes)
    return _("The next one is from {first} to {last}.", first=ahead[0].opens, last=ahead[0].closes)


def _ask_for(missing: Examination, *, is_known: bool) -> Text:
    days = {"first": missing.opens, "last": missing.closes}
    if is_known:
        return _("One was due from {first} to {last}, and seems to be missing. Ask for it at once.", **days)
    return _("One was due from {first} to {last}. If you did not go then, ask for it at once.", **days)


def _done_again(too_early: date) -> Text:
    return _("The one on {date} was before these days: it has to be done again.", date=too_early)


def no_rule_for_other_work() -> Finding:
    return Finding(
        title=_("We know no rule for your examination"),
        result=(
            _("The examinations after some months are for factory, building, farm, boat, care and household work."),
            _("You may still have to be examined for another reason."),
        ),
        reasons=(_REGULAR,),
        next_steps=(
            _("Ask your employer whether you have to be examined, and when. Ask in writing."),
            _("Call 1955 and ask which rule holds for you."),
        ),
        doubts=(NEW_TEXT,),
    )
