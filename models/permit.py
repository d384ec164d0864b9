"""An employment permit: whose it is, with whom, from when until when, and what became of it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Instant
from models.secrets import sealed_text
from models.worker import Worker


class PermitStatus(StrEnum):
    """What we were last told of a permit. That it has ended is told by its dates."""

    ACTIVE = "active"
    REVOKED = "revoked"


class Permit(Base):
    """One employment permit of one worker."""

    __tablename__ = "permit"
    __table_args__ = (
        CheckConstraint("permit_type IN ('A','B','C','D','E')", name="permit_type"),
        CheckConstraint("status IN ('active','revoked')", name="status"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        # Planning reads exactly the permits whose dates make them due today.
        Index(
            "ix_permit_ends_on_active",
            "ends_on",
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
        Index(
            "ix_permit_starts_on_active",
            "starts_on",
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id", ondelete="CASCADE"), index=True)
    permit_no: Mapped[str] = mapped_column(String(64), unique=True)
    permit_type: Mapped[str] = mapped_column(String(1))
    work: Mapped[str] = mapped_column(String(64))
    # A household's name is a person's name.
    employer_name: Mapped[str] = mapped_column(sealed_text("permit.employer_name"))
    county: Mapped[str] = mapped_column(String(32))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(8), default=PermitStatus.ACTIVE.value)
    as_of: Mapped[datetime] = mapped_column(Instant)

    worker: Mapped[Worker] = relationship()

    def is_good_on(self, day: date) -> bool:
        """Neither revoked nor over; it may begin later."""
        return self.status == PermitStatus.ACTIVE and self.ends_on >= day


def permits_of(session: Session, worker_id: int) -> Sequence[Permit]:
    """The worker's permits, the one that ends last first."""
    at_hand: dict[int, list[Permit]] = session.info.get(_AT_HAND, {})
    if worker_id in at_hand:
        return at_hand[worker_id]
    return session.scalars(
        select(Permit).where(Permit.worker_id == worker_id).order_by(Permit.ends_on.desc(), Permit.id.desc())
    ).all()


def running_first(permits: Sequence[Permit], today: date) -> list[Permit]:
    """Those that run or will run, the one that ends first before the others; then the ended and revoked ones."""
    usable = [permit for permit in permits if permit.is_good_on(today)]
    others = [permit for permit in permits if permit not in usable]
    return [*sorted(usable, key=lambda permit: permit.ends_on), *others]


def read_ahead(session: Session, worker_ids: Sequence[int]) -> None:
    """Read the permits of many workers in one statement.

    Until the session ends `permits_of` answers from what was read, so this is for sessions that change no permit.
    """
    found: dict[int, list[Permit]] = {one: [] for one in worker_ids}
    wanted = select(Permit).where(Permit.worker_id.in_(worker_ids))
    for permit in session.scalars(wanted.order_by(Permit.ends_on.desc(), Permit.id.desc())):
        found[permit.worker_id].append(permit)
    session.info.setdefault(_AT_HAND, {}).update(found)


_AT_HAND = "permits at hand"
