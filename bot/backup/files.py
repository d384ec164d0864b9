"""The files of a backup: each whole under its name or not there, beside it what it must hash to."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOUSEKEEPING = {"alembic_version", "schedule", "rate"}
"""Tables that a database in which nobody is known may have rows in."""
CHANGED = "the backup is not what its .sha256 file says: it was damaged or changed; use another one"


class BackupRefused(Exception):  # noqa: N818  reads as what it says where it is caught
    """Nothing was changed; the text says why and what to do, and holds no password and nobody's data."""


def not_empty(what: str) -> str:
    return f"{what} is not empty: make a backup of it, then use --force to replace all that is in it"


def checksum_file_of(file: Path) -> Path:
    return file.with_name(file.name + ".sha256")


def expected_sha256(source: Path) -> str:
    if not source.is_file():
        raise BackupRefused(f"there is no backup at {source}")
    try:
        return checksum_file_of(source).read_text().split()[0].lower()
    except (OSError, UnicodeDecodeError, IndexError):
        raise BackupRefused(
            f"{checksum_file_of(source)} is missing or empty: a backup is never used unchecked"
        ) from None


def first_bytes(file: Path, count: int) -> bytes:
    with file.open("rb") as opened:
        return opened.read(count)


def sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def beside(file: Path) -> Iterator[Path]:
    """A new file for its owner only, in the same folder, gone afterwards unless it was put in its place."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)  # of a run that was killed
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
    finally:
        for left in (part, part.with_name(part.name + "-journal")):
            left.unlink(missing_ok=True)


def put(part: Path, file: Path) -> None:
    """Give a finished file its name, durably: readers see the old one or the new one."""
    with part.open("rb") as opened:
        os.fsync(opened.fileno())
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
