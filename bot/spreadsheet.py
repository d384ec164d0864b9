"""Tables as CSV files that a spreadsheet opens as they are: in UTF-8 with its mark, and never as a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """What stands in the cell; words that a spreadsheet would compute are marked as words."""
    words = "" if value is None else str(value)
    return f"'{words}" if isinstance(value, str) and words.startswith(_BEGINS_A_FORMULA) else words


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The whole table as a file."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


@contextmanager
def csv_file(path: Path, heads: Sequence[str]) -> Iterator[Callable[[Iterable[object]], None]]:
    """A table that is written row by row."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        yield lambda row: writer.writerow([cell(value) for value in row])
