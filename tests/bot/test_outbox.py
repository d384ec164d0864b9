"""From the outbox to a real LINE look-alike over HTTP: whatever LINE answers, each message ends once and right."""

import asyncio
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from bot import outbox as outbox_module
from bot import sender as sender_module
from bot.database import Database
from bot.outbox import Outbox
from locales import Language, Text, verbatim
from models import content as contents
from models import rate, sending
from models.contact import Contact
from models.content import Content, words
from models.message import FINAL, Lane, Message
from models.secrets import Keyring
from tests.post import ACCOUNT, MENU, PUSH, REPLY, Post, posting, still_true
from tests.town import free_port, wait_until

SOON = timedelta(seconds=2.5)
"""Longer than the first pause before a second try."""


def test_what_line_accepts_is_sent_with_its_request_id(post: Post) -> None:
    contact, phone = post.person()
    message_id = post.plan(contact)
    post.deliver()
    [entry] = post.ledger()
    message = post.message(message_id)
    assert (message.state, message.attempts, message.in_doubt) == ("sent", 1, False)
    assert message.request_id == entry["request_id"]
    assert entry["body"]["to"] == phone
    assert message.sent_at is not None


@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        ({"status": 500}, [500, 200]),
        ({"status": 503, "accept": True}, [503, 409]),
        ({"reset": "before"}, [None, 200]),
        ({"reset": "after"}, [None, 409]),
        ({"status": 502, "next": 3}, [502, 502, 502, 200]),
        ({"status": 429}, [429, 200]),
        ({"status": 403}, [403, 200]),
    ],
    ids=str,
)
def test_what_may_have_failed_is_tried_again_with_the_same_key_and_body(
    post: Post, fault: dict[str, Any], answers: list[int | None]
) -> None:
    contact, _phone = post.person()
    message_id = post.plan(contact)
    post.fault(**fault)
    post.deliver(later=[timedelta(), *[timedelta(minutes=2)] * (len(answers) - 1)])
    asked = post.requests()
    assert [one["status"] for one in asked] == answers
    assert {one["retry_key"] for one in asked} == {str(_key(post, message_id))}
    assert all(one["same_body"] for one in asked if one["status"] == 409)
    assert len(post.ledger()) == 1
    assert post.message(message_id).state == "sent"


def test_an_answer_that_comes_too_late_is_asked_for_again(post: Post) -> None:
    contact, _phone = post.person()
    message_id = post.plan(contact)
    post.patience = 0.4
    post.fault(delay_seconds=1)
    post.deliver(later=[timedelta(), SOON])
    assert [one["status"] for one in post.requests()] == [200, 409]
    assert post.requests()[1]["same_body"]
    assert (post.message(message_id).state, len(post.ledger())) == ("sent", 1)


def test_a_conflict_that_names_what_was_accepted_is_a_success(post: Post) -> None:
    contact, _phone = post.person()
    message_id = post.plan(contact)
    post.fault(status=409, headers={"x-line-accepted-request-id": "the-first-request"})
    post.deliver()
    message = post.message(message_id)
    assert (message.state, message.request_id) == ("sent", "the-first-request")


def test_a_conflict_that_names_nothing_is_left_to_a_human(post: Post) -> None:
    contact, _phone = post.person()
    message_id = post.plan(contact)
    post.fault(status=409)
    post.deliver(later=[timedelta(), timedelta(hours=1)])
    message = post.message(message_id)
    assert (message.state, message.in_doubt, message.error) == ("unknown", True, "ConflictWithoutId")
    assert len(post.requests()) == 1


def test_a_refused_message_ends_and_its_neighbours_go(post: Post) -> None:
    one, phone = post.person()
    other, _phone = post.person()
    bad, good = post.plan(one), post.plan(other)
    post.fault(status=400, to=phone)
    post.deliver(later=[timedelta(), timedelta(hours=1)])
    assert (post.message(bad).state, post.message(bad).in_doubt) == ("undeliverable", False)
    assert post.message(good).state == "sent"
    assert [one["status"] for one in post.requests()].count(400) == 1


