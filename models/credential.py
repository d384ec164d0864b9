"""How operators prove who they are: a password with one-time codes, recovery codes, or the ministry's own sign-in."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, LargeBinary, String, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import operator as operators
from models.base import Base, Instant
from models.operator import Operator, Role
from models.secrets import sealed_text
from models.sign_in import forget_browsers, forget_steps

SET_UP_HOLDS = timedelta(hours=72)
RECOVERY_CODES = 10
STEP_SECONDS = 30
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are taken for each other."""
CODE_LENGTH = 16
"""79 random bits: a plain digest of such a code cannot be guessed back."""
ADMINISTRATORS_NEEDED = 2
"""From then on new people are added by one of them and approved by another."""


class Credential(Base):
    """What one operator has to sign in with. Nobody who reads the database can."""

    __tablename__ = "credential"
    __table_args__ = (
        CheckConstraint("(password IS NULL) = (totp_secret IS NULL)", name="both_factors"),
        CheckConstraint("(set_up_digest IS NULL) = (set_up_until IS NULL)", name="set_up"),
    )

    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), primary_key=True, autoincrement=False)
    # Argon2id, as models.password makes it.
    password: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(sealed_text("credential.totp_secret"))
    # The last step of time whose code was used: none is taken twice.
    totp_step: Mapped[int | None]
    set_up_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    set_up_until: Mapped[datetime | None] = mapped_column(Instant)
    # Of the identity provider's address and its name for the operator.
    subject_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)


class RecoveryCode(Base):
    """One code on the sheet of paper, for the day the telephone is lost."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


def of(session: Session, operator_id: int) -> Credential | None:
    """Theirs, held until the transaction ends."""
    held = select(Credential).where(Credential.operator_id == operator_id).with_for_update()
    return session.scalar(held.execution_options(populate_existing=True))


def password_of(session: Session, login: str) -> str | None:
    """What is kept of the password of an operator who may work here."""
    wanted = select(Credential.password).join(Operator, Operator.id == Credential.operator_id)
    return session.scalar(wanted.where(Operator.login == login, Operator.deactivated_at.is_(None)))


def give_setup_code(session: Session, operator: Operator, now: datetime) -> str:
    """A code to set up how they sign in, to be handed to them and nobody else; one before it no longer holds."""
    code = new_code()
    theirs = _made(session, operator)
    forget_steps(session, operator.id)
    theirs.set_up_digest, theirs.set_up_until = _digest(code), now + SET_UP_HOLDS
    session.flush()
    return code


def reset(session: Session, operator: Operator, now: datetime) -> str:
    """Take away all they could sign in with, end what they are signed in with, and give them a code to set up anew."""
    theirs = _made(session, operator)
    theirs.password = theirs.totp_secret = theirs.totp_step = theirs.subject_digest = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.operator_id == operator.id))
    forget_browsers(session, operator.id)
    operators.end(session, operator.id, now)
    return give_setup_code(session, operator, now)


def may_set_up(session: Session, login: str, code: str, now: datetime) -> Operator | None:
    """The operator of this login, if this is the code that was given to them and it still holds."""
    operator = operators.with_login(session, login)
    theirs = session.get(Credential, operator.id) if operator is not None else None
    kept = theirs.set_up_digest if theirs is not None else None
    fits = secrets.compare_digest(kept or bytes(32), _digest(code))
    if operator is None or theirs is None or theirs.set_up_until is None or not operator.may:
        return None
    return operator if fits and now < theirs.set_up_until else None


def complete(session: Session, operator: Operator, password: str, totp_secret: str, step: int) -> list[str] | None:
    """They have set up these two: the recovery codes, or None when the set-up code was used or taken back meanwhile."""
    theirs = of(session, operator.id)
    if theirs is None or theirs.set_up_digest is None:
        return None
    theirs.password, theirs.totp_secret, theirs.totp_step = password, totp_secret, step
    theirs.set_up_digest = theirs.set_up_until = None
    return new_recovery_codes(session, operator.id)


def step_of(totp_secret: str, typed: str, now: datetime) -> int | None:
    """The step of time whose code this is: the one now, or one beside it, for clocks that are a little wrong."""
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(totp_secret, interval=STEP_SECONDS)
    found = [
        step
        for step in (current - 1, current, current + 1)
        if pyotp.utils.strings_equal(totp.generate_otp(step), typed)
    ]
    return found[-1] if found else None


def use_code(session: Session, theirs: Credential, typed: str, now: datetime) -> str | None:
    """Take a second factor, once: what it was, `totp` or `recovery`, or None when it does not count."""
    typed = "".join(typed.split())
    if typed.isdecimal():
        step = step_of(theirs.totp_secret, typed, now) if theirs.totp_secret else None
        if step is None or step <= (theirs.totp_step or 0):
            return None
        theirs.totp_step = step
        return "totp"
    return "recovery" if _use_recovery_code(session, theirs.operator_id, typed, now) else None


def new_recovery_codes(session: Session, operator_id: int) -> list[str]:
    """Codes for a sheet of paper; those before them no longer hold."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.operator_id == operator_id))
    codes = [new_code() for _number in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(operator_id=operator_id, digest=_digest(code)) for code in codes)
    session.flush()
    return codes


