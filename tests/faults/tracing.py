"""strace, attached to a running bot: kills it at a chosen system call, or lets a call fail as on a full disk."""

import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.faults import phases
from tests.town import wait_until

_BEGUN = re.compile(r"(\d+) +(\w+)\((\d+)(?:, (.*))?")
_ON_THE_WIRE = {
    '"POST /v2/bot/message/': phases.SEND,
    '"POST /line/webhook': phases.RECEIVE,
    '"POST /api/': phases.PLAN,
    '"HTTP/1.1 ': phases.RECEIVE,
}
"""How what the main thread writes begins. What it reads, the other way round: `HTTP/1.1` is LINE's answer."""


_TO_POSTGRESQL = ("sendto", "recvfrom")
"""The main thread's own connection to PostgreSQL is for keeping what LINE delivers, and for nothing else."""


@cache
def can_trace() -> bool:
    """Whether strace is here and may attach to our own processes."""
    if shutil.which("strace") is None:
        return False
    victim = subprocess.Popen(["sleep", "20"])
    try:
        watched = subprocess.Popen(["strace", "-q", "-p", str(victim.pid)], stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        attached = watched.poll() is None
        watched.terminate()
        watched.wait()
    finally:
        victim.kill()
        victim.wait()
    return attached


@contextmanager
def injected(pid: int, calls: str, what: str, log: Path) -> Iterator[None]:
    """While this lasts, strace does `what` to these system calls of the process and writes them down."""
    arguments = ["-f", "-qq", "-s", "24", "-o", str(log), "-e", f"trace={calls}", "-e", f"inject={calls}:{what}"]
    traced = subprocess.Popen(["strace", *arguments, "-p", str(pid)], stderr=subprocess.DEVNULL)
    status = Path(f"/proc/{pid}/status")
    try:
        wait_until(lambda: _has_tracer(status, traced.pid), "strace to attach", 30)
        yield
    finally:
        traced.terminate()
        traced.wait()


def _has_tracer(status: Path, tracer: int) -> bool:
    """Also when what it traces is gone by now: the first call after it attached may have been the last."""
    try:
        return f"TracerPid:\t{tracer}\n" in status.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


@dataclass(frozen=True)
class Bite:
    """The thread that was killed before one of its calls, and what the main thread had on the wire there, if it was."""

    thread: int
    wire: str | None


def bite(log: Path, pid: int, call: str, at: int) -> Bite | None:
    """Where the `at`-th such call of a thread killed the process; None when no thread came so far."""
    begun = [found for line in log.read_text(errors="replace").splitlines() if (found := _BEGUN.match(line))]
    counted: Counter[int] = Counter()
    for one in begun:
        thread = int(one[1])
        counted[thread] += 1
        if counted[thread] == at:
            if thread == pid and call in _TO_POSTGRESQL:
                return Bite(thread, phases.RECEIVE)
            same = [other[4] or "" for other in begun if (other[1], other[3]) == (one[1], one[3])]
            return Bite(thread, _wire(call, same))
    return None


def _wire(call: str, said: Sequence[str]) -> str | None:
    """What this thread has in hand on one connection, by how what it wrote to it or read from it begins."""
    for start, phase in _ON_THE_WIRE.items():
        if any(text.startswith(start) for text in said):
            return phases.SEND if call == "read" and start == '"HTTP/1.1 ' else phase
    return None
