"""One line of the ministry's permits, checked and brought to our spelling; the same for CSV, XLSX and API."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from babel import Locale

from models import identity
from models.identity.spelling import visible
from models.permit_problem import Code, Problem, describe, problem

__all__ = ["COLUMNS", "Code", "PermitRow", "Problem", "describe", "read_row"]

COLUMNS = (
    "worker_ref",
    "passport_no",
    "arc_no",
    "name",
    "birth_date",
    "phone",
    "nationality",
    "sex",
    "permit_no",
    "permit_type",
    "work",
    "employer_name",
    "county",
    "starts_on",
    "ends_on",
    "arc_expires_on",
    "entered_on",
)
REQUIRED = frozenset(
    ("worker_ref", "name", "birth_date", "nationality", "permit_no", "permit_type", "starts_on", "ends_on")
)
DATE_COLUMNS = frozenset(("birth_date", "starts_on", "ends_on", "arc_expires_on", "entered_on"))
KNOWN_WORK = frozenset(
    (
        *("manufacturing", "construction", "fishing", "agriculture", "slaughter"),
        *("household_care", "institution_care", "domestic_help"),
        *("professional", "teaching", "bilingual_staff", "cook", "student_work", "other"),
    )
)

_LONGEST = {"worker_ref": 64, "permit_no": 64, "employer_name": 200, "county": 32, "work": 60}
_LONGEST_CELL = 300
_CELLS = tuple((column, _LONGEST.get(column, _LONGEST_CELL), column in REQUIRED) for column in COLUMNS)
_FREE_TEXT = ("worker_ref", "name", "permit_no", "work", "employer_name", "county")
_FORMULA_STARTS = ("=", "+", "-", "@")
# Excel in Taiwan rewrites 2026-01-05 as 2026/1/5 on saving; year first, so it still means one day only.
_DATE_BY_EXCEL = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")
_YEARS = range(1900, 2101)
_NOT_COUNTRIES = frozenset(("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"))  # in CLDR, not in ISO 3166

Sex = Literal["M", "F"]
PermitType = Literal["A", "B", "C", "D", "E"]
_SEXES: dict[str, Sex] = {"M": "M", "F": "F"}
_PERMIT_TYPES: dict[str, PermitType] = {"A": "A", "B": "B", "C": "C", "D": "D", "E": "E"}


@dataclass(frozen=True, slots=True)
class PermitRow:
    worker_ref: str
    passport_no: str | None
    arc_no: str | None
    name: str
    birth_date: date
    phone: str | None
    nationality: str
    sex: Sex | None
    permit_no: str
    permit_type: PermitType
    work: str | None
    employer_name: str | None
    county: str | None
    starts_on: date
    ends_on: date
    arc_expires_on: date | None
    entered_on: date | None
    warnings: tuple[Problem, ...] = ()


def read_row(values: Mapping[str, str], already: Iterable[Problem] = ()) -> PermitRow | list[Problem]:
    """The line ready to be stored, with warnings, or everything that is wrong with it at once.

    `already` are problems met before, while the line was cut into cells.
    """
    found = list(already)
    if any(not problem.column for problem in found):
        return found  # the cells cannot be trusted to stand under their own headings
    reader = _Reader(values, found)
    return reader.read() or reader.problems


def permit_no_in(values: Mapping[str, str], already: Iterable[Problem] = ()) -> str | None:
    """The permit that a line is about, however bad the rest of it may be; None where that cannot be read."""
    met = list(already)
    if any(found.column in ("", "permit_no") for found in met):
        return None
    return _Reader(values, met).cells["permit_no"] or None


class _Reader:
    """Reads one line and gathers problems, so that an operator sees all of them in one go."""

    def __init__(self, values: Mapping[str, str], problems: list[Problem]) -> None:
        self.problems = problems
        self.warnings: list[Problem] = []
        self.cells = dict.fromkeys(COLUMNS, "")
        for column, longest, required in _CELLS:
            cell = (values.get(column) or "").strip()
            if not cell.isprintable():
                if _has_controls(cell):
                    self.refuse(column, Code.CONTROL_CHARACTERS)
                    continue
                cell = visible(cell).strip()
            if len(cell) > longest:
                self.refuse(column, Code.TOO_LONG)
            elif cell:
                self.cells[column] = cell
            elif required:
                self.refuse(column, Code.MISSING)

    def refuse(self, column: str, code: Code) -> None:
        if not self.is_refused(column):
            self.problems.append(problem(column, code))

    def is_refused(self, column: str) -> bool:
        return any(known.column == column for known in self.problems)

    def warn(self, column: str, code: Code) -> None:
        self.warnings.append(problem(column, code))

    def read(self) -> PermitRow | None:
        passport, arc = self.document("passport_no"), self.document("arc_no")
        name = self.name()
        born, starts, ends = self.day("birth_date"), self.day("starts_on"), self.day("ends_on")
        nationality = self.country()
        sex = _SEXES.get(self.cells["sex"].upper())
        kind = _PERMIT_TYPES.get(self.cells["permit_type"].upper())
        phone, work = self.phone(), self.work()
        arc_expires, entered = self.day("arc_expires_on"), self.day("entered_on")
        if self.cells["sex"] and sex is None:
            self.refuse("sex", Code.NOT_A_SEX)
        if self.cells["permit_type"] and kind is None:
            self.refuse("permit_type", Code.NOT_A_PERMIT_TYPE)
        self.compare(born, starts, ends)
        self.look_for_formulas()
        if self.problems or not (name and born and nationality and kind and starts and ends):
            return None
        return PermitRow(
            worker_ref=self.cells["worker_ref"],
            passport_no=passport,
            arc_no=arc,
            name=name,
            birth_date=born,
            phone=phone,
            nationality=nationality,
            sex=sex,
            permit_no=self.cells["permit_no"],
            permit_type=kind,
            work=work,
            employer_name=self.cells["employer_name"] or None,
            county=self.cells["county"] or None,
            starts_on=starts,
            ends_on=ends,
            arc_expires_on=arc_expires,
            entered_on=entered,
            warnings=tuple(self.warnings),
        )

    def document(self, column: Literal["passport_no", "arc_no"]) -> str | None:
        cell = self.cells[column]
        if not cell:
            if not self.cells["passport_no"] and not self.cells["arc_no"] and not self.is_refused(column):
                self.refuse("", Code.NO_DOCUMENT)
            return None
        try:
            number = identity.passport_no(cell) if column == "passport_no" else identity.arc_no(cell)
        except identity.Unusable as unusable:
            self.refuse(column, _code(unusable))
            return None
        if column == "arc_no" and not identity.arc_check_digit_ok(number):
            self.warn(column, Code.CHECK_DIGIT)
        return number

    def name(self) -> str | None:
        if not self.cells["name"]:
            return None
        try:
            return identity.name(self.cells["name"])
        except identity.Unusable as unusable:
            self.refuse("name", _code(unusable))
            return None

    def phone(self) -> str | None:
        """A number we cannot use is left out with a warning: it must not cost the worker her reminders."""
        if not self.cells["phone"]:
            return None
        try:
            return identity.mobile(self.cells["phone"])
        except identity.Unusable:
            self.warn("phone", Code.PHONE_NOT_USED)
            return None

    def work(self) -> str | None:
        work = self.cells["work"].lower().replace(" ", "_")
        if work and work not in KNOWN_WORK:
            self.warn("work", Code.UNKNOWN_WORK)
        return work or None

    def country(self) -> str | None:
        cell = self.cells["nationality"].upper()
        if cell and cell not in _countries():
            self.refuse("nationality", Code.NOT_A_COUNTRY)
            return None
        return cell or None

    def day(self, column: str) -> date | None:
        cell = self.cells[column]
        if not cell:
            return None
        try:
            if cell[4:5] == cell[7:8] == "-" and len(cell) == 10:
                found = date.fromisoformat(cell)
            else:
                found = _date_by_excel(cell)
            if found.year in _YEARS:
                return found
        except ValueError:
            pass
        self.refuse(column, Code.NOT_A_DATE)
        return None

    def compare(self, born: date | None, starts: date | None, ends: date | None) -> None:
        if starts and ends and ends < starts:
            self.refuse("ends_on", Code.ENDS_BEFORE_STARTS)
        if born and starts and born >= starts:
            self.refuse("birth_date", Code.BORN_AFTER_START)

    def look_for_formulas(self) -> None:
        """Such text is kept and stays text here; whoever writes it to a file again must know."""
        for column in _FREE_TEXT:
            if self.cells[column].startswith(_FORMULA_STARTS):
                self.warn(column, Code.LOOKS_LIKE_FORMULA)


def _has_controls(cell: str) -> bool:
    return any(letter < " " or "\x7f" <= letter < "\xa0" or "\ud800" <= letter <= "\udfff" for letter in cell)


def _date_by_excel(cell: str) -> date:
    found = _DATE_BY_EXCEL.fullmatch(cell)
    if found is None:
        raise ValueError
    return date(int(found[1]), int(found[2]), int(found[3]))


def _code(unusable: identity.Unusable) -> Code:
    return Code.MISSING if unusable.reason is identity.Reason.EMPTY else Code(unusable.reason.value)


@cache
def _countries() -> frozenset[str]:
    """ISO 3166 alpha-2."""
    known = map(str, Locale("en").territories)
    return frozenset(code for code in known if len(code) == 2 and code.isalpha()) - _NOT_COUNTRIES
