"""A worker is found by any number she has or had, and her page opens only for who gave a reason or has her case."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from models import audit, look, lookup
from models import operator as operators
from models.case import Case, CaseKind, Result, close, open_case, take
from models.contact import meet
from models.identity import Unusable
from models.look import Reason, Seen, Why
from models.lookup import By
from models.operator import Operator, Role
from models.review import Review, ReviewReason
from models.secrets import keyring_of
from models.worker import IdentityNumber, NumberKind, Worker, index_column
from tests.records import add_permit, add_worker

PHONE = "+886912345678"


@pytest.fixture
def session(database: Database, now: datetime) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture
def worker(session: Session, now: datetime) -> Worker:
    """Somebody with two passports, an ARC, a phone and a permit; and somebody else."""
    found = somebody(session, now, "W1", PHONE, passport=("C1234567", "C7654321"), arc="A800000014")
    somebody(session, now, "W2", None, passport=("X9999999",), arc="A800000005")
    add_permit(session, found, "勞動發管字第1號")
    return found


@pytest.fixture
def caseworker(session: Session, now: datetime) -> Operator:
    return operators.add(session, "mei", "Made-up Mei", {Role.CASEWORKER}, now)


def somebody(
    session: Session, now: datetime, ref: str, phone: str | None, passport: tuple[str, ...], arc: str
) -> Worker:
    ring = keyring_of(session)
    worker = add_worker(session, now, ref, phone=phone, phone_index=phone and ring.index(phone, "worker.phone"))
    numbers = [*((NumberKind.PASSPORT, number) for number in passport), (NumberKind.ARC, arc)]
    for kind, number in numbers:
        index = ring.index(number, index_column(kind))
        row = IdentityNumber(kind=kind.value, number=number, number_index=index, first_seen=now)
        worker.numbers.append(row)
    session.flush()
    return worker


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (By.PASSPORT, "c1234567"),
        (By.PASSPORT, "C 7654 321"),
        (By.ARC, "a800000014"),
        (By.ARC, "A8OOOOOO14"),
        (By.PHONE, "0912-345-678"),
        (By.PHONE, "+886 912 345 678"),
        (By.PERMIT, " 勞動發管字第1號 "),
        (By.PERMIT, "勞動發管字第１號"),
        (By.WORKER_REF, "W1"),
    ],
)
def test_she_is_found_by_every_number_however_it_is_written(
    session: Session, worker: Worker, by: By, said: str
) -> None:
    assert [one.id for one in lookup.find(session, by, said)] == [worker.id]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (By.PASSPORT, "C1234568"),
        (By.PASSPORT, "A800000014"[:9]),
        (By.ARC, "A800000023"),
        (By.PHONE, "0912345679"),
        (By.PERMIT, "勞動發管字第"),
        (By.PERMIT, "%"),
        (By.WORKER_REF, "w1"),
        (By.WORKER_REF, "C1234567"),
    ],
)
def test_part_of_a_number_or_another_kind_finds_nobody(session: Session, worker: Worker, by: By, said: str) -> None:
    assert not lookup.find(session, by, said)


@pytest.mark.parametrize(
    ("by", "said"), [(By.PASSPORT, "C1"), (By.ARC, "C1234567"), (By.PHONE, "12"), (By.PERMIT, " "), (By.PERMIT, "")]
)
def test_what_cannot_be_such_a_number_is_said_to_be_none(session: Session, worker: Worker, by: By, said: str) -> None:
    with pytest.raises(Unusable):
        lookup.find(session, by, said)


def test_a_brokers_phone_shows_a_few_workers_and_never_all(session: Session, now: datetime) -> None:
    index = keyring_of(session).index(PHONE, "worker.phone")
    for number in range(9):
        add_worker(session, now, f"W{number}", phone=PHONE, phone_index=index)
    assert len(lookup.find(session, By.PHONE, PHONE)) == lookup.SHOWN + 1


def test_an_operator_may_search_so_often_an_hour_and_another_is_not_held_up(session: Session) -> None:
    assert all(lookup.may_search(session, 1) for _ in range(lookup.AN_HOUR))
    assert not lookup.may_search(session, 1)
    assert lookup.may_search(session, 2)
    assert lookup.may_reveal(session, 1)


def test_a_look_up_opens_the_page_for_an_hour_to_who_made_it_only(
    session: Session, worker: Worker, caseworker: Operator, now: datetime
) -> None:
    other = operators.add(session, "an", "Made-up An", {Role.CASEWORKER}, now)
    why = Why(Reason.RECORD, "her new passport")
    assert look.right_to_look(session, caseworker, worker.id, now) is None
    audit.record(
        session, caseworker, look.SEARCHED, look.about(worker.id), now, **look.details(why, Seen.FOUND), by="arc"
    )
    assert look.right_to_look(session, caseworker, worker.id, now + timedelta(minutes=59)) == why
    assert look.right_to_look(session, caseworker, worker.id, now + timedelta(hours=1)) is None
    assert look.right_to_look(session, other, worker.id, now) is None
    assert look.right_to_look(session, caseworker, worker.id + 1, now) is None


def test_a_look_alone_does_not_open_the_page_again(
    session: Session, worker: Worker, caseworker: Operator, now: datetime
) -> None:
    why = Why(Reason.RECORD, "her new passport")
    audit.record(session, caseworker, look.LOOKED, look.about(worker.id), now, **look.details(why, Seen.RECORD))
    assert look.right_to_look(session, caseworker, worker.id, now) is None


def test_who_has_her_open_case_may_look_and_nobody_else(
    session: Session, worker: Worker, caseworker: Operator, now: datetime
) -> None:
    other = operators.add(session, "an", "Made-up An", {Role.CASEWORKER}, now)
    case = case_of(session, worker, now)
    assert look.right_to_look(session, caseworker, worker.id, now) is None
    take(case, "mei", now)
    session.flush()
    assert look.right_to_look(session, caseworker, worker.id, now) == Why(Reason.CASE, case=case.id)
    assert look.right_to_look(session, other, worker.id, now) is None
    close(case, Result.HELPED, now)
    session.flush()
    assert look.right_to_look(session, caseworker, worker.id, now) is None


def test_work_about_her_is_an_open_case_or_an_open_review(session: Session, worker: Worker, now: datetime) -> None:
    assert not lookup.waits_for_somebody(session, worker.id)
    case = case_of(session, worker, now)
    assert lookup.waits_for_somebody(session, worker.id)
    assert not lookup.waits_for_somebody(session, worker.id + 1)
    close(case, Result.HELPED, now)
    session.flush()
    assert not lookup.waits_for_somebody(session, worker.id)
    account = meet(session, "U" + "1" * 32, None, now).id
    review = Review(contact_id=account, worker_id=worker.id, reason=ReviewReason.NAME.value, opened_at=now)
    session.add(review)
    session.flush()
    assert lookup.waits_for_somebody(session, worker.id)
    review.closed_at = now
    session.flush()
    assert not lookup.waits_for_somebody(session, worker.id)


def case_of(session: Session, worker: Worker, now: datetime) -> Case:
    case, _new = open_case(session, CaseKind.HELP, f"worker {worker.id}", now, worker_id=worker.id)
    return case
