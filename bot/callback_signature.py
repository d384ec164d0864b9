"""How callbacks are signed: the symmetric scheme of Standard Webhooks 1.0 (standardwebhooks.com), by every secret."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
FEWEST_BYTES, MOST_BYTES = 24, 64


class SecretFormatError(ValueError):
    """The text is not a secret; what it says is never repeated."""


def new_secret() -> str:
    """A secret as it is written in BOT_CALLBACK_SECRET and given to the receiver."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def read_secret(written: str) -> bytes:
    """The bytes that sign. Raises SecretFormatError."""
    try:
        secret = base64.b64decode(written.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not written.strip().startswith(PREFIX) or not FEWEST_BYTES <= len(secret) <= MOST_BYTES:
        raise SecretFormatError(f"must be {PREFIX} and base64 of {FEWEST_BYTES} to {MOST_BYTES} bytes")
    return secret


def signed_headers(ring: Sequence[bytes], webhook_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers; while a secret is being replaced, one signature by each."""
    stamp = str(int(now.timestamp()))
    signed = f"{webhook_id}.{stamp}.".encode() + body
    made = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in ring)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join("v1," + base64.b64encode(one).decode() for one in made),
    }
