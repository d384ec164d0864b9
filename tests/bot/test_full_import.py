"""A full file beside our records: what the feed missed is told once, and nobody loses a permit by not being listed."""

import csv
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import full_import
from bot.clock import Clock
from bot.database import Database
from bot.full_import import Brakes, Found, FullResult, differences_file, import_full, made_at
from bot.imports import SLICE, Verdict, import_permits
from bot.made_up import made_up_workers, write_csv
from bot.permit_file import FileRefused
from models.binding import bind
from models.case import Case
from models.contact import Contact
from models.event_row import Told, read_event
from models.full_file import Difference
from models.message import Lane, Message, MessageState
from models.permit import Permit
from models.permit_event import DERIVED, EventKind, PermitEvent
from models.permit_problem import Code
from models.permit_row import PermitRow, read_row
from models.reminder import ReminderRules
from models.worker import Worker
from tests.records import record

BEFORE = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
MADE = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
NOON = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
"""First we import the records; in the night the full file is made, and at noon it is imported."""

Row = dict[str, str]


@dataclass
class Office:
    """The operator, with files from the ministry."""

    database: Database
    folder: Path
    clock: Clock = field(default_factory=Clock)
    found: list[Found] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    files: int = 0

    def file(self, rows: Iterable[Mapping[str, str]]) -> Path:
        self.files += 1
        path = self.folder / f"permits{self.files}.csv"
        write_csv(path, rows)
        return path

    def knows(self, rows: Iterable[Row]) -> None:
        self.clock.move(BEFORE)
        assert import_permits(self.database, self.file(rows), ReminderRules(), self.clock).saved
        self.clock.move(NOON)

    def full(self, what: Iterable[Row] | Path, as_of: datetime = MADE, **how: Any) -> FullResult:
        self.found, self.verdicts = [], []
        path = what if isinstance(what, Path) else self.file(what)
        return import_full(
            self.database,
            path,
            ReminderRules(),
            self.clock,
            as_of=as_of,
            report=self.verdicts.append,
            tell=self.found.append,
            **how,
        )

    def tells(self, event_id: str, kind: EventKind, at: datetime, about: Row, **more: Any) -> None:
        """An event of the feed, arriving now."""
        told = Told(event_id, kind, about["permit_no"], at, **more)
        with self.database.writing() as session:
            record(session, told, ReminderRules(), self.clock.now())

    def differences(self) -> list[tuple[str, Difference]]:
        return [(found.permit_no, found.what) for found in self.found]

    def permit(self, row: Row) -> Permit | None:
        with self.database.reading() as session:
            return session.scalar(select(Permit).where(Permit.permit_no == row["permit_no"]))

    def account(self, row: Row) -> None:
        with self.database.writing() as session:
            contact = Contact(
                line_user_id="U" + row["worker_ref"].rjust(32, "0"), language="en", reachable=True, created_at=BEFORE
            )
            session.add(contact)
            session.flush()
            worker = session.scalars(select(Worker.id).where(Worker.worker_ref == row["worker_ref"])).one()
            bind(session, contact.id, worker, BEFORE)

    def urgent(self, *states: MessageState) -> list[str]:
        """The kinds of the urgent messages, without those that were cancelled."""
        wanted = [state.value for state in states or (MessageState.PLANNED, MessageState.SENT)]
        query = select(Message.kind).where(Message.lane == Lane.URGENT.value, Message.state.in_(wanted))
        with self.database.reading() as session:
            return list(session.scalars(query.order_by(Message.id)))

    def sends(self) -> None:
        with self.database.writing() as session:
            for message in session.scalars(select(Message).where(Message.state == MessageState.PLANNED.value)):
                message.sent_at = self.clock.now()
                message.end(MessageState.SENT)

    def count(self, table: type) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


@pytest.fixture
def rows() -> list[Row]:
    """Permits that run for a year more."""
    return [
        row | {"starts_on": "2025-03-01", "ends_on": "2027-02-28"} for row in made_up_workers(6, 5, date(2026, 3, 11))
    ]


def read(row: Row) -> PermitRow:
    found = read_row(row)
    assert isinstance(found, PermitRow)
    return found


def test_a_file_that_says_what_we_hold_changes_nothing(office: Office, rows: list[Row]) -> None:
    office.knows(rows)
    result = office.full(rows)
    assert (result.rows.saved, result.rows.unchanged, result.news, result.in_force) == (True, 6, 0, 6)
    assert office.found == []
    assert office.count(PermitEvent) == 0