def test_a_token_that_line_refuses_is_renewed_once_within_the_attempt(post: Post) -> None:
    contact, _phone = post.person()
    message_id = post.plan(contact)
    post.fault(status=401)
    post.deliver()
    first, second = post.requests()
    assert (first["status"], second["status"]) == (401, 200)
    assert first["retry_key"] == second["retry_key"]
    assert (post.message(message_id).state, post.message(message_id).attempts) == ("sent", 1)


def test_when_line_refuses_our_access_everything_waits(post: Post) -> None:
    contact, _phone = post.person()
    first = post.plan(contact)
    post.fault(status=401, next=2)

    def refused() -> bool:
        return post.message(first).state == "planned"

    async def run() -> int:
        async with post.line(post.url) as line:
            outbox = Outbox(post.database, post.clock, line, ACCOUNT, hours=post.hours, compose=still_true)
            running = asyncio.create_task(outbox.run())
            while not (post.message(first).attempts == 1 and refused()):
                await asyncio.sleep(0.02)
            second = await asyncio.to_thread(post.plan, contact, "another notice")
            outbox.wake()
            await asyncio.sleep(0.7)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return second

    with capture_logs() as logs:
        second = asyncio.run(run())
    assert "line_refuses_our_access" in {line["event"] for line in logs if line["log_level"] == "critical"}
    assert (post.message(second).state, post.message(second).attempts) == ("planned", 0)
    assert not post.message(first).in_doubt
    post.deliver(later=[timedelta(minutes=2)])
    assert post.states() == {"sent": 2}


def test_a_rate_limit_holds_back_every_sender(post: Post) -> None:
    contact, _phone = post.person()
    post.plan(contact)
    post.fault(status=429)
    post.deliver()
    with post.database.writing() as session:
        first, _apart = rate.reserve(session, "test", "push", 1)
    assert 0.3 < first <= 1.1
    post.deliver(later=[SOON])
    assert post.states() == {"sent": 1}


def test_while_line_cannot_be_reached_nothing_is_in_doubt(post: Post) -> None:
    pushed, replied = post.plan(post.person()[0]), post.plan_reply(*post.person())
    nowhere = f"http://127.0.0.1:{free_port()}"
    post.deliver(later=[timedelta(), SOON], url=nowhere)
    assert not post.message(pushed).in_doubt
    assert not post.message(replied).in_doubt
    assert post.message(pushed).attempts >= 2
    post.deliver(later=[timedelta(seconds=10)])
    assert post.states() == {"sent": 2}
    assert Counter(entry["path"] for entry in post.ledger()) == {PUSH: 1, REPLY: 1}


# Replies


def test_an_answer_to_her_own_words_uses_the_free_reply(post: Post) -> None:
    contact, phone = post.person()
    message_id = post.plan_reply(contact, phone)
    post.deliver()
    [entry] = post.ledger()
    assert (entry["path"], entry["retry_key"], entry["recipients"]) == (REPLY, None, [phone])
    message = post.message(message_id)
    assert (message.state, message.reply_token) == ("sent", None)


def test_when_the_reply_token_has_expired_the_answer_is_pushed_with_its_key(post: Post) -> None:
    contact, phone = post.person()
    message_id = post.plan_reply(contact, phone)
    post.deliver(later=[timedelta(seconds=51)])
    [entry] = post.ledger()
    assert (entry["path"], entry["retry_key"]) == (PUSH, str(_key(post, message_id)))
    assert post.message(message_id).state == "sent"


def test_a_reply_token_that_line_does_not_know_leads_to_a_push(post: Post) -> None:
    contact, _phone = post.person()
    until = post.clock.now() + timedelta(seconds=50)
    message_id = post.plan(contact, lane=Lane.REPLY.value, reply_token="unknown", reply_until=until)
    post.deliver()
    assert [(one["path"], one["status"]) for one in post.requests()] == [(REPLY, 400), (PUSH, 200)]
    assert post.message(message_id).state == "sent"


