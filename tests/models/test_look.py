"""She sees who looked at her data, and nobody who holds her papers learns from it that she asked for help."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from models import audit, case_viewing, look
from models import operator as operators
from models.binding import Binding, bind, erase
from models.case import CaseKind, forget_links, open_case
from models.contact import meet
from models.look import Look, Reason, Seen, Why
from models.operator import Role
from tests.records import add_worker

Looks = Callable[..., None]


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture
def hers(session: Session, now: datetime) -> Binding:
    return account(session, now, 1, add_worker(session, now).id)


def account(session: Session, now: datetime, user: int, worker_id: int) -> Binding:
    return bind(session, meet(session, f"U{user:032x}", None, now).id, worker_id, now)


@pytest.fixture
def looks(session: Session, hers: Binding, now: datetime) -> Looks:
    """An operator looks, by a login that is made on the way."""

    def take(action: str, why: Why, *seen: Seen, by: str = "mei", after: timedelta = timedelta()) -> None:
        operator = operators.with_login(session, by) or operators.add(session, by, by, {Role.CASEWORKER}, now)
        assert hers.worker_id is not None
        audit.record(session, operator, action, look.about(hers.worker_id), now + after, **look.details(why, *seen))

    return take


RECORD = Why(Reason.RECORD, "her new passport")
TODAY = date(2026, 3, 11)


def test_nobody_looked(session: Session, hers: Binding) -> None:
    assert look.looks_at(session, hers, 10) == []


def test_one_persons_looks_of_a_day_for_one_reason_are_one_line(session: Session, hers: Binding, looks: Looks) -> None:
    looks(look.SEARCHED, RECORD, Seen.FOUND)
    for minute in range(5):
        looks(look.LOOKED, RECORD, Seen.RECORD, after=timedelta(minutes=minute))
    looks(look.REVEALED, RECORD, Seen.PASSPORT, after=timedelta(minutes=6))
    looks(look.LOOKED, Why(Reason.MESSAGES, "did it come"), Seen.RECORD, Seen.MESSAGES, after=timedelta(minutes=9))
    looks(look.SEARCHED, RECORD, Seen.FOUND, by="an", after=timedelta(minutes=12))
    looks(look.LOOKED, RECORD, Seen.RECORD, after=timedelta(days=1))
    assert look.looks_at(session, hers, 10) == [
        Look(TODAY + timedelta(days=1), Reason.RECORD, (Seen.RECORD,)),
        Look(TODAY, Reason.RECORD, (Seen.FOUND,)),
        Look(TODAY, Reason.MESSAGES, (Seen.RECORD, Seen.MESSAGES)),
        Look(TODAY, Reason.RECORD, (Seen.RECORD, Seen.PASSPORT)),
    ]


def test_only_the_latest_are_told(session: Session, hers: Binding, looks: Looks) -> None:
    for day in range(12):
        looks(look.LOOKED, RECORD, Seen.RECORD, after=timedelta(days=day))
    assert [one.on for one in look.looks_at(session, hers, 10)] == [TODAY + timedelta(days=11 - n) for n in range(10)]


def test_what_somebody_saw_is_not_hidden_behind_their_many_looks(session: Session, hers: Binding, looks: Looks) -> None:
    looks(look.REVEALED, RECORD, Seen.PASSPORT)
    for _ in range(3 * look.PORTION):
        looks(look.LOOKED, RECORD, Seen.RECORD)
    assert look.looks_at(session, hers, 1) == [Look(TODAY, Reason.RECORD, (Seen.RECORD, Seen.PASSPORT))]


def test_looks_before_she_was_linked_are_not_told_to_this_account(
    session: Session, hers: Binding, looks: Looks, now: datetime
) -> None:
    looks(look.LOOKED, RECORD, Seen.RECORD, after=timedelta(hours=1))
    assert hers.worker_id is not None
    later = account(session, now + timedelta(hours=2), 2, hers.worker_id)
    assert len(look.looks_at(session, hers, 10)) == 1
    assert look.looks_at(session, later, 10) == []


@pytest.mark.parametrize("reason", [Reason.ASKED, Reason.LINK, Reason.OTHER])
def test_that_somebody_asked_or_that_a_link_is_doubted_is_not_told(
    session: Session, hers: Binding, looks: Looks, reason: Reason
) -> None:
    looks(look.LOOKED, Why(reason, "she called from a shelter"), Seen.RECORD)
    assert look.looks_at(session, hers, 10) == [Look(TODAY, Reason.OTHER, (Seen.RECORD,))]


def test_a_case_is_told_only_to_the_account_it_came_from(
    session: Session, hers: Binding, looks: Looks, now: datetime
) -> None:
    assert hers.worker_id is not None
    brokers = account(session, now, 2, hers.worker_id)
    case, _new = open_case(session, CaseKind.HELP, "hers", now, worker_id=hers.worker_id, contact_id=hers.contact_id)
    case_viewing.view(session, case, "mei", "she is in danger", now)
    looks(look.LOOKED, Why(Reason.CASE, case=case.id), Seen.RECORD, by="an")
    told = look.looks_at(session, hers, 10)
    assert {(one.reason, one.seen) for one in told} == {(Reason.CASE, (Seen.CASE,)), (Reason.CASE, (Seen.RECORD,))}
    assert look.looks_at(session, brokers, 10) == [Look(TODAY, Reason.OTHER, (Seen.RECORD,))]
    forget_links(session, [hers.contact_id])
    session.expire_all()
    assert look.looks_at(session, brokers, 10) == [Look(TODAY, Reason.OTHER, (Seen.RECORD,))]


def test_a_case_that_we_opened_because_nobody_could_be_told_is_told_to_whoever_is_linked_then(
    session: Session, hers: Binding, now: datetime
) -> None:
    case, _new = open_case(session, CaseKind.NOT_TOLD, "ours", now, worker_id=hers.worker_id)
    case_viewing.view(session, case, "mei", "to send a letter", now)
    assert look.looks_at(session, hers, 10) == [Look(TODAY, Reason.CASE, (Seen.CASE,))]


def test_a_link_that_is_erased_tells_nothing(session: Session, hers: Binding, looks: Looks, now: datetime) -> None:
    looks(look.LOOKED, RECORD, Seen.RECORD)
    erase(hers, now)
    assert look.looks_at(session, hers, 10) == []
