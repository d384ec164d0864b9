"""The month's quota from the outbox to LINE and back: the reserve holds, and what must wait waits without a trace."""

import asyncio
import threading
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from bot import quota as quota_module
from bot.clock import Clock
from bot.database import Database
from bot.health import Health
from bot.quota import READ_EVERY, STALE, QuotaReader
from models import quota, rate
from models.content import Content, words
from models.message import OWED, Lane, Message
from models.quota import LAG, LATE_ANSWERS_A_DAY
from models.rate import Rate
from models.secrets import Keyring
from tests.post import ACCOUNT, CHANNEL, MENU, PUSH, REPLY, Post
from tests.town import Town, wait_until

QUOTA, USED = "/v2/bot/message/quota", "/v2/bot/message/quota/consumption"


def plan_reminders(post: Post, how_many: int) -> list[int]:
    """One each for so many people, in this order."""
    at = post.clock.now() - timedelta(hours=1)
    return [
        post.plan(post.person()[0], lane=Lane.REMINDER.value, not_before=at + timedelta(seconds=number))
        for number in range(how_many)
    ]


def states(post: Post, messages: list[int]) -> list[str]:
    return [post.message(one).state for one in messages]


def used(post: Post) -> int:
    with post.database.reading() as session:
        known = quota.standing(session, CHANNEL, post.clock.now())
    assert known is not None
    return known.used


def pushes(post: Post) -> int:
    return sum(entry["path"] == PUSH for entry in post.ledger())


def let_the_last_push_be_long_ago(post: Post) -> None:
    with post.database.writing() as session:
        session.execute(update(Rate).values(arrival=Rate.arrival - int(LAG.total_seconds() + 60) * 1_000_000))


def events(logs: list[Any], *names: str) -> list[tuple[str, str]]:
    return [(line["event"], line["log_level"]) for line in logs if line["event"] in names]


# The reserve


def test_reminders_stop_at_the_reserve_between_two_readings_and_urgent_goes_on(post: Post) -> None:
    post.api("quota", {"limit": 20})
    assert post.read_quota()
    reminders = plan_reminders(post, 25)
    post.deliver()
    assert states(post, reminders) == ["sent"] * 18 + ["planned"] * 7
    waiting = [post.message(one) for one in reminders[18:]]
    assert {(one.attempts, one.error, one.first_tried_at) for one in waiting} == {(0, None, None)}
    assert len(post.requests()) == 18, "LINE was asked in vain"
    urgent = [post.plan(post.person()[0]) for _ in range(2)]
    announced = post.plan(post.person()[0], lane=Lane.ANNOUNCEMENT.value)
    post.deliver()
    assert states(post, urgent) == ["sent"] * 2
    assert post.message(announced).state == "planned"
    assert used(post) == 20 == pushes(post)


