"""The only reader of time. A demo may run ahead of the wall clock; a service never does."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the moment, in UTC. `ahead` is how far a demo has been moved into the future."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, to: datetime) -> None:
        """Let it be that moment now, and time go on from there (demo and tests)."""
        self.ahead = to - datetime.now(UTC)