@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        ({"reset": "before"}, [None, 200]),
        ({"reset": "after"}, [None, 400]),
        ({"status": 500}, [500, 200]),
        ({"status": 500, "accept": True}, [500, 400]),
        ({"status": 429}, [429, 200]),
    ],
    ids=str,
)
def test_a_reply_in_doubt_is_tried_with_its_own_token_and_never_pushed(
    post: Post, fault: dict[str, Any], answers: list[int | None]
) -> None:
    contact, phone = post.person()
    message_id = post.plan_reply(contact, phone)
    post.fault(REPLY, **fault)
    post.deliver(later=[timedelta(), SOON])
    assert [one["status"] for one in post.requests(REPLY)] == answers
    assert post.requests(PUSH) == []
    assert len(post.ledger()) == 1
    assert post.message(message_id).state == "sent"


def test_a_reply_still_in_doubt_when_its_time_is_over_is_unknown(post: Post) -> None:
    contact, phone = post.person()
    message_id = post.plan_reply(contact, phone)
    post.fault(REPLY, reset="after")
    post.deliver(later=[timedelta(), timedelta(seconds=60)])
    message = post.message(message_id)
    assert (message.state, message.error, message.in_doubt) == ("unknown", "ReplyInDoubt", True)
    assert len(post.requests()) == 1


def test_a_throttled_reply_whose_time_runs_out_is_pushed(post: Post) -> None:
    contact, phone = post.person()
    message_id = post.plan_reply(contact, phone)
    post.fault(REPLY, status=429)
    post.deliver(later=[timedelta(), timedelta(seconds=60)])
    assert [(one["path"], one["status"]) for one in post.requests()] == [(REPLY, 429), (PUSH, 200)]
    assert post.message(message_id).state == "sent"


# Whom, when, in which order


def test_nothing_is_sent_to_somebody_who_blocked_us(post: Post) -> None:
    contact, _phone = post.person(reachable=False)
    message_id = post.plan(contact)
    post.deliver()
    assert post.requests() == []
    message = post.message(message_id)
    assert (message.state, message.error) == ("superseded", "unreachable")


def test_a_reminder_that_is_no_longer_true_never_leaves(post: Post) -> None:
    contact, _phone = post.person()
    post.compose = lambda session, message, today: None
    message_id = post.plan(contact, lane=Lane.REMINDER.value, content=None)
    post.deliver()
    assert post.requests() == []
    assert post.message(message_id).state == "superseded"


def test_what_is_urgent_overtakes_a_thousand_reminders(post: Post) -> None:
    phones = [f"U{n:032x}" for n in range(1_000)]
    with post.database.writing() as session:
        created = {"language": "en", "reachable": True, "created_at": post.clock.now()}
        people = [Contact(line_user_id=phone, **created) for phone in phones]
        session.add_all(people)
        session.flush()
        for person in people:
            session.add(
                Message(
                    contact_id=person.id,
                    what="reminder",
                    kind="end_7d",
                    lane=Lane.REMINDER.value,
                    not_before=post.clock.now() - timedelta(hours=1),
                    created_at=post.clock.now(),
                )
            )
    contact, phone = post.person()
    urgent = post.plan(contact)
    post.deliver_until(lambda: post.message(urgent).state == "sent")
    places = [entry["recipients"][0] for entry in post.ledger()]
    # Requests of one batch race each other on their connections; nothing of a later batch comes before it.
    assert places.index(phone) < outbox_module.BATCH
    assert post.states()["planned"] > 0


@pytest.mark.parametrize(
    ("hour", "minute", "leaves"), [(8, 59, False), (9, 0, True), (19, 59, True), (20, 0, False), (3, 0, False)]
)
def test_only_routine_waits_for_the_morning(post: Post, hour: int, minute: int, leaves: bool) -> None:
    post.clock.move(datetime.fromisoformat(f"2026-03-11T{hour:02}:{minute:02}:00+08:00"))
    lanes = {lane: post.plan(post.person()[0], lane=lane.value) for lane in Lane}
    post.deliver()
    sent = {lane for lane, message_id in lanes.items() if post.message(message_id).state == "sent"}
    assert sent == (set(Lane) if leaves else {Lane.URGENT, Lane.REPLY})


