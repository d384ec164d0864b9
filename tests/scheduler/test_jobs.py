"""The jobs: a day's reminders on the right Taipei day wherever the server stands, and what is forgotten when."""

import os
import random
import time as clock_of_c
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database import Database
from law.dates import months_after
from locales import TAIPEI, taipei_day, verbatim
from models.binding import Binding, bind, last_end_forgotten, linked, unbind
from models.contact import Contact
from models.content import to_json, words
from models.conversation import Answer, Progress, keep, progress_of
from models.message import Message, MessageState, add_reply
from models.permit import Permit, PermitStatus
from models.reminder import ReminderRules, plan
from models.review import Review, ReviewReason, open_review
from models.schedule import Schedule, ensure
from models.worker import Worker
from scheduler.jobs import JOBS, Job
from tests.records import add_permit, add_worker

DAY = timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, 4, tzinfo=UTC)
ZONES = ("UTC", "Asia/Taipei", "Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu")


def job(name: str) -> Job:
    [found] = [job for job in JOBS if job.name == name]
    return found


def run(session: Session, name: str, now: datetime, rules: ReminderRules | None = None) -> None:
    ensure(session, name, now)
    job(name).run(session, rules or ReminderRules(), now)
    session.flush()
    session.expire_all()


def taipei(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), TAIPEI)


def bound_worker(session: Session, ref: str, arc_expires_on: date | None = None) -> tuple[Worker, Contact]:
    worker = add_worker(session, LONG_AGO, ref, arc_expires_on=arc_expires_on)
    contact = Contact(line_user_id=f"U{ref:>032}", language="en", reachable=True, created_at=LONG_AGO)
    session.add(contact)
    session.flush()
    bind(session, contact.id, worker.id, LONG_AGO)
    return worker, contact


# --- when jobs run


@pytest.mark.parametrize(
    ("now", "following"),
    [
        (taipei(date(2026, 8, 24), 0, 4), taipei(date(2026, 8, 24), 0, 5)),
        (taipei(date(2026, 8, 24), 0, 5), taipei(date(2026, 8, 25), 0, 5)),
        (taipei(date(2026, 8, 24), 23, 59), taipei(date(2026, 8, 25), 0, 5)),
        (taipei(date(2028, 2, 28), 12), taipei(date(2028, 2, 29), 0, 5)),
    ],
    ids=str,
)
def test_reminders_are_planned_just_after_midnight_in_taipei(now: datetime, following: datetime) -> None:
    assert job("plan_reminders").next_run(now) == job("plan_reminders").next_run(now.astimezone(UTC)) == following


def test_every_job_comes_again_and_has_a_name_of_its_own() -> None:
    now = taipei(date(2026, 8, 24), 12)
    assert all(now < one.next_run(now) <= now + DAY for one in JOBS)
    assert len({one.name for one in JOBS}) == len(JOBS)


def test_a_day_is_planned_once_and_a_clock_that_went_back_plans_nothing(database: Database) -> None:
    today = date(2026, 8, 24)
    with database.writing() as session:
        worker, _ = bound_worker(session, "W1")
        add_permit(session, worker, "P1", today + 7 * DAY)
        for now in (taipei(today, 0, 5), taipei(today, 12), taipei(today - 3 * DAY, 12)):
            run(session, "plan_reminders", now)
        assert session.get_one(Schedule, "plan_reminders").planned_through == today
        assert session.scalars(select(Message.kind)).all() == ["end_7d"]


def test_a_new_service_plans_today_and_not_what_was_due_before_it_existed(database: Database) -> None:
    today = date(2026, 8, 24)
    with database.writing() as session:
        worker, _ = bound_worker(session, "W1")
        add_permit(session, worker, "P1", today + 7 * DAY)
        add_permit(session, worker, "P2", today + 6 * DAY)
        run(session, "plan_reminders", taipei(today, 12))
        assert session.scalars(select(Message.what)).all() == [f"end_7d P1 {today + 7 * DAY}"]


# --- the right day


@pytest.fixture
def server_time_zone() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    os.environ.pop("TZ", None)
    if before is not None:
        os.environ["TZ"] = before
    clock_of_c.tzset()


