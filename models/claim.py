"""Whether five typed fields find a record: numbers and birth date exactly, the name tolerantly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from sqlalchemy.orm import Session

from models.binding import TriesLeft, bindings_of, in_force, record_attempt, tries_left, was_linked_otherwise
from models.contact import Contact
from models.identity import NameMatch, compare_names
from models.linking import link
from models.review import ReviewReason, open_review, was_cut
from models.worker import NumberKind, Worker, kinds_known, workers_with

QUIET_CLAIMS = 3
"""From the next parallel claim on, a person looks at who claims this worker. Nobody is refused for it."""


@dataclass(frozen=True)
class Claim:
    """What somebody says of herself, normalised; a number she does not have is None."""

    passport_no: str | None
    arc_no: str | None
    name: str
    birth_date: date
    phone: str | None = None

    @property
    def numbers(self) -> Mapping[NumberKind, str]:
        given = {NumberKind.PASSPORT: self.passport_no, NumberKind.ARC: self.arc_no}
        return {kind: number for kind, number in given.items() if number}


class Outcome(Enum):
    """REVIEW and NO_MATCH she cannot tell apart; a doubt waits for a person, in silence."""

    BOUND = "bound"
    ALREADY_LINKED = "already_linked"
    REVIEW = "review"
    NO_MATCH = "no_match"


def submit(session: Session, contact_id: int, claim: Claim, now: datetime) -> Outcome:
    """Find the record and bind the account to it as a claim, or note why not. Counts the try."""
    # Locked, so that no second claim of the same account looks while this one decides.
    session.get_one(Contact, contact_id, with_for_update=True)
    if in_force(session, contact_id) is not None:
        return Outcome.ALREADY_LINKED
    if tries_left(session, contact_id, now) is not TriesLeft.YES:
        return Outcome.NO_MATCH
    worker, doubt = _find(session, claim)
    if worker is not None and was_cut(session, contact_id):
        doubt = ReviewReason.CUT_BEFORE
    if worker is not None and doubt is None:
        # Brokers often fill in their own number: it decides nothing, but a person may want to know.
        record_attempt(session, contact_id, now, matched=True, phone_matched=_same_phone(claim, worker))
        collects = was_linked_otherwise(session, contact_id, worker.id)
        link(session, contact_id, worker.id, now)
        if collects or len(bindings_of(session, worker.id)) > QUIET_CLAIMS:
            open_review(session, contact_id, worker.id, ReviewReason.SEVERAL_CLAIMS, now)
        return Outcome.BOUND
    record_attempt(session, contact_id, now, matched=False)
    if worker is not None and doubt is not None:
        open_review(session, contact_id, worker.id, doubt, now)
        return Outcome.REVIEW
    if tries_left(session, contact_id, now) is TriesLeft.NEVER:
        open_review(session, contact_id, None, ReviewReason.TRIES_USED_UP, now)
    return Outcome.NO_MATCH


def _same_phone(claim: Claim, worker: Worker) -> bool | None:
    return None if claim.phone is None or worker.phone is None else claim.phone == worker.phone


def _find(session: Session, claim: Claim) -> tuple[Worker | None, ReviewReason | None]:
    """The one worker whose numbers and birth date are these, and what is doubtful about the claim."""
    found = {kind: workers_with(session, kind, number) for kind, number in claim.numbers.items()}
    candidates = [session.get_one(Worker, worker_id) for worker_id in set[int]().union(*found.values())]
    born = [worker for worker in candidates if worker.birth_date == claim.birth_date]
    # Two countries may print the same number: who has both numbers goes before who has one.
    having_all = [worker for worker in born if all(worker.id in ids for ids in found.values())]
    if len(having_all or born) != 1:
        return None, None
    [worker] = having_all or born
    name = compare_names(claim.name, worker.name)
    if name is NameMatch.DIFFERENT:
        return None, None
    known = kinds_known(session, worker.id)
    if any(worker.id not in ids and (ids or kind in known) for kind, ids in found.items()):
        # One number is hers and the other nobody's, or another worker's: a slip, or somebody guessing.
        return (worker, ReviewReason.NUMBERS) if name is NameMatch.SAME else (None, None)
    if name is NameMatch.DOUBTFUL:
        return worker, ReviewReason.NAME
    if not known <= found.keys():
        return worker, ReviewReason.NUMBERS
    return worker, None
