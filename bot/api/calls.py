"""How often the API was called, by key and status: counted by each process for itself, for Prometheus to add up."""

import os

from prometheus_client import CollectorRegistry, Counter, generate_latest

UNKNOWN_KEY = "unknown"
"""In the place of a key that is not in force: what was sent as one is written nowhere."""


class Calls:
    """A counter that begins at nothing with the process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("key", "status", "process")
        self._calls = Counter("bot_api_calls", "Calls of the API", labels, registry=self._registry)
        self._process = str(os.getpid())

    def count(self, key: str, status: int) -> None:
        """`key` is the beginning that `api-keys list` shows."""
        self._calls.labels(key, str(status), self._process).inc()

    def metrics(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self._registry)
