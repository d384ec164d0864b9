"""The caseworkers' queue: which cases wait, for whom, and in which of them she has written since."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased, defer, joinedload

from models.binding import IN_FORCE, Binding, in_force
from models.case import Case, CaseKind
from models.case_note import CaseNote, NoteKind


@dataclass(frozen=True)
class Wanted:
    """Which cases to list: of one kind or all, whose (None: anybody's, empty: nobody's), open or closed."""

    kind: CaseKind | None = None
    owner: str | None = None
    closed: bool = False


class Gone(StrEnum):
    """Why she cannot be answered in LINE."""

    UNLINKED = "unlinked"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Waiting:
    """One line of the queue; `wrote` when the last word in the case is hers."""

    case: Case
    wrote: bool
    gone: Gone | None


def queue(session: Session, wanted: Wanted, limit: int, offset: int = 0) -> list[Waiting]:
    """Open cases, what is due first; or closed ones, the newest first."""
    said = aliased(CaseNote)
    exchanged = said.kind.in_((NoteKind.HERS.value, NoteKind.ANSWER.value))
    last = select(func.max(said.id)).where(said.case_id == Case.id, exchanged).scalar_subquery()
    found = (
        select(Case, CaseNote.kind, exists().where(Binding.contact_id == Case.contact_id, *IN_FORCE))
        .outerjoin(CaseNote, CaseNote.id == last)
        .options(joinedload(Case.contact))
        .limit(limit)
        .offset(offset)
    )
    if wanted.closed:
        found = found.where(Case.closed_at.is_not(None)).order_by(Case.closed_at.desc(), Case.id.desc())
    else:
        found = found.where(Case.closed_at.is_(None)).order_by(Case.due_at, Case.id)
    if wanted.kind is not None:
        found = found.where(Case.kind == wanted.kind.value)
    if wanted.owner is not None:
        found = found.where(Case.owner == wanted.owner if wanted.owner else Case.owner.is_(None))
    return [
        Waiting(case, kind == NoteKind.HERS, _gone(case, linked=linked))
        for case, kind, linked in session.execute(found)
    ]


def gone(session: Session, case: Case) -> Gone | None:
    """Why nobody reads what is sent in this case; None where somebody does, or nobody was ever to."""
    return _gone(case, linked=case.contact_id is not None and in_force(session, case.contact_id) is not None)


def _gone(case: Case, *, linked: bool) -> Gone | None:
    if case.contact is None:
        return None if case.kind == CaseKind.NOT_TOLD else Gone.UNLINKED
    if not case.contact.reachable:
        return Gone.BLOCKED
    return Gone.UNLINKED if case.worker_id is not None and not linked else None


def earlier_of(session: Session, case: Case, limit: int) -> Sequence[Case]:
    """Other cases of the same worker, the newest first."""
    if case.worker_id is None:
        return ()
    others = select(Case).where(Case.worker_id == case.worker_id, Case.id != case.id)
    return session.scalars(others.order_by(Case.id.desc()).limit(limit)).all()


def cases_of(session: Session, worker_id: int) -> Sequence[Case]:
    """All cases of a worker, the newest first, without what she told us."""
    wanted = select(Case).where(Case.worker_id == worker_id).options(defer(Case.answers), defer(Case.sources))
    return session.scalars(wanted.order_by(Case.opened_at.desc(), Case.id.desc())).all()
