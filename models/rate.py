"""How fast all our machines together may call LINE: one row per channel and endpoint."""

from sqlalchemy import BigInteger, String
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
