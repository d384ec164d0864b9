"""The address of a calendar file: its days travel sealed in the address itself, so that no row is kept of them."""

import base64
from collections.abc import Sequence
from datetime import date

from locales import Language
from models.secrets import Keyring, SealError

CALENDAR_PATH = "/calendar"
MOST_DAYS = 20
"""Of one file: LINE takes addresses of a thousand characters."""
_SEALED_AS = "calendar.token"


class NotATokenError(ValueError):
    """Not a token of ours, or changed on its way, or its key is gone."""


def token_for(keyring: Keyring, language: Language, days: Sequence[date]) -> str:
    """What stands in the address instead of the days and the language.

    It opens as long as the key that sealed it is in `BOT_KEYS`, also behind newer ones. When that key has been
    taken out, the link leads nowhere and the chat gives a new one.
    """
    if not 1 <= len(days) <= MOST_DAYS:
        raise ValueError(f"{len(days)} days, a file holds 1 to {MOST_DAYS}")
    plain = " ".join((language.value, *(day.isoformat() for day in days)))
    return base64.urlsafe_b64encode(keyring.seal(plain.encode(), _SEALED_AS)).decode().rstrip("=")


def read_token(keyring: Keyring, token: str) -> tuple[Language, tuple[date, ...]]:
    """The language and the days."""
    try:
        cell = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        # Bits that decoding leaves out could be changed: only what we wrote is ours.
        if base64.urlsafe_b64encode(cell).decode().rstrip("=") != token:
            raise NotATokenError
        language, *days = keyring.open(cell, _SEALED_AS).decode().split(" ")
        return Language(language), tuple(date.fromisoformat(day) for day in days)
    except (ValueError, SealError):
        raise NotATokenError from None
