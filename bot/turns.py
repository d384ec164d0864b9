"""Writers of one process come one after another, in the order in which they asked."""

import threading
from collections import deque

from sqlalchemy.exc import TimeoutError as NoConnectionFree


class Turns:
    """A lock that whoever waits longest gets next.

    Who waits for SQLite's own lock asks again after ever longer sleeps, so one who writes without a pause keeps all
    others out.
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._guard = threading.Lock()
        self._taken = False
        self._mine = threading.local()
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return len(self._waiting)

    def __enter__(self) -> None:
        """Raises what a pool without a free connection raises, when the turn does not come in time."""
        # A thread that writes inside a write of its own waits for nobody but itself.
        depth = getattr(self._mine, "depth", 0)
        if depth == 0:
            self._wait()
        self._mine.depth = depth + 1

    def __exit__(self, *_raised: object) -> None:
        self._mine.depth -= 1
        if self._mine.depth:
            return
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    def _wait(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=self._patience):
            return
        with self._guard:
            if called not in self._waiting:  # it came just now
                return
            self._waiting.remove(called)
        raise NoConnectionFree("the turn to write did not come in time")
