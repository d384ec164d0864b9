"""Permit files as they arrive: every encoding, every accident, and a few attacks."""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH

from bot.made_up import made_up_workers, write_csv
from bot.permit_file import FileRefused, Line, Why, open_permits
from models.permit_row import COLUMNS, Code, PermitRow, read_row

TODAY = date(2026, 6, 30)
ROW = next(made_up_workers(1, 1, TODAY)) | {"employer_name": "示範電子股份有限公司", "county": "桃園市"}


def as_text(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows(rows)
    return stream.getvalue()


GOOD = as_text([list(COLUMNS), list(ROW.values())])


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def save(content: str | bytes) -> Path:
        path = tmp_path / "permits"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


Save = Callable[[str | bytes], Path]


def lines_of(path: Path) -> list[Line]:
    return list(open_permits(path))


def refusal(path: Path, *, max_rows: int = 1000) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        list(open_permits(path, max_rows=max_rows))
    return caught.value


def codes(line: Line) -> list[tuple[str, Code]]:
    return [(problem.column, problem.code) for problem in line.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp950"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_and_delimiter_is_read(save: Save, encoding: str, delimiter: str, end: str) -> None:
    text = as_text([list(COLUMNS), list(ROW.values())], delimiter, end)
    (line,) = lines_of(save(text.encode(encoding)))
    assert line == Line(2, ROW)


def test_utf_16_of_either_byte_order(save: Save) -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert lines_of(save(mark + GOOD.encode(encoding)))[0].values == ROW


def test_chinese_headings_are_understood(save: Save) -> None:
    chinese = (
        "移工編號,護照號碼,居留證號碼,姓名,出生日期,手機號碼,國籍,性別,許可文號,許可類別,工作類別,雇主名稱,縣市,"
        "開始日,結束日,居留證到期日,入境日"
    )
    text = chinese + "\n" + ",".join(ROW.values()) + "\n"
    assert lines_of(save(text.encode("cp950")))[0].values == ROW


def test_headings_may_differ_in_case_spaces_and_order(save: Save) -> None:
    headings = [column.replace("_", " ").title() for column in reversed(COLUMNS)]
    (line,) = lines_of(save(as_text([headings, list(ROW.values())[::-1]])))
    assert line.values == ROW


def test_excels_delimiter_hint_and_blank_lines_are_passed_over(save: Save) -> None:
    text = "sep=;\r\n\r\n" + GOOD.replace(",", ";") + "\r\n;;;\r\n\r\n"
    assert [line.number for line in lines_of(save(text))] == [4]


def test_a_line_keeps_its_number_after_a_line_break_inside_quotes(save: Save) -> None:
    broken = ROW | {"employer_name": "two\nlines"}
    text = as_text([list(COLUMNS), list(broken.values()), list(ROW.values())])
    first, second = lines_of(save(text))
    assert (first.number, second.number) == (2, 4)
    assert read_row(first.values) != read_row(second.values)


def test_ragged_lines_are_problems_of_their_own_line(save: Save) -> None:
    text = GOOD + as_text([[*ROW.values()][:-1], [*ROW.values(), "x"], [*ROW.values(), "", ""], ["(3 rows)"]])
    found = lines_of(save(text))
    assert [codes(line) for line in found] == [
        [],
        [("", Code.TOO_FEW_CELLS)],
        [("", Code.TOO_MANY_CELLS)],
        [],
        [("", Code.TOO_FEW_CELLS)],
    ]
    assert found[1].values == {}


def test_a_stray_quotation_mark_costs_only_its_line(save: Save) -> None:
    values = ",".join(ROW.values())
    found = lines_of(save(GOOD + f'"W9" 9,{values}\r\n{values}\r\n'))
    assert [codes(line) for line in found] == [[], [("", Code.BROKEN_QUOTES)], []]


def test_an_open_quotation_mark_at_the_end_is_a_problem_not_a_crash(save: Save) -> None:
    found = lines_of(save(GOOD + '"W9,' + ",".join(ROW.values())))
    assert codes(found[-1]) == [("", Code.BROKEN_QUOTES)]


def test_an_overlong_cell_is_a_problem_of_its_column(save: Save) -> None:
    rows = [[*(ROW | {"employer_name": "A" * size}).values()] for size in (10_001, 200_000)]
    medium, huge, good = lines_of(save(as_text([list(COLUMNS), *rows, list(ROW.values())])))
    assert codes(medium) == [("employer_name", Code.TOO_LONG)]
    assert medium.values["employer_name"] == ""
    assert codes(huge) == [("", Code.BROKEN_QUOTES)]
    assert good.values == ROW


def test_nul_is_found_by_the_row_not_by_a_crash(save: Save) -> None:
    (line,) = lines_of(save(GOOD.replace(ROW["name"], "A\0B")))
    problems = read_row(line.values, line.problems)
    assert isinstance(problems, list)
    assert [(found.column, found.code) for found in problems] == [("name", Code.CONTROL_CHARACTERS)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Why.EMPTY),
        (b"\xef\xbb\xbf\r\n\r\n", Why.EMPTY),
        (",".join(ROW.values()), Why.NO_HEADER),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), Why.ENCODING),
        (b"%PDF-1.7\nsomething\n", Why.NO_HEADER),
        (GOOD.replace("phone", "telefon"), Why.UNKNOWN_COLUMNS),
        (GOOD.replace("phone", "name"), Why.DUPLICATE_COLUMNS),
        (GOOD.replace("phone", "姓名"), Why.DUPLICATE_COLUMNS),
        ("worker_ref,name\nW1,A\n", Why.MISSING_COLUMNS),
        ("A" * 600_000, Why.LINE_TOO_LONG),
        (GOOD + "A" * 600_000, Why.LINE_TOO_LONG),
        (GOOD.encode("utf-32"), Why.ENCODING),
        (GOOD.replace("示範電子股份有限公司", "示范电子股份有限公司").encode("gb18030"), Why.ENCODING),
        (GOOD.encode() + b"\xff\xfe\xff", Why.ENCODING),
        (b"\xff\xfe" + GOOD.encode("utf-16-le") + b"\x00", Why.ENCODING),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Why.OLD_EXCEL),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60) + "EncryptedPackage".encode("utf-16-le"),
            Why.LOCKED,
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why(save: Save, content: str | bytes, why: Why) -> None:
    assert refusal(save(content)).why is why


