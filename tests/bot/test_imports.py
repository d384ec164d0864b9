"""Files of permits from the disk into both databases: whole or not at all, and again after every accident."""

import csv
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from bot.clock import Clock
from bot.database import Database
from bot.imports import SLICE, ImportResult, Outcome, Verdict, import_permits, verdict_file
from bot.made_up import canary_workers, made_up_workers, write_csv
from bot.permit_file import FileRefused
from models.permit import Permit
from models.permit_problem import Code
from models.permit_row import COLUMNS
from models.reminder import ReminderRules
from models.worker import NumberKind, Worker, workers_with

TODAY = date(2026, 3, 11)
PERSONAL = ("passport_no", "arc_no", "name", "birth_date", "phone", "employer_name")

Row = dict[str, str]
Bring = Callable[..., ImportResult]


def rows(count: int, seed: int = 1) -> list[Row]:
    return list(made_up_workers(count, seed, TODAY))


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bring:
    """Import rows, or a file as it is; what is told of each line goes into `told`."""

    def bring(what: Iterable[Mapping[str, str]] | Path, told: list[Verdict] | None = None, **how: Any) -> ImportResult:
        path = tmp_path / "permits.csv"
        if isinstance(what, Path):
            path = what
        else:
            write_csv(path, what)
        said = [] if told is None else told
        return import_permits(database, path, ReminderRules(), Clock(), report=said.append, **how)

    return bring


def stored(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Permit.permit_no)))


def numbers(given: Iterable[Row]) -> set[str]:
    return {row["permit_no"] for row in given}


def test_a_file_longer_than_a_slice_is_saved_once_however_often_it_comes(database: Database, bring: Bring) -> None:
    given = rows(2 * SLICE + 7)
    count = len(given)
    warned = bring(given).warned
    assert stored(database) == numbers(given)
    again = ImportResult(rows=count, warned=warned, saved=True, unchanged=count)
    assert bring(given) == again
    given[SLICE]["phone"] = "0940000000"
    assert asdict(bring(given)) == asdict(again) | {"unchanged": count - 1, "changed": 1}


def test_one_bad_row_keeps_everything_out(database: Database, bring: Bring) -> None:
    given = rows(SLICE + 5)
    given[-1]["ends_on"] = "31/12/2027"
    told: list[Verdict] = []
    result = bring(given, told)
    assert (result.saved, result.bad, result.new_permits) == (False, 1, 0)
    assert stored(database) == set()
    assert [verdict.line for verdict in told] == list(range(2, len(given) + 2))
    assert [(v.line, v.problems[0].code) for v in told if v.outcome is Outcome.BAD] == [
        (len(given) + 1, Code.NOT_A_DATE)
    ]


def test_bad_rows_may_be_left_out(database: Database, bring: Bring) -> None:
    given = rows(SLICE + 5)
    for place in (0, 3, SLICE + 2):
        given[place]["name"] = ""
    result = bring(given, skip_bad=True)
    assert (result.saved, result.bad, result.new_permits) == (True, 3, len(given) - 3)
    assert stored(database) == numbers(given) - {given[place]["permit_no"] for place in (0, 3, SLICE + 2)}


def test_a_dry_run_judges_and_writes_nothing(database: Database, bring: Bring) -> None:
    told: list[Verdict] = []
    result = bring(rows(20), told, dry_run=True, skip_bad=True)
    assert (result.saved, result.rows, len(told), result.new_permits) == (False, 20, 20, 20)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Worker)) == 0


def test_a_permit_that_stands_twice_in_the_file_names_its_first_line(database: Database, bring: Bring) -> None:
    given = rows(SLICE + 1)
    given[2] = given[1] | {"ends_on": "2029-01-01"}
    given[SLICE]["permit_no"] = given[0]["permit_no"]
    told: list[Verdict] = []
    result = bring(given, told, skip_bad=True)
    assert [(v.line, v.problems[0].code, v.problems[0].other_line) for v in told if v.problems] == [
        (4, Code.DUPLICATE, 3),
        (SLICE + 2, Code.DUPLICATE, 2),
    ]
    assert (result.bad, result.new_permits) == (2, SLICE - 1)


