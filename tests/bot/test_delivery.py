"""What follows from an answer, and from none, where the network plays no part: leases, doubts, ends."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import delivery
from bot.database import Database
from bot.delivery import MayPush, Ready
from bot.line.answers import Answer, Outcome
from locales import Language, verbatim
from models import content as contents
from models import sending
from models.contact import Contact
from models.content import Content, words
from models.message import FINAL, Lane, Message
from models.sending import LEASE

ACCEPTED = Answer(Outcome.ACCEPTED, 200, "request-1")
MENU = words(verbatim("MENU"))


def still_true(session: Session, message: Message, today: date) -> Content | None:
    return MENU


class Desk:
    """The database as one outbox after the other sees it."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now

    def plan(self, number: int = 1, what: str = "notice", **values: Any) -> int:
        with self.database.writing() as session:
            phone = f"U{number:032x}"
            contact = session.scalar(select(Contact).where(Contact.line_user_id == phone))
            contact = contact or Contact(line_user_id=phone, language="en", reachable=True, created_at=self.now)
            session.add(contact)
            session.flush()
            row = {
                "kind": "notice",
                "lane": Lane.URGENT.value,
                "content": contents.to_json(MENU),
                "not_before": self.now,
                "created_at": self.now,
            }
            message = Message(contact_id=contact.id, what=what, **row | values)
            session.add(message)
            session.flush()
            return message.id

    def prepare(self, me: str = "me", limit: int = 100, may_push: MayPush = MayPush.ROUTINE) -> list[Ready]:
        with self.database.writing() as session:
            found, _looked_at = delivery.prepare(session, still_true, me, self.now, limit, may_push=may_push)
            return found

    def mark(self, *answered: tuple[Ready, Answer]) -> None:
        with self.database.writing() as session:
            delivery.mark(session, "line", answered, self.now)

    def message(self, message_id: int) -> Message:
        with self.database.reading() as session:
            return session.get_one(Message, message_id)

    def later(self, pause: timedelta) -> None:
        self.now += pause


@pytest.fixture
def desk(database: Database, now: datetime) -> Desk:
    return Desk(database, now)


def ids(requests: Sequence[Ready]) -> list[int]:
    return [request.message_id for request in requests]


def test_a_request_is_on_record_before_it_may_leave(desk: Desk) -> None:
    planned = desk.plan()
    [request] = desk.prepare()
    message = desk.message(planned)
    assert (message.state, message.in_doubt, message.first_tried_at) == ("leased", True, desk.now)
    assert message.body is not None
    assert orjson.loads(request.body) == {"to": f"U{1:032x}", "messages": orjson.loads(message.body)}
    assert (request.endpoint, request.doubted) == ("push", False)


def test_what_is_leased_is_nobody_elses_until_the_lease_ends(desk: Desk) -> None:
    planned = desk.plan()
    [first] = desk.prepare("one")
    desk.later(LEASE - timedelta(seconds=1))
    assert desk.prepare("another") == []
    desk.later(timedelta(seconds=2))
    [second] = desk.prepare("another")
    assert (second.message_id, second.doubted) == (planned, True)
    assert (second.body, second.retry_key) == (first.body, first.retry_key)


def test_a_late_refusal_changes_nothing_once_another_process_has_taken_over(desk: Desk) -> None:
    until = desk.now + timedelta(seconds=50)
    planned = desk.plan(lane=Lane.REPLY.value, reply_token="token", reply_until=until)
    [slow] = desk.prepare("slow")
    desk.later(LEASE + timedelta(seconds=1))
    [second] = desk.prepare("another")
    # The slow one's token was used by the other, whose answer is still on its way: no push may follow.
    desk.mark((slow, Answer(Outcome.BAD_REPLY_TOKEN, 400)))
    message = desk.message(planned)
    assert (message.state, message.leased_by, message.reply_token) == ("leased", "another", "token")
    desk.mark((second, ACCEPTED))
    assert desk.message(planned).state == "sent"


