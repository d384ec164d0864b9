"""Lines of a CSV file in any encoding and with any delimiter that spreadsheets in Taiwan produce."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from charset_normalizer import from_bytes

from bot.permit_file.line import Line, broken, header, is_blank, known_columns, line
from bot.permit_file.refused import FileRefused, Why
from models.permit_problem import Code

_DELIMITERS = ",;\t"
_LONGEST_LINE = 500_000  # characters; a file without line breaks must not fill the memory
_CHUNK = 1024 * 1024
_SAMPLE = 32 * 1024  # bytes of Chinese text are plenty to tell Big5 from GB 18030


def csv_lines(path: Path, max_rows: int) -> Iterator[Line]:
    with path.open(encoding=_encoding(path), newline="") as stream:
        text = _PhysicalLines(stream)
        heading = next((found for found in text if found.strip() and not _is_delimiter_hint(found)), None)
        if heading is None:
            raise FileRefused(Why.EMPTY)
        delimiter = _delimiter(heading)
        columns = header(_cells(heading, delimiter))
        rows = 0
        for number, cells in _records(text, delimiter):
            if cells is not None and is_blank(cells):
                continue
            rows += 1
            if rows > max_rows:
                raise FileRefused(Why.TOO_MANY_ROWS, limit=max_rows)
            if cells is None:
                yield broken(number, Code.BROKEN_QUOTES)
            else:
                yield line(number, columns, cells)


class _PhysicalLines:
    """The lines of the file, counted, none of them longer than we care to hold."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text = self.stream.readline(_LONGEST_LINE)
        if not text:
            raise StopIteration
        self.number += 1
        if len(text) == _LONGEST_LINE:
            raise FileRefused(Why.LINE_TOO_LONG, line=self.number)
        return text


def _records(text: _PhysicalLines, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with the line it starts on; None where its quotation marks do not match."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        starts_on = text.number + 1
        try:
            yield starts_on, next(reader)
        except StopIteration:
            return
        except csv.Error:  # the reader starts afresh on the line after; a cell over 128 KiB ends here too
            yield starts_on, None


def _delimiter(heading: str) -> str:
    """The one that yields most columns we know."""
    return max(_DELIMITERS, key=lambda one: sum(map(bool, known_columns(_cells(heading, one)))))


def _cells(heading: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([heading], delimiter=delimiter), [])
    except csv.Error:
        return []


def _is_delimiter_hint(text: str) -> bool:
    return text.strip().lower() in {f"sep={one}" for one in _DELIMITERS} | {"sep="}  # Excel's own first line


def _encoding(path: Path) -> str:
    """UTF-8 or Big5 by trying the whole file, UTF-16 by its byte order mark."""
    with path.open("rb") as file:
        first = file.read(4)
    if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRefused(Why.ENCODING)
    is_utf16 = first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if is_utf16 else ["utf-8-sig", "cp950"]:  # cp950 is Big5 as Windows writes it
        if _decodes(path, encoding) and not (encoding == "cp950" and _is_mainland_chinese(path)):
            return encoding
    raise FileRefused(Why.ENCODING)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _is_mainland_chinese(path: Path) -> bool:
    """GB 18030 bytes often decode as Big5 too, into other characters; only their frequency tells."""
    sample = bytearray()
    with path.open("rb") as file:
        while len(sample) < _SAMPLE and (text := file.readline(_LONGEST_LINE)):
            if not text.isascii():
                sample += text
    best = from_bytes(bytes(sample), cp_isolation=["cp950", "gb18030"], enable_fallback=False).best()
    return best is not None and best.encoding == "gb18030"
