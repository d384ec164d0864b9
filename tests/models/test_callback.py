"""What is reported of an event: everything that became of it, once, in order, and nothing about a person."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import pytest
from sqlalchemy import Select, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.database import Database
from models import callback, callback_plan
from models.binding import bind, unbind
from models.callback import GIVE_UP_AFTER, KEPT, LEASE, Callback, CallbackState
from models.contact import Contact
from models.event_row import Told
from models.message import Lane, Message, MessageState, answer
from models.notice_plan import catch_up
from models.permit_event import DERIVED, EventKind, PermitEvent
from models.reminder import ReminderRules
from models.worker import Worker
from tests.records import add_permit, add_worker, record

PERSONAL = ("SITI", "1990", "U0000", "Made-up", "P1", "W1")


@dataclass
class Ministry:
    """A worker with one permit, her accounts, and what the ministry says of her."""

    session: Session
    now: datetime
    worker: Worker

    def account(self, number: int = 0, *, bound: bool = True, reachable: bool = True) -> Contact:
        contact = Contact(line_user_id=f"U{number:032}", language="en", reachable=reachable, created_at=self.now)
        self.session.add(contact)
        self.session.flush()
        if bound:
            bind(self.session, contact.id, self.worker.id, self.now)
        return contact

    def tells(self, event_id: str, kind: EventKind, days_ago: int = 30, **more: str) -> None:
        at = self.now - timedelta(days=days_ago)
        told = Told(event_id=event_id, kind=kind, permit_no="P1", occurred_at=at, **more)  # type: ignore[arg-type]
        record(self.session, told, ReminderRules(), self.now)

    def sends(self, state: MessageState = MessageState.SENT, error: str | None = None) -> None:
        """What waits leaves, and ends so."""
        waiting = select(Message).where(Message.state == MessageState.PLANNED.value).order_by(Message.id)
        for message in self.session.scalars(waiting).all():
            message.first_tried_at = message.sent_at = self.now
            message.end(state, error)
        self.session.flush()

    def answers(self, contact: Contact, said: str, minutes: int = 5) -> None:
        last = self.session.scalars(
            select(Message).where(Message.contact_id == contact.id).order_by(Message.id.desc())
        ).first()
        assert last is not None
        answer(self.session, contact.id, last.id, said, self.now + timedelta(minutes=minutes))
        self.session.flush()

    def reports(self) -> list[str]:
        """What is planned by now, as event, type and what there is besides."""
        while callback_plan.plan(self.session, self.now):
            pass
        assert not callback_plan.is_owed(self.session)
        return [_said(row) for row in self.session.scalars(select(Callback).order_by(Callback.id))]


def _said(row: Callback) -> str:
    data = orjson.loads(row.body)["data"]
    assert data["event_id"] == row.event.event_id
    extras = [str(data[key]) for key in ("reason", "by_event_id", "answer") if key in data]
    return " ".join([data["event_id"], str(data["sequence"]), row.what, *extras])


def build(session: Session, now: datetime) -> Ministry:
    worker = add_worker(session, now)
    add_permit(session, worker)
    return Ministry(session, now, worker)


@pytest.fixture
def ministry(database: Database, now: datetime) -> Iterator[Ministry]:
    with database.writing() as session:
        yield build(session, now)


REVOKED, MISSING, WITHDRAWN = (
    EventKind.PERMIT_REVOKED,
    EventKind.REPORTED_MISSING,
    EventKind.MISSING_REPORT_WITHDRAWN,
)


def test_a_message_that_line_took_is_accepted_and_her_answer_comes_after_it(ministry: Ministry) -> None:
    her = ministry.account()
    ministry.tells("E1", REVOKED)
    assert ministry.reports() == []  # still waiting
    ministry.sends()
    assert ministry.reports() == ["E1 1 message.accepted"]
    ministry.answers(her, "understood")
    assert ministry.reports()[1:] == ["E1 2 worker.answered understood"]
    ministry.answers(her, "need_help", minutes=9)
    assert ministry.reports()[2:] == ["E1 3 worker.answered need_help"]


def test_the_same_answer_tapped_again_is_no_news(ministry: Ministry) -> None:
    her = ministry.account()
    ministry.tells("E1", REVOKED)
    ministry.sends()
    ministry.answers(her, "understood")
    before = ministry.reports()
    ministry.answers(her, "understood", minutes=30)
    assert ministry.reports() == before


def test_an_answer_in_the_very_moment_of_the_report_is_owed_anew(ministry: Ministry) -> None:
    her = ministry.account()
    ministry.tells("E1", REVOKED)
    ministry.sends()
    assert ministry.session.scalars(select(Message.owes_report)).all() == [True]
    # Another process clears it after we have read it and before we write.
    ministry.session.execute(text("UPDATE message SET owes_report = false"))
    ministry.answers(her, "understood")
    assert ministry.reports() == ["E1 1 message.accepted", "E1 2 worker.answered understood"]


def test_planning_twice_plans_once(ministry: Ministry) -> None:
    her = ministry.account()
    ministry.tells("E1", REVOKED)
    ministry.sends()
    ministry.answers(her, "understood")
    before = ministry.reports()
    assert len(before) == 2
    # As after a crash in which nothing of the flags was kept.
    ministry.session.execute(text("UPDATE message SET owes_report = true"))
    assert ministry.reports() == before


def test_an_event_of_a_worker_whom_nobody_has_linked_waits_and_is_told_when_she_links(ministry: Ministry) -> None:
    ministry.tells("E1", REVOKED)
    assert ministry.reports() == ["E1 1 message.undeliverable not_linked"]
    her = ministry.account()
    catch_up(ministry.session, her, ministry.now)
    ministry.sends()
    assert ministry.reports()[1:] == ["E1 2 message.accepted"]


def test_somebody_who_has_blocked_us_is_blocked_before_and_after_the_message_was_planned(ministry: Ministry) -> None:
    her = ministry.account(reachable=False)
    ministry.tells("E1", REVOKED)
    assert ministry.reports() == ["E1 1 message.undeliverable blocked"]
    her.reachable = True
    catch_up(ministry.session, her, ministry.now)
    ministry.sends(MessageState.SUPERSEDED, "unreachable")
    assert ministry.reports()[1:] == ["E1 2 message.undeliverable blocked"]


@pytest.mark.parametrize(
    ("state", "error", "said"),
    [
        (MessageState.UNDELIVERABLE, "400 The property, 'to', is not valid", "message.undeliverable refused"),
        (MessageState.UNKNOWN, "RetryKeyExpired", "message.unknown"),
        (MessageState.SUPERSEDED, "unlinked", "message.undeliverable not_linked"),
        (MessageState.SUPERSEDED, "unfollowed", "message.undeliverable blocked"),
        (MessageState.SUPERSEDED, "no longer true", "message.superseded not_needed"),
    ],
)
def test_every_other_end_has_its_name(ministry: Ministry, state: MessageState, error: str, said: str) -> None:
    ministry.account()
    ministry.tells("E1", REVOKED)
    ministry.sends(state, error)
    assert ministry.reports() == [f"E1 1 {said}"]


def test_a_message_that_is_no_longer_true_because_she_unlinked_is_not_linked(ministry: Ministry) -> None:
    her = ministry.account()
    ministry.tells("E1", REVOKED)
    link = bind(ministry.session, her.id, ministry.worker.id, ministry.now)
    unbind(link, ministry.now)
    ministry.sends(MessageState.SUPERSEDED, "no longer true")
    assert ministry.reports() == ["E1 1 message.undeliverable not_linked"]


def test_what_a_later_event_took_back_before_it_was_said_no_longer_stands(ministry: Ministry) -> None:
    ministry.account()
    ministry.tells("E1", MISSING, 20)
    ministry.tells("E2", WITHDRAWN, 10)
    assert ministry.reports() == [
        "E2 1 message.superseded not_needed",
        "E1 1 message.superseded no_longer_stands",
    ] or ministry.reports() == [
        "E1 1 message.superseded no_longer_stands",
        "E2 1 message.superseded not_needed",
    ]


def test_the_same_thing_under_two_names_names_the_event_that_stands_for_both(ministry: Ministry) -> None:
    ministry.account()
    ministry.tells("E1", REVOKED, letter_no="L1")
    ministry.tells("E2", REVOKED, 29, letter_no="L1")
    ministry.sends()
    assert sorted(ministry.reports()) == ["E1 1 message.accepted", "E2 1 message.superseded said_by_another E1"]


def test_each_account_of_hers_is_told_of_by_itself_under_a_name_that_says_nothing(ministry: Ministry) -> None:
    one, _other = ministry.account(0), ministry.account(1)
    ministry.tells("E1", REVOKED)
    ministry.sends()
    ministry.answers(one, "understood")
    assert ministry.reports() == ["E1 1 message.accepted", "E1 2 worker.answered understood", "E1 3 message.accepted"]
    accepted, answered, other = (orjson.loads(row.body)["data"] for row in ministry.session.scalars(select(Callback)))
    assert accepted["message"] == answered["message"] != other["message"]


def test_several_events_in_one_message_are_reported_each(ministry: Ministry) -> None:
    ministry.tells("E1", EventKind.SEARCH_REQUESTED, 30)
    ministry.tells("E2", MISSING, 20)
    ministry.tells("E3", REVOKED, 10)
    ministry.reports()
    her = ministry.account()
    catch_up(ministry.session, her, ministry.now)
    ministry.sends()
    ministry.answers(her, "disputed")
    assert sorted(said for said in ministry.reports() if " 1 " not in said) == [
        "E1 2 message.accepted",
        "E1 3 worker.answered disputed",
        "E2 2 message.accepted",
        "E2 3 worker.answered disputed",
        "E3 2 message.accepted",  # she disputes reports; that a permit was revoked she can only appeal
    ]


def test_of_several_what_no_longer_stood_when_the_message_left_was_not_in_it(ministry: Ministry) -> None:
    ministry.tells("E1", MISSING, 20)
    ministry.tells("E2", REVOKED, 10)
    ministry.reports()
    her = ministry.account()
    catch_up(ministry.session, her, ministry.now)
    ministry.tells("E3", WITHDRAWN, 5)
    ministry.sends()
    assert [said for said in ministry.reports() if " 2 " in said] == [
        "E1 2 message.superseded no_longer_stands",
        "E2 2 message.accepted",
    ]


def test_what_we_concluded_ourselves_from_a_full_file_is_reported_to_nobody(ministry: Ministry) -> None:
    ministry.account()
    ministry.tells(f"{DERIVED}20260310T000000-00", EventKind.PERMIT_ISSUED, 1)
    ministry.sends()
    assert ministry.reports() == []


def test_reminders_and_answers_to_her_words_owe_nobody_a_report(ministry: Ministry) -> None:
    her = ministry.account()
    for lane in (Lane.REPLY, Lane.REMINDER, Lane.ANNOUNCEMENT):
        ministry.session.add(
            Message(
                contact_id=her.id, what=f"made up {lane}", kind="made_up", lane=lane.value, not_before=ministry.now,
                state="planned", created_at=ministry.now,
            )
        )  # fmt: skip
        ministry.session.flush()
        ministry.sends()
        ministry.answers(her, "understood")
        assert not callback_plan.is_owed(ministry.session)


def test_what_happened_before_callbacks_were_switched_on_is_reported_unless_it_is_old(ministry: Ministry) -> None:
    her = ministry.account()
    ministry.tells("E1", REVOKED)
    ministry.sends()
    ministry.now += KEPT
    assert ministry.reports() == []
    ministry.answers(her, "understood")
    assert ministry.reports() == ["E1 1 worker.answered understood"]


def test_nothing_in_a_body_is_about_a_person(ministry: Ministry) -> None:
    her = ministry.account()
    ministry.tells("E1", REVOKED, letter_no="L-SECRET", reason_code="wages_unpaid")
    ministry.sends()
    ministry.answers(her, "understood")
    ministry.reports()
    rows = ministry.session.scalars(select(Callback)).all()
    assert len(rows) == 2
    for row in rows:
        body = row.body.decode()
        assert not [word for word in (*PERSONAL, "L-SECRET", "wages") if word in body.replace(row.webhook_id, "")]
        said = orjson.loads(body)
        assert said.keys() == {"id", "type", "timestamp", "data"}
        assert said["data"].keys() <= {"event_id", "sequence", "message", "reason", "by_event_id", "answer"}


def planned(database: Database, now: datetime, events: int = 1) -> None:
    """So many callbacks that wait, of events about a worker whom nobody has linked."""
    with database.writing() as session:
        ministry = build(session, now)
        for number in range(events):
            ministry.tells(f"E{number}", REVOKED, 30 - number, letter_no=f"L{number}")
        ministry.reports()


def test_only_the_earliest_of_an_event_may_leave(database: Database, now: datetime) -> None:
    with database.writing() as session:
        ministry = build(session, now)
        her = ministry.account()
        ministry.tells("E1", REVOKED)
        ministry.sends()
        ministry.answers(her, "understood")
        ministry.reports()
        [first] = callback.claim(session, now, 10)
        assert orjson.loads(first.body)["data"]["sequence"] == 1
        assert callback.claim(session, now + LEASE, 10)[0].id == first.id  # the lease is over: who had it has died
        assert callback.claim(session, now + LEASE, 10) == []
        callback.delivered(session, [first.id], now)
        [second] = callback.claim(session, now, 10)
        assert orjson.loads(second.body)["data"]["answer"] == "understood"


def test_it_is_given_up_after_three_days_and_can_be_sent_again(database: Database, now: datetime) -> None:
    planned(database, now)
    with database.writing() as session:
        [due] = callback.claim(session, now, 1)
        assert not callback.failed(session, due, "500", now + timedelta(hours=6), now)
        late = now + GIVE_UP_AFTER
        [again] = callback.claim(session, late, 1)
        assert (again.webhook_id, again.body, again.attempt) == (due.webhook_id, due.body, 2)
        assert not callback.failed(session, due, "500", late, late)  # an earlier try has no say any more
        assert callback.failed(session, again, "500", late, late)
        assert callback.claim(session, late + LEASE, 1) == []
        [given_up] = callback.listed(session, CallbackState.GIVEN_UP, 10)
        assert given_up.error == "500"
        assert callback.resend(session, None, late) == 1
        [third] = callback.claim(session, late, 1)
        assert third.webhook_id == due.webhook_id


def test_figures_and_forgetting(database: Database, now: datetime) -> None:
    planned(database, now, events=3)
    with database.writing() as session:
        assert callback.counts(session) == {"waiting": 3}
        assert callback.oldest_waiting(session) == now
        [due, *_] = callback.claim(session, now, 3)
        callback.delivered(session, [due.id], now)
        assert callback.forget_old(session, now + KEPT - timedelta(seconds=1), 10) == 0
        assert callback.forget_old(session, now + KEPT, 10) == 1
        assert callback.counts(session) == {"waiting": 2}


def test_two_processes_plan_each_callback_once_and_wait_for_nobody_in_a_circle(
    database: Database, now: datetime
) -> None:
    with database.writing() as session:
        ministry = build(session, now)
        for number in range(3):
            ministry.account(number)
        for number in range(40):
            ministry.tells(f"E{number}", REVOKED, 80 - number, letter_no=f"L{number}")
            ministry.sends()
    failures: list[BaseException] = []

    def plans() -> None:
        more = True
        while more:
            try:
                with database.writing() as session:
                    more = callback_plan.plan(session, now, 7) or callback_plan.is_owed(session)
            except OperationalError as failure:
                failures.append(failure)
                return

    threads = [threading.Thread(target=plans) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    with database.reading() as session:
        rows = session.scalars(select(Callback)).all()
        assert len(rows) == 120
        by_event: dict[int, list[int]] = {}
        for row in rows:
            by_event.setdefault(row.event_id, []).append(row.sequence)
        assert {tuple(sorted(found)) for found in by_event.values()} == {(1, 2, 3)}


def test_looking_costs_nothing_while_nothing_is_owed(database: Database, now: datetime) -> None:
    with database.writing() as session:
        ministry = build(session, now)
        her = ministry.account()
        session.execute(
            Message.__table__.insert(),  # type: ignore[attr-defined]
            [
                {
                    "contact_id": her.id, "what": f"made up {number}", "kind": "made_up", "lane": number % 4,
                    "not_before": now, "state": "sent", "created_at": now, "attempts": 1, "in_doubt": False,
                }
                for number in range(20_000)
            ],
        )  # fmt: skip
        ministry.tells("E1", REVOKED)
        ministry.reports()
    with suppress(OperationalError), database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    with database.reading() as session:
        ended: Select[int] = select(Message.id).where(callback_plan._OWES_REPORT, callback_plan._ENDED).limit(9)
        new: Select[int] = select(PermitEvent.id).where(callback_plan._NEW).limit(9)
        assert "ix_message_owes_report" in explained(session, ended)
        if database.engine.dialect.name == "sqlite":  # PostgreSQL reads a table of one row as it is
            assert "ix_permit_event_unreported" in explained(session, new)


def explained(session: Session, wanted: Select[int]) -> str:
    engine = session.get_bind().dialect
    how = "EXPLAIN QUERY PLAN " if engine.name == "sqlite" else "EXPLAIN "
    statement = wanted.compile(dialect=engine, compile_kwargs={"literal_binds": True})
    return str(session.connection().exec_driver_sql(how + str(statement)).all())
