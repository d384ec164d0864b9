"""On the way in: what a browser has proved so far, which browsers we know, and who has to wait after wrong tries."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models import dialects
from models.base import Base, Instant
from models.operator import TOKEN_BYTES, Operator, digested
from models.secrets import keyring_of, sealed_json

STEP_HOLDS = timedelta(minutes=5)
SETTING_UP_HOLDS = timedelta(minutes=20)
"""Time enough to find the app for the telephone and install it."""
KNOWN_FOR = timedelta(days=180)
FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
"""Doubles up to here, and no further: nobody can shut another out for good."""
FORGOTTEN_AFTER = timedelta(days=1)


class Stage(StrEnum):
    """Which page a browser that is on its way in must come to next."""

    CODE = "code"
    PROVIDER = "provider"
    SET_UP = "set_up"


class SignInStep(Base):
    """A browser on its way in. Its token is only in its cookie; a row is of no use to anybody after a few minutes."""

    __tablename__ = "sign_in_step"
    __table_args__ = (CheckConstraint("stage IN ('code','provider','set_up')", name="stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    stage: Mapped[str] = mapped_column(String(8))
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    # The page that was asked for first.
    going_to: Mapped[str] = mapped_column(String(200))
    kept: Mapped[dict[str, Any]] = mapped_column(sealed_json("sign_in_step.kept"))
    until: Mapped[datetime] = mapped_column(Instant)

    operator: Mapped[Operator | None] = relationship()


class KnownBrowser(Base):
    """A browser that the operator has signed in with before: others' wrong tries do not make it wait."""

    __tablename__ = "known_browser"
    __table_args__ = (UniqueConstraint("digest", "operator_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    last_at: Mapped[datetime] = mapped_column(Instant)


class WrongTries(Base):
    """How often it was tried in vain for one login, or with one known browser."""

    __tablename__ = "wrong_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Keyed: people type passwords into the wrong field.
    whose: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Instant)
    wait_until: Mapped[datetime] = mapped_column(Instant)

    def add(self, now: datetime) -> None:
        """One more: from the fifth on each makes the wait longer."""
        self.count += 1
        self.last_at = now
        if self.count >= FREE_TRIES:
            self.wait_until = now + min(FIRST_WAIT * 2 ** min(self.count - FREE_TRIES, 10), LONGEST_WAIT)

    def forgive(self, now: datetime) -> None:
        """It was they themselves."""
        self.count, self.last_at, self.wait_until = 0, now, now


def begin_step(
    session: Session,
    stage: Stage,
    now: datetime,
    *,
    operator: Operator | None = None,
    going_to: str = "/",
    kept: Mapping[str, Any] | None = None,
) -> str:
    """The token for the browser's cookie."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    step = SignInStep(
        digest=digested(token),
        stage=stage.value,
        operator_id=operator.id if operator else None,
        going_to=going_to if len(going_to) <= 200 else "/",
        kept=dict(kept or {}),
        until=now + (SETTING_UP_HOLDS if stage is Stage.SET_UP else STEP_HOLDS),
    )
    session.add(step)
    session.flush()
    return token


def step_with(session: Session, token: str, stage: Stage, now: datetime) -> SignInStep | None:
    """How far the browser with this token has come, if that still counts."""
    wanted = select(SignInStep).where(SignInStep.digest == digested(token), SignInStep.stage == stage.value)
    step = session.scalar(wanted.options(joinedload(SignInStep.operator)))
    if step is None or now > step.until or (step.operator is not None and not step.operator.may):
        return None
    return step


def take_step(session: Session, token: str, stage: Stage, now: datetime) -> SignInStep | None:
    """The same for a step that can be taken once, whatever comes of it."""
    step = step_with(session, token, stage, now)
    taken = delete(SignInStep).where(SignInStep.digest == digested(token)).returning(SignInStep.id)
    return step if session.scalar(taken) is not None else None


def forget_steps(session: Session, operator_id: int) -> None:
    """Whoever is on the way in as this operator must begin again."""
    session.execute(delete(SignInStep).where(SignInStep.operator_id == operator_id))


def knows(session: Session, token: str, login: str, now: datetime) -> bool:
    """Whether the operator has signed in with the browser that has this token."""
    wanted = select(KnownBrowser.last_at).join(Operator, Operator.id == KnownBrowser.operator_id)
    last = session.scalar(wanted.where(KnownBrowser.digest == digested(token), Operator.login == login))
    return last is not None and now - last < KNOWN_FOR


def know(session: Session, token: str, operator: Operator, now: datetime) -> None:
    """They have signed in with this browser now."""
    row = dialects.insert(session, KnownBrowser).values(digest=digested(token), operator_id=operator.id, last_at=now)
    session.execute(row.on_conflict_do_update(index_elements=["digest", "operator_id"], set_={"last_at": now}))


def forget_browsers(session: Session, operator_id: int) -> None:
    session.execute(delete(KnownBrowser).where(KnownBrowser.operator_id == operator_id))


def wait(session: Session, whose: str, now: datetime) -> timedelta | None:
    """How long they must not try again, if they must not."""
    until = session.scalar(select(WrongTries.wait_until).where(WrongTries.whose == _whose(session, whose)))
    return until - now if until is not None and now < until else None


def tries(session: Session, whose: str, now: datetime) -> WrongTries:
    """Their wrong tries so far, held until the transaction ends: nobody tries twice at once."""
    key = _whose(session, whose)
    row = dialects.insert(session, WrongTries).values(whose=key, count=0, last_at=now, wait_until=now)
    # Changes nothing in a row that is there, but holds it: nobody can erase it before we have read it.
    session.execute(row.on_conflict_do_update(index_elements=["whose"], set_={"whose": key}))
    stale = (WrongTries.whose == key, WrongTries.last_at < now - FORGOTTEN_AFTER)
    session.execute(update(WrongTries).where(*stale).values(count=0, last_at=now, wait_until=now))
    held = select(WrongTries).where(WrongTries.whose == key)
    return session.scalars(held.execution_options(populate_existing=True)).one()


def forget_old(session: Session, now: datetime) -> None:
    """Erase steps that were not gone on with, and tries of long ago."""
    session.execute(delete(SignInStep).where(SignInStep.until < now))
    session.execute(delete(WrongTries).where(WrongTries.last_at < now - FORGOTTEN_AFTER))


def _whose(session: Session, whose: str) -> bytes:
    return keyring_of(session).index(whose, "wrong_tries.whose")
