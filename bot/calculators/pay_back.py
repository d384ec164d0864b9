"""For which days of a worker a waived extra fee is paid back after her permit was revoked for an excess."""

from typing import Annotated

from bot.calculators.answers import Calculator, Line, Measure, Result, Unanswerable, because, day, money, result
from bot.calculators.fields import Asked, Day, Inputs, Number
from bot.two_languages import Words
from law.manufacturing_fees import paid_back


class PaidBack(Inputs):
    """One worker. Without a notice it was the first inspection that found the excess."""

    entered_on: Annotated[Day, Asked(Words("移工入國日", "Day the worker entered"))]
    revoked_on: Annotated[Day, Asked(Words("廢止聘僱許可日", "Day the permit was revoked"))]
    improvement_told_on: Annotated[
        Day | None,
        Asked(
            Words("通知限期改善日", "Day of the notice to improve"),
            Words("第二次以後查核填寫", "From the second inspection on"),
        ),
    ] = None
    monthly_extra: Annotated[
        Number | None,
        Asked(
            Words("每月免除的額外費額", "Extra fee waived for a month"),
            Words("填寫後計算金額，例如 5000", "To tell the amount, such as 5000"),
        ),
    ] = None


def pay_back(given: PaidBack) -> Result:
    if given.revoked_on <= given.entered_on:
        raise Unanswerable(Words("廢止日不得早於入國翌日。", "The permit is revoked after the entry."))
    told = given.improvement_told_on
    if told is not None and told >= given.revoked_on:
        raise Unanswerable(
            Words("通知限期改善日未早於廢止日。", "The notice to improve is not before the day the permit was revoked.")
        )
    owed = paid_back(given.revoked_on, given.entered_on, improvement_told_on=told)
    came_later = _CAME_LATER if told is not None and told < given.entered_on else None
    lines = [Line("days", Words("應補繳日數", "Days to pay for"), Measure.DAYS, owed.days)]
    if owed.days:
        lines = [
            day("first_day", "補繳起日", "From", owed.first_day, came_later),
            day("last_day", "補繳迄日", "Until", owed.last_day),
            *lines,
        ]
    if given.monthly_extra is not None:
        lines.append(
            money("amount", "應補繳金額（未進位）", "To be paid, not rounded", owed.amount(given.monthly_extra))
        )
    return result(lines, _DAYS)


_CAME_LATER = Words("通知時尚未入國，自入國翌日起。", "Not yet in Taiwan at the notice: from the day after the entry.")
_DAYS = because(
    paid_back,
    Words(
        "第一次查核：自入國翌日起；第二次以後：自通知限期改善翌日起；均至廢止前一日止。由雇主補繳。",
        "First inspection: from the day after the entry; later ones: after the notice; to the day before the "
        "revocation. The employer pays.",
    ),
)

CALCULATOR = Calculator(
    "fee-pay-back",
    Words("額外就業安定費補繳", "Extra fee paid back"),
    Words("廢止許可後，原免除的費用應補繳的日數與金額。", "The days and the amount, once a permit was revoked."),
    PaidBack,
    pay_back,
    {"entered_on": "2026-01-10", "revoked_on": "2026-07-01", "monthly_extra": 5000},
)
