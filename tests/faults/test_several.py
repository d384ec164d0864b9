"""Two webs and two workers on one PostgreSQL: paused, killed and replaced, they lose nothing and double nothing."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from models import rate
from models.sending import LEASE
from tests.faults.fleet import CHANNEL, IN_TWO_WEEKS, Fleet, Process, a_lock_on
from tests.postgres import drop_database, new_database
from tests.town import wait_until, words_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TAKEN_OVER_WITHIN = 30.0
RECORD = ("bind", "yes", "C1234567", "A800000014", "NGUYEN VAN NAM", "1990-05-21", "0912345678")
ANSWERS = ("Do you agree", "1 of 5", "2 of 5", "3 of 5", "4 of 5", "5 of 5", "Is this right?")


@pytest.fixture(scope="module")
def started(postgres_server: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A fleet on a database of its own."""
    own = new_database(postgres_server, postgres_template)
    with Fleet(own, tmp_path_factory.mktemp("several")) as fleet:
        yield fleet
    drop_database(own)


@pytest.fixture
def fleet(started: Fleet) -> Iterator[Fleet]:
    """Two webs and two workers that have nothing to do; afterwards everybody must have got what she was owed."""
    missing = ["web"] * (2 - len(started.webs)) + ["worker"] * (2 - len(started.workers))
    started.start(*missing)
    started.settle()
    yield started
    started.settle()
    assert started.wrong() == {}


def test_every_answer_reminder_and_notice_leaves_once_whichever_process_takes_it(fleet: Fleet) -> None:
    reminded, told = fleet.bound_workers(15, IN_TWO_WEEKS), fleet.bound_workers(15)
    fleet.owed.update(reminded + told)
    planned = len(_logged(fleet, "job_done", "plan_reminders"))
    fleet.a_new_day_dawns()
    with ThreadPoolExecutor(2) as pool:
        verdicts = pool.map(lambda web: fleet.revoke(told, web, "both at once"), fleet.webs)
        assert sum(verdicts, Counter()) == {"recorded": 15, "repeated": 15}
    taken = fleet.front.taken.copy()
    fleet.line("faults", {"path": "/v2/bot/message/reply", "next": 10_000, "delay_seconds": 0.2})
    sending: set[int] = set()
    wait_until(lambda: _both_have_sent(fleet, sending), "both workers to send")
    fleet.settle()
    assert fleet.wrong() == {}
    assert len(_logged(fleet, "job_done", "plan_reminders")) == planned + 1
    assert all(fleet.front.taken[web.port] > taken[web.port] for web in fleet.webs)


def _both_have_sent(fleet: Fleet, sending: set[int]) -> bool:
    with ThreadPoolExecutor(4) as pool:
        for phone in [fleet.phone() for _ in range(4)]:
            pool.submit(fleet.writes, phone, "Hello")
    sending.update(fleet.leases())
    return sending >= {worker.pid for worker in fleet.workers}


def _logged(fleet: Fleet, event: str, job: str) -> list[object]:
    return [line for process in fleet.processes for line in process.lines(event) if line["job"] == job]


def test_who_types_faster_than_we_answer_is_answered_in_order(fleet: Fleet) -> None:
    phones = [fleet.phone() for _ in range(5)]
    with ThreadPoolExecutor(len(phones)) as pool:
        list(pool.map(lambda phone: fleet.writes(phone, *RECORD), phones))
    fleet.settle()
    for phone in phones:
        chat = [entry for entry in fleet.line(f"users/{phone}/messages") if entry["from"] == "bot"]
        said = [answer for entry in chat for answer in ANSWERS if answer in words_of([entry])]
        assert said == list(ANSWERS)


def test_a_worker_that_sleeps_past_its_lease_wakes_up_and_doubles_nothing(fleet: Fleet) -> None:
    sleeper, asleep_at = _holding_much(fleet), time.monotonic()
    sleeper.pause()
    fleet.settle(TAKEN_OVER_WITHIN)
    assert time.monotonic() - asleep_at >= LEASE.total_seconds() - 1, "the lease of a live process was not honoured"
    requests = len(fleet.line("requests"))
    sleeper.wake()
    time.sleep(2)
    assert len(fleet.line("requests")) == requests, "what another has sent meanwhile is not even tried"
    assert sleeper.is_running


