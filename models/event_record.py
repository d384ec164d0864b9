"""Events sent to us are stored once each, and permits, reminders, messages and cases brought up to date with them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import close_what_no_longer_stands
from models.event_row import Told
from models.notice_plan import locked, plan
from models.permit import Permit
from models.permit_event import EventKind, PermitEvent, events_named, in_order, states
from models.permit_import import upsert
from models.permit_problem import Code, Problem, problem
from models.reminder import ReminderRules, replan


class Outcome(StrEnum):
    """What became of an event that was sent to us."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """The outcome, and why where it is a refusal."""

    outcome: Outcome
    why: Problem | None = None


RECORDED, REPEATED = Verdict(Outcome.RECORDED), Verdict(Outcome.REPEATED)


def record_all(session: Session, told: Sequence[Told], rules: ReminderRules, now: datetime) -> list[Verdict]:
    """Store events once each, bring their permits and reminders up to date, and plan what people must be told.

    The caller commits, or retries after an IntegrityError: another process may record the same event just now.
    """
    _store_new_permits(session, told, rules, now)
    permits = locked(session, Permit.permit_no.in_({one.permit_no for one in told}))
    by_no = {permit.permit_no: permit for permit in permits}
    known = events_named(session, {one.event_id for one in told})
    new: list[tuple[Told, PermitEvent]] = []
    verdicts = []
    for one in told:
        verdict = _judge(one, known.get(one.event_id), by_no.get(one.permit_no))
        if verdict is RECORDED:
            event = _event(one, by_no[one.permit_no], now)
            session.add(event)
            known[one.event_id] = event
            new.append((one, event))
        verdicts.append(verdict)
    session.flush()
    _bring_up_to_date(session, {event.permit for _, event in new}, new, rules, now)
    return verdicts


def _store_new_permits(session: Session, told: Sequence[Told], rules: ReminderRules, now: datetime) -> None:
    """Permits that the ministry issued before its file named them."""
    numbers = {one.permit_no for one in told if one.permit is not None}
    stored = set(session.scalars(select(Permit.permit_no).where(Permit.permit_no.in_(numbers))))
    rows = {
        one.permit_no: one.permit
        for one in sorted(told, key=lambda one: (one.occurred_at, one.event_id))
        if one.permit is not None and one.permit_no not in stored
    }
    if rows:
        upsert(session, list(rows.values()), rules, now)


def _judge(told: Told, known: PermitEvent | None, permit: Permit | None) -> Verdict:
    if known is not None:
        if known.fingerprint == told.fingerprint:
            return REPEATED
        return Verdict(Outcome.REFUSED, problem("event_id", Code.OTHER_BODY))
    if permit is None:
        return Verdict(Outcome.REFUSED, problem("permit_no", Code.UNKNOWN_PERMIT))
    if told.permit is not None and told.permit.worker_ref != permit.worker.worker_ref:
        return Verdict(Outcome.REFUSED, problem("permit_no", Code.OTHER_WORKER))
    return RECORDED


def _event(told: Told, permit: Permit, now: datetime) -> PermitEvent:
    return PermitEvent(
        event_id=told.event_id,
        fingerprint=told.fingerprint,
        kind=told.kind.value,
        permit=permit,
        occurred_at=told.occurred_at,
        sequence=told.sequence,
        letter_no=told.letter_no,
        served_on=told.served_on,
        reason_code=told.reason_code,
        ends_on=told.permit.ends_on if told.permit else None,
        received_at=now,
    )


def _bring_up_to_date(
    session: Session,
    permits: Collection[Permit],
    new: Sequence[tuple[Told, PermitEvent]],
    rules: ReminderRules,
    now: datetime,
) -> None:
    if not permits:
        return
    by_id = {permit.id: permit for permit in permits}
    found = states(session, by_id.keys())
    _store_newest_columns(session, new, rules, now)
    changed = set()
    for permit_id, state in found.items():
        permit = by_id[permit_id]
        if permit.status != state.status:
            permit.status = state.status.value
            changed.add(permit.worker_id)
    session.flush()
    for worker_id in sorted(changed):
        replan(session, rules, worker_id, now)
    plan(session, by_id, found, now)
    close_what_no_longer_stands(session, found, now)


def _store_newest_columns(
    session: Session, new: Sequence[tuple[Told, PermitEvent]], rules: ReminderRules, now: datetime
) -> None:
    """The columns of the permit that was issued last; those that only arrived last change nothing."""
    # What a full file said is stored already, as of the day on which it was made.
    given = {event.id: told.permit for told, event in new if told.permit is not None and not event.derived}
    permit_ids = {event.permit_id for _, event in new if event.id in given}
    issued: defaultdict[int, list[PermitEvent]] = defaultdict(list)
    for event in session.scalars(
        select(PermitEvent).where(
            PermitEvent.permit_id.in_(permit_ids),
            PermitEvent.kind == EventKind.PERMIT_ISSUED.value,
            PermitEvent.ends_on.is_not(None),
        )
    ):
        issued[event.permit_id].append(event)
    newest = [in_order(events)[-1] for events in issued.values()]
    rows = [row for event in newest if (row := given.get(event.id)) is not None]
    if rows:
        upsert(session, rows, rules, now)
