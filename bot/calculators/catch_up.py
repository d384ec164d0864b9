"""Whether a notice or application whose last day was missed may still be made up for."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from bot.calculators.answers import MOVES, Calculator, Result, Unanswerable, because, office_day, result, yes
from bot.calculators.fields import Asked, Day, Inputs, Number
from bot.two_languages import Words
from law.employer_clocks import may_catch_up_duty
from law.transfers import transfer_catch_up


class Missed(StrEnum):
    """Which rules set the day that was missed."""

    PERMISSION = "permission"
    TRANSFER = "transfer"


MISSED: Mapping[Missed, Words] = {
    Missed.PERMISSION: Words("聘僱許可辦法的通知或申請", "A notice or application of the rules on permits"),
    Missed.TRANSFER: Words("轉換雇主準則的通知或申請", "A notice or application of the rules on changing the employer"),
}


class CatchUp(Inputs):
    """Once only, and only with the ministry's approval."""

    missed: Annotated[Missed, Asked(Words("逾期事項", "What was missed"), options=MISSED)]
    was_due: Annotated[Day, Asked(Words("原期限", "Its last day"))]
    filed_on: Annotated[Day, Asked(Words("補行日", "Day it is made up for"))]
    approved: Annotated[bool, Asked(Words("經中央主管機關認可", "The ministry approved"))] = False
    approved_until: Annotated[
        Day | None,
        Asked(
            Words("核准所定期限", "Last day that the ministry gave"),
            Words("聘僱許可辦法須填", "For the rules on permits"),
        ),
    ] = None
    earlier_catch_ups: Annotated[
        Number, Asked(Words("同一案別先前補行次數", "Earlier catch-ups of the same notice or application"))
    ] = 0


def catch_up(given: CatchUp) -> Result:
    if given.filed_on <= given.was_due:
        raise Unanswerable(Words("未逾原期限，不須補行。", "It was not late: there is nothing to make up for."))
    if given.approved_until is not None and given.approved_until <= given.was_due:
        raise Unanswerable(
            Words(
                "核准所定期限未晚於原期限。",
                "The last day that the ministry gave is not after the one that was missed.",
            )
        )
    return _of_transfer(given) if given.missed is Missed.TRANSFER else _of_permission(given)


def _of_permission(given: CatchUp) -> Result:
    if given.approved and given.approved_until is None:
        raise Unanswerable(Words("請填核准所定期限。", "Give the last day that the ministry gave."))
    found = may_catch_up_duty(
        given.was_due,
        given.filed_on,
        approved_until=given.approved_until if given.approved else None,
        earlier_catch_ups=given.earlier_catch_ups,
    )
    return result([yes("allowed", "可補行", "May be made up for", found.allowed)], _PERMISSION)


def _of_transfer(given: CatchUp) -> Result:
    if given.approved_until is not None and given.approved_until < given.filed_on:
        raise Unanswerable(
            Words(
                "核准所定期限早於補行日。", "The last day that the ministry gave is before the day it is made up for."
            )
        )
    found = transfer_catch_up(given.was_due, approved=given.approved, earlier_catch_ups=given.earlier_catch_ups)
    lines = [
        yes("allowed", "可補行", "May be made up for", found.allows(given.filed_on)),
        office_day("due", "補行期限", "To be made up for by", found.due.by),
    ]
    return result(lines, _TRANSFER, MOVES)


_PERMISSION = because(
    may_catch_up_duty,
    Words(
        "經中央主管機關認可，於核准所定期限內補行；同一案別以一次為限。",
        "With the ministry's approval, within the days it gave; once for the same notice or application.",
    ),
)
_TRANSFER = because(
    transfer_catch_up,
    Words(
        "經中央主管機關認可，於原期限屆滿後 15 日內補行；以一次為限。",
        "With the ministry's approval, within 15 days after the last day; once.",
    ),
)

CALCULATOR = Calculator(
    "catch-up",
    Words("逾期補行通知或申請", "Late notices and applications"),
    Words("逾期後能否補行，以及至何時。", "Whether what was missed may be made up for, and until when."),
    CatchUp,
    catch_up,
    {"missed": "transfer", "was_due": "2026-03-17", "filed_on": "2026-03-30", "approved": True},
)
