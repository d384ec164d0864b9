"""The audit log as a page and as a file, and the ends of it that are noted day by day."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.anchor import Anchor, AnchorUnreadable, noted_ends
from models import audit
from models.operator import Role
from tests.office import Office


@pytest.fixture
def office(office: Office, now: datetime) -> Office:
    """With a log of sixty entries."""
    with office.database.writing() as session:
        for number in range(60):
            audit.record(session, None, "looked" if number % 2 else "answered", f"worker {number}", now, note=number)
    return office


def test_the_newest_entries_come_first_and_older_ones_behind(office: Office) -> None:
    auditor = office.clerk(Role.ADMINISTRATOR)
    shown = auditor.read("/audit")
    assert "worker 59" in shown
    assert "worker 5 " not in shown
    older = auditor.read("/audit?before=11")
    assert "worker 9 " in older
    assert "worker 10 " not in older


def test_it_can_be_narrowed_down(office: Office) -> None:
    auditor = office.clerk(Role.ADMINISTRATOR)
    assert "worker 8 note: 8" in auditor.read("/audit?about=worker+8")
    shown = auditor.read("/audit?action=looked")
    assert "worker 59" in shown
    assert "worker 58" not in shown
    assert "No entry fits" in auditor.read("/audit?about=worker+777")


def test_reading_and_taking_away_are_entries_too(office: Office) -> None:
    auditor = office.clerk(Role.ADMINISTRATOR, login="auditor")
    auditor.read("/audit?action=looked")
    answer = auditor.get("/audit/export.csv?action=looked")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1 + 30
    shown = auditor.read("/audit")
    assert "auditor audit_read audit action: looked" in shown
    assert "auditor exported audit action: looked" in shown


def test_words_that_a_spreadsheet_would_compute_stay_words(office: Office) -> None:
    with office.database.writing() as session:
        audit.record(session, None, "noted", "=cmd|' /C calc'!A0", office.clock.now(), why="@SUM(1)")
    auditor = office.clerk(Role.ADMINISTRATOR)
    answer = auditor.get("/audit/export.csv?action=noted")
    [_heads, row] = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row[4].startswith("'=cmd")
    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize(
    "asked",
    [
        "by=x",
        "by=99999999999999999999",
        "by=99999999999",
        "before=9999999999999999999",
        "before=-1",
        "before=²",
        "action=%27--",
    ],
)
def test_odd_filters_are_no_failure(office: Office, asked: str) -> None:
    assert office.clerk(Role.ADMINISTRATOR).get(f"/audit?{asked}").status_code == 200


def test_every_day_one_process_notes_where_the_log_ends(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "kept" / "ends.txt"
    anchors = [Anchor(office.database, office.clock, file) for _ in range(2)]
    assert [one.note_when_due() for one in anchors] == [True, False]
    office.clock.ahead += timedelta(days=1)
    with office.database.writing() as session:
        audit.record(session, None, "looked", "worker 1", office.clock.now())
        expected = audit.end(session)
    assert [one.note_when_due() for one in anchors] == [True, False]
    assert noted_ends(file)[-1] == expected
    assert [end.length for end in noted_ends(file)] == [60, 61]


def test_what_could_not_be_written_is_tried_again(office: Office, tmp_path: Path) -> None:
    (tmp_path / "ends.txt").mkdir()
    with pytest.raises(OSError, match="directory"):
        Anchor(office.database, office.clock, tmp_path / "ends.txt").note_when_due()
    assert Anchor(office.database, office.clock, tmp_path / "other.txt").note_when_due()


def test_a_file_that_is_not_ours_is_no_proof(tmp_path: Path) -> None:
    file = tmp_path / "ends.txt"
    file.write_text("2026-11-22T00:00:00Z 60 abc\n")
    with pytest.raises(AnchorUnreadable, match="line 1"):
        noted_ends(file)