def test_a_permit_of_another_worker_is_refused_before_anything_is_saved(database: Database, bring: Bring) -> None:
    first, second, third = rows(3)
    bring([first])
    told: list[Verdict] = []
    assert not bring([second, third | {"permit_no": first["permit_no"]}], told).saved
    assert [[found.code for found in verdict.problems] for verdict in told] == [[], [Code.OTHER_WORKER]]
    assert stored(database) == {first["permit_no"]}
    assert bring([second, third | {"permit_no": first["permit_no"]}], skip_bad=True).new_workers == 1


@pytest.mark.parametrize("encoding", ["cp950", "utf-16", "utf-8-sig"])
def test_chinese_arrives_whole_from_every_encoding(
    database: Database, bring: Bring, tmp_path: Path, encoding: str
) -> None:
    given = rows(40)
    write_csv(tmp_path / "utf-8.csv", given)
    file = tmp_path / "from-excel.csv"
    file.write_bytes((tmp_path / "utf-8.csv").read_text("utf-8").encode(encoding))
    assert bring(file).saved
    with database.reading() as session:
        found = session.execute(select(Permit.permit_no, Permit.employer_name, Permit.county)).all()
        assert {(no, employer, county) for no, employer, county in found} == {
            (row["permit_no"], row["employer_name"], row["county"]) for row in given
        }


def test_a_workbook_arrives_with_its_dates_and_its_formulas_stay_out(
    database: Database, bring: Bring, tmp_path: Path
) -> None:
    good, bad = rows(2)
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(COLUMNS)
    sheet.append([date.fromisoformat(cell) if name == "ends_on" else cell for name, cell in good.items()])
    sheet.append(
        ['=HYPERLINK("http://evil.example")' if name == "employer_name" else cell for name, cell in bad.items()]
    )
    workbook.save(tmp_path / "permits.xlsx")
    told: list[Verdict] = []
    assert bring(tmp_path / "permits.xlsx", told, skip_bad=True).new_permits == 1
    assert [(found.column, found.code) for found in told[1].problems] == [("employer_name", Code.FORMULA_CELL)]
    with database.reading() as session:
        permit = session.scalars(select(Permit)).one()
        assert permit.ends_on.isoformat() == good["ends_on"]
        assert workers_with(session, NumberKind.PASSPORT, good["passport_no"]) == {permit.worker_id}


def test_a_file_that_cannot_be_read_saves_nothing(database: Database, bring: Bring, tmp_path: Path) -> None:
    file = tmp_path / "permits.csv"
    file.write_text("worker_ref,passport_no\nW1,B1234567\n", "utf-8")
    with pytest.raises(FileRefused):
        bring(file, skip_bad=True)
    write_csv(file, rows(3))
    with pytest.raises(FileRefused):
        import_permits(database, file, ReminderRules(), Clock(), max_rows=2)
    assert stored(database) == set()


DIES = """
import os, sys
from pathlib import Path
from bot.clock import Clock
from bot.database import Database
from bot.imports import import_permits
from models.reminder import ReminderRules
from models.secrets import Key, Keyring

class LastClock(Clock):
    asked = 0
    def now(self):
        self.asked += 1
        if self.asked > 1:
            os._exit(9)
        return super().now()

keyring = Keyring([Key(1, bytes(range(32)))])
import_permits(Database(sys.argv[1], keyring), Path(sys.argv[2]), ReminderRules(), LastClock())
"""


def test_an_import_killed_between_slices_is_completed_by_running_it_again(
    database: Database, database_url: str, bring: Bring, tmp_path: Path
) -> None:
    given = rows(2 * SLICE)
    write_csv(tmp_path / "killed.csv", given)
    killed = subprocess.run([sys.executable, "-c", DIES, database_url, tmp_path / "killed.csv"], check=False)
    assert killed.returncode == 9
    assert len(stored(database)) == SLICE
    result = bring(tmp_path / "killed.csv")
    assert (result.saved, result.unchanged, result.new_permits) == (True, SLICE, SLICE)
    assert stored(database) == numbers(given)


