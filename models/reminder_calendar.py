"""Which reminder is due on which day: pure date arithmetic, so that plans can be checked without a database.

Every due day moves forward (or stays) when its anchor date does. The anchors whose stage fell due in a span
of days are therefore one unbroken range of dates, found without looking at any permit.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law.dates import days_after, days_before, months_after, months_before
from law.health_examinations import DAYS_EITHER_SIDE

# The same number of months is never more than four days longer or shorter elsewhere in the calendar.
_BEND = 10


class Anchor(StrEnum):
    """The date of a permit that a track counts from."""

    PERMIT_ENDS = "permit_ends"
    PERMIT_STARTS = "permit_starts"
    ARC_EXPIRES = "arc_expires"


@dataclass(frozen=True)
class Stage:
    kind: str
    due: Callable[[date], date]  # anchor to due day; a later anchor is never due earlier


@dataclass(frozen=True)
class Track:
    """Stages in order of their due days; from the day `over(anchor)` on there is nothing left to send."""

    name: str
    anchor: Anchor
    stages: tuple[Stage, ...]
    over: Callable[[date], date]


@dataclass(frozen=True)
class DueRange:
    """The permits to remind: anchors from `first_anchor` to `last_anchor`, both included."""

    kind: str
    first_anchor: date
    last_anchor: date


END = Track(
    "end",
    Anchor.PERMIT_ENDS,
    (
        Stage("end_4m", lambda ends_on: months_before(ends_on, 4)),
        Stage("end_2m", lambda ends_on: months_before(ends_on, 2)),
        Stage("end_14d", lambda ends_on: days_before(ends_on, 14)),
        Stage("end_7d", lambda ends_on: days_before(ends_on, 7)),
    ),
    over=lambda ends_on: ends_on,
)

ARC = Track(
    "arc",
    Anchor.ARC_EXPIRES,
    (
        Stage("arc_3m", lambda expires_on: months_before(expires_on, 3)),
        Stage("arc_30d", lambda expires_on: days_before(expires_on, 30)),
        Stage("arc_14d", lambda expires_on: days_before(expires_on, 14)),
        Stage("arc_7d", lambda expires_on: days_before(expires_on, 7)),
    ),
    over=lambda expires_on: expires_on,
)


def _examination(months: int) -> Track:
    """The stages of law.health_examinations: first day, target day, and 10 and 5 days before the last day."""

    def target(starts_on: date) -> date:
        return months_after(starts_on, months)

    name = f"exam_{months}"
    return Track(
        name,
        Anchor.PERMIT_STARTS,
        (
            Stage(f"{name}_opens", lambda starts_on: days_before(target(starts_on), DAYS_EITHER_SIDE)),
            Stage(f"{name}_target", target),
            Stage(f"{name}_10d", lambda starts_on: days_after(target(starts_on), DAYS_EITHER_SIDE - 10)),
            Stage(f"{name}_5d", lambda starts_on: days_after(target(starts_on), DAYS_EITHER_SIDE - 5)),
        ),
        over=lambda starts_on: days_after(target(starts_on), DAYS_EITHER_SIDE + 1),
    )


EXAM_6 = _examination(6)
EXAM_18 = _examination(18)
EXAM_30 = _examination(30)
TRACKS = (END, ARC, EXAM_6, EXAM_18, EXAM_30)


def schedule(track: Track, anchor: date) -> list[tuple[str, date]]:
    """Every stage of the track with its due day, in order."""
    return [(stage.kind, stage.due(anchor)) for stage in track.stages]


def stage_on(track: Track, anchor: date, today: date) -> Stage | None:
    """The one stage worth sending to a worker first seen today: the latest already due, None if over."""
    if track.over(anchor) <= today:
        return None
    return next((stage for stage in reversed(track.stages) if stage.due(anchor) <= today), None)


def newly_due(track: Track, after: date, through: date, today: date | None = None) -> list[DueRange]:
    """Whom to remind of what, when the days after `after` up to and including `through` are planned today.

    After a downtime several stages of one permit may have fallen due; only the one that `stage_on` gives today is
    returned, so the ranges of one track never overlap, also when missed days are planned one by one. `today` is
    `through` unless said. Raises ValueError if `through` is before `after`.
    """
    if through < after:
        raise ValueError("the days to plan must not run backwards")
    overtaken_by = [*track.stages[1:], Stage("over", track.over)]
    ranges = []
    for stage, following in zip(track.stages, overtaken_by, strict=True):
        first = max(_last_anchor_due(stage.due, after), _last_anchor_due(following.due, today or through)) + 1
        last = _last_anchor_due(stage.due, through)
        if first <= last:
            ranges.append(DueRange(stage.kind, date.fromordinal(first), date.fromordinal(last)))
    return ranges


def _last_anchor_due(due: Callable[[date], date], day: date) -> int:
    """The ordinal of the latest anchor whose due day is not after `day`."""
    guess = (day - (due(day) - day)).toordinal()
    near = range(guess - _BEND, guess + _BEND)
    return near[bisect_right(near, day, key=lambda ordinal: due(date.fromordinal(ordinal))) - 1]
