"""A migrant worker as the ministry's file describes her, with every number she ever had."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Instant
from models.secrets import keyring_of, sealed_date, sealed_text


class NumberKind(StrEnum):
    """Which document a number is of."""

    PASSPORT = "passport"
    ARC = "arc"


class Worker(Base):
    """One worker; her names, birth date and phone can be read only with the keys."""

    __tablename__ = "worker"
    __table_args__ = (Index(None, "arc_expires_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    worker_ref: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(sealed_text("worker.name"))
    birth_date: Mapped[date] = mapped_column(sealed_date("worker.birth_date"))
    phone: Mapped[str | None] = mapped_column(sealed_text("worker.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    nationality: Mapped[str] = mapped_column(String(2))
    sex: Mapped[str | None] = mapped_column(String(1))
    arc_expires_on: Mapped[date | None]
    entered_on: Mapped[date | None]
    as_of: Mapped[datetime] = mapped_column(Instant)

    numbers: Mapped[list["IdentityNumber"]] = relationship(
        back_populates="worker", cascade="all, delete-orphan", passive_deletes=True
    )


class IdentityNumber(Base):
    """A passport or ARC number of a worker; a renewed document adds one and the old one stays findable."""

    __tablename__ = "identity_number"
    __table_args__ = (
        UniqueConstraint("worker_id", "kind", "number_index"),
        Index(None, "kind", "number_index"),
        CheckConstraint("kind IN ('passport', 'arc')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("worker.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    number: Mapped[str] = mapped_column(sealed_text("identity_number.number"))
    number_index: Mapped[bytes] = mapped_column(LargeBinary)
    first_seen: Mapped[datetime] = mapped_column(Instant)

    worker: Mapped[Worker] = relationship(back_populates="numbers")


def index_column(kind: NumberKind) -> str:
    """The name under which numbers of this kind are indexed: equal numbers of two kinds differ."""
    return f"identity_number.{kind.value}"


def workers_with(session: Session, kind: NumberKind, number: str) -> set[int]:
    """The ids of the workers who have or had this (normalised) number."""
    indexes = keyring_of(session).indexes(number, index_column(kind))
    return set(
        session.scalars(
            select(IdentityNumber.worker_id).where(
                IdentityNumber.kind == kind.value, IdentityNumber.number_index.in_(indexes)
            )
        )
    )


def kinds_known(session: Session, worker_id: int) -> set[NumberKind]:
    """Which kinds of number we hold of a worker."""
    rows: Iterable[str] = session.scalars(select(IdentityNumber.kind).where(IdentityNumber.worker_id == worker_id))
    return {NumberKind(kind) for kind in rows}
