"""The days that follow a revocation: of the search for an employer, after a death, and of the order to leave."""

from dataclasses import dataclass, replace
from datetime import date

from handlers.context import Context
from handlers.self_checks.amounts import dollars
from handlers.self_checks.asking import Facts
from handlers.self_checks.finding import Reason
from law import transfers
from law.departures import AFTER_FAILED_TRANSFER_DAYS, leave_after_failed_transfer, leave_when_ordered
from law.immigration import overstay
from law.missing_reports import ReasonCode
from law.transfers import Search
from locales import Text, _, ngettext, verbatim
from models.content import Row

EXTENDED = "extended"
"""That the office has registered her, and was given more time."""


@dataclass(frozen=True)
class Part:
    result: tuple[Text, ...] = ()
    rows: tuple[Row, ...] = ()
    reasons: tuple[Reason, ...] = ()
    doubts: tuple[Text, ...] = ()
    deadlines: tuple[date, ...] = ()


def registering(ctx: Context, served_on: date | None) -> Part:
    """Without it no office looks for an employer: the letter gives the days."""
    if served_on is None or served_on < transfers.registered_by.in_force_from:
        return Part()
    last = transfers.registered_by(served_on).by.day
    return Part(
        result=(
            _("The usual days to register you ended on {date}. Call 1955 today: it may still be possible.", date=last),
        )
        if last < ctx.today
        else (),
        rows=(Row(_("Be registered for a new employer by"), verbatim(last)),),
        reasons=(
            Reason(
                _("Your employer registers you at the employment office, in the days that the Ministry gives."),
                transfers.registered_by,
            ),
        ),
        doubts=(
            _(
                "The law names no number of days for registering you. We show the usual last day, not a sure one: an "
                "earlier day in your letter counts."
            ),
        ),
        deadlines=(last,),
    )


def searching(ctx: Context, facts: Facts) -> Part:
    """The employment office looks for an employer since she was registered."""
    registered_on = facts.day("registered_on")
    if registered_on is None:
        return Part()
    search = transfers.search_for_employer(registered_on, extensions_used=int(facts.says("registered", EXTENDED)))
    found = _over(search, ctx.today) if search.ends < ctx.today else _running(search)
    more = (
        _("More time is given for a special reason only. The Ministry decides.")
        if search.may_ask
        else _("More time was given once. Again only if the employer or his people hurt you: tell 1955.")
    )
    return replace(
        found,
        rows=(Row(_("The search for a new employer ends on"), verbatim(search.ends)), *found.rows),
        reasons=(*_SEARCH, *found.reasons),
        doubts=(
            _("We have not read the newest version of the rules on changing employer. Ask the employment office."),
            more,
            *found.doubts,
        ),
    )


def _running(search: Search) -> Part:
    if not search.may_ask:
        return Part(deadlines=(search.ends,))
    rows = (
        Row(_("Ask for more time from"), verbatim(search.ask_from)),
        Row(_("With more time it would end on"), verbatim(search.extended_to)),
    )
    return Part(rows=rows, deadlines=(search.ask_from, search.ends))


def _over(search: Search, today: date) -> Part:
    ended = _("The search for a new employer ended on {date}. Call 1955 today.", date=search.ends)
    late = transfers.transfer_catch_up(search.ends, approved=True, earlier_catch_ups=0).due.by.day
    if not search.may_ask or late < today:
        return Part((ended,))
    return Part(
        (ended, _("A late request for more time is possible until {date}, if the Ministry agrees.", date=late)),
        reasons=(Reason(_("What was asked for too late can be asked for once more."), transfers.transfer_catch_up),),
        doubts=(_("That a late request for more time is allowed is our reading of a general article."),),
        deadlines=(late,),
    )


_SEARCH = (
    Reason(
        ngettext(
            "The employment office looks for a new employer for {n} day.",
            "The employment office looks for a new employer for {n} days.",
            transfers.FOR_EVERY_SEARCH,
        ),
        transfers.search_for_employer,
    ),
    Reason(_("If you stay away from its meeting without a good reason, you give up."), transfers.gives_up_transfer),
    Reason(
        ngettext(
            "Without a new one, your employer sees to your journey home within {n} day of the last meeting.",
            "Without a new one, your employer sees to your journey home within {n} days of the last meeting.",
            AFTER_FAILED_TRANSFER_DAYS,
        ),
        leave_after_failed_transfer,
    ),
)


def cared_for(served_on: date | None, reason: ReasonCode) -> Part:
    """The labour agency's own days after the death of the person she cared for."""
    rule = transfers.helped_on_after_death_by
    if reason is not ReasonCode.PATIENT_DIED or served_on is None or served_on < rule.in_force_from:
        return Part()
    return Part(
        rows=(Row(_("Your employer must help you, as you wish, until"), verbatim(rule(served_on).by.day)),),
        reasons=(Reason(_("After a death your employer helps you to change employer or go home: you choose."), rule),),
        doubts=(_("These days are on the labour agency's page. We found no article of law with them."),),
        deadlines=(rule(served_on).by.day,),
    )


def leaving_by(ctx: Context, facts: Facts) -> Part:
    """The day that the letter names."""
    named, served_on = facts.day("leave_by"), facts.day("served_on")
    if named is None:
        return Part()
    if served_on is not None and named < served_on:
        return Part(doubts=(_("The day to leave is before the day of the letter. One of them cannot be right."),))
    day = leave_when_ordered(served_on or named, named).day
    cost = overstay(day)
    return Part(
        result=(_("The day to leave has passed. Call 1955 before you do anything else."),) if day < ctx.today else (),
        rows=(Row(_("The letter says: leave Taiwan by"), verbatim(day)),),
        reasons=(
            Reason(
                _("Your employer must see to it that you can leave by the day that is ordered."), leave_when_ordered
            ),
            Reason(
                _(
                    "Who stays too long can be fined NT${least} to NT${most}, and kept out for {years} years or less.",
                    least=dollars(cost.fine_at_least),
                    most=dollars(cost.fine_at_most),
                    years=cost.ban_years_at_most,
                ),
                overstay,
            ),
        ),
        deadlines=(day,),
    )
