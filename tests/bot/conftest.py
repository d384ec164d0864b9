"""What several tests of the shell start from."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.database import Database
from tests.post import Post, posting


@pytest.fixture
def post(database: Database, now: datetime, tmp_path: Path) -> Iterator[Post]:
    with posting(database, now, tmp_path) as opened:
        yield opened
