"""Who may call, and how often: bearer keys with scopes, and a limit for each key that all processes share."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.database import Database
from models import rate
from models.api_key import Scope, key_of
from models.rate import Allowance

LONGEST_KEY = 200


@dataclass(frozen=True)
class Admitted:
    """Somebody may go on; `test` says that nothing may come of it."""

    test: bool
    headers: Mapping[str, str]


@dataclass(frozen=True)
class TurnedAway:
    status: int
    error: str
    message: str
    headers: Mapping[str, str]


class Gate:
    """One for the whole API."""

    def __init__(self, database: Database, clock: Clock, calls_per_minute: int) -> None:
        self._database = database
        self._clock = clock
        self._per_minute = calls_per_minute

    def admit(self, authorization: str | None, scope: Scope) -> Admitted | TurnedAway:
        """Look the key up and count the call. An unknown, a revoked and an expired key look the same."""
        scheme, _, secret = (authorization or "").partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not 0 < len(secret) <= LONGEST_KEY:
            return _UNKNOWN
        with self._database.reading() as session:
            key = key_of(session, secret, self._clock.now())
            if key is None:
                return _UNKNOWN
            key_id, test, allowed = key.id, key.is_test, key.may(scope)
        if not allowed:
            return TurnedAway(403, "forbidden", f"This key has not the scope “{scope.value}”.", {})
        with self._database.writing() as session:
            allowance = rate.spend(session, f"api/{key_id}", self._per_minute)
        headers = _headers(allowance)
        if not allowance.granted:
            headers["Retry-After"] = headers["RateLimit-Reset"]
            return TurnedAway(
                429, "too_many_requests", "Too many calls with this key; wait as Retry-After says.", headers
            )
        return Admitted(test, headers)


_UNKNOWN = TurnedAway(
    401, "unauthorized", "Send a valid key: Authorization: Bearer …", {"WWW-Authenticate": 'Bearer realm="api"'}
)


def _headers(allowance: Allowance) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(allowance.limit),
        "RateLimit-Remaining": str(allowance.remaining),
        "RateLimit-Reset": str(allowance.reset_seconds),
    }
