"""What we hold of her, for a self-check that may use it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from handlers.context import Context
from law.employment_permits import PermitType
from models.binding import in_force
from models.permit import Permit, permits_of, running_first
from models.permit_event import EventKind, PermitEvent, states
from models.worker import Worker


@dataclass(frozen=True)
class Record:
    """Her own entry in the ministry's file, and her permits, the one that matters now first."""

    session: Session
    worker: Worker
    permits: Sequence[Permit]
    today: date

    def standing(self, kind: EventKind) -> PermitEvent | None:
        """The newest thing of that kind that nothing took back, and that no good permit has followed."""
        found = states(self.session, [permit.id for permit in self.permits if not self._is_past(permit)])
        events = [matter.event for state in found.values() for matter in state.standing if matter.event.what is kind]
        return max(events, key=lambda event: (event.occurred_at, event.id), default=None)

    def _is_past(self, permit: Permit) -> bool:
        """Whether she has another one instead, so that what befell this one says nothing of her now."""
        later = (other for other in self.permits if other.starts_on > permit.starts_on)
        return not permit.is_good_on(self.today) and any(other.is_good_on(self.today) for other in later)

    @property
    def revocation(self) -> PermitEvent | None:
        return self.standing(EventKind.PERMIT_REVOKED)

    def holds(self, permit_type: PermitType) -> bool:
        """Whether her permit is of that type and has begun."""
        permit = self._good
        return permit is not None and permit.permit_type == permit_type and permit.starts_on <= self.today

    @property
    def _good(self) -> Permit | None:
        """The permit that matters now; none where all are revoked or over."""
        return next((permit for permit in self.permits if permit.is_good_on(self.today)), None)

    @property
    def permit_type(self) -> str | None:
        return None if self._good is None else self._good.permit_type

    @property
    def work(self) -> str | None:
        return None if self._good is None else self._good.work

    @property
    def starts_on(self) -> date | None:
        return None if self._good is None else self._good.starts_on

    @property
    def ends_on(self) -> date | None:
        return None if self._good is None else self._good.ends_on


def record_of(ctx: Context) -> Record | None:
    """Her record; None when her account is linked to none."""
    binding = in_force(ctx.session, ctx.contact.id)
    if binding is None or binding.worker is None:
        return None
    permits = running_first(permits_of(ctx.session, binding.worker.id), ctx.today)
    return Record(ctx.session, binding.worker, permits, ctx.today)
