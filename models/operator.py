"""Who works with the console: an operator's name, what they may do, and the sessions they are signed in with."""

import hashlib
import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.base import Base, Instant
from models.secrets import sealed_text

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
"""A session ends after so long whatever is done with it: a working day."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly we know when a session was last used; a row is not written for every page."""
TOKEN_BYTES = 32
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


class Role(StrEnum):
    """What an operator may do; several may be held, but nobody approves what they wrote themselves."""

    VIEWER = "viewer"
    WRITER = "writer"
    APPROVER = "approver"
    CASEWORKER = "caseworker"
    IMPORTER = "importer"
    ADMINISTRATOR = "administrator"


class Operator(Base):
    """One person of the ministry. Rows are never deleted: the log of what was done names them."""

    __tablename__ = "operator"
    __table_args__ = (CheckConstraint("language IN ('zh-Hant','en')", name="language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # What is typed to sign in, in lower case.
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(sealed_text("operator.name"))
    roles: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(8), default="zh-Hant")
    created_at: Mapped[datetime] = mapped_column(Instant)
    deactivated_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def may(self) -> frozenset[Role]:
        """What they may do now: nothing once deactivated."""
        return frozenset() if self.deactivated_at else self.held

    @property
    def held(self) -> frozenset[Role]:
        """What they might do if they were active."""
        return frozenset(Role(role) for role in self.roles.split())


class OperatorSession(Base):
    """One signed-in browser. Its token is only in that browser's cookie: here is a digest of it."""

    __tablename__ = "operator_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    # When they last gave a one-time code after signing in.
    proved_at: Mapped[datetime | None] = mapped_column(Instant)
    # What kind of browser it is, for its operator to know it by.
    browser: Mapped[str | None] = mapped_column(String(40))

    operator: Mapped[Operator] = relationship()


def add(session: Session, login: str, name: str, roles: Collection[Role], now: datetime) -> Operator:
    """A new operator, who cannot sign in before having proved who they are. The login must be free."""
    operator = Operator(login=login.strip().lower(), name=name.strip(), roles=written(roles), created_at=now)
    session.add(operator)
    session.flush()
    return operator


def written(roles: Collection[Role]) -> str:
    """The roles as an operator's row keeps them."""
    return " ".join(sorted(role.value for role in set(roles)))


def with_login(session: Session, login: str) -> Operator | None:
    return session.scalar(select(Operator).where(Operator.login == login.strip().lower()))


def everybody(session: Session) -> Sequence[Operator]:
    """All there ever were, by login."""
    return session.scalars(select(Operator).order_by(Operator.login)).all()


def begin(session: Session, operator: Operator, now: datetime, browser: str | None = None) -> str:
    """Sign them in on one more browser: the token for its cookie."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    began = OperatorSession(digest=digested(token), operator_id=operator.id, began_at=now, seen_at=now, browser=browser)
    session.add(began)
    session.flush()
    return token


def session_of(session: Session, token: str, now: datetime) -> OperatorSession | None:
    """The session with this token, if it has not ended and its operator may still work here."""
    found = session.scalar(
        select(OperatorSession)
        .where(OperatorSession.digest == digested(token), OperatorSession.ended_at.is_(None))
        .options(joinedload(OperatorSession.operator, innerjoin=True))
    )
    if found is None or not found.operator.may:
        return None
    over = now - found.seen_at > IDLE or now - found.began_at > LONGEST
    return None if over else found


def spoke(session: Session, token: str) -> str | None:
    """The language of whoever's session this is or was."""
    theirs = select(Operator.language).join(OperatorSession, OperatorSession.operator_id == Operator.id)
    return session.scalar(theirs.where(OperatorSession.digest == digested(token)))


def sessions_of(session: Session, operator_id: int, now: datetime) -> Sequence[OperatorSession]:
    """Those they are signed in with, the last used first."""
    theirs = (OperatorSession.operator_id == operator_id, OperatorSession.ended_at.is_(None))
    recent = (OperatorSession.seen_at >= now - IDLE, OperatorSession.began_at >= now - LONGEST)
    wanted = select(OperatorSession).where(*theirs, *recent)
    return session.scalars(wanted.order_by(OperatorSession.seen_at.desc(), OperatorSession.id)).all()


def seen(session: Session, session_id: int, now: datetime) -> None:
    """It was used now."""
    session.execute(update(OperatorSession).where(OperatorSession.id == session_id).values(seen_at=now))


def end(session: Session, operator_id: int, now: datetime, *, token: str | None = None) -> None:
    """End the session with that token, or all that the operator has."""
    theirs = [OperatorSession.operator_id == operator_id, OperatorSession.ended_at.is_(None)]
    if token is not None:
        theirs.append(OperatorSession.digest == digested(token))
    session.execute(update(OperatorSession).where(*theirs).values(ended_at=now))


def form_token(token: str) -> str:
    """What forms of a session carry, so that another site cannot post them in its name."""
    return hashlib.sha256(f"form {token}".encode()).hexdigest()


def digested(token: str) -> bytes:
    """What is kept of a token that only a browser has."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