@pytest.mark.parametrize("fault", [{"status": 500}, {"reset": "after"}, {"status": 429}], ids=str)
def test_one_persons_messages_keep_their_order_also_when_the_first_fails(post: Post, fault: dict[str, Any]) -> None:
    contact, _phone = post.person()
    planned = [post.plan(contact, f"notice {n}") for n in range(4)]
    post.fault(**fault)
    post.deliver(later=[timedelta(), SOON, SOON])
    keys = [entry["retry_key"] for entry in post.ledger()]
    assert keys == [str(_key(post, message_id)) for message_id in planned]


# The body


def test_the_body_stays_the_same_while_line_may_have_it(post: Post) -> None:
    contact, _phone = post.person()
    message_id = post.plan(contact)
    post.fault(reset="after")
    post.deliver()
    with post.database.writing() as session:
        session.get_one(Contact, contact).language = Language.TH.value
        session.get_one(Message, message_id).content = contents.to_json(words(verbatim("SOMETHING ELSE")))
    post.deliver(later=[SOON])
    assert post.requests()[1]["same_body"] is True
    assert post.states() == {"sent": 1}


def test_what_line_certainly_did_not_take_is_said_as_it_is_true_now(post: Post) -> None:
    contact, _phone = post.person()
    said = iter(("14 DAYS LEFT", "13 DAYS LEFT"))
    post.compose = lambda session, message, today: words(verbatim(next(said)))
    message_id = post.plan(contact, lane=Lane.REMINDER.value, content=None)
    post.fault(status=403)
    post.deliver(later=[timedelta(), timedelta(days=1)])
    [entry] = post.ledger()
    assert entry["body"]["messages"] == [{"type": "text", "text": "13 DAYS LEFT"}]
    assert post.message(message_id).says == words(verbatim("13 DAYS LEFT"))


def test_a_missing_translation_parks_its_message_and_nobody_elses(post: Post) -> None:
    thai, _phone = post.person(Language.TH)
    english, _phone = post.person()
    untranslated = post.plan(thai, says=Text("A sentence nobody has translated yet"))
    other = post.plan(english)
    with capture_logs() as logs:
        post.deliver()
    [line] = [line for line in logs if line["event"] == "message_cannot_be_said"]
    assert (line["log_level"], line["message_id"]) == ("error", untranslated)
    message = post.message(untranslated)
    assert (message.state, message.error, message.in_doubt) == ("planned", "MissingTranslationError", False)
    assert message.not_before > post.clock.now() + timedelta(minutes=9)
    assert [entry["retry_key"] for entry in post.ledger()] == [str(_key(post, other))]


def test_a_message_that_breaks_its_composer_or_its_seal_stops_nobody(post: Post) -> None:
    contacts = [post.person()[0] for _ in range(3)]

    def compose(session: Session, message: Message, today: date) -> Content | None:
        if message.what == "odd":
            raise KeyError("somebody's name")
        return words(MENU)

    post.compose = compose
    odd = post.plan(contacts[0], "odd", lane=Lane.REMINDER.value)
    damaged = post.plan(contacts[1], "damaged")
    good = post.plan(contacts[2], "good")
    with post.database.writing() as session:
        session.execute(
            text("UPDATE message SET content = :cell WHERE id = :id"), {"cell": b"\x01" * 40, "id": damaged}
        )
    with capture_logs() as logs:
        post.deliver()
    assert "somebody's name" not in str(logs)
    assert [entry["retry_key"] for entry in post.ledger()] == [str(_key(post, good))]
    with post.database.reading() as session:
        rows = session.execute(select(Message.id, Message.state, Message.error).order_by(Message.id)).all()
    assert [tuple(row) for row in rows] == [
        (odd, "planned", "KeyError"),
        (damaged, "planned", "SealError"),
        (good, "sent", None),
    ]


# Time, restarts, several processes


