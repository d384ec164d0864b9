"""Reads a file of permits, CSV or XLSX, line by line, whatever program wrote it; nothing is stored here."""

from collections.abc import Iterator
from pathlib import Path

from bot.permit_file.csv_lines import csv_lines
from bot.permit_file.line import Line
from bot.permit_file.refused import FileRefused, Why
from bot.permit_file.xlsx_lines import xlsx_lines

__all__ = ["FileRefused", "Line", "Why", "open_permits"]

_MOST_ROWS = 2_000_000
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")  # the stream's name inside a password-protected workbook
_SEARCHED = 16 * 1024 * 1024  # bytes of an OLE file looked through for that name


def open_permits(path: Path, *, max_rows: int = _MOST_ROWS) -> Iterator[Line]:
    """The lines under the header, each as number, cells by column, and problems for `read_row(values, problems)`.

    Raises FileRefused, at the first line or on the way, when the file as a whole cannot be read. The kind of file
    is seen from its first bytes, not from its name.
    """
    with path.open("rb") as file:
        first = file.read(len(_OLE))
        if not first:
            raise FileRefused(Why.EMPTY)
        if first == _OLE:
            locked = _LOCKED in file.read(_SEARCHED)
            raise FileRefused(Why.LOCKED if locked else Why.OLD_EXCEL)
    if first.startswith((_ZIP, _EMPTY_ZIP)):
        yield from xlsx_lines(path, max_rows)
    else:
        yield from csv_lines(path, max_rows)
