"""The header of a file of permits, and each line under it as cells by column."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.permit_file.refused import FileRefused, Why
from models.permit_problem import CHINESE_COLUMNS, Code, Problem, problem
from models.permit_row import COLUMNS, REQUIRED

_LONGEST_CELL = 10_000

# What ministries and agencies write above their columns; the English names are the contract.
_ALIASES = {
    **{chinese: column for column, chinese in CHINESE_COLUMNS.items()},
    "外國人編號": "worker_ref",
    "護照號": "passport_no",
    "統一證號": "arc_no",
    "居留證號": "arc_no",
    "英文姓名": "name",
    "生日": "birth_date",
    "出生年月日": "birth_date",
    "電話": "phone",
    "手機": "phone",
    "行動電話": "phone",
    "許可函號": "permit_no",
    "聘僱許可文號": "permit_no",
    "工作": "work",
    "雇主": "employer_name",
    "聘僱起日": "starts_on",
    "許可起日": "starts_on",
    "聘僱迄日": "ends_on",
    "許可迄日": "ends_on",
    "居留期限": "arc_expires_on",
    "入國日": "entered_on",
}
_NAMES = {**{column: column for column in COLUMNS}, **_ALIASES}


class Line(NamedTuple):
    """`number` counts from 1 as an editor or spreadsheet shows it; `problems` go on to `read_row`."""

    number: int
    values: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


def known_columns(cells: Sequence[str]) -> list[str | None]:
    """Our name for each heading, None where there is none; blank headings at the end do not count."""
    headings = [_heading(cell) for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    return [_NAMES.get(heading) for heading in headings]


def header(cells: Sequence[str]) -> list[str]:
    """The columns of the file in their order, or FileRefused saying which are wrong."""
    found = known_columns(cells)
    named = [column for column in found if column]
    if not named:
        raise FileRefused(Why.NO_HEADER, columns=", ".join(COLUMNS[:4]))
    if len(named) < len(found):
        # Only positions: without a header these would be somebody's name and passport number.
        positions = ", ".join(str(place) for place, column in enumerate(found, 1) if not column)
        raise FileRefused(Why.UNKNOWN_COLUMNS, positions=positions)
    if len(set(named)) < len(named):
        twice = sorted({column for column in named if named.count(column) > 1})
        raise FileRefused(Why.DUPLICATE_COLUMNS, columns=", ".join(twice))
    missing = [column for column in COLUMNS if column in REQUIRED and column not in named]
    if not {"passport_no", "arc_no"} & set(named):
        missing.append("passport_no / arc_no")
    if missing:
        raise FileRefused(Why.MISSING_COLUMNS, columns=", ".join(missing))
    return named


def line(number: int, columns: Sequence[str], cells: Sequence[str]) -> Line:
    width = len(columns)
    if len(cells) < width:
        return broken(number, Code.TOO_FEW_CELLS)
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return broken(number, Code.TOO_MANY_CELLS)
    values = dict(zip(columns, cells, strict=False))
    problems = [problem(column, Code.TOO_LONG) for column in columns if len(values[column]) > _LONGEST_CELL]
    for found in problems:
        values[found.column] = ""
    return Line(number, values, tuple(problems))


def broken(number: int, code: Code) -> Line:
    """A line whose cells cannot be told apart; none of them is handed on."""
    return Line(number, {}, (problem("", code),))


def is_blank(cells: Sequence[str]) -> bool:
    return not any(cell and not cell.isspace() for cell in cells)


def _heading(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell).strip().strip("\ufeff*").casefold()
    return text.replace(" ", "_").replace("-", "_")
