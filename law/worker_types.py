"""The five types of foreign worker, the longest permit of each, and whose family may stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from law.citations import REWRITTEN, employment_service, permission
from law.dates import days_after, last_day_of_period
from law.employment_permits import LongestPermit, PermitType
from law.source import Source, rule
from law.students import longest_student_permit

ART_2, ART_67 = permission("2"), permission("67")
ESA_52_1, ESA_52_2 = employment_service("52", "1"), employment_service("52", "2")
_THREE_YEARS: Mapping[PermitType, Source] = {
    PermitType.A: ESA_52_1,
    PermitType.B: ESA_52_2,
    PermitType.C: ESA_52_1,
}
# Of 就業服務法, by article (46 and 51 in their first paragraph) and subparagraph.
_TYPES: Mapping[tuple[int, int], PermitType] = {
    **{(46, number): PermitType.A for number in range(1, 7)},
    **{(46, number): PermitType.B for number in (8, 9, 10)},
    (46, 11): PermitType.C,
    **{(50, number): PermitType.D for number in (1, 2)},
    **{(51, number): PermitType.E for number in range(1, 5)},
}


@dataclass(frozen=True)
class WorkerType:
    """`permit_type` None: no type of the regulation, as for the crews of ships (art. 46(1)7)."""

    permit_type: PermitType | None
    source: Source


@rule(
    ART_2,
    in_force_from=REWRITTEN,
    decided_by="employed_on",
    doubt="Art. 2 was read as amended on 2023-03-13; since 2026 skilled workers also have a regulation of their own.",
)
def worker_type(employed_on: date, article: int, subparagraph: int) -> WorkerType:
    """「第二類外國人：指受聘僱從事本法第四十六條第一項第八款至第十款規定工作之外國人。」 and so on.

    By the subparagraph of arts. 46(1), 50 and 51(1) 就業服務法 that the work is in. Whatever is not named there is of
    no type, never of a likely one.
    """
    return WorkerType(_TYPES.get((article, subparagraph)), ART_2)


@rule(ESA_52_1, in_force_from=REWRITTEN, decided_by="starts_on")
def longest_permit(starts_on: date, permit_type: PermitType) -> LongestPermit | None:
    """「許可期間最長為三年，期滿有繼續聘僱之需要者，雇主得申請展延。」 (types A and C)

    Type B has three years too (第2項), students what art. 54 of the regulation gives them. None for type E, whom
    art. 51(1) frees from art. 52.
    """
    if permit_type is PermitType.D:
        return longest_student_permit(starts_on)
    source = _THREE_YEARS.get(permit_type)
    return None if source is None else LongestPermit(last_day_of_period(starts_on, 36), 36, source)


@rule(ESA_52_2, in_force_from=REWRITTEN, decided_by="ends_on")
def longest_project_extension(ends_on: date) -> LongestPermit:
    """「但屬重大工程者，其展延期間，最長以六個月為限。」 (major projects: at most six months more)"""
    return LongestPermit(last_day_of_period(days_after(ends_on, 1), 6), 6, ESA_52_2)


@dataclass(frozen=True)
class FamilyStay:
    """`may` None: this article says nothing of that type."""

    may: bool | None
    source: Source


@rule(ART_67, in_force_from=REWRITTEN, decided_by="asked_on")
def family_may_stay(
    asked_on: date, permit_type: PermitType, *, child_born_here_while_employed: bool, can_support: bool
) -> FamilyStay:
    """「第二類外國人，不得攜眷居留。但受聘僱期間在我國生產子女並有能力扶養者，不在此限。」

    Type B, where the English has "Type 2". Only the child born here while she was employed, and only with the means.
    """
    if permit_type is not PermitType.B:
        return FamilyStay(None, ART_67)
    return FamilyStay(child_born_here_while_employed and can_support, ART_67)