def test_refusals_name_columns_and_positions_but_never_a_cell(save: Save) -> None:
    refused = refusal(save(as_text([[*COLUMNS[:3], "SITI AMINAH"]])))
    assert refused.describe("en").endswith("not known: 4")
    assert refused.describe("zh-Hant") == "第 4 欄的欄位名稱不在規格內"
    assert "SITI" not in str(refused)
    missing = refusal(save("worker_ref,name,birth_date,nationality,permit_no,permit_type,starts_on\n"))
    assert missing.describe("zh-Hant") == "缺少欄位：ends_on, passport_no / arc_no"


def test_more_rows_than_allowed_are_refused(save: Save) -> None:
    text = as_text([list(COLUMNS), *[list(ROW.values())] * 4])
    assert refusal(save(text), max_rows=3).why is Why.TOO_MANY_ROWS
    assert len(list(open_permits(save(text), max_rows=4))) == 4


def test_a_hundred_thousand_lines_are_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    header, row = GOOD.split("\r\n")[:2]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\r\n")
        file.writelines(f"{row}\r\n" for _ in range(100_000))
    tracemalloc.start()
    try:
        assert sum(1 for _ in open_permits(path)) == 100_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: GOOD + text)))
def test_any_bytes_give_lines_or_a_refusal(save: Save, content: str | bytes) -> None:
    path = save(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    found = lines_or_refusal(path)
    if isinstance(found, FileRefused):
        assert found.describe("en") == str(found)
    else:
        for line in found:
            read = read_row(line.values, line.problems)
            assert isinstance(read, PermitRow) or read


def lines_or_refusal(path: Path) -> list[Line] | FileRefused:
    try:
        return lines_of(path)
    except FileRefused as refused:
        return refused


def workbook_of(*rows: Sequence[object]) -> Workbook:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    return workbook


def saved(workbook: Workbook, tmp_path: Path) -> Path:
    path = tmp_path / "permits.xlsx"
    workbook.save(path)
    return path


def test_a_workbook_reads_like_the_same_csv(tmp_path: Path) -> None:
    rows = list(made_up_workers(50, 2, TODAY))
    path = saved(workbook_of(list(COLUMNS), *[list(row.values()) for row in rows]), tmp_path)
    found = lines_of(path)
    assert [line.values for line in found] == rows
    assert [line.number for line in found[:2]] == [2, 3]


def test_cells_of_a_workbook_become_the_text_they_mean(tmp_path: Path) -> None:
    cells: dict[str, object] = ROW | {
        "worker_ref": 1001,
        "passport_no": "012345678",
        "phone": 912345678.0,
        "birth_date": datetime.combine(date(1990, 5, 21), time()),
        "starts_on": date(2023, 9, 1),
        "ends_on": 46265,  # the day number of 2026-08-31 in a cell without a date format
        "arc_expires_on": datetime.combine(date(2026, 8, 31), time(17)),
        "county": None,
        "entered_on": True,
    }
    (line,) = lines_of(saved(workbook_of(list(COLUMNS), list(cells.values())), tmp_path))
    assert line.problems == ()
    assert dict(line.values) == ROW | {
        "worker_ref": "1001",
        "passport_no": "012345678",
        "phone": "912345678",
        "birth_date": "1990-05-21",
        "starts_on": "2023-09-01",
        "ends_on": "2026-08-31",
        "arc_expires_on": "2026-08-31 17:00:00",
        "county": "",
        "entered_on": "TRUE",
    }


def test_a_day_number_counts_from_the_workbooks_own_first_day(tmp_path: Path) -> None:
    cells: dict[str, object] = ROW | {"ends_on": 46265 - 1462}
    workbook = workbook_of(list(COLUMNS), list(cells.values()))
    workbook.epoch = MAC_EPOCH  # 1904, as Excel for Mac once did
    (line,) = lines_of(saved(workbook, tmp_path))
    assert line.values["ends_on"] == "2026-08-31"


def test_formulas_and_spreadsheet_errors_are_problems_and_their_text_goes_no_further(tmp_path: Path) -> None:
    cells = ROW | {"name": '=HYPERLINK("http://example.invalid","x")', "county": "#N/A"}
    (line,) = lines_of(saved(workbook_of(list(COLUMNS), list(cells.values())), tmp_path))
    assert codes(line) == [("name", Code.FORMULA_CELL), ("county", Code.ERROR_CELL)]
    assert (line.values["name"], line.values["county"]) == ("", "")
    assert read_row(line.values, line.problems) == list(line.problems)


def test_text_that_only_looks_like_a_formula_is_taken_with_a_warning(tmp_path: Path) -> None:
    workbook = workbook_of(list(COLUMNS), list(ROW.values()))
    cell = workbook.worksheets[0].cell(2, COLUMNS.index("employer_name") + 1)
    cell.value, cell.data_type = "=1+1", "s"
    (line,) = lines_of(saved(workbook, tmp_path))
    read = read_row(line.values, line.problems)
    assert isinstance(read, PermitRow)
    assert read.employer_name == "=1+1"
    assert [warning.code for warning in read.warnings] == [Code.LOOKS_LIKE_FORMULA]


def test_only_the_first_sheet_counts_and_blank_rows_do_not(tmp_path: Path) -> None:
    workbook = workbook_of([], list(COLUMNS), [], list(ROW.values()), [None] * 30, [])
    workbook.create_sheet("another").append(["something", "else"])
    (line,) = lines_of(saved(workbook, tmp_path))
    assert (line.number, line.values) == (4, ROW)


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    assert refusal(saved(Workbook(), tmp_path)).why is Why.EMPTY


def repacked(path: Path, changes: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (entries | changes).items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"xl/vbaProject.bin": b"x"}, Why.MACROS),
        ({"xl/embeddings/object.bin": b"x"}, Why.NESTED),
        ({"xl/more.zip": b"x"}, Why.NESTED),
        ({SHEET: b"<worksheet>" + b" " * 5_000_000 + b"</worksheet>"}, Why.UNPACKS_TOO_LARGE),
        ({f"xl/extra{number}.xml": b"x" for number in range(600)}, Why.UNPACKS_TOO_LARGE),
        ({SHEET: b"<worksheet><unclosed"}, Why.DAMAGED),
        ({SHEET: b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>'}, Why.DAMAGED),
        ({SHEET: "<worksheet/>".encode("utf-16")}, Why.DAMAGED),
        ({"xl/workbook.xml": b"<workbook/>"}, Why.DAMAGED),
        ({SHEET: b"<worksheet %s><sheetData><row r='x'/></sheetData></worksheet>" % NAMESPACE}, Why.DAMAGED),
        (
            {SHEET: b"<worksheet %s><sheetData><row r='99999999'/></sheetData></worksheet>" % NAMESPACE},
            Why.DAMAGED,
        ),
    ],
)
def test_a_dangerous_or_damaged_workbook_is_refused(tmp_path: Path, changes: dict[str, bytes], why: Why) -> None:
    path = repacked(saved(workbook_of(list(COLUMNS), list(ROW.values())), tmp_path), changes)
    assert refusal(path).why is why


