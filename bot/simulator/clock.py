"""The simulator's time: real time plus an offset, so that a demonstration can jump ahead."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the simulator needs of a clock; the host may hand in its own, shared with the bot."""

    def now(self) -> datetime:
        """The simulated instant, aware, in UTC."""

    def move(self, to: datetime) -> None:
        """Make `now()` continue from this instant."""


class OffsetClock:
    def __init__(self, read_real_time: Callable[[], datetime]) -> None:
        self._read = read_real_time
        self._offset = timedelta(0)

    def now(self) -> datetime:
        return self._read() + self._offset

    def move(self, to: datetime) -> None:
        self._offset = to.astimezone(UTC) - self._read()


def real_time() -> datetime:
    # The simulator may not import the bot's clock: it runs as a process of its own.
    return datetime.now(UTC)  # noqa: TID251


def milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def instant(at_milliseconds: int) -> datetime:
    return datetime.fromtimestamp(at_milliseconds / 1000, UTC)
