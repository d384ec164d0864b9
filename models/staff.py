"""The people of the console together: when each was last here, who administers it, and power taken away at once."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import credential, staff_change
from models import operator as operators
from models.operator import Operator, OperatorSession, Role


class LastAdministratorError(Exception):
    """Without an administrator who can sign in nobody could ever give a right again."""


def last_seen(session: Session) -> Mapping[int, datetime]:
    """When each operator last did something here."""
    latest = func.max(OperatorSession.seen_at).label("seen_at")
    rows = session.execute(select(OperatorSession.operator_id, latest).group_by(OperatorSession.operator_id))
    return {row.operator_id: row.seen_at for row in rows}


def administrators(session: Session) -> frozenset[int]:
    """The active administrators' numbers."""
    return frozenset(one.id for one in operators.everybody(session) if Role.ADMINISTRATOR in one.may)


def hold_administrators(session: Session) -> frozenset[int]:
    """The same, held: nobody becomes one or stops being one beside this transaction."""
    # Not so firmly that the log, which names operators, would have to wait and we for the log.
    rows = select(Operator).order_by(Operator.id).with_for_update(key_share=True)
    session.scalars(rows.execution_options(populate_existing=True)).all()
    return administrators(session)


def deactivate(session: Session, operator: Operator, now: datetime) -> None:
    """From now on they may do nothing, in no browser."""
    _stop_administering(session, operator, now)
    operator.deactivated_at = operator.deactivated_at or now
    operators.end(session, operator.id, now)
    session.flush()


def narrow(session: Session, operator: Operator, roles: Collection[Role], now: datetime) -> None:
    """Leave them only these of their roles."""
    if not frozenset(roles) < operator.may:
        raise ValueError("these are not fewer of their roles")
    if Role.ADMINISTRATOR not in roles:
        _stop_administering(session, operator, now)
    operator.roles = operators.written(roles)
    session.flush()


def _stop_administering(session: Session, operator: Operator, now: datetime) -> None:
    active = hold_administrators(session)
    others = active.intersection(credential.set_up_already(session)) - {operator.id}
    if operator.id in active and not others:
        raise LastAdministratorError
    staff_change.withdraw_all_by(session, operator, now)
