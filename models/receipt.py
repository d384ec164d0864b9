"""Receipts: a signed, hash-chained record of what a worker told us and when, for anybody to check."""

import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, or_, select, update
from sqlalchemy.orm import Mapped, Session, defer, mapped_column, relationship

from models import dialects
from models.base import Base, Instant
from models.case import KEPT_CLOSED, Case
from models.secrets import sealed_bytes, sealed_json

ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
"""No 0 or O, 1 or I or L, U or V to mix up when a code is read out on the telephone."""
CODE_LENGTH = 12
RECEIPTS_PATH = "/pages/receipts"
"""Where, below our public address, each receipt has its page: its code is the last part."""
FIRST = bytes(32)
"""What the first link follows."""
VERSION = 1
LONGEST_COPY = 20_000
LONGEST_TYPED = 100
RECORD, DETAILS, PRIVATE_KEY = "receipt.record", "receipt.details", "receipt_chain.private_key"


class ReceiptChain(Base):
    """One row: the key that signs, and the last link. Whoever adds a link holds it locked."""

    __tablename__ = "receipt_chain"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    private_key: Mapped[bytes] = mapped_column(sealed_bytes(PRIVATE_KEY))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    head: Mapped[bytes] = mapped_column(LargeBinary)
    length: Mapped[int]


class Receipt(Base):
    """One link. The record may be shown to anybody who has the code; what she told in detail is only in its digest."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH), unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("casework.id", ondelete="SET NULL"), index=True)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    record: Mapped[bytes] = mapped_column(sealed_bytes(RECORD))
    details: Mapped[dict[str, str] | None] = mapped_column(sealed_json(DETAILS))
    previous: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    signature: Mapped[bytes] = mapped_column(LargeBinary)

    case: Mapped[Case | None] = relationship()

    @property
    def says(self) -> dict[str, str]:
        """The record's own words: `code`, `at` (UTC), `statement`, `details_sha256`, and what its kind adds."""
        return orjson.loads(self.record)  # type: ignore[no-any-return]


class NotGenuine(Exception):  # noqa: N818  reads as what it says where it is caught
    """The receipt was changed, or another key signed it; the text says which."""


NOT_OURS = "this is not a receipt of ours"


