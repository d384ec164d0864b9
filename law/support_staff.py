"""How many care staff and bilingual workers are needed: 雇主聘僱外國人許可及管理辦法, arts. 60, 61 and 64."""

from dataclasses import dataclass
from datetime import date

from law.citations import REWRITTEN, permission
from law.source import Source, rule

ART_60_1, ART_60_2, ART_61, ART_64 = permission("60", "1"), permission("60", "2"), permission("61"), permission("64")
WHOLE_HUNDREDS = "Whether one more is due for a part of a hundred is not said; we ask for one per full hundred more."
SKILLED = "Whether skilled workers still count since 2026, under their own regulation, was not confirmed."


@dataclass(frozen=True)
class Staff:
    minimum: int
    source: Source


@dataclass(frozen=True)
class Qualified:
    yes: bool
    source: Source


def _minimum(workers: int, *, one_from: int, two_from: int, three_from: int) -> int:
    if workers < 0:
        raise ValueError("a number of workers cannot be negative")
    if workers >= three_from:
        return 3 + (workers - three_from) // 100
    return (workers >= one_from) + (workers >= two_from)


@rule(ART_60_1, in_force_from=REWRITTEN, decided_by="counted_on", doubt=f"{WHOLE_HUNDREDS} {SKILLED}")
def care_staff(counted_on: date, workers: int) -> Staff:
    """「達十人以上未滿五十人者，至少設置一人。」「達五十人以上未滿一百人者，至少設置二人。」「達一百人以上者，至少設置三人；
    每增加聘僱一百人者，至少增置一人。」

    Institutional care, designated work (art. 46(1)10) and skilled work count; households do not. The English has
    "more than" for 以上 (or more) and "1000" for 一百.
    """
    return Staff(_minimum(workers, one_from=10, two_from=50, three_from=100), ART_60_1)


@rule(ART_60_2, in_force_from=REWRITTEN, decided_by="counted_on")
def may_be_care_staff(
    counted_on: date, *, certificate: bool, care_months: int, graduate: bool, work_months: int
) -> Qualified:
    """「應具備下列條件之一」: 就業服務專業人員證書, 生活照顧服務工作二年以上, or 大專校院畢業並具一年以上工作經驗."""
    return Qualified(certificate or care_months >= 24 or (graduate and work_months >= 12), ART_60_2)


@rule(ART_61, in_force_from=REWRITTEN, decided_by="counted_on", doubt=f"{WHOLE_HUNDREDS} {SKILLED}")
def agency_care_staff(counted_on: date, workers: int) -> Staff:
    """「私立就業服務機構接受前條雇主委任辦理外國人之生活照顧服務者」: the same steps, for all workers it serves."""
    return Staff(_minimum(workers, one_from=10, two_from=50, three_from=100), ART_61)


@rule(ART_64, in_force_from=REWRITTEN, decided_by="counted_on", doubt=f"{WHOLE_HUNDREDS} {SKILLED}")
def bilingual_staff(counted_on: date, workers: int) -> Staff:
    """「達三十人以上未滿一百人者，至少配置一人。」「達一百人以上未滿二百人者，至少配置二人。」「達二百人以上者，至少配置三人；
    每增加聘僱一百人者，至少增置一人。」

    They are among the foreign workers employed (其所聘僱外國人中), not in addition to them.
    """
    return Staff(_minimum(workers, one_from=30, two_from=100, three_from=200), ART_64)
