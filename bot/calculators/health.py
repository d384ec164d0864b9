"""When migrant workers' health examinations are due, and by when a bad result is examined again."""

from collections.abc import Mapping
from typing import Annotated

from bot.calculators.answers import NOT_CERTAIN, Calculator, Line, Result, Unanswerable, because, day, result
from bot.calculators.fields import Asked, Day, Inputs
from bot.two_languages import Words
from law.health_examinations import Examination, entry_examination, examinations, extra_examination
from law.health_treatment import AFTER, BadResult

BAD_RESULTS: Mapping[BadResult, Words] = {
    BadResult.CHEST_XRAY: Words("胸部 X 光疑似肺結核或無法確認", "Chest X-ray"),
    BadResult.LEPROSY: Words("疑似漢生病", "Leprosy"),
    BadResult.SYPHILIS: Words("梅毒", "Syphilis"),
    BadResult.PARASITES: Words("腸內寄生蟲", "Parasites"),
}


class HealthExaminations(Inputs):
    """What is left out is not answered."""

    permit_starts: Annotated[Day, Asked(Words("聘僱許可生效日", "First day of the permit"))]
    entered_on: Annotated[Day | None, Asked(Words("入國日", "Day of entry"))] = None
    last_examined_on: Annotated[
        Day | None,
        Asked(
            Words("前次健康檢查日", "Last examined on"),
            Words("轉換雇主而重新核發許可時填寫", "For a new permit with a new employer"),
        ),
    ] = None
    bad_result: Annotated[BadResult | None, Asked(Words("不合格項目", "A bad result"), options=BAD_RESULTS)] = None
    received_on: Annotated[Day | None, Asked(Words("收受檢查證明日", "Day the certificate was received"))] = None


def health(given: HealthExaminations) -> Result:
    if (given.bad_result is None) != (given.received_on is None):
        raise Unanswerable(
            Words("不合格項目與收受證明日須一併填寫。", "Give both the bad result and the day it was received.")
        )
    lines = [line for one in examinations(given.permit_starts) for line in _window(one)]
    reasons = [because(examinations, _WINDOWS)]
    if given.entered_on is not None:
        entry = entry_examination(given.entered_on)
        note = None if entry.certain else NOT_CERTAIN
        lines.append(day("entry_due", "入國健康檢查期限", "Examination after entry by", entry.due, note))
        lines.append(day("entry_catch_up", "補行辦理期限", "To catch up by", entry.catch_up, note))
        reasons.append(because(entry_examination, _ENTRY))
    if given.last_examined_on is not None:
        extra = extra_examination(given.permit_starts, given.last_examined_on)
        not_needed = None if extra.due else Words("未逾一年，不須另行檢查。", "Not over a year ago: not needed.")
        lines.append(
            day("extra_due", "轉換雇主後補行檢查期限", "Examination for the new permit by", extra.due, not_needed)
        )
        reasons.append(because(extra_examination, _EXTRA))
    if given.bad_result is not None and given.received_on is not None:
        after = AFTER[given.bad_result]
        due, proof = after(given.received_on).due, _PROOF.get(given.bad_result)
        lines.append(day("second_due", "再檢查或治療證明期限", "Examined again, or treated, by", due, proof))
        reasons.append(because(after, _SECOND))
    return result(lines, *reasons)


def _window(one: Examination) -> list[Line]:
    zh, en, name = f"{one.months} 個月", f"{one.months} months", f"month_{one.months}"
    return [
        day(f"{name}_opens", f"{zh}：開始日", f"{en}: from", one.opens),
        day(f"{name}_target", f"{zh}：屆滿日", f"{en}: full on", one.target),
        day(f"{name}_closes", f"{zh}：截止日", f"{en}: until", one.closes),
    ]


_WINDOWS = Words(
    "工作滿 6、18、30 個月之日前後 30 日內；過早檢查須重做。",
    "Within 30 days either side of 6, 18 and 30 months; one that was too early has to be repeated.",
)
_ENTRY = Words("入國後三個工作日內，因故得延長三個工作日。", "Within three working days, and three more for a cause.")
_EXTRA = Words("逾一年未檢查者，新許可生效次日起七日內。", "Within seven days, where the last one is over a year ago.")
_PROOF: Mapping[BadResult, Words] = {
    BadResult.SYPHILIS: Words(
        "須於當日前取得完成治療證明。", "The proof that the treatment is finished is held by then."
    ),
    BadResult.PARASITES: Words(
        "須於當日前取得陰性證明；痢疾阿米巴三次均為陰性。",
        "The negative result is held by then; for amoeba three of them.",
    ),
}
_SECOND = Words(
    "收受證明次日起：胸部 X 光與漢生病 15 日、梅毒 30 日、寄生蟲 65 日。",
    "From the day after: 15 days for X-ray and leprosy, 30 for syphilis, 65 for parasites.",
)

CALCULATOR = Calculator(
    "health-examinations",
    Words("健康檢查期間", "Health examination windows"),
    Words("入國、6、18、30 個月檢查與再檢查的期限。", "After entry, at 6, 18 and 30 months, and after a bad result."),
    HealthExaminations,
    health,
    {"permit_starts": "2026-01-15", "entered_on": "2026-01-12"},
)
