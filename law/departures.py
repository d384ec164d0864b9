"""What an employer owes when a worker leaves, and who must leave at once.

Art. 69 of the regulation, for skilled workers since 2026 art. 67 of their own; 就業服務法第74條.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law.citations import REWRITTEN, SKILLED_WORKERS_REGULATION, employment_service, permission, skilled, transfer
from law.dates import days_after, days_before
from law.employment_permits import PermitType
from law.missing_reports import ART_73, GROUNDS, ReasonCode
from law.missing_reports import IN_FORCE_FROM as REPORTS_FROM
from law.source import Dated, Source, rule
from law.working_days import Deadline, deadline

ART_69_1, ART_69_2, ART_69_3 = (permission("69", paragraph) for paragraph in "123")
ART_68_2 = permission("68", "2")
SKILLED_67_1, SKILLED_67_2, SKILLED_67_3 = (skilled("67", paragraph) for paragraph in "123")
SKILLED_EXPIRY = Dated(SKILLED_67_1, {REWRITTEN: ART_69_1, SKILLED_WORKERS_REGULATION: SKILLED_67_1})
SKILLED_ORDER = Dated(SKILLED_67_2, {REWRITTEN: ART_69_2, SKILLED_WORKERS_REGULATION: SKILLED_67_2})
SKILLED_REPORT = Dated(SKILLED_67_3, {REWRITTEN: ART_69_3, SKILLED_WORKERS_REGULATION: SKILLED_67_3})
ESA_51, ESA_74_1, ESA_74_3 = (employment_service(*each) for each in (("51", "1"), ("74", "1"), ("74", "3")))
TRANSFER_11 = transfer("11", "3")
TRANSFER_RULES_FROM = date(2016, 11, 17)  # issued 2016-11-15
REPORT_DAYS = 30
AFTER_FAILED_TRANSFER_DAYS = 14


class DepartureCause(StrEnum):
    EXPIRY = "expiry"  # 聘僱許可期限屆滿出國
    VERIFIED_TERMINATION = "verified_termination"  # 聘僱關係終止並經當地主管機關驗證出國
    REVOKED = "revoked"  # 聘僱許可經廢止者
    FAILED_EXAMINATION = "failed_examination"  # 健康檢查結果表有不合格項目者
    NO_PERMIT = "no_permit"  # 未依規定辦理聘僱許可或經不予許可者


WITHOUT_REPORT = frozenset({DepartureCause.EXPIRY, DepartureCause.VERIFIED_TERMINATION})


@dataclass(frozen=True)
class LeaveBy:
    """The last day, inclusive, by which the employer sees to her departure; a day off does not move it."""

    day: date
    source: Source


@rule(
    ART_69_1,
    in_force_from=REWRITTEN,
    decided_by="permit_ends",
    doubt="Whether before the period is full (屆滿前) includes the permit's last day is not said; we include it.",
)
def leave_at_expiry(permit_ends: date, *, is_skilled: bool = False) -> LeaveBy:
    """「雇主應於所聘僱之外國人聘僱許可期限屆滿前，為其辦理手續並使其出國。」"""
    return LeaveBy(permit_ends, SKILLED_EXPIRY.on(permit_ends) if is_skilled else ART_69_1)


@rule(ART_69_2, in_force_from=REWRITTEN, decided_by="ordered_on")
def leave_when_ordered(
    ordered_on: date, ordered_by: date, immigration_by: date | None = None, *, is_skilled: bool = False
) -> LeaveBy:
    """「應於限令出國期限前……；其經入出國管理機關依法限令其出國者，不得逾該出國期限」

    By the day the order names, or the immigration agency's day where it is earlier. After revocation, a failed
    examination or no permit; an appeal or a transfer may still be open to her. Raises ValueError for a day before the
    order.
    """
    if min(ordered_by, immigration_by or ordered_by) < ordered_on:
        raise ValueError("nobody is ordered to have left before the order")
    source = SKILLED_ORDER.on(ordered_on) if is_skilled else ART_69_2
    return LeaveBy(min(ordered_by, immigration_by or ordered_by), source)


@rule(
    ART_68_2,
    in_force_from=REWRITTEN,
    decided_by="leaves_on",
    doubt="Whether a notice on the day of departure is still before it is not said; the day before it surely is.",
)
def termination_told_by(leaves_on: date) -> LeaveBy:
    """「於聘僱許可有效期間因聘僱關係終止出國，應於該外國人出國前通知當地主管機關，由當地主管機關探求外國人之真意，並驗證之」

    Types B and C who leave before the permit ends: the authority asks her herself whether she wants to go.
    """
    return LeaveBy(days_before(leaves_on, 1), ART_68_2)


@dataclass(frozen=True)
class DepartureReport:
    """Until when the list and the proof of departure go to the ministry; `due` None: nothing is to be reported."""

    due: Deadline | None
    source: Source


@rule(ART_69_3, in_force_from=REWRITTEN, decided_by="left_on")
def departure_report(left_on: date, cause: DepartureCause, *, is_skilled: bool = False) -> DepartureReport:
    """「應於前二項外國人出國後三十日內，檢具外國人名冊及出國證明文件，通知中央主管機關。但外國人聘僱許可期限屆滿出國，
    或聘僱關係終止並經當地主管機關驗證出國者，不在此限。」

    The English jumbles the paragraphs: the exceptions are expiry and a termination the local authority verified.
    """
    source = SKILLED_REPORT.on(left_on) if is_skilled else ART_69_3
    return DepartureReport(
        None if cause in WITHOUT_REPORT else deadline(days_after(left_on, REPORT_DAYS)),
        source,
    )


@rule(
    TRANSFER_11,
    in_force_from=TRANSFER_RULES_FROM,
    decided_by="meeting_on",
    doubt="Read in the version of 2019; the one of 2024-11-18 is known from a summary with the same fourteen days.",
)
def leave_after_failed_transfer(meeting_on: date) -> LeaveBy:
    """「通知原雇主於公立就業服務機構協調會議翌日起十四日內，負責為該外國人辦理出國手續並使其出國」

    From the day after the employment office's meeting at which it ended; the ministry may approve an exception.
    """
    return LeaveBy(days_after(meeting_on, AFTER_FAILED_TRANSFER_DAYS), TRANSFER_11)


# Art. 74(3)1 spares students whose permit was revoked by one of art. 73's first five subparagraphs.
_STUDENT_STAYS = frozenset(
    (
        ReasonCode.OTHER_EMPLOYER_WORK,
        ReasonCode.UNASSIGNED_WORK,
        ReasonCode.ABSENT_3_DAYS,
        ReasonCode.CONTRACT_ENDED,
        ReasonCode.HEALTH_EXAM,
        ReasonCode.RULES_BROKEN,
    )
)


@dataclass(frozen=True)
class LeaveAtOnce:
    """None: it depends on what the code does not tell, so the letter or the authority must be asked."""

    must: bool | None
    source: Source


@rule(ESA_74_1, in_force_from=REPORTS_FROM, decided_by="ended_on")
def must_leave_at_once(
    ended_on: date, reason: ReasonCode | None, permit_type: PermitType, *, passed_second_examination: bool = False
) -> LeaveAtOnce:
    """「聘僱許可期間屆滿或經依前條規定廢止聘僱許可之外國人，除本法另有規定者外，應即令其出國」

    `reason` None: the permit ran out. 「不適用第一項關於即令出國之規定」 (第3項): students, except where another law
    was broken or data were refused or false; and who passed a second examination. Neither art. 72 nor art. 59 is the
    前條 (art. 73), and art. 51(1) frees type E. The authority orders it; an appeal or a complaint may undo it.
    """
    if permit_type is PermitType.E:
        return LeaveAtOnce(False, ESA_51)
    if permit_type is PermitType.D and (reason is None or reason in _STUDENT_STAYS):
        return LeaveAtOnce(False, ESA_74_3)
    if reason is ReasonCode.HEALTH_EXAM and passed_second_examination:
        return LeaveAtOnce(False, ESA_74_3)
    if reason is None:
        return LeaveAtOnce(True, ESA_74_1)
    ground = GROUNDS[reason]
    if ground.source is None or reason is ReasonCode.CONTRACT_ENDED:
        return LeaveAtOnce(None, ESA_74_1)
    return LeaveAtOnce(ground.source == ART_73, ESA_74_1)
