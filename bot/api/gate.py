"""Who may call, and how often: bearer keys with scopes, and a limit for each key that all processes share."""

import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.api.calls import UNKNOWN_KEY
from bot.clock import Clock
from bot.database import Database
from models import rate
from models.api_key import Scope, key_of
from models.rate import Allowance

LONGEST_KEY = 200
MOST_FAILED_A_MINUTE = 60
"""Unknown keys that one process looks up in a minute, whoever sends them: addresses behind a proxy tell little."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Admitted:
    """Somebody may go on; `test` says that nothing may come of it."""

    test: bool
    headers: Mapping[str, str]
    key: str


@dataclass(frozen=True)
class TurnedAway:
    status: int
    error: str
    message: str
    headers: Mapping[str, str]
    key: str = UNKNOWN_KEY


class Gate:
    """One for the whole API."""

    def __init__(self, database: Database, clock: Clock, calls_per_minute: int) -> None:
        self._database = database
        self._clock = clock
        self._per_minute = calls_per_minute
        self._guesses = _Guesses()

    def admit(self, authorization: str | None, scope: Scope) -> Admitted | TurnedAway:
        """Look the key up and count the call. An unknown, a revoked and an expired key look the same."""
        scheme, _, secret = (authorization or "").partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not 0 < len(secret) <= LONGEST_KEY:
            return _UNKNOWN
        if self._guesses.too_many(secret):
            return _TOO_MANY_GUESSES
        with self._database.reading() as session:
            key = key_of(session, secret, self._clock.now())
            if key is None:
                self._guesses.failed()
                return _UNKNOWN
            key_id, prefix, test, allowed = key.id, key.prefix, key.is_test, key.may(scope)
        self._guesses.succeeded(secret)
        if not allowed:
            return TurnedAway(403, "forbidden", f"This key has not the scope “{scope.value}”.", {}, prefix)
        with self._database.writing() as session:
            allowance = rate.spend(session, allowance_of(key_id), self._per_minute)
        headers = _headers(allowance)
        if not allowance.granted:
            headers["Retry-After"] = headers["RateLimit-Reset"]
            return TurnedAway(
                429, "too_many_requests", "Too many calls with this key; wait as Retry-After says.", headers, prefix
            )
        return Admitted(test, headers, prefix)


class _Guesses:
    """Unknown keys of the current minute. When there are too many, only keys that have opened before are looked up:
    who guesses costs the database nothing, and keeps nobody out who was in already."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since = time.monotonic()
        self._failed = 0
        self._opened: set[bytes] = set()

    def too_many(self, secret: str) -> bool:
        with self._lock:
            if time.monotonic() - self._since >= 60:
                self._since, self._failed = time.monotonic(), 0
            return self._failed >= MOST_FAILED_A_MINUTE and _digest(secret) not in self._opened

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            if self._failed == MOST_FAILED_A_MINUTE:
                log.warning("api_keys_guessed", requests=self._failed)

    def succeeded(self, secret: str) -> None:
        with self._lock:
            self._opened.add(_digest(secret))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


_UNKNOWN = TurnedAway(
    401, "unauthorized", "Send a valid key: Authorization: Bearer …", {"WWW-Authenticate": 'Bearer realm="api"'}
)
_TOO_MANY_GUESSES = TurnedAway(
    429, "too_many_requests", "Too many unknown keys; wait as Retry-After says.", {"Retry-After": "60"}
)


def allowance_of(key_id: int) -> str:
    """The name of the key's limit."""
    return f"api/{key_id}"


def _headers(allowance: Allowance) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(allowance.limit),
        "RateLimit-Remaining": str(allowance.remaining),
        "RateLimit-Reset": str(allowance.reset_seconds),
    }