def test_a_late_acceptance_is_true_whoever_holds_the_lease(desk: Desk) -> None:
    planned = desk.plan()
    [slow] = desk.prepare("slow")
    desk.later(LEASE + timedelta(seconds=1))
    [second] = desk.prepare("another")
    desk.mark((slow, ACCEPTED))
    desk.mark((second, Answer(Outcome.UNKNOWN)))
    message = desk.message(planned)
    assert (message.state, message.request_id, message.in_doubt) == ("sent", "request-1", False)


def test_marking_the_same_answer_twice_changes_nothing(desk: Desk) -> None:
    accepted, failed = desk.plan(1), desk.plan(2)
    one, two = desk.prepare()
    for _ in range(2):
        desk.mark((one, ACCEPTED), (two, Answer(Outcome.REFUSED, 400, detail="no")))
    assert desk.message(accepted).state == "sent"
    assert (desk.message(failed).state, desk.message(failed).error) == ("undeliverable", "400 no")


def test_the_answers_of_the_others_are_kept_when_a_person_was_erased_meanwhile(desk: Desk) -> None:
    desk.plan(1)
    kept = desk.plan(2)
    requests = desk.prepare()
    with desk.database.writing() as session:
        session.execute(delete(Message).where(Message.id != kept))
    desk.mark(*((request, ACCEPTED) for request in requests))
    assert desk.message(kept).state == "sent"


def test_a_refusal_after_a_doubtful_attempt_is_unknown_and_not_undelivered(desk: Desk) -> None:
    planned = desk.plan()
    [first] = desk.prepare()
    desk.mark((first, Answer(Outcome.UNKNOWN, 500)))
    desk.later(timedelta(seconds=3))
    [second] = desk.prepare()
    desk.mark((second, Answer(Outcome.REFUSED, 400)))
    message = desk.message(planned)
    assert (message.state, message.in_doubt) == ("unknown", True)


def test_an_attempt_that_certainly_failed_leaves_an_earlier_doubt_open(desk: Desk) -> None:
    planned = desk.plan()
    [first] = desk.prepare()
    desk.mark((first, Answer(Outcome.UNKNOWN, 500)))
    tried_at = desk.message(planned).first_tried_at
    desk.later(timedelta(seconds=3))
    [second] = desk.prepare()
    desk.mark((second, Answer(Outcome.RATE_LIMITED, 429)))
    message = desk.message(planned)
    assert (message.in_doubt, message.first_tried_at) == (True, tried_at)
    desk.later(timedelta(seconds=3))
    [third] = desk.prepare()
    assert third.body == first.body


def test_pauses_grow_to_ten_minutes_and_differ(desk: Desk) -> None:
    planned = [desk.plan(number) for number in range(1, 21)]
    longest = []
    for _ in range(13):
        requests = desk.prepare()
        assert sorted(ids(requests)) == planned
        desk.mark(*((request, Answer(Outcome.UNKNOWN, 503)) for request in requests))
        found = [desk.message(one) for one in planned]
        pauses = {(one.lease_until or one.not_before) - desk.now for one in found}
        assert len(pauses) > 10
        longest.append(max(pauses))
        desk.later(timedelta(minutes=10, seconds=1))
    assert longest[0] <= timedelta(seconds=2)
    assert longest[0] < longest[3] < longest[6] < longest[9]
    assert timedelta(minutes=5) < longest[-1] <= timedelta(minutes=10)


def test_what_is_urgent_is_claimed_before_a_thousand_older_reminders(desk: Desk) -> None:
    for number in range(1, 1_001):
        desk.plan(number, lane=Lane.REMINDER.value, not_before=desk.now - timedelta(hours=3))
    desk.plan(2_001, lane=Lane.ANNOUNCEMENT.value, not_before=desk.now - timedelta(hours=4))
    reply = desk.plan(2_002, lane=Lane.REPLY.value)
    urgent = desk.plan(2_003)
    assert ids(desk.prepare(limit=5))[:2] == [urgent, reply]


def test_of_one_persons_messages_one_at_a_time_leaves_in_the_order_planned(desk: Desk) -> None:
    planned = [desk.plan(1, f"notice {number}") for number in range(3)]
    left = []
    for _ in planned:
        [request] = desk.prepare()
        assert desk.prepare() == []
        left.append(request.message_id)
        desk.mark((request, ACCEPTED))
    assert left == planned