def test_the_reserve_also_holds_when_several_processes_send(post: Post, database_url: str, keyring: Keyring) -> None:
    post.api("quota", {"limit": 40})
    post.read_quota()
    plan_reminders(post, 60)
    others = [Post(Database(database_url, keyring), post.clock, post.url) for _ in range(3)]
    threads = [threading.Thread(target=other.deliver) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
        other.database.close()
    assert pushes(post) == 36
    assert post.states() == {"sent": 36, "planned": 24}


def test_what_others_send_from_the_account_counts_at_the_next_reading(post: Post) -> None:
    post.api("quota", {"limit": 20})
    post.read_quota()
    post.api("quota", {"others": 15})
    assert not post.read_quota(), "the next reading is not due yet"
    post.clock.ahead += READ_EVERY
    assert post.read_quota()
    reminders = plan_reminders(post, 5)
    post.deliver()
    assert states(post, reminders) == ["sent"] * 3 + ["planned"] * 2


def test_a_reading_that_lags_behind_our_own_pushes_frees_nothing(post: Post) -> None:
    post.api("quota", {"limit": 20})
    post.read_quota()
    reminders = plan_reminders(post, 25)
    post.deliver()
    post.api("quota", {"uncounted": 10})
    post.clock.ahead += READ_EVERY
    assert post.read_quota()
    post.deliver()
    assert states(post, reminders) == ["sent"] * 18 + ["planned"] * 7


def test_without_a_limit_nothing_waits(post: Post) -> None:
    assert post.read_quota()
    reminders = plan_reminders(post, 30)
    post.deliver()
    assert states(post, reminders) == ["sent"] * 30
    assert used(post) == 30


def test_before_the_first_reading_nothing_waits_either(post: Post) -> None:
    post.fault(QUOTA, status=500)
    assert not post.read_quota()
    reminders = plan_reminders(post, 3)
    post.deliver()
    assert states(post, reminders) == ["sent"] * 3


# When there is quota again


def test_when_more_is_bought_what_waited_leaves_in_its_order(post: Post) -> None:
    post.api("quota", {"limit": 10})
    post.read_quota()
    contact, phone = post.person()
    mine = [post.plan(contact, f"reminder {n}", lane=Lane.REMINDER.value) for n in range(12)]
    post.deliver()
    assert states(post, mine) == ["sent"] * 9 + ["planned"] * 3
    post.api("quota", {"limit": 100})
    post.clock.ahead += READ_EVERY
    post.read_quota()
    post.deliver()
    assert states(post, mine) == ["sent"] * 12
    with post.database.reading() as session:
        keys = [str(session.get_one(Message, one).retry_key) for one in mine]
    assert [entry["retry_key"] for entry in post.ledger()] == keys
    assert {entry["recipients"][0] for entry in post.ledger()} == {phone}


def test_in_a_new_month_what_is_still_true_leaves_and_what_is_stale_does_not(post: Post) -> None:
    """The month turns at 23:00 in Taipei, when it is too late in the day for reminders."""
    post.api("quota", {"limit": 10})
    post.read_quota()
    reminders = plan_reminders(post, 12)

    def compose(session: Session, message: Message, today: date) -> Content | None:
        stale = message.id == reminders[-1] and today.month > 3
        return None if stale else words(MENU)

    post.compose = compose
    post.deliver()
    assert states(post, reminders) == ["sent"] * 9 + ["planned"] * 3
    post.clock.move(datetime.fromisoformat("2026-03-31T23:30:00+08:00"))
    post.deliver()
    assert states(post, reminders)[9:] == ["planned"] * 3
    post.clock.move(datetime.fromisoformat("2026-04-01T09:00:00+08:00"))
    post.deliver()
    assert states(post, reminders)[9:] == ["sent", "sent", "superseded"]
    assert post.message(reminders[-1]).error == "no longer true"
    assert used(post) == 2


# LINE's two kinds of 429


@pytest.fixture
def asks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota_module, "ASK_AGAIN_SECONDS", 0.3)


@pytest.mark.usefixtures("asks_often")
def test_urgent_messages_that_line_refuses_for_the_month_leave_in_order_when_more_is_bought(post: Post) -> None:
    post.api("quota", {"limit": 10})
    post.read_quota()
    post.api("quota", {"others": 10})
    contact, _phone = post.person()
    mine = [post.plan(contact, f"notice {n}") for n in range(4)]
    other = post.plan(post.person()[0], lane=Lane.REMINDER.value)
    bought = threading.Event()

    def all_told() -> bool:
        refused = [one for one in post.requests(PUSH) if one["status"] == 429]
        if len(refused) >= 3 and not bought.is_set():
            assert states(post, [*mine, other]).count("sent") == 0
            post.api("quota", {"limit": 100})
            bought.set()
        return states(post, mine) == ["sent"] * 4

    with capture_logs() as logs:
        post.deliver_until(all_told)
    names = ("line_monthly_limit_reached", "line_monthly_limit_over")
    assert events(logs, *names) == [(names[0], "critical"), (names[1], "info")]
    with post.database.reading() as session:
        keys = [str(session.get_one(Message, one).retry_key) for one in mine]
    assert [entry["retry_key"] for entry in post.ledger() if entry["retry_key"] in keys] == keys
    assert not any(post.message(one).in_doubt for one in mine)
    with post.database.writing() as session:
        first, _apart = rate.reserve(session, CHANNEL, "push", 1)
    assert first < 0.1, "the month's end slowed the limiter"


