"""The law moves and nobody tells us: once a day it is said how much of it was not read for long."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from law.catalogue import sources, stale
from locales import taipei_day
from models.reminder import ReminderRules

log = structlog.get_logger()


def say_unread(session: Session, rules: ReminderRules, now: datetime) -> None:
    """Which ones, `python -m bot law list --stale` says."""
    if unread := stale(taipei_day(now)):
        log.warning("law_unread", unread=len(unread), sources=len(sources()))
