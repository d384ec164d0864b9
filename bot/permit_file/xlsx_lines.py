"""Lines of the first sheet of an .xlsx workbook, as text; formulas are seen and never evaluated."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.datetime import from_excel

from bot.permit_file.line import Line, header, is_blank, line
from bot.permit_file.refused import FileRefused, Why
from bot.permit_file.workbook_archive import check_archive
from models.permit_problem import Code, Problem, problem
from models.permit_row import DATE_COLUMNS

_WIDEST = 40  # columns looked at; the header may have seventeen
_LAST_ROW = 1_048_576  # of any sheet; a made-up row number must not make us count to it
_SERIALS = range(1, 73_051)  # Excel's day numbers up to the year 2099


def xlsx_lines(path: Path, max_rows: int) -> Iterator[Line]:
    check_archive(path)
    columns: list[str] | None = None
    rows = 0
    for number, cells in _rows(path):
        if all(cell is EMPTY_CELL for cell in cells):
            continue  # a row the file leaves out; there may be a million
        texts = [_text(cell.value) for cell in cells]
        if is_blank(texts):
            continue
        if columns is None:
            columns = header(texts)
            continue
        rows += 1
        if rows > max_rows:
            raise FileRefused(Why.TOO_MANY_ROWS, limit=max_rows)
        yield _line(number, columns, cells, texts)
    if columns is None:
        raise FileRefused(Why.EMPTY)


def _rows(path: Path) -> Iterator[tuple[int, Sequence[Any]]]:
    """Cells of the first sheet by row number; whatever openpyxl stumbles over becomes FileRefused."""
    with path.open("rb") as file:  # ours to close, because openpyxl leaves it open when it fails
        try:
            workbook = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        except Exception:  # the library's parsers raise nearly anything on a damaged file
            workbook = None
        if workbook is None or not workbook.worksheets:
            raise FileRefused(Why.DAMAGED)
        with closing(workbook):
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()  # the written size may lie and would cut rows off
            yield from _unbroken(enumerate(sheet.iter_rows(max_col=_WIDEST), 1))


def _unbroken(rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Sequence[Any]]]:
    remaining = iter(rows)
    while True:
        try:
            found = next(remaining, None)
        except Exception:
            found = (0, ())
        if found is None:
            return
        if not 0 < found[0] <= _LAST_ROW:
            raise FileRefused(Why.DAMAGED)
        yield found


def _line(number: int, columns: Sequence[str], cells: Sequence[Any], texts: list[str]) -> Line:
    problems: list[Problem] = []
    for place, column in enumerate(columns):
        kind = cells[place].data_type
        if kind in ("f", "e"):
            problems.append(problem(column, Code.FORMULA_CELL if kind == "f" else Code.ERROR_CELL))
            texts[place] = ""
        elif column in DATE_COLUMNS and kind == "n":
            texts[place] = _day_of_serial(cells[place]) or texts[place]
    found = line(number, columns, texts)
    return found._replace(problems=(*found.problems, *problems))


def _day_of_serial(cell: Any) -> str | None:
    """A day number in a cell that lost its date format, counted from the workbook's own first day."""
    if isinstance(cell.value, int | float) and cell.value in _SERIALS:
        found = from_excel(int(cell.value), cell.parent.parent.epoch)
        return found.date().isoformat() if isinstance(found, datetime) else None
    return None


def _text(value: object) -> str:
    """The cell as it would stand in a CSV file: dates ISO, whole numbers without a decimal point."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(value).upper()
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ")
        case float() if math.isfinite(value) and value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case date() | time() | timedelta() | int() | float():
            return str(value)
        case _:
            return "="  # an array formula or data table: an object of openpyxl's, never shown
