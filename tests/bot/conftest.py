"""What several tests of the shell start from."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.database import Database
from tests.command import Command, command_line
from tests.post import Post, posting


@pytest.fixture
def post(database: Database, now: datetime, tmp_path: Path) -> Iterator[Post]:
    with posting(database, now, tmp_path) as opened:
        yield opened


@pytest.fixture
def command(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    return command_line(database_url, monkeypatch)
