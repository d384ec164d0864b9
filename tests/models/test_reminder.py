"""Reminders as rows: who gets which one on which day, once, whatever changes in between."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from locales import TAIPEI, taipei_day, verbatim
from models.binding import bind, in_force, unbind, undo_unbind
from models.contact import Contact
from models.content import words
from models.message import Lane, Message, MessageState, add_reply
from models.permit import Permit, PermitStatus
from models.reminder import ReminderRules, cancel, catch_up, plan, replan, still_holds
from models.sending import claim
from models.worker import Worker
from tests.records import add_permit, add_worker

DAY = timedelta(days=1)
ENDS_ONLY = ReminderRules(arc_card=False, health_examinations=False)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), TAIPEI)


def day(iso: str) -> date:
    return date.fromisoformat(iso)


@dataclass
class Office:
    """The record and the accounts, and a calendar that is walked day by day."""

    session: Session
    rules: ReminderRules = ENDS_ONLY
    people: int = 0
    accounts: list[Contact] = field(default_factory=list)

    def worker(self, arc_expires_on: date | None = None) -> Worker:
        self.people += 1
        return add_worker(self.session, at(date(2025, 1, 1), 12), f"W{self.people}", arc_expires_on=arc_expires_on)

    def permit(
        self, worker: Worker, ends_on: date, no: str = "P1", kind: str = "B", starts_on: date | None = None
    ) -> Permit:
        return add_permit(self.session, worker, no, ends_on, starts_on, kind)

    def account(self) -> Contact:
        contact = Contact(
            line_user_id=f"U{len(self.accounts):032}",
            language="en",
            reachable=True,
            created_at=at(date(2025, 1, 1), 12),
        )
        self.session.add(contact)
        self.session.flush()
        self.accounts.append(contact)
        return contact

    def bind(self, worker: Worker, now: datetime, contact: Contact | None = None) -> Contact:
        contact = contact or self.account()
        bind(self.session, contact.id, worker.id, now)
        catch_up(self.session, self.rules, contact, now)
        return contact

    def change_end(self, permit: Permit, ends_on: date, now: datetime) -> None:
        permit.ends_on = ends_on
        replan(self.session, self.rules, permit.worker_id, now)

    def plan(self, today: date, after: date | None = None, now: datetime | None = None) -> None:
        plan(self.session, self.rules, after or today - DAY, today, now or at(today, 0, 5))

    def send(self, now: datetime) -> list[tuple[str, date]]:
        """What leaves at that moment, as (kind, day)."""
        sent = []
        for message in self.waiting():
            if message.not_before <= now and self.rules.hours.allow(now):
                if still_holds(self.session, message, taipei_day(now)):
                    message.end(MessageState.SENT)
                    message.sent_at = now
                    sent.append((message.kind, taipei_day(now)))
                else:
                    message.supersede("no longer true")
        self.session.flush()
        return sent

    def live(self, first: date, last: date) -> list[tuple[str, date]]:
        """What is sent from one day through another, each planned at night and sent in the morning and evening."""
        sent = []
        today = first
        while today <= last:
            self.plan(today)
            sent += self.send(at(today, 10)) + self.send(at(today, 19))
            today += DAY
        return sent

    def waiting(self) -> Sequence[Message]:
        return self.session.scalars(
            select(Message).where(Message.state == MessageState.PLANNED.value).order_by(Message.id)
        ).all()

    def states(self) -> list[tuple[str, str]]:
        rows = self.session.scalars(select(Message).order_by(Message.id)).all()
        return [(message.kind, message.state) for message in rows]


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with database.writing() as session:
        yield Office(session)


# --- the schedule


@pytest.mark.parametrize(
    ("ends_on", "bound_on", "expected"),
    [
        pytest.param(
            "2026-08-31",
            "2026-01-01",
            ["end_4m 2026-04-30", "end_2m 2026-06-30", "end_14d 2026-08-17", "end_7d 2026-08-24"],
            id="bound in time",
        ),
        pytest.param(
            "2026-06-30",
            "2026-03-10",
            ["end_4m 2026-03-10", "end_2m 2026-04-30", "end_14d 2026-06-16", "end_7d 2026-06-23"],
            id="bound ten days after the first",
        ),
        pytest.param(
            "2028-06-29",
            "2028-02-28",
            ["end_4m 2028-02-29", "end_2m 2028-04-29", "end_14d 2028-06-15", "end_7d 2028-06-22"],
            id="leap day",
        ),
        pytest.param(
            "2026-03-01",
            "2025-10-31",
            ["end_4m 2025-11-01", "end_2m 2026-01-01", "end_14d 2026-02-15", "end_7d 2026-02-22"],
            id="over the new year",
        ),
        pytest.param("2026-08-31", "2026-08-26", ["end_7d 2026-08-26"], id="bound after all four"),
        pytest.param("2026-08-31", "2026-08-17", ["end_14d 2026-08-17", "end_7d 2026-08-24"], id="on a due day"),
        pytest.param("2026-08-31", "2026-08-30", ["end_7d 2026-08-30"], id="bound a day before the end"),
        pytest.param("2026-08-31", "2026-08-31", [], id="bound on the last day"),
        pytest.param("2026-08-31", "2026-09-10", [], id="bound after the end"),
    ],
)
def test_a_worker_is_reminded_on_these_days_and_no_others(
    office: Office, ends_on: str, bound_on: str, expected: list[str]
) -> None:
    worker = office.worker()
    office.permit(worker, day(ends_on))
    office.bind(worker, at(day(bound_on), 9, 30))
    sent = office.live(day(bound_on), day(ends_on) + 10 * DAY)
    assert [f"{kind} {on}" for kind, on in sent] == expected


def test_who_binds_in_the_evening_gets_the_one_missed_reminder_next_morning(office: Office) -> None:
    worker = office.worker()
    office.permit(worker, day("2026-06-30"))
    office.bind(worker, at(day("2026-03-10"), 20, 30))
    assert office.send(at(day("2026-03-10"), 20, 31)) == []
    assert [message.not_before for message in office.waiting()] == [at(day("2026-03-11"), 9)]
    assert office.live(day("2026-03-11"), day("2026-03-20")) == [("end_4m", day("2026-03-11"))]


def test_who_binds_the_evening_before_a_due_day_gets_only_the_new_one(office: Office) -> None:
    worker = office.worker()
    office.permit(worker, day("2026-08-31"))
    office.bind(worker, at(day("2026-08-23"), 21))
    assert [message.kind for message in office.waiting()] == ["end_14d"]
    assert office.live(day("2026-08-24"), day("2026-08-31")) == [("end_7d", day("2026-08-24"))]


def test_a_permit_that_was_over_when_it_came_is_never_spoken_of(office: Office) -> None:
    worker = office.worker()
    office.bind(worker, at(day("2026-08-01"), 12))
    office.permit(worker, day("2026-07-31"))
    replan(office.session, office.rules, worker.id, at(day("2026-08-01"), 12))
    assert office.live(day("2026-08-01"), day("2026-09-01")) == []
    assert office.states() == []


def test_a_new_permit_of_a_bound_worker_is_caught_up_on_at_once(office: Office) -> None:
    worker = office.worker()
    office.bind(worker, at(day("2026-06-01"), 12))
    office.permit(worker, day("2026-08-31"))
    replan(office.session, office.rules, worker.id, at(day("2026-07-10"), 12))
    assert office.send(at(day("2026-07-10"), 12)) == [("end_2m", day("2026-07-10"))]


def test_planning_again_adds_nothing(office: Office) -> None:
    worker = office.worker()
    office.permit(worker, day("2026-08-31"))
    contact = office.bind(worker, at(day("2026-01-01"), 12))
    for _ in range(3):
        office.plan(day("2026-08-24"))
        office.plan(day("2026-08-24"), after=day("2026-08-01"))
        catch_up(office.session, office.rules, contact, at(day("2026-08-24"), 9))
    assert [message.kind for message in office.waiting()] == ["end_7d"]
    assert office.send(at(day("2026-08-24"), 10)) == [("end_7d", day("2026-08-24"))]
    office.plan(day("2026-08-24"))
    assert office.waiting() == []


@pytest.mark.parametrize("away", range(1, 11))
def test_after_days_without_planning_only_the_most_useful_is_written(office: Office, away: int) -> None:
    worker = office.worker()
    office.permit(worker, day("2026-08-31"))
    office.bind(worker, at(day("2026-01-01"), 12))
    back = day("2026-08-16") + away * DAY
    office.plan(back, after=day("2026-08-16"))
    expected = "end_7d" if back >= day("2026-08-24") else "end_14d"
    assert [message.kind for message in office.waiting()] == [expected]


def test_what_is_planned_at_night_after_a_downtime_waits_for_the_morning(office: Office) -> None:
    worker = office.worker()
    office.permit(worker, day("2026-08-31"))
    office.bind(worker, at(day("2026-01-01"), 12))
    office.plan(day("2026-08-18"), after=day("2026-08-15"), now=at(day("2026-08-18"), 21))
    assert [message.not_before for message in office.waiting()] == [at(day("2026-08-19"), 9)]


# --- several permits, several accounts


def test_every_permit_has_reminders_of_its_own(office: Office) -> None:
    worker = office.worker()
    office.permit(worker, day("2026-08-31"), "P1")
    office.permit(worker, day("2026-08-31"), "P2")
    office.permit(worker, day("2026-09-07"), "P3")
    office.bind(worker, at(day("2026-07-15"), 12))
    assert {(m.kind, m.permit.permit_no) for m in office.waiting() if m.permit} == {
        ("end_2m", "P1"),
        ("end_2m", "P2"),
        ("end_2m", "P3"),
    }
    office.send(at(day("2026-07-15"), 12))
    assert office.live(day("2026-08-24"), day("2026-08-24")) == [
        ("end_14d", day("2026-08-24")),
        ("end_7d", day("2026-08-24")),
        ("end_7d", day("2026-08-24")),
    ]


def test_every_account_that_claims_a_worker_is_reminded_and_nobody_else(office: Office) -> None:
    worker, other = office.worker(), office.worker()
    office.permit(worker, day("2026-08-31"))
    first, second = (office.bind(worker, at(day("2026-01-01"), 12)) for _ in range(2))
    office.bind(other, at(day("2026-01-01"), 12))
    office.account()
    office.plan(day("2026-08-24"))
    assert [message.contact_id for message in office.waiting()] == [first.id, second.id]


# --- what changes


def test_an_extension_cancels_the_old_days_and_plans_the_new_ones(office: Office) -> None:
    worker = office.worker()
    permit = office.permit(worker, day("2026-08-31"))
    office.bind(worker, at(day("2026-01-01"), 12))
    assert office.live(day("2026-08-17"), day("2026-08-20")) == [("end_14d", day("2026-08-17"))]
    office.change_end(permit, day("2027-08-31"), at(day("2026-08-20"), 15))
    assert office.live(day("2026-08-21"), day("2026-09-01")) == []
    assert office.live(day("2027-04-25"), day("2027-08-31")) == [
        ("end_4m", day("2027-04-30")),
        ("end_2m", day("2027-06-30")),
        ("end_14d", day("2027-08-17")),
        ("end_7d", day("2027-08-24")),
    ]


def test_an_extension_in_the_night_still_stops_that_mornings_reminder(office: Office) -> None:
    worker = office.worker()
    permit = office.permit(worker, day("2026-08-31"))
    office.bind(worker, at(day("2026-01-01"), 12))
    office.plan(day("2026-08-24"))
    office.change_end(permit, day("2027-08-31"), at(day("2026-08-24"), 9, 59))
    assert office.states() == [("end_7d", "superseded")]


def test_an_end_brought_forward_is_caught_up_on(office: Office) -> None:
    worker = office.worker()
    permit = office.permit(worker, day("2027-08-31"))
    office.bind(worker, at(day("2026-01-01"), 12))
    office.change_end(permit, day("2026-03-31"), at(day("2026-03-20"), 12))
    assert office.send(at(day("2026-03-20"), 12)) == [("end_14d", day("2026-03-20"))]


def test_a_revoked_permit_is_not_reminded_of_however_often_we_are_told(office: Office) -> None:
    worker = office.worker()
    permit = office.permit(worker, day("2026-08-31"))
    contact = office.bind(worker, at(day("2026-01-01"), 12))
    office.plan(day("2026-08-24"))
    permit.status = PermitStatus.REVOKED.value
    for _ in range(2):
        replan(office.session, office.rules, worker.id, at(day("2026-08-24"), 9))
        catch_up(office.session, office.rules, contact, at(day("2026-08-24"), 9))
        office.plan(day("2026-08-24"))
    assert office.states() == [("end_7d", "superseded")]


def test_a_date_changed_and_changed_back_before_sending_sends_once(office: Office) -> None:
    worker = office.worker()
    permit = office.permit(worker, day("2026-08-31"))
    office.bind(worker, at(day("2026-01-01"), 12))
    office.plan(day("2026-08-24"))
    for _ in range(3):
        office.change_end(permit, day("2027-08-31"), at(day("2026-08-24"), 8))
        office.change_end(permit, day("2026-08-31"), at(day("2026-08-24"), 8, 30))
    assert [message.kind for message in office.waiting()] == ["end_7d"]
    assert office.live(day("2026-08-24"), day("2026-08-31")) == [("end_7d", day("2026-08-24"))]


def test_a_date_changed_and_changed_back_after_sending_sends_no_second_one(office: Office) -> None:
    worker = office.worker()
    permit = office.permit(worker, day("2026-08-31"))
    office.bind(worker, at(day("2026-01-01"), 12))
    assert office.live(day("2026-08-24"), day("2026-08-24")) == [("end_7d", day("2026-08-24"))]
    office.change_end(permit, day("2027-08-31"), at(day("2026-08-25"), 12))
    office.change_end(permit, day("2026-08-31"), at(day("2026-08-25"), 13))
    assert office.live(day("2026-08-25"), day("2026-08-31")) == []


def test_a_changed_date_does_not_touch_answers_or_other_peoples_reminders(office: Office) -> None:
    worker, other = office.worker(), office.worker()
    permit = office.permit(worker, day("2026-08-31"), "P1")
    office.permit(other, day("2026-08-31"), "P2")
    contact = office.bind(worker, at(day("2026-01-01"), 12))
    office.bind(other, at(day("2026-01-01"), 12))
    office.plan(day("2026-08-24"))
    add_reply(office.session, contact, words(verbatim("Hello")), at(day("2026-08-24"), 8), event_id="E1")
    office.change_end(permit, day("2027-08-31"), at(day("2026-08-24"), 8))
    assert [(message.kind, message.contact_id) for message in office.waiting()] == [
        ("end_7d", office.accounts[1].id),
        ("reply", contact.id),
    ]


def test_a_reminder_that_is_on_its_way_is_left_to_its_sender(database: Database) -> None:
    with database.writing() as session:
        office = Office(session)
        worker = office.worker()
        permit = office.permit(worker, day("2026-08-31"))
        office.bind(worker, at(day("2026-01-01"), 12))
        office.plan(day("2026-08-24"))
        permit_id = permit.id
    now = at(day("2026-08-24"), 10)
    changed = threading.Event()

    def change() -> None:
        with database.writing() as session:
            permit = session.get_one(Permit, permit_id)
            permit.ends_on = day("2027-08-31")
            replan(session, ENDS_ONLY, permit.worker_id, now)
        changed.set()

    importer = threading.Thread(target=change)
    with database.writing() as session:
        [leased] = claim(session, "sender", now, 10, lowest=Lane.REMINDER)
        session.flush()
        importer.start()
        assert not changed.wait(0.3)
    importer.join()
    assert changed.is_set()
    with database.reading() as session:
        message = session.get_one(Message, leased.id)
        assert (message.state, message.leased_by) == ("leased", "sender")
        assert "#" not in message.what


# --- who can be reached


def test_who_blocked_us_is_caught_up_with_once_when_she_comes_back(office: Office) -> None:
    worker = office.worker()
    office.permit(worker, day("2026-08-31"))
    contact = office.bind(worker, at(day("2026-01-01"), 12))
    office.plan(day("2026-06-30"))
    contact.unfollow(at(day("2026-06-30"), 8))
    cancel(office.session, contact.id, "unfollowed")
    assert office.live(day("2026-06-30"), day("2026-08-19")) == []
    assert office.states() == [("end_2m", "superseded")]
    catch_up(office.session, office.rules, contact, at(day("2026-08-19"), 12))
    assert office.waiting() == []
    contact.follow(at(day("2026-08-20"), 12))
    catch_up(office.session, office.rules, contact, at(day("2026-08-20"), 12))
    assert office.live(day("2026-08-20"), day("2026-08-31")) == [
        ("end_14d", day("2026-08-20")),
        ("end_7d", day("2026-08-24")),
    ]


def test_a_change_plans_nothing_for_somebody_out_of_reach(office: Office) -> None:
    worker = office.worker()
    permit = office.permit(worker, day("2026-08-31"))
    contact = office.bind(worker, at(day("2026-01-01"), 12))
    contact.unfollow(at(day("2026-02-01"), 12))
    office.change_end(permit, day("2026-03-31"), at(day("2026-03-20"), 12))
    assert office.states() == []


def test_unlinking_cancels_and_undoing_it_plans_again(office: Office) -> None:
    worker = office.worker()
    office.permit(worker, day("2026-08-31"))
    contact = office.bind(worker, at(day("2026-01-01"), 12))
    office.plan(day("2026-08-24"))
    binding = in_force(office.session, contact.id)
    assert binding
    unbind(binding, at(day("2026-08-24"), 8))
    cancel(office.session, contact.id, "unbound")
    office.plan(day("2026-08-24"))
    assert office.send(at(day("2026-08-24"), 10)) == []
    assert undo_unbind(binding, at(day("2026-08-25"), 12))
    catch_up(office.session, office.rules, contact, at(day("2026-08-25"), 12))
    assert office.live(day("2026-08-25"), day("2026-08-31")) == [("end_7d", day("2026-08-25"))]


def test_undoing_an_unlinking_does_not_repeat_what_was_sent(office: Office) -> None:
    worker = office.worker()
    office.permit(worker, day("2026-08-31"))
    contact = office.bind(worker, at(day("2026-01-01"), 12))
    office.live(day("2026-08-24"), day("2026-08-24"))
    binding = in_force(office.session, contact.id)
    assert binding
    unbind(binding, at(day("2026-08-24"), 12))
    undo_unbind(binding, at(day("2026-08-24"), 13))
    catch_up(office.session, office.rules, contact, at(day("2026-08-24"), 13))
    assert office.waiting() == []


# --- when it leaves


def test_a_reminder_planned_from_facts_that_changed_since_no_longer_holds(office: Office) -> None:
    today = day("2026-08-24")
    worker, other = office.worker(), office.worker()
    permit = office.permit(worker, day("2026-08-31"))
    contact = office.bind(worker, at(day("2026-01-01"), 12))
    office.plan(today)
    [message] = office.waiting()
    assert still_holds(office.session, message, today)
    assert not still_holds(office.session, message, today - DAY), "not due yet"
    assert not still_holds(office.session, message, permit.ends_on), "over"
    permit.status = PermitStatus.REVOKED.value
    assert not still_holds(office.session, message, today)
    permit.status, permit.ends_on = PermitStatus.ACTIVE.value, permit.ends_on + DAY
    assert not still_holds(office.session, message, today)
    permit.ends_on -= DAY
    contact.reachable = False
    assert not still_holds(office.session, message, today)
    contact.reachable = True
    binding = in_force(office.session, contact.id)
    assert binding
    binding.worker_id = other.id
    assert not still_holds(office.session, message, today)
    binding.worker_id = worker.id
    binding.unbound_at = at(today, 9)
    assert not still_holds(office.session, message, today)
    binding.unbound_at = None
    assert still_holds(office.session, message, today)


# --- cards and examinations


def test_the_residence_cards_end_is_announced_where_the_operator_wants_it(office: Office) -> None:
    worker = office.worker(arc_expires_on=day("2026-05-31"))
    office.rules = ReminderRules(health_examinations=False)
    contact = office.bind(worker, at(day("2026-01-01"), 12))
    assert office.live(day("2026-02-25"), day("2026-06-01")) == [
        ("arc_3m", day("2026-02-28")),
        ("arc_30d", day("2026-05-01")),
        ("arc_14d", day("2026-05-17")),
        ("arc_7d", day("2026-05-24")),
    ]
    worker.arc_expires_on = day("2029-05-31")
    replan(office.session, ENDS_ONLY, worker.id, at(day("2029-05-25"), 12))
    office.rules = ENDS_ONLY
    assert office.live(day("2029-05-17"), day("2029-06-01")) == []
    catch_up(office.session, ReminderRules(), contact, at(day("2029-05-25"), 12))
    assert [message.kind for message in office.waiting()] == ["arc_7d"]


def test_a_new_residence_card_cancels_the_old_ones_reminder(office: Office) -> None:
    worker = office.worker(arc_expires_on=day("2026-05-31"))
    office.rules = ReminderRules()
    office.bind(worker, at(day("2026-05-25"), 8))
    worker.arc_expires_on = day("2029-05-31")
    replan(office.session, office.rules, worker.id, at(day("2026-05-25"), 8, 30))
    assert office.states() == [("arc_7d", "superseded")]


def test_examinations_are_reminded_of_for_type_b_where_the_operator_wants_it(office: Office) -> None:
    worker = office.worker()
    office.permit(worker, day("2029-01-14"), starts_on=day("2026-01-15"))
    office.permit(worker, day("2029-01-14"), "P2", "A", starts_on=day("2026-01-15"))
    office.rules = ReminderRules(arc_card=False)
    office.bind(worker, at(day("2026-02-01"), 12))
    assert office.live(day("2026-06-10"), day("2026-08-20")) == [
        ("exam_6_opens", day("2026-06-15")),
        ("exam_6_target", day("2026-07-15")),
        ("exam_6_10d", day("2026-08-04")),
        ("exam_6_5d", day("2026-08-09")),
    ]
    office.rules = ENDS_ONLY
    assert office.live(day("2027-06-10"), day("2027-06-20")) == []


@pytest.mark.parametrize("change", ["type", "start", "end", "status"])
def test_an_examination_that_is_no_longer_due_is_not_reminded_of(office: Office, change: str) -> None:
    today = day("2026-06-15")
    worker = office.worker()
    permit = office.permit(worker, day("2029-01-14"), starts_on=day("2026-01-15"))
    office.rules = ReminderRules(arc_card=False)
    office.bind(worker, at(day("2026-02-01"), 12))
    office.plan(today)
    match change:
        case "type":
            permit.permit_type = "C"
        case "start":
            permit.starts_on = day("2026-03-15")
        case "end":
            permit.ends_on = day("2026-06-14")
        case "status":
            permit.status = PermitStatus.REVOKED.value
    [message] = office.waiting()
    assert not still_holds(office.session, message, today)
    replan(office.session, office.rules, worker.id, at(today, 8))
    assert ("exam_6_opens", "superseded") in office.states()
    assert office.send(at(today, 10)) == []


def test_nobody_is_sent_to_an_examination_after_the_permit_has_ended(office: Office) -> None:
    worker = office.worker()
    office.permit(worker, day("2026-07-01"), starts_on=day("2026-01-15"))
    office.rules = ReminderRules(arc_card=False)
    office.bind(worker, at(day("2026-02-01"), 12))
    kinds = [kind for kind, _ in office.live(day("2026-06-10"), day("2026-08-20")) if kind.startswith("exam")]
    assert kinds == ["exam_6_opens"]
    assert {kind for kind, _ in office.states() if kind.startswith("exam")} == {"exam_6_opens"}


# --- two at once


def test_two_planners_at_once_write_every_reminder_once(database: Database) -> None:
    first = day("2026-08-01")
    rounds = 50 if database.engine.dialect.name == "postgresql" else 5
    with database.writing() as session:
        office = Office(session, ReminderRules())
        for place in range(60):
            # Ends a week apart, so that on one day an account is due for several stages.
            worker = office.worker(arc_expires_on=first + place * DAY)
            for weeks in range(3):
                ends_on = first + (place + 7 * weeks) * DAY
                office.permit(worker, ends_on, f"P{place}-{weeks}", starts_on=ends_on - timedelta(days=180))
            contact = office.account()
            bind(session, contact.id, worker.id, at(day("2026-01-01"), 12))
        contacts = [contact.id for contact in office.accounts]
    together = threading.Barrier(3)
    failures: list[Exception] = []

    def planner() -> None:
        for step in range(rounds):
            together.wait()
            try:
                with database.writing() as session:
                    today = first + step * DAY
                    plan(session, ReminderRules(), today - DAY, today, at(today, 0, 5))
            except Exception as failure:
                failures.append(failure)

    def late_binders() -> None:
        for step in range(rounds):
            together.wait()
            try:
                for place in range(step, len(contacts), 10):
                    with database.writing() as session:
                        contact = session.get_one(Contact, contacts[-place - 1])
                        catch_up(session, ReminderRules(), contact, at(first + step * DAY, 0, 5))
            except Exception as failure:
                failures.append(failure)

    threads = [threading.Thread(target=one) for one in (planner, planner, late_binders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        rows = session.execute(select(Message.contact_id, Message.what)).all()
    assert len(rows) == len({tuple(row) for row in rows}) > rounds


def test_an_import_and_a_binding_at_the_same_moment_plan_by_the_new_date(database: Database) -> None:
    now, soon = at(day("2026-03-11"), 12), day("2026-03-20")
    with database.writing() as session:
        office = Office(session)
        worker, contact = office.worker(), office.account()
        permit = office.permit(worker, day("2027-03-20"))
    importing, caught_up = threading.Event(), threading.Event()

    def bind_meanwhile() -> None:
        importing.wait(10)
        with database.writing() as other:
            bind(other, contact.id, worker.id, now)
            catch_up(other, ENDS_ONLY, other.get_one(Contact, contact.id), now)
            caught_up.set()

    binding = threading.Thread(target=bind_meanwhile)
    binding.start()
    with database.writing() as session:
        session.get_one(Worker, worker.id).as_of = now
        session.get_one(Permit, permit.id).ends_on = soon
        session.flush()
        replan(session, ENDS_ONLY, worker.id, now)
        importing.set()
        # SQLite lets nobody else begin; on PostgreSQL she is being linked while the import is not yet committed.
        caught_up.wait(1)
    binding.join(20)
    with database.reading() as session:
        assert session.scalars(select(Message.about_on)).all() == [soon]
