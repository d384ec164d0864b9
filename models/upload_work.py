"""Which process works on an upload: it holds a lease, says how far it is, and ends it; then the file is erased."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from models.permit_import import Counts
from models.permit_problem import Problem
from models.upload import KEPT, OPEN, Foreseen, Upload, UploadState
from models.upload_piece import Part, UploadPiece, keep

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 5
"""Begun so often without getting anywhere, it is given up: it may be the file that brings the process down."""
FIRST_PAUSE = timedelta(seconds=10)
ERASED_AT_ONCE = 200
"""Pieces in one transaction, about 13 MB: on SQLite all other writers wait for it."""

_OPEN = [state.value for state in OPEN]


class Lost(Exception):  # noqa: N818  reads as what it says where it is caught
    """The upload is no longer ours to work on: it was cancelled, or another process has taken it."""


def any_due(session: Session, now: datetime) -> bool:
    """Whether there is something to check or to import."""
    return session.scalar(_due(now, UploadState.CHECKING, UploadState.IMPORTING).limit(1)) is not None


def claim(session: Session, process: str, now: datetime) -> Upload | None:
    """What to work on next. Imports go one after the other, in the order in which they were confirmed."""
    first = (
        select(Upload.id)
        .where(Upload.state == UploadState.IMPORTING.value)
        .order_by(Upload.queued_at, Upload.id)
        .limit(1)
        .scalar_subquery()
    )
    importing = _due(now, UploadState.IMPORTING).where(Upload.id == first)
    checking = _due(now, UploadState.CHECKING).order_by(Upload.id).limit(1)
    for wanted in (importing, checking):
        upload: Upload | None = session.scalar(wanted.with_for_update(skip_locked=True))
        if upload is None:
            continue
        if upload.attempts < MOST_ATTEMPTS:
            upload.held_by, upload.held_until = process, now + LEASE
            upload.attempts += 1
            upload.read_rows = upload.saved_rows = 0
            return upload
        _end(upload, UploadState.FAILED, now)
    return None


def went_on(session: Session, upload_id: int, process: str, now: datetime, read_rows: int) -> None:
    """So many rows are read; raises Lost when it is no longer ours."""
    _ours(session, upload_id, process, read_rows=read_rows, held_until=now + LEASE)


def tally(session: Session, upload_id: int, process: str, now: datetime, rows: int, counts: Counts) -> None:
    """Count a slice in the transaction that saves it; raises Lost, so that nothing of it is saved, when it is not ours.

    What is new or changed adds up over all attempts: an import that was cut short finds it unchanged the next time.
    """
    _ours(
        session,
        upload_id,
        process,
        held_until=now + LEASE,
        attempts=0,
        saved_rows=Upload.saved_rows + rows,
        new_workers=Upload.new_workers + counts.new_workers,
        new_permits=Upload.new_permits + counts.new_permits,
        changed=Upload.changed + counts.changed,
    )


def checked(
    upload: Upload,
    found: Foreseen,
    first_problems: Sequence[tuple[int, Problem]],
    needs_approval: bool,
    now: datetime,
) -> None:
    """The dry run has ended: a person decides."""
    upload.state, upload.checked_at = UploadState.CHECKED.value, now
    upload.foreseen = asdict(found)
    upload.problems = [[line, one.column, one.code.value, one.other_line] for line, one in first_problems]
    upload.needs_approval = needs_approval
    _let_go(upload)


def keep_list(session: Session, upload_id: int, part: Part, content: Iterable[bytes]) -> None:
    """A list that the dry run made, in the place of an earlier one."""
    session.execute(delete(UploadPiece).where(UploadPiece.upload_id == upload_id, UploadPiece.part == part.value))
    keep(session, upload_id, part, content)


def check_again(upload: Upload) -> None:
    """What was confirmed is no longer what would happen: nothing was saved, and a person must look once more."""
    upload.state, upload.checked_again = UploadState.CHECKING.value, True
    upload.confirmed_at = upload.confirmed_by = upload.approved_at = upload.approved_by = upload.queued_at = None
    _let_go(upload)


def refuse(upload: Upload, why: str, facts: dict[str, Any], now: datetime) -> None:
    """The file as a whole cannot be used; the facts name columns, positions and limits."""
    upload.refusal = {"why": why, "facts": facts}
    _end(upload, UploadState.REFUSED, now)


def imported(upload: Upload, cases: int, now: datetime) -> None:
    upload.cases += cases
    _end(upload, UploadState.IMPORTED, now)


def give_back(upload: Upload) -> None:
    """We are told to stop: whoever looks next begins it again."""
    _let_go(upload)


def try_later(upload: Upload, now: datetime) -> None:
    """It went wrong, through no fault of the file that we know of."""
    upload.held_by, upload.held_until = None, now + FIRST_PAUSE * 2**upload.attempts


def held(session: Session, upload_id: int, process: str) -> Upload:
    """The upload that we work on, locked; raises Lost when it is no longer ours."""
    upload = session.get(Upload, upload_id, with_for_update=True)
    if upload is None or upload.held_by != process:
        raise Lost
    return upload


def expire(session: Session, now: datetime) -> int:
    """End what nobody has confirmed in time; how many."""
    too_old = select(Upload).where(Upload.state.in_(_OPEN), Upload.uploaded_at <= now - KEPT)
    found = session.scalars(too_old.with_for_update(skip_locked=True)).all()
    for upload in found:
        _end(upload, UploadState.EXPIRED, now)
    return len(found)


def any_to_tidy(session: Session, now: datetime) -> bool:
    """Whether an upload is to expire, or a piece of one to be erased."""
    too_old = select(Upload.id).where(Upload.state.in_(_OPEN), Upload.uploaded_at <= now - KEPT).limit(1)
    return session.scalar(too_old) is not None or session.scalar(_erasable(now).limit(1)) is not None


def erase_some(session: Session, now: datetime) -> int:
    """Erase a portion of the files that have ended, and of the lists that are old; how many pieces."""
    some = session.scalars(_erasable(now).limit(ERASED_AT_ONCE)).all()
    session.execute(delete(UploadPiece).where(UploadPiece.id.in_(some)))
    return len(some)


def _due(now: datetime, *states: UploadState) -> Any:
    free = or_(Upload.held_until.is_(None), Upload.held_until <= now)
    return select(Upload).where(Upload.state.in_([state.value for state in states]), free)


def _erasable(now: datetime) -> Any:
    over = Upload.ended_at.is_not(None)
    file_of_ended = over & (UploadPiece.part == Part.FILE.value)
    old = over & (Upload.uploaded_at <= now - KEPT)
    return select(UploadPiece.id).join(Upload, Upload.id == UploadPiece.upload_id).where(file_of_ended | old)


def _ours(session: Session, upload_id: int, process: str, **values: Any) -> None:
    mine = update(Upload).where(Upload.id == upload_id, Upload.held_by == process).values(**values)
    if not session.execute(mine.returning(Upload.id).execution_options(synchronize_session=False)).all():
        raise Lost


def _end(upload: Upload, state: UploadState, now: datetime) -> None:
    upload.state, upload.ended_at = state.value, now
    _let_go(upload)


def _let_go(upload: Upload) -> None:
    upload.held_by = upload.held_until = None
    upload.attempts = 0
