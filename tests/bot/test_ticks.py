"""Time passing: every job once however many processes, and reminders from plan to phone at the right hour."""

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from bot.clock import Clock
from bot.database import Database
from bot.ticks import AFTER_FAILURE, Ticks
from locales import TAIPEI, taipei_day
from models.binding import bind
from models.contact import Contact, contact_of
from models.delivery_hours import DeliveryHours
from models.inbox import InboxEvent
from models.message import Lane, Message, MessageState
from models.permit import Permit
from models.reminder import ReminderRules, catch_up
from models.schedule import Schedule
from models.secrets import Keyring
from models.sending import LEASE, claim
from models.worker import Worker
from scheduler import reminders
from scheduler.jobs import JOBS, Job
from tests.records import add_permit, add_worker
from tests.town import Phone, Town, wait_until, words_of

DAY = timedelta(days=1)
ENDS_ON = date(2026, 8, 31)
ENDS_ONLY = ReminderRules(arc_card=False, health_examinations=False)


def taipei(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), TAIPEI)


def a_clock_at(moment: datetime) -> Clock:
    clock = Clock()
    clock.move(moment)
    return clock


EVERY_HOUR = IntervalTrigger(hours=1, start_date=datetime(2026, 1, 1, tzinfo=UTC), timezone=UTC)


# --- jobs


def test_the_first_knock_runs_every_job_and_the_next_one_none(database: Database) -> None:
    clock = a_clock_at(taipei(date(2026, 8, 24), 12))
    ticks = Ticks(database, clock, ENDS_ONLY)
    assert ticks.run_due() == [job.name for job in JOBS]
    assert ticks.run_due() == []
    clock.move(taipei(date(2026, 8, 25), 0, 6))
    assert ticks.run_due() == [job.name for job in JOBS if job.name not in ("forget_the_past", "watch_law")]
    with database.reading() as session:
        assert session.get_one(Schedule, "plan_reminders").planned_through == date(2026, 8, 25)


