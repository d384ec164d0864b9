"""`import permits` as an operator types it: what it prints, what it saves, and how it exits."""

import csv
import os
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import Result

from bot.clock import Clock
from bot.database import Database
from bot.made_up import made_up_workers, write_csv
from models.permit import Permit
from tests.command import Command


@pytest.fixture
def run(command: Command) -> Command:
    return partial(command, "import", "permits")


@pytest.fixture
def rows() -> list[dict[str, str]]:
    return list(made_up_workers(30, 5, date(2026, 3, 11)))


def permits(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Permit.permit_no)))


def words(result: Result) -> str:
    return " ".join(result.output.split())


def test_the_first_file_is_imported_and_the_nightly_one_compared(
    run: Command, rows: list[dict[str, str]], database: Database, tmp_path: Path
) -> None:
    until = (Clock().now() + timedelta(days=400)).date().isoformat()
    rows = [row | {"ends_on": until, "starts_on": "2025-03-01"} for row in rows]
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    write_csv(first, rows[:-1])
    result = run(first)
    assert (result.exit_code, "29 new permits" in words(result)) == (0, True)
    write_csv(second, rows[1:])
    soon = Clock().now().timestamp() + 60
    os.utime(second, (soon, soon))
    dry = run(second, "--full", "--dry-run", "--differences", tmp_path / "differences.csv")
    assert dry.exit_code == 0, dry.output
    assert "29 permits in force by our records" in words(dry)
    assert len(permits(database)) == 29
    said = list(csv.DictReader((tmp_path / "differences.csv").read_text("utf-8-sig").splitlines()))
    assert [line["difference"] for line in said] == ["new", "missing"]
    stopped = run(second, "--full", "--allow-missing", "0")
    assert stopped.exit_code == 1
    assert "--allow-missing" in words(stopped)
    assert "Nothing was saved" in words(stopped)
    assert run(second, "--full").exit_code == 0
    assert permits(database) == {row["permit_no"] for row in rows}


def test_a_bad_row_is_shown_and_nothing_is_saved(
    run: Command, rows: list[dict[str, str]], database: Database, tmp_path: Path
) -> None:
    write_csv(tmp_path / "bad.csv", [rows[0] | {"birth_date": "31/12/1990"}, *rows[1:]])
    for how in ((), ("--full",), ("--full", "--dry-run")):
        result = run(tmp_path / "bad.csv", *how)
        assert result.exit_code == 1
        assert "birth_date is not a date" in words(result)
        assert "31/12/1990" not in result.output
    assert permits(database) == set()


def test_a_file_that_cannot_be_read_is_explained(run: Command, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    for how in ((), ("--full",)):
        result = run(tmp_path / "empty.csv", *how)
        assert (result.exit_code, "Traceback" in result.output) == (1, False)
        assert result.output.strip()


@pytest.mark.parametrize(
    "how",
    [
        ("--allow-missing", "3"),
        ("--differences", "x.csv"),
        ("--full", "--as-of", "yesterday"),
        ("--full", "--as-of", "2026-03-11T02:00"),
        ("--full", "--as-of", "9000-01-01T00:00+08:00"),
        ("--full", "--allow-missing", "-1"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_makes_no_sense_is_refused_before_anything_is_read(
    run: Command, rows: list[dict[str, str]], tmp_path: Path, database: Database, how: tuple[str, ...]
) -> None:
    write_csv(tmp_path / "permits.csv", rows)
    assert run(tmp_path / "permits.csv", *how).exit_code == 2
    assert permits(database) == set()