def test_a_retry_key_that_line_may_have_forgotten_is_never_used_again(post: Post) -> None:
    contact, _phone = post.person()
    message_id = post.plan(contact)
    post.fault(reset="after")
    post.deliver()
    post.deliver(later=[timedelta(hours=23)])
    message = post.message(message_id)
    assert (message.state, message.error) == ("unknown", "RetryKeyExpired")
    assert len(post.ledger()) == 1


def test_a_message_that_line_never_took_may_leave_days_later(post: Post) -> None:
    contact, _phone = post.person()
    message_id = post.plan(contact)
    post.fault(quota=True)
    post.deliver(later=[timedelta(), timedelta(days=3)])
    assert post.message(message_id).state == "sent"


def test_stopping_finishes_what_is_on_its_way_and_a_restart_the_rest(post: Post) -> None:
    planned = [post.plan(post.person()[0]) for _ in range(30)]
    post.fault(delay_seconds=0.4, next=30)
    post.deliver_until(lambda: post.states()["leased"] > 0)
    assert post.states()["leased"] == 0, "what was on its way when we stopped was not waited for"
    post.deliver()
    assert post.states() == {"sent": len(planned)}
    assert Counter(entry["retry_key"] for entry in post.ledger()) == {str(_key(post, one)): 1 for one in planned}
    assert len(post.requests()) == len(planned)


def test_what_a_killed_process_held_is_sent_once_when_its_lease_ends(post: Post) -> None:
    people = [post.person() for _ in range(3)]
    before_sending, after_accepting = post.plan(people[0][0]), post.plan(people[1][0])
    reply = post.plan_reply(*people[2])
    for message_id in (before_sending, after_accepting, reply):
        _as_a_killed_process_leaves_it(post, message_id)
    key = str(_key(post, after_accepting))
    body = {"to": people[1][1], "messages": [{"type": "text", "text": "MENU"}]}
    headers = {"Authorization": "Bearer simulated-channel-access-token", "X-Line-Retry-Key": key}
    assert httpx.post(f"{post.url}{PUSH}", json=body, headers=headers).status_code == 200
    post.deliver_until(lambda: True)
    assert post.states() == {"leased": 3}, "a lease that may be a living sender's was taken"
    post.deliver(later=[timedelta(seconds=21)])
    assert post.states() == {"sent": 3}
    assert Counter(entry["recipients"][0] for entry in post.ledger()) == {phone: 1 for _id, phone in people}


def _as_a_killed_process_leaves_it(post: Post, message_id: int) -> None:
    with post.database.writing() as session:
        session.execute(
            update(Message)
            .where(Message.id == message_id)
            .values(
                state="leased",
                leased_by="a process that is no more",
                lease_until=post.clock.now() + sending.LEASE,
                attempts=1,
                in_doubt=True,
                first_tried_at=post.clock.now(),
                body=b'[{"type":"text","text":"MENU"}]',
            )
        )


