"""Looks at everything the service needs, and says of each thing that is wrong how to mend it."""

import asyncio
from collections.abc import Iterable

from bot.clock import Clock
from bot.doctor.database import examine_database
from bot.doctor.finding import Finding, Level
from bot.doctor.law import examine_law
from bot.doctor.line import examine_line
from bot.doctor.machine import examine_machine
from bot.settings import Settings, SettingsRefused
from locales import taipei_day

__all__ = ["Finding", "Level", "examine", "exit_status", "refused"]


async def examine(settings: Settings, clock: Clock | None = None) -> list[Finding]:
    """Everything that was looked at: this machine, the keys, the law, the database, LINE, and its way to us."""
    clock = clock or Clock()
    found = [*examine_machine(settings), *examine_law(taipei_day(clock.now()))]
    found += await asyncio.to_thread(examine_database, settings, clock)
    return found + await examine_line(settings, clock)


def exit_status(findings: Iterable[Finding]) -> int:
    """1 when anything is bad, for scripts."""
    return int(any(one.level is Level.BAD for one in findings))


def refused(settings_refused: SettingsRefused) -> list[Finding]:
    """What there is to say when the settings could not even be read."""
    mend = "set it in the environment or in .env (docs/operations.md, Settings)"
    return [Finding(Level.BAD, line, mend) for line in str(settings_refused).splitlines()]
