"""What an announcement costs of the month's messages, and whether it leaves enough for what is urgent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from locales import taipei_day
from models import audience, quota
from models.announcements.announcement import NOT_OVER, Announcement
from models.announcements.chunk import progress
from models.announcements.moves import Draft, draft_of
from models.audience import Reach
from models.quota import Account


@dataclass(frozen=True, slots=True)
class Cost:
    """One message a recipient. `left`: what the month still allows; nothing while LINE has not said, or sets no limit.

    `promised` is what other announcements that are approved or on their way will still take.
    """

    reach: Reach
    known: bool
    left: int | None
    reserve: int
    promised: int

    @property
    def free(self) -> int | None:
        """How many may be sent without touching what is kept for what is urgent."""
        return None if self.left is None else max(0, self.left - self.reserve - self.promised)

    @property
    def fits(self) -> bool:
        return self.free is None or self.reach.count <= self.free


def cost_of(session: Session, account: Account, draft: Draft, now: datetime, *, but: int | None = None) -> Cost:
    """As things stand now; `but` is the announcement itself, which does not compete with itself."""
    reached = audience.reach(session, draft.audience, draft.category, taipei_day(now))
    standing = quota.standing(session, account.channel, now)
    if standing is None or standing.remaining is None:
        return Cost(reached, known=standing is not None, left=None, reserve=0, promised=0)
    reserve = standing.reserve(account.reserve_percent)
    return Cost(reached, known=True, left=standing.remaining, reserve=reserve, promised=_promised(session, now, but))


def _promised(session: Session, now: datetime, but: int | None) -> int:
    others = select(Announcement).where(Announcement.state.in_(NOT_OVER), Announcement.valid_until > now)
    return sum(_yet_to_take(session, each, now) for each in session.scalars(others) if each.id != but)


def _yet_to_take(session: Session, announcement: Announcement, now: datetime) -> int:
    if announcement.planned_at is not None:
        return progress(session, announcement.id).waiting
    draft = draft_of(announcement)
    return audience.reach(session, draft.audience, draft.category, taipei_day(now)).count
