"""Refuses a dangerous or unusable workbook from its zip directory, before anything in it is unpacked."""

import re
import zipfile
import zlib
from pathlib import Path

from bot.permit_file.refused import FileRefused, Why

_MOST_ENTRIES = 500
_LARGEST = 256 * 1024 * 1024  # bytes of all entries unpacked: about 250,000 permits; more go as CSV
_LARGEST_STRINGS = 96 * 1024 * 1024  # openpyxl holds the shared strings in memory
_HIGHEST_RATIO = 60  # sheets of repetitive rows reach about 30
_RATIO_COUNTS_FROM = 1024 * 1024  # small entries may well compress better than that
_ENCRYPTED = 0x1
_NESTED = re.compile(r"(^xl/embeddings/)|\.(zip|xlsx|xlsm|xls|xlsb|docx|pptx|7z|rar|gz|jar|exe|dll)$")
_METHODS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))

_CHUNK = 1024 * 1024
# A row is built whole in memory, and these many tags are more than any honest row has.
_MOST_TAGS_IN_A_ROW = 200_000
_ROW = re.compile(rb"<(?:/|[\w.-]+:|/[\w.-]+:)?row[\s/>]")


def check_archive(path: Path) -> None:
    """Raises FileRefused; returning says that openpyxl may open the file."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive)
            for entry in archive.infolist():
                if entry.filename.endswith((".xml", ".rels")):
                    _check_markup(archive, entry)
            return
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        pass
    raise FileRefused(Why.DAMAGED)


def _check_directory(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise FileRefused(Why.LOCKED)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused(Why.MACROS)
    if not {"xl/workbook.xml", "[Content_Types].xml"} <= names:
        raise FileRefused(Why.NOT_XLSX)
    if any(_NESTED.search(name.lower()) for name in names):
        raise FileRefused(Why.NESTED)
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise FileRefused(Why.NOT_XLSX)
    if len(entries) > _MOST_ENTRIES or len(names) < len(entries):
        raise FileRefused(Why.UNPACKS_TOO_LARGE)
    if sum(entry.file_size for entry in entries) > _LARGEST or any(map(_is_bomb, entries)):
        raise FileRefused(Why.UNPACKS_TOO_LARGE)


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    if entry.filename.lower().endswith("sharedstrings.xml") and entry.file_size > _LARGEST_STRINGS:
        return True
    ratio = entry.file_size / max(entry.compress_size, 1)
    return entry.file_size > _RATIO_COUNTS_FROM and ratio > _HIGHEST_RATIO


def _check_markup(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No document type, which no spreadsheet writes and which entity bombs need, and no endless row.

    zipfile hands out no more than the directory's size, so the limits checked there hold here.
    """
    is_sheet = entry.filename.startswith("xl/worksheets/")
    tags, last = 0, b""
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            if not last and chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
                raise FileRefused(Why.DAMAGED)  # UTF-16 would hide what we look for
            if b"<!DOCTYPE" in last + chunk:
                raise FileRefused(Why.DAMAGED)
            last = chunk[-len(b"<!DOCTYPE") :]
            if is_sheet:
                ends = [found.end() for found in _ROW.finditer(chunk)]
                tags = chunk.count(b"<", ends[-1]) if ends else tags + chunk.count(b"<")
                if tags > _MOST_TAGS_IN_A_ROW:
                    raise FileRefused(Why.UNPACKS_TOO_LARGE)
