"""What a claim is answered: the same bytes after the same time for every failure, so that nobody learns anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.made_up import made_up_workers
from locales import Text
from models import conversation
from models.binding import Attempt, record_attempt
from models.contact import contact_of
from models.conversation import Answer, Progress
from models.message import Lane, Message
from models.review import Review
from tests.handlers.conftest import NewCaller
from tests.handlers.person import LINKED, NOT_FOUND, Caller, Person, Worker, event
from tests.town import Town, buttons_of, words_of

FAR = "2026-12-31"
SEND = "answer:binding:summary:yes"
LATER = Text("You have tried three times today. Please try again tomorrow, or call 1955.")
NEVER = Text("We could not find your record here. Please call 1955: a person will help you in your language.")


@pytest.fixture(scope="module")
def answer_seconds() -> float:
    return 1


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    """One whose name has many parts, so that a part left out is a doubt; and one whose permit ends soon."""
    long, soon = made_up_workers(2, 99, date(2026, 3, 11))
    quiet = {"permit_type": "D", "work": "student_work", "starts_on": "2026-01-01", "arc_expires_on": ""}
    return [
        long | quiet | {"worker_ref": "L", "permit_no": "L-1", "name": "MARIA CLARA SANTOS DELA CRUZ", "ends_on": FAR},
        soon | quiet | {"worker_ref": "S", "permit_no": "S-1", "ends_on": "2026-04-01"},
    ]


@dataclass(frozen=True)
class Told:
    """Everything an observer of her phone and our table could compare."""

    lines: Sequence[Mapping[str, Any]]
    calls: Sequence[str]
    kind: str
    lane: int
    waits: timedelta
    content: object


def at_the_summary(caller: Caller, worker: Worker, **otherwise: str) -> Caller:
    """She has answered everything, with this worker's details or others in their place."""
    given = {**worker, **otherwise, "consent": "yes"}
    questions = ("consent", "passport_no", "arc_no", "name", "birth_date", "phone")
    now = caller.town.clock.now()
    with caller.database.writing() as session:
        contact = contact_of(session, caller.phone.user_id)
        assert contact is not None
        answers = {question: Answer(given[question]) for question in questions}
        conversation.keep(session, contact.id, Progress("binding", answers, now, now), now)
    return caller


def told(caller: Caller) -> Told:
    """What she was answered to her last tap."""
    caller.screen = caller.phone.wait("what became of her claim")
    caller.town.settle()
    ledger = [call for call in caller.town.ledger() if caller.phone.user_id in str(call)]
    since = max(place for place, call in enumerate(ledger) if "loading" in call["path"])
    [request] = [call for call in ledger[since:] if call["path"].startswith("/v2/bot/message/")]
    with caller.database.reading() as session:
        contact = contact_of(session, caller.phone.user_id)
        assert contact is not None
        newest = select(Message).where(Message.contact_id == contact.id, Message.lane == Lane.REPLY.value)
        row = session.scalars(newest.order_by(Message.id.desc()).limit(1)).one()
        left_after = datetime.fromisoformat(request["at"]) - row.created_at
        assert timedelta(seconds=1) <= left_after < timedelta(seconds=4)
        return Told(
            request["body"]["messages"],
            [call["path"] for call in ledger[since:]],
            row.kind,
            row.lane,
            row.not_before - row.created_at,
            row.content,
        )


def reasons(caller: Person) -> list[str]:
    with caller.database.reading() as session:
        contact = contact_of(session, caller.phone.user_id)
        assert contact is not None
        return list(session.scalars(select(Review.reason).where(Review.contact_id == contact.id)))


