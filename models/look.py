"""An operator's look at a worker: why it was taken, what was seen, and what of it she may be told."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from heapq import merge
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from locales import taipei_day
from models.audit import AuditEntry
from models.binding import Binding
from models.case import Case, CaseKind
from models.case_viewing import CaseViewing
from models.operator import Operator

GOOD_FOR = timedelta(hours=1)
"""How long a look-up opens the worker's page: then the reason must be given again."""
SEARCHED, LOOKED, REVEALED = "searched", "looked", "revealed"
"""What the audit log calls finding somebody, opening her page, and showing one field of it in full."""
PORTION = 200


class Reason(StrEnum):
    """Why an operator looks at a worker."""

    CASE = "case"
    ASKED = "asked"  # she, or somebody for her, asked us
    MESSAGES = "messages"  # whether a message reached her
    RECORD = "record"  # a fact in the record is wrong or old
    LINK = "link"  # whether an account is really hers
    OTHER = "other"


class Seen(StrEnum):
    """What was looked at."""

    FOUND = "found"
    RECORD = "record"
    MESSAGES = "messages"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    PASSPORT = "passport"
    ARC = "arc"
    CASE = "case"


@dataclass(frozen=True)
class Why:
    """The reason given: of a kind, for one case or in the operator's words."""

    reason: Reason
    words: str = ""
    case: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {"reason": self.reason.value, "words": self.words, "case": self.case}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Why":
        return cls(Reason(data["reason"]), data["words"], data["case"])


def about(worker_id: int) -> str:
    """What the audit log calls the worker."""
    return f"worker {worker_id}"


def details(why: Why, *seen: Seen) -> dict[str, Any]:
    """What the audit log keeps of a look."""
    return {**why.to_json(), "seen": [one.value for one in seen]}


def right_to_look(session: Session, operator: Operator, worker_id: int, now: datetime) -> Why | None:
    """Why this operator may open the worker's page now: their look-up just before, or a case that is theirs."""
    found = session.scalar(
        select(AuditEntry)
        .where(
            AuditEntry.about == about(worker_id),
            AuditEntry.operator_id == operator.id,
            AuditEntry.action == SEARCHED,
            AuditEntry.at > now - GOOD_FOR,
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    if found is not None:
        return Why.from_json(found.details)
    theirs = session.scalar(
        select(Case.id)
        .where(Case.worker_id == worker_id, Case.owner == operator.login, Case.closed_at.is_(None))
        .order_by(Case.id.desc())
        .limit(1)
    )
    return None if theirs is None else Why(Reason.CASE, case=theirs)


# --- what she is told


@dataclass(frozen=True)
class Look:
    """All that one operator saw of her on one day for one reason."""

    on: date
    reason: Reason
    seen: tuple[Seen, ...]


@dataclass(frozen=True)
class _Glance:
    at: datetime
    who: str
    reason: Reason
    seen: Seen


def looks_at(session: Session, binding: Binding, limit: int) -> list[Look]:
    """The latest looks at the worker since this account was linked to her, newest first; never who it was.

    Whoever holds her papers may have linked an account too. So the reason is told only where it does not show that
    she asked for help elsewhere or that a link is doubted, and a case only to the account that it came from.
    """
    if binding.worker_id is None:
        return []
    records, cases = _at_the_record(session, binding, binding.worker_id), _at_cases(session, binding)
    found: dict[tuple[date, str, Reason], set[Seen]] = {}
    for glance in merge(records, cases, key=lambda one: one.at, reverse=True):
        on = taipei_day(glance.at)
        # Read on to the end of the day, however often somebody has looked: nothing is hidden behind many looks.
        if len(found) >= limit and on < next(reversed(found))[0]:
            break
        found.setdefault((on, glance.who, glance.reason), set()).add(glance.seen)
    return [Look(on, reason, _told(seen)) for (on, _who, reason), seen in found.items()][:limit]


def _told(seen: set[Seen]) -> tuple[Seen, ...]:
    """In one order; that she was found goes without saying when her record was opened."""
    return tuple(one for one in Seen if one in seen and (one is not Seen.FOUND or len(seen) == 1))


def _at_the_record(session: Session, binding: Binding, worker_id: int) -> Iterator[_Glance]:
    hers = set(session.scalars(select(Case.id).where(Case.contact_id == binding.contact_id)))
    wanted = select(AuditEntry).where(
        AuditEntry.about == about(worker_id),
        AuditEntry.action.in_((SEARCHED, LOOKED, REVEALED)),
        AuditEntry.at >= binding.bound_at,
    )
    older = wanted
    while entries := session.scalars(older.order_by(AuditEntry.id.desc()).limit(PORTION)).all():
        for entry in entries:
            why = Why.from_json(entry.details)
            for seen in entry.details["seen"]:
                yield _Glance(entry.at, f"operator {entry.operator_id}", _tellable(why, hers), Seen(seen))
        older = wanted.where(AuditEntry.id < entries[-1].id)


def _tellable(why: Why, her_cases: Collection[int]) -> Reason:
    if why.reason is Reason.CASE and why.case in her_cases:
        return Reason.CASE
    return why.reason if why.reason in (Reason.MESSAGES, Reason.RECORD) else Reason.OTHER


def _at_cases(session: Session, binding: Binding) -> Iterator[_Glance]:
    """Looks at the cases of this account, and at those that we opened because nobody could be told."""
    ours = and_(Case.worker_id == binding.worker_id, Case.contact_id.is_(None), Case.kind == CaseKind.NOT_TOLD.value)
    viewings = session.execute(
        select(CaseViewing.at, CaseViewing.by)
        .join(Case, Case.id == CaseViewing.case_id)
        .where(or_(Case.contact_id == binding.contact_id, ours), CaseViewing.at >= binding.bound_at)
        .order_by(CaseViewing.at.desc(), CaseViewing.id.desc())
    )
    return (_Glance(at, by, Reason.CASE, Seen.CASE) for at, by in viewings)
