"""Tables as CSV files that a spreadsheet opens as they are: in UTF-8 with its mark, and never as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

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
    return ("\ufeff" + written.getvalue()).encode()
