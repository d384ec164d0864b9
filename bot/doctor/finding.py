"""What the doctor says, and the judgements that several of its examinations share."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

SKEW_NOTICED, SKEW_HARMFUL = timedelta(seconds=3), timedelta(seconds=10)
"""Leases last 15 to 20 seconds: machines that differ by so much would take each other's work."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Level(StrEnum):
    """BAD does not work or is not safe; WARN works and should be looked at."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. Neither text ever holds a secret or anybody's data."""

    level: Level
    what: str
    mend: str = ""


def skew(ahead: timedelta, whose: str) -> Finding:
    seconds = round(abs(ahead).total_seconds(), 1)
    if abs(ahead) < SKEW_NOTICED:
        return Finding(Level.OK, f"this machine's clock agrees with {whose}")
    level = Level.BAD if abs(ahead) > SKEW_HARMFUL else Level.WARN
    mend = "let all machines keep time by NTP (timedatectl set-ntp true, or chrony)"
    which = "behind" if ahead > timedelta() else "ahead of"
    return Finding(level, f"this machine's clock is {seconds} s {which} {whose}", mend)


def is_local(host: str | None) -> bool:
    """Whether a host, or the folder of a socket, is this very machine."""
    return host is None or host in LOOPBACK or host.startswith("/")
