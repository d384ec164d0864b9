"""What an employer owes the employment security fund for a worker and quarter, by when, and what being late costs."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from bot.calculators.answers import (
    MOVES,
    Calculator,
    Line,
    Measure,
    Result,
    Unanswerable,
    because,
    money,
    office_day,
    result,
    yes,
)
from bot.calculators.fields import Asked, Day, Inputs
from bot.two_languages import Words
from law.employment_security_fee import (
    Beginning,
    Employment,
    FeeWork,
    MonthFee,
    QuarterFee,
    fee_for_quarter,
    fee_rate,
    is_fee_owed,
    late_fee,
)

WORKS: Mapping[FeeWork, Words] = {
    FeeWork.MANUFACTURING: Words("一般製造業", "Manufacturing"),
    FeeWork.HIGH_TECH_INVESTMENT: Words("重大投資高科技業", "High-tech major investment"),
    FeeWork.FISHING: Words("海洋漁撈", "Fishing"),
    FeeWork.CONSTRUCTION: Words("營造業", "Construction"),
    FeeWork.PUBLIC_WORKS: Words("重大公共工程", "Public works"),
    FeeWork.FAMILY_CARE: Words("家庭看護", "Live-in care"),
    FeeWork.INSTITUTIONAL_CARE: Words("機構看護", "Institutional care"),
    FeeWork.HOUSEHOLD_HELP: Words("家庭幫傭（本國雇主）", "Household help (Taiwanese employer)"),
    FeeWork.SKILLED: Words("外國技術人力（中階技術）", "Skilled worker"),
    FeeWork.TYPE_E: Words("第五類外國人", "Type E"),
}
BEGINNINGS: Mapping[Beginning, Words] = {
    Beginning.ENTRY: Words("入國", "Entry into Taiwan"),
    Beginning.CONTINUED: Words("接續聘僱", "Employment continued in Taiwan"),
}


class SecurityFee(Inputs):
    """One worker and one quarter, which any of its days names."""

    in_quarter: Annotated[
        Day,
        Asked(Words("季別", "Quarter"), Words("該季的任一日", "Any day of it")),
    ]
    work: Annotated[FeeWork, Asked(Words("工作類別", "Work"), options=WORKS)]
    beginning: Annotated[Beginning, Asked(Words("聘僱開始方式", "How the employment began"), options=BEGINNINGS)]
    begins_on: Annotated[Day, Asked(Words("入國日或接續聘僱日", "Day of entry, or day it was continued"))]
    permit_ends: Annotated[Day, Asked(Words("聘僱許可屆滿日", "Last day of the permit"))]
    revoked_on: Annotated[Day | None, Asked(Words("廢止聘僱許可日", "Day the permit was revoked"))] = None
    paid_on: Annotated[
        Day | None,
        Asked(Words("繳納日", "Day of payment"), Words("計算滯納金時填寫", "To tell the late fee")),
    ] = None
    household_in_need: Annotated[
        bool,
        Asked(
            Words(
                "雇主或被看護者為低收入戶、中低收入戶，或領有身心障礙、老人生活津貼",
                "Low or lower-middle income household, or living allowance for disability or old age",
            )
        ),
    ] = False


def security_fee(given: SecurityFee) -> Result:
    if given.permit_ends < given.begins_on:
        raise Unanswerable(Words("許可屆滿日早於聘僱開始日。", "The permit ends before the employment begins."))
    if given.revoked_on is not None and given.revoked_on < given.begins_on:
        raise Unanswerable(Words("廢止日早於聘僱開始日。", "The permit was revoked before the employment begins."))
    owed = is_fee_owed(given.in_quarter, given.work, household_in_need=given.household_in_need)
    who = because(is_fee_owed, _WHO if owed.owed else _EXEMPT, owed.source)
    if not owed.owed:
        return result([_owed(False)], who)
    rate = fee_rate(given.in_quarter, given.work)
    employment = Employment(given.begins_on, given.beginning, given.permit_ends, given.revoked_on)
    fee = fee_for_quarter(given.in_quarter, employment, rate)
    if not fee.amount:
        return result([_owed(False, _NO_DAY)], _COUNTED)
    lines = [
        _owed(True),
        money("monthly", "每月費額", "Fee for a month", rate.monthly),
        money("daily", "每日費額", "Fee for a day", rate.daily),
        *(_month(number, month) for number, month in enumerate(fee.months, start=1)),
        money("amount", "本季應繳", "Owed for the quarter", fee.amount),
        office_day("due", "繳納期限", "Due by", fee.due),
    ]
    due = because(fee_for_quarter, _DUE, fee.due_source)
    reasons = (who, _RATE, _COUNTED, due, MOVES)
    if given.paid_on is None:
        return result(lines, *reasons)
    return result([*lines, *_late(fee, given.in_quarter, given.paid_on)], *reasons, _LATE)


def _owed(owed: bool, note: Words | None = None) -> Line:
    return yes("owed", "應繳就業安定費", "A fee is owed", owed, note)


def _month(number: int, month: MonthFee) -> Line:
    counted = Words("整月", "whole month") if month.whole else Words(f"{month.days} 日", f"{month.days} days")
    label = f"{month.month:%Y-%m}"
    return money(f"month_{number}", label, label, month.amount, counted)


def _late(fee: QuarterFee, in_quarter: date, paid_on: date) -> list[Line]:
    late = late_fee(in_quarter, fee.amount, paid_on)
    return [
        office_day("grace_ends", "寬限期滿日", "Grace ends", late.grace_ends),
        Line("late_days", Words("逾期日數", "Days late"), Measure.DAYS, late.days),
        money("late_fee", "滯納金（未進位）", "Late fee, not rounded", late.amount),
        money("late_fee_cap", "滯納金上限（未進位）", "Most that it can be, not rounded", late.cap),
        money("together", "合計（未進位）", "Together, not rounded", fee.amount + late.amount),
    ]


_WHO = Words("雇主應繳納，不得由移工負擔。", "The employer pays it, never the worker.")
_NO_DAY = Words("本季沒有應計費的聘僱日。", "No day of this quarter is charged.")
_EXEMPT = Words("這種情形免繳就業安定費。", "No fee is owed here.")
_RATE = because(fee_rate, Words("依行業別及工作性質的費額表。", "The table of rates, by industry and work."))
_COUNTED = because(
    fee_for_quarter,
    Words(
        "自入國翌日或接續聘僱日起，至許可屆滿日或廢止前一日止；整月依月費額，不足月依日費額。",
        "From the day after entry, or the day it is continued, to the permit's last day or the day before it is "
        "revoked; whole months at the monthly rate, parts by the day.",
    ),
)
_DUE = Words("次季第二個月 25 日前繳納。", "Due by the 25th of the second month of the next quarter.")
_LATE = because(
    late_fee,
    Words(
        "寬限 30 日；之後至繳納前一日，每逾一日加徵 0.3%，最高 30%。",
        "30 days of grace; then 0.3% for each day up to the day before payment, 30% at the most.",
    ),
)

CALCULATOR = Calculator(
    "security-fee",
    Words("就業安定費", "Employment security fee"),
    Words("每季金額、繳納期限與滯納金。", "The amount of a quarter, when it is due, and the late fee."),
    SecurityFee,
    security_fee,
    {
        "in_quarter": "2026-01-01",
        "work": "manufacturing",
        "beginning": "entry",
        "begins_on": "2026-02-10",
        "permit_ends": "2028-12-31",
    },
)