@pytest.mark.usefixtures("asks_often")
def test_while_line_says_the_month_is_over_it_is_asked_by_one_message_and_replies_leave(post: Post) -> None:
    post.api("quota", {"limit": 0})
    planned = [post.plan(post.person()[0]) for _ in range(3)]
    asked: list[int] = []

    def asked_some_times() -> bool:
        asked.append(len(post.requests(PUSH)))
        return asked[-1] >= 6

    post.deliver_until(asked_some_times)
    assert asked[-1] == 6, "after the first refusals, one at a time"
    assert states(post, planned) == ["planned"] * 3
    reply = post.plan_reply(*post.person())
    urgent_reply = post.plan_reply(*post.person(), lane=Lane.URGENT.value)
    post.deliver_until(lambda: states(post, [reply, urgent_reply]) == ["sent", "sent"])
    assert {entry["path"] for entry in post.ledger()} == {REPLY}


@pytest.mark.usefixtures("asks_often")
def test_a_month_that_a_narrowcast_has_reserved_is_over_only_until_it_ends(post: Post) -> None:
    """LINE then says "monthly limit" while its figures show plenty left."""
    post.api("quota", {"limit": 100, "reserved": 100})
    post.read_quota()
    urgent, reminder = post.plan(post.person()[0]), post.plan(post.person()[0], lane=Lane.REMINDER.value)

    def refused_twice() -> bool:
        return len([one for one in post.requests(PUSH) if one["status"] == 429]) >= 3

    def ended() -> bool:
        if refused_twice():
            post.api("quota", {"reserved": 0})
        return states(post, [urgent, reminder]) == ["sent", "sent"]

    post.deliver_until(ended)
    assert used(post) == 2


def test_after_a_refusal_for_the_month_its_figures_are_read_at_once(post: Post) -> None:
    post.api("quota", {"limit": 10})
    post.read_quota()
    post.api("quota", {"others": 10})
    urgent = post.plan(post.person()[0])
    post.deliver_until(lambda: post.message(urgent).error == "monthly_limit")
    assert post.read_quota()
    assert used(post) == 10


def test_a_rate_limit_never_ends_the_month(post: Post) -> None:
    post.api("quota", {"limit": 100})
    post.read_quota()
    reminders = plan_reminders(post, 2)
    post.fault(status=429)
    with capture_logs() as logs:
        post.deliver(later=[timedelta(), timedelta(seconds=3)])
    assert states(post, reminders) == ["sent"] * 2
    assert events(logs, "line_monthly_limit_reached") == []


# Answers


def test_answers_are_free_and_leave_while_only_the_reserve_is_left(post: Post) -> None:
    post.api("quota", {"limit": 10, "others": 10})
    post.read_quota()
    reply = post.plan_reply(*post.person())
    post.deliver()
    assert post.message(reply).state == "sent"
    assert (pushes(post), used(post)) == (0, 10)


def test_a_late_answer_is_not_worth_the_reserve_but_an_urgent_one_is(post: Post) -> None:
    post.api("quota", {"limit": 10, "others": 9})
    post.read_quota()
    answer, urgent = post.plan_reply(*post.person()), post.plan_reply(*post.person(), lane=Lane.URGENT.value)
    post.deliver(later=[timedelta(seconds=51)])
    assert (post.message(answer).state, post.message(answer).error) == ("superseded", "too late")
    assert post.message(urgent).state == "sent"
    assert pushes(post) == 1


