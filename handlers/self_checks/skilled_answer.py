"""What the self-check on skilled work says to what it found."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from handlers.self_checks.amounts import length_said, money
from handlers.self_checks.finding import Finding, Reason
from handlers.self_checks.renewal import RENEWAL
from law import skilled_workers as law
from law.skilled_workers import Applicant, Ground, Route, SkilledWork
from law.windows import CLOSES_MONTHS, OPENS_MONTHS, Standing, standing
from law.working_years import ELEVEN_AND_A_HALF_YEARS, SIX_YEARS
from locales import Text, _, verbatim
from models.content import Row, Tone
from models.permit_advice import ASK_1955

_T = TypeVar("_T")
_PRESENT = frozenset({Applicant.ORIGINAL_EMPLOYER})
_LATE = frozenset({Standing.LAST_SAFE_DAY, Standing.LATE})
_NOBODY_MUST = _("Only an employer can apply for you, and no employer must.")
_GROUNDS: Mapping[Ground, Text] = {
    Ground.SIX_YEARS: _(
        "{length} of work without a break are enough, or {length} with one employer.", length=length_said(SIX_YEARS)
    ),
    Ground.RETURNED: _(
        "Enough are also {six} of work before you went home, if you came back and have {all} in all.",
        six=length_said(SIX_YEARS),
        all=length_said(ELEVEN_AND_A_HALF_YEARS),
    ),
    Ground.ABROAD: _(
        "From outside Taiwan it takes {length} of work here in all.", length=length_said(ELEVEN_AND_A_HALF_YEARS)
    ),
    Ground.GRADUATE: _("With a degree from a college or university in Taiwan no years of work are needed."),
}
_FILING: Mapping[Applicant | Ground, Reason] = {
    Applicant.ORIGINAL_EMPLOYER: Reason(
        _(
            "Your present employer applies until {last} months before the end, a new one between {first} and {last} "
            "months before it.",
            first=OPENS_MONTHS,
            last=CLOSES_MONTHS,
        ),
        law.filing_after_six_years,
    ),
    Ground.RETURNED: Reason(
        _(
            "Any employer applies between {first} and {last} months before your permit ends.",
            first=OPENS_MONTHS,
            last=CLOSES_MONTHS,
        ),
        law.filing_after_return,
    ),
    Applicant.FORMER_EMPLOYER: Reason(_("An employer whom you worked for before can apply."), law.filing_from_abroad),
    Applicant.CARE_FAMILY: Reason(
        _("For care in a home the former employer can apply, or relatives of them or of the person you cared for."),
        law.filing_by_care_family,
    ),
}


_NO_BREAK = _(
    "That home leave and waiting for a new employer are no break is the Ministry's answer, known second hand."
)
_ON_THE_DAY = _("We count all your work until today. An office may count until another day.")


def possible(today: date, routes: Sequence[Route], work: SkilledWork | None) -> Finding:
    """Somebody can apply, by what she told us."""
    return _found(today, routes, work, _("An employer can apply for you"))


def depends(today: date, routes: Sequence[Route], work: SkilledWork | None) -> Finding:
    """Somebody can, if what she does not know is so."""
    grounds = _once([_GROUNDS[route.ground] for route in routes])
    if_not_so = _("It depends on what you do not know. If it is not so, nobody can apply for you yet.")
    return _found(today, routes, work, _("Perhaps an employer can apply for you"), if_not_so, *grounds)


def not_yet(today: date, ends_on: date | None, full_on: date | None, work: SkilledWork | None) -> Finding:
    """Nobody can."""
    full = (
        (
            _("You will have {length} without a break on {date}.", length=length_said(SIX_YEARS), date=full_on),
            _("Your permit ends before. If you then work on without a break, check again."),
        )
        if full_on is not None
        else ()
    )
    grounds = (Ground.ABROAD,) if ends_on is None else (Ground.SIX_YEARS, Ground.RETURNED)
    return Finding(
        title=_("Not yet, by what you told us"),
        result=(_("By what you told us, nobody can apply for you as a skilled worker yet."), *full),
        rows=() if full_on is None else (Row(_("Your years are full on"), verbatim(full_on)),),
        reasons=tuple(Reason(_GROUNDS[ground], law.skilled_routes) for ground in grounds),
        next_steps=(
            _("Keep proof of all your work here: permits, contracts, payslips. You may need it later."),
            _("Check how many years you have left in your work now, and when a renewal must be filed."),
        ),
        doubts=(_NO_BREAK,) if ends_on is not None else (_ON_THE_DAY,),
        deadlines=() if full_on is None else (full_on,),
        actions=(RENEWAL.button,),
    )


def ended() -> Finding:
    """She is here without a permit that holds."""
    return Finding(
        title=_("You told us that your permit has ended"),
        result=(
            _("The law names nobody who can apply for you as a skilled worker while you are here without a permit."),
            ASK_1955,
        ),
        reasons=tuple(Reason(_GROUNDS[ground], law.skilled_routes) for ground in (Ground.SIX_YEARS, Ground.ABROAD)),
        next_steps=(
            _("Keep proof of all your work here: permits, contracts, payslips. You may need it later."),
            _("From outside Taiwan a former employer may be able to apply. Ask 1955 before you leave."),
        ),
        tone=Tone.URGENT,
    )


def _found(today: date, routes: Sequence[Route], work: SkilledWork | None, title: Text, *first: Text) -> Finding:
    windows = [route.window for route in routes if route.window is not None]
    stands = {standing(window, today) for window in windows}
    return Finding(
        title=title,
        result=(*first, *_once([_told(route, today) for route in routes]), _NOBODY_MUST),
        rows=(*_rows(routes), *_pay_rows(today, work)),
        reasons=_reasons(today, routes, work),
        next_steps=_steps(today, work, stands),
        doubts=_doubts(routes, work),
        tone=Tone.URGENT if stands & _LATE else Tone.NOTICE,
        deadlines=tuple(day for window in windows for day in (window.opens, window.last_safe_day) if day is not None),
    )


def _told(route: Route, today: date) -> Text:
    if route.window is None:
        return _WITHOUT_DAYS[route.applicant]
    opens, last = route.window.opens, route.window.last_safe_day
    assert opens is not None
    assert last is not None
    match standing(route.window, today), route.applicant in _PRESENT:
        case Standing.NOT_YET, True:
            return _("Your present employer can apply from {opens} to {last}.", opens=opens, last=last)
        case Standing.NOT_YET, False:
            return _("A new employer can apply from {opens} to {last}.", opens=opens, last=last)
        case Standing.OPEN, True:
            return _("Your present employer can apply now, until {last} at the latest.", last=last)
        case Standing.OPEN, False:
            return _("A new employer can apply now, until {last} at the latest.", last=last)
        case Standing.LAST_SAFE_DAY, _present:
            return _("Today is the last safe day to apply.")
    return _("The normal time to apply was until {last}. Ask 1955 today whether a late one is still taken.", last=last)


_WITHOUT_DAYS: Mapping[Applicant, Text] = {
    Applicant.FORMER_EMPLOYER: _("An employer whom you worked for in Taiwan can apply for you. No days are named."),
    Applicant.CARE_FAMILY: _(
        "Some relatives of that employer, or of the person you cared for, can apply too. Ask 1955 which."
    ),
    Applicant.ANY_EMPLOYER: _("An employer can apply for you as a graduate. No days are named."),
}


def _rows(routes: Sequence[Route]) -> tuple[Row, ...]:
    found = []
    for route in routes:
        if route.window is None:
            continue
        is_present = route.applicant in _PRESENT
        opens = _("Present employer: apply from") if is_present else _("New employer: apply from")
        days = (
            (opens, route.window.opens),
            (_("Last safe day to apply"), route.window.last_safe_day),
            (_("Work with a new employer begins"), route.starts_on),
        )
        found += [Row(label, verbatim(day)) for label, day in days if day is not None]
    return _once(found)


def _once(found: Sequence[_T]) -> tuple[_T, ...]:
    """Without those that were there before; sentences cannot be in a set."""
    return tuple(one for place, one in enumerate(found) if one not in found[:place])


def _pay_rows(today: date, work: SkilledWork | None) -> tuple[Row, ...]:
    if work is None:
        return ()
    pay = law.least_pay(today, work)
    rows = [Row(_("Least pay a month"), money(pay.amount))]
    if pay.without_proof is not None:
        rows.append(Row(_("Least pay without proof of skill"), money(pay.without_proof)))
    return tuple(rows)


def _reasons(today: date, routes: Sequence[Route], work: SkilledWork | None) -> tuple[Reason, ...]:
    applicants = {route.applicant for route in routes}
    # Family care has a paragraph of its own, which names the former employer too.
    left_out = {Applicant.FORMER_EMPLOYER} if Applicant.CARE_FAMILY in applicants else set()
    keys = dict.fromkeys(key for route in routes for key in (route.ground, route.applicant) if key not in left_out)
    found = [
        *(Reason(_GROUNDS[ground], law.skilled_routes) for ground in dict.fromkeys(route.ground for route in routes)),
        *(_FILING[key] for key in keys if key in _FILING),
        Reason(
            _(
                "The Ministry refuses if, since {date}, you worked without permission, or were absent three days with "
                "contact lost. A report that was taken back should not count.",
                date=law.hindrances(today).since,
            ),
            law.hindrances,
        ),
    ]
    if work is not None:
        means = _("Besides, it takes a least pay and proof of skill.")
        if law.least_pay(today, work).needs_language:
            means = _("Besides, it takes a least pay, proof of skill, and proof that you speak the language.")
        found.append(Reason(means, law.least_pay))
    return tuple(found)


def _steps(today: date, work: SkilledWork | None, stands: set[Standing]) -> tuple[Text, ...]:
    steps = [
        _("Ask the employer in writing (a LINE message is enough) whether they will apply for you. Keep the answer."),
        _("Agree on the work and the pay in writing before anybody applies."),
        _("Collect proof of your skill (certificate, course or test) and of all your work here."),
    ]
    if stands & _LATE:
        steps.insert(0, _("Call 1955 today and ask what can still be done."))
    if work is not None and law.least_pay(today, work).needs_language:
        steps.append(_("Ask 1955 which language test counts and where you can take it."))
    if stands:
        steps.append(_("Let your employer renew your permit in time all the same, until the new one is there."))
    return tuple(steps)


def _doubts(routes: Sequence[Route], work: SkilledWork | None) -> tuple[Text, ...]:
    grounds = {route.ground for route in routes}
    found = []
    if Ground.SIX_YEARS in grounds:
        found.append(_NO_BREAK)
        found.append(_("If your years had breaks, some offices may let only your present employer apply. Ask first."))
        if len({route.window.opens for route in routes if route.window}) == 1:
            found.append(_("That both may apply only in these weeks is the Ministry's answer, known second hand."))
    if grounds & {Ground.RETURNED, Ground.ABROAD}:
        found.append(_ON_THE_DAY)
    if work is None:
        found.append(_("Only work on the Ministry's list is skilled work. Household help is not on it."))
    else:
        found.append(_("We know the amounts of the pay from the news of January 2026, not from the Ministry's notice."))
    found.append(_("Not every employer may have skilled workers, and their number is limited."))
    return tuple(found)
