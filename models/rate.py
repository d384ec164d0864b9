"""How fast all our machines together may call LINE, and each key may call us: one row per limit."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import dialects
from models.base import Base

PER_SECOND = {"push": 2000, "reply": 2000, "multicast": 200}
"""LINE's limits (Messaging API reference, rate limits)."""
MARGIN_PERCENT = 95
"""We stay below LINE's limit, because our slots come in small bursts."""


class Rate(Base):
    """When the next request may leave, in microseconds since 1970 by the database's clock."""

    __tablename__ = "rate"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    arrival: Mapped[int] = mapped_column(BigInteger)


def reserve(session: Session, channel: str, endpoint: str, slots: int) -> tuple[float, float]:
    """Take the next `slots` sending slots of the endpoint: seconds to the first one, and between two."""
    name = f"{channel}/{endpoint}"
    interval = 100_000_000 // (PER_SECOND[endpoint] * MARGIN_PERCENT)
    wait = dialects.reserve(session, name, interval, slots)
    if wait is None:
        session.execute(dialects.insert(session, Rate).values(name=name, arrival=0).on_conflict_do_nothing())
        wait = dialects.reserve(session, name, interval, slots)
    return wait or 0.0, interval / 1_000_000


def slow_down(session: Session, channel: str, endpoint: str, seconds: float) -> None:
    """LINE said 429: everybody waits."""
    dialects.push_back(session, f"{channel}/{endpoint}", int(seconds * 1_000_000))


def quiet_for(session: Session, channel: str, endpoint: str) -> timedelta:
    """How long ago the last slot was, for all our machines together."""
    ahead = dialects.ahead(session, f"{channel}/{endpoint}")
    return timedelta.max if ahead is None else timedelta(microseconds=-ahead)


@dataclass(frozen=True)
class Allowance:
    """Whether a call may be made, how many more, and in how many seconds there is room again."""

    granted: bool
    limit: int
    remaining: int
    reset_seconds: int


def spend(session: Session, name: str, limit: int, *, seconds: int = 60) -> Allowance:
    """Count one against a limit in so many seconds, all of which may come at once; refuses instead of waiting."""
    interval = seconds * 1_000_000 // limit
    lies_ahead = dialects.spend(session, name, interval, limit)
    if lies_ahead is None and dialects.ahead(session, name) is None:
        session.execute(dialects.insert(session, Rate).values(name=name, arrival=0).on_conflict_do_nothing())
        lies_ahead = dialects.spend(session, name, interval, limit)
    if lies_ahead is None:
        full = dialects.ahead(session, name) or 0
        wait = full + interval - interval * limit
        return Allowance(False, limit, 0, max(1, -(-wait // 1_000_000)))
    remaining = max(0, limit - -(-lies_ahead // interval))
    return Allowance(True, limit, remaining, -(-lies_ahead // 1_000_000))


def forget_past(session: Session, prefix: str) -> None:
    """Erase the limits whose names begin so and of which nothing is used: a new row means the same."""
    dialects.forget_past(session, prefix)


def last_spent(session: Session, name: str, now: datetime) -> datetime | None:
    """When a call was last counted against the limit, to about a minute; None when there was none."""
    arrival = session.scalar(select(Rate.arrival).where(Rate.name == name))
    # The row counts ahead of the clock by what is spent and not free again yet, a minute at most.
    return None if not arrival else min(datetime.fromtimestamp(arrival // 1_000_000, UTC), now)
