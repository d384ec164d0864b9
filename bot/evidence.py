"""Photos that workers send for their cases, fetched from LINE and sealed."""

import asyncio
import contextlib

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.database import Database
from bot.line.answers import ContentTooLarge, LineRefused
from bot.line.client import LineClient
from bot.log import where
from models import evidence

AT_ONCE = 4
"""Each may be some megabytes in memory."""
LARGEST = 10 * 1024 * 1024
"""LINE shrinks photos to about one megabyte."""
IDLE_SECONDS = 5.0
_OUR_FAULT = (401, 403)
"""LINE refuses us, not the photo: a channel that is set wrongly must not cost her the proof."""
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
"""By their first bytes; nothing else that calls itself an image is kept."""

log = structlog.get_logger()


class Evidence:
    """Fetches what waits; several processes may do so side by side."""

    def __init__(self, database: Database, clock: Clock, line: LineClient) -> None:
        self._database = database
        self._clock = clock
        self._line = line

    async def run(self) -> None:
        """Until cancelled; what was cut short is fetched again when its lease ends."""
        while True:
            try:
                fetched = await self.fetch_waiting()
            except (SQLAlchemyError, OSError) as failure:
                log.error("evidence_waits_for_database", error=where(failure))
                fetched = 0
            if not fetched:
                await asyncio.sleep(IDLE_SECONDS)

    async def fetch_waiting(self) -> int:
        """Fetch up to four photos; how many were tried."""
        claimed = await asyncio.to_thread(self._claim)
        await asyncio.gather(*(self._fetch(evidence_id, message_id) for evidence_id, message_id in claimed))
        return len(claimed)

    def _claim(self) -> list[tuple[int, str]]:
        # Looked at without a lock first: mostly there is nothing, and a writer stops everybody else on SQLite.
        with self._database.reading() as session:
            if not evidence.any_due(session, self._clock.now()):
                return []
        with self._database.writing() as session:
            return list(evidence.claim(session, self._clock.now(), AT_ONCE))

    async def _fetch(self, evidence_id: int, message_id: str) -> None:
        try:
            photo = await self._download(message_id)
        except Exception as failure:  # one photo's fault must not stop the others, nor the service
            gone = isinstance(failure, ContentTooLarge) or (
                isinstance(failure, LineRefused) and failure.status not in _OUR_FAULT
            )
            log.warning(
                "photo_cannot_be_had" if gone else "photo_comes_later", evidence_id=evidence_id, error=where(failure)
            )
            await asyncio.to_thread(self._give_up if gone else self._try_later, evidence_id)
        else:
            await asyncio.to_thread(self._keep, evidence_id, photo)

    async def _download(self, message_id: str) -> bytes:
        async with contextlib.aclosing(self._line.content(message_id, max_bytes=LARGEST)) as pieces:
            return b"".join([piece async for piece in pieces])

    def _keep(self, evidence_id: int, photo: bytes) -> None:
        kind = next((kind for start, kind in _KINDS.items() if photo.startswith(start)), None)
        with self._database.writing() as session:
            if kind is None:
                log.warning("photo_is_none", evidence_id=evidence_id)
                evidence.give_up(session, evidence_id)
            else:
                evidence.keep(session, evidence_id, photo, kind)

    def _give_up(self, evidence_id: int) -> None:
        with self._database.writing() as session:
            evidence.give_up(session, evidence_id)

    def _try_later(self, evidence_id: int) -> None:
        with self._database.writing() as session:
            evidence.try_later(session, evidence_id, self._clock.now())
