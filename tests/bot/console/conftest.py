"""What most tests of the console start from."""

from datetime import datetime

import pytest

from bot.clock import Clock
from bot.database import Database
from tests.office import Office


@pytest.fixture
def office(database: Database, now: datetime) -> Office:
    clock = Clock()
    clock.move(now)
    return Office(database, clock)
