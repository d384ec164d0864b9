"""Copies the database while the service runs, and brings such a copy back whole or not at all."""

from dataclasses import dataclass
from pathlib import Path

from bot.backup import postgresql, sqlite
from bot.backup.files import CHANGED, beside, checksum_file_of, expected_sha256, first_bytes, put, sha256_of
from bot.backup.files import BackupRefused as BackupRefused

KEYS_NOT_INSIDE = (
    "The keys (BOT_KEYS) are not in the backup. Without them names, numbers and messages in it cannot be read: "
    "keep them somewhere else, and keep old ones as long as backups made with them."
)


@dataclass(frozen=True)
class Backup:
    """A checked copy, and the file beside it that says what it must hash to."""

    file: Path
    checksum_file: Path
    sha256: str
    size: int


def backup(database_url: str, to: Path) -> Backup:
    """Copy the database into the new file `to`, readable by its owner only. The service may go on running.

    The file appears under its name only when it is complete, checked and on disk. The keys are not in it.
    Raises BackupRefused.
    """
    checksum_file = checksum_file_of(to)
    for taken in (to, checksum_file):
        if taken.exists():
            raise BackupRefused(f"{taken} exists already: choose a new name")
    to.parent.mkdir(parents=True, exist_ok=True)
    with beside(to) as part:
        if file := sqlite.file_of(database_url):
            sqlite.copy(file, part)
        else:
            postgresql.dump(database_url, part)
        sha256, size = sha256_of(part), part.stat().st_size
        # The checksum first: a backup that is there under its name is always one that can be checked.
        with beside(checksum_file) as written:
            written.write_text(f"{sha256}  {to.name}\n")
            put(written, checksum_file)
        put(part, to)
    return Backup(to, checksum_file, sha256, size)


def restore(source: Path, database_url: str, *, force: bool = False) -> None:
    """Bring a backup back, wholly or not at all, after its checksum was found right. Stop the service first.

    A database that holds anybody is replaced only by `force`. Raises BackupRefused.
    """
    expected, starts = expected_sha256(source), first_bytes(source, len(sqlite.STARTS))
    file = sqlite.file_of(database_url)
    if starts.startswith(sqlite.STARTS) != (file is not None) or not starts.startswith(
        (sqlite.STARTS, postgresql.STARTS)
    ):
        raise BackupRefused("the backup is not one of the engine that BOT_DATABASE_URL names")
    if file:
        sqlite.restore(source, expected, file, force=force)
    else:
        if sha256_of(source) != expected:
            raise BackupRefused(CHANGED)
        postgresql.restore(source, database_url, force=force)
