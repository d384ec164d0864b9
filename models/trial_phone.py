"""The LINE account that an operator sends tests to, linked by a code that goes from the console into the chat."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Instant
from models.contact import Contact
from models.message import Lane, Message, MessageState
from models.operator import Operator

CODE_LIVES = timedelta(minutes=10)
KIND = "announcement test"


class TrialPhone(Base):
    """One row an operator. No contact: the code has not come back in chat yet."""

    __tablename__ = "trial_phone"

    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    # Of the code on the operator's page; nothing once it was used.
    code_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    code_until: Mapped[datetime | None] = mapped_column(Instant)

    contact: Mapped[Contact | None] = relationship()


def phone_of(session: Session, operator_id: int) -> TrialPhone | None:
    return session.get(TrialPhone, operator_id)


def new_code(session: Session, operator: Operator, now: datetime) -> str:
    """A code to send to the bot from the phone; until it comes back the phone before stays, but not its code."""
    code = secrets.token_hex(5).upper()
    phone = phone_of(session, operator.id)
    if phone is None:
        phone = TrialPhone(operator_id=operator.id)
        session.add(phone)
    phone.code_digest, phone.code_until = _digest(code), now + CODE_LIVES
    session.flush()
    return code


def link(session: Session, code: str, contact: Contact, now: datetime) -> bool:
    """Whether this code was waiting for a phone: the one that it came from is it from now on."""
    phone = session.scalar(
        select(TrialPhone).where(TrialPhone.code_digest == _digest(code), TrialPhone.code_until > now).with_for_update()
    )
    if phone is None:
        return False
    phone.contact_id, phone.code_digest, phone.code_until = contact.id, None, None
    return True


def unlink(session: Session, operator_id: int) -> None:
    phone = phone_of(session, operator_id)
    if phone is not None:
        phone.contact_id = phone.code_digest = phone.code_until = None


def send_test(session: Session, phone: TrialPhone, body: bytes, now: datetime, *, what: str) -> None:
    """Push what was rendered to the phone; it is kept as rendered, so it stays in the language that was tried."""
    session.add(
        Message(
            contact_id=phone.contact_id,
            what=what,
            kind=KIND,
            lane=Lane.ANNOUNCEMENT.value,
            body=body,
            not_before=now,
            created_at=now,
            state=MessageState.PLANNED.value,
        )
    )
    session.flush()


def _digest(code: str) -> bytes:
    return hashlib.sha256(f"phone {code.strip().upper()}".encode("utf-8", "replace")).digest()
