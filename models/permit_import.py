"""Permits of the ministry's file or API brought into the database, slice by slice; the same twice changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from models.binding import IN_FORCE, Binding
from models.permit import Permit, PermitStatus
from models.permit_problem import Code, Problem, problem
from models.permit_row import PermitRow
from models.portions import portions
from models.reminder import ReminderRules, replan
from models.secrets import keyring_of
from models.worker import IdentityNumber, NumberKind, Worker, index_column

_WORKER_FACTS = ("name", "birth_date", "phone", "nationality", "sex", "arc_expires_on", "entered_on")
_PERMIT_FACTS = ("permit_type", "work", "employer_name", "county", "starts_on", "ends_on")
_PLANNED_FROM = frozenset(("arc_expires_on", "permit_type", "starts_on", "ends_on"))

_WORKER = cast(Table, Worker.__table__)
_NUMBER = cast(Table, IdentityNumber.__table__)
_PERMIT = cast(Table, Permit.__table__)

# What to compare with. A phone is compared by its index.
_STORED_WORKER = (
    *(_WORKER.c.id, _WORKER.c.worker_ref, _WORKER.c.phone_index),
    *(_WORKER.c[fact] for fact in _WORKER_FACTS if fact != "phone"),
)
_STORED_PERMIT = (_PERMIT.c.id, _PERMIT.c.permit_no, _PERMIT.c.worker_id, *(_PERMIT.c[fact] for fact in _PERMIT_FACTS))

Facts = dict[str, Any]
# The rows of one INSERT must all name the same columns.
_BLANK_WORKER: Facts = dict.fromkeys((*_WORKER_FACTS, "phone_index"))
_BLANK_PERMIT: Facts = {"work": "", "employer_name": "", "county": "", "status": PermitStatus.ACTIVE.value}
_INDEX_COLUMNS = {kind.value: index_column(kind) for kind in NumberKind}


@dataclass(frozen=True)
class Counts:
    """What became of the rows: each is a new permit, changed, unchanged or refused (by its place, and why)."""

    new_workers: int
    new_permits: int
    changed: int
    unchanged: int
    refused: Mapping[int, Problem] = field(default_factory=dict)


def refusals(session: Session, rows: Sequence[PermitRow]) -> dict[int, Problem]:
    """The places of rows that cannot be stored: a permit given twice (its line is a place + 1), or somebody else's."""
    owners = select(Permit.permit_no, Worker.worker_ref).join(Worker, Worker.id == Permit.worker_id)
    found = _where_in(session, owners, _PERMIT.c.permit_no, (row.permit_no for row in rows))
    return _refusals(rows, dict(map(tuple, found)))


def upsert(
    session: Session,
    rows: Sequence[PermitRow],
    rules: ReminderRules,
    now: datetime,
    *,
    as_of: datetime | None = None,
) -> Counts:
    """Store a slice of at most a few thousand rows, and plan the reminders again of those whose dates it changes.

    Where a row is empty it says nothing, and what we knew stays. A permit never moves to another worker. Its status
    is not in the file: a revoked permit stays revoked. `as_of` is when the rows were so, now unless given. The caller
    commits, or retries after an IntegrityError.
    """
    session.flush()
    beside, refused = _looked_up(session, rows, now, as_of or now)
    return beside.store(rules, refused)


def foreseen(session: Session, rows: Sequence[PermitRow], now: datetime) -> Counts:
    """What `upsert` would make of the slice by what is stored now; changes nothing."""
    beside, refused = _looked_up(session, rows, now, now)
    return beside.counts(beside.new_workers(), beside.different_workers(), beside.different_permits(), refused)


def _looked_up(
    session: Session, rows: Sequence[PermitRow], now: datetime, as_of: datetime
) -> tuple["_Slice", dict[int, Problem]]:
    """The rows that may be stored, beside what is; and why the others may not."""
    workers = _by(
        "worker_ref", _where_in(session, select(*_STORED_WORKER), _WORKER.c.worker_ref, (r.worker_ref for r in rows))
    )
    permits = _by(
        "permit_no", _where_in(session, select(*_STORED_PERMIT), _PERMIT.c.permit_no, (r.permit_no for r in rows))
    )
    named = {worker.id: ref for ref, worker in workers.items()}
    refused = _refusals(rows, {no: named.get(permit.worker_id) for no, permit in permits.items()})
    taken = [row for place, row in enumerate(rows) if place not in refused]
    return _Slice(session, now, as_of, taken, workers, permits), refused


