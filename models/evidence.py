"""What a worker sent for her case: where each answer came from, and the photo, fetched from LINE and sealed."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, LargeBinary, String, delete, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models import receipt
from models.base import Base, Instant
from models.case import KEPT_CLOSED, Case
from models.secrets import sealed_bytes

PHOTO = "photo"
"""The answer that stands for a photo."""
MOST_PHOTOS = 10
"""Of one case: each dispute that she records again may bring one."""
MOST_SOURCES = 50
"""Messages of one case that are remembered; LINE lets her unsend only those of the last day."""
LEASE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=1)
TRIED_FOR = timedelta(days=3)
"""LINE keeps what people send “for a certain period” and does not say how long (Messaging API, “Get content”)."""


class Evidence(Base):
    """A photo, by LINE's message id until it is fetched; gone when she unsends it."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index(
            "ix_evidence_wanted",
            "fetch_after",
            sqlite_where=text("fetch_after IS NOT NULL"),
            postgresql_where=text("fetch_after IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("casework.id", ondelete="CASCADE"), index=True)
    line_message_id: Mapped[str] = mapped_column(String(64), unique=True)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    # Nothing once it is here, or once LINE has it no longer.
    fetch_after: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    media_type: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(sealed_bytes("evidence.content"), deferred=True)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)

    case: Mapped[Case] = relationship()


def keep_sources(session: Session, case: Case, sources: Mapping[str, str | None], now: datetime) -> None:
    """Remember which LINE message each answer came from: she may unsend it. The photo in one is still to be fetched."""
    answers = case.answers or {}
    # What she answered before is in an earlier receipt: also that she may unsend.
    earlier = [message_id for message_id in case.sources or {} if message_id not in sources.values()]
    given = {message_id: name for name, message_id in sources.items() if message_id and name in answers}
    case.sources = dict.fromkeys(earlier[-MOST_SOURCES:], "") | given
    photo = sources.get("proof") if answers.get("proof") == PHOTO else None
    kept = session.scalars(select(Evidence.line_message_id).where(Evidence.case_id == case.id)).all()
    if photo and photo not in kept and len(kept) < MOST_PHOTOS:
        session.add(Evidence(case_id=case.id, line_message_id=photo, sent_at=now, fetch_after=now))
    session.flush()


def forget_message(session: Session, contact_id: int, line_message_id: str) -> None:
    """Erase what came in a message of hers that she has unsent: the answer, and the photo."""
    for case in session.scalars(select(Case).where(Case.contact_id == contact_id).with_for_update()):
        sources = dict(case.sources or {})
        if line_message_id in sources:
            receipt.forget_details(session, [case.id])  # they hold the same answers; their digest stays signed
            unsent = sources.pop(line_message_id)
            case.answers = {name: said for name, said in (case.answers or {}).items() if name != unsent}
            case.sources = sources
    hers = select(Case.id).where(Case.contact_id == contact_id)
    session.execute(delete(Evidence).where(Evidence.line_message_id == line_message_id, Evidence.case_id.in_(hers)))


def of_case(session: Session, case_id: int) -> Sequence[Evidence]:
    """Its photos, as they came."""
    return session.scalars(select(Evidence).where(Evidence.case_id == case_id).order_by(Evidence.id)).all()


def any_due(session: Session, now: datetime) -> bool:
    """Whether a photo is to be fetched now."""
    return session.scalar(select(Evidence.id).where(Evidence.fetch_after <= now).limit(1)) is not None


def claim(session: Session, now: datetime, limit: int) -> Sequence[tuple[int, str]]:
    """Up to `limit` photos to fetch now, by their number and LINE's message id; nobody else gets them meanwhile."""
    due = select(Evidence.id).where(Evidence.fetch_after <= now).order_by(Evidence.fetch_after).limit(limit)
    found = session.execute(
        update(Evidence)
        .where(Evidence.id.in_(due.with_for_update(skip_locked=True)))
        .values(fetch_after=now + LEASE, attempts=Evidence.attempts + 1)
        .returning(Evidence.id, Evidence.line_message_id)
        .execution_options(synchronize_session=False)
    )
    return [(evidence_id, message_id) for evidence_id, message_id in found]


def keep(session: Session, evidence_id: int, content: bytes, media_type: str) -> None:
    """The photo has come; nothing when she has unsent it meanwhile."""
    evidence = session.get(Evidence, evidence_id, with_for_update=True)
    if evidence is not None:
        evidence.content, evidence.media_type = content, media_type
        evidence.digest, evidence.fetch_after = hashlib.sha256(content).digest(), None


def give_up(session: Session, evidence_id: int) -> None:
    """LINE will not give it out: that she sent one is all that stays."""
    session.execute(update(Evidence).where(Evidence.id == evidence_id).values(fetch_after=None))


def try_later(session: Session, evidence_id: int, now: datetime) -> None:
    """Not now; twice as long each time, and no longer than three days in all."""
    evidence = session.get(Evidence, evidence_id, with_for_update=True)
    if evidence is not None:
        pause = min(LONGEST_PAUSE, timedelta(seconds=10) * 2 ** min(evidence.attempts, 10))
        evidence.fetch_after = now + pause if now < evidence.sent_at + TRIED_FOR else None


def forget_old(session: Session, now: datetime, limit: int) -> int:
    """Erase up to `limit` photos of cases closed long ago, and how many."""
    old = (
        select(Evidence.id)
        .join(Evidence.case)
        .where(Case.closed_at <= now - KEPT_CLOSED, Evidence.content.is_not(None))
        .limit(limit)
    )
    erased = session.execute(update(Evidence).where(Evidence.id.in_(old)).values(content=None).returning(Evidence.id))
    return len(erased.all())
