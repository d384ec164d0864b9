"""Phones and what stands in their chats with the bot."""

import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from bot.simulator.clock import instant
from bot.simulator.store import Connection

USER_ID = re.compile(r"U[0-9a-f]{32}")
_PREVIEWS = {
    "image": "Photo",
    "video": "Video",
    "audio": "Voice message",
    "sticker": "Sticker",
    "location": "Location",
    "coupon": "Coupon",
}


def phone(db: Connection, user_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT * FROM phone WHERE user_id = ?", (user_id,)).fetchone()
    return row


def following(db: Connection, user_ids: Iterable[str]) -> list[str]:
    """Those of these people who are friends of the bot, each once, in the order given."""
    wanted = list(dict.fromkeys(user_ids))
    rows = db.execute(
        "SELECT user_id FROM phone WHERE following AND user_id IN (SELECT value FROM json_each(?))",
        (orjson.dumps(wanted).decode(),),
    )
    friends = {row["user_id"] for row in rows}
    return [user_id for user_id in wanted if user_id in friends]


def friends(db: Connection) -> list[str]:
    return [row["user_id"] for row in db.execute("SELECT user_id FROM phone WHERE following ORDER BY user_id")]


def add_message(
    db: Connection,
    user_id: str,
    message_id: str,
    sender: str,
    at: int,
    body: Mapping[str, Any],
    *,
    notification: str | None = None,
    ledger_seq: int | None = None,
) -> int:
    """Put one message into a chat; returns its place in the order of all messages."""
    row = db.execute(
        "INSERT INTO message (message_id, user_id, sender, at, body, notification, ledger_seq)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (message_id, user_id, sender, at, orjson.dumps(body), notification, ledger_seq),
    )
    assert row.lastrowid is not None
    return row.lastrowid


def last_seq(db: Connection) -> int:
    row = db.execute("SELECT coalesce(max(seq), 0) FROM message").fetchone()
    return int(row[0])


def preview(message: Mapping[str, Any]) -> str:
    """What the lock screen shows of a message."""
    if "altText" in message:
        return str(message["altText"])
    if "text" in message:
        return str(message["text"])
    return _PREVIEWS.get(message["type"], "Message")


def shown(row: sqlite3.Row) -> dict[str, Any]:
    """A message as the phone page gets it."""
    return {
        "seq": row["seq"],
        "id": row["message_id"],
        "from": row["sender"],
        "at": instant(row["at"]).isoformat(),
        "message": orjson.loads(row["body"]),
        "unsent": bool(row["unsent"]),
        "notification": row["notification"],
    }