def test_a_row_without_end_is_refused_before_it_is_built(tmp_path: Path) -> None:
    cells = b"".join(b"<c r='%d'/>" % (number * 7919) for number in range(250_000))
    sheet = b"<worksheet %s><sheetData><row>%s</row></sheetData></worksheet>" % (NAMESPACE, cells)
    path = repacked(saved(workbook_of(list(COLUMNS)), tmp_path), {SHEET: sheet})
    assert refusal(path).why is Why.UNPACKS_TOO_LARGE


def test_a_zip_that_is_no_workbook_is_refused(save: Save, tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    assert refusal(path).why is Why.NOT_XLSX
    assert refusal(save(path.read_bytes()[:-10])).why is Why.DAMAGED


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = saved(workbook_of(list(COLUMNS)), tmp_path)
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1  # the flag of the central directory's first entry
    path.write_bytes(content)
    assert refusal(path).why is Why.LOCKED


def test_a_directory_that_lies_about_sizes_gains_nothing(tmp_path: Path) -> None:
    path = repacked(saved(workbook_of(list(COLUMNS)), tmp_path), {SHEET: b"<worksheet>" + b" " * 5_000_000})
    content = bytearray(path.read_bytes())
    name = content.rindex(SHEET.encode())
    content[name - 22 : name - 18] = (1000).to_bytes(4, "little")  # uncompressed size in the directory
    path.write_bytes(content)
    assert refusal(path).why is Why.DAMAGED


def test_a_written_csv_and_its_workbook_agree(tmp_path: Path) -> None:
    rows = list(made_up_workers(20, 9, TODAY))
    write_csv(tmp_path / "permits.csv", rows)
    path = saved(workbook_of(list(COLUMNS), *[list(row.values()) for row in rows]), tmp_path)
    assert lines_of(tmp_path / "permits.csv") == lines_of(path)


@pytest.mark.parametrize("why", Why)
def test_every_refusal_speaks_both_languages(why: Why) -> None:
    facts = {"columns": "a", "positions": "1", "line": 2, "limit": 3}
    refused = FileRefused(why, **facts)
    assert refused.describe("en").isascii()
    assert not refused.describe("zh-Hant").isascii()
