"""Finding one worker by a number of hers, as a caseworker does who was told it; never a list of people."""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from models import rate
from models.case import Case
from models.identity import arc_no, mobile, passport_no
from models.identity.spelling import checked, visible
from models.permit import Permit
from models.review import Review
from models.secrets import keyring_of
from models.worker import NumberKind, Worker, workers_with

SHOWN = 5
"""Two countries may print the same passport number, and a broker's phone may stand with many workers."""
AN_HOUR = 60
"""So many look-ups of one operator, as many fields shown in full, and as many looks at cases of others."""


class By(StrEnum):
    """What the number is of."""

    PERMIT = "permit"
    ARC = "arc"
    PASSPORT = "passport"
    PHONE = "phone"
    WORKER_REF = "worker_ref"


def find(session: Session, by: By, said: str) -> Sequence[Worker]:
    """Who has or had exactly this number: one more than may be shown, at most. Raises Unusable for no such number."""
    match by:
        case By.PERMIT:
            belongs = Worker.id.in_(select(Permit.worker_id).where(Permit.permit_no.in_(_spellings(said))))
        case By.ARC:
            belongs = Worker.id.in_(workers_with(session, NumberKind.ARC, arc_no(said)))
        case By.PASSPORT:
            belongs = Worker.id.in_(workers_with(session, NumberKind.PASSPORT, passport_no(said)))
        case By.PHONE:
            belongs = Worker.phone_index.in_(keyring_of(session).indexes(mobile(said), "worker.phone"))
        case By.WORKER_REF:
            belongs = Worker.worker_ref.in_(_spellings(said))
    return session.scalars(select(Worker).where(belongs).order_by(Worker.id).limit(SHOWN + 1)).all()


def may_search(session: Session, operator_id: int) -> bool:
    """Count one look-up against what an operator may do in an hour."""
    return rate.spend(session, f"lookup/{operator_id}", AN_HOUR, seconds=3600).granted


def may_reveal(session: Session, operator_id: int) -> bool:
    """The same for fields shown in full."""
    return rate.spend(session, f"reveal/{operator_id}", AN_HOUR, seconds=3600).granted


def may_look_at_case(session: Session, operator_id: int) -> bool:
    """The same for cases that are not theirs: what she told us can say where she is."""
    return rate.spend(session, f"case_look/{operator_id}", AN_HOUR, seconds=3600).granted


def waits_for_somebody(session: Session, worker_id: int) -> bool:
    """Whether there is work about this worker, from which somebody may come to her page without a number."""
    case = exists().where(Case.worker_id == worker_id, Case.closed_at.is_(None))
    review = exists().where(Review.worker_id == worker_id, Review.closed_at.is_(None))
    return bool(session.scalar(select(or_(case, review))))


def _spellings(said: str) -> set[str]:
    """As it was typed, and without what a keyboard adds; the ministry's own spelling is kept as it came."""
    plain = visible(checked(said)).strip()
    return {plain, unicodedata.normalize("NFKC", plain)}
