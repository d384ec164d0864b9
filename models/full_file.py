"""What a full file of all permits in force says differently from us, and what of it workers are told."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from locales import taipei_day
from models.binding import IN_FORCE, Binding
from models.case import Case, CaseKind, open_case
from models.event_record import record_all
from models.event_row import Told
from models.permit import Permit, PermitStatus
from models.permit_event import DERIVED, EventKind, PermitEvent
from models.permit_import import Counts, upsert
from models.permit_row import PermitRow
from models.portions import portions
from models.reminder import ReminderRules
from models.secrets import Keyring, keyring_of
from models.worker import Worker

_TOLD = ("starts_on", "ends_on", "employer_name")
"""What a message about a permit shows: she is told when one of these changes."""
_NOT_TOLD = ("permit_type", "work", "county")
_STORED = tuple(getattr(Permit, column) for column in ("id", "permit_no", "status", "as_of", *_TOLD, *_NOT_TOLD))


class Difference(StrEnum):
    """How the file and our records differ about one permit."""

    NEW = "new"  # not known here: stored, and told
    CHANGED = "changed"  # dates or employer differ: stored, and told
    CORRECTED = "corrected"  # something else differs: stored
    NEWER_HERE = "newer_here"  # we heard of it after the file was made: left as it is
    REVOKED_HERE = "revoked_here"  # in the file, and revoked by an event: left revoked, a person must ask
    MISSING = "missing"  # in force here and not in the file: left as it is, a person must ask
    REPLACED = "replaced"  # not in the file either, but another permit of the same worker is


@dataclass(frozen=True)
class Compared:
    """One row beside what we hold; `columns` are those that differ."""

    what: Difference | None
    columns: tuple[str, ...] = ()

    @property
    def is_news(self) -> bool:
        return self.what in (Difference.NEW, Difference.CHANGED)


class Held(NamedTuple):
    """A permit in force by our records."""

    id: int
    permit_no: str
    worker_ref: str


def compare(session: Session, rows: Sequence[PermitRow], as_of: datetime) -> list[Compared]:
    """Each row beside what we hold of its permit; `as_of` is when the file was made."""
    stored: dict[str, Row[Any]] = {}
    for some in portions(row.permit_no for row in rows):
        found = session.execute(select(*_STORED).where(Permit.permit_no.in_(some)))
        stored |= {permit.permit_no: permit for permit in found}
    revoked = [permit.id for permit in stored.values() if permit.status == PermitStatus.REVOKED.value]
    heard = _last_heard(session, revoked)
    return [_compared(row, stored.get(row.permit_no), heard, as_of) for row in rows]


def take(session: Session, rows: Sequence[PermitRow], as_of: datetime, rules: ReminderRules, now: datetime) -> Counts:
    """Store a slice of the file, and tell what the feed has missed; the caller commits, or retries after an
    IntegrityError. `Counts.refused` is by places in `rows`."""
    compared = compare(session, rows, as_of)
    places = [place for place, one in enumerate(compared) if one.what is not Difference.NEWER_HERE]
    counts = upsert(session, [rows[place] for place in places], rules, now, as_of=as_of)
    refused = {places[place]: why for place, why in counts.refused.items()}
    ring = keyring_of(session)
    stored = ((row, one) for place, (row, one) in enumerate(zip(rows, compared, strict=True)) if place not in refused)
    record_all(session, [_news(ring, row, as_of) for row, one in stored if one.is_news], rules, now)
    return replace(counts, refused=refused)


def in_force(session: Session, as_of: datetime, after: int, limit: int) -> list[Held]:
    """The next permits after that row number which a full file made at that moment should name.

    One that ends on that very day may be left out already, and one of which we heard later is not known there yet.
    """
    wanted = (
        select(Permit.id, Permit.permit_no, Worker.worker_ref)
        .join(Worker, Worker.id == Permit.worker_id)
        .where(*_counted(as_of), Permit.id > after)
    )
    return [Held(*row) for row in session.execute(wanted.order_by(Permit.id).limit(limit))]


def count_in_force(session: Session, as_of: datetime) -> int:
    """How many permits `in_force` gives in all."""
    return session.scalar(select(func.count()).select_from(Permit).where(*_counted(as_of))) or 0


def ask_a_person(session: Session, permit_ids: Collection[int], now: datetime) -> int:
    """Open a case for each missing permit whose worker relies on us, once for each time that it goes missing.

    Gives back how many are new. She is told nothing: that a permit is not in a list is no revocation.
    """
    wanted = (
        select(Permit.id, Permit.worker_id, Permit.as_of)
        .where(
            Permit.id.in_(permit_ids),
            select(Binding.id).where(Binding.worker_id == Permit.worker_id, *IN_FORCE).exists(),
        )
        .order_by(Permit.id)
    )
    new = 0
    for permit_id, worker_id, last_seen in session.execute(wanted).all():
        matter = f"permit {permit_id} not in the full file"
        asked = select(Case.id).where(Case.matter == matter, Case.opened_at > last_seen).limit(1)
        if session.scalar(asked) is None:
            new += open_case(session, CaseKind.NOT_TOLD, matter, now, worker_id=worker_id)[1]
    return new


def _counted(as_of: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Permit.status == PermitStatus.ACTIVE.value,
        Permit.ends_on > taipei_day(as_of),
        Permit.as_of <= as_of,
    )


def _compared(row: PermitRow, held: Row[Any] | None, heard: dict[int, datetime], as_of: datetime) -> Compared:
    if held is None:
        return Compared(Difference.NEW)
    if held.as_of > as_of or heard.get(held.id, as_of) > as_of:
        return Compared(Difference.NEWER_HERE)
    told, other = _different(row, held, _TOLD), _different(row, held, _NOT_TOLD)
    if held.status == PermitStatus.REVOKED.value:
        return Compared(Difference.REVOKED_HERE, (*told, *other))
    # An employer whom we did not know before is no change.
    if told and not (told == ("employer_name",) and not held.employer_name):
        return Compared(Difference.CHANGED, (*told, *other))
    return Compared(Difference.CORRECTED, (*told, *other)) if told or other else Compared(None)


def _different(row: PermitRow, held: Row[Any], columns: Iterable[str]) -> tuple[str, ...]:
    """An empty cell says nothing."""
    return tuple(
        column for column in columns if (said := getattr(row, column)) is not None and said != getattr(held, column)
    )


def _last_heard(session: Session, permit_ids: Sequence[int]) -> dict[int, datetime]:
    heard: dict[int, datetime] = {}
    for some in portions(permit_ids):
        newest = select(PermitEvent.permit_id, func.max(PermitEvent.received_at)).group_by(PermitEvent.permit_id)
        heard |= {row[0]: row[1] for row in session.execute(newest.where(PermitEvent.permit_id.in_(some)))}
    return heard


def _news(ring: Keyring, row: PermitRow, as_of: datetime) -> Told:
    """The event that the feed should have sent. The same row of the same file always gets the same name."""
    facts: dict[str, str | date | None] = {column: getattr(row, column) for column in ("permit_no", *_TOLD)}
    digest = ring.index(orjson.dumps(facts).decode(), "permit_event.derived").hex()
    name = f"{DERIVED}{as_of:%Y%m%dT%H%M%S}-{digest}"
    return Told(name, EventKind.PERMIT_ISSUED, row.permit_no, occurred_at=as_of, permit=row)
