"""What is open to her when a report was false or her permit was revoked: 就業服務法, arts. 56(2), 59(1) and 74(2).

Whether the law has her leave is in law.departures. Art. 56 was read as of 2023-05-10 (laws.mol.gov.tw, FL015128).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law.citations import employment_service
from law.employment_permits import PermitType
from law.missing_reports import ART_59, IN_FORCE_FROM, ReasonCode, may_transfer
from law.source import Source, rule

ART_56_2, ART_74_2 = employment_service("56", "2"), employment_service("74", "2")
COMPLAINTS_FROM = date(2018, 11, 30)  # promulgated 2018-11-28


class Undone(StrEnum):
    REVOCATION = "revocation"  # 原廢止聘僱許可
    DEPARTURE_ORDER = "departure_order"  # 限令出國


@dataclass(frozen=True)
class FalseReport:
    """She complains to the local authority (縣市政府); `undone` is what the ministry must then take back."""

    undone: frozenset[Undone]
    source: Source


@rule(
    ART_56_2,
    in_force_from=COMPLAINTS_FROM,
    decided_by="reported_on",
    doubt="The article names no last day for the complaint; the last day of an appeal does not wait for it.",
)
def false_report(reported_on: date, *, found_false: bool) -> FalseReport:
    """「受聘僱外國人有遭受雇主不實之連續曠職三日失去聯繫通知情事者，得向當地主管機關申訴。經查證確有不實者，
    中央主管機關應撤銷原廢止聘僱許可及限令出國之行政處分。」
    """
    return FalseReport(frozenset(Undone) if found_false else frozenset(), ART_56_2)


class NewEmployer(StrEnum):
    """What art. 59 says of changing the employer, for the reason that the letter gives."""

    MAY_ASK = "may_ask"  # the ministry must approve
    NOT_FOR_THIS_REASON = "not_for_this_reason"
    MUST_BE_ASKED = "must_be_asked"  # the reason does not tell whose fault it was
    OTHER_WORK = "other_work"  # types A, D and E: the article is not about them


@dataclass(frozen=True)
class Change:
    new_employer: NewEmployer
    source: Source


WORK_OF_ART_59 = frozenset((PermitType.B, PermitType.C))
WORK_ELSEWHERE = frozenset((ReasonCode.OTHER_EMPLOYER_WORK, ReasonCode.UNASSIGNED_WORK))
_FOR_REASON = {
    True: NewEmployer.MAY_ASK,
    False: NewEmployer.NOT_FOR_THIS_REASON,
    None: NewEmployer.MUST_BE_ASKED,
}


@rule(
    ART_59,
    in_force_from=IN_FORCE_FROM,
    decided_by="revoked_on",
    doubt="The letter's reason is taken as it stands; whether it is true, and whose fault it was, the offices decide.",
)
def change_of_employer(
    revoked_on: date, permit_type: PermitType, reason: ReasonCode, *, was_sent: bool | None = None
) -> Change:
    """「外國人受聘僱從事第四十六條第一項第八款至第十一款規定之工作，有下列情事之一者，經中央主管機關核准，得轉換雇主或工作」

    Four grounds: death or emigration of the employer or the person cared for, the vessel, closure or unpaid wages,
    and 「其他不可歸責於受聘僱外國人之事由」. `was_sent`: to work elsewhere, by her employer or broker; None while
    nobody has asked her. Then it was not by her own choice (第73條第2款: 非依雇主指派), whatever the letter says.
    """
    if permit_type not in WORK_OF_ART_59:
        return Change(NewEmployer.OTHER_WORK, ART_59)
    if reason in WORK_ELSEWHERE and was_sent is not False:
        return Change(NewEmployer.MUST_BE_ASKED, ART_59)
    return Change(_FOR_REASON[may_transfer(reason)], ART_59)


@rule(ART_74_2, in_force_from=IN_FORCE_FROM, decided_by="on")
def may_be_ordered_to_leave_first(on: date, *, contact_lost: bool) -> bool:
    """「受聘僱之外國人有連續曠職三日失去聯繫情事者，於廢止聘僱許可前，入出國業務之主管機關得即令其出國。」"""
    return contact_lost