def test_a_late_answer_to_a_call_for_help_is_pushed_from_the_reserve_and_never_dropped(post: Post) -> None:
    post.api("quota", {"limit": 10, "others": 9})
    post.read_quota()
    owed = post.plan_reply(*post.person(), kind=OWED)
    post.deliver(later=[timedelta(seconds=51)])
    assert post.message(owed).state == "sent"
    assert pushes(post) == 1
    refused = post.plan_reply(*post.person(), kind=OWED)
    post.deliver(later=[timedelta(seconds=51)])
    assert post.message(refused).state == "planned"


def test_late_answers_to_somebody_who_chatters_are_pushed_a_few_times_and_then_end(post: Post) -> None:
    contact, _phone = post.person()
    until = post.clock.now() - timedelta(seconds=1)
    late = [
        post.plan(contact, f"reply {n}", lane=Lane.REPLY.value, reply_token="used up", reply_until=until)
        for n in range(300)
    ]
    other = post.plan(post.person()[0], lane=Lane.REPLY.value, reply_token="used up", reply_until=until)
    post.deliver()
    assert states(post, late[:LATE_ANSWERS_A_DAY]) == ["sent"] * LATE_ANSWERS_A_DAY
    assert set(states(post, late[LATE_ANSWERS_A_DAY:])) == {"superseded"}
    assert post.message(other).state == "sent"
    assert len(post.requests(PUSH)) == LATE_ANSWERS_A_DAY + 1
    assert post.message(late[-1]).content is None


def test_a_late_answer_that_line_throttles_counts_once(post: Post) -> None:
    contact, _phone = post.person()
    until = post.clock.now() - timedelta(seconds=1)
    late = [
        post.plan(contact, f"reply {n}", lane=Lane.REPLY.value, reply_token="used up", reply_until=until)
        for n in range(LATE_ANSWERS_A_DAY)
    ]
    post.fault(status=429, next=3)
    post.deliver(later=[timedelta(), *[timedelta(seconds=3)] * 4])
    assert states(post, late) == ["sent"] * LATE_ANSWERS_A_DAY


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_hundred_messages_from_one_account_cost_no_push(database_url: str, tmp_path: Path, now: datetime) -> None:
    with Town(database_url, tmp_path, now) as town:
        town.post("quota", {"limit": 5})
        phone = town.phone()
        phone.follow()
        for number in range(200):
            town.post(f"users/{phone.user_id}/text", {"text": f"Are you there? {number}"})
        wait_until(lambda: len([one for one in town.ledger() if one["path"] == REPLY]) > 200, "200 answers", 60)
        town.settle()
        assert {one["path"] for one in town.ledger()} == {REPLY}
        assert town.get("users")[0]["user_id"] == phone.user_id


# Reading


def test_of_many_processes_one_asks_line(post: Post) -> None:
    def read() -> None:
        answers.append(post.read_quota())

    answers: list[bool] = []
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, True]
    assert (len(post.requests(QUOTA)), len(post.requests(USED))) == (1, 1)


def test_while_line_does_not_tell_the_last_figures_count_and_it_is_said_once(post: Post) -> None:
    post.api("quota", {"limit": 10})
    post.read_quota()
    post.fault(QUOTA, status=500, next=100)
    reader_says: list[Any] = []

    async def read() -> None:
        async with post.line(post.url) as line:
            reader = QuotaReader(post.database, post.clock, line, ACCOUNT)
            for _ in range(10):
                post.clock.ahead += READ_EVERY
                with capture_logs() as logs:
                    assert not await reader.read_when_due()
                reader_says.append(events(logs, "line_quota_unread"))

    asyncio.run(read())
    unread = [("line_quota_unread", "warning")]
    silent = STALE // READ_EVERY - 1
    assert reader_says == [[]] * silent + [unread] + [[]] * (9 - silent)
    reminders, urgent = plan_reminders(post, 12), post.plan(post.person()[0])
    post.deliver()
    assert post.message(urgent).state == "sent"
    assert states(post, reminders) == ["sent"] * 8 + ["planned"] * 4


