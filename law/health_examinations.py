"""When migrant workers' health examinations are due: 受聘僱外國人健康檢查管理辦法.

The days here are not moved to a working day: whether art. 122 of the civil code moves them is not said, and the
earlier day is the safe one.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from law.citations import employment_service
from law.dates import days_after, days_before, months_after
from law.source import NotInForce, Source, rule
from law.working_days import is_working_day

IN_FORCE_FROM = date(2022, 4, 30)  # 第15條: 「本辦法自中華民國一百十一年四月三十日施行。」
AMENDED = date(2026, 1, 1)
NEW_TEXT_UNREAD = "The amendment in force since 2026-01-01 was read only in reports about it, not in its own text."


def regulation(article: str, paragraph: str, checked: date) -> Source:
    url = f"https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=L0050018&flno={article}"
    return Source("受聘僱外國人健康檢查管理辦法", article, paragraph, url, checked, date(2022, 4, 29))


ART_5 = regulation("5", "1", date(2026, 11, 21))
ART_5_4 = regulation("5", "4", date(2026, 11, 22))
ART_11 = regulation("11", "1", date(2026, 11, 22))
ART_12 = regulation("12", "", date(2026, 11, 22))
SERVICE_ACT_67 = employment_service("67", "1")
MONTHS_OF_WORK = (6, 18, 30)
DAYS_EITHER_SIDE = 30


@dataclass(frozen=True)
class Examination:
    """All days inclusive; an examination before `opens` does not count and has to be repeated."""

    months: int
    opens: date
    target: date
    closes: date
    source: Source


@dataclass(frozen=True)
class VisaCertificate:
    """The last day on which a certificate may be handed in with the visa application."""

    last_day: date
    source: Source


@rule(ART_5, in_force_from=IN_FORCE_FROM, decided_by="issued_on", doubt=NEW_TEXT_UNREAD)
def visa_certificate(issued_on: date) -> VisaCertificate:
    """「申請入國簽證時，應檢具認可醫院核發之三個月內健康檢查合格證明」: not older than three months."""
    return VisaCertificate(months_after(issued_on, 3), ART_5)


@dataclass(frozen=True)
class EntryExamination:
    """Where the days are not `certain`, holidays not announced yet may make them later, never earlier."""

    due: date
    catch_up: date
    certain: bool
    source: Source


def _working_days_after(day: date, count: int) -> tuple[date, bool]:
    certain = True
    while count:
        day = days_after(day, 1)
        try:
            works = is_working_day(day)
        except NotInForce:
            works, certain = day.weekday() < 5, False
        count -= works
    return day, certain


@rule(ART_5, in_force_from=IN_FORCE_FROM, decided_by="entered_on", doubt=NEW_TEXT_UNREAD)
def entry_examination(entered_on: date) -> EntryExamination:
    """「入國後三個工作日內……因故未能依限安排健康檢查者，得於延長三個工作日內補行辦理。」

    The employer arranges it. It is not the notice of arrival, which has three days of its own.
    """
    due, known = _working_days_after(entered_on, 3)
    catch_up, still_known = _working_days_after(due, 3)
    return EntryExamination(due, catch_up, known and still_known, ART_5)


def _regular(starts_on: date) -> tuple[Examination, ...]:
    targets = [(months, months_after(starts_on, months)) for months in MONTHS_OF_WORK]
    return tuple(
        Examination(
            months,
            opens=days_before(target, DAYS_EITHER_SIDE),
            target=target,
            closes=days_after(target, DAYS_EITHER_SIDE),
            source=ART_5,
        )
        for months, target in targets
    )


@rule(
    ART_5,
    in_force_from=IN_FORCE_FROM,
    decided_by="permit_starts",
    doubt="UNVERIFIED for permits from 2026-01-01: an amendment we could not read may count from entry.",
)
def examinations(permit_starts: date) -> tuple[Examination, ...]:
    """「自聘僱許可生效日起，工作滿六個月、十八個月及三十個月之日前後三十日內」

    The day on which the months are full is read as the corresponding day: 15 July for 15 January.
    """
    return _regular(permit_starts)


@rule(ART_5_4, in_force_from=IN_FORCE_FROM, decided_by="permit_starts", doubt=NEW_TEXT_UNREAD)
def skilled_examinations_in_taiwan(permit_starts: date) -> tuple[Examination, ...]:
    """「雇主聘僱在中華民國境內工作之第三類外國人……應依第一項第三款規定辦理定期健康檢查。」

    Skilled workers who were hired in Taiwan: the same days as `examinations`.
    """
    return examinations(permit_starts)


class ExaminedWhen(StrEnum):
    TOO_EARLY = "too_early"  # has to be repeated within the window
    IN_TIME = "in_time"
    LATE = "late"


@dataclass(frozen=True)
class Examined:
    """The examination that a day on which she was examined belongs to, and whether it counts."""

    when: ExaminedWhen
    examination: Examination


@rule(ART_5, in_force_from=IN_FORCE_FROM, decided_by="permit_starts", doubt=NEW_TEXT_UNREAD)
def examined(permit_starts: date, months: int, examined_on: date) -> Examined:
    """「之日前後三十日內」: more than thirty days before or after that day is not within it.

    Raises ValueError for months after which no examination is due.
    """
    if months not in MONTHS_OF_WORK:
        raise ValueError(f"no examination is due after {months} months")
    examination = examinations(permit_starts)[MONTHS_OF_WORK.index(months)]
    if examined_on < examination.opens:
        return Examined(ExaminedWhen.TOO_EARLY, examination)
    in_time = examined_on <= examination.closes
    return Examined(ExaminedWhen.IN_TIME if in_time else ExaminedWhen.LATE, examination)


class SkilledFromAbroad(StrEnum):
    """Skilled foreign workers (外國技術人力, type C) hired from abroad."""

    CARE = "care"  # 家庭看護技術員, 多元陪伴照顧服務技術員
    OTHER = "other"


@dataclass(frozen=True)
class SkilledExaminations:
    regular: tuple[Examination, ...]
    then_every_years: int | None  # a chest X-ray and a physical examination; None: no more under this regulation
    source: Source


@rule(ART_5, in_force_from=AMENDED, decided_by="entered_on", doubt=NEW_TEXT_UNREAD)
def skilled_examinations(entered_on: date, work: SkilledFromAbroad) -> SkilledExaminations:
    """“入境後3年內，於入國日滿 6、18、30 個月各做一次定期健康檢查”, then for carers “每3年辦理胸部X光肺結核檢查”

    Words of an agency's report. That the thirty days either side stay is our reading: it says the examinations
    are the same as those of type B.
    """
    return SkilledExaminations(_regular(entered_on), 3 if work is SkilledFromAbroad.CARE else None, ART_5)


@dataclass(frozen=True)
class ExtraExamination:
    """Needed by `due`, or not needed (None)."""

    due: date | None
    source: Source


@rule(ART_11, in_force_from=IN_FORCE_FROM, decided_by="permit_starts", doubt=NEW_TEXT_UNREAD)
def extra_examination(permit_starts: date, last_examined_on: date | None) -> ExtraExamination:
    """「已逾一年未接受健康檢查者，雇主應自聘僱許可生效日之次日起七日內，安排其至指定醫院接受健康檢查」

    For a change of employer or work, a permit issued anew, and for skilled workers also an extended one.
    Reading: the year is counted on the day the new permit takes effect, and is over after the corresponding day.
    None: not known when; the day is told that holds if it was over a year ago.
    """
    over_a_year = last_examined_on is None or months_after(last_examined_on, 12) < permit_starts
    return ExtraExamination(days_after(permit_starts, 7) if over_a_year else None, ART_11)


@dataclass(frozen=True)
class HinderedExamination:
    """All days inclusive; the employer sends the health authority proof of the cause."""

    from_day: date
    until: date
    source: Source


@rule(ART_12, in_force_from=IN_FORCE_FROM, decided_by="closes", doubt=NEW_TEXT_UNREAD)
def hindered_examination(opens: date, closes: date, cause_ended_on: date) -> HinderedExamination:
    """「因故未能於規定期限內辦理……得提前於七日內或事由消失後七日內，辦理上開健康檢查。」

    Reading: at most seven days before the window opens, or until seven days after the cause is over.
    """
    return HinderedExamination(days_before(opens, 7), max(closes, days_after(cause_ended_on, 7)), ART_12)


@dataclass(frozen=True)
class Fine:
    """New Taiwan dollars, from the employer and never from the worker."""

    at_least: Decimal
    at_most: Decimal
    source: Source


@rule(SERVICE_ACT_67, in_force_from=IN_FORCE_FROM, decided_by="missed_on")
def fine_for_missed_examination(missed_on: date) -> Fine:
    """「違反……第五十七條第五款……規定，處新臺幣六萬元以上三十萬元以下罰鍰。」"""
    return Fine(Decimal(60_000), Decimal(300_000), SERVICE_ACT_67)
