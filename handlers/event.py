"""What a person did in LINE, read tolerantly: LINE may add types and fields without notice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Did(StrEnum):
    """What we tell apart; everything else LINE may send is OTHER."""

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    TEXT = "text"
    POSTBACK = "postback"
    STICKER = "sticker"
    ATTACHMENT = "attachment"
    LOCATION = "location"
    UNSEND = "unsend"
    OTHER = "other"


@dataclass(frozen=True)
class Event:
    """One event of one person; fields that its kind does not have are empty."""

    id: str
    did: Did
    at: datetime
    text: str = ""
    data: str = ""
    picked: str = ""
    is_photo: bool = False
    # Where a place that she sent lies: latitude, longitude and LINE's words for it, in one line.
    place: str = ""
    message_id: str | None = None
    reply_token: str | None = None
    redelivered: bool = False
    profile_language: str | None = field(default=None, compare=False)


_MESSAGES = {
    "text": Did.TEXT,
    "sticker": Did.STICKER,
    "image": Did.ATTACHMENT,
    "video": Did.ATTACHMENT,
    "audio": Did.ATTACHMENT,
    "file": Did.ATTACHMENT,
    "location": Did.LOCATION,
}
LONGEST_PLACE = 300
_PICKER_MODES = ("date", "datetime", "time")


def read(event_id: str, raw: Mapping[str, Any], profile_language: str | None = None) -> Event:
    """The event in our terms. A field of a shape we do not know reads as absent, never as an error."""
    message, postback = _part(raw, "message"), _part(raw, "postback")
    params = _part(postback, "params")
    kind = _text(raw, "type")
    did = Did.OTHER
    if kind == "message":
        # A kind of message that LINE may add one day is, to us, another thing we cannot look at.
        did = _MESSAGES.get(_text(message, "type"), Did.ATTACHMENT)
    elif kind in ("follow", "unfollow", "postback", "unsend"):
        did = Did(kind)
    return Event(
        id=event_id,
        did=did,
        at=occurred_at(raw),
        text=_text(message, "text"),
        data=_text(postback, "data"),
        picked=next((_text(params, mode) for mode in _PICKER_MODES if mode in params), ""),
        is_photo=_text(message, "type") == "image" and _text(_part(message, "contentProvider"), "type") == "line",
        place=_place(message) if did is Did.LOCATION else "",
        message_id=_text(message, "id") or _text(_part(raw, "unsend"), "messageId") or None,
        reply_token=_text(raw, "replyToken") or None,
        redelivered=_part(raw, "deliveryContext").get("isRedelivery") is True,
        profile_language=profile_language,
    )


def _place(message: Mapping[str, Any]) -> str:
    found = [message.get("latitude"), message.get("longitude")]
    if not all(isinstance(angle, int | float) and not isinstance(angle, bool) for angle in found):
        return ""
    words = " ".join(filter(None, (_text(message, "title"), _text(message, "address"))))
    return f"{found[0]:.6f},{found[1]:.6f} {words}".strip()[:LONGEST_PLACE]


def occurred_at(raw: Mapping[str, Any]) -> datetime:
    """LINE's `timestamp` (milliseconds since 1970); the epoch itself when it is missing or absurd."""
    stamp = raw.get("timestamp")
    if not isinstance(stamp, int) or isinstance(stamp, bool) or not 0 <= stamp < 253_402_300_800_000:
        stamp = 0
    return datetime.fromtimestamp(stamp / 1000, UTC)


def _part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = raw.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return value if isinstance(value, str) else ""
