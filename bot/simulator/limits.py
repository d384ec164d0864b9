"""LINE's token buckets, one per method and endpoint (reference, "Rate limits"); switched on by configuration."""

import time
from collections.abc import Callable

_HOUR = 3600.0
# (method, route) -> requests, per how many seconds; everything else has 2,000 a second
_LIMITS: dict[tuple[str, str], tuple[int, float]] = {
    ("POST", "/v2/bot/message/multicast"): (200, 1.0),
    ("POST", "/v2/bot/message/narrowcast"): (60, _HOUR),
    ("POST", "/v2/bot/message/broadcast"): (60, _HOUR),
    ("POST", "/v2/bot/chat/loading/start"): (100, 1.0),
    ("POST", "/v2/bot/channel/webhook/test"): (60, _HOUR),
    ("PUT", "/v2/bot/channel/webhook/endpoint"): (1000, 60.0),
    ("GET", "/v2/bot/channel/webhook/endpoint"): (1000, 60.0),
    ("POST", "/v2/bot/richmenu"): (100, _HOUR),
    ("DELETE", "/v2/bot/richmenu/{rich_menu_id}"): (100, _HOUR),
    ("DELETE", "/v2/bot/richmenu/alias/{alias_id}"): (100, _HOUR),
    ("GET", "/v2/bot/richmenu/list"): (10, 1.0),
    ("GET", "/v2/bot/insight/message/event/aggregation"): (60, _HOUR),
}
_EVERYTHING_ELSE = (2000, 1.0)


class Buckets:
    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._levels: dict[tuple[str, str], tuple[float, float]] = {}

    def admits(self, method: str, route: str) -> bool:
        """Take one token; False when the bucket is empty. Bucket size is one period's worth, LINE tells none."""
        size, seconds = _LIMITS.get((method, route), _EVERYTHING_ELSE)
        now = self._monotonic()
        level, seen = self._levels.get((method, route), (float(size), now))
        level = min(float(size), level + (now - seen) * size / seconds)
        admitted = level >= 1.0
        self._levels[method, route] = (level - 1.0 if admitted else level, now)
        return admitted
