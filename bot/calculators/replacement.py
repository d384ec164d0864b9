"""From when until when an employer may ask for another worker in place of one who is gone, by each ground."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from bot.calculators.answers import MOVES, Calculator, Line, Result, Unanswerable, because, day, office_day, result, yes
from bot.calculators.fields import Asked, Day, Inputs
from bot.two_languages import Words
from law.replacements import (
    Replacement,
    replace_carer_missing_from_home,
    replace_carer_missing_on_the_way,
    replace_carer_not_taken_over,
    replace_carer_taken_over,
    replace_deceased,
    replace_departed,
    replace_missing,
)
from law.source import Rule


class Gone(StrEnum):
    """Why the worker is gone, in the order of article 58."""

    DEPARTED = "departed"
    DECEASED = "deceased"
    MISSING = "missing"
    CARER_MISSING_ON_THE_WAY = "carer_missing_on_the_way"
    CARER_MISSING_FROM_HOME = "carer_missing_from_home"
    CARER_TAKEN_OVER = "carer_taken_over"
    CARER_NOT_TAKEN_OVER = "carer_not_taken_over"


@dataclass(frozen=True)
class Ground:
    """A ground of article 58, and which event it counts from."""

    rule: Rule[..., Replacement] | None
    label: Words
    means: Words


GROUNDS: Mapping[Gone, Ground] = {
    Gone.DEPARTED: Ground(
        replace_departed,
        Words("移工出國（事件日＝出國日）", "Left Taiwan (event: departure)"),
        Words(
            "非可歸責於雇主：自出國日起六個月內。", "Not by the employer's fault: within six months of the departure."
        ),
    ),
    Gone.DECEASED: Ground(
        replace_deceased,
        Words("移工死亡（事件日＝死亡日）", "Died (event: death)"),
        Words("自死亡日起六個月內。", "Within six months of the death."),
    ),
    Gone.MISSING: Ground(
        replace_missing,
        Words("失聯已通知（事件日＝通知日）", "Missing (event: notice to the authorities)"),
        Words(
            "通知滿三個月仍未查獲，之後六個月內。",
            "Three months after the notice, if still not found; then within six months.",
        ),
    ),
    Gone.CARER_MISSING_ON_THE_WAY: Ground(
        replace_carer_missing_on_the_way,
        Words(
            "家庭看護於機場或收容單位失聯（事件日＝失聯日）",
            "Live-in carer missing at an airport or shelter (event: that day)",
        ),
        Words("自失聯日起六個月內。", "At once, within six months of that day."),
    ),
    Gone.CARER_MISSING_FROM_HOME: Ground(
        None,
        Words(
            "家庭看護於雇主處所失聯（事件日＝失聯日，另填通知日）",
            "Live-in carer missing from home (event: that day; give the notice too)",
        ),
        Words(
            "滿一個月仍未查獲。就業服務法自通知日起算，辦法自失聯日起算；兩者並列，取較晚開始、較早截止。",
            "One month, still not found. The Act counts from the notice, the regulation from the event: both are "
            "shown, and the later opening and the earlier end are taken.",
        ),
    ),
    Gone.CARER_TAKEN_OVER: Ground(
        replace_carer_taken_over,
        Words(
            "家庭看護由新雇主接續聘僱（事件日＝新雇主接續聘僱日）",
            "Live-in carer taken over (event: start with the new employer)",
        ),
        Words("自新雇主接續聘僱日起六個月內。", "Within six months of the start with the new employer."),
    ),
    Gone.CARER_NOT_TAKEN_OVER: Ground(
        replace_carer_not_taken_over,
        Words(
            "家庭看護經廢止許可而無人接續（事件日＝廢止日）",
            "Live-in carer revoked, taken over by nobody (event: revocation)",
        ),
        Words(
            "廢止逾一個月未由新雇主接續聘僱，之後六個月內。",
            "More than a month after the revocation without a new employer; then within six months.",
        ),
    ),
}


class ReplacementOf(Inputs):
    """The event is the one that the ground names."""

    ground: Annotated[
        Gone, Asked(Words("事由", "Ground"), options={gone: each.label for gone, each in GROUNDS.items()})
    ]
    event_on: Annotated[Day, Asked(Words("事件日", "Day of the event"))]
    permit_ends: Annotated[Day, Asked(Words("原聘僱許可屆滿日", "Last day of the worker's permit"))]
    notified_on: Annotated[
        Day | None,
        Asked(
            Words("通知日", "Day of the notice"), Words("家庭看護於雇主處所失聯時填寫", "For a carer missing from home")
        ),
    ] = None


def replacement(given: ReplacementOf) -> Result:
    if given.notified_on is not None and given.notified_on < given.event_on:
        raise Unanswerable(Words("通知日早於事件日。", "The notice is before the day of the event."))
    ground = GROUNDS[given.ground]
    rule: Rule[..., Replacement]
    if ground.rule is None:
        rule, found = replace_carer_missing_from_home, _from_home(given)
    else:
        rule, found = ground.rule, ground.rule(given.event_on, given.permit_ends)
    reasons = (
        because(rule, ground.means),
        *(because(rule, _COUNTS, each.source) for each in found.readings if each.source != rule.source),
        because(rule, _REST, found.rest_by),
    )
    if not found.allowed:
        return result([yes("allowed", "可申請遞補", "Allowed", False, _TOO_LATE)], *reasons)
    lines = [
        yes("allowed", "可申請遞補", "Allowed", True),
        day("opens", "申請開始日", "Opens", found.opens),
        office_day("closes", "申請截止日", "Closes", found.closes),
        day("works_until", "遞補移工可工作至", "The new worker may work until", found.works_until),
        *(_readings(found) if len(found.readings) > 1 else ()),
    ]
    return result(lines, *reasons, MOVES)


def _from_home(given: ReplacementOf) -> Replacement:
    if given.notified_on is None:
        raise Unanswerable(Words("這個事由須填寫通知日。", "This ground needs the day of the notice."))
    return replace_carer_missing_from_home(given.event_on, given.notified_on, given.permit_ends)


def _readings(found: Replacement) -> list[Line]:
    lines = []
    for number, reading in enumerate(found.readings, start=1):
        lines += [
            day(f"reading_{number}_opens", f"開始日（{reading.source}）", f"Opens by {reading.source}", reading.opens),
            office_day(
                f"reading_{number}_closes", f"截止日（{reading.source}）", f"Closes by {reading.source}", reading.closes
            ),
        ]
    return lines


_COUNTS = Words("申請期間依本條計算。", "The days of the application are counted by this article.")
_REST = Words(
    "遞補期間以補足原許可期間為限；所餘不足六個月者不予遞補。",
    "Only for the rest of the old permit, and not at all where less than six months of it are left.",
)
_TOO_LATE = Words(
    "原許可所餘期間不足六個月，或兩種讀法沒有共同的申請日。",
    "Less than six months of the old permit are left, or the two readings have no day in common.",
)

CALCULATOR = Calculator(
    "replacement",
    Words("遞補招募期間", "Replacement windows"),
    Words(
        "移工出國、死亡、失聯或轉換雇主後，何時可申請遞補。", "When another worker may be asked for, by each ground."
    ),
    ReplacementOf,
    replacement,
    {"ground": "departed", "event_on": "2026-03-31", "permit_ends": "2028-12-31"},
)