def test_a_long_pause_of_one_message_does_not_hold_back_her_next_one(desk: Desk) -> None:
    desk.plan(1, "one")
    second = desk.plan(1, "two")
    [request] = desk.prepare()
    desk.mark((request, Answer(Outcome.UNAUTHORISED, 401)))
    assert ids(desk.prepare()) == [second]


def test_a_superseded_message_frees_its_place_unless_it_may_have_been_sent(desk: Desk) -> None:
    never_tried, in_doubt = desk.plan(1), desk.plan(2, in_doubt=True, first_tried_at=desk.now)
    with desk.database.writing() as session:
        for one in (never_tried, in_doubt):
            session.get_one(Message, one).supersede("changed")
    assert desk.message(never_tried).state == "superseded"
    assert desk.message(in_doubt).state == "unknown"
    again = desk.plan(1)
    assert desk.message(again).what == "notice" == desk.message(in_doubt).what


def test_a_message_has_the_same_retry_key_in_every_database_and_language(desk: Desk) -> None:
    first = desk.plan()
    with desk.database.writing() as session:
        key = session.get_one(Message, first).retry_key
        session.execute(delete(Message))
        session.scalars(select(Contact)).one().language = Language.TH.value
    second = desk.plan()
    with desk.database.reading() as session:
        assert session.get_one(Message, second).retry_key == key
    assert str(key) == "10a92dd5-f0cf-53b0-8f20-1f0df258544e", "a changed key would send again what waits"


def test_after_a_restored_backup_nothing_that_waited_counts_as_never_tried(desk: Desk) -> None:
    backup_at = desk.now
    token: dict[str, Any] = {
        "lane": Lane.REPLY.value,
        "reply_token": "token",
        "reply_until": desk.now + timedelta(seconds=50),
    }
    pushed, replied, future = (
        desk.plan(1),
        desk.plan(2, **token),
        desk.plan(3, not_before=desk.now + timedelta(days=1)),
    )
    desk.later(timedelta(minutes=5))
    with desk.database.writing() as session:
        sending.doubt_since(session, backup_at, desk.now)
    assert ids(desk.prepare()) == [pushed]
    assert desk.message(replied).state == "unknown"
    assert not desk.message(future).in_doubt


def test_a_backup_older_than_a_retry_key_lives_sends_nothing_again(desk: Desk) -> None:
    planned, backup_at = desk.plan(), desk.now
    desk.later(timedelta(hours=23))
    with desk.database.writing() as session:
        sending.doubt_since(session, backup_at, desk.now)
    assert desk.prepare() == []
    assert (desk.message(planned).state, desk.message(planned).error) == ("unknown", "RetryKeyExpired")


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("doubted", [False, True])
@pytest.mark.parametrize("reply", [False, True])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_answer_ends_a_message_or_tries_it_again(
    desk: Desk, outcome: Outcome, doubted: bool, reply: bool
) -> None:
    until = desk.now + timedelta(seconds=50)
    token: dict[str, Any] = {"reply_token": "token", "reply_until": until} if reply else {}
    planned = desk.plan(lane=Lane.REPLY.value, in_doubt=doubted, first_tried_at=desk.now if doubted else None, **token)
    [request] = desk.prepare()
    desk.mark((request, Answer(outcome, request_id="request-2")))
    message = desk.message(planned)
    if message.state in FINAL:
        assert (message.leased_by, message.lease_until, message.reply_token) == (None, None, None)
        return
    may_have_it = doubted or outcome is Outcome.UNKNOWN
    assert message.in_doubt is (may_have_it and outcome is not Outcome.BAD_REPLY_TOKEN)
    desk.later(timedelta(minutes=2) if message.state == "planned" else LEASE)
    again = desk.prepare()
    if not again:
        assert desk.message(planned).state == "unknown"
        assert (reply, may_have_it) == (True, True)
        return
    assert again[0].retry_key == request.retry_key
    assert again[0].doubted is message.in_doubt
    if message.in_doubt:
        assert (again[0].endpoint, again[0].body) == (request.endpoint, request.body)
