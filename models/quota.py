"""How many messages LINE lets us send this month: as it last told us, with what it took from us since."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from enum import IntEnum
from typing import Any

from sqlalchemy import String, case, literal, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import dialects, rate
from models.base import Base, Instant

LINE_TIME = timezone(timedelta(hours=9))
"""LINE counts days and months in UTC+9 (Messaging API reference, number of sent messages)."""
LAG = timedelta(minutes=10)
"""LINE calls its count approximate and does not say how late it is: this long after a push we take it to be in."""
RESERVE_PERCENT = 10
"""A share, so that the reserve follows the plan: 20 of 200 messages, 600 of 6,000."""
NEAR = 4_000
"""So many messages before the reserve, senders begin to take turns: twenty of them may each have leased 200."""
LATE_ANSWERS_A_DAY = 5
"""Who writes gets free answers. Late ones cost: enough for a bad hour of ours, too few to burn the month with."""

READING = "read_line_quota"
"""The row of `schedule` that lets one process at a time ask LINE."""


@dataclass(frozen=True, slots=True)
class Account:
    """Our account at LINE: the name its rows have, and the share of its month that is kept for what is urgent."""

    channel: str
    reserve_percent: int


class LineQuota(Base):
    """One row a channel; LINE's figures include what others send from it, and LINE calls them approximate."""

    __tablename__ = "line_quota"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    # Nothing: LINE sets no limit.
    value: Mapped[int | None]
    # As LINE said at `read_at`, and every push that it has taken from us since.
    used: Mapped[int]
    read_at: Mapped[datetime] = mapped_column(Instant)


class Supply(IntEnum):
    """How the month stands. RESERVED: what is left is for what is urgent."""

    PLENTY = 0
    LOW = 1
    RESERVED = 2


@dataclass(frozen=True)
class Month:
    """The month's messages."""

    limit: int | None
    used: int

    @property
    def remaining(self) -> int | None:
        """None: as many as we like."""
        return None if self.limit is None else max(0, self.limit - self.used)

    def reserve(self, percent: int) -> int:
        """How many of the month's messages are kept for what is urgent."""
        return -(-(self.limit or 0) * percent // 100)

    def supply(self, percent: int) -> Supply:
        """LOW from 20 percent of the month on, or from twice the reserve if that is more."""
        if self.remaining is None:
            return Supply.PLENTY
        if self.remaining <= self.reserve(percent):
            return Supply.RESERVED
        return Supply.LOW if self.remaining <= self.reserve(max(20, 2 * percent)) else Supply.PLENTY


@dataclass(frozen=True)
class Standing(Month):
    """The month's messages as we know them, and when LINE last told us."""

    read_at: datetime


def month_began(now: datetime) -> datetime:
    """The moment from which LINE counts this month's messages."""
    return now.astimezone(LINE_TIME).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def standing(session: Session, channel: str, now: datetime, *, locked: bool = False) -> Standing | None:
    """The month so far; None before LINE was ever asked. At the month's turn LINE begins at nothing, and so do we."""
    wanted = select(*_FIGURES).where(LineQuota.channel == channel)
    row = session.execute(wanted.with_for_update() if locked else wanted).one_or_none()
    return None if row is None else _as_of(row, now)


_FIGURES = (LineQuota.value, LineQuota.used, LineQuota.read_at)


def _as_of(row: Any, now: datetime) -> Standing:
    began = month_began(now)
    return Standing(row.value, 0, began) if row.read_at < began else Standing(row.value, row.used, row.read_at)


def count(session: Session, channel: str, pushes: int, now: datetime) -> tuple[Standing, Standing] | None:
    """LINE has taken that many more pushes: how the month stood before, and how it stands."""
    began = month_began(now)
    last_month = LineQuota.read_at < literal(began, Instant)
    row = session.execute(
        update(LineQuota)
        .where(LineQuota.channel == channel)
        .values(
            used=case((last_month, 0), else_=LineQuota.used) + pushes,
            read_at=case((last_month, literal(began, Instant)), else_=LineQuota.read_at),
        )
        .returning(*_FIGURES)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    after = _as_of(row, now)
    return replace(after, used=after.used - pushes), after


def note(
    session: Session, channel: str, limit: int | None, used: int, now: datetime
) -> tuple[Standing | None, Standing]:
    """Keep what LINE says; how the month stood before, and how it stands.

    A count lower than ours is believed only once nothing of ours can still be missing in it.
    """
    before = standing(session, channel, now, locked=True)
    quiet = min(rate.quiet_for(session, channel, endpoint) for endpoint in ("push", "multicast"))
    if before is not None and quiet < LAG:
        used = max(used, before.used)
    figures = {"value": limit, "used": used, "read_at": now}
    new = dialects.insert(session, LineQuota).values(channel=channel, **figures)
    session.execute(new.on_conflict_do_update(index_elements=["channel"], set_=figures))
    return before, Standing(limit, used, now)


def may_answer_late(session: Session, contact_id: int) -> bool:
    """Whether one more answer to her may be pushed, now that it cannot be free any more. Counts it."""
    return rate.spend(session, f"{_LATE}{contact_id}", LATE_ANSWERS_A_DAY, seconds=86_400).granted


def forget_late_answers(session: Session) -> None:
    """Erase who had late answers, once it matters no more."""
    rate.forget_past(session, _LATE)


_LATE = "late answers/"
