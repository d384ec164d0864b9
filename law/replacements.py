"""When an employer may ask for another worker in place of one who is gone: 就業服務法第58條, arts. 23 and 24.

Art. 24 as amended in 2023 was read in English and, for its numbers, against the Chinese Act; where the English has
a three months' wait for everybody, or two months for live-in care, the Act rules. Events before are not covered:
their time (art. 24-1) has run out.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from law.citations import AMENDED_2023, employment_service, permission
from law.dates import days_after, last_day_of_period, months_after
from law.source import Source, rule
from law.working_days import Deadline, deadline

ESA_58_1, ESA_58_2, ESA_58_3 = (employment_service("58", paragraph) for paragraph in "123")
ART_24_1, ART_24_2 = permission("24", "1"), permission("24", "2")
REST_OF_PERMIT = (
    "From when the six months left on the permit are measured is not said; we measure from the day after the event."
)
NOT_READ = "Art. 24 as amended in 2023 was not found in Chinese."


@dataclass(frozen=True)
class Reading:
    """The window as one text counts it: the source of the counting, the first day, and the last."""

    source: Source
    opens: date
    closes: Deadline


@dataclass(frozen=True)
class Replacement:
    """From when until when another worker may be asked for, and until when she may work: the old permit's end.

    Where two texts count from different events there are two `readings`; `opens` and `closes` are then the later
    opening and the earlier close. `allowed` is False where less than six months of the old permit were left, and
    where the two readings have no day in common.
    """

    allowed: bool
    opens: date
    closes: Deadline
    works_until: date
    readings: tuple[Reading, ...]
    entitled_by: Source
    rest_by: Source = ESA_58_3


def _reading(source: Source, waited_until: date, *, day_after: bool = False) -> Reading:
    closes = deadline(months_after(waited_until, 6))
    return Reading(source, waited_until + timedelta(days=1) if day_after else waited_until, closes)


def _replacement(event: date, permit_ends: date, entitled_by: Source, *readings: Reading) -> Replacement:
    """「遞補之聘僱許可期間，以補足原聘僱許可期間為限；原聘僱許可所餘期間不足六個月者，不予遞補。」 (art. 58(3))"""
    enough_left = permit_ends >= last_day_of_period(days_after(event, 1), 6)
    opens = max(reading.opens for reading in readings)
    closes = min((reading.closes for reading in readings), key=lambda each: each.day)
    return Replacement(enough_left and opens <= closes.day, opens, closes, permit_ends, readings, entitled_by)


@rule(ESA_58_1, in_force_from=AMENDED_2023, decided_by="left_on", doubt=f"{REST_OF_PERMIT} {NOT_READ}")
def replace_departed(left_on: date, permit_ends: date) -> Replacement:
    """「因不可歸責於雇主之原因出國」: at once, within six months. Only where the cause was not the employer's fault."""
    return _replacement(left_on, permit_ends, ESA_58_1, _reading(ART_24_1, left_on))


@rule(ESA_58_1, in_force_from=AMENDED_2023, decided_by="died_on", doubt=f"{REST_OF_PERMIT} {NOT_READ}")
def replace_deceased(died_on: date, permit_ends: date) -> Replacement:
    """「因不可歸責於雇主之原因……死亡」: at once, within six months."""
    return _replacement(died_on, permit_ends, ESA_58_1, _reading(ART_24_1, died_on))


@rule(ESA_58_1, in_force_from=AMENDED_2023, decided_by="notified_on", doubt=f"{REST_OF_PERMIT} {NOT_READ}")
def replace_missing(notified_on: date, permit_ends: date) -> Replacement:
    """「經依規定通知入出國管理機關及警察機關滿三個月仍未查獲者」: three months after the notice, still not found.

    Then within six months.
    """
    return _replacement(notified_on, permit_ends, ESA_58_1, _reading(ART_24_1, months_after(notified_on, 3)))


@rule(ESA_58_2, in_force_from=AMENDED_2023, decided_by="missing_on", doubt=f"{REST_OF_PERMIT} {NOT_READ}")
def replace_carer_missing_on_the_way(missing_on: date, permit_ends: date) -> Replacement:
    """「外國人於入出國機場或收容單位發生行蹤不明之情事，依規定通知」 (from an airport or shelter, and notified)

    「於發生行蹤不明情事之日起六個月內」: at once. Live-in care only.
    """
    return _replacement(missing_on, permit_ends, ESA_58_2, _reading(ART_24_2, missing_on))


@rule(ESA_58_2, in_force_from=AMENDED_2023, decided_by="missing_on", doubt=f"{REST_OF_PERMIT} {NOT_READ}")
def replace_carer_missing_from_home(missing_on: date, notified_on: date, permit_ends: date) -> Replacement:
    """「外國人於雇主處所發生行蹤不明之情事，依規定通知……滿一個月仍未查獲。」

    The Act counts the month from the notice, art. 24 from the event: open on the later day, closed on the earlier
    one. One month, not two as in the English. Raises ValueError for a notice before she was missing.
    """
    if notified_on < missing_on:
        raise ValueError("nobody is reported missing before being missing")
    by_act = _reading(ESA_58_2, months_after(notified_on, 1))
    by_regulation = _reading(ART_24_2, months_after(missing_on, 1))
    return _replacement(missing_on, permit_ends, ESA_58_2, by_act, by_regulation)


@rule(ESA_58_2, in_force_from=AMENDED_2023, decided_by="new_employer_from", doubt=f"{REST_OF_PERMIT} {NOT_READ}")
def replace_carer_taken_over(new_employer_from: date, permit_ends: date) -> Replacement:
    """「經雇主同意轉換雇主或工作，由新雇主接續聘僱」: from the day the new employer's employment began."""
    return _replacement(new_employer_from, permit_ends, ESA_58_2, _reading(ART_24_2, new_employer_from))


@rule(ESA_58_2, in_force_from=AMENDED_2023, decided_by="revoked_on", doubt=f"{REST_OF_PERMIT} {NOT_READ}")
def replace_carer_not_taken_over(revoked_on: date, permit_ends: date) -> Replacement:
    """「經中央主管機關廢止聘僱許可逾一個月未由新雇主接續聘僱」: more than (逾) a month.

    So it opens on the day after the month is full. The six months are counted from the day on which it is full.
    """
    after_a_month = _reading(ART_24_2, months_after(revoked_on, 1), day_after=True)
    return _replacement(revoked_on, permit_ends, ESA_58_2, after_a_month)