def test_of_many_processes_one_runs_a_job(database: Database, keyring: Keyring) -> None:
    clock = a_clock_at(taipei(date(2026, 8, 24), 12))
    ran: list[datetime] = []
    job = Job("count", EVERY_HOUR, lambda session, rules, now: ran.append(now))
    others = [Database(database.url, keyring) for _ in range(2)]
    together = threading.Barrier(3)
    failures: list[BaseException] = []

    def process(own: Database) -> None:
        ticks = Ticks(own, clock, ENDS_ONLY, [job])
        try:
            for _ in range(20):
                together.wait()
                ticks.run_due()
                if together.wait() == 0:
                    clock.ahead += timedelta(hours=1, seconds=1)
                together.wait()
        except BaseException as failure:
            failures.append(failure)
            together.abort()

    threads = [threading.Thread(target=process, args=(own,)) for own in (database, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert failures == []
    assert len(ran) == len(set(ran)) == 20


def test_a_job_that_fails_is_undone_and_tried_again_and_keeps_no_other_waiting(database: Database) -> None:
    clock = a_clock_at(taipei(date(2026, 8, 24), 12))
    broken = True

    def fragile(session: Session, rules: ReminderRules, now: datetime) -> None:
        session.add(Schedule(name="a trace", next_run=now))
        session.flush()
        if broken:
            raise RuntimeError("a name that must not be logged")

    jobs = [Job("fragile", EVERY_HOUR, fragile), Job("sound", EVERY_HOUR, lambda session, rules, now: None)]
    ticks = Ticks(database, clock, ENDS_ONLY, jobs)
    with capture_logs() as logs:
        assert ticks.run_due() == ["sound"]
    [failed] = [log for log in logs if log["event"] == "job_failed"]
    assert failed["job"] == "fragile"
    assert "a name" not in str(failed)
    with database.reading() as session:
        assert session.get(Schedule, "a trace") is None
    broken = False
    assert ticks.run_due() == []  # not at once: a fault that stays would fill the log
    clock.ahead += AFTER_FAILURE
    assert ticks.run_due() == ["fragile"]
    assert ticks.run_due() == []


def test_a_knock_without_a_database_is_survived(tmp_path: Path, keyring: Keyring) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.sqlite", keyring)
    ticks = Ticks(empty, a_clock_at(taipei(date(2026, 8, 24), 12)), ENDS_ONLY)
    with capture_logs() as logs:
        ticks._knock()
    assert [log["event"] for log in logs] == ["jobs_wait_for_database"]
    empty.migrate()
    assert ticks.run_due() == [job.name for job in JOBS]
    empty.close()


def test_what_a_clock_that_ran_ahead_put_off_happens_once_it_is_right(database: Database) -> None:
    right = taipei(date(2026, 8, 24), 12)
    wrong = right + 3 * DAY
    clock = a_clock_at(wrong)
    ticks = Ticks(database, clock, ENDS_ONLY)
    ticks.run_due()
    with database.writing() as session:
        contact = Contact(line_user_id="U" + "1" * 32, language="en", created_at=right)
        session.add(contact)
        session.flush()
        for what, lane, changes in (
            ("answer", Lane.REPLY, {"state": MessageState.LEASED.value, "lease_until": wrong + LEASE}),
            ("notice", Lane.URGENT, {"reply_until": wrong}),
            ("tried reminder", Lane.REMINDER, {"attempts": 1}),
            ("reminder on its way", Lane.REMINDER, {"attempts": 1, "state": MessageState.LEASED.value}),
            ("reminder", Lane.REMINDER, {}),
        ):
            session.add(
                Message(
                    contact_id=contact.id,
                    what=what,
                    kind="test",
                    lane=lane.value,
                    not_before=wrong,
                    created_at=wrong,
                    **changes,
                )
            )
        session.add(
            InboxEvent(
                webhook_event_id="E1",
                line_user_id="U" + "1" * 32,
                type="message",
                occurred_at=right,
                received_at=wrong,
                state="leased",
                lease_until=wrong + LEASE,
            )
        )
    clock.move(right)
    with capture_logs() as logs:
        assert ticks.run_due() == [job.name for job in JOBS]
        assert ticks.run_due() == ticks.run_due() == []
    assert [log["event"] for log in logs].count("clock_went_back") == 1
    with database.reading() as session:
        messages = {message.what: message for message in session.scalars(select(Message))}
        event = session.scalars(select(InboxEvent)).one()
    now = clock.now()
    assert (messages["answer"].lease_until or wrong) <= now
    assert messages["notice"].not_before <= now
    assert (messages["notice"].reply_until or wrong) <= now
    assert messages["tried reminder"].not_before <= now
    assert messages["reminder on its way"].not_before <= now
    assert messages["reminder"].not_before == wrong, "its hour is not of that clock"
    assert (event.lease_until or wrong) <= now
    assert event.received_at <= now


def test_a_clock_a_little_behind_another_machines_puts_nothing_right(database: Database) -> None:
    clock = a_clock_at(taipei(date(2026, 8, 24), 12))
    ticks = Ticks(database, clock, ENDS_ONLY)
    ticks.run_due()
    clock.ahead -= timedelta(minutes=4)
    assert ticks.run_due() == []


def test_ticks_knock_by_themselves_until_they_are_stopped(database: Database) -> None:
    ticks = Ticks(database, a_clock_at(taipei(date(2026, 8, 24), 12)), ENDS_ONLY)
    ticks.start()

    def all_known() -> bool:
        with database.reading() as session:
            return len(session.scalars(select(Schedule)).all()) == len(JOBS)

    wait_until(all_known, "the jobs to run")
    ticks.stop()


# --- downtime


@pytest.mark.parametrize(
    ("database_url", "away"),
    [*(("sqlite", days) for days in range(1, 11)), ("postgresql", 8)],
    indirect=["database_url"],
)
def test_after_days_away_only_the_most_useful_reminder_leaves_and_only_once(database: Database, away: int) -> None:
    left_on = date(2026, 8, 16)
    clock = a_clock_at(taipei(left_on, 12))
    with database.writing() as session:
        worker = add_worker(session, clock.now())
        contact = Contact(line_user_id=f"U{1:032}", language="en", reachable=True, created_at=clock.now())
        session.add(contact)
        session.flush()
        bind(session, contact.id, worker.id, clock.now())
        add_permit(session, worker, ends_on=ENDS_ON)
    Ticks(database, clock, ENDS_ONLY).run_due()
    sent: list[tuple[str, date]] = []
    for today in (left_on + away * DAY, *(left_on + days * DAY for days in range(away + 1, 16))):
        for hour in (7, 10, 21):
            clock.move(taipei(today, hour))
            Ticks(database, clock, ENDS_ONLY).run_due()
            sent += [(kind, today) for kind in leaves(database, clock)]
    back = left_on + away * DAY
    due = {"end_14d": date(2026, 8, 17), "end_7d": date(2026, 8, 24)}
    expected = [("end_14d", back)] if back < due["end_7d"] else []
    assert sent == [*expected, ("end_7d", max(back, due["end_7d"]))]


def leaves(database: Database, clock: Clock) -> list[str]:
    """The kinds of the reminders that would be sent now, composed as the outbox does; they are taken as sent."""
    kinds = []
    lowest = Lane.ANNOUNCEMENT if DeliveryHours().allow(clock.now()) else Lane.REPLY
    with database.writing() as session:
        for message in claim(session, "sender", clock.now(), 100, lowest=lowest):
            if reminders.compose(session, message, taipei_day(clock.now())) is None:
                message.supersede("no longer true")
            else:
                message.end(MessageState.SENT)
                kinds.append(message.kind)
    return kinds


# --- from plan to phone


WORKER: Mapping[str, str] = {
    "worker_ref": "W-MADE-UP-1",
    "passport_no": "C7654321",
    "arc_no": "A800000014",
    "name": "SITI MADE UP",
    "birth_date": "1990-05-21",
    "phone": "+886940000001",
    "nationality": "ID",
    "sex": "F",
    "permit_no": "MADE-UP-1",
    "permit_type": "B",
    "work": "manufacturing",
    "employer_name": "Made-up Works",
    "county": "桃園市",
    "starts_on": "2023-09-01",
    "ends_on": ENDS_ON.isoformat(),
    "arc_expires_on": "",
    "entered_on": "2023-09-01",
}


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    """A town on the evening after the fourteen days' reminder was due."""
    with Town(
        database_url, tmp_path, taipei(date(2026, 8, 18), 20, 1), more={"remind_health_examinations": False}
    ) as town:
        town.know(WORKER)
        yield town


def linked_phone(town: Town) -> Phone:
    """A phone whose account is linked to the worker, without the five questions."""
    phone = town.phone()
    phone.follow()
    phone.tap("language:en")
    town.settle()
    with town.service.database.writing() as session:
        contact = contact_of(session, phone.user_id)
        assert contact
        worker = session.scalars(select(Worker)).one()
        bind(session, contact.id, worker.id, town.clock.now())
        catch_up(session, town.service.rules.reminders, contact, town.clock.now())
    phone.new()
    return phone


def pushes(town: Town) -> list[Mapping[str, Any]]:
    town.settle()
    return [entry for entry in town.ledger() if entry["path"].endswith("/push")]


def states(town: Town) -> list[tuple[str, str, str | None]]:
    with town.service.database.reading() as session:
        found = session.scalars(select(Message).where(Message.kind.like("end%")).order_by(Message.id)).all()
        return [(message.kind, message.state, message.error) for message in found]


def test_reminders_reach_the_phone_by_day_once_and_her_answer_is_kept(town: Town) -> None:
    phone = linked_phone(town)
    assert pushes(town) == []
    town.move(taipei(date(2026, 8, 19), 8, 59))
    assert pushes(town) == []
    town.move(taipei(date(2026, 8, 19), 9))
    caught_up = phone.wait("the reminder that was missed")
    assert "Your work permit ends in 12 days" in words_of(caught_up)
    assert len(pushes(town)) == 1

    town.move(taipei(date(2026, 8, 24), 9, 59))
    assert len(pushes(town)) == 1
    town.move(taipei(date(2026, 8, 24), 10))
    reminder = phone.wait("the week's reminder")
    assert "Your work permit ends in 7 days" in words_of(reminder)
    assert len(pushes(town)) == 2
    for hour in (11, 19):
        town.move(taipei(date(2026, 8, 24), hour))
    town.move(taipei(date(2026, 8, 25), 10))
    assert len(pushes(town)) == 2

    with town.service.database.reading() as session:
        first, second = session.scalars(select(Message).where(Message.kind.like("end%")).order_by(Message.id)).all()
    assert "Thank you" in words_of(phone.tap(f"understood:{first.id}"))
    assert "You are not alone" in words_of(phone.tap(f"need_help:{second.id}"))
    town.settle()
    with town.service.database.reading() as session:
        answered = [session.get_one(Message, one.id) for one in (first, second)]
        assert [message.answer for message in answered] == ["understood", "need_help"]
        assert all(
            message.answered_at == pytest.approx(town.clock.now(), abs=timedelta(minutes=1)) for message in answered
        )


def test_what_was_planned_at_night_and_changed_in_the_morning_does_not_leave(town: Town) -> None:
    linked_phone(town)
    town.move(taipei(date(2026, 8, 24), 0, 10))
    assert ("end_7d", "planned", None) in states(town)
    town.move(taipei(date(2026, 8, 24), 8))
    town.know({**WORKER, "ends_on": "2027-08-31"})
    town.move(taipei(date(2026, 8, 24), 10))
    assert pushes(town) == []
    assert {state for _, state, _ in states(town)} == {"superseded"}


def test_a_change_that_nobody_planned_for_is_seen_when_the_reminder_leaves(town: Town) -> None:
    linked_phone(town)
    town.move(taipei(date(2026, 8, 24), 0, 10))
    with town.service.database.writing() as session:
        session.scalars(select(Permit)).one().ends_on = ENDS_ON + DAY
    town.move(taipei(date(2026, 8, 24), 10))
    assert pushes(town) == []
    assert ("end_7d", "superseded", "no longer true") in states(town)


def test_who_links_on_the_last_day_sees_that_it_is_the_last_and_is_sent_nothing(town: Town) -> None:
    town.move(taipei(ENDS_ON, 12))
    phone = linked_phone(town)
    assert "Today is the last day of your work permit" in words_of(phone.say("my permit"))
    town.move(taipei(ENDS_ON + DAY, 12))
    assert pushes(town) == []
    assert states(town) == []
    assert "Your work permit has ended" in words_of(phone.say("my permit"))


def test_who_blocks_us_is_sent_nothing_and_is_caught_up_with_when_she_comes_back(town: Town) -> None:
    phone = linked_phone(town)
    phone.unfollow()
    town.move(taipei(date(2026, 8, 20), 12))
    assert pushes(town) == []
    town.move(taipei(date(2026, 8, 25), 12))
    phone.follow()
    wait_until(lambda: pushes(town), "the reminder that was missed")
    town.settle()
    assert [state for kind, state, _ in states(town) if kind == "end_7d"] == ["sent"]
    assert len(pushes(town)) == 1
