"""What the self-checks that tell of a revocation say: until when it may be appealed, and the rule on leaving."""

from dataclasses import dataclass
from datetime import date

from handlers.self_checks.finding import Reason
from law.appeals import APPEAL_DAYS, appeal_until, late_appeal_until, may_be_stopped, petition_after_objection_until
from law.departures import must_leave_at_once
from locales import Text, _, ngettext, verbatim
from models.content import Row
from models.revocation_advice import ASK_TO_WAIT, appeal


@dataclass(frozen=True)
class Appeal:
    """What it adds to a finding."""

    result: tuple[Text, ...]
    steps: tuple[Text, ...]
    reasons: tuple[Reason, ...]
    doubts: tuple[Text, ...]
    rows: tuple[Row, ...] = ()
    deadlines: tuple[date, ...] = ()


_REASON = Reason(
    ngettext(
        "An appeal must arrive within {n} day after the letter was delivered.",
        "An appeal must arrive within {n} days after the letter was delivered.",
        APPEAL_DAYS,
    ),
    appeal_until,
)
_WAITS = Reason(_("An office can let the decision wait while the appeal runs. It need not."), may_be_stopped)
_ADDRESSEE = _("Address the appeal to the Executive Yuan (行政院), but send it to the Ministry of Labor (勞動部).")
LEAVE_AT_ONCE = Reason(
    _("When the reason is the worker's own fault, the law usually asks the worker to leave at once."),
    must_leave_at_once,
)
NOT_CERTAIN = _("The office calendar of that year is not known to us. The last day may be later, not earlier.")
_DELIVERED = _("The days run from when the letter was delivered to you. If only your employer got it, ask 1955.")
_TRAVEL = _("If you live far from the office, some days may be added. Do not count on them.")


def appealing(served_on: date | None, today: date) -> Appeal:
    """`served_on` is the day on which the letter was delivered; None where she does not know it."""
    if served_on is None:
        return Appeal(
            result=appeal(served_on, today),
            steps=(
                _("Ask your employer and 1955 for the letter and for the day on which it was delivered."),
                _ADDRESSEE,
                ASK_TO_WAIT,
            ),
            reasons=(_REASON, _WAITS),
            doubts=(_DELIVERED, _TRAVEL),
        )
    last = appeal_until(served_on)
    rows = (
        Row(_("Letter delivered on"), verbatim(served_on)),
        Row(_("Last day for the appeal to arrive"), verbatim(last.day)),
    )
    doubts = (_DELIVERED, _TRAVEL) if last.certain else (_DELIVERED, _TRAVEL, NOT_CERTAIN)
    return _in_time(served_on, today, rows, doubts) if today <= last.day else _late(served_on, today, rows, doubts)


def _in_time(served_on: date, today: date, rows: tuple[Row, ...], doubts: tuple[Text, ...]) -> Appeal:
    follows = petition_after_objection_until(today).day
    return Appeal(
        result=appeal(served_on, today),
        steps=(
            _ADDRESSEE,
            _("1955 tells you where and how to appeal. Keep proof of the day on which it arrived."),
            _(
                "Short of time? Write that you do not accept it. If that arrives today, the appeal itself must "
                "arrive by {date}.",
                date=follows,
            ),
            ASK_TO_WAIT,
        ),
        reasons=(
            _REASON,
            Reason(
                _("A letter that says you do not accept it also counts as an appeal, if it arrives in time."),
                petition_after_objection_until,
            ),
            _WAITS,
        ),
        doubts=(
            *doubts,
            _("From when the days for the full appeal run is our reading: the day after your letter."),
        ),
        rows=rows,
        deadlines=(appeal_until(served_on).day,),
    )


def _late(served_on: date, today: date, rows: tuple[Row, ...], doubts: tuple[Text, ...]) -> Appeal:
    late = late_appeal_until(served_on, today).day
    steps: tuple[Text, ...] = ()
    if today <= late:
        rows = (*rows, Row(_("Late appeal, if the obstacle ended today"), verbatim(late)))
        steps = (_("Collect proof of what kept you, for example a hospital paper, and until which day."),)
    return Appeal(
        result=appeal(served_on, today),
        steps=steps,
        reasons=(
            _REASON,
            Reason(
                _("A late appeal is only for what was not your fault, soon after the obstacle ended."),
                late_appeal_until,
            ),
        ),
        doubts=doubts,
        rows=rows,
    )
