"""An uploaded file while it is read, and the lists that its dry run writes."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from bot.database import Database
from models.upload import Upload
from models.upload_piece import PIECE, Part, pieces

LONGEST_LIST = 50_000
"""Lines; nobody reads more, and a page hands out the whole of it."""
_NAMELESS = Path("/proc/self/fd")

Item = TypeVar("Item")


class Damaged(Exception):  # noqa: N818  reads as what it says where it is caught
    """What is stored is not what was uploaded."""


@contextmanager
def unsealed(database: Database, upload: Upload) -> Iterator[Path]:
    """The file on disk, for as long as it is read.

    Where the system can, it has no name there: a process that is killed leaves nobody's documents behind.
    """
    made = tempfile.TemporaryFile if _NAMELESS.is_dir() else tempfile.NamedTemporaryFile
    with made(prefix="upload-") as file:
        digest = hashlib.sha256()
        after = -1
        while True:
            with database.reading() as session:
                some = pieces(session, upload.id, Part.FILE, after)
            if not some:
                break
            for number, content in some:
                after = number
                digest.update(content)
                file.write(content)
        file.flush()
        if digest.hexdigest() != upload.digest:
            raise Damaged
        yield _NAMELESS / str(file.fileno()) if _NAMELESS.is_dir() else Path(file.name)


def in_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while some := file.read(PIECE):
            yield some


def first_only(tell: Callable[[Item], None], most: int = LONGEST_LIST) -> Callable[[Item], None]:
    """Tells no more than so many."""
    told = 0

    def count(item: Item) -> None:
        nonlocal told
        told += 1
        if told <= most:
            tell(item)

    return count
