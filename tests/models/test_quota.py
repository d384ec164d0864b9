"""The month's messages: what LINE told, what we sent since, what is kept for what is urgent, and late answers."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.database import Database
from models import quota, rate
from models.quota import LATE_ANSWERS_A_DAY, Month, Standing, Supply
from models.rate import Rate

CHANNEL = "line"


def note(database: Database, limit: int | None, used: int, now: datetime) -> None:
    with database.writing() as session:
        quota.note(session, CHANNEL, limit, used, now)


def count(database: Database, pushes: int, now: datetime) -> tuple[Standing, Standing] | None:
    with database.writing() as session:
        return quota.count(session, CHANNEL, pushes, now)


def used(database: Database, now: datetime) -> int:
    with database.reading() as session:
        found = quota.standing(session, CHANNEL, now)
    assert found is not None
    return found.used


def push(database: Database) -> None:
    with database.writing() as session:
        rate.reserve(session, CHANNEL, "push", 1)


def let_the_last_push_be_long_ago(database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Rate).values(arrival=Rate.arrival - 11 * 60 * 1_000_000))


@pytest.mark.parametrize(
    ("moment", "began"),
    [
        ("2026-03-31T14:59:59+00:00", "2026-02-28T15:00:00+00:00"),
        ("2026-03-31T15:00:00+00:00", "2026-03-31T15:00:00+00:00"),
        ("2026-03-31T23:30:00+08:00", "2026-04-01T00:00:00+09:00"),
        ("2027-01-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00"),
    ],
)
def test_lines_month_begins_at_midnight_in_utc_plus_9(moment: str, began: str) -> None:
    assert quota.month_began(datetime.fromisoformat(moment)) == datetime.fromisoformat(began)


def test_before_line_was_asked_nothing_is_known_and_nothing_counted(database: Database, now: datetime) -> None:
    assert count(database, 3, now) is None
    with database.reading() as session:
        assert quota.standing(session, CHANNEL, now) is None


def test_what_line_took_since_is_counted_on_top_of_what_it_said(database: Database, now: datetime) -> None:
    note(database, 200, 20, now)
    assert count(database, 5, now) == (Standing(200, 20, now), Standing(200, 25, now))
    assert count(database, 7, now + timedelta(minutes=3)) == (Standing(200, 25, now), Standing(200, 32, now))


def test_at_the_months_turn_the_count_begins_anew_without_asking(database: Database) -> None:
    before = datetime(2026, 3, 31, 14, 59, tzinfo=UTC)
    after = before + timedelta(minutes=2)
    note(database, 200, 195, before)
    assert used(database, before) == 195
    assert used(database, after) == 0
    count(database, 2, after)
    assert used(database, after) == 2
    count(database, 1, after)
    assert used(database, after) == 3


def test_a_higher_count_is_believed_at_once_because_others_send_too(database: Database, now: datetime) -> None:
    note(database, 200, 20, now)
    push(database)
    count(database, 1, now)
    note(database, 200, 90, now)
    assert used(database, now) == 90


def test_a_lower_count_is_believed_once_our_last_push_must_be_in_it(database: Database, now: datetime) -> None:
    note(database, 200, 20, now)
    push(database)
    count(database, 10, now)
    note(database, 200, 25, now)
    assert used(database, now) == 30
    let_the_last_push_be_long_ago(database)
    note(database, 200, 25, now)
    assert used(database, now) == 25


def test_a_new_limit_is_believed_whatever_the_count(database: Database, now: datetime) -> None:
    note(database, 200, 200, now)
    push(database)
    note(database, 1_000, 150, now)
    with database.reading() as session:
        assert quota.standing(session, CHANNEL, now) == Standing(1_000, 200, now)
    note(database, None, 150, now)
    with database.reading() as session:
        known = quota.standing(session, CHANNEL, now)
    assert known is not None
    assert (known.limit, known.remaining) == (None, None)


@pytest.mark.parametrize(
    ("limit", "percent", "kept"), [(200, 10, 20), (6_000, 10, 600), (199, 10, 20), (5, 10, 1), (5, 0, 0), (0, 10, 0)]
)
def test_the_reserve_is_a_share_of_the_plan_rounded_up(limit: int, percent: int, kept: int) -> None:
    assert Month(limit, 0).reserve(percent) == kept


@pytest.mark.parametrize(
    ("limit", "used", "percent", "supply"),
    [
        (200, 159, 10, Supply.PLENTY),
        (200, 160, 10, Supply.LOW),
        (200, 179, 10, Supply.LOW),
        (200, 180, 10, Supply.RESERVED),
        (200, 230, 10, Supply.RESERVED),
        (200, 99, 25, Supply.PLENTY),
        (200, 100, 25, Supply.LOW),
        (200, 199, 0, Supply.LOW),
        (200, 200, 0, Supply.RESERVED),
        (None, 1_000_000, 10, Supply.PLENTY),
    ],
)
def test_operators_hear_of_it_before_reminders_have_to_wait(
    limit: int | None, used: int, percent: int, supply: Supply
) -> None:
    assert Month(limit, used).supply(percent) is supply


def test_late_answers_are_few_a_day_for_each_person(database: Database) -> None:
    def granted(contact_id: int) -> bool:
        with database.writing() as session:
            return quota.may_answer_late(session, contact_id)

    assert [granted(1) for _ in range(LATE_ANSWERS_A_DAY + 3)] == [True] * LATE_ANSWERS_A_DAY + [False] * 3
    assert granted(2)


def test_who_had_late_answers_is_forgotten_when_it_matters_no_more(database: Database) -> None:
    def kept() -> set[str]:
        with database.writing() as session:
            quota.forget_late_answers(session)
            return set(session.scalars(select(Rate.name)))

    push(database)
    with database.writing() as session:
        quota.may_answer_late(session, 1)
    assert kept() == {"line/push", "late answers/1"}
    with database.writing() as session:
        session.execute(update(Rate).values(arrival=Rate.arrival - 86_400 * 1_000_000))
    assert kept() == {"line/push"}
