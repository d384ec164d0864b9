"""Silence, and what follows: one second message by day, then a person; and the walk that finds who was never told."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from locales import Language, say
from models import told, told_gaps
from models.binding import bind, in_force, linked, unbind, undo_unbind
from models.case import Case, CaseKind, Result
from models.contact import Contact
from models.content import Card
from models.event_row import Told
from models.message import Lane, Message, MessageState, answer
from models.notice import Notice
from models.notice_plan import catch_up
from models.permit_event import EventKind
from models.reminder import ReminderRules, cancel
from models.told import AGAIN
from models.told_walk import last_walk, the_walk
from models.worker import Worker
from scheduler.composing import compose
from scheduler.told import follow_up, walk
from tests.records import add_permit, add_worker, record

NOON = datetime(2026, 3, 11, 4, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = ReminderRules()
MISSING, REVOKED, ISSUED, WITHDRAWN = (
    EventKind.REPORTED_MISSING,
    EventKind.PERMIT_REVOKED,
    EventKind.PERMIT_ISSUED,
    EventKind.MISSING_REPORT_WITHDRAWN,
)


@dataclass
class Office:
    """The ministry, workers with one permit each, and their accounts; every message reaches LINE at once."""

    session: Session
    now: datetime = NOON
    workers: list[Worker] = field(default_factory=list)
    accounts: list[Contact] = field(default_factory=list)
    events: int = 0

    def worker(self) -> Worker:
        number = len(self.workers)
        worker = add_worker(self.session, NOON, f"W{number}")
        add_permit(self.session, worker, f"P{number}")
        self.workers.append(worker)
        return worker

    def account(self, worker: Worker, *, reachable: bool = True) -> Contact:
        line_user_id = f"U{len(self.accounts):032}"
        contact = Contact(line_user_id=line_user_id, language="en", reachable=reachable, created_at=NOON)
        self.session.add(contact)
        self.session.flush()
        self.accounts.append(contact)
        bind(self.session, contact.id, worker.id, NOON)
        return contact

    def tells(self, kind: EventKind = MISSING, worker: int = 0, days: int = 0) -> None:
        self.events += 1
        at = self.now - timedelta(days=10 - days)
        record(self.session, Told(f"E{self.events}", kind, f"P{worker}", at), RULES, self.now)
        self.session.flush()

    def sends(self, end: MessageState = MessageState.SENT) -> None:
        for message in self.messages(MessageState.PLANNED):
            if end is MessageState.SENT:
                message.sent_at = self.now
            message.end(end)
        self.session.flush()

    def later(self, by: timedelta) -> None:
        """Time passes, the sweep runs every hour, and what it plans leaves at once."""
        until = self.now + by
        while self.now < until:
            self.now = min(self.now + HOUR, until)
            self.sweep()
            self.sends()

    def sweep(self) -> None:
        while follow_up(self.session, RULES, self.now):
            pass

    def walks(self) -> None:
        while walk(self.session, RULES, self.now):
            pass
        self.session.flush()

    def messages(self, *states: MessageState) -> list[Message]:
        wanted = select(Message).where(Message.lane == Lane.URGENT.value).order_by(Message.id)
        if states:
            wanted = wanted.where(Message.state.in_(states))
        return list(self.session.scalars(wanted.execution_options(populate_existing=True)))

    @property
    def second(self) -> list[Message]:
        return [message for message in self.messages() if message.kind == AGAIN]

    @property
    def cases(self) -> list[Case]:
        return list(self.session.scalars(select(Case).order_by(Case.id).execution_options(populate_existing=True)))

    def answers(self, message: Message) -> None:
        answer(self.session, message.contact_id, message.id, "understood", self.now)
        self.session.flush()


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with database.writing() as session:
        opened = Office(session)
        opened.account(opened.worker())
        yield opened


def test_silence_brings_one_second_message_then_one_case_and_nothing_more(office: Office) -> None:
    office.tells()
    office.sends()
    office.later(23 * HOUR)
    assert office.second == []
    office.later(HOUR)
    [second] = office.second
    office.later(23 * HOUR)
    assert office.cases == []
    office.later(2 * HOUR)
    [case] = office.cases
    assert (case.kind, case.contact_id, case.message_id) == (CaseKind.NOT_TOLD, office.accounts[0].id, second.id)
    assert case.due_at == case.opened_at + DAY
    office.later(10 * DAY)
    assert len(office.messages()) == 2
    assert len(office.cases) == 1


def test_an_answer_under_any_of_the_messages_closes_the_case(office: Office) -> None:
    office.tells()
    office.sends()
    office.later(49 * HOUR)
    [case] = office.cases
    office.answers(office.messages()[0])
    office.sweep()
    assert (case.result, case.closed_at) == (Result.REACHED, office.now)
    office.later(3 * DAY)
    assert len(office.cases) == 1
    assert len(office.messages()) == 2


def test_who_answers_in_time_hears_nothing_more(office: Office) -> None:
    office.tells()
    office.sends()
    office.later(HOUR)
    office.answers(office.messages()[0])
    office.later(5 * DAY)
    assert (len(office.messages()), office.cases) == (1, [])


def test_who_answers_the_first_after_the_second_left_opens_no_case(office: Office) -> None:
    office.tells()
    office.sends()
    office.later(25 * HOUR)
    office.answers(office.messages()[0])
    office.later(5 * DAY)
    assert (len(office.second), office.cases) == (1, [])


def test_the_second_message_asks_to_tap_and_begins_with_what_she_can_do(office: Office) -> None:
    office.tells(REVOKED)
    office.sends()
    office.now += DAY
    office.sweep()
    [second] = office.messages(MessageState.PLANNED)
    content = compose(office.session, second, office.now.date())
    assert content
    [card] = content.bubbles
    assert isinstance(card, Card)
    words = [say(one, Language.EN) for one in (card.title, *card.lead)]
    assert words[0] == "Call 1955 today: your work permit was revoked"
    assert words[1].startswith("We told you this before. Please tap “Understood”")
    assert f"understood:{second.id}" in repr(card.buttons)


def test_the_second_message_is_not_said_once_she_answered_or_nothing_stands(office: Office) -> None:
    office.tells()
    office.sends()
    office.now += DAY
    office.sweep()
    [second] = office.messages(MessageState.PLANNED)
    assert compose(office.session, second, office.now.date())
    office.answers(office.messages()[0])
    assert compose(office.session, second, office.now.date()) is None


def test_a_withdrawal_takes_the_second_message_back_and_closes_the_case(office: Office) -> None:
    office.tells()
    office.sends()
    office.now += DAY
    office.sweep()
    office.tells(WITHDRAWN, days=5)
    assert office.second[0].state == MessageState.SUPERSEDED
    office.sends()
    office.later(5 * DAY)
    assert office.cases == []
    office.tells(REVOKED, days=6)
    office.sends()
    office.later(49 * HOUR)
    [case] = office.cases
    assert case.result is None
    office.tells(ISSUED, days=8)
    assert case.result == Result.WITHDRAWN


def test_good_news_is_not_said_twice(office: Office) -> None:
    office.tells(ISSUED)
    office.sends()
    office.later(5 * DAY)
    assert (len(office.messages()), office.cases) == (1, [])


def test_a_withdrawal_needs_no_answer(office: Office) -> None:
    office.tells()
    office.sends()
    office.answers(office.messages()[0])
    office.tells(WITHDRAWN, days=2)
    office.sends()
    office.later(5 * DAY)
    assert (len(office.messages()), office.cases) == (2, [])


def test_at_night_the_second_message_waits_for_the_morning(office: Office) -> None:
    office.now = datetime(2026, 3, 10, 19, tzinfo=UTC)  # three in the night
    office.tells()
    office.sends()
    office.later(DAY)
    assert office.second == []
    office.later(6 * HOUR)
    [second] = office.second
    assert second.not_before == datetime(2026, 3, 12, 1, tzinfo=UTC)


def test_after_days_of_downtime_there_is_one_second_message(office: Office) -> None:
    office.tells()
    office.sends()
    office.now += 4 * DAY
    office.sweep()
    office.sends()
    office.sweep()
    assert len(office.second) == 1
    assert office.cases == []
    office.later(25 * HOUR)
    assert len(office.cases) == 1


@pytest.mark.parametrize("end", [MessageState.UNDELIVERABLE, MessageState.UNKNOWN])
def test_what_line_refused_or_what_is_in_doubt_is_a_case_at_once(office: Office, end: MessageState) -> None:
    office.tells()
    office.sends(end)
    office.sweep()
    [case] = office.cases
    assert case.opened_at == office.now
    assert office.second == []


def test_who_blocked_us_before_it_left_is_a_case_at_once_and_hears_it_when_she_comes_back(office: Office) -> None:
    contact = office.accounts[0]
    office.tells()
    contact.unfollow(office.now)
    cancel(office.session, contact.id, "unfollowed")
    office.sweep()
    [case] = office.cases
    assert told.why_not_told(office.session) == {"unreachable": 1}
    contact.follow(office.now + HOUR)
    office.now += HOUR
    assert catch_up(office.session, contact, office.now)
    office.sends()
    office.answers(office.messages(MessageState.SENT)[-1])
    office.sweep()
    assert case.result == Result.REACHED


def test_who_blocked_us_after_she_was_silent_is_a_case_without_a_second_message(office: Office) -> None:
    office.tells()
    office.sends()
    office.accounts[0].unfollow(office.now)
    office.later(DAY)
    assert len(office.cases) == 1
    assert office.second == []


def test_who_unlinked_is_left_alone_and_followed_up_when_she_takes_it_back(office: Office) -> None:
    contact = office.accounts[0]
    office.tells()
    office.sends()
    binding = in_force(office.session, contact.id)
    assert binding
    unbind(binding, office.now)
    office.later(30 * HOUR)
    assert len(office.messages()) == 1
    assert undo_unbind(binding, office.now)
    office.later(2 * DAY)
    assert len(office.second) == 1


def test_one_accounts_answer_does_not_speak_for_another(office: Office) -> None:
    office.account(office.workers[0])  # a broker's, perhaps
    office.tells()
    office.sends()
    first, other = office.messages()
    office.answers(other)
    office.later(49 * HOUR)
    [case] = office.cases
    assert case.contact_id == first.contact_id
    office.answers(first)
    office.sweep()
    assert case.result == Result.REACHED


def test_a_case_goes_on_for_the_account_that_is_still_silent(office: Office) -> None:
    other = office.account(office.workers[0])
    office.tells()
    office.sends()
    office.later(49 * HOUR)
    [case] = office.cases
    mine, theirs = office.messages()[:2]
    office.answers(mine)
    office.sweep()
    assert (case.closed_at, case.contact_id) == (None, other.id)
    office.answers(theirs)
    office.sweep()
    assert case.result == Result.REACHED


def test_several_events_of_one_message_are_asked_about_together_and_are_a_case_each(office: Office) -> None:
    worker = office.worker()
    office.tells(ISSUED, worker=1)
    office.tells(MISSING, worker=1, days=1)
    office.tells(REVOKED, worker=1, days=2)
    late = office.account(worker)
    catch_up(office.session, late, office.now)
    office.sends()
    office.later(DAY)
    [second] = office.second
    about = office.session.scalars(select(Notice.event_id).where(Notice.message_id == second.id)).all()
    assert len(about) == 2
    office.later(25 * HOUR)
    assert len(office.cases) == 2


def test_two_sweeps_at_once_plan_one_second_message_each(database: Database) -> None:
    with database.writing() as session:
        office = Office(session)
        for number in range(40):
            office.account(office.worker())
            office.tells(worker=number)
        office.sends()
    both = threading.Barrier(2)
    faults: list[BaseException] = []

    def sweep() -> None:
        try:
            both.wait()
            with database.writing() as session:
                follow_up(session, RULES, NOON + DAY)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with database.writing() as session:
        office = Office(session)
        assert len(office.second) == 40
        assert len({message.contact_id for message in office.second}) == 40


def test_the_sweep_finds_its_messages_by_index(office: Office) -> None:
    # However many messages there are, only those under watch are read.
    office.tells()
    dialect = office.session.get_bind().dialect.name
    explain = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "SET LOCAL enable_seqscan = off; EXPLAIN"
    at = "'2026-03-11 04:00:00'"
    query = f"{explain} SELECT id FROM message WHERE check_told_at <= {at} ORDER BY check_told_at, id LIMIT 200"
    plan = ""
    for statement in query.split("; "):
        result = office.session.connection().exec_driver_sql(statement)
        plan = " ".join(map(str, result)) if result.returns_rows else plan
    assert "ix_message_check_told_at" in plan


# --- the walk


def test_who_has_no_account_is_counted_and_listed_and_is_no_case(office: Office) -> None:
    office.worker()
    office.tells(MISSING, worker=1)
    office.tells(ISSUED, worker=1)
    office.walks()
    found = last_walk(office.session)
    assert found
    assert (found.nobody_linked, found.mended, found.walked_at) == (1, 0, office.now)
    assert told_gaps.untold(office.session, office.now.date(), 10, 1) == [("E1", office.workers[1].id)]
    assert office.cases == []
    office.tells(WITHDRAWN, worker=1, days=3)
    office.walks()
    found = last_walk(office.session)
    assert found
    assert found.nobody_linked == 0


def test_the_walk_goes_on_where_it_was(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.told.WALKED_AT_ONCE", 2)
    for number in range(1, 6):
        office.worker()
        office.tells(worker=number)
    assert [walk(office.session, RULES, office.now) for _ in range(3)] == [True, True, False]
    assert the_walk(office.session).nobody_linked == 5
    assert [walk(office.session, RULES, office.now) for _ in range(3)] == [True, True, False]
    assert the_walk(office.session).nobody_linked == 5


def test_a_message_that_is_missing_is_planned_and_counted_as_mended_once(office: Office) -> None:
    office.tells()
    [message] = office.messages()
    office.session.delete(message)  # as if a fault of ours had never planned it
    office.session.flush()
    office.walks()
    office.walks()
    [planned] = office.messages()
    assert planned.state == MessageState.PLANNED
    found = last_walk(office.session)
    assert found
    assert found.mended == 1


def test_who_had_blocked_us_when_it_happened_is_a_case_once(office: Office) -> None:
    office.accounts[0].unfollow(office.now)
    office.tells()
    assert office.messages() == []
    office.walks()
    office.walks()
    [case] = office.cases
    assert (case.contact_id, case.message_id) == (office.accounts[0].id, None)
    assert linked(office.session, office.accounts[0].id)


def test_what_is_of_a_permit_that_has_ended_is_counted_no_more(office: Office) -> None:
    office.worker()
    office.tells(worker=1)
    office.now = datetime(2027, 9, 1, 4, tzinfo=UTC)
    office.walks()
    assert the_walk(office.session).nobody_linked == 0
