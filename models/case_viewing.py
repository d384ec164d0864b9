"""Who looked at what a worker told us for her case, when and why: it can say where she is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Instant
from models.case import Case
from models.secrets import sealed_text


class CaseViewing(Base):
    """One look; the row outlives what was seen."""

    __tablename__ = "case_viewing"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("casework.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(64))
    # In the viewer's own words, so it may name somebody.
    reason: Mapped[str] = mapped_column(sealed_text("case_viewing.reason"))


def view(session: Session, case: Case, by: str, reason: str, now: datetime) -> CaseViewing:
    """Note the look before anything is shown."""
    viewing = CaseViewing(case_id=case.id, at=now, by=by[:64], reason=reason)
    session.add(viewing)
    session.flush()
    return viewing


def viewings(session: Session, case: Case) -> Sequence[CaseViewing]:
    """Every earlier look, oldest first."""
    wanted = select(CaseViewing).where(CaseViewing.case_id == case.id)
    return session.scalars(wanted.order_by(CaseViewing.at, CaseViewing.id)).all()
