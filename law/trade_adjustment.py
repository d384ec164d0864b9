"""Who gets support for damage by freer trade: 因應貿易自由化勞工就業調整支援措施實施辦法, articles 3, 9(3) and 29.

Issued 2016-12-20 and, as the ministry's own database says (「尚未生效，最後生效日期：未定」, printed 2024), without
a day from which it holds. The rules tell what it says; whoever shows them adds that nobody can claim on it until
`commenced` says so. Damage and its procedure: law.trade_adjustment_damage; measures: law.trade_adjustment_measures.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law.dates import months_after
from law.source import Source, rule

CHECKED = date(2026, 11, 22)
ISSUED = date(2016, 12, 20)
COMMENCES: date | None = None
NOT_COMMENCED = "Issued 2016-12-20, but the day from which it holds (art. 29) was not set in any text we could read."
ADULT_YEARS = 15


def trade_source(article: str, paragraph: str = "") -> Source:
    url = f"https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=N0090050&flno={article}"
    return Source("因應貿易自由化勞工就業調整支援措施實施辦法", article, paragraph, url, CHECKED)


ART_3 = trade_source("3")
ART_9_3 = trade_source("9", "3")
ART_29 = trade_source("29")


class Tie(StrEnum):
    """Art. 3(1): by which of its four subparagraphs somebody belongs. Their values never change meaning."""

    LIKELY_INDUSTRY = "likely_industry"  # 1: an industry likely to be hit, 預為輔導產業
    HIT_INDUSTRY = "hit_industry"  # 2: an industry that has been hit, 加強輔導產業
    DAMAGED_FIRM = "damaged_firm"  # 3: a firm determined to be damaged, 受損企業
    DAMAGED_WORKER = "damaged_worker"  # 4: a worker determined to be damaged herself, 受損勞工


class Status(StrEnum):
    CITIZEN = "citizen"
    SPOUSE = "spouse"  # of a citizen with household registration, permitted to reside and to work
    OTHER = "other"  # every other foreigner, whatever her permit


class Refusal(StrEnum):
    NEITHER_CITIZEN_NOR_SPOUSE = "neither_citizen_nor_spouse"
    TOO_YOUNG = "too_young"
    NO_TIE = "no_tie"
    LEFT_TOO_LONG_AGO = "left_too_long_ago"
    WORKS_AGAIN = "works_again"
    NO_GOOD_NOTICE = "no_good_notice"


@dataclass(frozen=True)
class Person:
    status: Status
    born_on: date
    junior_high: bool = False


@dataclass(frozen=True)
class Work:
    """Her work at a firm of art. 3(1)1 to 3; `left_on` None while she is still employed there."""

    tie: Tie
    left_on: date | None = None
    works_again: bool = False


@dataclass(frozen=True)
class Entitlement:
    """Either the tie by which she may claim, or why not; `commenced` False says that nobody can claim yet."""

    tie: Tie | None
    refusal: Refusal | None
    commenced: bool
    source: Source


@dataclass(frozen=True)
class Commencement:
    begun: bool
    first_day: date | None
    source: Source


@rule(ART_29, in_force_from=ISSUED, decided_by="asked_on", doubt=NOT_COMMENCED)
def commenced(asked_on: date) -> Commencement:
    """「本辦法施行日期，由本部定之。」 No day is known to us."""
    return Commencement(COMMENCES is not None and asked_on >= COMMENCES, COMMENCES, ART_29)


@dataclass(frozen=True)
class Notice:
    """受損認定結果通知書: good up to and including `last_day`, unless it became void before."""

    decided_on: date
    last_day: date
    void_on: date | None
    source: Source

    def good_on(self, day: date) -> bool:
        return self.decided_on <= day <= self.last_day and (self.void_on is None or day < self.void_on)


@rule(ART_9_3, in_force_from=ISSUED, decided_by="decided_on", doubt=NOT_COMMENCED)
def notice_life(decided_on: date, works_again_on: date | None = None) -> Notice:
    """「有效期間為二年；受損勞工離職後再就業時，即失其效力。」

    Void from the first day of the new work. Who never left her firm does not lose it by going on working there.
    """
    last_day = months_after(decided_on, 24)
    void = works_again_on if works_again_on is not None and works_again_on <= last_day else None
    return Notice(decided_on, last_day, void, ART_9_3)


def _refused_as_person(asked_on: date, person: Person) -> Refusal | None:
    if person.status is Status.OTHER:
        return Refusal.NEITHER_CITIZEN_NOR_SPOUSE
    of_age = months_after(person.born_on, ADULT_YEARS * 12) <= asked_on
    return None if person.status is Status.SPOUSE or of_age or person.junior_high else Refusal.TOO_YOUNG


@rule(ART_3, in_force_from=ISSUED, decided_by="asked_on", doubt=NOT_COMMENCED)
def entitled(asked_on: date, person: Person, work: Work | None, notice: Notice | None = None) -> Entitlement:
    """「年滿十五歲或國民中學畢業之本國籍國民，及與我國境內設有戶籍之國民結婚且獲准居留在臺灣地區工作之外國人、大陸地區人民」

    And one of four ties; for the first three 「在職勞工或離職二年內未再就業之勞工」. A migrant worker without
    such a marriage is not entitled, whatever her permit. Readings: age and school are asked of citizens only, as
    the sentence is built; two years end on the corresponding day; a good notice (tie 4) goes before another tie.
    The English leaves out that the citizen must have household registration.
    """

    def answer(tie: Tie | None, refusal: Refusal | None) -> Entitlement:
        return Entitlement(tie, refusal, commenced(asked_on).begun, ART_3)

    if refusal := _refused_as_person(asked_on, person):
        return answer(None, refusal)
    if notice is not None and notice.good_on(asked_on):
        return answer(Tie.DAMAGED_WORKER, None)
    if work is None or work.tie is Tie.DAMAGED_WORKER:
        return answer(None, Refusal.NO_TIE if notice is None and work is None else Refusal.NO_GOOD_NOTICE)
    if work.left_on is not None and work.works_again:
        return answer(None, Refusal.WORKS_AGAIN)
    if work.left_on is not None and months_after(work.left_on, 24) < asked_on:
        return answer(None, Refusal.LEFT_TOO_LONG_AGO)
    return answer(work.tie, None)