def test_two_imports_at_once_store_everything_once(database: Database, tmp_path: Path) -> None:
    given = rows(SLICE + 500)
    write_csv(tmp_path / "forwards.csv", given)
    write_csv(tmp_path / "backwards.csv", reversed(given))
    with ThreadPoolExecutor(2) as pool:
        results = [
            pool.submit(import_permits, database, tmp_path / name, ReminderRules(), Clock())
            for name in ("forwards.csv", "backwards.csv")
        ]
    assert all(result.result().saved for result in results)
    assert sum(result.result().new_permits for result in results) == len(given)
    assert stored(database) == numbers(given)


def test_nobody_can_be_read_in_the_database_file(database: Database, bring: Bring, tmp_path: Path) -> None:
    canaries = canary_workers()
    bring(canaries)
    bring([canary | {"phone": "0949753109", "name": "ZYXQUVARK NUOVO"} for canary in canaries])
    if database.engine.dialect.name == "sqlite":
        written = b"".join(file.read_bytes() for file in tmp_path.glob("bot.sqlite*"))
    else:
        with database.engine.connect() as connection:
            tables = [f"SELECT t::text FROM {table} t" for table in ("worker", "permit", "identity_number")]
            written = "".join(connection.exec_driver_sql(" UNION ALL ".join(tables)).scalars()).encode()
    assert b"CANARY-PERMIT-1" in written
    secrets = {canary[column] for canary in canaries for column in PERSONAL} | {"+886949753109", "ZYXQUVARK NUOVO"}
    for secret in secrets:
        assert secret.encode() not in written
        assert secret.encode().hex().encode() not in written


def test_verdicts_go_to_a_file_with_reasons_in_two_languages_and_no_cell(bring: Bring, tmp_path: Path) -> None:
    good, odd, bad = canary_workers()
    odd |= {"phone": "02-89956000", "arc_no": ""}
    bad |= {"passport_no": bad["passport_no"] + "X" * 9, "birth_date": "20-11-1961"}
    with verdict_file(tmp_path / "verdicts.csv") as write:
        told: list[Verdict] = []
        bring([good, odd, bad], told)
        for verdict in told:
            write(verdict)
    text = (tmp_path / "verdicts.csv").read_text("utf-8-sig")
    read = list(csv.DictReader(text.splitlines()))
    assert [(row["line"], row["verdict"], row["column"], row["code"]) for row in read] == [
        ("2", "ok", "", "") if not told[0].warnings else ("2", "warned", "arc_no", "check_digit"),
        ("3", "warned", "phone", "phone_not_used"),
        ("4", "bad", "passport_no", "too_long"),
        ("4", "bad", "birth_date", "not_a_date"),
    ]
    assert read[3]["reason_en"].startswith("birth_date is not a date")
    assert read[3]["reason_zh"].startswith("出生日期不是有效日期")
    for row in (good, odd, bad):
        assert not [column for column in PERSONAL if row[column] and row[column] in text]


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_memory_does_not_grow_with_the_file(database: Database, tmp_path: Path) -> None:
    def peak(count: int) -> int:
        write_csv(tmp_path / "permits.csv", made_up_workers(count, 1, TODAY))
        tracemalloc.start()
        assert import_permits(database, tmp_path / "permits.csv", ReminderRules(), Clock()).saved
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # what is loaded once
    assert peak(4 * SLICE) < 2 * peak(SLICE)


def test_reminders_follow_the_dates_of_the_moment_of_saving(database: Database, tmp_path: Path) -> None:
    clock = Clock(timedelta(days=30))
    write_csv(tmp_path / "permits.csv", rows(1))
    import_permits(database, tmp_path / "permits.csv", ReminderRules(), clock)
    with database.reading() as session:
        seen = session.scalars(select(Worker.as_of)).one()
    assert abs(seen - clock.now()) < timedelta(minutes=1)
