"""Examines how well we know the law: it may have changed since somebody last read it."""

from datetime import date

from bot.doctor.finding import Finding, Level
from law.catalogue import sources, stale
from law.source import STALE_AFTER


def examine_law(today: date) -> list[Finding]:
    """Of the texts that the rules rest on."""
    unread, days = len(stale(today)), STALE_AFTER.days
    if not unread:
        return [Finding(Level.OK, f"all sources of law were read within {days} days")]
    mend = f"read them again and note the day in law/ (python -m bot law list --stale {today})"
    what = f"{unread} of {len(sources())} sources of law were not read for {days} days: answers may be out of date"
    return [Finding(Level.WARN, what, mend)]