def recovery_codes_left(session: Session, operator_id: int) -> int:
    unused = (RecoveryCode.operator_id == operator_id, RecoveryCode.used_at.is_(None))
    return session.scalars(select(func.count()).select_from(RecoveryCode).where(*unused)).one()


def administrators_set_up(session: Session) -> int:
    """How many administrators can sign in."""
    wanted = select(Operator).join(Credential, Credential.operator_id == Operator.id).where(_is_set_up())
    return sum(Role.ADMINISTRATOR in operator.may for operator in session.scalars(wanted))


def set_up_already(session: Session) -> Sequence[int]:
    """The numbers of the operators who have something to sign in with."""
    return session.scalars(select(Credential.operator_id).where(_is_set_up())).all()


def with_subject(session: Session, issuer: str, subject: str) -> Operator | None:
    """Whom the identity provider means by this name of its own."""
    bound = select(Operator).join(Credential, Credential.operator_id == Operator.id)
    return session.scalar(bound.where(Credential.subject_digest == _subject_digest(issuer, subject)))


def bind_subject(session: Session, issuer: str, subject: str, login: str) -> Operator | None:
    """The operator of this login, known from now on by that name and no other; None where there is one already."""
    operator = operators.with_login(session, login)
    if operator is None or not operator.may:
        return None
    theirs = _made(session, operator)
    if theirs.subject_digest is not None:
        return None
    theirs.subject_digest = _subject_digest(issuer, subject)
    session.flush()
    return operator


def new_code() -> str:
    drawn = "".join(secrets.choice(LETTERS) for _number in range(CODE_LENGTH))
    return "-".join(drawn[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def _made(session: Session, operator: Operator) -> Credential:
    theirs = of(session, operator.id)
    if theirs is None:
        theirs = Credential(operator_id=operator.id)
        session.add(theirs)
    return theirs


def _is_set_up() -> ColumnElement[bool]:
    return or_(Credential.password.is_not(None), Credential.subject_digest.is_not(None))


def _use_recovery_code(session: Session, operator_id: int, typed: str, now: datetime) -> bool:
    theirs = (RecoveryCode.operator_id == operator_id, RecoveryCode.used_at.is_(None))
    wanted = select(RecoveryCode).where(*theirs, RecoveryCode.digest == _digest(typed))
    code = session.scalar(wanted.with_for_update())
    if code is None:
        return False
    code.used_at = now
    return True


def _digest(code: str) -> bytes:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).digest()


def _subject_digest(issuer: str, subject: str) -> bytes:
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).digest()
