"""Deciding what was asked for in the console's staff: never by whoever asked, nor by whoever it is about."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import api_key, credential, staff, staff_change
from models import operator as operators
from models.api_key import ApiKey, Scope
from models.operator import Operator, Role
from models.staff_change import Decision, Kind, StaffChange


class Obstacle(StrEnum):
    """Why a change cannot be decided, by this person or at all."""

    DECIDED = "decided"
    EXPIRED = "expired"
    NOT_ADMINISTRATOR = "not_administrator"
    OWN_PROPOSAL = "own_proposal"
    NOT_THE_ASKER = "not_the_asker"
    ABOUT_YOURSELF = "about_yourself"
    MOVED_ON = "moved_on"
    CANNOT_BE_OPENED = "cannot_be_opened"


class ObstacleError(Exception):
    """The change was not decided."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.value)
        self.obstacle = obstacle


def obstacle(
    session: Session, change: StaffChange, operator: Operator, administrators: Collection[int], now: datetime
) -> Obstacle | None:
    """Why this operator cannot approve the change now, or None if they can."""
    return _first(
        {
            Obstacle.DECIDED: change.decision is not None,
            Obstacle.EXPIRED: now >= change.expires_at,
            Obstacle.NOT_ADMINISTRATOR: operator.id not in administrators,
            Obstacle.OWN_PROPOSAL: operator.id == change.asked_by_id,
            Obstacle.ABOUT_YOURSELF: operator.id == change.operator_id,
            Obstacle.MOVED_ON: _moved_on(session, change),
        }
    )


def approve(session: Session, change: StaffChange, operator: Operator, now: datetime) -> str | None:
    """Let it be so; gives the code with which the person sets up their sign-in, where it makes one."""
    # The administrators first, as whoever deactivates one does: two transactions then never wait for each other.
    administrators = staff.hold_administrators(session)
    _hold(session, change)
    _go_on_without(obstacle(session, change, operator, administrators, now))
    change.decision, change.decided_by_id, change.decided_at = Decision.APPROVED.value, operator.id, now
    code = _carry_out(session, change, now)
    session.flush()
    return code


def refuse(session: Session, change: StaffChange, operator: Operator, now: datetime) -> None:
    """Let it not be so."""
    _hold(session, change)
    in_the_way = {
        Obstacle.DECIDED: change.decision is not None,
        Obstacle.OWN_PROPOSAL: operator.id == change.asked_by_id,
        Obstacle.ABOUT_YOURSELF: operator.id == change.operator_id,
    }
    _go_on_without(_first(in_the_way))
    change.decision, change.decided_by_id, change.decided_at = Decision.REFUSED.value, operator.id, now
    session.flush()


def withdraw(session: Session, change: StaffChange, operator: Operator, now: datetime) -> None:
    """Whoever asked asks no longer."""
    _hold(session, change)
    in_the_way = {
        Obstacle.DECIDED: change.decision is not None,
        Obstacle.NOT_THE_ASKER: operator.id != change.asked_by_id,
    }
    _go_on_without(_first(in_the_way))
    change.decision, change.decided_at = Decision.WITHDRAWN.value, now
    session.flush()


def open_key(session: Session, change: StaffChange, operator: Operator, now: datetime) -> tuple[ApiKey, str]:
    """Make the key that was approved, and its secret: the only time that anybody sees it."""
    _hold(session, change)
    _go_on_without(None if change.can_be_opened(operator, now) else Obstacle.CANNOT_BE_OPENED)
    wanted = change.payload
    change.api_key, secret = api_key.create(
        session,
        wanted["name"],
        [Scope(scope) for scope in wanted["scopes"]],
        now,
        test=wanted["test"],
        expires_at=now + timedelta(days=wanted["days"]),
    )
    session.flush()
    return change.api_key, secret


def _carry_out(session: Session, change: StaffChange, now: datetime) -> str | None:
    if change.kind == Kind.API_KEY:
        return None
    person = change.operator
    if person is None:
        person = operators.add(session, change.payload["login"], change.payload["name"], change.roles(), now)
        change.operator = person
        return credential.give_setup_code(session, person, now)
    if change.kind == Kind.ROLES:
        person.roles = operators.written(change.roles())
        if Role.ADMINISTRATOR not in change.roles():
            staff_change.withdraw_all_by(session, person, now)
        return None
    person.deactivated_at = None
    return credential.reset(session, person, now)


def _moved_on(session: Session, change: StaffChange) -> bool:
    """Whether the person is no longer what they were when it was asked for."""
    person = change.operator
    if person is None:
        return change.kind == Kind.NEW_PERSON and operators.with_login(session, change.payload["login"]) is not None
    if change.kind == Kind.REACTIVATION:
        return person.deactivated_at is None
    return person.deactivated_at is not None or (change.kind == Kind.ROLES and person.may != change.roles("before"))


def _hold(session: Session, change: StaffChange) -> None:
    """As it is now: nobody else decides it at the same time."""
    row = select(StaffChange).where(StaffChange.id == change.id).with_for_update()
    session.scalars(row.execution_options(populate_existing=True)).one()


def _first(in_the_way: Mapping[Obstacle, bool]) -> Obstacle | None:
    return next((each for each, holds in in_the_way.items() if holds), None)


def _go_on_without(in_the_way: Obstacle | None) -> None:
    if in_the_way is not None:
        raise ObstacleError(in_the_way)
