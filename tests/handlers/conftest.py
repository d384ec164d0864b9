"""A running service with made-up workers, shared by a module's tests, and new people to talk to it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.clock import Clock
from bot.database import Database
from bot.imports import import_permits
from bot.made_up import made_up_workers, write_csv
from locales import Language, taipei_day
from models.inbox import InboxEvent, InboxState
from models.reminder import ReminderRules
from models.secrets import Keyring
from tests.handlers.person import Caller, Desk, Person, Worker
from tests.town import Town

NOON = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
"""A Wednesday noon in Taipei."""

NewPerson = Callable[..., Person]
NewCaller = Callable[..., Caller]


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    """A module's own workers, beside the made-up ones."""
    return []


@pytest.fixture(scope="module")
def answer_seconds() -> float:
    return 0


@pytest.fixture(scope="module")
def many_workers() -> list[Worker]:
    return list(made_up_workers(60, 11, taipei_day(NOON)))


@pytest.fixture(scope="module")
def town(
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    many_workers: list[Worker],
    special_workers: list[Worker],
    answer_seconds: float,
) -> Iterator[Town]:
    """One town for a module; at its end every event must have been handled."""
    folder = tmp_path_factory.mktemp("town")
    shutil.copy(sqlite_template, folder / "bot.sqlite")
    more = {"binding_answer_seconds": answer_seconds}
    with Town(f"sqlite:///{folder}/bot.sqlite", folder, NOON, more) as opened:
        opened.know(*many_workers, *special_workers)
        opened.settle()
        yield opened
        opened.settle()
        with opened.service.database.reading() as session:
            unhandled = select(func.count()).where(
                InboxEvent.state.not_in((InboxState.DONE.value, InboxState.IGNORED.value))
            )
            assert session.scalars(unhandled).one() == 0


@pytest.fixture
def new_caller(town: Town) -> NewCaller:
    """Somebody in the town who has just added the bot; with `chosen` she has also chosen her language."""

    def meet(language: Language = Language.EN, *, chosen: bool = True) -> Caller:
        phone = town.phone(language=language.value)
        caller = Caller(phone, town.service.database, language, phone.follow(), town=town)
        if chosen:
            caller.sends(f"language:{language.value}")
        return caller

    return meet


@pytest.fixture
def caller(new_caller: NewCaller) -> Caller:
    return new_caller()


@pytest.fixture(scope="module")
def clock() -> Clock:
    """The time at the handlers' desk."""
    clock = Clock()
    clock.move(NOON)
    return clock


@pytest.fixture(scope="module")
def desk_database(
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    keyring: Keyring,
    clock: Clock,
    many_workers: list[Worker],
    special_workers: list[Worker],
) -> Iterator[Database]:
    """A database that knows the workers, and no service around it."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(sqlite_template, folder / "bot.sqlite")
    database = Database(f"sqlite:///{folder}/bot.sqlite", keyring)
    write_csv(folder / "permits.csv", [*many_workers, *special_workers])
    assert import_permits(database, folder / "permits.csv", ReminderRules(), clock, max_rows=1000).saved
    yield database
    database.close()


@pytest.fixture
def new_person(desk_database: Database, clock: Clock) -> NewPerson:
    """Somebody at the desk who has just added the bot; with `chosen` she has also chosen her language."""

    def meet(language: Language = Language.EN, *, chosen: bool = True) -> Person:
        person = Person(Desk(desk_database, clock, language), desk_database, language)
        person.does("follow")
        if chosen:
            person.sends(f"language:{language.value}")
        return person

    return meet


@pytest.fixture
def person(new_person: NewPerson) -> Person:
    return new_person()


@pytest.fixture(scope="module")
def unclaimed(many_workers: list[Worker]) -> Iterator[Worker]:
    return iter(many_workers)


@pytest.fixture
def worker(unclaimed: Iterator[Worker]) -> Worker:
    """A worker whom no other test of the module uses."""
    return next(unclaimed)