def test_every_failure_is_told_in_the_same_bytes_after_the_same_time(
    new_caller: NewCaller, special_workers: list[Worker], town: Town
) -> None:
    worker = special_workers[0]
    failing = {
        "nobody": at_the_summary(new_caller(), worker, passport_no="Z9999999", arc_no="A800000014"),
        "other birth date": at_the_summary(new_caller(), worker, birth_date="1971-03-04"),
        "other name": at_the_summary(new_caller(), worker, name="Somebody Quite Different"),
        "doubtful name": at_the_summary(new_caller(), worker, name="Maria Dela Cruz"),
        "other ARC": at_the_summary(new_caller(), worker, arc_no="A800000014"),
        "other passport": at_the_summary(new_caller(), worker, passport_no="Z9999998"),
        "no ARC": at_the_summary(new_caller(), worker, arc_no=""),
        "tries used up": at_the_summary(new_caller(), worker),
        "last try": at_the_summary(new_caller(), worker, birth_date="1971-03-04"),
    }
    with town.service.database.writing() as session:
        for used, who in ((5, "tries used up"), (4, "last try")):
            contact = contact_of(session, failing[who].phone.user_id)
            assert contact is not None
            for _try in range(used):
                record_attempt(session, contact.id, town.clock.now() - timedelta(days=2), matched=False)
    believed = at_the_summary(new_caller(), worker)
    for caller in (*failing.values(), believed):
        town.post(f"users/{caller.phone.user_id}/postback", {"data": SEND})

    answers = {why: told(caller) for why, caller in failing.items()}
    assert all(answer == answers["nobody"] for answer in answers.values())
    assert answers["nobody"].waits == timedelta(seconds=1)
    failing["nobody"].reads(NOT_FOUND)
    believed.screen = believed.phone.wait("her link")
    believed.reads(LINKED)
    assert {why: reasons(caller) for why, caller in failing.items() if reasons(caller)} == {
        "doubtful name": ["name"],
        "other ARC": ["numbers"],
        "other passport": ["numbers"],
        "no ARC": ["numbers"],
        "last try": ["tries_used_up"],
    }


def test_what_she_missed_comes_after_the_answer(new_caller: NewCaller, special_workers: list[Worker]) -> None:
    caller = at_the_summary(new_caller(), special_workers[1])
    caller.sends(SEND)
    caller.reads(LINKED)
    caller.screen = caller.phone.new(0)
    shown = words_of(list(caller.screen))
    caller.screen = caller.phone.wait("the reminder") if "I need help" not in shown else caller.screen
    caller.reads(Text("I need help"))


def test_after_three_failures_in_a_day_and_five_in_all_a_person_takes_over(
    person: Person, worker: Worker, clock: Clock
) -> None:
    start = clock.now()
    for _try in range(3):
        person.links(worker, birth_date="1970-01-01")
        person.reads(NOT_FOUND)
    person.is_told(("link", LATER))
    clock.move(start + timedelta(hours=23))
    person.is_told(("link", LATER))
    clock.move(start + timedelta(hours=24, minutes=1))
    for _try in range(2):
        person.links(worker, birth_date="1970-01-01")
        person.reads(NOT_FOUND)
    person.is_told(("link", NEVER))
    assert "tel:1955" in [button.get("uri") for button in buttons_of(list(person.screen))]
    assert reasons(person) == ["tries_used_up"]
    person.phone.do("unfollow")
    person.does("follow")
    clock.move(clock.now() + timedelta(days=60))
    person.is_told(("link", NEVER))


def test_somebody_elses_tries_never_keep_the_worker_out(new_caller: NewCaller, worker: Worker) -> None:
    hostile = new_caller()
    with hostile.database.writing() as session:
        contact = contact_of(session, hostile.phone.user_id)
        assert contact is not None
        for _try in range(4):
            record_attempt(session, contact.id, hostile.town.clock.now() - timedelta(days=2), matched=False)
    at_the_summary(hostile, worker, name="Somebody Quite Different").sends(SEND)
    hostile.is_told(("link", NEVER))
    herself = new_caller()
    at_the_summary(herself, worker).sends(SEND)
    herself.reads(LINKED)


def test_a_second_claim_neither_sees_nor_removes_the_first(new_caller: NewCaller, worker: Worker) -> None:
    first, second = new_caller(), new_caller()
    at_the_summary(first, worker).sends(SEND)
    first.reads_up()
    before = len(first.town.ledger())
    at_the_summary(second, worker).sends(SEND)
    second.reads(LINKED)
    assert not [call for call in first.town.ledger()[before:] if first.phone.user_id in str(call)]
    for one in (first, second):
        one.reads_up()
        one.says("my permit")
        one.reads(Text("Permit number"))
    second.sends("unbind:yes")
    first.reads_up()
    first.says("my permit")
    first.reads(Text("Permit number"))
    second.says("my permit")
    second.reads(Text("Your record is not linked yet"))


def test_two_taps_on_the_last_button_are_one_try(caller: Caller, worker: Worker) -> None:
    at_the_summary(caller, worker, birth_date="1970-01-01")
    now = caller.town.clock.now()
    taps = [event(caller.phone.user_id, now, "postback", postback={"data": SEND}) for _tap in range(2)]
    caller.is_delivered(*taps)
    caller.town.move(now + timedelta(seconds=5))
    with caller.database.reading() as session:
        contact = contact_of(session, caller.phone.user_id)
        assert contact is not None
        assert len(session.scalars(select(Attempt).where(Attempt.contact_id == contact.id)).all()) == 1
