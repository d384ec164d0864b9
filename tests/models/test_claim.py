"""Which claims bind, which wait for a person, and that nothing but success can be told apart."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from bot.database import Database
from locales import Language
from models.binding import Attempt, Binding, TriesLeft, bindings_of, in_force, tries_left, unbind
from models.claim import Claim, Outcome, submit
from models.contact import meet
from models.message import Lane, Message, MessageState
from models.review import Review
from models.secrets import keyring_of
from models.worker import IdentityNumber, NumberKind, Worker, index_column

BORN = date(1990, 5, 21)
HERS = Claim("C1234567", "A800000014", "NGUYEN VAN NAM", BORN, "+886912345678")


@pytest.fixture
def session(database: Database, now: datetime) -> Iterator[Session]:
    """An open transaction in which one worker is known."""
    with database.writing() as session:
        add_worker(session, now, HERS)
        yield session


def add_worker(session: Session, now: datetime, claim: Claim, ref: str = "W1") -> Worker:
    worker = Worker(
        worker_ref=ref, name=claim.name, birth_date=claim.birth_date, phone=claim.phone, nationality="VN", as_of=now
    )
    worker.numbers = [number(session, kind, value, now) for kind, value in claim.numbers.items()]
    session.add(worker)
    session.flush()
    return worker


def number(session: Session, kind: NumberKind, value: str, now: datetime) -> IdentityNumber:
    index = keyring_of(session).index(value, index_column(kind))
    return IdentityNumber(kind=kind.value, number=value, number_index=index, first_seen=now)


def account(session: Session, now: datetime, user: int = 1) -> int:
    return meet(session, f"U{user:032x}", Language.EN, now).id


def reasons(session: Session) -> list[str]:
    return list(session.scalars(select(Review.reason).order_by(Review.id)))


def change(**fields: object) -> Callable[[Claim], Claim]:
    return lambda claim: replace(claim, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "outcome", "review"),
    [
        (change(), Outcome.BOUND, []),
        (change(name="Nam Nguyễn Văn"), Outcome.BOUND, []),
        (change(phone=None), Outcome.BOUND, []),
        (change(phone="+886900000000"), Outcome.BOUND, []),
        (change(name="Nguyen Nam"), Outcome.REVIEW, ["name"]),
        (change(name="Nguyen Van Nan"), Outcome.REVIEW, ["name"]),
        (change(name="Siti Rahayu"), Outcome.NO_MATCH, []),
        (change(birth_date=date(1990, 5, 22)), Outcome.NO_MATCH, []),
        (change(passport_no="C1234568"), Outcome.REVIEW, ["numbers"]),
        (change(arc_no="A800000005"), Outcome.REVIEW, ["numbers"]),
        (change(arc_no=None), Outcome.REVIEW, ["numbers"]),
        (change(passport_no=None), Outcome.REVIEW, ["numbers"]),
        (change(passport_no="C1234568", arc_no="A800000005"), Outcome.NO_MATCH, []),
        (change(passport_no="A800000014", arc_no=None), Outcome.NO_MATCH, []),
        (change(arc_no="A800000005", name="Nguyen Nam"), Outcome.NO_MATCH, []),
        (change(passport_no=None, arc_no=None), Outcome.NO_MATCH, []),
    ],
)
def test_numbers_and_birth_date_must_be_exact_and_the_name_nearly(
    session: Session, now: datetime, typed: Callable[[Claim], Claim], outcome: Outcome, review: list[str]
) -> None:
    me = account(session, now)
    assert submit(session, me, typed(HERS), now) is outcome
    assert reasons(session) == review
    assert (in_force(session, me) is not None) == (outcome is Outcome.BOUND)
    assert tries_left(session, me, now) is TriesLeft.YES


def test_the_numbers_of_renewed_documents_find_her_too(session: Session, now: datetime) -> None:
    worker = session.scalars(select(Worker)).one()
    worker.numbers.append(number(session, NumberKind.PASSPORT, "C7654321", now))
    worker.numbers.append(number(session, NumberKind.ARC, "AC01234567", now))
    session.flush()
    old_and_new = [("C7654321", "A800000014"), ("C1234567", "AC01234567"), ("C7654321", "AC01234567")]
    for user, (passport, arc) in enumerate(old_and_new):
        claim = replace(HERS, passport_no=passport, arc_no=arc)
        assert submit(session, account(session, now, user), claim, now) is Outcome.BOUND


def test_a_card_we_do_not_hold_is_no_doubt_unless_it_is_somebody_elses(session: Session, now: datetime) -> None:
    new_arrival = replace(HERS, passport_no="P1234567A", arc_no=None, name="MARIA SANTOS")
    add_worker(session, now, new_arrival, "W2")
    with_card = replace(new_arrival, arc_no="F812345676")
    assert submit(session, account(session, now, 1), with_card, now) is Outcome.BOUND
    with_another_card = replace(new_arrival, arc_no="A800000014")
    assert submit(session, account(session, now, 2), with_another_card, now) is not Outcome.BOUND


def test_two_workers_whose_countries_print_the_same_number_are_told_apart(session: Session, now: datetime) -> None:
    twin = replace(HERS, arc_no="F812345676", name="SITI RAHAYU")
    other = add_worker(session, now, twin, "W2")
    for user, claim in enumerate((HERS, twin)):
        assert submit(session, account(session, now, user), claim, now) is Outcome.BOUND
    [binding] = bindings_of(session, other.id)
    assert binding.contact_id == account(session, now, 1)
    assert submit(session, account(session, now, 3), replace(HERS, arc_no=None), now) is Outcome.NO_MATCH


def test_a_phone_never_decides_but_is_remembered(session: Session, now: datetime) -> None:
    for user, phone in enumerate((HERS.phone, "+886900000000", None)):
        assert submit(session, account(session, now, user), replace(HERS, phone=phone), now) is Outcome.BOUND
    assert list(session.scalars(select(Attempt.phone_matched).order_by(Attempt.id))) == [True, False, None]


def test_hostile_tries_count_against_the_account_that_makes_them_never_against_the_record(
    session: Session, now: datetime
) -> None:
    for user in range(2, 22):
        attacker = account(session, now, user)
        outcomes = [
            submit(session, attacker, replace(HERS, birth_date=date(1980, 1, day)), now) for day in range(1, 10)
        ]
        assert set(outcomes) == {Outcome.NO_MATCH}
        assert tries_left(session, attacker, now) is TriesLeft.LATER
        # Even the truth is now answered like any other failure.
        assert submit(session, attacker, HERS, now) is Outcome.NO_MATCH
    assert submit(session, account(session, now, 1), HERS, now) is Outcome.BOUND


def test_three_failures_a_day_and_five_in_a_life_then_a_person(session: Session, now: datetime) -> None:
    me, wrong = account(session, now), replace(HERS, birth_date=date(1980, 1, 1))
    for hour in (0, 1, 2):
        assert tries_left(session, me, now + timedelta(hours=hour)) is TriesLeft.YES
        submit(session, me, wrong, now + timedelta(hours=hour))
    assert tries_left(session, me, now + timedelta(hours=23, minutes=59)) is TriesLeft.LATER
    assert tries_left(session, me, now + timedelta(hours=24)) is TriesLeft.YES
    submit(session, me, wrong, now + timedelta(hours=24))
    assert reasons(session) == []
    submit(session, me, wrong, now + timedelta(hours=25))
    assert tries_left(session, me, now + timedelta(days=3650)) is TriesLeft.NEVER
    assert reasons(session) == ["tries_used_up"]
    assert session.scalar(select(func.count()).select_from(Attempt)) == 5


def test_several_accounts_may_claim_one_worker_and_from_the_fourth_on_a_person_looks(
    session: Session, now: datetime
) -> None:
    for user in range(3):
        assert submit(session, account(session, now, user), HERS, now) is Outcome.BOUND
    assert reasons(session) == []
    assert submit(session, account(session, now, 4), HERS, now) is Outcome.BOUND
    assert reasons(session) == ["several_claims"]
    assert len(bindings_of(session, session.scalars(select(Worker.id)).one())) == 4


def test_an_account_that_is_linked_stays_linked(session: Session, now: datetime) -> None:
    other = replace(HERS, passport_no="P1234567A", arc_no="F812345676", name="MARIA SANTOS")
    add_worker(session, now, other, "W2")
    me = account(session, now)
    submit(session, me, HERS, now)
    assert submit(session, me, other, now) is Outcome.ALREADY_LINKED
    assert len(session.scalars(select(Binding)).all()) == 1


def test_an_account_that_is_linked_to_a_second_worker_is_looked_at(session: Session, now: datetime) -> None:
    other = replace(HERS, passport_no="P1234567A", arc_no="F812345676", name="MARIA SANTOS")
    add_worker(session, now, other, "W2")
    me = account(session, now)
    submit(session, me, HERS, now)
    first = in_force(session, me)
    assert first is not None
    unbind(first, now)
    assert submit(session, me, other, now) is Outcome.BOUND
    assert first.worker_id is None
    assert reasons(session) == ["several_claims"]


def test_of_two_claims_of_one_account_at_the_same_moment_exactly_one_wins(database: Database, now: datetime) -> None:
    other = replace(HERS, passport_no="P1234567A", arc_no="F812345676", name="MARIA SANTOS")
    with database.writing() as session:
        add_worker(session, now, HERS)
        add_worker(session, now, other, "W2")
        accounts = [account(session, now, user) for user in range(25)]

    def claim(contact_id: int, claimed: Claim) -> Outcome | None:
        try:
            with database.writing() as session:
                return submit(session, contact_id, claimed, now)
        except (IntegrityError, OperationalError):
            return None

    with ThreadPoolExecutor(8) as pool:
        tried = [pool.submit(claim, one, claimed) for one in accounts for claimed in (HERS, other)]
        outcomes = [one.result() for one in tried]
    for first, second in zip(outcomes[::2], outcomes[1::2], strict=True):
        assert [first, second].count(Outcome.BOUND) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Binding)) == len(accounts)


def test_an_account_cannot_look_at_one_record_after_another(session: Session, now: datetime) -> None:
    me = account(session, now)
    claims = [HERS, *(replace(HERS, passport_no=f"D123456{n}", arc_no=f"A80000002{n}") for n in range(3))]
    for n, claim in enumerate(claims[1:], 2):
        add_worker(session, now, claim, f"W{n}")
    outcomes = []
    for claim in claims:
        outcomes.append(submit(session, me, claim, now))
        link = in_force(session, me)
        if link is not None:
            unbind(link, now)
            session.flush()
    assert outcomes == [Outcome.BOUND] * 3 + [Outcome.NO_MATCH]
    assert tries_left(session, me, now) is TriesLeft.LATER
    assert tries_left(session, me, now + timedelta(days=1)) is TriesLeft.YES


def test_linking_another_worker_forgets_what_was_said_about_the_first(session: Session, now: datetime) -> None:
    me = account(session, now)
    assert submit(session, me, HERS, now) is Outcome.BOUND
    told = Message(
        contact_id=me,
        what="end_14d P0 2026-03-25",
        kind="end_14d",
        lane=Lane.REMINDER.value,
        not_before=now,
        created_at=now,
    )
    told.state = MessageState.SENT.value
    session.add(told)
    link = in_force(session, me)
    assert link is not None
    unbind(link, now)
    other = replace(HERS, passport_no="D1234567", arc_no="A800000022")
    add_worker(session, now, other, "W2")
    assert submit(session, me, other, now) is Outcome.BOUND
    session.refresh(told)
    assert "P0" not in told.what
