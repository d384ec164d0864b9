"""Whether an account whose link is doubted is linked now, and to which record."""

from collections.abc import Mapping, Sequence
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.binding import IN_FORCE, Binding
from models.review import Review


class Standing(Enum):
    """Seen from the record that the account claims."""

    LINKED = "linked"
    NOT_LINKED = "not_linked"
    ELSEWHERE = "elsewhere"


def standings(session: Session, reviews: Sequence[Review]) -> Mapping[int, Standing]:
    """How the account of each review stands to its record, by the review's number."""
    accounts = {review.contact_id for review in reviews}
    links = select(Binding.contact_id, Binding.worker_id).where(Binding.contact_id.in_(accounts), *IN_FORCE)
    worker_of = dict(session.execute(links).all())
    return {review.id: _standing(review.worker_id, worker_of.get(review.contact_id)) for review in reviews}


def _standing(claimed: int | None, linked: int | None) -> Standing:
    if linked is None:
        return Standing.NOT_LINKED
    return Standing.LINKED if linked == claimed else Standing.ELSEWHERE
