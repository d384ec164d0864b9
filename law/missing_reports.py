"""Reports that a worker lost contact, and what the reason of a revoked permit means for her: 就業服務法.

The ministry's procedure for such reports (laws.mol.gov.tw, FL101140) shows how it counts the days.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from law.citations import REWRITTEN, employment_service, permission
from law.dates import days_after
from law.source import Dated, Source, rule
from law.working_days import Deadline, deadline

IN_FORCE_FROM = date(2013, 12, 27)  # promulgated 2013-12-25; in force the third day (中央法規標準法第13條)
RULING = date(2018, 6, 4)  # 勞動發管字第1070506159號: who turned to an authority in the three days is not lost
ORDER = date(2023, 5, 17)  # 令釋 on what losing contact is: the place where she stays must be known
EARLIER_OR_EMPLOYER = (
    "That whom her employer or agency can reach has not lost contact, and that an earlier contact may count, is our "
    "reading."
)
SECOND_HAND = "The ruling of 2018 and the order of 2023 were read in reports about them, not in their own text."
MISSED_DAYS = 3
NOTICE_DAYS = 3

ART_56 = employment_service("56", "1")
ART_59 = employment_service("59", "1")
ART_72 = employment_service("72")
ART_73 = employment_service("73")
ART_68 = permission("68", "3")


@rule(
    ART_56,
    in_force_from=IN_FORCE_FROM,
    decided_by="absent_from",
    doubt=f"That days off between do not begin the count anew is our reading, and the earlier day. {SECOND_HAND}",
)
def third_missed_day(absent_from: date, scheduled: Iterable[date]) -> date | None:
    """「連續曠職三日」: the third day in a row on which she was to work, or None while there are fewer.

    `scheduled` are the days of her roster up to now; rest days and leave do not count. Whoever came to work in
    between is absent anew, from a later day.
    """
    missed = sorted({day for day in scheduled if day >= absent_from})
    return missed[MISSED_DAYS - 1] if len(missed) >= MISSED_DAYS else None


@rule(
    ART_56,
    in_force_from=IN_FORCE_FROM,
    decided_by="absent_from",
    doubt="A holiday or leave on which she did not have to work does not count either, and moves the day later.",
)
def third_missed_day_at_soonest(absent_from: date, days_off: Collection[int]) -> date:
    """「連續曠職三日」 for who works every day but these days of the week (Monday is 0): the earliest it can be.

    Raises ValueError for a week without a day of work.
    """
    ahead = (absent_from + timedelta(days=days) for days in range(7 * MISSED_DAYS))
    third = third_missed_day(absent_from, (day for day in ahead if day.weekday() not in days_off))
    if third is None:
        raise ValueError("a week without a day of work has no roster")
    return third


@rule(ART_56, in_force_from=IN_FORCE_FROM, decided_by="third_missed")
def employers_notice_due(third_missed: date) -> Deadline:
    """「雇主應於三日內以書面……通知」, from the day after; the ministry moves a Saturday to Monday."""
    return deadline(days_after(third_missed, NOTICE_DAYS))


class NoticeItem(StrEnum):
    """What the notice says of the worker, in the order of art. 68(3) of the regulation."""

    NAME = "name"
    SEX = "sex"
    AGE = "age"
    NATIONALITY = "nationality"
    ENTERED_ON = "entered_on"
    EMPLOYMENT_PERIOD = "employment_period"
    PERMIT_NUMBER = "permit_number"  # of the recruitment permit or the employment permit
    RESIDENCE_CARD_COPY = "residence_card_copy"


class Office(StrEnum):
    """Who is told: the first three by art. 56(1), the ministry by a copy (art. 68(1) of the regulation)."""

    LOCAL_AUTHORITY = "local_authority"
    IMMIGRATION = "immigration"
    POLICE = "police"
    MINISTRY = "ministry"


@dataclass(frozen=True)
class NoticeCheck:
    """What the notice lacks and who was not told."""

    items: tuple[NoticeItem, ...]
    offices: tuple[Office, ...]
    source: Source


@rule(
    ART_68,
    in_force_from=REWRITTEN,
    decided_by="noticed_on",
    doubt="The ministry's procedure also asks for the days of absence, the last place and the attempts to reach her.",
)
def notice_lacks(noticed_on: date, items: Collection[NoticeItem], told: Collection[Office]) -> NoticeCheck:
    """「應包括外國人之姓名、性別、年齡、國籍、入國日期、工作期限、招募許可或聘僱許可文號及外僑居留證影本等資料」

    「通知當地主管機關、入出國管理機關及警察機關外，並副知中央主管機關」 (第1項)
    """
    return NoticeCheck(
        tuple(item for item in NoticeItem if item not in items),
        tuple(office for office in Office if office not in told),
        ART_68,
    )


class ContactOffice(StrEnum):
    """With whom a contact on record keeps her from being lost, as the order of 2023 was reported.

    Labour authorities, shelters and the office of her country (原籍國駐臺代表處); it does not name the immigration
    agency.
    """

    HOTLINE = "hotline"  # 1955, where the ministry hears complaints
    MINISTRY = "ministry"
    LOCAL_AUTHORITY = "local_authority"
    SHELTER = "shelter"
    HOME_OFFICE = "home_office"


@dataclass(frozen=True)
class Contact:
    """A contact on record with a ContactOffice.

    `place_known`: she said where she stays and how to reach her, or the shelter has her on record.
    """

    on: date
    place_known: bool


_PLACE_MATTERS = Dated(ART_56, {RULING: False, ORDER: True})


@rule(ART_56, in_force_from=RULING, decided_by="absent_from", doubt=f"{EARLIER_OR_EMPLOYER} {SECOND_HAND}")
def lost_contact(
    absent_from: date, third_missed: date, contacts: Iterable[Contact], *, employer_knows_place: bool = False
) -> bool | None:
    """False when a contact within those days is on record, or her employer or agency knew where to reach her then.

    Either leaves the report without a ground. None where the only contact that can count was before those days.
    Says nothing of contacts after them: an office may still accept these.
    """
    place_matters = _PLACE_MATTERS.on(absent_from)
    days = [
        contact.on for contact in contacts if contact.on <= third_missed and (contact.place_known or not place_matters)
    ]
    if employer_knows_place or any(day >= absent_from for day in days):
        return False
    return None if days else True


class ReasonCode(StrEnum):
    """Why a permit was revoked, as the ministry's feed codes it (`reason_code`). Codes never change meaning."""

    # Art. 73: what the worker did, or what is said of her
    OTHER_EMPLOYER_WORK = "other_employer_work"  # 1: worked for an employer other than the permit's
    UNASSIGNED_WORK = "unassigned_work"  # 2: other work than permitted, without the employer's order
    ABSENT_3_DAYS = "absent_3_days"  # 3, first half: three days absent and lost contact
    CONTRACT_ENDED = "contract_ended"  # 3, second half: the employment ended, whoever ended it
    HEALTH_EXAM = "health_exam"  # 4: examination refused or failed, or unfit for the work
    RULES_BROKEN = "rules_broken"  # 5: seriously broke the regulations under arts. 48 and 49
    LAW_BROKEN = "law_broken"  # 6: seriously broke another law
    FALSE_DATA = "false_data"  # 7: refused data or gave false data
    # Art. 72: what the employer did
    EMPLOYER_QUOTA = "employer_quota"  # more workers than the share allowed (審查標準第34條)
    EMPLOYER_VIOLATION = "employer_violation"  # arts. 54(1), 57, 60: any other fault of the employer
    # Art. 59(1): what happened to the employer, the person cared for, or the vessel
    EMPLOYER_DIED = "employer_died"  # 1
    PATIENT_DIED = "patient_died"  # 1: the person cared for
    EMIGRATED = "emigrated"  # 1: the employer or the person cared for
    VESSEL_LOST = "vessel_lost"  # 2: seized, sunk, or under repair
    EMPLOYER_CLOSED = "employer_closed"  # 3: factory closed or business ended
    WAGES_UNPAID = "wages_unpaid"  # 3: the contract was ended because wages were not paid
    NOT_WORKERS_FAULT = "not_workers_fault"  # 4: another cause that is not the worker's fault
    OTHER = "other"  # the letter must be read