def test_the_first_minutes_of_a_month_are_not_read_as_the_count_may_be_the_old_ones(post: Post) -> None:
    turn = datetime.fromisoformat("2026-04-01T00:00:00+09:00")
    for moment, read in ((turn, False), (turn + LAG - timedelta(seconds=5), False), (turn + LAG, True)):
        post.clock.move(moment)
        assert post.read_quota() is read


def test_a_clock_that_was_days_ahead_does_not_stop_the_reading(post: Post) -> None:
    post.clock.ahead += timedelta(days=3)
    assert post.read_quota()
    post.clock.ahead -= timedelta(days=3)
    assert post.read_quota()


# What operators see


def test_each_step_down_is_said_once_whoever_notices_it(post: Post) -> None:
    post.api("quota", {"limit": 50})
    with capture_logs() as logs:
        post.read_quota()
        for more in (41, 20):
            plan_reminders(post, more)
            post.deliver()
            post.clock.ahead += READ_EVERY
            post.read_quota()
        post.api("quota", {"limit": 500})
        post.clock.ahead += READ_EVERY
        post.read_quota()
    names = ("line_quota_low", "line_quota_kept_for_urgent", "line_quota_suffices")
    assert events(logs, *names) == [
        ("line_quota_low", "warning"),
        ("line_quota_kept_for_urgent", "error"),
        ("line_quota_suffices", "info"),
    ]


def test_what_others_use_up_is_said_too(post: Post) -> None:
    post.api("quota", {"limit": 100})
    with capture_logs() as logs:
        for others in (0, 80, 0, 10, 0):
            post.api("quota", {"others": others})
            post.read_quota()
            post.clock.ahead += READ_EVERY
    said = [line for line in logs if line["event"].startswith("line_quota")]
    assert [(line["event"], line["remaining"], line["reserve"]) for line in said] == [
        ("line_quota_low", 20, 10),
        ("line_quota_kept_for_urgent", 10, 10),
    ]


def figures(health: Health) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in health.metrics().decode().splitlines() if "quota" in line]
    return {name.removeprefix("bot_line_quota_"): float(value) for name, value in lines if not name.startswith("#")}


def test_the_figures_say_what_is_left_and_whether_reminders_wait(database: Database, now: datetime) -> None:
    clock = Clock()
    clock.move(now)
    health = Health(database, clock, ACCOUNT)
    assert figures(health) == {}
    read_at = now - timedelta(minutes=2)
    with database.writing() as session:
        quota.note(session, CHANNEL, 200, 150, read_at)
    told = figures(health)
    assert told.pop("age_seconds") == pytest.approx(120, abs=5)
    assert told == {"limit": 200, "used": 150, "remaining": 50, "reserve": 20, "holds_routine": 0}
    with database.writing() as session:
        quota.count(session, CHANNEL, 30, now)
    assert figures(health)["holds_routine"] == 1
    with database.writing() as session:
        quota.note(session, CHANNEL, None, 150, now)
    told = figures(health)
    assert (told["limit"], told["remaining"], told["holds_routine"]) == (float("inf"), float("inf"), 0)


def test_a_reminder_that_waits_for_quota_is_not_late(post: Post) -> None:
    health = Health(post.database, post.clock, ACCOUNT)
    post.plan(post.person()[0], lane=Lane.REMINDER.value, not_before=post.clock.now() - timedelta(hours=3))
    assert health.ready()[1]["outbox_age_seconds"] > 10_000
    post.api("quota", {"limit": 10, "others": 9})
    post.read_quota()
    assert health.ready()[1]["outbox_age_seconds"] == 0
    post.plan(post.person()[0], not_before=post.clock.now() - timedelta(minutes=5))
    assert health.ready()[1]["outbox_age_seconds"] >= 300
