"""Power over the console that one administrator asks for and another gives: people, roles, sign-ins, API keys."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.api_key import ApiKey, Scope
from models.base import Base, Instant
from models.operator import Operator, Role
from models.secrets import sealed_json, sealed_text

LASTS = timedelta(days=7)
"""So long a proposal waits for its decision, and an approved key for whoever asked to open it."""


class Kind(StrEnum):
    """What is asked for."""

    NEW_PERSON = "new_person"
    ROLES = "roles"
    REACTIVATION = "reactivation"
    SIGN_IN = "sign_in"
    API_KEY = "api_key"


class Decision(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class StaffChange(Base):
    """One proposal. It never changes: whoever wants something else withdraws it and asks anew."""

    __tablename__ = "staff_change"
    __table_args__ = (
        CheckConstraint("kind IN ('new_person','roles','reactivation','sign_in','api_key')", name="kind"),
        CheckConstraint("operator_id IS NOT NULL OR kind IN ('new_person','api_key')", name="somebody"),
        CheckConstraint("decision IN ('approved','refused','withdrawn')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_once"),
        CheckConstraint("(decided_by_id IS NULL) = (decision IS NULL OR decision = 'withdrawn')", name="decided_by"),
        CheckConstraint("decided_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("decided_by_id <> operator_id", name="not_about_oneself"),
        CheckConstraint("api_key_id IS NULL OR (kind = 'api_key' AND decision = 'approved')", name="key_approved"),
        Index(None, "operator_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    # Whom it is about; of a new person known once there is a row for them.
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(sealed_json("staff_change.payload"))
    why: Mapped[str] = mapped_column(sealed_text("staff_change.why"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("operator.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    # Nobody where whoever asked withdrew it, or stopped being an administrator.
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision: Mapped[str | None] = mapped_column(String(16))
    api_key_id: Mapped[int | None] = mapped_column(ForeignKey("api_key.id"), unique=True)

    operator: Mapped[Operator | None] = relationship(foreign_keys=operator_id)
    asked_by: Mapped[Operator] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[Operator | None] = relationship(foreign_keys=decided_by_id)
    api_key: Mapped[ApiKey | None] = relationship()

    @property
    def about(self) -> str:
        """What the log of what was done calls this: the person, where there is one."""
        return f"staff_change {self.id}" if self.operator_id is None else f"operator {self.operator_id}"

    def roles(self, name: str = "roles") -> frozenset[Role]:
        """Those that the proposal names: `roles` afterwards, `before` when it was made."""
        return frozenset(Role(role) for role in self.payload.get(name, ()))

    def waits(self, now: datetime) -> bool:
        return self.decision is None and now < self.expires_at

    def can_be_opened(self, operator: Operator, now: datetime) -> bool:
        """Whether they may make the key that was approved: only whoever asked for it, once, and not after long."""
        approved_at = self.decided_at if self.decision == Decision.APPROVED else None
        if self.kind != Kind.API_KEY or self.api_key_id is not None or approved_at is None:
            return False
        return operator.id == self.asked_by_id and now < approved_at + LASTS


def ask_for_person(
    session: Session, asked_by: Operator, login: str, name: str, roles: Collection[Role], why: str, now: datetime
) -> StaffChange:
    """Ask for a new person of this name."""
    payload = {"login": login.strip().lower(), "name": name, "roles": _listed(roles)}
    return _ask(session, Kind.NEW_PERSON, None, payload, asked_by, why, now)


def ask_for_roles(
    session: Session, asked_by: Operator, operator: Operator, roles: Collection[Role], why: str, now: datetime
) -> StaffChange:
    """Ask that they hold these roles instead of those they hold."""
    payload = {"before": _listed(operator.may), "roles": _listed(roles)}
    return _ask(session, Kind.ROLES, operator, payload, asked_by, why, now)


def ask_for_sign_in(session: Session, asked_by: Operator, operator: Operator, why: str, now: datetime) -> StaffChange:
    """Ask that they may sign in once more: on a new telephone, or again at all after having been deactivated."""
    kind = Kind.REACTIVATION if operator.deactivated_at else Kind.SIGN_IN
    return _ask(session, kind, operator, {}, asked_by, why, now)


def ask_for_key(
    session: Session,
    asked_by: Operator,
    name: str,
    scopes: Collection[Scope],
    why: str,
    now: datetime,
    *,
    test: bool,
    days: int,
) -> StaffChange:
    """Ask for a key of the API that holds for so many days."""
    payload = {"name": name, "scopes": sorted(scope.value for scope in scopes), "test": test, "days": days}
    return _ask(session, Kind.API_KEY, None, payload, asked_by, why, now)


def _ask(
    session: Session,
    kind: Kind,
    operator: Operator | None,
    payload: Mapping[str, Any],
    asked_by: Operator,
    why: str,
    now: datetime,
) -> StaffChange:
    change = StaffChange(
        kind=kind.value,
        operator=operator,
        payload=dict(payload),
        why=why,
        asked_by=asked_by,
        asked_at=now,
        expires_at=now + LASTS,
    )
    session.add(change)
    session.flush()
    return change


def withdraw_all_by(session: Session, operator: Operator, now: datetime) -> None:
    """Whoever may no longer ask has asked for nothing."""
    waiting = (StaffChange.asked_by_id == operator.id, StaffChange.decision.is_(None))
    withdrawn = {"decision": Decision.WITHDRAWN.value, "decided_at": now}
    session.execute(update(StaffChange).where(*waiting).values(withdrawn))


def waiting(session: Session, now: datetime) -> Sequence[StaffChange]:
    """What somebody should decide, the oldest first."""
    open_ones = select(StaffChange).where(StaffChange.decision.is_(None), StaffChange.expires_at > now)
    return session.scalars(open_ones.order_by(StaffChange.id)).all()


def asked_for_login(session: Session, login: str, now: datetime) -> bool:
    """Whether a new person of this login waits for a decision."""
    return any(change.payload.get("login") == login.strip().lower() for change in waiting(session, now))


def keys_to_open(session: Session, operator: Operator, now: datetime) -> Sequence[StaffChange]:
    """The approved keys that this operator asked for and has not opened yet."""
    asked = select(StaffChange).where(StaffChange.asked_by_id == operator.id, StaffChange.kind == Kind.API_KEY.value)
    return [change for change in session.scalars(asked.order_by(StaffChange.id)) if change.can_be_opened(operator, now)]


def _listed(roles: Collection[Role]) -> list[str]:
    return sorted(role.value for role in set(roles))
