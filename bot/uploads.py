"""Files that operators uploaded, checked and imported in the background, by whichever process takes them first."""

import asyncio
import contextlib
import threading
from collections.abc import Callable

import structlog

from bot.clock import Clock
from bot.database import DATABASE_DOWN, Database
from bot.log import where
from bot.permit_file import FileRefused, Why
from bot.process import process_name
from bot.slices import let_others_write
from bot.upload_files import Damaged, unsealed
from bot.upload_steps import Held, Limits, Stopped, bring_in, check
from models import upload_work
from models.reminder import ReminderRules
from models.upload import Upload, UploadState

IDLE_SECONDS = 2.0
FINISH_SECONDS = 5

log = structlog.get_logger()


class Uploads:
    """Works on one file at a time. What it does not finish, another process begins again when the lease ends."""

    def __init__(
        self, database: Database, clock: Clock, rules: ReminderRules, limits: Limits, wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules
        self._limits = limits
        self._wake = wake
        self._process = process_name()
        self._stopping = threading.Event()

    async def run(self) -> None:
        """Until cancelled; the file in hand is then left to the next process."""
        while True:
            turn = asyncio.ensure_future(asyncio.to_thread(self._tried))
            try:
                busy = await asyncio.shield(turn)
            except asyncio.CancelledError:
                self._stopping.set()
                await asyncio.wait([turn], timeout=FINISH_SECONDS)
                raise
            if not busy:
                await asyncio.sleep(IDLE_SECONDS)

    def _tried(self) -> bool:
        try:
            return self.turn()
        except DATABASE_DOWN as failure:
            log.error("uploads_wait_for_database", error=where(failure))
        except Exception as failure:  # such as a name sealed with a key that is missing: the service goes on
            log.error("uploads_failed", error=where(failure))
        return False

    def turn(self) -> bool:
        """Tidy up a portion, and work on one file; False when there was nothing to do."""
        now = self._clock.now()
        # Looked at without a lock first: mostly there is nothing, and a writer stops everybody else on SQLite.
        with self._database.reading() as session:
            untidy, due = upload_work.any_to_tidy(session, now), upload_work.any_due(session, now)
        if untidy:
            let_others_write(self._database)
            with self._database.writing() as session:
                upload_work.expire(session, now)
                upload_work.erase_some(session, now)
        taken = self._claim() if due else None
        if taken is not None:
            self._work_on(taken)
        return untidy or taken is not None

    def _claim(self) -> Upload | None:
        with self._database.writing() as session:
            return upload_work.claim(session, self._process, self._clock.now())

    def _work_on(self, upload: Upload) -> None:
        held = Held(self._database, self._clock, self._process, upload, self._stopping)
        try:
            self._worked_on(held)
        except upload_work.Lost:
            log.info("upload_lost", upload=upload.id)
        except Stopped:
            with contextlib.suppress(upload_work.Lost):
                held.end(lambda _session, ours: upload_work.give_back(ours))
        except Exception as failure:  # one file's fault must stop neither the others nor the service
            log.error("upload_failed", upload=upload.id, error=where(failure))
            with contextlib.suppress(upload_work.Lost):
                held.end(lambda _session, ours: upload_work.try_later(ours, self._clock.now()))

    def _worked_on(self, held: Held) -> None:
        imports = held.upload.state == UploadState.IMPORTING.value
        step = bring_in if imports else check
        try:
            with unsealed(self._database, held.upload) as path:
                step(held, path, self._rules, self._limits)
        except (FileRefused, Damaged) as refused:
            why, facts = (refused.why, refused.facts) if isinstance(refused, FileRefused) else (Why.DAMAGED, {})
            held.end(lambda _session, ours: upload_work.refuse(ours, why.name, facts, self._clock.now()))
        if imports:
            self._wake()
        log.info("upload_imported" if imports else "upload_checked", upload=held.upload.id)
