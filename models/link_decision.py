"""What becomes of an account's link when people have looked at whose it is, and what the person at it is told."""

from datetime import datetime

from sqlalchemy.orm import Session

from locales import Text, _
from models import linking, notice_plan, reminder
from models.binding import Binding, Trust, in_force
from models.contact import Contact
from models.content import Card, Content, Tone
from models.message import add_urgent
from models.operator import Operator
from models.reaction import CALL_1955
from models.reminder import ReminderRules
from models.review import Decision, Review

KIND = "link"
"""The kind of a message about the link itself."""


class NotDecided(Exception):  # noqa: N818  reads as what it says where it is raised
    """Nothing was decided."""


class OwnProposal(NotDecided):
    """Whoever asks for it cannot confirm it as well."""


class LinkedToAnother(NotDecided):
    """The account is linked to another worker's record now."""


def takes_two(session: Session, review: Review, decision: Decision) -> bool:
    """Whether it would cut a link or make one: for money somebody might do either."""
    return _changes(decision, _link(session, review))


def decide(
    session: Session, review: Review, decision: Decision, operator: Operator, rules: ReminderRules, now: datetime
) -> bool:
    """Do it and close the review, or ask a second person for it (False)."""
    link = _held_link(session, review)
    if _changes(decision, link):
        review.decision, review.asked_by_id = decision.value, operator.id
        return False
    _carry_out(session, review, decision, link, operator, rules, now)
    return True


def confirm(session: Session, review: Review, operator: Operator, rules: ReminderRules, now: datetime) -> None:
    """As the second person: do what was asked for."""
    if review.asked is None:
        raise NotDecided
    if review.asked_by_id == operator.id:
        raise OwnProposal
    _carry_out(session, review, review.asked, _held_link(session, review), operator, rules, now)


def send_back(review: Review) -> None:
    """It is as undecided as before, whether the second person says so or whoever asked."""
    review.decision = review.asked_by_id = None


def _carry_out(
    session: Session,
    review: Review,
    decision: Decision,
    link: Binding | None,
    operator: Operator,
    rules: ReminderRules,
    now: datetime,
) -> None:
    contact = session.get_one(Contact, review.contact_id)
    if decision is Decision.NOT_HERS and link is not None:
        linking.unlink(session, link, now)
        _tell(session, contact, _UNLINKED, f"review {review.id} unlinked", now)
    elif decision is Decision.HERS and link is not None:
        link.trust = Trust.VERIFIED.value
    elif decision is Decision.HERS and review.worker_id is not None:
        _link_her(session, review, review.worker_id, contact, rules, now)
    review.decision, review.closed_by_id, review.closed_at = decision.value, operator.id, now
    session.flush()


def _link_her(
    session: Session, review: Review, worker_id: int, contact: Contact, rules: ReminderRules, now: datetime
) -> None:
    if in_force(session, contact.id) is not None:
        raise LinkedToAnother
    linking.link(session, contact.id, worker_id, now).trust = Trust.VERIFIED.value
    _tell(session, contact, _LINKED, f"review {review.id} linked", now)
    reminder.catch_up(session, rules, contact, now)
    notice_plan.catch_up(session, contact, now + notice_plan.AFTER_THE_ANSWER)


def _changes(decision: Decision, link: Binding | None) -> bool:
    return decision is Decision.NOT_HERS or (decision is Decision.HERS and link is None)


def _link(session: Session, review: Review) -> Binding | None:
    """The link that is doubted, if it is in force."""
    found = in_force(session, review.contact_id)
    return found if found is not None and found.worker_id == review.worker_id else None


def _held_link(session: Session, review: Review) -> Binding | None:
    """The same, read once the account is locked: what is decided about it is done to it."""
    session.get_one(Contact, review.contact_id, with_for_update=True)
    return _link(session, review)


def _tell(session: Session, contact: Contact, card: Card, what: str, now: datetime) -> None:
    if contact.reachable:
        add_urgent(session, contact, Content((card,)), now, what=what, kind=KIND)


def _card(title: Text, *lead: Text) -> Card:
    return Card(title=title, lead=lead, buttons=(CALL_1955,), tone=Tone.NOTICE)


_UNLINKED = _card(
    _("Call 1955 if this record is yours: we have unlinked it"),
    _("We checked whose account this is, and could not confirm that the record is yours."),
    _("You get no more reminders here, and you cannot see the permit on this phone."),
    _("If it is yours, 1955 has it checked again. It is free and private, and somebody speaks your language."),
)
_LINKED = _card(
    _("Your record is linked"),
    _("A person has checked it. We will remind you here before your permit ends."),
    _("If this is not your record, tap “Unlink” and call 1955."),
)
