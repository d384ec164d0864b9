"""When an employment permit may be extended, renewed or transferred, by type of worker.

雇主聘僱外國人許可及管理辦法, and for type C since 2026 外國技術人力工作資格及許可管理辦法. The permit's last
day is the legal event that chooses the version. "Within N months before" opens on the plus-one reading, and
"N months before" closes on the simple one (law.dates): neither regulation defines the exact days.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law.citations import REWRITTEN, SKILLED_WORKERS_REGULATION, employment_service, permission, skilled
from law.dates import days_after, days_before, last_day_of_period, window_opens
from law.source import Dated, Source, rule
from law.windows import OPENS_MONTHS, ApplicationWindow, Missing, Purpose, Standing, standing, two_to_four_months


class PermitType(StrEnum):
    """Art. 2: the five kinds of foreign worker (第一類 to 第五類外國人)."""

    A = "A"  # professionals, managers, teachers, coaches, religious and artistic work
    B = "B"  # fishing, household and care work, manufacturing, construction, farming
    C = "C"  # skilled workers, bilingual staff, cooks
    D = "D"  # students
    E = "E"  # refugees, dependants, long-term residents


@dataclass(frozen=True)
class LongestPermit:
    ends_by: date
    months: int
    source: Source


LAST_DAYS = 60
"""Of a permit, in which it can be extended where no months are named."""


def _last_four_months(ends_on: date, purpose: Purpose, source: Source) -> ApplicationWindow:
    return ApplicationWindow(window_opens(ends_on, OPENS_MONTHS), ends_on, ends_on, purpose, source)


def _last_sixty_days(ends_on: date, purpose: Purpose, source: Source) -> ApplicationWindow:
    return ApplicationWindow(days_before(ends_on, LAST_DAYS), ends_on, ends_on, purpose, source)


ART_11 = permission("11")


@rule(ART_11, in_force_from=REWRITTEN, decided_by="ends_on")
def extend_type_a(ends_on: date, starts_on: date | None) -> ApplicationWindow:
    """「聘僱許可有效期限屆滿日前四個月期間內……但聘僱許可期間不足六個月者，應於聘僱許可期間逾三分之二後，始得申請。」

    Two thirds are rounded up to whole days; that rounding is ours. Raises ValueError for a start after the
    end. Without a start the opening day stays unknown, because a short permit opens later.
    """
    if starts_on is None:
        return ApplicationWindow(None, ends_on, ends_on, Purpose.EXTENSION, ART_11, Missing.PERMIT_START)
    if starts_on > ends_on:
        raise ValueError("a permit cannot start after it ends")
    if ends_on >= last_day_of_period(starts_on, 6):
        return _last_four_months(ends_on, Purpose.EXTENSION, ART_11)
    days = (ends_on - starts_on).days + 1
    opens = min(days_after(starts_on, (2 * days + 2) // 3), ends_on)
    return ApplicationWindow(opens, ends_on, ends_on, Purpose.EXTENSION, ART_11)


class ShortStay(StrEnum):
    VISA_IS_PERMIT = "visa_is_permit"
    APPLY_AFTER_ENTRY = "apply_after_entry"
    PERMIT_BEFORE_ENTRY = "permit_before_entry"


@rule(
    permission("5"),
    in_force_from=REWRITTEN,
    decided_by="entered_on",
    doubt="That stays over 90 days need an ordinary permit first (art. 9) is inferred from arts. 5 and 12.",
)
def short_stay(entered_on: date, stay_days: int, *, travel_card: bool = False) -> ShortStay:
    """「其停留期間在三十日以下之入國簽證或入國許可視為工作許可」

    With an academic and business travel card: 90 days.
    """
    if stay_days <= (90 if travel_card else 30):
        return ShortStay.VISA_IS_PERMIT
    return ShortStay.APPLY_AFTER_ENTRY if stay_days <= 90 else ShortStay.PERMIT_BEFORE_ENTRY


ART_12 = permission("12")


@rule(ART_12, in_force_from=REWRITTEN, decided_by="entered_on")
def short_stay_permit(entered_on: date) -> ApplicationWindow:
    """「其停留期間在三十一日以上九十日以下者，得於該外國人入國後三十日內依第九條規定申請許可。」"""
    last_day = days_after(entered_on, 30)
    return ApplicationWindow(entered_on, last_day, last_day, Purpose.SHORT_STAY_PERMIT, ART_12)


ART_39 = permission("39")


@rule(ART_39, in_force_from=REWRITTEN, decided_by="ends_on")
def renew_type_b(ends_on: date) -> ApplicationWindow:
    """「聘僱許可有效期間屆滿日前二個月至四個月內，雇主有繼續聘僱該外國人之必要者」"""
    return two_to_four_months(ends_on, Purpose.RENEWAL, ART_39)


ART_40 = permission("40", "1")


@rule(ART_40, in_force_from=REWRITTEN, decided_by="ends_on")
def transfer_type_b(ends_on: date) -> ApplicationWindow:
    """「屆滿日前二個月至四個月內，雇主無繼續聘僱該外國人之必要者……為該外國人……申請期滿轉換」

    The official English drops the "not" and the window; the Chinese text rules.
    """
    return two_to_four_months(ends_on, Purpose.TRANSFER, ART_40)


ART_41 = permission("41")


@rule(ART_41, in_force_from=REWRITTEN, decided_by="ends_on")
def extend_major_project(ends_on: date) -> ApplicationWindow:
    """「有本法第五十二條第二項重大特殊情形、重大工程之工作，其聘僱許可有效期限屆滿日前六十日期間內」"""
    return _last_sixty_days(ends_on, Purpose.PROJECT_EXTENSION, ART_41)


ART_48_1, ART_48_2 = permission("48", "1"), permission("48", "2")
ART_61_1, ART_61_2 = skilled("61", "1"), skilled("61", "2")
# 外國技術人力工作資格及許可管理辦法第70條: permits given before are under the new regulation too.
TYPE_C_EXTENSION = Dated(ART_61_1, {REWRITTEN: ART_48_1, SKILLED_WORKERS_REGULATION: ART_61_1})
TYPE_C_TRANSFER = Dated(ART_61_2, {REWRITTEN: ART_48_2, SKILLED_WORKERS_REGULATION: ART_61_2})


@rule(ART_61_1, in_force_from=REWRITTEN, decided_by="ends_on")
def extend_type_c(ends_on: date) -> ApplicationWindow:
    """「於聘僱許可有效期限屆滿日前四個月內，向中央主管機關申請展延聘僱許可。」"""
    return _last_four_months(ends_on, Purpose.EXTENSION, TYPE_C_EXTENSION.on(ends_on))


@rule(ART_61_2, in_force_from=REWRITTEN, decided_by="ends_on")
def transfer_type_c(ends_on: date) -> ApplicationWindow:
    """「無申請展延……之必要者……於聘僱許可有效期間屆滿日前二個月至四個月內……申請期滿轉換」"""
    return two_to_four_months(ends_on, Purpose.TRANSFER, TYPE_C_TRANSFER.on(ends_on))


ART_54 = permission("54", "1")


@rule(ART_54, in_force_from=REWRITTEN, decided_by="ends_on")
def reapply_type_d(ends_on: date) -> ApplicationWindow:
    """「第四類外國人之工作許可有效期間最長為六個月。」

    The regulation knows no extension for students and names no first day for the new application.
    """
    return ApplicationWindow(None, None, ends_on, Purpose.NEW_APPLICATION, ART_54)


ART_57 = permission("57")
ART_51_REWRITTEN = date(2003, 5, 15)  # issued 2003-05-13


@rule(ART_57, in_force_from=REWRITTEN, decided_by="ends_on")
def extend_type_e(ends_on: date) -> ApplicationWindow:
    """「聘僱許可有效期限屆滿日前六十日期間內，雇主如有繼續聘僱該第五類外國人之必要者」"""
    return _last_sixty_days(ends_on, Purpose.EXTENSION, ART_57)


class LongTermResident(StrEnum):
    """Art. 51(1) of the Employment Service Act, in its order: who is of type E."""

    REFUGEE = "refugee"
    FIVE_YEARS = "five_years"
    WITH_LINEAL_KIN = "with_lineal_kin"  # who have a household registration in Taiwan
    PERMANENT_RESIDENT = "permanent_resident"


@rule(employment_service("51", "2"), in_force_from=ART_51_REWRITTEN, decided_by="applied_on")
def applies_without_employer(applied_on: date, group: LongTermResident) -> bool:
    """「前項第一款、第三款及第四款之外國人得不經雇主申請，逕向中央主管機關申請許可。」"""
    return group is not LongTermResident.FIVE_YEARS


@rule(permission("70"), in_force_from=REWRITTEN, decided_by="filed_on")
def may_catch_up(window: ApplicationWindow, filed_on: date, *, approved: bool, earlier_catch_ups: int) -> bool:
    """「經中央主管機關認可後，得於核准所定期限內，補行通知或申請。……就同一通知或申請案別，以一次為限。」"""
    return standing(window, filed_on) is Standing.LATE and approved and earlier_catch_ups == 0


_WINDOWS: dict[PermitType, tuple[Callable[[date], ApplicationWindow], ...]] = {
    PermitType.B: (renew_type_b, transfer_type_b),
    PermitType.C: (extend_type_c, transfer_type_c),
    PermitType.D: (reapply_type_d,),
    PermitType.E: (extend_type_e,),
}


def windows_for(permit_type: PermitType, starts_on: date | None, ends_on: date) -> tuple[ApplicationWindow, ...]:
    """What a permit card shows; raises NotInForce for permits that ended before these articles existed."""
    if permit_type is PermitType.A:
        return (extend_type_a(ends_on, starts_on),)
    return tuple(window(ends_on) for window in _WINDOWS[permit_type])
