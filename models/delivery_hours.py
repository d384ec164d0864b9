"""When reminders may reach a phone: at a fixed hour, and never at night in Taiwan."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from locales import TAIPEI, taipei_day


@dataclass(frozen=True)
class DeliveryHours:
    """Hours of the day in Taiwan: nothing routine before `first` or from `last` on; reminders leave at `at`."""

    at: int = 10
    first: int = 9
    last: int = 20

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.at < self.last <= 24:
            raise ValueError("the delivery hour must lie inside the hours in which we may send")

    def slot(self, day: date) -> datetime:
        """When that day's reminders leave, in UTC."""
        return datetime.combine(day, time(self.at), TAIPEI).astimezone(UTC)

    def allow(self, at: datetime) -> bool:
        """Whether something routine may leave at that moment."""
        return self.first <= at.astimezone(TAIPEI).hour < self.last

    def soonest(self, at: datetime) -> datetime:
        """The first moment from `at` on when something routine may leave, in UTC."""
        if self.allow(at):
            return at
        local = at.astimezone(TAIPEI)
        day = taipei_day(at) if local.hour < self.first else taipei_day(at) + timedelta(days=1)
        return datetime.combine(day, time(self.first), TAIPEI).astimezone(UTC)
