"""What lies in uploaded files, sealed in pieces until they are imported, and the lists that their dry runs wrote."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import BIG_ID, Base
from models.operator import Operator
from models.secrets import sealed_bytes
from models.upload import Upload

PIECE = 64 * 1024
"""Bytes. Keys are rotated a thousand rows at a time: small pieces keep that within some dozen megabytes."""
AT_ONCE = 64
LONGEST_NAME = 120


class Part(StrEnum):
    """What the pieces make up."""

    FILE = "file"
    ERRORS = "errors"
    DIFFERENCES = "differences"


class UploadPiece(Base):
    """A part of a file. What lies in it are people's documents: it is erased when the file has ended."""

    __tablename__ = "upload_piece"
    __table_args__ = (UniqueConstraint("upload_id", "part", "number"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"))
    part: Mapped[str] = mapped_column(String(12))
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(sealed_bytes("upload_piece.content"))


def store(
    session: Session,
    operator: Operator,
    name: str,
    content: Iterable[bytes],
    now: datetime,
    *,
    as_of: datetime | None = None,
) -> Upload:
    """A new file, to be checked; a full one where it is said when it was made. `content` is taken piece by piece."""
    upload = Upload(
        name="".join(sign for sign in name if sign.isprintable())[-LONGEST_NAME:],
        digest="",
        size=0,
        is_full=as_of is not None,
        as_of=as_of,
        uploaded_at=now,
        uploaded_by=operator.id,
    )
    session.add(upload)
    session.flush()
    digest, lines, first = hashlib.sha256(), 0, b""

    def counted() -> Iterator[bytes]:
        nonlocal lines, first
        for some in content:
            digest.update(some)
            lines += some.count(b"\n")
            first = first or some[:2]
            upload.size += len(some)
            yield some

    keep(session, upload.id, Part.FILE, counted())
    upload.digest = digest.hexdigest()
    upload.lines = None if first == b"PK" else lines
    session.flush()
    return upload


def keep(session: Session, upload_id: int, part: Part, content: Iterable[bytes]) -> None:
    """Store a part, sealed; each item of `content` is one piece."""
    rows: list[dict[str, Any]] = []
    for number, some in enumerate(content):
        rows.append({"upload_id": upload_id, "part": part.value, "number": number, "content": some})
        if len(rows) == AT_ONCE:
            session.execute(insert(UploadPiece), rows)
            rows = []
    if rows:
        session.execute(insert(UploadPiece), rows)


def pieces(session: Session, upload_id: int, part: Part, after: int = -1) -> Sequence[tuple[int, bytes]]:
    """The next pieces of a part, by their numbers."""
    wanted = (
        select(UploadPiece.number, UploadPiece.content)
        .where(UploadPiece.upload_id == upload_id, UploadPiece.part == part.value, UploadPiece.number > after)
        .order_by(UploadPiece.number)
        .limit(AT_ONCE)
    )
    return [(number, content) for number, content in session.execute(wanted)]


def whole(session: Session, upload_id: int, part: Part) -> bytes:
    """A small part at once; empty where there is none (any more)."""
    content, after = b"", -1
    while some := pieces(session, upload_id, part, after):
        content += b"".join(piece for _, piece in some)
        after = some[-1][0]
    return content


def has(session: Session, upload_id: int, part: Part) -> bool:
    first = select(UploadPiece.id).where(UploadPiece.upload_id == upload_id, UploadPiece.part == part.value).limit(1)
    return session.scalar(first) is not None
