"""What people decide about a doubtful link is done, by two where it changes, and said to whoever has the phone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session

from bot.database import Database
from bot.line.render import PREVIEW, render
from locales import Language, say
from models import binding, linking
from models import operator as operators
from models.binding import Trust
from models.claim import Claim, Outcome, submit
from models.contact import Contact, meet
from models.link_decision import LinkedToAnother, NotDecided, OwnProposal, confirm, decide, send_back
from models.message import Lane, Message, MessageState
from models.operator import Operator, Role
from models.reminder import ReminderRules, catch_up
from models.review import Decision, Review, ReviewReason, open_review, open_reviews, was_cut
from models.secrets import keyring_of
from models.worker import IdentityNumber, NumberKind, Worker, index_column
from scheduler.composing import compose
from tests.records import add_permit, add_worker

NOON = datetime(2026, 3, 11, 4, tzinfo=UTC)
RULES = ReminderRules()
PAPERS = Claim("C1234567", None, "SITI MADE UP", date(1990, 5, 21))


@dataclass
class Doubt:
    session: Session
    contact: Contact
    worker: Worker
    lin: Operator
    wang: Operator

    def about(self, reason: ReviewReason = ReviewReason.SEVERAL_CLAIMS) -> Review:
        open_review(self.session, self.contact.id, self.worker.id, reason, NOON)
        self.session.flush()
        return open_reviews(self.session, 10)[-1]

    def cut(self) -> None:
        review = self.about()
        assert not decide(self.session, review, Decision.NOT_HERS, self.lin, RULES, NOON)
        confirm(self.session, review, self.wang, RULES, NOON)

    @property
    def told(self) -> list[str]:
        """The titles of what she was told of the link."""
        found = []
        for message in self.session.scalars(select(Message).where(Message.kind == "link").order_by(Message.id)):
            content = compose(self.session, message, date(2026, 3, 11))
            assert content is not None
            [rendered] = render(content, Language.EN)
            assert rendered["altText"] == say(PREVIEW, Language.EN)
            assert (message.lane, "tel:1955" in str(rendered)) == (Lane.URGENT, True)
            found.append(say(content.bubbles[0].title, Language.EN))  # type: ignore[union-attr]
        return found


@pytest.fixture
def doubt(database: Database) -> Iterator[Doubt]:
    with database.writing() as session:
        worker = add_worker(session, NOON)
        add_permit(session, worker, ends_on=date(2026, 3, 20))
        index = keyring_of(session).index("C1234567", index_column(NumberKind.PASSPORT))
        facts = {"kind": NumberKind.PASSPORT.value, "number": "C1234567", "number_index": index, "first_seen": NOON}
        worker.numbers.append(IdentityNumber(**facts))
        lin, wang = (operators.add(session, name, name, [Role.CASEWORKER], NOON) for name in ("lin", "wang"))
        contact = meet(session, f"U{1:032x}", Language.EN, NOON)
        yield Doubt(session, contact, worker, lin, wang)


def test_a_link_that_is_not_hers_is_cut_by_two_and_whoever_had_it_is_told(doubt: Doubt) -> None:
    linking.link(doubt.session, doubt.contact.id, doubt.worker.id, NOON)
    catch_up(doubt.session, RULES, doubt.contact, NOON)
    assert doubt.session.scalars(select(Message.lane)).all() == [Lane.REMINDER]
    review = doubt.about()
    assert not decide(doubt.session, review, Decision.NOT_HERS, doubt.lin, RULES, NOON)
    assert binding.in_force(doubt.session, doubt.contact.id) is not None
    with pytest.raises(OwnProposal):
        confirm(doubt.session, review, doubt.lin, RULES, NOON)
    assert (doubt.told, review.closed_at) == ([], None)
    confirm(doubt.session, review, doubt.wang, RULES, NOON)
    assert binding.in_force(doubt.session, doubt.contact.id) is None
    assert doubt.told == ["Call 1955 if this record is yours: we have unlinked it"]
    waiting = doubt.session.scalars(select(Message).where(Message.state == MessageState.PLANNED.value))
    assert [message.kind for message in waiting] == ["link"]
    assert (review.closed_at, review.asked_by_id, review.closed_by_id) == (NOON, doubt.lin.id, doubt.wang.id)


def test_what_was_sent_back_or_decided_cannot_be_confirmed(doubt: Doubt) -> None:
    linking.link(doubt.session, doubt.contact.id, doubt.worker.id, NOON)
    review = doubt.about()
    decide(doubt.session, review, Decision.NOT_HERS, doubt.lin, RULES, NOON)
    send_back(review)
    with pytest.raises(NotDecided):
        confirm(doubt.session, review, doubt.wang, RULES, NOON)
    assert decide(doubt.session, review, Decision.IN_ORDER, doubt.lin, RULES, NOON)
    with pytest.raises(NotDecided):
        confirm(doubt.session, review, doubt.wang, RULES, NOON)
    assert binding.in_force(doubt.session, doubt.contact.id) is not None


def test_an_account_that_was_cut_links_nothing_by_itself_and_can_be_found_to_be_hers(doubt: Doubt) -> None:
    linking.link(doubt.session, doubt.contact.id, doubt.worker.id, NOON)
    doubt.cut()
    later = NOON + timedelta(days=4)
    cut = binding.linked(doubt.session, doubt.contact.id)
    assert cut is not None
    binding.erase(cut, later)
    doubt.session.flush()
    assert submit(doubt.session, doubt.contact.id, PAPERS, later) is Outcome.REVIEW
    assert binding.in_force(doubt.session, doubt.contact.id) is None
    [review] = open_reviews(doubt.session, 10)
    assert (review.reason, review.worker_id) == (ReviewReason.CUT_BEFORE, doubt.worker.id)
    assert not decide(doubt.session, review, Decision.HERS, doubt.lin, RULES, later)
    confirm(doubt.session, review, doubt.wang, RULES, later)
    link = binding.in_force(doubt.session, doubt.contact.id)
    assert link is not None
    assert (link.worker_id, link.trust) == (doubt.worker.id, Trust.VERIFIED)
    assert doubt.told[-1] == "Your record is linked"
    assert not was_cut(doubt.session, doubt.contact.id)


def test_who_is_found_to_be_the_worker_is_trusted_more_and_nothing_is_sent(doubt: Doubt) -> None:
    linking.link(doubt.session, doubt.contact.id, doubt.worker.id, NOON)
    review = doubt.about()
    assert decide(doubt.session, review, Decision.HERS, doubt.lin, RULES, NOON)
    link = binding.in_force(doubt.session, doubt.contact.id)
    assert link is not None
    assert (link.trust, doubt.told) == (Trust.VERIFIED, [])


def test_nobody_alone_makes_a_link_anew_that_is_cut_while_they_wait_for_the_account(doubt: Doubt) -> None:
    link = linking.link(doubt.session, doubt.contact.id, doubt.worker.id, NOON)
    review = doubt.about()

    def she_unlinks(statement: ORMExecuteState) -> None:
        if statement.bind_mapper is inspect(Contact):
            link.unbound_at = NOON

    event.listen(doubt.session, "do_orm_execute", she_unlinks)
    assert not decide(doubt.session, review, Decision.HERS, doubt.lin, RULES, NOON)
    assert binding.in_force(doubt.session, doubt.contact.id) is None
    assert (review.asked, review.asked_by_id) == (Decision.HERS, doubt.lin.id)


def test_a_doubtful_claim_that_is_hers_is_linked_and_she_gets_what_she_missed(doubt: Doubt) -> None:
    review = doubt.about(ReviewReason.NAME)
    decide(doubt.session, review, Decision.HERS, doubt.lin, RULES, NOON)
    confirm(doubt.session, review, doubt.wang, RULES, NOON)
    assert doubt.told == ["Your record is linked"]
    lanes = set(doubt.session.scalars(select(Message.lane)))
    assert lanes == {Lane.URGENT, Lane.REMINDER}


def test_an_account_that_is_linked_to_another_record_by_now_is_not_taken_from_it(doubt: Doubt) -> None:
    review = doubt.about(ReviewReason.NAME)
    decide(doubt.session, review, Decision.HERS, doubt.lin, RULES, NOON)
    other = add_worker(doubt.session, NOON, "W2")
    linking.link(doubt.session, doubt.contact.id, other.id, NOON)
    with pytest.raises(LinkedToAnother):
        confirm(doubt.session, review, doubt.wang, RULES, NOON)
    link = binding.in_force(doubt.session, doubt.contact.id)
    assert link is not None
    assert link.worker_id == other.id


def test_nobody_is_told_who_has_blocked_us_or_had_no_link(doubt: Doubt) -> None:
    doubt.cut()
    assert doubt.told == []
    linking.link(doubt.session, doubt.contact.id, doubt.worker.id, NOON)
    doubt.contact.reachable = False
    doubt.cut()
    assert doubt.told == []
    assert binding.in_force(doubt.session, doubt.contact.id) is None