def test_a_permit_that_the_feed_missed_is_stored_and_told_once_however_often_the_file_comes(
    office: Office, rows: list[Row]
) -> None:
    *known, _ = rows
    office.knows(known)
    office.account(rows[0])
    second = rows[0] | {"permit_no": "P-NEW", "starts_on": "2027-03-01", "ends_on": "2030-02-28"}
    file = office.file([*known, second])
    assert office.full(file).differences == {Difference.NEW: 1}
    office.sends()
    assert office.urgent() == ["permit_issued"]
    again = office.full(file)
    assert (again.rows.saved, again.differences) == (True, {})
    office.clock.move(NOON + timedelta(days=1))
    assert office.full(file, MADE + timedelta(days=1)).differences == {}
    assert office.urgent() == ["permit_issued"]


@pytest.mark.parametrize("changed", [{"ends_on": "2029-02-28"}, {"employer_name": "另一示範工廠"}])
def test_other_dates_or_another_employer_are_updated_and_told(office: Office, rows: list[Row], changed: Row) -> None:
    office.knows(rows)
    office.account(rows[0])
    [column] = changed
    assert office.full([rows[0] | changed, *rows[1:]]).differences == {Difference.CHANGED: 1}
    assert office.found == [Found(rows[0]["permit_no"], Difference.CHANGED, 2, (column,))]
    held = office.permit(rows[0])
    assert held is not None
    assert str(getattr(held, column)) == changed[column]
    assert office.urgent() == ["permit_issued"]


def test_another_county_is_updated_and_told_to_nobody(office: Office, rows: list[Row]) -> None:
    office.knows(rows)
    office.account(rows[0])
    county = "臺東縣" if rows[0]["county"] != "臺東縣" else "臺北市"
    assert office.full([rows[0] | {"county": county}, *rows[1:]]).differences == {Difference.CORRECTED: 1}
    held = office.permit(rows[0])
    assert held is not None
    assert (held.county, office.urgent()) == (county, [])


@pytest.mark.parametrize("days_later", [-5, 0, 3])
@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("with_columns", [True, False])
def test_when_the_feed_tells_it_too_she_is_not_told_twice(
    office: Office, rows: list[Row], days_later: int, sent: bool, with_columns: bool
) -> None:
    office.knows(rows)
    office.account(rows[0])
    longer = rows[0] | {"ends_on": "2029-02-28"}
    office.full([longer, *rows[1:]])
    if sent:
        office.sends()
    office.clock.move(NOON + timedelta(days=4))
    at = MADE + timedelta(days=days_later)
    columns = read(longer) if with_columns else None
    office.tells("E1", EventKind.PERMIT_ISSUED, at, longer, letter_no="L-1", permit=columns, sequence=4)
    assert office.urgent() == ["permit_issued"]


def test_what_the_feed_told_first_is_no_difference(office: Office, rows: list[Row]) -> None:
    office.knows(rows)
    office.account(rows[0])
    longer = rows[0] | {"ends_on": "2029-02-28"}
    office.tells("E1", EventKind.PERMIT_ISSUED, MADE - timedelta(hours=1), longer, permit=read(longer))
    office.clock.move(NOON + timedelta(days=1))
    assert office.full([longer, *rows[1:]], MADE + timedelta(days=1)).differences == {}
    assert office.urgent() == ["permit_issued"]


def test_a_file_made_before_the_feed_spoke_takes_nothing_back(office: Office, rows: list[Row]) -> None:
    office.knows(rows)
    office.account(rows[0])
    longer = rows[0] | {"ends_on": "2029-02-28"}
    office.tells("E1", EventKind.PERMIT_ISSUED, NOON - timedelta(hours=1), longer, permit=read(longer))
    late = rows[1] | {"permit_no": "P-LATE"}
    office.tells("E2", EventKind.PERMIT_ISSUED, NOON - timedelta(hours=1), late, permit=read(late))
    assert office.full(rows).differences == {Difference.NEWER_HERE: 1}
    held = office.permit(rows[0])
    assert held is not None
    assert held.ends_on == date(2029, 2, 28)
    assert office.urgent() == ["permit_issued"]


def test_a_revoked_permit_in_the_file_stays_revoked_and_is_shown_to_the_operator(
    office: Office, rows: list[Row]
) -> None:
    office.knows(rows)
    office.clock.move(BEFORE + timedelta(hours=1))
    office.tells("E1", EventKind.PERMIT_REVOKED, BEFORE, rows[0], letter_no="L-1")
    office.clock.move(NOON)
    office.account(rows[0])
    assert office.full([rows[0] | {"ends_on": "2029-02-28"}, *rows[1:]]).differences == {Difference.REVOKED_HERE: 1}
    held = office.permit(rows[0])
    assert held is not None
    assert held.status == "revoked"
    assert office.urgent() == []


