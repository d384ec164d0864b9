"""What a person must look after: disputes, calls for help, people we could not tell, questions; each with a clock."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, cast, func, literal, select, text, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from law.working_days import deadline
from locales import TAIPEI
from models import case_note
from models.base import Base, Instant
from models.contact import Contact
from models.message import Message
from models.permit_event import EventKind, PermitEvent, State
from models.secrets import sealed_json
from models.worker import Worker


class CaseKind(StrEnum):
    """Why somebody must act; each kind is a queue of its own."""

    DISPUTE = "dispute"
    HELP = "help"
    NOT_TOLD = "not_told"
    QUESTION = "question"


CLOCKS: Mapping[CaseKind, timedelta] = {
    # The employer's notice follows within three days (Employment Service Act art. 56): it must be read before.
    CaseKind.DISPUTE: timedelta(hours=24),
    CaseKind.HELP: timedelta(hours=1),
    CaseKind.NOT_TOLD: timedelta(hours=24),
}
QUESTION_DAYS = 3
"""The clock of a question, in working days of the office: nobody who is in need waits for it (she is told to call)."""
KEPT_CLOSED = timedelta(days=730)
"""How long what somebody told us outlives the closing: as long as the matter may come before a court."""


class Result(StrEnum):
    """How a case ended, as the worker is told."""

    WITHDRAWN = "withdrawn"  # the report no longer stands
    STANDS = "stands"  # the report stands; she can still appeal
    HELPED = "helped"
    REACHED = "reached"  # somebody told her by other means
    NOT_REACHED = "not_reached"
    ANSWERED = "answered"


ENDINGS: Mapping[CaseKind, Sequence[Result]] = {
    CaseKind.DISPUTE: (Result.WITHDRAWN, Result.STANDS, Result.HELPED, Result.NOT_REACHED),
    CaseKind.HELP: (Result.HELPED, Result.NOT_REACHED),
    CaseKind.NOT_TOLD: (Result.REACHED, Result.NOT_REACHED, Result.WITHDRAWN),
    CaseKind.QUESTION: (Result.ANSWERED, Result.NOT_REACHED),
}
"""How a case of each kind can end."""


class Case(Base):
    """One thing for a caseworker to do. The employer and the broker never see any of it."""

    __tablename__ = "casework"
    __table_args__ = (
        CheckConstraint("kind IN ('dispute','help','not_told','question')", name="kind"),
        CheckConstraint("result IN ('withdrawn','stands','helped','reached','not_reached','answered')", name="result"),
        CheckConstraint("(closed_at IS NULL) = (result IS NULL)", name="closed_with_result"),
        CheckConstraint("(taken_at IS NULL) = (owner IS NULL)", name="taken_by_owner"),
        # The same matter opens one case, however often a button is tapped or a sweep runs.
        Index(
            "uq_casework_matter_open",
            "kind",
            "matter",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_casework_open",
            "due_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(None, "worker_id"),
        Index(None, "contact_id"),
        Index(None, "event_id"),
        Index(None, "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    # What it is about, by row numbers only.
    matter: Mapped[str] = mapped_column(String(80))
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id", ondelete="SET NULL"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("permit_event.id", ondelete="SET NULL"))
    # The message that reached nobody, or under which she asked.
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
    # What she answered: where, since when, whether 1955 may call; or what she asked.
    answers: Mapped[dict[str, str] | None] = mapped_column(sealed_json("casework.answers"))
    # By LINE's id of a message, the answer that came in it; empty where a later one took its place.
    sources: Mapped[dict[str, str] | None] = mapped_column(sealed_json("casework.sources"))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    owner: Mapped[str | None] = mapped_column(String(64))
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    result: Mapped[str | None] = mapped_column(String(16))
    # When she was told that it takes longer than its clock.
    late_said_at: Mapped[datetime | None] = mapped_column(Instant)

    worker: Mapped[Worker | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    event: Mapped[PermitEvent | None] = relationship()
    message: Mapped[Message | None] = relationship()


def due_at(kind: CaseKind, now: datetime) -> datetime:
    """Until when somebody must have acted on what was opened now."""
    if kind is not CaseKind.QUESTION:
        return now + CLOCKS[kind]
    here = now.astimezone(TAIPEI)
    day = here.date()
    for _working_day in range(QUESTION_DAYS):
        day = deadline(day + timedelta(days=1)).day
    return datetime.combine(day, here.timetz()).astimezone(UTC)


def open_case(
    session: Session,
    kind: CaseKind,
    matter: str,
    now: datetime,
    *,
    worker_id: int | None = None,
    contact_id: int | None = None,
    event_id: int | None = None,
    message_id: int | None = None,
    answers: Mapping[str, str] | None = None,
) -> tuple[Case, bool]:
    """The open case about this matter, and whether it is new; newer answers take the place of older ones.

    The caller's transaction may fail with an IntegrityError when another process opens it at the same moment.
    """
    found = session.scalar(
        select(Case)
        .where(Case.kind == kind.value, Case.matter == matter, Case.closed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    new = found is None
    if found is None:
        found = Case(
            kind=kind.value,
            matter=matter,
            worker_id=worker_id,
            contact_id=contact_id,
            event_id=event_id,
            message_id=message_id,
            opened_at=now,
            due_at=due_at(kind, now),
        )
        session.add(found)
    if answers is not None:
        found.answers = dict(answers)
    session.flush()
    return found, new


def take(case: Case, owner: str, now: datetime) -> bool:
    """Somebody looks after it from now on; False when it is closed or already theirs."""
    if case.closed_at is not None or case.owner == owner:
        return False
    case.owner, case.taken_at = owner, now
    return True


def close(case: Case, result: Result, now: datetime) -> bool:
    """It is done; False when it was already."""
    if case.closed_at is not None:
        return False
    case.closed_at, case.result = now, result.value
    return True


def close_what_no_longer_stands(session: Session, found: Mapping[int, State], now: datetime) -> None:
    """The ministry took something back: nobody need dispute it or be told of it. Its own notice says so to her.

    `found` are the states of permits that something new was recorded of, by the permit's row.
    """
    kinds = (CaseKind.DISPUTE.value, CaseKind.NOT_TOLD.value)
    about = (
        select(Case, PermitEvent.permit_id)
        .join(PermitEvent, PermitEvent.id == Case.event_id)
        .where(PermitEvent.permit_id.in_(found.keys()), Case.kind.in_(kinds), Case.closed_at.is_(None))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    for case, permit_id in session.execute(about):
        state = found[permit_id]
        withdrawn = any(matter.event.what is EventKind.MISSING_REPORT_WITHDRAWN for matter in state.standing)
        if state.matter_of(case.event_id or 0) is not None or (case.kind == CaseKind.DISPUTE and not withdrawn):
            continue  # a newer report in its place leaves her dispute as open as it was
        close(case, Result.WITHDRAWN, now)
    session.flush()


def forget_links(session: Session, contact_ids: Sequence[int]) -> None:
    """Erase from cases which account is the worker's: these are linked to nobody any more.

    Her report stays, and what the office noted; what she wrote and was written as this account goes.
    """
    hers = Case.contact_id.in_(contact_ids), Case.worker_id.is_not(None)
    case_note.forget_exchange(session, select(Case.id).where(*hers))
    asked = Case.kind == CaseKind.QUESTION.value
    session.execute(update(Case).where(*hers, asked).values(answers=None, sources=None))
    # Their matter says whose account it was.
    named = Case.kind.in_((CaseKind.DISPUTE.value, CaseKind.HELP.value, CaseKind.QUESTION.value))
    session.execute(update(Case).where(*hers, named).values(matter=literal("forgotten ") + cast(Case.id, String)))
    session.execute(update(Case).where(*hers).values(contact_id=None, message_id=None))


def forget_message(session: Session, contact_id: int, line_message_id: str) -> None:
    """Erase what she added to a case in a message that she has unsent."""
    case_note.forget_message(session, select(Case.id).where(Case.contact_id == contact_id), line_message_id)


def of_account(session: Session, case_id: int, contact_id: int) -> Case | None:
    """The case, locked, if it is this account's."""
    return session.scalar(
        select(Case)
        .where(Case.id == case_id, Case.contact_id == contact_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def open_questions(session: Session, contact_id: int) -> int:
    """How many questions of the account wait for an answer."""
    asked = (Case.contact_id == contact_id, Case.kind == CaseKind.QUESTION.value, Case.closed_at.is_(None))
    return session.scalars(select(func.count()).where(*asked)).one()


def open_cases(session: Session, limit: int, kind: CaseKind | None = None) -> Sequence[Case]:
    """What is due first."""
    wanted = select(Case).where(Case.closed_at.is_(None))
    if kind is not None:
        wanted = wanted.where(Case.kind == kind.value)
    return session.scalars(wanted.order_by(Case.due_at, Case.id).limit(limit)).all()


def run_late(session: Session, now: datetime, limit: int, *, by_day: bool) -> Sequence[Case]:
    """Up to `limit` cases whose clock ran out while she waits for us, and who was not told so, locked.

    By night only calls for help that nobody has taken.
    """
    waits = (Case.kind == CaseKind.HELP.value) & Case.owner.is_(None)
    if by_day:
        waits |= Case.kind.in_((CaseKind.DISPUTE.value, CaseKind.QUESTION.value))
    return session.scalars(
        select(Case)
        .where(Case.closed_at.is_(None), Case.due_at <= now, Case.late_said_at.is_(None), waits)
        .options(joinedload(Case.contact))
        .order_by(Case.due_at, Case.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Case)
    ).all()


def counts(session: Session, now: datetime) -> dict[tuple[str, bool], int]:
    """Open cases by kind, and by whether their clock has run out."""
    late = (Case.due_at <= now).label("late")
    rows = session.execute(
        select(Case.kind, late, func.count()).where(Case.closed_at.is_(None)).group_by(Case.kind, late)
    )
    return {(kind, bool(is_late)): n for kind, is_late, n in rows}


def forget_old(session: Session, now: datetime, limit: int) -> int:
    """Erase what was said, sent and noted in cases closed long ago, up to `limit` answers and notes; the more of both.

    Questions of accounts that are gone go with them, but not what the office noted about a worker whom we know: the
    case may still be open. That the cases were, stays.
    """
    nobodys = (Case.kind == CaseKind.QUESTION.value) & Case.contact_id.is_(None)
    past = Case.closed_at <= now - KEPT_CLOSED
    old = session.scalars(select(Case.id).where(past | nobodys, Case.answers.is_not(None)).limit(limit)).all()
    session.execute(update(Case).where(Case.id.in_(old)).values(answers=None, sources=None))
    noted = case_note.forget(session, select(Case.id).where(past | (nobodys & Case.worker_id.is_(None))), limit)
    exchanged = case_note.forget(session, select(Case.id).where(nobodys), limit, case_note.EXCHANGED)
    return max(len(old), noted, exchanged)
