"""Links between accounts and workers: one each, taken back for 72 hours, then forgotten."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import Database
from locales import Language
from models import binding as links
from models.binding import Binding, Trust
from models.contact import meet
from models.review import Review, ReviewReason, open_review
from models.worker import Worker


def worker(session: Session, now: datetime, ref: str = "W1") -> int:
    one = Worker(worker_ref=ref, name="A B", birth_date=date(1990, 5, 21), nationality="VN", as_of=now)
    session.add(one)
    session.flush()
    return one.id


def account(session: Session, now: datetime, user: int = 1) -> int:
    return meet(session, f"U{user:032x}", Language.EN, now).id


def test_a_link_begins_as_a_claim(database: Database, now: datetime) -> None:
    with database.writing() as session:
        me = account(session, now)
        assert links.in_force(session, me) is None
        bound = links.bind(session, me, worker(session, now), now)
        assert bound.trust == Trust.CLAIMED
        assert links.in_force(session, me) is bound


def test_unlinking_can_be_taken_back_for_72_hours_and_not_later(database: Database, now: datetime) -> None:
    with database.writing() as session:
        me = account(session, now)
        bound = links.bind(session, me, worker(session, now), now)
        links.unbind(bound, now)
        assert links.in_force(session, me) is None
        assert links.linked(session, me) is bound
        last = now + links.UNDO_FOR - timedelta(seconds=1)
        assert links.past_undo(session, last, 10) == []
        assert links.undo_unbind(bound, last)
        assert links.in_force(session, me) is bound
        assert not links.undo_unbind(bound, last)
        links.unbind(bound, now)
        assert not links.undo_unbind(bound, now + links.UNDO_FOR)
        assert links.past_undo(session, now + links.UNDO_FOR, 10) == [bound]


def test_an_erased_link_names_nobody_not_even_on_the_caseworkers_list(database: Database, now: datetime) -> None:
    with database.writing() as session:
        me, she = account(session, now), worker(session, now)
        somebody_else = account(session, now, 2)
        bound = links.bind(session, me, she, now)
        for contact_id in (me, somebody_else):
            open_review(session, contact_id, she, ReviewReason.SEVERAL_CLAIMS, now)
        session.flush()
        links.erase(bound, now)
        session.flush()
        session.expire_all()
        assert [(one.worker_id, one.unbound_at, one.erased_at) for one in session.scalars(select(Binding))] == [
            (None, now, now)
        ]
        assert [one.worker_id for one in session.scalars(select(Review).order_by(Review.id))] == [None, she]
        assert links.linked(session, me) is None


def test_linking_anew_forgets_the_link_that_could_still_be_taken_back(database: Database, now: datetime) -> None:
    with database.writing() as session:
        me = account(session, now)
        first = links.bind(session, me, worker(session, now), now)
        links.unbind(first, now)
        other = worker(session, now, "W2")
        assert links.was_linked_otherwise(session, me, other)
        second = links.bind(session, me, other, now)
        assert first.erased_at == now
        assert not links.undo_unbind(first, now)
        assert links.in_force(session, me) is second


def test_the_same_worker_again_is_no_other_link(database: Database, now: datetime) -> None:
    with database.writing() as session:
        me, she = account(session, now), worker(session, now)
        assert not links.was_linked_otherwise(session, me, she)
        links.unbind(links.bind(session, me, she, now), now)
        assert not links.was_linked_otherwise(session, me, she)


def test_the_database_itself_refuses_a_second_link_of_one_account(database: Database, now: datetime) -> None:
    with database.writing() as session:
        me, she = account(session, now), worker(session, now)
        links.bind(session, me, she, now)
    second = Binding(contact_id=me, worker_id=she, trust=Trust.CLAIMED.value, bound_at=now)
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(second)


def test_linking_the_same_worker_again_takes_up_the_old_link(database: Database, now: datetime) -> None:
    with database.writing() as session:
        me, she = account(session, now), worker(session, now)
        bound = links.bind(session, me, she, now)
        links.unbind(bound, now)
        assert links.bind(session, me, she, now + timedelta(hours=1)) is bound
        assert links.in_force(session, me) is bound