@dataclass(frozen=True)
class Ground:
    """What a reason means on its face. None: the code does not tell, so the letter or the authority must be asked.

    Fault is what the letter says, not what is true: a false report of absence can be undone (art. 56(2)), and
    any revocation can be appealed. `source` is None only for the reason that names no article.
    """

    worker_at_fault: bool | None
    may_transfer: bool | None
    source: Source | None


_AT_FAULT = Ground(worker_at_fault=True, may_transfer=False, source=ART_73)
_MUST_BE_ASKED = Ground(worker_at_fault=None, may_transfer=None, source=ART_73)
# A permit revoked for the employer's fault falls under art. 59(1)4 for the worker (轉換雇主準則第4條).
_EMPLOYERS_FAULT = Ground(worker_at_fault=False, may_transfer=True, source=ART_72)
_NO_FAULT = Ground(worker_at_fault=False, may_transfer=True, source=ART_59)

GROUNDS: Mapping[ReasonCode, Ground] = {
    ReasonCode.OTHER_EMPLOYER_WORK: _AT_FAULT,
    ReasonCode.UNASSIGNED_WORK: _AT_FAULT,
    ReasonCode.ABSENT_3_DAYS: _AT_FAULT,
    ReasonCode.CONTRACT_ENDED: _MUST_BE_ASKED,
    ReasonCode.HEALTH_EXAM: _MUST_BE_ASKED,
    ReasonCode.RULES_BROKEN: _AT_FAULT,
    ReasonCode.LAW_BROKEN: _AT_FAULT,
    ReasonCode.FALSE_DATA: _AT_FAULT,
    ReasonCode.EMPLOYER_QUOTA: _EMPLOYERS_FAULT,
    ReasonCode.EMPLOYER_VIOLATION: _EMPLOYERS_FAULT,
    ReasonCode.EMPLOYER_DIED: _NO_FAULT,
    ReasonCode.PATIENT_DIED: _NO_FAULT,
    ReasonCode.EMIGRATED: _NO_FAULT,
    ReasonCode.VESSEL_LOST: _NO_FAULT,
    ReasonCode.EMPLOYER_CLOSED: _NO_FAULT,
    ReasonCode.WAGES_UNPAID: _NO_FAULT,
    ReasonCode.NOT_WORKERS_FAULT: _NO_FAULT,
    ReasonCode.OTHER: Ground(worker_at_fault=None, may_transfer=None, source=None),
}


def worker_at_fault(reason: ReasonCode) -> bool | None:
    """Whether the reason blames the worker; None when it must be asked (see Ground)."""
    return GROUNDS[reason].worker_at_fault


def may_transfer(reason: ReasonCode) -> bool | None:
    """Whether the ministry may approve a new employer under art. 59; None when it must be asked.

    Only for types B and C (work of art. 46(1)8 to 11), and only with the ministry's approval.
    """
    return GROUNDS[reason].may_transfer