def test_a_revocation_that_comes_late_is_told_although_the_file_still_named_the_permit(
    office: Office, rows: list[Row]
) -> None:
    office.knows(rows)
    office.account(rows[0])
    office.full([rows[0] | {"ends_on": "2029-02-28"}, *rows[1:]])
    office.sends()
    office.tells("E1", EventKind.PERMIT_REVOKED, MADE - timedelta(hours=8), rows[0], letter_no="L-1")
    held = office.permit(rows[0])
    assert held is not None
    assert held.status == "revoked"
    assert office.urgent() == ["permit_issued", "permit_revoked"]


def test_a_permit_that_is_not_in_the_file_is_left_as_it_is_and_a_person_is_asked_once(
    office: Office, rows: list[Row]
) -> None:
    office.knows(rows)
    office.account(rows[0])
    result = office.full(rows[2:])
    assert (result.rows.saved, result.differences, result.cases) == (True, {Difference.MISSING: 2}, 1)
    held = office.permit(rows[0])
    assert held is not None
    assert held.status == "active"
    assert office.urgent() == []
    with office.database.writing() as session:
        [case] = session.scalars(select(Case))
        assert (case.kind, case.worker_id) == ("not_told", held.worker_id)
        case.closed_at, case.result = NOON, "reached"
    office.clock.move(NOON + timedelta(days=1))
    assert office.full(rows[2:], MADE + timedelta(days=1)).cases == 0
    assert office.full(rows, MADE + timedelta(days=1)).differences == {}
    office.clock.move(NOON + timedelta(days=2))
    assert office.full(rows[2:], MADE + timedelta(days=2)).cases == 1


def test_a_permit_that_ended_or_was_replaced_raises_no_question(office: Office, rows: list[Row]) -> None:
    ended = rows[0] | {"ends_on": "2026-03-11"}  # the day on which the file was made in Taipei
    office.knows([ended, *rows[1:]])
    office.account(rows[1])
    other = rows[1] | {"permit_no": "P-OTHER"}
    result = office.full([other, *rows[2:]])
    assert (result.differences, result.cases) == ({Difference.NEW: 1, Difference.REPLACED: 1}, 0)


def test_a_file_that_was_cut_short_is_stopped_before_anything_is_saved(
    office: Office, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_import, "LEAST", 2)
    office.knows(rows)
    new = rows[5] | {"permit_no": "P-NEW"}
    result = office.full([*rows[3:], new])
    assert (result.too_many_missing, result.stopped, result.rows.saved) == (2, True, False)
    assert office.permit(new) is None
    assert office.count(Case) == 0
    assert office.full([*rows[3:], new], brakes=Brakes(missing=2)).stopped
    assert office.full([*rows[3:], new], brakes=Brakes(missing=3)).rows.saved


def test_more_news_than_a_day_can_bring_is_stopped(
    office: Office, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_import, "LEAST", 2)
    office.knows(rows)
    office.account(rows[0])
    shifted = [row | {"ends_on": "2027-03-01"} for row in rows]
    result = office.full(shifted)
    assert (result.too_much_news, result.news, result.rows.saved) == (2, 6, False)
    assert office.urgent() == []
    assert office.full(shifted, brakes=Brakes(news=6)).rows.saved
    assert office.urgent() == ["permit_issued"]


def test_a_dry_run_tells_the_differences_and_changes_nothing(office: Office, rows: list[Row], tmp_path: Path) -> None:
    office.knows(rows)
    office.account(rows[0])
    new = rows[5] | {"permit_no": "=P-NEW"}
    file = [rows[0] | {"ends_on": "2029-02-28"}, *rows[2:], new]
    before = {table: office.count(table) for table in (Permit, PermitEvent, Message, Case)}
    result = office.full(file, dry_run=True)
    assert (result.rows.saved, result.stopped, result.news) == (False, False, 2)
    assert {table: office.count(table) for table in before} == before
    with differences_file(tmp_path / "differences.csv") as write:
        for found in office.found:
            write(found)
    read_back = list(csv.DictReader((tmp_path / "differences.csv").read_text("utf-8-sig").splitlines()))
    assert [(line["line"], line["permit_no"], line["difference"], line["columns"]) for line in read_back] == [
        ("2", rows[0]["permit_no"], "changed", "ends_on"),
        ("7", "'=P-NEW", "new", ""),
        ("", rows[1]["permit_no"], "missing", ""),
    ]
    assert office.full(file).differences == result.differences


def test_a_bad_row_is_not_missing_and_keeps_everything_out_unless_it_may_be_left_out(
    office: Office, rows: list[Row]
) -> None:
    office.knows(rows)
    office.account(rows[0])
    file = [rows[0] | {"birth_date": "1990-13-01", "ends_on": "2029-02-28"}, *rows[1:]]
    result = office.full(file)
    assert (result.rows.bad, result.rows.saved, result.differences) == (1, False, {})
    result = office.full(file, skip_bad=True)
    assert (result.rows.saved, result.differences, result.cases) == (True, {}, 0)


