"""Files of permits that operators upload: who brought and confirmed each, what was found, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.base import Base, Instant
from models.operator import Operator
from models.permit_problem import Code, Problem, problem
from models.secrets import sealed_text

KEPT = timedelta(days=7)
"""So long a file waits to be confirmed, and the list of its errors to be fetched."""
LEAST = 20
"""As many rows may change or be refused without a second person, in however small a file."""


class UploadState(StrEnum):
    """How far a file has come."""

    CHECKING = "checking"  # the dry run waits or runs
    CHECKED = "checked"  # waits for the importer
    AWAITING = "awaiting"  # confirmed, and waits for another person
    IMPORTING = "importing"
    IMPORTED = "imported"
    REFUSED = "refused"  # as a whole; nothing was changed
    FAILED = "failed"  # the machine gave up; what was saved by then stays
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # nobody confirmed it in time


OPEN = (UploadState.CHECKING, UploadState.CHECKED, UploadState.AWAITING)
"""In these nothing has been changed yet, and it may be cancelled."""


@dataclass(frozen=True)
class Foreseen:
    """What the dry run found. `missing` is what a full file should name and does not."""

    rows: int = 0
    bad: int = 0
    warned: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    differences: Mapping[str, int] = field(default_factory=dict)
    in_force: int = 0
    unreadable_line: int | None = None
    unusual: bool = False

    @property
    def good(self) -> int:
        return self.rows - self.bad

    def is_for_two(self, percent: int) -> bool:
        """Whether so much would change or be refused that another person must look at it."""
        return self.changed + self.bad > max(LEAST, self.rows * percent // 100)


class Upload(Base):
    """One file and its way; the row stays as the history of imports when the file is erased."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint(
            "state IN ('checking','checked','awaiting','importing',"
            "'imported','refused','failed','cancelled','expired')",
            name="state",
        ),
        CheckConstraint("NOT is_full OR as_of IS NOT NULL", name="full_as_of"),
        CheckConstraint("state NOT IN ('awaiting','importing','imported') OR confirmed_by IS NOT NULL", name="asked"),
        # Nobody approves what they brought or confirmed: the database refuses it too.
        CheckConstraint(
            "approved_by IS NULL OR (approved_by <> uploaded_by AND approved_by <> confirmed_by)", name="four_eyes"
        ),
        CheckConstraint(
            "state NOT IN ('importing','imported') OR NOT needs_approval OR approved_by IS NOT NULL", name="approved"
        ),
        Index(None, "state"),
        Index(None, "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # As the operator's machine calls it: it may name somebody.
    name: Mapped[str] = mapped_column(sealed_text("upload.name"))
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    # Lines of the file, to show how far the dry run is; unknown for a workbook.
    lines: Mapped[int | None]
    is_full: Mapped[bool]
    # When a full file was made.
    as_of: Mapped[datetime | None] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(12), default=UploadState.CHECKING.value)
    uploaded_at: Mapped[datetime] = mapped_column(Instant)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("operator.id"))

    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    # See Foreseen; problems and refusal name lines and columns, never a cell.
    foreseen: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    problems: Mapped[list[list[Any]] | None] = mapped_column(JSON)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    # Our records had changed since it was confirmed: it was checked once more instead of being imported.
    checked_again: Mapped[bool] = mapped_column(default=False)

    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    queued_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))

    # Which process works on it, until when, and how often it was begun without getting anywhere.
    held_by: Mapped[str | None] = mapped_column(String(64))
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    # How many rows are read, and of the import, how many are saved and what they were.
    read_rows: Mapped[int] = mapped_column(default=0)
    saved_rows: Mapped[int] = mapped_column(default=0)
    new_workers: Mapped[int] = mapped_column(default=0)
    new_permits: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    cases: Mapped[int] = mapped_column(default=0)

    uploader: Mapped[Operator] = relationship(foreign_keys=uploaded_by)
    confirmer: Mapped[Operator | None] = relationship(foreign_keys=confirmed_by)
    approver: Mapped[Operator | None] = relationship(foreign_keys=approved_by)
    canceller: Mapped[Operator | None] = relationship(foreign_keys=cancelled_by)

    @property
    def found(self) -> Foreseen:
        """What the dry run found; nothing before it has ended."""
        return Foreseen(**(self.foreseen or {}))

    @property
    def first_problems(self) -> list[tuple[int, Problem]]:
        """With their lines, the first ones of the file."""
        return [(line, problem(column, Code(code), other)) for line, column, code, other in self.problems or ()]

    @property
    def seen_as(self) -> str:
        """Which dry run a page shows: what is confirmed is what was seen."""
        return "" if self.checked_at is None else self.checked_at.isoformat()


def known(session: Session, upload_id: int) -> Upload | None:
    """The upload, to be shown."""
    return session.get(Upload, upload_id, options=_with_people())


def locked(session: Session, upload_id: int) -> Upload | None:
    """The upload, to be changed: nobody else changes it meanwhile."""
    return session.get(Upload, upload_id, with_for_update=True)


def history(session: Session, before: int | None, limit: int) -> Sequence[Upload]:
    """The newest first; of those before that number, where one is given."""
    wanted = select(Upload).options(*_with_people()).order_by(Upload.id.desc()).limit(limit)
    return session.scalars(wanted if before is None else wanted.where(Upload.id < before)).all()


def same_file(session: Session, upload: Upload) -> Upload | None:
    """The last upload before this one that had the same content."""
    return session.scalar(
        select(Upload)
        .where(Upload.digest == upload.digest, Upload.id < upload.id)
        .options(*_with_people())
        .order_by(Upload.id.desc())
        .limit(1)
    )


def ahead_of(session: Session, upload: Upload) -> int:
    """How many imports must end before this one begins."""
    queued = Upload.state == UploadState.IMPORTING.value
    earlier = (Upload.queued_at < upload.queued_at) | ((Upload.queued_at == upload.queued_at) & (Upload.id < upload.id))
    return session.scalar(select(func.count()).select_from(Upload).where(queued, earlier)) or 0


def confirm(upload: Upload, operator: Operator, now: datetime) -> bool:
    """The importer has seen what would happen, and wants it; whether it may begin without another person."""
    upload.confirmed_at, upload.confirmed_by = now, operator.id
    if upload.needs_approval:
        upload.state = UploadState.AWAITING.value
    else:
        _queue(upload, now)
    return not upload.needs_approval


def may_approve(upload: Upload, operator: Operator) -> bool:
    """Whether the operator is another person than those who brought and confirmed it."""
    return operator.id not in (upload.uploaded_by, upload.confirmed_by)


def approve(upload: Upload, operator: Operator, now: datetime) -> None:
    upload.approved_at, upload.approved_by = now, operator.id
    _queue(upload, now)


def cancel(upload: Upload, operator: Operator, now: datetime) -> None:
    """Nothing was changed, and nothing will be; the file is erased by the next process that looks."""
    upload.state, upload.ended_at, upload.cancelled_by = UploadState.CANCELLED.value, now, operator.id
    upload.held_by = upload.held_until = None


def _queue(upload: Upload, now: datetime) -> None:
    upload.state, upload.queued_at = UploadState.IMPORTING.value, now
    upload.read_rows = upload.saved_rows = upload.attempts = 0


def _with_people() -> tuple[Any, ...]:
    people = (Upload.uploader, Upload.confirmer, Upload.approver, Upload.canceller)
    return tuple(joinedload(person) for person in people)
