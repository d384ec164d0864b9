"""One run of the bot's command line in a process that is forked from a warm one, so that a start costs no imports."""

import contextlib
import mmap
import multiprocessing
import os
import random
import signal
import struct
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path

import bot.__main__
import bot.app
from bot.clock import Clock
from tests.faults import phases

ROOT = Path(__file__).parents[2]
PRELOADED = (
    "tests.faults.process",
    "tests.faults.world",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto",
)
"""What a start would load: multiprocessing's fork server holds it, with one thread and nothing open."""

_forking = multiprocessing.get_context("forkserver")
# A main program that is pytest is loaded by every child.
_forking.set_forkserver_preload([*PRELOADED, *(name for name in ("pytest", "_pytest.config") if name in sys.modules)])
_ONE_AT_A_TIME = threading.Lock()
"""A process of multiprocessing may be asked by one thread only how it ended."""


class SteeredClock(Clock):
    """The clock of a machine that somebody else sets: how far it is ahead stands in a file that both have mapped."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._seconds = _mapped(file, 8)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=struct.unpack("d", self._seconds[:8])[0])

    def set_ahead(self, by: timedelta) -> None:
        self._seconds[:8] = struct.pack("d", by.total_seconds())


class BotProcess:
    """`python -m bot COMMAND…` with these settings, on the clock and the record of phases in this folder."""

    def __init__(self, folder: Path, settings: Mapping[str, str], command: Sequence[str]) -> None:
        self._log = folder / "bot.log"
        self.phases = _mapped(folder / "phases", phases.SIZE)
        self.phases[: phases.SIZE] = bytes(phases.SIZE)
        self._process = _forking.Process(target=_run, args=(folder, dict(settings), list(command)), daemon=True)
        with _ONE_AT_A_TIME:
            self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def died_within(self, seconds: float) -> bool:
        wait([self._process.sentinel], seconds)
        return self.exit_status is not None

    @property
    def exit_status(self) -> int | None:
        """As `Popen.returncode`; None while it runs."""
        with _ONE_AT_A_TIME:
            return self._process.exitcode

    def signal(self, number: int) -> None:
        if self.exit_status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9, also where it has just died of its own."""
        self.signal(signal.SIGKILL)
        assert self.died_within(20), "killed, and still alive"

    def last_words(self) -> str:
        return self._log.read_text()[-2000:]


def _run(folder: Path, settings: Mapping[str, str], command: Sequence[str]) -> None:
    """In the child: what a shell does for a program that it starts, then the program."""
    with (folder / "bot.log").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.chdir(ROOT)
    os.environ.update(settings)
    time.tzset()
    random.seed()
    clock = partial(SteeredClock, folder / "clock")
    for module in (bot.app, bot.__main__):
        setattr(module, "Clock", clock)  # noqa: B010  as the demo hands in one of its own
    phases.note_in(_mapped(folder / "phases", phases.SIZE))
    bot.__main__.app(list(command), prog_name="python -m bot")


def _mapped(file: Path, size: int) -> mmap.mmap:
    with file.open("a+b") as opened:
        if opened.tell() < size:
            opened.write(bytes(size))
            opened.flush()
        return mmap.mmap(opened.fileno(), size)
