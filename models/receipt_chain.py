"""Whether the receipts that we keep are still the ones we issued, all of them and in their order."""

from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import LargeBinary, Row, select, type_coerce
from sqlalchemy.orm import Session

from models.receipt import (
    DETAILS,
    FIRST,
    PRIVATE_KEY,
    RECORD,
    Receipt,
    ReceiptChain,
    digest_of_details,
    link_of,
    moment,
    public_key,
    signed_by,
)
from models.secrets import Keyring, SealError, keyring_of


@dataclass(frozen=True)
class End:
    """The last link, to be noted somewhere else: only so can a chain be missed that was cut off at its end."""

    length: int
    head: str


_EMPTY = End(0, FIRST.hex())


def end(session: Session) -> End:
    """Where the chain ends now."""
    found = session.execute(select(ReceiptChain.length, ReceiptChain.head)).one_or_none()
    return _EMPTY if found is None else End(found.length, found.head.hex())


def stands_between(session: Session, receipt: Receipt) -> bool:
    """Whether the receipts before and after it in the chain are the ones they were."""
    head = end(session).head  # before the next receipt is looked for, which may be issued meanwhile
    before = session.scalar(select(Receipt.digest).where(Receipt.id < receipt.id).order_by(Receipt.id.desc()).limit(1))
    after = session.scalar(select(Receipt.previous).where(Receipt.id > receipt.id).order_by(Receipt.id).limit(1))
    follows = bytes.fromhex(head) if after is None else after
    return receipt.previous == (before or FIRST) and receipt.digest == follows


def broken_links(session: Session) -> list[str]:
    """The codes at which the stored chain does not hold; `head` when its end is not the last link, `key` when the
    public key is not the one that signs.

    Empty when nothing was changed, dropped, added or swapped, but for an end that was cut off together with its head.
    """
    ring, key, at_first = keyring_of(session), public_key(session), end(session)
    broken, previous, length = [], FIRST, 0
    ended = at_first == _EMPTY
    for row in session.execute(_as_stored().execution_options(yield_per=500)):
        if row.previous != previous or key is None or not _holds(row, ring, key):
            broken.append(row.code)
        previous, length = row.digest, length + 1
        ended = ended or at_first == End(length, previous.hex())
    # More may have been issued while we were reading.
    if not ended or end(session).length < length:
        broken.append("head")
    if key is not None and not _signs_for(session, ring, key):
        broken.append("key")
    return broken


def _as_stored() -> Any:
    """The links in order, with their cells still sealed: one that cannot be opened must not hide the others."""
    return select(
        Receipt.code,
        Receipt.issued_at,
        Receipt.previous,
        Receipt.digest,
        Receipt.signature,
        type_coerce(Receipt.record, LargeBinary).label("record"),
        type_coerce(Receipt.details, LargeBinary).label("details"),
    ).order_by(Receipt.id)


def _holds(row: Row[Any], ring: Keyring, key: Ed25519PublicKey) -> bool:
    try:
        record = ring.open(row.record, RECORD)
        says = orjson.loads(record)
        # No details: they were erased when their time was over.
        details = None if row.details is None else orjson.loads(ring.open(row.details, DETAILS))
    except (SealError, ValueError):
        return False
    return (
        row.digest == link_of(row.previous, record)
        and signed_by(key, row.signature, row.digest)
        and (says["code"], says["at"]) == (row.code, moment(row.issued_at))
        and (details is None or digest_of_details(details) == says["details_sha256"])
    )


def _signs_for(session: Session, ring: Keyring, key: Ed25519PublicKey) -> bool:
    sealed = session.scalar(select(type_coerce(ReceiptChain.private_key, LargeBinary)))
    try:
        private = Ed25519PrivateKey.from_private_bytes(ring.open(sealed or b"", PRIVATE_KEY))
    except (SealError, ValueError):
        return False
    return private.public_key() == key
