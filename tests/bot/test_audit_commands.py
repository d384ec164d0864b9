"""`audit verify` and `audit end`, as they are run on the machine."""

from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.database import Database
from models import audit
from tests.command import Command


@pytest.fixture
def run(
    command: Command, database: Database, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Three entries in the log of the database that the settings name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_AUDIT_ANCHOR_FILE", str(tmp_path / "ends.txt"))
    with database.writing() as session:
        for number in range(3):
            audit.record(session, None, "looked", f"worker {number}", now)
    return partial(command, "audit")


def test_a_log_that_holds_is_said_to_hold(run: Command) -> None:
    told = run("verify")
    assert told.exit_code == 0, told.output
    assert "The log holds: 3 entries, 0 noted ends" in told.output


def test_a_changed_entry_is_named_and_the_command_fails(run: Command, database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE audit SET about = 'worker 9' WHERE id = 2"))
    told = run("verify")
    assert told.exit_code == 1
    assert "does not hold at 2 (3 entries)" in told.output


def test_the_end_that_is_shown_proves_the_log_later(run: Command, database: Database, tmp_path: Path) -> None:
    shown = run("end").output.strip()
    (tmp_path / "ends.txt").write_text(f"2026-03-11T04:00:00Z {shown}\n")
    assert "1 noted ends" in run("verify").output
    with database.writing() as session:
        session.execute(text("DELETE FROM audit WHERE id = 3"))
        session.execute(text("UPDATE audit_head SET length = 2, digest = (SELECT digest FROM audit WHERE id = 2)"))
    told = run("verify")
    assert told.exit_code == 1
    assert "at its end" in told.output


def test_a_file_of_ends_that_is_none_is_refused(run: Command, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("hello\n")
    told = run("verify", "--anchors", tmp_path / "other.txt")
    assert told.exit_code == 2