@pytest.mark.parametrize("number", ["", "P\x07-1", "x" * 65])
def test_where_a_permit_number_cannot_be_read_no_permit_counts_as_missing(
    office: Office, rows: list[Row], number: str
) -> None:
    office.knows(rows)
    office.account(rows[1])
    result = office.full([rows[0] | {"permit_no": number}, *rows[2:]], skip_bad=True)
    assert (result.rows.saved, result.unreadable_line, result.differences, result.cases) == (True, 2, {}, 0)


def test_a_line_that_lost_its_cells_hides_which_permit_it_was_about(office: Office, rows: list[Row]) -> None:
    office.knows(rows)
    path = office.file(rows[1:])
    path.write_text(path.read_text("utf-8") + '"W000001,unclosed\r\n', "utf-8")
    result = office.full(path, skip_bad=True)
    assert (result.rows.bad, result.unreadable_line, result.differences) == (1, 7, {})


def test_a_file_that_cannot_be_read_changes_nothing(office: Office, rows: list[Row], tmp_path: Path) -> None:
    office.knows(rows)
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(FileRefused):
        office.full(tmp_path / "empty.csv")
    assert office.count(Case) == 0


def test_rows_of_one_worker_with_two_birth_dates_are_refused_and_with_two_names_looked_at(
    office: Office, rows: list[Row]
) -> None:
    second = rows[0] | {"permit_no": "P-2", "name": "SOMEBODY ELSE"}
    third = rows[0] | {"permit_no": "P-3", "birth_date": "1970-01-01"}
    result = import_permits(
        office.database,
        office.file([rows[0], second, third]),
        ReminderRules(),
        office.clock,
        skip_bad=True,
        report=office.verdicts.append,
    )
    assert (result.new_permits, result.bad) == (2, 1)
    assert [(w.column, w.code, w.other_line) for w in office.verdicts[1].warnings if w.column == "name"] == [
        ("name", Code.CONTRADICTS_LINE, 2)
    ]
    assert [(p.column, p.code, p.other_line) for p in office.verdicts[2].problems] == [
        ("birth_date", Code.CONTRADICTS_LINE, 2)
    ]


def test_two_imports_of_the_same_full_file_at_once_tell_once(office: Office, rows: list[Row]) -> None:
    office.knows(rows)
    office.account(rows[0])
    file = office.file([*(row | {"ends_on": "2029-02-28"} for row in rows[:3]), *rows[3:]])
    with ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(import_full, office.database, file, ReminderRules(), office.clock, as_of=MADE) for _ in range(2)
        ]
        assert all(one.result().rows.saved for one in running)
    assert office.count(PermitEvent) == 3
    assert office.urgent() == ["permit_issued"]


def test_a_full_file_longer_than_a_slice_is_compared_to_its_end(office: Office) -> None:
    many = [
        row | {"starts_on": "2025-03-01", "ends_on": "2027-02-28"}
        for row in made_up_workers(SLICE + 30, 3, date(2026, 3, 11))
    ]
    office.knows(many)
    last = many[-1] | {"ends_on": "2028-02-28"}
    result = office.full([*many[1:-1], last])
    assert result.differences == {Difference.CHANGED: 1, Difference.MISSING: 1}
    assert office.found[0].line == len(many)


def test_the_name_of_a_derived_event_does_not_give_the_employer_away(office: Office, rows: list[Row]) -> None:
    office.knows(rows[1:])
    office.full(rows)
    with office.database.reading() as session:
        [event] = session.scalars(select(PermitEvent))
    assert event.event_id.startswith(f"{DERIVED}20260310T180000-")
    assert event.derived
    assert len(event.event_id) <= 64


def test_a_file_is_as_old_as_its_own_date_but_never_from_the_future(office: Office, rows: list[Row]) -> None:
    file = office.file(rows)
    assert abs(made_at(file, Clock()) - Clock().now()) < timedelta(minutes=5)
    office.clock.move(NOON)
    assert made_at(file, office.clock) <= office.clock.now()


def test_a_row_of_another_workers_permit_is_refused_and_no_difference(office: Office, rows: list[Row]) -> None:
    office.knows(rows)
    thief = rows[0] | {"worker_ref": "W-OTHER", "ends_on": "2029-02-28"}
    result = office.full([thief, *rows[1:]], skip_bad=True)
    assert (result.rows.bad, result.rows.saved, result.differences) == (1, True, {})


def test_the_api_refuses_events_named_like_our_own() -> None:
    said = read_event(
        {
            "event_id": f"{DERIVED}1",
            "kind": "permit_revoked",
            "permit_no": "P-1",
            "occurred_at": "2026-03-10T09:30:00+08:00",
        },
        NOON,
    )
    assert isinstance(said, list)
    assert [(one.column, one.code) for one in said] == [("event_id", Code.RESERVED)]