@dataclass(frozen=True)
class Copy:
    """A receipt as it is handed out: with our public key, all that is needed to check it without us."""

    record: Mapping[str, str]
    previous: str
    signature: str

    def to_json(self) -> bytes:
        parts = {"record": self.record, "previous": self.previous, "signature": self.signature}
        return orjson.dumps(parts, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def issue(
    session: Session,
    statement: str,
    facts: Mapping[str, str],
    details: Mapping[str, str],
    now: datetime,
    *,
    case_id: int | None,
) -> Receipt:
    """Add a link: `facts` are in the record, `details` only as a salted digest (somebody else may get the code).

    `now` has a time zone. The whole chain waits for the caller's commit. Raises ValueError for a record that is too
    long to be handed out.
    """
    chain = _locked_chain(session)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    salted = {**details, "salt": os.urandom(16).hex()}
    record = _canonical(
        {
            **facts,
            "version": str(VERSION),
            "code": code,
            "at": moment(now),
            "statement": statement,
            "details_sha256": digest_of_details(salted),
        }
    )
    if len(record) > LONGEST_COPY // 2:
        raise ValueError("the record is too long for a receipt")
    digest = link_of(chain.head, record)
    receipt = Receipt(
        code=code,
        case_id=case_id,
        issued_at=now,
        record=record,
        details=salted,
        previous=chain.head,
        digest=digest,
        signature=Ed25519PrivateKey.from_private_bytes(chain.private_key).sign(digest),
    )
    session.add(receipt)
    chain.head, chain.length = digest, chain.length + 1
    session.flush()
    return receipt


def public_key(session: Session) -> Ed25519PublicKey | None:
    """The key that receipts are checked with; None before the first one."""
    found = session.scalar(select(ReceiptChain.public_key))
    return None if found is None else Ed25519PublicKey.from_public_bytes(found)


def plain_code(typed: str) -> str | None:
    """The code as it is stored, however its groups and its letters' case and width were typed; None if it is none."""
    if len(typed) > LONGEST_TYPED:
        return None
    plain = "".join(one for one in unicodedata.normalize("NFKC", typed).upper() if one.isalnum())
    return plain if len(plain) == CODE_LENGTH and set(plain) <= set(ALPHABET) else None


def with_code(session: Session, code: str) -> Receipt | None:
    """The receipt with this code, however it was typed; or None. Raises SealError where its record was changed.

    What she told in detail is opened only if somebody asks for it, while the session lasts.
    """
    plain = plain_code(code)
    return (
        None
        if plain is None
        else session.scalar(select(Receipt).where(Receipt.code == plain).options(defer(Receipt.details)))
    )


def issued_since(session: Session, case_id: int, since: datetime) -> Sequence[Receipt]:
    """The receipts of a case that were issued after that moment, newest first."""
    wanted = select(Receipt).where(Receipt.case_id == case_id, Receipt.issued_at > since)
    return session.scalars(wanted.order_by(Receipt.id.desc())).all()


def codes_of(session: Session, case_id: int) -> Sequence[str]:
    """The codes of the case's receipts, as they were issued."""
    return session.scalars(select(Receipt.code).where(Receipt.case_id == case_id).order_by(Receipt.id)).all()


def copy_of(receipt: Receipt) -> Copy:
    """What to hand out; nothing in it says where she is."""
    return Copy(receipt.says, receipt.previous.hex(), receipt.signature.hex())


def verify(copy: bytes, key: Ed25519PublicKey) -> Mapping[str, str]:
    """What a genuine copy says; needs nothing but the copy and our public key. Raises NotGenuine.

    A copy holds nothing that is not signed, and no name twice: else it could say one thing to us, another to a reader.
    """
    if len(copy) > LONGEST_COPY:
        raise NotGenuine(NOT_OURS)
    try:
        parts: dict[str, Any] = json.loads(copy.decode("utf-8-sig"), object_pairs_hook=_without_repetition)
        record, previous = parts["record"], bytes.fromhex(parts["previous"])
        signature = bytes.fromhex(parts["signature"])
        if len(parts) != 3 or len(previous) != len(FIRST):
            raise ValueError
        if not all(isinstance(said, str) for said in record.values()):
            raise ValueError
        digest = link_of(previous, _canonical(record))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotGenuine(NOT_OURS) from None
    if not signed_by(key, signature, digest):
        raise NotGenuine("the signature does not fit: it was changed, or another key signed it")
    return record  # type: ignore[no-any-return]


def details_hold(receipt: Receipt) -> bool:
    """Whether the details that we keep are still the ones of which the signed record holds the digest."""
    if receipt.details is None:
        return False
    return hmac.compare_digest(digest_of_details(receipt.details), receipt.says["details_sha256"])


def forget_details(session: Session, case_ids: Collection[int]) -> None:
    """Erase what was told in detail in these cases, as when she unsends it; the record stays, and stays genuine."""
    session.execute(update(Receipt).where(Receipt.case_id.in_(case_ids)).values(details=None))


def forget_old(session: Session, now: datetime, limit: int) -> int:
    """Erase the details of up to `limit` receipts whose case was closed long ago or is no more, and how many."""
    long_ago = now - KEPT_CLOSED
    over = (
        select(Receipt.id)
        .join(Receipt.case, isouter=True)
        .where(or_(Case.closed_at <= long_ago, Case.id.is_(None) & (Receipt.issued_at <= long_ago)))
        .where(Receipt.details.is_not(None))
        .limit(limit)
    )
    erased = session.execute(update(Receipt).where(Receipt.id.in_(over)).values(details=None).returning(Receipt.id))
    return len(erased.all())


def grouped(code: str) -> str:
    """The code as people read it out: in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _locked_chain(session: Session) -> ReceiptChain:
    key = Ed25519PrivateKey.generate()
    session.execute(
        dialects.insert(session, ReceiptChain)
        .values(
            id=1,
            private_key=key.private_bytes_raw(),
            public_key=key.public_key().public_bytes_raw(),
            head=FIRST,
            length=0,
        )
        .on_conflict_do_nothing()
    )
    return session.scalars(select(ReceiptChain).with_for_update().execution_options(populate_existing=True)).one()


def signed_by(key: Ed25519PublicKey, signature: bytes, digest: bytes) -> bool:
    """Whether this key signed the link."""
    try:
        key.verify(signature, digest)
    except InvalidSignature:
        return False
    return True


def _without_repetition(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def moment(at: datetime) -> str:
    """As a record writes it: UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _canonical(record: Mapping[str, str]) -> bytes:
    """JSON in UTF-8 with sorted names and no spaces, so that whoever reads a copy can write the same bytes."""
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)


def link_of(previous: bytes, record: bytes) -> bytes:
    """What is signed: SHA-256 of the link before and the record's bytes."""
    return hashlib.sha256(previous + record).digest()


def digest_of_details(details: Mapping[str, str]) -> str:
    """Of all that she told, with the salt: without it, her few answers could be guessed from the digest."""
    return hashlib.sha256(_canonical(details)).hexdigest()
