"""Writers of one process: first come, first served, also when somebody gives up or fails."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot.database import Database
from bot.turns import Turns


def test_whoever_asked_first_is_next() -> None:
    turns, order = Turns(5), list[int]()

    def take(number: int) -> None:
        with turns:
            order.append(number)

    with turns:
        waiting = []
        for number in range(20):
            waiting.append(threading.Thread(target=take, args=(number,)))
            waiting[-1].start()
            while turns.waiting <= number:
                time.sleep(0.001)
    for thread in waiting:
        thread.join()
    assert order == list(range(20))


def test_who_gives_up_is_passed_over() -> None:
    turns = Turns(0.05)

    def try_in_vain() -> None:
        with pytest.raises(NoConnectionFree), turns:
            pass

    with turns, ThreadPoolExecutor() as other:
        other.submit(try_in_vain).result()
    with turns:
        assert turns.waiting == 0


def test_a_write_inside_a_write_waits_for_nobody() -> None:
    turns = Turns(0.05)
    with turns:
        with turns:
            pass
        with ThreadPoolExecutor() as other, pytest.raises(NoConnectionFree):
            other.submit(turns.__enter__).result()
    with turns:
        assert turns.waiting == 0


def test_who_fails_gives_the_turn_on() -> None:
    turns = Turns(0.05)
    with pytest.raises(ZeroDivisionError), turns:
        raise ZeroDivisionError
    with turns:
        assert turns.waiting == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_who_write_without_a_pause_keep_nobody_out(database: Database) -> None:
    stop, others = threading.Event(), list[int]()

    def write() -> None:
        while not stop.is_set():
            with database.writing() as session:
                session.execute(text("UPDATE contact SET menu = menu"))
                others.append(1)
                time.sleep(0.002)

    busy = [threading.Thread(target=write) for _ in range(2)]
    for thread in busy:
        thread.start()
    while not others:
        time.sleep(0.001)
    before = len(others)
    for _ in range(100):
        with database.writing() as session:
            session.execute(text("UPDATE contact SET menu = menu"))
    between = len(others) - before
    stop.set()
    for thread in busy:
        thread.join()
    # Each of ours waits for one of each at most, and for one that was at it.
    assert between <= 2 * 100 + 2
