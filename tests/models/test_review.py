"""Doubts about whose account it is: on the list once, and nobody alone cuts a link."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.database import Database
from locales import Language
from models import operator as operators
from models.contact import meet
from models.operator import Role
from models.review import (
    Decision,
    Review,
    ReviewReason,
    WaitsForSecond,
    close_review,
    open_review,
    open_reviews,
    reviews_waiting,
    was_cut,
)
from tests.records import add_worker


@pytest.fixture
def session(database: Database, now: datetime) -> Iterator[Session]:
    """An open transaction in which there are an account, a worker and two caseworkers."""
    with database.writing() as session:
        meet(session, f"U{1:032x}", Language.EN, now)
        add_worker(session, now)
        for login in ("lin", "wang"):
            operators.add(session, login, login, [Role.CASEWORKER], now)
        yield session


def test_a_claim_is_put_on_the_list_once_for_each_reason(session: Session, now: datetime) -> None:
    for worker_id in (1, 1, None, None):
        open_review(session, 1, worker_id, ReviewReason.NAME, now)
        session.flush()
    open_review(session, 1, 1, ReviewReason.NUMBERS, now)
    session.flush()
    found = session.scalars(select(Review).order_by(Review.id)).all()
    assert [(one.worker_id, one.reason) for one in found] == [(1, "name"), (None, "name"), (1, "numbers")]


def test_what_waits_for_a_person_is_listed_once_and_can_be_closed(session: Session, now: datetime) -> None:
    for _twice in range(2):
        open_review(session, 1, None, ReviewReason.TRIES_USED_UP, now)
    session.flush()
    [waiting] = open_reviews(session, 10)
    assert reviews_waiting(session) == 1
    assert close_review(session, waiting.id, now)
    assert not close_review(session, waiting.id, now)
    assert open_reviews(session, 10) == []


def decided(session: Session, decision: Decision, at: datetime, asked_by: int | None, closed_by: int | None) -> None:
    facts = {"contact_id": 1, "worker_id": 1, "reason": ReviewReason.NAME.value, "opened_at": at, "closed_at": at}
    session.add(Review(**facts, decision=decision.value, asked_by_id=asked_by, closed_by_id=closed_by))
    session.flush()


def test_the_last_decision_says_whether_the_account_is_cut(session: Session, now: datetime) -> None:
    assert not was_cut(session, 1)
    decided(session, Decision.NOT_HERS, now, 1, 2)
    assert was_cut(session, 1)
    decided(session, Decision.IN_ORDER, now + timedelta(hours=1), None, 1)
    assert was_cut(session, 1)
    decided(session, Decision.HERS, now + timedelta(hours=2), None, 1)
    assert not was_cut(session, 1)


@pytest.mark.parametrize(("asked_by", "closed_by"), [(1, 1), (None, 1), (1, None), (None, None)])
def test_the_database_takes_no_cut_by_one_person(
    session: Session, now: datetime, asked_by: int | None, closed_by: int | None
) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        decided(session, Decision.NOT_HERS, now, asked_by, closed_by)


def test_closing_by_command_leaves_alone_what_waits_for_a_second_person(session: Session, now: datetime) -> None:
    open_review(session, 1, 1, ReviewReason.NAME, now)
    session.flush()
    [waiting] = open_reviews(session, 10)
    waiting.decision, waiting.asked_by_id = Decision.NOT_HERS.value, 1
    with pytest.raises(WaitsForSecond):
        close_review(session, waiting.id, now)
    assert (waiting.asked, waiting.asked_by_id, waiting.closed_at) == (Decision.NOT_HERS, 1, None)
