"""What comes with tying an account to a worker's record and with untying it, whoever does it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models import binding, case, conversation, message, notice, reminder
from models.binding import Binding


def link(session: Session, contact_id: int, worker_id: int, now: datetime) -> Binding:
    """Tie the account to this worker; what it was told and had begun as another worker's is forgotten."""
    old = binding.linked(session, contact_id)
    if old is not None and old.worker_id != worker_id:
        forget_told(session, [contact_id])
        conversation.forget(session, contact_id)
    return binding.bind(session, contact_id, worker_id, now)


def unlink(session: Session, link: Binding, now: datetime) -> None:
    """Untie it: nothing personal leaves from now on."""
    binding.unbind(link, now)
    reminder.cancel(session, link.contact_id, "unbound")
    conversation.forget(session, link.contact_id)  # a self-check may have taken dates from the record


def forget_told(session: Session, contact_ids: Sequence[int]) -> None:
    """Erase whose record these accounts were told of: they are linked to nobody any more."""
    message.forget_reminders(session, contact_ids)
    notice.forget(session, contact_ids)
    case.forget_links(session, contact_ids)