def shifted(day: date, months: int) -> date:
    """Calendar months, clamped to the month's end: written again here, so that the law's own is checked."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


Due = tuple[str, date]


def tracks_of(permit: Permit, worker: Worker) -> Iterator[tuple[str, date, Sequence[Due], date]]:
    """By hand: what is named in the row, counted from which date, its stages, and from when it is over."""
    end, start, card = permit.ends_on, permit.starts_on, worker.arc_expires_on
    four, two = shifted(end, -4), shifted(end, -2)
    stages = [("end_4m", four), ("end_2m", two), ("end_14d", end - 14 * DAY), ("end_7d", end - 7 * DAY)]
    yield permit.permit_no, end, stages, end
    if card is not None:
        days = [("arc_30d", card - 30 * DAY), ("arc_14d", card - 14 * DAY), ("arc_7d", card - 7 * DAY)]
        yield worker.worker_ref, card, [("arc_3m", shifted(card, -3)), *days], card
    if permit.permit_type == "B":
        for months in (6, 18, 30):
            target = shifted(start, months)
            offsets = (("opens", -30), ("target", 0), ("10d", 20), ("5d", 25))
            exams = [(f"exam_{months}_{name}", target + days * DAY) for name, days in offsets]
            yield permit.permit_no, start, exams, min(target + 31 * DAY, end)


def expected_rows(runs: Sequence[datetime], permit: Permit, worker: Worker) -> Iterator[tuple[str, date]]:
    """What each run of the planner must write: a stage fallen due since the run before, and not overtaken by now."""
    days = [taipei_day(now) for now in runs]
    for named, anchor, stages, over in tracks_of(permit, worker):
        following = [due for _, due in stages[1:]] + [over]
        for (kind, due), overtaken in zip(stages, following, strict=True):
            place = bisect_left(days, due)
            if days[0] <= due and place < len(days) and days[place] < min(overtaken, over):
                evening = runs[place].astimezone(TAIPEI).hour >= 20
                yield f"{kind} {named} {anchor}", days[place] + (DAY if evening else timedelta())


def calendar_of_runs(seed: str, first: date, last: date, longest: int) -> list[datetime]:
    """Some days in a row, then days away; at any hour."""
    chance = random.Random(seed)
    runs, day = [taipei(first, 0, 5)], first
    while day < last:
        day += chance.choice((1, 1, 1, 2, 7, longest // 2, longest)) * DAY
        runs.append(taipei(day, chance.choice((0, 7, 12, 19, 23)), 5))
    return runs


@pytest.fixture
def many_permits(database: Database) -> Iterator[tuple[Session, list[tuple[Permit, Worker]]]]:
    """Three hundred permits over ten years, many of which end with a month."""
    chance = random.Random(20260101)
    known = []
    with database.writing() as session:
        for place in range(300):
            ends_on = date(2026, 1, 1) + chance.randrange(3750) * DAY
            if place % 3 == 0:
                ends_on = ends_on.replace(day=monthrange(ends_on.year, ends_on.month)[1])
            starts_on = ends_on - chance.choice((1094, 1095, 730, 364, 180)) * DAY
            card = chance.choice((ends_on, ends_on - 100 * DAY, None))
            worker, _ = bound_worker(session, f"W{place}", card)
            permit = add_permit(session, worker, f"P{place}", ends_on, starts_on, chance.choice("BBBACDE"))
            known.append((permit, worker))
        session.expunge_all()  # what is expected is reckoned from memory
        yield session, known
        session.rollback()


@pytest.mark.usefixtures("server_time_zone")
def test_ten_years_of_reminders_fall_on_the_right_taipei_day_wherever_the_server_stands(
    database: Database, many_permits: tuple[Session, list[tuple[Permit, Worker]]]
) -> None:
    session, known = many_permits
    # Two years in each zone; tests/models/test_reminder_calendar.py walks ten in all five.
    parts = [(zone, date(2026 + 2 * place, 1, 1)) for place, zone in enumerate(ZONES)]
    for zone, first in parts if database.engine.dialect.name == "sqlite" else parts[-2:-1]:
        os.environ["TZ"] = zone
        clock_of_c.tzset()
        with session.begin_nested() as attempt:
            runs = calendar_of_runs(zone, first, first.replace(year=first.year + 2), 150)
            for now in runs:
                ensure(session, "plan_reminders", now)
                while job("plan_reminders").run(session, ReminderRules(), now):
                    pass  # one missed day after another, as the ticks do
            rows = session.execute(select(Message.what, Message.not_before)).all()
            planned = sorted((what, taipei_day(not_before)) for what, not_before in rows)
            expected = sorted(row for permit, worker in known for row in expected_rows(runs, permit, worker))
            assert len(expected) > 100
            assert planned == expected
            attempt.rollback()


# --- what is forgotten


def test_a_link_is_forgotten_the_day_after_six_months_are_over() -> None:
    for offset in range(3653):
        today = date(2024, 1, 1) + offset * DAY
        last = last_end_forgotten(today)
        assert months_after(last, 6) < today <= months_after(last + DAY, 6)


@pytest.mark.parametrize(
    ("ends_on", "forgotten_on"),
    [
        (date(2026, 3, 10), date(2026, 9, 11)),
        (date(2026, 8, 31), date(2027, 3, 1)),
        (date(2026, 8, 29), date(2027, 3, 1)),
        (date(2027, 2, 28), date(2027, 8, 29)),
    ],
    ids=str,
)
def test_a_link_lives_six_months_longer_than_the_last_permit(
    database: Database, ends_on: date, forgotten_on: date
) -> None:
    with database.writing() as session:
        worker, contact = bound_worker(session, "W1")
        add_permit(session, worker, "P0", ends_on - timedelta(days=700))
        add_permit(session, worker, "P1", ends_on)
        run(session, "forget_the_past", taipei(forgotten_on - DAY, 23, 59))
        binding = linked(session, contact.id)
        assert binding
        assert binding.worker is worker
        now = taipei(forgotten_on, 3, 30)
        run(session, "forget_the_past", now)
        assert linked(session, contact.id) is None
        forgotten = session.get_one(Binding, binding.id)
        assert (forgotten.worker_id, forgotten.unbound_at, forgotten.erased_at) == (None, now, now)


def test_links_of_workers_who_may_still_be_here_are_kept(database: Database) -> None:
    with database.writing() as session:
        later, _ = bound_worker(session, "W1")
        add_permit(session, later, "P1", date(2020, 1, 1))
        add_permit(session, later, "P2", date(2029, 1, 1))
        revoked, _ = bound_worker(session, "W2")
        add_permit(session, revoked, "P3", date(2029, 1, 1)).status = PermitStatus.REVOKED.value
        bound_worker(session, "W3")  # nothing is known of her permits
        gone, _ = bound_worker(session, "W4")
        add_permit(session, gone, "P4", date(2020, 1, 1))
        run(session, "forget_the_past", taipei(date(2026, 8, 24), 3, 30))
        kept = session.scalars(select(Binding.worker_id).where(Binding.erased_at.is_(None)).order_by(Binding.id))
        assert kept.all() == [1, 2, 3]
        assert session.scalars(select(func.count(Worker.id))).one() == 4


def test_forgetting_keeps_when_somebody_had_unlinked(database: Database) -> None:
    with database.writing() as session:
        worker, contact = bound_worker(session, "W1")
        add_permit(session, worker, "P1", date(2020, 1, 1))
        binding = linked(session, contact.id)
        assert binding
        unbound_at = taipei(date(2026, 8, 23), 12)
        unbind(binding, unbound_at)
        run(session, "forget_the_past", taipei(date(2026, 8, 24), 3, 30))
        assert (binding.worker_id, binding.unbound_at) == (None, unbound_at)


def test_an_unlinked_account_is_forgotten_after_its_time_to_undo(database: Database) -> None:
    unbound_at = taipei(date(2026, 8, 24), 12)
    with database.writing() as session:
        _, contact = bound_worker(session, "W1")
        binding = linked(session, contact.id)
        assert binding
        unbind(binding, unbound_at)
        run(session, "forget", unbound_at + timedelta(hours=71, minutes=59))
        assert linked(session, contact.id)
        run(session, "forget", unbound_at + timedelta(hours=72))
        assert linked(session, contact.id) is None
        assert binding.worker_id is None


@pytest.mark.parametrize("how", ["unlinked", "permit over"])
def test_with_the_link_goes_what_the_account_was_reminded_of(database: Database, how: str) -> None:
    unlinked_on = date(2026, 8, 24)
    ends_on = date(2026, 1, 31) if how == "permit over" else date(2026, 9, 30)
    with database.writing() as session:
        worker, contact = bound_worker(session, "W1", unlinked_on + 7 * DAY)
        permit = add_permit(session, worker, "P1", ends_on)
        other, neighbour = bound_worker(session, "W2")
        add_permit(session, other, "P2", unlinked_on + 700 * DAY)
        open_review(session, contact.id, worker.id, ReviewReason.NAME, LONG_AGO)
        plan(session, ReminderRules(), ends_on - 8 * DAY, ends_on - 7 * DAY, taipei(ends_on - 7 * DAY, 0, 5))
        sent = session.scalars(select(Message)).one()
        sent.content, sent.answer, sent.sent_at = to_json(words(verbatim("P1"))), "understood", LONG_AGO
        sent.end(MessageState.SENT)
        plan(session, ReminderRules(), unlinked_on - DAY, unlinked_on, taipei(unlinked_on, 0, 5))
        assert [message.kind for message in session.scalars(select(Message))] == ["end_7d", "arc_7d"]
        binding = linked(session, contact.id)
        assert binding
        if how == "unlinked":
            unbind(binding, taipei(unlinked_on, 8) - timedelta(hours=73))
        session.flush()
        run(session, "forget" if how == "unlinked" else "forget_the_past", taipei(unlinked_on, 8))
        assert linked(session, contact.id) is None
        assert linked(session, neighbour.id)
        rows = session.scalars(select(Message).order_by(Message.id)).all()
        assert [(row.kind, row.state, row.answer) for row in rows] == [
            ("end_7d", "sent", "understood"),
            ("arc_7d", "superseded", None),
        ]
        for row in rows:
            assert (row.permit_id, row.about_on, row.content, row.body) == (None, None, None, None)
            assert permit.permit_no not in row.what
            assert worker.worker_ref not in row.what
        assert session.scalars(select(Review.worker_id)).all() == [None]


def test_what_a_conversation_took_from_the_record_goes_with_the_link(database: Database) -> None:
    now = taipei(date(2026, 8, 24), 3, 30)
    with database.writing() as session:
        for ref, ends_on in (("W1", date(2020, 1, 1)), ("W2", date(2029, 1, 1))):
            worker, contact = bound_worker(session, ref)
            add_permit(session, worker, ref, ends_on)
            keep(session, contact.id, Progress("check_health", {"starts_on": Answer("2018-01-02")}), now - DAY)
        run(session, "forget_the_past", now)
        assert [progress_of(session, one, now) is not None for one in (1, 2)] == [False, True]


def test_what_somebody_began_after_unlinking_outlives_the_time_to_undo(database: Database) -> None:
    now = taipei(date(2026, 8, 24), 12)
    with database.writing() as session:
        _, contact = bound_worker(session, "W1")
        binding = linked(session, contact.id)
        assert binding
        unbind(binding, now - 3 * DAY)
        keep(session, contact.id, Progress("question", {"question": Answer("Who has my passport?")}), now - DAY)
        run(session, "forget", now)
        assert linked(session, contact.id) is None
        assert progress_of(session, contact.id, now) is not None


def test_what_messages_said_is_forgotten_after_a_year_and_that_they_were_sent_is_not(database: Database) -> None:
    said_at = taipei(date(2025, 6, 1), 12)
    with database.writing() as session:
        _, contact = bound_worker(session, "W1")
        for place, state in enumerate(MessageState):
            add_reply(session, contact, words(verbatim("Hello")), said_at, event_id=f"E{place}")
            message = session.scalars(select(Message).where(Message.what == f"reply E{place}")).one()
            message.state, message.body, message.sent_at = state.value, b"[]", said_at
        session.flush()
        run(session, "forget_the_past", said_at + timedelta(days=399))
        assert all(message.says for message in session.scalars(select(Message)))
        run(session, "forget_the_past", said_at + timedelta(days=400))
        left = {message.state: message for message in session.scalars(select(Message))}
        assert {state for state, message in left.items() if message.says} == {"planned", "leased"}
        assert {state for state, message in left.items() if message.body} == {"planned", "leased"}
        assert left["sent"].sent_at == said_at


def test_a_forgotten_reminder_is_not_sent_again(database: Database) -> None:
    today = date(2026, 8, 24)
    with database.writing() as session:
        worker, _ = bound_worker(session, "W1")
        add_permit(session, worker, "P1", today + 7 * DAY)
        run(session, "plan_reminders", taipei(today, 0, 5))
        message = session.scalars(select(Message)).one()
        message.state, message.content = MessageState.SENT.value, {}
        session.flush()
        run(session, "forget_the_past", taipei(today, 12) + timedelta(days=500))
        plan(session, ReminderRules(), today - DAY, today, taipei(today, 12))
        assert session.scalars(select(func.count(Message.id))).one() == 1