@dataclass
class _Slice:
    """Rows that may all be stored, and what is stored already under their worker_ref and permit_no."""

    session: Session
    now: datetime
    as_of: datetime
    rows: Sequence[PermitRow]
    workers: Mapping[str, Row[Any]]
    permits: Mapping[str, Row[Any]]

    def __post_init__(self) -> None:
        self.keyring = keyring_of(self.session)
        self.worker_ids: dict[str, int] = {}
        self.said: defaultdict[str, Facts] = defaultdict(dict)
        for row in self.rows:
            self.said[row.worker_ref].update(_said(row, _WORKER_FACTS))

    def store(self, rules: ReminderRules, refused: Mapping[int, Problem]) -> Counts:
        new_workers, changed_workers = self.new_workers(), self.different_workers()
        self.store_workers(new_workers, changed_workers)
        self.store_numbers()
        changed_permits = self.different_permits()
        new_permits = self.store_permits(changed_permits)
        self.session.expire_all()  # the statements went past whatever objects the session holds

        ids = self.worker_ids
        to_plan = {ids[row.worker_ref] for row in self.rows if row.permit_no in new_permits}
        to_plan |= {ids[ref] for ref, different in changed_workers.items() if different.keys() & _PLANNED_FROM}
        to_plan |= {
            ids[row.worker_ref] for row in self.rows if changed_permits.get(row.permit_no, {}).keys() & _PLANNED_FROM
        }
        self.replan(rules, to_plan - {ids[ref] for ref in new_workers})
        return self.counts(new_workers, changed_workers, changed_permits, refused)

    def counts(
        self,
        new_workers: Collection[str],
        changed_workers: Collection[str],
        changed_permits: Collection[str],
        refused: Mapping[int, Problem],
    ) -> Counts:
        known = [row for row in self.rows if row.permit_no in self.permits]
        changed = sum(row.permit_no in changed_permits or row.worker_ref in changed_workers for row in known)
        return Counts(len(new_workers), len(self.rows) - len(known), changed, len(known) - changed, refused)

    def new_workers(self) -> set[str]:
        return self.said.keys() - self.workers.keys()

    def different_workers(self) -> dict[str, Facts]:
        """What is new of known workers; where lines differ, the last one counts."""
        changes = {}
        for ref, worker in self.workers.items():
            different = {
                fact: value
                for fact, value in self.said.get(ref, {}).items()
                if fact != "phone" and value != getattr(worker, fact)
            }
            phone = self.said.get(ref, {}).get("phone")
            if phone and worker.phone_index not in self.keyring.indexes(phone, "worker.phone"):
                different["phone"] = phone
            if different:
                changes[ref] = different
        return changes

    def store_workers(self, new_refs: Collection[str], changes: Mapping[str, Facts]) -> None:
        new = [
            {**_BLANK_WORKER, **self.phone_indexed(self.said[ref]), "worker_ref": ref, "as_of": self.as_of}
            for ref in new_refs
        ]
        self.insert(_WORKER, new, "worker_ref")
        self.change(_WORKER, {self.workers[ref].id: self.phone_indexed(facts) for ref, facts in changes.items()})

        known = {ref: self.workers[ref].id for ref in self.said if ref not in new_refs}
        self.seen(_WORKER, known.values())
        ids = select(_WORKER.c.worker_ref, _WORKER.c.id)
        self.worker_ids = known | dict(map(tuple, _where_in(self.session, ids, _WORKER.c.worker_ref, new_refs)))

    def store_numbers(self) -> None:
        """Add the documents that are new; the old ones stay, because she may still bind with them."""
        known_workers = [worker.id for worker in self.workers.values()]
        columns = select(_NUMBER.c.worker_id, _NUMBER.c.kind, _NUMBER.c.number_index)
        known = {tuple(row) for row in _where_in(self.session, columns, _NUMBER.c.worker_id, known_workers)}
        new: list[Facts] = []
        for row in self.rows:
            worker_id = self.worker_ids[row.worker_ref]
            for kind, number in (("passport", row.passport_no), ("arc", row.arc_no)):
                if number is None:
                    continue
                # Newest key first; while keys are rotated, an older one may still be stored.
                indexes = self.keyring.indexes(number, _INDEX_COLUMNS[kind])
                found = [(worker_id, kind, index) for index in indexes]
                if known.isdisjoint(found):
                    known.add(found[0])
                    new.append(
                        {
                            "worker_id": worker_id,
                            "kind": kind,
                            "number": number,
                            "number_index": indexes[0],
                            "first_seen": self.now,
                        }
                    )
        self.insert(_NUMBER, new, "worker_id")

    def different_permits(self) -> dict[str, Facts]:
        """What is new of known permits."""
        changes = {}
        for row in self.rows:
            permit = self.permits.get(row.permit_no)
            different = {
                fact: value
                for fact, value in (_said(row, _PERMIT_FACTS) if permit else {}).items()
                if value != getattr(permit, fact)
            }
            if different:
                changes[row.permit_no] = different
        return changes

    def store_permits(self, changes: Mapping[str, Facts]) -> set[str]:
        """The numbers that are new."""
        new = [
            {
                **_BLANK_PERMIT,
                **_said(row, _PERMIT_FACTS),
                "permit_no": row.permit_no,
                "worker_id": self.worker_ids[row.worker_ref],
                "as_of": self.as_of,
            }
            for row in self.rows
            if row.permit_no not in self.permits
        ]
        self.insert(_PERMIT, new, "permit_no")
        self.change(_PERMIT, {self.permits[no].id: facts for no, facts in changes.items()})
        self.seen(_PERMIT, (self.permits[row.permit_no].id for row in self.rows if row.permit_no in self.permits))
        return {facts["permit_no"] for facts in new}

    def replan(self, rules: ReminderRules, worker_ids: Iterable[int]) -> None:
        bound = select(Binding.worker_id).where(*IN_FORCE).distinct()
        for (worker_id,) in sorted(_where_in(self.session, bound, Binding.__table__.c.worker_id, worker_ids)):
            replan(self.session, rules, worker_id, self.now)

    def phone_indexed(self, facts: Facts) -> Facts:
        phone = facts.get("phone")
        return {**facts, "phone_index": self.keyring.index(phone, "worker.phone")} if phone else facts

    def insert(self, table: Table, new: list[Facts], order: str) -> None:
        if new:  # in one order for everybody, so that two imports at once cannot wait for each other in a circle
            self.session.execute(insert(table), sorted(new, key=lambda facts: facts[order]))

    def change(self, table: Table, changes: Mapping[int, Facts]) -> None:
        """Write only what is different: one statement for all rows that differ in the same columns."""
        alike: defaultdict[frozenset[str], list[Facts]] = defaultdict(list)
        for id_, facts in sorted(changes.items()):
            alike[frozenset(facts)].append({"id_": id_, **facts})
        for rows in alike.values():
            self.session.execute(update(table).where(table.c.id == bindparam("id_")), rows)

    def seen(self, table: Table, ids: Iterable[int]) -> None:
        for some in portions(sorted(ids)):
            self.session.execute(update(table).where(table.c.id.in_(some)).values(as_of=self.as_of))


def _refusals(rows: Sequence[PermitRow], owners: Mapping[str, str | None]) -> dict[int, Problem]:
    """`owners` holds every stored permit; None is a worker whom no row names."""
    refused: dict[int, Problem] = {}
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        earlier = first.setdefault(row.permit_no, place)
        if earlier != place:
            refused[place] = problem("permit_no", Code.DUPLICATE, earlier + 1)
        elif owners.get(row.permit_no, row.worker_ref) != row.worker_ref:
            refused[place] = problem("permit_no", Code.OTHER_WORKER)
    return refused


def _said(row: PermitRow, facts: Sequence[str]) -> Facts:
    return {fact: value for fact in facts if (value := getattr(row, fact)) is not None}


def _by(name: str, stored: Iterable[Row[Any]]) -> dict[str, Row[Any]]:
    return {getattr(row, name): row for row in stored}


def _where_in(
    session: Session, query: Select[*tuple[Any, ...]], column: ColumnElement[Any], values: Iterable[Any]
) -> Iterator[Row[Any]]:
    for some in portions(set(values)):
        yield from session.execute(query.where(column.in_(some)))