def test_a_process_that_stood_still_longer_than_its_lease_sends_nothing(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact, _phone = post.person()
    message_id = post.plan(contact)
    with post.database.writing() as session:
        rate.reserve(session, "test", "push", 1)
        rate.slow_down(session, "test", "push", 0.6)
    monkeypatch.setattr(sender_module, "LEASE", timedelta(seconds=0.2))
    waited = time.monotonic() + 1.2
    post.deliver_until(lambda: time.monotonic() > waited)
    assert (post.message(message_id).state, post.requests()) == ("leased", [])


def test_two_outboxes_on_one_database_send_everything_once_and_in_order(
    post: Post, database_url: str, keyring: Keyring
) -> None:
    people = [post.person() for _ in range(12)]
    for number in range(5):
        for contact, _phone in people:
            post.plan(contact, f"notice {number}")
    with post.database.reading() as session:
        order = {
            phone: [
                str(one.retry_key)
                for one in session.scalars(select(Message).filter_by(contact_id=contact).order_by(Message.id))
            ]
            for contact, phone in people
        }
    others = [Post(Database(database_url, keyring), post.clock, post.url) for _ in range(2)]
    threads = [threading.Thread(target=other.deliver) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
        other.database.close()
    assert post.states() == {"sent": 60}
    told: dict[str, list[str]] = {phone: [] for _contact, phone in people}
    for entry in post.ledger():
        told[entry["recipients"][0]].append(entry["retry_key"])
    assert told == order
    assert len(post.requests()) == 60


def test_what_line_said_is_kept_while_the_database_is_away(
    database_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    class Unsteady(Database):
        away = False

        @contextmanager
        def writing(self) -> Iterator[Session]:
            if self.away:
                raise OperationalError("", {}, OSError("connection refused"))
            with super().writing() as session:
                yield session

    database = Unsteady(database_url, keyring)
    with posting(database, now, tmp_path) as post:
        contact, _phone = post.person()
        message_id = post.plan(contact)
        post.fault(delay_seconds=0.4)

        def come_back() -> None:
            wait_until(post.ledger, "LINE to accept it")
            time.sleep(0.8)  # the answer has come, and was not taken
            database.away = False

        back = threading.Thread(target=come_back)

        def sent() -> bool:
            if not back.ident and post.message(message_id).state == "leased":
                database.away = True
                back.start()
            return post.states() == {"sent": 1}

        post.deliver_until(sent)
        back.join()
        assert len(post.requests()) == 1
        assert post.message(message_id).request_id == post.ledger()[0]["request_id"]
    database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_a_restored_backup_nothing_is_delivered_a_second_time(
    post: Post, tmp_path: Path, keyring: Keyring
) -> None:
    file = Path(post.database.url.removeprefix("sqlite:///"))
    (one, _), (other, phone) = post.person(), post.person()
    pushed, replied = post.plan(one), post.plan_reply(other, phone)
    backup_at = post.clock.now()
    with post.database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("VACUUM INTO ?", (str(tmp_path / "backup.sqlite"),))
        connection.exec_driver_sql("BEGIN")
    post.deliver()
    assert len(post.ledger()) == 2
    post.database.close()
    for left in file.parent.glob(f"{file.name}-*"):
        left.unlink()
    shutil.copy(tmp_path / "backup.sqlite", file)
    post.clock.ahead += timedelta(minutes=5)
    with post.database.writing() as session:
        sending.doubt_since(session, backup_at, post.clock.now())
    post.deliver()
    assert len(post.ledger()) == 2
    assert post.message(pushed).state == "sent"
    assert [one["status"] for one in post.requests(PUSH)] == [200, 409]
    assert (post.message(replied).state, post.message(replied).error) == ("unknown", "ReplyInDoubt")


@pytest.mark.parametrize("seed", range(3))
def test_whatever_line_does_every_message_ends_in_one_state_that_agrees_with_the_ledger(post: Post, seed: int) -> None:
    chance = random.Random(seed)
    post.patience = 0.3
    planned: dict[int, str] = {}
    for number in range(25):
        contact, phone = post.person(reachable=chance.random() > 0.1)
        plan = post.plan_reply if chance.random() < 0.5 else lambda contact, phone, what: post.plan(contact, what)
        planned[plan(contact, phone, f"notice {number}")] = phone
    kinds: list[dict[str, Any]] = [
        {"status": 500},
        {"status": 500, "accept": True},
        {"reset": "before"},
        {"reset": "after"},
        {"status": 400},
        {"status": 409},
        {"status": 429},
        {"delay_seconds": 0.5},
    ]
    for _ in range(30):
        post.fault(chance.choice((PUSH, REPLY)), **chance.choice(kinds))
    post.deliver(later=[timedelta(), *[SOON] * 3, *[timedelta(minutes=11)] * 12])
    told = Counter(entry["recipients"][0] for entry in post.ledger())
    with post.database.reading() as session:
        ends = {message.id: message for message in session.scalars(select(Message))}
    for message_id, phone in planned.items():
        message = ends[message_id]
        assert message.state in FINAL
        if message.state == "sent":
            assert told[phone] == 1, message.error
        elif message.state == "unknown":
            assert told[phone] <= 1, message.error
        else:
            assert told[phone] == 0, message.error


def _key(post: Post, message_id: int) -> Any:
    with post.database.reading() as session:
        return session.get_one(Message, message_id).retry_key
