"""When a manufacturer may recruit again before a worker's permit ends, and for how many."""

from typing import Annotated

from bot.calculators.answers import Calculator, Result, because, day, people, result, yes
from bot.calculators.fields import Asked, Day, Inputs, Number
from bot.two_languages import Words
from law.review_standards import may_re_recruit, re_recruit, re_recruitment_places


class ReRecruitment(Inputs):
    """What is left out is not answered."""

    ends_on: Annotated[Day, Asked(Words("聘僱許可屆滿日", "Last day of the permit"))]
    asked_on: Annotated[
        Day | None,
        Asked(
            Words("預定申請日", "Day of the application"), Words("判斷是否在期間內", "To tell whether it is in time")
        ),
    ] = None
    earlier_applications: Annotated[Number, Asked(Words("先前已申請次數", "Earlier applications for it"))] = 0
    permitted: Annotated[Number | None, Asked(Words("前次招募許可人數", "Permitted before"))] = None
    entered_or_continued: Annotated[
        Number | None, Asked(Words("實際入國或接續聘僱人數", "Of them entered or continued"))
    ] = None


def re_recruitment(given: ReRecruitment) -> Result:
    window = re_recruit(given.ends_on)
    lines = [
        day("opens", "申請開始日", "Opens", window.opens),
        day("closes", "申請截止日", "Closes", window.closes),
    ]
    reasons = [because(re_recruit, _WINDOW)]
    if given.asked_on is not None:
        may = may_re_recruit(given.ends_on, given.asked_on, earlier_applications=given.earlier_applications)
        lines.append(yes("allowed", "該日可申請", "Allowed on that day", may))
        reasons.append(because(may_re_recruit, _ONCE))
    if given.permitted is not None and given.entered_or_continued is not None:
        places = re_recruitment_places(
            given.ends_on, permitted=given.permitted, entered_or_continued=given.entered_or_continued
        )
        lines.append(people("places", "最多可申請人數", "At most", places))
        reasons.append(because(re_recruitment_places, _PLACES))
    return result(lines, *reasons)


_WINDOW = Words("許可屆滿前四個月內；開始日取較晚的讀法。", "In the last four months; it opens by the later reading.")
_ONCE = Words("以一次為限。", "Once only.")
_PLACES = Words(
    "不得超過前次許可中實際入國或接續聘僱的人數，以同一勞工保險證號計算。",
    "At most as many as entered or were continued before, under one labour-insurance number.",
)

CALCULATOR = Calculator(
    "re-recruitment",
    Words("製造業重新招募", "Re-recruitment in manufacturing"),
    Words("屆滿前何時可重新申請招募，及最多人數。", "When a manufacturer may recruit again, and for how many."),
    ReRecruitment,
    re_recruitment,
    {"ends_on": "2026-08-31", "asked_on": "2026-05-01"},
)
