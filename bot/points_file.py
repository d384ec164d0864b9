"""The file of workers that `points rank` reads: one row each, and in two languages what is wrong in which row."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from law.entry_points import Dormitory, Entrant, Kind, Room

V = TypeVar("V")
# The columns by their English heads; the Chinese ones are understood as well.
COLUMNS: Mapping[str, str] = {
    "worker": "編號",
    "kind": "類別",
    "doses": "劑數",
    "one_dose_vaccine": "單劑疫苗",
    "cases": "七日平均病例",
    "dormitory": "宿舍",
    "suite": "套房",
    "people": "房間人數",
    "visa_date": "簽證日",
}
MOST_CHARACTERS = 100
OF_THE_ROOM = ("dormitory", "suite", "people")
_KINDS = {"industry": Kind.INDUSTRY, "household": Kind.HOUSEHOLD, "產業": Kind.INDUSTRY, "家庭": Kind.HOUSEHOLD}
_DORMITORIES = {
    "all_suites": Dormitory.ALL_SUITES,
    "mixed": Dormitory.MIXED,
    "no_suites": Dormitory.NO_SUITES,
    "全套房": Dormitory.ALL_SUITES,
    "混合": Dormitory.MIXED,
    "無套房": Dormitory.NO_SUITES,
}
_YES_OR_NO = {"yes": True, "no": False, "是": True, "否": False}


@dataclass(frozen=True)
class Problem:
    """What is wrong, in both languages; row 1 has the heads, and row 0 is the file itself."""

    row: int
    chinese: str
    english: str

    def __str__(self) -> str:
        if self.row == 0:
            return f"{self.chinese} / {self.english}"
        return f"第{self.row}列 {self.chinese} / row {self.row}: {self.english}"


@dataclass(frozen=True)
class Read:
    """Either all workers of the file, or its problems: a list without those who could not be read ranks wrongly."""

    entrants: tuple[Entrant, ...]
    problems: tuple[Problem, ...]


def _written(pattern: str, make: Callable[[str], V], example: str) -> Callable[[str], V]:
    def read(said: str) -> V:
        if not re.fullmatch(pattern, said, re.ASCII):
            raise ValueError(example)
        try:
            return make(said)
        except ValueError:
            raise ValueError(example) from None

    return read


def _printable(said: str) -> str:
    """A piece of it that can do nothing to a terminal."""
    return "".join(character if character.isprintable() else "�" for character in said[:40])


def _one_of(values: Mapping[str, V]) -> Callable[[str], V]:
    def read(said: str) -> V:
        if said.lower() not in values:
            raise ValueError(", ".join(values))
        return values[said.lower()]

    return read


def _worker(said: str) -> str:
    """A number that a reader can tell from every other: nothing in it is unseen."""
    if len(said) > MOST_CHARACTERS or not said.isprintable():
        raise ValueError("A123")
    return said


def _as_read(worker: str) -> str:
    """One and the same for A1, a1 and Ａ1: whoever is listed twice would draw two lots."""
    return "".join(unicodedata.normalize("NFKC", worker).casefold().split())


_KIND, _DORMITORY, _YES = _one_of(_KINDS), _one_of(_DORMITORIES), _one_of(_YES_OR_NO)
_DOSES = _written(r"\d{1,2}", int, "0, 1, 2")
_CASES = _written(r"\d{1,9}(\.\d{1,9})?", Decimal, "4999, 4999.5")
_PEOPLE = _written(r"0?[1-9]\d?", int, "1, 2, 3")
_DATE = _written(r"\d{4}-\d{2}-\d{2}", date.fromisoformat, "2021-11-01")


class _Row:
    """The cells of one row, and the problems found while they are read."""

    def __init__(self, number: int, cells: Mapping[str, str]) -> None:
        self.number, self._cells = number, cells
        self.problems: list[Problem] = []

    def refuse(self, column: str, chinese: str, english: str) -> None:
        self.problems.append(Problem(self.number, f"{COLUMNS[column]}：{chinese}", f"{column}: {english}"))

    def read(self, column: str, understand: Callable[[str], V]) -> V | None:
        """None where the cell is empty or unfit, which is then one of the problems."""
        said = self._cells[column]
        if not said:
            self.refuse(column, "沒有填寫", "nothing is written")
            return None
        try:
            return understand(said)
        except ValueError as examples:
            shown = _printable(said)
            self.refuse(column, f"看不懂「{shown}」，例：{examples}", f"cannot read “{shown}”, for example: {examples}")
            return None

    def room(self, kind: Kind | None) -> Room | None:
        if kind is None:
            return None
        if kind is Kind.HOUSEHOLD:
            for column in OF_THE_ROOM:
                if self._cells[column]:
                    self.refuse(column, "家庭類不計宿舍，請留空", "does not count for a household, leave it empty")
            return None
        dormitory, suite = self.read("dormitory", _DORMITORY), self.read("suite", _YES)
        people = self.read("people", _PEOPLE)
        if dormitory is None or suite is None or people is None:
            return None
        if dormitory is (Dormitory.NO_SUITES if suite else Dormitory.ALL_SUITES):
            self.refuse("suite", "與宿舍類型不符", "does not fit the kind of dormitory")
            return None
        return Room(dormitory, suite, people)

    def entrant(self, ranked_on: date) -> Entrant | None:
        worker, kind = self.read("worker", _worker), self.read("kind", _KIND)
        doses, one_dose = self.read("doses", _DOSES), self.read("one_dose_vaccine", _YES)
        cases, visa_on = self.read("cases", _CASES), self.read("visa_date", _DATE)
        room = self.room(kind)
        if visa_on is not None and visa_on > ranked_on:
            self.refuse("visa_date", "晚於排序日", "after the day of the ranking")
        if self.problems or worker is None or kind is None or doses is None or one_dose is None:
            return None
        if cases is None or visa_on is None:
            return None
        return Entrant(worker, kind, doses, one_dose, cases, room, visa_on)


def read_entrants(file: bytes, ranked_on: date) -> Read:
    """Rows are numbered as a spreadsheet shows them: row 1 has the heads, and empty rows are counted but skipped."""
    try:
        rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError:
        return _of_the_file("檔案不是 UTF-8 編碼", "the file is not in UTF-8")
    except csv.Error:
        return _of_the_file("檔案不是完整的 CSV", "the file is no complete CSV")
    if not rows or not any(rows[0]):
        return _of_the_file("檔案沒有標題列", "the file has no row of heads")
    heads = [_head(said) for said in rows[0]]
    if wrong := list(_wrong_heads(heads)):
        return Read((), tuple(wrong))
    return _read_rows(heads, rows[1:], ranked_on)


def _of_the_file(chinese: str, english: str) -> Read:
    return Read((), (Problem(0, chinese, english),))


def _head(said: str) -> str:
    named = said.strip().lower()
    return next((english for english, chinese in COLUMNS.items() if named in (english, chinese)), named)


def _wrong_heads(heads: list[str]) -> Iterator[Problem]:
    for column, chinese in COLUMNS.items():
        if heads.count(column) != 1:
            yield Problem(1, f"欄位「{chinese}」應有一個", f"there must be one column “{column}”")
    for head in heads:
        if head not in COLUMNS:
            yield Problem(1, f"沒有「{_printable(head)}」這個欄位", f"no column is called “{_printable(head)}”")


def _read_rows(heads: list[str], rows: list[list[str]], ranked_on: date) -> Read:
    entrants: list[Entrant] = []
    problems: list[Problem] = []
    first_rows: dict[str, int] = {}
    for number, cells in enumerate(rows, 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heads):
            problems.append(Problem(number, f"應有{len(heads)}格", f"there must be {len(heads)} cells"))
            continue
        row = _Row(number, {head: cell.strip() for head, cell in zip(heads, cells, strict=True)})
        entrant = row.entrant(ranked_on)
        if entrant is not None and (first := first_rows.setdefault(_as_read(entrant.worker), number)) != number:
            row.refuse("worker", f"與第{first}列重複", f"the same as in row {first}")
        problems += row.problems
        if entrant is not None:
            entrants.append(entrant)
    if not entrants and not problems:
        return _of_the_file("檔案沒有移工資料", "there is no worker in the file")
    return Read(() if problems else tuple(entrants), tuple(problems))
