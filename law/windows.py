"""A span of days in which something may be applied for, and where a given day stands in it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law.dates import months_before, window_opens
from law.source import Source


class Purpose(StrEnum):
    EXTENSION = "extension"  # 展延聘僱許可
    RENEWAL = "renewal"  # 期滿續聘: the same employer goes on
    TRANSFER = "transfer"  # 期滿轉換: a new employer takes over
    PROJECT_EXTENSION = "project_extension"  # 重大工程展延
    NEW_APPLICATION = "new_application"  # nothing can be extended; a new permit is applied for
    SHORT_STAY_PERMIT = "short_stay_permit"  # a permit for a stay of 31 to 90 days
    RE_RECRUITMENT = "re_recruitment"  # 重新招募
    RESIDENCE_EXTENSION = "residence_extension"  # 延期居留


class Missing(StrEnum):
    PERMIT_START = "permit_start"


class Standing(StrEnum):
    NOT_YET = "not_yet"
    OPEN = "open"
    LAST_SAFE_DAY = "last_safe_day"
    LATE = "late"  # only a catch-up with the authority's approval is left
    OVER = "over"
    UNKNOWN = "unknown"  # a fact is missing that decides whether it is open yet


@dataclass(frozen=True)
class ApplicationWindow:
    """All days inclusive. Without `missing`, `opens` None means that the law names no first day.

    `last_safe_day` None means that the law names no last day before `closes`; between the two a filing is
    late and needs approval. `missing` names the fact without which `opens` cannot be told; we do not guess.
    """

    opens: date | None
    last_safe_day: date | None
    closes: date
    purpose: Purpose
    source: Source
    missing: Missing | None = None


OPENS_MONTHS, CLOSES_MONTHS = 4, 2
"""Before a permit ends: when most applications can first be made, and until when they should be."""


def two_to_four_months(ends_on: date, purpose: Purpose, source: Source) -> ApplicationWindow:
    """Late after two months before the end; a catch-up (art. 70) can be approved while the permit lasts."""
    return ApplicationWindow(
        window_opens(ends_on, OPENS_MONTHS), months_before(ends_on, CLOSES_MONTHS), ends_on, purpose, source
    )


def standing(window: ApplicationWindow, today: date) -> Standing:
    """Where `today` (the calendar date in Taipei) stands in the window."""
    if today > window.closes:
        return Standing.OVER
    if window.last_safe_day is not None and today > window.last_safe_day:
        return Standing.LATE
    if today == window.last_safe_day:
        return Standing.LAST_SAFE_DAY
    if window.missing is not None:
        return Standing.UNKNOWN
    return Standing.NOT_YET if window.opens is not None and today < window.opens else Standing.OPEN