def test_what_a_killed_worker_held_is_taken_over_within_thirty_seconds(fleet: Fleet) -> None:
    fleet.line("faults", {"path": "/v2/bot/profile/", "next": 12, "delay_seconds": 1.5, "delay": "before"})
    with ThreadPoolExecutor(4) as pool:
        for phone in [fleet.phone() for _ in range(12)]:
            pool.submit(fleet.writes, phone, "Hello")
    _holding_much(fleet).kill()
    assert fleet.settle(TAKEN_OVER_WITHIN) <= TAKEN_OVER_WITHIN


def _holding_much(fleet: Fleet) -> Process:
    """A worker that holds messages which LINE has accepted without having said so, and others that wait their turn."""
    told = fleet.bound_workers(40)
    fleet.owed.update(told)
    fleet.line("faults", {"path": "/v2/bot/message/push", "next": 20, "delay_seconds": 3})
    sent = len(fleet.ledger())
    fleet.revoke(told[:20], fleet.webs[0], "accepted")
    wait_until(lambda: len(fleet.ledger()) > sent, "LINE to accept some")
    with fleet.database.writing() as session:
        rate.slow_down(session, CHANNEL, "push", 4)
    fleet.revoke(told[20:], fleet.webs[1], "in turn")
    wait_until(lambda: fleet.leases().total() == 40, "everything to be leased", 40)
    [(pid, _held)] = fleet.leases().most_common(1)
    return next(worker for worker in fleet.workers if worker.pid == pid)


def test_a_worker_that_stands_still_inside_a_transaction_holds_up_nobody_for_long(fleet: Fleet) -> None:
    told = fleet.bound_workers(20)
    fleet.owed.update(told)
    sleeper, other = fleet.workers
    other.pause()
    with a_lock_on(fleet, f"SELECT 1 FROM rate WHERE name = '{CHANNEL}/push' FOR UPDATE"):
        fleet.revoke(told, fleet.webs[0], "stands still")
        wait_until(fleet.waits_for_a_lock, "the sleeper to wait for the limiter's row")
        sleeper.pause()  # it will be given the row, and not give it back
    other.wake()
    try:
        fleet.settle(TAKEN_OVER_WITHIN)
    finally:
        sleeper.wake()
    time.sleep(2)
    assert sleeper.is_running


def test_without_a_worker_the_webs_keep_what_people_write(fleet: Fleet) -> None:
    for worker in fleet.workers:
        worker.pause()
    phones = [fleet.phone() for _ in range(10)]
    began = len(fleet.deliveries())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda phone: fleet.writes(phone, "Hello", "Is anybody there?"), phones))
    attempts = wait_until(lambda: len(found := fleet.deliveries()[began:]) >= 30 and found, "LINE to tell us")
    assert [attempt["status"] for attempt in attempts] == [200] * 30
    assert fleet.open_events() == 30
    for worker in fleet.workers:
        worker.wake()
    fleet.settle()
    assert fleet.wrong() == {}


def test_two_workers_share_what_line_allows(fleet: Fleet) -> None:
    allowed, messages = 60, 120
    told = fleet.bound_workers(messages)
    fleet.owed.update(told)
    usual = fleet.workers
    for worker in usual:
        worker.pause()
    slow = fleet.start("worker", "worker", line_allows=allowed)
    sent = len(fleet.ledger())
    fleet.revoke(told, fleet.webs[0], "at LINE's pace")
    sending: set[int] = set()
    while len(fleet.ledger()) - sent < messages:
        sending.update(fleet.leases())
        time.sleep(0.1)
    assert sending == {worker.pid for worker in slow}
    pushes = [entry for entry in fleet.ledger() if entry["recipients"][0] in told]
    at = sorted(datetime.fromisoformat(entry["at"]).timestamp() for entry in pushes)
    assert len(at) == messages
    assert (messages - 1) / (at[-1] - at[0]) <= allowed
    for worker in slow:
        fleet.stop(worker)
    for worker in usual:
        worker.wake()


def test_replacing_a_web_and_a_worker_while_people_write_loses_nothing(fleet: Fleet) -> None:
    over = False

    def people_write() -> None:
        while not over:
            fleet.writes(fleet.phone(), "Hello", "Is anybody there?")
            time.sleep(0.5)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(people_write)
        try:
            for old in (fleet.webs[0], fleet.workers[0]):
                fleet.start(old.kind)
                fleet.stop(old)
        finally:
            over = True
        writing.result()
    fleet.settle()
    assert fleet.wrong() == {}
    refused = [one for one in fleet.deliveries() if one["status"] not in (200, None)]
    assert refused == [], "a web that ends answers what it has begun"
