"""When a permit may be extended, renewed or transferred, by type of worker, and where a day stands in that."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from bot.calculators.answers import Calculator, Line, Measure, Reason, Result, Unanswerable, because, day, result
from bot.calculators.fields import Asked, Day, Inputs
from bot.two_languages import Words
from law.employment_permits import (
    PermitType,
    applies_without_employer,
    extend_major_project,
    extend_type_a,
    extend_type_c,
    extend_type_e,
    reapply_type_d,
    renew_type_b,
    transfer_type_b,
    transfer_type_c,
)
from law.source import Rule
from law.students import longest_student_permit
from law.windows import ApplicationWindow, Missing, Purpose, Standing, standing

TYPES: Mapping[PermitType, Words] = {
    PermitType.A: Words("第一類：專業人員", "Type A: professionals"),
    PermitType.B: Words(
        "第二類：漁撈、家庭、看護、製造、營造、農業", "Type B: fishing, household, care, industry, farms"
    ),
    PermitType.C: Words("第三類：外國技術人力（中階技術）", "Type C: skilled workers"),
    PermitType.D: Words("第四類：學生", "Type D: students"),
    PermitType.E: Words("第五類：難民、依親、長期居留", "Type E: refugees, dependants, long-term residents"),
}
PURPOSES: Mapping[Purpose, Words] = {
    Purpose.EXTENSION: Words("展延", "Extension"),
    Purpose.RENEWAL: Words("期滿續聘", "Renewal with the same employer"),
    Purpose.TRANSFER: Words("期滿轉換雇主", "Transfer to a new employer"),
    Purpose.PROJECT_EXTENSION: Words("重大工程展延", "Extension for a major project"),
    Purpose.NEW_APPLICATION: Words("重新申請", "New application"),
}
STANDINGS: Mapping[Standing, Words] = {
    Standing.NOT_YET: Words("尚未開始", "Not open yet"),
    Standing.OPEN: Words("可申請", "Open"),
    Standing.LAST_SAFE_DAY: Words("最後安全日", "The last safe day"),
    Standing.LATE: Words("已逾期，須經核准補行申請", "Late: only a catch-up with approval is left"),
    Standing.OVER: Words("許可已屆滿", "Over"),
    Standing.UNKNOWN: Words("缺少許可起日，無法判斷", "The first day of the permit is missing"),
}
FOUR_MONTHS = Words("屆滿前四個月內。", "In the last four months.")
TWO_TO_FOUR = Words(
    "屆滿前二個月至四個月內；之後須經核准始得補行申請。",
    "From four to two months before the end; later only with approval.",
)
SIXTY_DAYS = Words("屆滿前 60 日內。", "In the last sixty days.")
WITHOUT_EMPLOYER = Words(
    "難民、與設有戶籍之直系血親共同生活者及永久居留者，得不經雇主自行申請。",
    "Refugees, those living with lineal kin of Taiwan and permanent residents may apply without an employer.",
)
STUDENTS = Words("學生許可不得展延，須重新申請。", "A student's permit is not extended: a new one is applied for.")
TYPE_A = Words(
    "屆滿前四個月內；許可不足六個月者，逾三分之二後始得申請。",
    "In the last four months; a permit of less than six months once two thirds have run.",
)


class PermitEnds(Inputs):
    """A permit, and a day on which to apply."""

    permit_type: Annotated[PermitType, Asked(Words("外國人類別", "Type of worker"), options=TYPES)]
    ends_on: Annotated[Day, Asked(Words("聘僱許可屆滿日", "Last day of the permit"))]
    starts_on: Annotated[
        Day | None,
        Asked(Words("聘僱許可起日", "First day of the permit"), Words("第一類須填", "Needed for type A")),
    ] = None
    asked_on: Annotated[
        Day | None,
        Asked(
            Words("預定申請日", "Day of the application"), Words("判斷是否在期間內", "To tell whether it is in time")
        ),
    ] = None
    major_project: Annotated[
        bool, Asked(Words("重大特殊情形或重大工程（第二類）", "Major project or special case (type B)"))
    ] = False


def permit_windows(given: PermitEnds) -> Result:
    if given.starts_on is not None and given.starts_on > given.ends_on:
        raise Unanswerable(Words("許可起日晚於屆滿日。", "The permit starts after it ends."))
    lines: list[Line] = []
    # First, so that its doubt stands by the words of the article that both quote.
    reasons = [_longest_for_students(given.ends_on)] if given.permit_type is PermitType.D else []
    if given.permit_type is PermitType.E:
        reasons = [because(applies_without_employer, WITHOUT_EMPLOYER)]
    for rule, window, means in _windows(given):
        lines += _lines(window, given.asked_on)
        reasons.append(because(rule, means, window.source))
    return result(lines, *reasons)


def _longest_for_students(ends_on: date) -> Reason:
    months = longest_student_permit(ends_on).months
    return because(
        longest_student_permit, Words(f"新許可最長 {months} 個月。", f"A new one is for {months} months at the most.")
    )


Found = tuple[Rule[..., ApplicationWindow], ApplicationWindow, Words]


def _windows(given: PermitEnds) -> list[Found]:
    ends = given.ends_on
    match given.permit_type:
        case PermitType.A:
            return [(extend_type_a, extend_type_a(ends, given.starts_on), TYPE_A)]
        case PermitType.B if given.major_project:
            return [(extend_major_project, extend_major_project(ends), SIXTY_DAYS)]
        case PermitType.B:
            return [
                (renew_type_b, renew_type_b(ends), TWO_TO_FOUR),
                (transfer_type_b, transfer_type_b(ends), TWO_TO_FOUR),
            ]
        case PermitType.C:
            return [
                (extend_type_c, extend_type_c(ends), FOUR_MONTHS),
                (transfer_type_c, transfer_type_c(ends), TWO_TO_FOUR),
            ]
        case PermitType.D:
            return [(reapply_type_d, reapply_type_d(ends), STUDENTS)]
        case PermitType.E:
            return [(extend_type_e, extend_type_e(ends), SIXTY_DAYS)]


def _lines(window: ApplicationWindow, asked_on: date | None) -> list[Line]:
    name, purpose = window.purpose.value, PURPOSES[window.purpose]
    no_first = _START_MISSING if window.missing is Missing.PERMIT_START else _NOT_NAMED
    lines = [
        _day(f"{name}_opens", purpose, _OPENS, window.opens, no_first),
        _day(f"{name}_last_safe_day", purpose, _SAFE, window.last_safe_day, _NOT_NAMED),
        _day(f"{name}_closes", purpose, _CLOSES, window.closes, _NOT_NAMED),
    ]
    if asked_on is not None:
        label = Words(f"{purpose.zh}：當日狀態", f"{purpose.en}: on that day")
        stands = standing(window, asked_on)
        lines.append(Line(f"{name}_standing", label, Measure.CODE, stands.value, STANDINGS[stands]))
    return lines


def _day(name: str, purpose: Words, what: Words, value: date | None, otherwise: Words) -> Line:
    return day(
        name, f"{purpose.zh}：{what.zh}", f"{purpose.en}: {what.en}", value, otherwise if value is None else None
    )


_OPENS, _SAFE, _CLOSES = Words("開始日", "opens"), Words("最後安全日", "last safe day"), Words("截止日", "closes")
_NOT_NAMED = Words("條文未定。", "The law names none.")
_START_MISSING = Words("請填許可起日；短期許可較晚開始。", "Give the first day of the permit: a short one opens later.")

CALCULATOR = Calculator(
    "permit-windows",
    Words("聘僱許可申請期間", "Permit application windows"),
    Words("第一至第五類的展延、續聘與轉換期間。", "Extension, renewal and transfer, for types A to E."),
    PermitEnds,
    permit_windows,
    {"permit_type": "B", "ends_on": "2026-08-31", "asked_on": "2026-07-01"},
)
