"""One event of the ministry's feed, checked and brought to our spelling."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from law.missing_reports import ReasonCode
from locales import taipei_day
from models.permit_event import DERIVED, EventKind
from models.permit_problem import Code, Problem, problem
from models.permit_row import COLUMNS, REQUIRED, PermitRow, read_row

EVENT_COLUMNS = (
    "event_id",
    "kind",
    "permit_no",
    "occurred_at",
    "sequence",
    "letter_no",
    "served_on",
    "reason_code",
)
REQUIRED_OF_EVENTS = frozenset(("event_id", "kind", "permit_no", "occurred_at"))
LARGEST_SEQUENCE = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""
CLOCKS_DIFFER = timedelta(minutes=10)

_LONGEST = {"event_id": 64, "kind": 32, "permit_no": 64, "occurred_at": 40, "letter_no": 64, "reason_code": 32}


@dataclass(frozen=True)
class Told:
    """What the ministry told us, ready to be recorded."""

    event_id: str
    kind: EventKind
    permit_no: str
    occurred_at: datetime
    sequence: int | None = None
    letter_no: str | None = None
    served_on: date | None = None
    reason_code: str | None = None
    permit: PermitRow | None = None
    warnings: tuple[Problem, ...] = ()

    @property
    def fingerprint(self) -> bytes:
        """A digest of all it says: equal for a repetition, however its JSON was written."""
        permit = None if self.permit is None else {column: getattr(self.permit, column) for column in COLUMNS}
        said = {column: getattr(self, column) for column in EVENT_COLUMNS} | {"permit": permit}
        said["occurred_at"] = self.occurred_at.astimezone(UTC)
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def read_event(values: Mapping[str, Any], now: datetime) -> Told | list[Problem]:
    """The event ready to be recorded, or everything that is wrong with it at once."""
    reader = _Reader(values, now)
    return reader.read() or reader.problems


class _Reader:
    def __init__(self, values: Mapping[str, Any], now: datetime) -> None:
        self.values = values
        self.now = now
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def refuse(self, column: str, code: Code) -> None:
        self.problems.append(problem(column, code))

    def read(self) -> Told | None:
        cells = {column: self.text(column) for column in _LONGEST}
        kind, occurred_at = self.kind(cells["kind"]), self.moment(cells["occurred_at"])
        sequence, served_on = self.sequence(), self.served_on()
        permit = self.permit(kind)
        if set(self.values) - {*EVENT_COLUMNS, *COLUMNS}:
            self.warnings.append(problem("", Code.UNKNOWN_COLUMN))
        reason = cells["reason_code"]
        if reason and reason not in list(ReasonCode):
            # A new reason must not keep the news from her: the letter says it.
            self.warnings.append(problem("reason_code", Code.UNKNOWN_REASON))
        event_id, permit_no = cells["event_id"], cells["permit_no"]
        if event_id and event_id.startswith(DERIVED):
            self.refuse("event_id", Code.RESERVED)
        if self.problems or not (event_id and permit_no and kind and occurred_at):
            return None
        return Told(
            event_id,
            kind,
            permit_no,
            occurred_at,
            sequence,
            cells["letter_no"],
            served_on,
            reason,
            permit,
            tuple(self.warnings),
        )

    def text(self, column: str) -> str | None:
        value = self.values.get(column)
        if value is None or (isinstance(value, str) and not value.strip()):
            if column in REQUIRED_OF_EVENTS:
                self.refuse(column, Code.MISSING)
            return None
        if not isinstance(value, str):
            self.refuse(column, Code.FORMAT)
        elif not value.strip().isprintable():
            self.refuse(column, Code.CONTROL_CHARACTERS)
        elif len(value.strip()) > _LONGEST[column]:
            self.refuse(column, Code.TOO_LONG)
        else:
            return value.strip()
        return None

    def kind(self, cell: str | None) -> EventKind | None:
        if cell is None:
            return None
        if cell not in list(EventKind):
            self.refuse("kind", Code.NOT_A_KIND)
            return None
        return EventKind(cell)

    def moment(self, cell: str | None) -> datetime | None:
        if cell is None:
            return None
        try:
            found = datetime.fromisoformat(cell)
            in_utc = found.astimezone(UTC) if found.tzinfo else None
        except (ValueError, OverflowError):
            in_utc = None
        if in_utc is None or in_utc.year < 1990:
            self.refuse("occurred_at", Code.NOT_A_MOMENT)
        elif in_utc > self.now + CLOCKS_DIFFER:
            self.refuse("occurred_at", Code.IN_THE_FUTURE)
        else:
            return in_utc
        return None

    def sequence(self) -> int | None:
        value = self.values.get("sequence")
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_SEQUENCE:
            self.refuse("sequence", Code.NOT_A_NUMBER)
            return None
        return value

    def served_on(self) -> date | None:
        value = self.values.get("served_on")
        if value is None or value == "":
            return None
        try:
            found = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
        except ValueError:
            found = None
        if found is None or found.year < 1990:
            self.refuse("served_on", Code.NOT_A_DATE)
        elif found > taipei_day(self.now + CLOCKS_DIFFER):
            self.refuse("served_on", Code.IN_THE_FUTURE)
        else:
            return found
        return None

    def permit(self, kind: EventKind | None) -> PermitRow | None:
        """The new permit's columns, where one is issued and they are given."""
        given = {c: v for c, v in self.values.items() if c in COLUMNS and c != "permit_no" and v is not None}
        if kind is not EventKind.PERMIT_ISSUED or not given:
            return None
        read = read_cells({**given, "permit_no": self.values.get("permit_no")})
        if isinstance(read, list):
            known = {found.column for found in self.problems}
            self.problems += [found for found in read if found.column not in known]
            return None
        self.warnings += read.warnings
        return read


def read_cells(values: Mapping[str, Any]) -> PermitRow | list[Problem]:
    """A permit from JSON values: every cell is a string, or null for nothing."""
    wrong = [column for column in COLUMNS if not isinstance(values.get(column), str | None)]
    cells = {column: value for column in COLUMNS if isinstance(value := values.get(column), str)}
    return read_row(cells, [problem(column, Code.FORMAT) for column in wrong])


__all__ = ["EVENT_COLUMNS", "REQUIRED", "REQUIRED_OF_EVENTS", "Told", "read_cells", "read_event"]
