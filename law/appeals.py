"""Until when a decision of an authority may be appealed: 訴願法.

What counts is the day on which an office receives the paper, not the postmark (art. 14(3)); a wrong office will do
(arts. 14(4), 61). An appeal does not by itself stop the decision (art. 93(1)).
"""

from datetime import date

from law.dates import days_after, last_day_of_period
from law.source import Source, rule
from law.working_days import Deadline, deadline

IN_FORCE_FROM = date(2000, 7, 1)
APPEAL_DAYS = 30
TRAVEL = "Days added for living far from the appeal authority (art. 16) are left out; they only make it later."


def _source(article: str, paragraph: str) -> Source:
    url = f"https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=A0030020&flno={article}"
    return Source("訴願法", article, paragraph, url, checked=date(2026, 11, 21))


ART_14 = _source("14", "1")
ART_15 = _source("15", "1")
ART_57 = _source("57", "")
ART_93 = _source("93", "2")


@rule(ART_14, in_force_from=IN_FORCE_FROM, decided_by="served_on", doubt=TRAVEL)
def appeal_until(served_on: date) -> Deadline:
    """「訴願之提起，應自行政處分達到或公告期滿之次日起三十日內為之。」"""
    return deadline(days_after(served_on, APPEAL_DAYS))


@rule(ART_15, in_force_from=IN_FORCE_FROM, decided_by="served_on", doubt=TRAVEL)
def late_appeal_until(served_on: date, hindrance_ended_on: date) -> Deadline:
    """「於其原因消滅後十日內，得……申請回復原狀。但遲誤訴願期間已逾一年者，不得為之。」

    For a disaster or another cause that is not the worker's fault; the appeal itself is filed along with it. A
    hindrance that ended in time excuses nothing: the ordinary last day stands. The year is never moved by a
    day off, and a day before `hindrance_ended_on` means that it was already over.
    """
    ordinary = appeal_until(served_on)
    if hindrance_ended_on <= ordinary.day:
        return ordinary
    ten_days = deadline(days_after(hindrance_ended_on, 10))
    a_year = last_day_of_period(days_after(ordinary.day, 1), 12)
    return ten_days if ten_days.day <= a_year else Deadline(a_year, ordinary.certain)


@rule(
    ART_57,
    in_force_from=IN_FORCE_FROM,
    decided_by="objected_on",
    doubt="The article does not say from when the thirty days run; we count from the day after the objection.",
)
def petition_after_objection_until(objected_on: date) -> Deadline:
    """「作不服原行政處分之表示者，視為已在法定期間內提起訴願。但應於三十日內補送訴願書。」

    Only for an objection that the authority received within art. 14(1).
    """
    return deadline(days_after(objected_on, 30))


@rule(
    ART_93,
    in_force_from=IN_FORCE_FROM,
    decided_by="asked_on",
    doubt="Whether it stops the decision is the choice (得) of the authority, which weighs these grounds.",
)
def may_be_stopped(
    asked_on: date, *, plainly_doubtful: bool, cannot_be_undone: bool, urgent: bool, the_public_needs_it: bool
) -> bool:
    """「原行政處分之合法性顯有疑義者，或原行政處分之執行將發生難以回復之損害，且有急迫情事，並非為維護重大公共利益
    所必要者，受理訴願機關或原行政處分機關得依職權或依申請，就原行政處分之全部或一部，停止執行。」
    """
    return plainly_doubtful or (cannot_be_undone and urgent and not the_public_needs_it)
