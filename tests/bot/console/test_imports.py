"""Importing a file in the console: it is checked first, and only what somebody has seen and confirmed is done."""

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from bot.clock import Clock
from bot.database import Database
from bot.imports import import_permits
from bot.made_up import write_csv
from bot.uploads import Uploads
from models.audit import AuditEntry, broken
from models.operator import Role
from models.permit import Permit
from models.permit_row import COLUMNS
from models.reminder import ReminderRules
from models.upload_piece import UploadPiece
from tests.importing import bring, brought, csv_of, decide, made_up_rows, processing, upload_of, with_errors, worked
from tests.office import Clerk, Office, words_of

PERSONAL = ("passport_no", "arc_no", "name", "birth_date", "phone", "employer_name")
NIGHT = "2026-03-11T02:00"


@dataclass
class Hall:
    """The office with an importer, an approver and a process in the background."""

    office: Office
    importer: Clerk
    approver: Clerk
    woken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.process: Uploads = processing(
            self.office.database, self.office.clock, wake=lambda: self.woken.append("woken")
        )

    def checked(self, content: bytes, name: str = "permits.csv", **form: str) -> int:
        upload_id = brought(self.importer, content, name, **form)
        worked(self.process)
        return upload_id

    def permits(self) -> int:
        with self.office.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Permit)) or 0

    def pieces(self, part: str) -> int:
        with self.office.database.reading() as session:
            counted = select(func.count()).select_from(UploadPiece).where(UploadPiece.part == part)
            return session.scalar(counted) or 0

    def state(self, upload_id: int) -> str:
        return upload_of(self.office.database, upload_id).state

    def page(self, upload_id: int) -> str:
        return self.importer.read(f"/imports/{upload_id}")

    def log(self) -> list[str]:
        with self.office.database.reading() as session:
            assert not list(broken(session))
            return [entry.action for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


@pytest.fixture
def hall(database: Database, now: datetime) -> Hall:
    clock = Clock()
    clock.move(now)
    office = Office(database, clock)
    return Hall(office, office.clerk(Role.IMPORTER), office.clerk(Role.APPROVER))


def test_a_file_is_checked_confirmed_and_imported_and_its_messages_leave_at_once(hall: Hall) -> None:
    upload_id = brought(hall.importer, csv_of(made_up_rows(30)))
    page = hall.importer.get(f"/imports/{upload_id}")
    assert 'data-refresh="2"' in page.text
    assert "0 rows checked of about 31" in words_of(page)

    worked(hall.process)
    assert "30 rows read 30 new permits 0 changed 0 as before 0 refused" in hall.page(upload_id)
    assert (hall.permits(), hall.pieces("file") > 0) == (0, True)

    assert decide(hall.importer, upload_id).status_code == 303
    assert "Compared once more" in hall.page(upload_id)
    worked(hall.process)
    assert "30 new permits 30 new workers 0 changed 0 as before 0 left out" in hall.page(upload_id)
    assert (hall.permits(), hall.pieces("file"), hall.woken) == (30, 0, ["woken"])
    assert hall.log() == ["upload_added", "upload_confirmed"]


def test_the_dry_run_tells_new_changed_and_same_as_the_import_then_does(hall: Hall) -> None:
    rows = made_up_rows(40)
    first = hall.checked(csv_of(rows[:30]))
    decide(hall.importer, first)
    worked(hall.process)
    rows[0] |= {"phone": "0940000000"}
    rows[1] |= {"ends_on": "2031-01-01"}
    second = hall.checked(csv_of(rows))
    assert "40 rows read 10 new permits 2 changed 28 as before 0 refused" in hall.page(second)
    decide(hall.importer, second)
    worked(hall.process)
    assert "10 new permits 10 new workers 2 changed 28 as before 0 left out" in hall.page(second)


def test_errors_are_shown_by_line_and_column_and_no_cell_is_repeated(hall: Hall) -> None:
    rows = with_errors(made_up_rows(300))
    upload_id = hall.checked(csv_of(rows))
    page = hall.page(upload_id)
    assert "The first 20 errors" in page
    assert "4 ends_on ends_on is not a date; write year-month-day" in page
    assert "14 birth_date" in page
    assert "31/12/2027" not in page
    assert "1990-13-01" not in page
    cells = {row[column] for row in rows[:250] for column in PERSONAL if len(row[column]) > 6}
    assert not {cell for cell in cells if cell in page}
    assert "Import 270 rows, leave out 30" in page


def test_all_errors_can_be_fetched_which_is_on_the_record(hall: Hall) -> None:
    rows = with_errors(made_up_rows(300))
    rows[5]["name"] = "=HYPERLINK(1)"
    upload_id = hall.checked(csv_of(rows))
    answer = hall.importer.get(f"/imports/{upload_id}/errors.csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="import-{upload_id}-errors.csv"'
    told = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len({line["line"] for line in told if line["verdict"] == "bad"}) == 30
    assert {line["verdict"] for line in told} == {"bad", "warned"}
    assert not [cell for line in told for cell in line.values() if cell.startswith(("=", "+", "-", "@"))]
    assert not [row["name"] for row in rows if row["name"] in answer.text]
    assert hall.log()[-1] == "upload_errors_downloaded"


def test_the_good_rows_are_imported_without_the_bad_ones(hall: Hall) -> None:
    upload_id = hall.checked(csv_of(with_errors(made_up_rows(50))))
    decide(hall.importer, upload_id)
    worked(hall.process)
    assert hall.permits() == 45
    assert "45 new permits 45 new workers 0 changed 0 as before 5 left out" in hall.page(upload_id)


def test_where_much_is_refused_a_second_person_must_approve(hall: Hall) -> None:
    upload_id = hall.checked(csv_of([row | {"sex": "X"} for row in made_up_rows(25)] + made_up_rows(60, 2)[25:]))
    assert "So many rows would change or be refused" in hall.page(upload_id)
    decide(hall.importer, upload_id)
    worked(hall.process)
    assert (hall.state(upload_id), hall.permits()) == ("awaiting", 0)
    assert decide(hall.importer, upload_id, "approve").status_code == 403
    assert decide(hall.approver, upload_id, "approve").status_code == 303
    worked(hall.process)
    assert (hall.state(upload_id), hall.permits()) == ("imported", 35)
    assert hall.log() == ["upload_added", "upload_confirmed", "upload_approved"]


def test_a_full_file_shows_its_differences_and_nobody_approves_their_own(hall: Hall) -> None:
    rows = made_up_rows(60)
    first = hall.checked(csv_of(rows[:50]))
    decide(hall.importer, first)
    worked(hall.process)
    hall.office.waits(days=1)
    both, approver = hall.office.clerk(Role.IMPORTER, Role.APPROVER), hall.office.clerk(Role.APPROVER)
    content = csv_of([rows[1] | {"employer_name": "Another Works"}, *rows[2:]])
    upload_id = brought(both, content, full="yes", as_of="2026-03-12T02:00")
    worked(hall.process)
    page = both.read(f"/imports/{upload_id}")
    assert "50 permits in force by our records" in page
    assert "not known here; it is stored and told 10" in page
    assert "dates or employer differ; stored and told 1" in page
    assert "in force here and not in the file; left as it is and not told, please ask the ministry 1" in page
    told = both.get(f"/imports/{upload_id}/differences.csv").content.decode("utf-8-sig")
    assert f",{rows[0]['permit_no']},missing," in told

    decide(both, upload_id)
    assert decide(both, upload_id, "approve").status_code == 403
    assert "It waits for another person" in both.read(f"/imports/{upload_id}")
    assert "Approve and import 59 rows" in approver.read(f"/imports/{upload_id}")
    decide(approver, upload_id, "approve")
    worked(hall.process)
    assert (hall.state(upload_id), hall.permits()) == ("imported", 60)


def test_a_full_file_needs_its_moment_and_not_one_in_the_future(hall: Hall) -> None:
    for written in ("", "yesterday", "2026-03-11T23:00"):
        answer = bring(hall.importer, csv_of(made_up_rows(1)), full="yes", as_of=written)
        assert (answer.status_code, "Say when the full file was made" in words_of(answer)) == (422, True)
    upload_id = brought(hall.importer, csv_of(made_up_rows(1)), full="yes", as_of=NIGHT)
    assert upload_of(hall.office.database, upload_id).as_of == datetime(2026, 3, 10, 18, 0, tzinfo=UTC)


def test_what_was_not_confirmed_can_be_cancelled_and_is_erased(hall: Hall) -> None:
    upload_id = hall.checked(csv_of(made_up_rows(5)))
    seen = upload_of(hall.office.database, upload_id).seen_as
    assert decide(hall.importer, upload_id, "cancel").status_code == 303
    assert "nothing was changed" in hall.page(upload_id)
    worked(hall.process)
    assert (hall.permits(), hall.pieces("file")) == (0, 0)
    assert decide(hall.importer, upload_id, seen=seen).status_code == 409
    assert hall.log() == ["upload_added", "upload_cancelled"]


def test_what_is_being_imported_cannot_be_cancelled(hall: Hall) -> None:
    upload_id = hall.checked(csv_of(made_up_rows(5)))
    decide(hall.importer, upload_id)
    assert decide(hall.importer, upload_id, "cancel").status_code == 409
    assert decide(hall.importer, upload_id).status_code == 409
    worked(hall.process)
    assert hall.permits() == 5


def test_only_the_dry_run_that_was_seen_can_be_confirmed(hall: Hall) -> None:
    upload_id = hall.checked(csv_of(made_up_rows(5)))
    assert decide(hall.importer, upload_id, seen="2026-03-11T03:00:00+00:00").status_code == 409
    assert hall.state(upload_id) == "checked"


def test_where_records_changed_after_the_confirmation_it_is_checked_once_more(hall: Hall, tmp_path: Path) -> None:
    rows = made_up_rows(5)
    upload_id = hall.checked(csv_of(rows))
    decide(hall.importer, upload_id)
    thief = made_up_rows(1, seed=9)[0] | {"worker_ref": "W900000", "permit_no": rows[3]["permit_no"]}
    write_csv(tmp_path / "thief.csv", [thief])
    assert import_permits(hall.office.database, tmp_path / "thief.csv", ReminderRules(), hall.office.clock).saved
    worked(hall.process)
    page = hall.page(upload_id)
    assert "Our records have changed since it was confirmed" in page
    assert "4 new permits 0 changed 0 as before 1 refused" in page
    assert (hall.state(upload_id), hall.permits()) == ("checked", 1)


def test_the_same_content_once_more_is_said(hall: Hall) -> None:
    content = csv_of(made_up_rows(5))
    first = brought(hall.importer, content)
    second = brought(hall.office.clerk(Role.IMPORTER), content, "another-name.csv")
    assert "A file with exactly this content was uploaded before" in hall.page(second)
    assert "uploaded before" not in hall.page(first)


def _workbook(rows: list[dict[str, str]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.active.append(list(COLUMNS))  # type: ignore[union-attr]
    for row in rows:
        book.active.append([row[column] for column in COLUMNS])  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"worker_ref,permit_no\r\nW1,P1\r\n", "these columns are missing"),
        (b"shoes,hats\r\n1,2\r\n", "the first line must hold the column names"),
        (csv_of([]), "the file is empty"),
        (csv_of(made_up_rows(3)).replace(b"DEMO", b"\xff\xfe\x81"), "the text encoding is not known"),
        (b"PK\x03\x04" + bytes(200), "the file is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200), "an old Excel file"),
        (csv_of(made_up_rows(11)), "more than 10 rows"),
        (b"x" * 600_000, "far too long"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(hall: Hall, content: bytes, sentence: str) -> None:
    hall.process = processing(hall.office.database, hall.office.clock, rows=10)
    upload_id = hall.checked(content)
    page = hall.page(upload_id)
    assert sentence in page
    assert "Nothing was changed; mend it" in page
    worked(hall.process)
    assert (hall.state(upload_id), hall.permits(), hall.pieces("file")) == ("refused", 0, 0)


def test_bad_rows_are_told_by_their_kind(hall: Hall) -> None:
    rows = made_up_rows(4)
    rows[1]["name"] = "=1+1"
    upload_id = hall.checked(_workbook(rows), "permits.xlsx")
    assert "3 name name is a formula; paste it as a value" in hall.page(upload_id)
    lines = csv_of([*rows[:1], rows[2], rows[0] | {"ends_on": "2033-01-01"}]).replace(b"\r\n", b",\r\n", 2)
    upload_id = hall.checked(lines.replace(b",\r\n", b",extra\r\n", 2).replace(b",extra\r\n", b"\r\n", 1))
    page = hall.page(upload_id)
    assert "2 – the line has more cells than the header" in page
    upload_id = hall.checked(csv_of([rows[0], rows[2], rows[0] | {"ends_on": "2033-01-01"}]))
    assert "4 permit_no permit_no is the same as in line 2" in hall.page(upload_id)


def test_where_no_row_is_good_there_is_nothing_to_confirm(hall: Hall) -> None:
    upload_id = hall.checked(csv_of([row | {"sex": "X"} for row in made_up_rows(3)]))
    page = hall.page(upload_id)
    assert "Not one row can be imported" in page
    assert "leave out" not in page
    assert decide(hall.importer, upload_id).status_code == 409


def test_no_file_and_an_empty_one_are_not_stored(hall: Hall) -> None:
    assert "Choose a file" in words_of(hall.importer.post("/imports"))
    answer = bring(hall.importer, b"")
    assert (answer.status_code, "The file is empty" in words_of(answer)) == (422, True)
    assert "No file has been uploaded yet" in hall.importer.read("/imports")


def test_a_file_over_the_limit_is_not_stored(database: Database, now: datetime) -> None:
    office = Office(database, Clock(), upload_max_bytes=1024)
    importer = office.clerk(Role.IMPORTER)
    assert bring(importer, bytes(3_000_000)).status_code == 413
    assert "No file has been uploaded yet" in importer.read("/imports")


def test_the_history_says_who_when_and_what_came_of_it(hall: Hall) -> None:
    for count in range(52):
        brought(hall.importer, csv_of(made_up_rows(1, seed=count)), f"file-{count}.csv")
    page = hall.importer.get("/imports")
    assert "file-51.csv" in page.text
    assert "file-2.csv" in page.text
    assert "file-1.csv" not in page.text
    assert "Made-up clerk1" in page.text
    older = hall.importer.read("/imports?before=3")
    assert "file-1.csv" in older
    assert "file-0.csv" in older


def test_it_speaks_chinese_and_each_role_sees_what_it_may(hall: Hall) -> None:
    chinese = hall.office.clerk(Role.IMPORTER, language="zh-Hant")
    upload_id = hall.checked(csv_of(with_errors(made_up_rows(10))))
    page = chinese.read(f"/imports/{upload_id}")
    assert "匯入後會如何" in page
    assert "4 結束日 結束日不是有效日期" in page
    assert "匯入 9 列，略過 1 列" in page
    administrator = hall.office.clerk(Role.ADMINISTRATOR)
    assert "leave out" not in administrator.read(f"/imports/{upload_id}")
    assert "Upload a file" not in administrator.read("/imports")
    assert administrator.get(f"/imports/{upload_id}/errors.csv").status_code == 403
    assert hall.office.clerk(Role.WRITER).get("/imports").status_code == 403
    assert hall.importer.get("/imports/999").status_code == 404
