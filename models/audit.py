"""What operators saw, wrote, approved, sent and exported: a log that can only grow, each entry sealed to the last."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    String,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models import dialects
from models.base import BIG_ID, Base, Instant
from models.operator import Operator
from models.secrets import Keyring, SealError, keyring_of, sealed_json

DETAILS = "audit.details"
FIRST = bytes(32)
"""What the first entry follows."""


class AuditEntry(Base):
    """One thing that was done. Neither we nor an operator ever change or delete it."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "about"), Index(None, "operator_id"))

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    # Nobody: it was done by a command on the machine, or by nobody who had signed in.
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    action: Mapped[str] = mapped_column(String(40))
    # The thing by its kind and row, such as `worker 17`; never a name or a number of somebody's.
    about: Mapped[str] = mapped_column(String(64))
    # Reasons in an operator's own words may name somebody.
    details: Mapped[dict[str, Any]] = mapped_column(sealed_json(DETAILS))
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)

    operator: Mapped[Operator | None] = relationship()


class AuditHead(Base):
    """Where the log ends. Whoever adds to it holds this row, so that entries follow each other."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    length: Mapped[int] = mapped_column(BIG_ID)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


def record(
    session: Session, operator: Operator | None, action: str, about: str, now: datetime, /, **details: Any
) -> AuditEntry:
    """Add to the log, in the transaction of what is logged: either both are there or neither is."""
    head = _head(session)
    entry = AuditEntry(
        id=head.length + 1,
        at=now,
        operator_id=operator.id if operator else None,
        action=action,
        about=about,
        details=details,
        previous=head.digest,
    )
    entry.digest = digest_of(head.digest, _said(entry, details))
    session.add(entry)
    head.length, head.digest = entry.id, entry.digest
    session.flush()
    return entry


@dataclass(frozen=True)
class Wanted:
    """Which entries; what is empty leaves nothing out."""

    operator_id: int | None = None
    actions: Collection[str] = ()
    about: str = ""

    def said(self) -> dict[str, Any]:
        """What is not empty."""
        lines = {"operator": self.operator_id, "action": ", ".join(self.actions), "about": self.about}
        return {name: value for name, value in lines.items() if value}


def entries(
    session: Session, wanted: Wanted, limit: int | None = None, *, before: int | None = None
) -> Sequence[AuditEntry]:
    """The newest first: all, or so many, or only those that are older than that one."""
    found = select(AuditEntry).options(joinedload(AuditEntry.operator))
    if wanted.operator_id is not None:
        found = found.where(AuditEntry.operator_id == wanted.operator_id)
    if wanted.actions:
        found = found.where(AuditEntry.action.in_(wanted.actions))
    if wanted.about:
        found = found.where(AuditEntry.about == wanted.about)
    if before is not None:
        found = found.where(AuditEntry.id < before)
    return session.scalars(found.order_by(AuditEntry.id.desc()).limit(limit)).all()


def actions(session: Session) -> Sequence[str]:
    """Every action that the log knows."""
    return session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()


@dataclass(frozen=True)
class End:
    """The last entry, to be noted somewhere else: only so is it seen when the log's end is cut off."""

    length: int
    digest: str


def end(session: Session) -> End:
    found = session.execute(select(AuditHead.length, AuditHead.digest)).one_or_none()
    return End(0, FIRST.hex()) if found is None else End(found.length, found.digest.hex())


def _head(session: Session) -> AuditHead:
    wanted = select(AuditHead).with_for_update().execution_options(populate_existing=True)
    head = session.scalar(wanted)
    if head is None:
        first = dialects.insert(session, AuditHead).values(id=1, length=0, digest=FIRST)
        session.execute(first.on_conflict_do_nothing())
        head = session.scalars(wanted).one()
    return head


def digest_of(previous: bytes, said: Mapping[str, Any]) -> bytes:
    """The seal of an entry: over all that it says and over the seal of the one before it."""
    return hashlib.sha256(previous + orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def _said(entry: AuditEntry | Row[Any], details: Any) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(timespec="microseconds"),
        "operator": entry.operator_id,
        "action": entry.action,
        "about": entry.about,
        "details": details,
    }


def broken(session: Session, noted: Collection[End] = ()) -> Iterator[int]:
    """The entries at which the log does not hold: changed, dropped, added or swapped; 0 for its end.

    `noted` are ends that were kept elsewhere: only with them is it seen when the whole log was written anew.
    """
    ring, previous, expected = keyring_of(session), FIRST, 1
    known = {one.length: one.digest for one in noted if one.length}
    for row in session.execute(_as_stored().execution_options(yield_per=500)):
        fits = (row.id, row.previous) == (expected, previous) and row.digest == _digest_of_row(row, ring)
        if not fits or known.pop(row.id, row.digest.hex()) != row.digest.hex():
            yield row.id
        previous, expected = row.digest, row.id + 1
    if known or end(session) != End(expected - 1, previous.hex()):
        yield 0


def _as_stored() -> Any:
    """The entries with their cells still sealed: one that cannot be opened must not hide the others."""
    return select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.operator_id,
        AuditEntry.action,
        AuditEntry.about,
        AuditEntry.previous,
        AuditEntry.digest,
        type_coerce(AuditEntry.details, LargeBinary).label("details"),
    ).order_by(AuditEntry.id)


def _digest_of_row(row: Row[Any], ring: Keyring) -> bytes | None:
    try:
        details = orjson.loads(ring.open(row.details, DETAILS))
    except (SealError, ValueError):
        return None
    return digest_of(row.previous, _said(row, details))
