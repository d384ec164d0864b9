"""When a type B worker's regular health examinations are due: 受聘僱外國人健康檢查管理辦法."""

from dataclasses import dataclass
from datetime import date

from law.dates import days_after, days_before, months_after
from law.source import Source, rule

ART_5 = Source(
    "受聘僱外國人健康檢查管理辦法",
    article="5",
    paragraph="1",
    url="https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=L0050018&flno=5",
    checked=date(2026, 11, 21),
)
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


@rule(
    ART_5,
    in_force_from=date(2022, 4, 30),
    decided_by="permit_starts",
    doubt="UNVERIFIED for permits from 2026-01-01: an amendment we could not read may count from entry.",
)
def examinations(permit_starts: date) -> tuple[Examination, ...]:
    """「自聘僱許可生效日起，工作滿六個月、十八個月及三十個月之日前後三十日內」

    The day on which the months are full is read as the corresponding day: 15 July for 15 January.
    """
    targets = [(months, months_after(permit_starts, months)) for months in MONTHS_OF_WORK]
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
