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
        """The newest thing of that kind that happened to one of her permits, and that nothing took back."""
        found = states(self.session, [permit.id for permit in self.permits])
        events = [matter.event for state in found.values() for matter in state.standing if matter.event.what is kind]
        return max(events, key=lambda event: (event.occurred_at, event.id), default=None)

    def holds(self, permit_type: PermitType) -> bool:
        """Whether a permit of that type, the one that matters now, is good today."""
        first = self.permits[0] if self.permits else None
        return (
            first is not None
            and first.permit_type == permit_type
            and first.starts_on <= self.today
            and first.is_good_on(self.today)
        )

    @property
    def permit_type(self) -> str | None:
        return self.permits[0].permit_type if self.permits else None

    @property
    def work(self) -> str | None:
        return self.permits[0].work if self.permits else None

    @property
    def starts_on(self) -> date | None:
        return self.permits[0].starts_on if self.permits else None

    @property
    def ends_on(self) -> date | None:
        return self.permits[0].ends_on if self.permits else None


def record_of(ctx: Context) -> Record | None:
    """Her record; None when her account is linked to none."""
    binding = in_force(ctx.session, ctx.contact.id)
    if binding is None or binding.worker is None:
        return None
    permits = running_first(permits_of(ctx.session, binding.worker.id), ctx.today)
    return Record(ctx.session, binding.worker, permits, ctx.today)
