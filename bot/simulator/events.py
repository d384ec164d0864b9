"""Webhook events as LINE words them, made from what a person does on a made-up phone."""

import secrets
from datetime import datetime
from typing import Any

from bot.simulator.clock import milliseconds
from bot.simulator.store import Connection

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIRST_USER_MESSAGE_ID = 500_000_000_000_000_000


def ulid(at_milliseconds: int) -> str:
    """A webhookEventId: 48 bits of time and 80 of chance in Crockford's base 32."""
    number = (at_milliseconds & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def user_event(
    db: Connection, user_id: str, now: datetime, kind: str, *, mode: str, repliable: bool = True, **fields: Any
) -> dict[str, Any]:
    """The event, its reply token remembered. A channel in standby gets no reply token."""
    at = milliseconds(now)
    event = {
        "type": kind,
        **fields,
        "webhookEventId": ulid(at),
        "deliveryContext": {"isRedelivery": False},
        "timestamp": at,
        "source": {"type": "user", "userId": user_id},
        "mode": mode,
    }
    if repliable and mode == "active":
        event["replyToken"] = secrets.token_hex(16)
        db.execute(
            "INSERT INTO reply_token (token, user_id, event_at) VALUES (?, ?, ?)",
            (event["replyToken"], user_id, at),
        )
    return event


def new_message_id(db: Connection) -> str:
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'message'").fetchone()
    return str(_FIRST_USER_MESSAGE_ID + (row["seq"] if row else 0) + 1)


def new_quote_token() -> str:
    return secrets.token_urlsafe(24)
