"""The residence card's clocks in the act itself: 入出國及移民法, articles 18, 22, 28, 31 and 74-1.

Articles 22 and 31 were read in their text of 2016 and, as changed on 2024-01-01, in the immigration agency's
announcement (National Taiwan University, 2024-04-14). What is filed with the agency moves to a working day.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from law.dates import days_after, months_after, window_opens
from law.employer_clocks import Due
from law.source import Dated, Source, rule
from law.working_days import deadline

CHECKED = date(2026, 11, 22)
IN_FORCE_FROM = date(2008, 8, 1)  # 行政院 ordered that day for the whole act
EASED = date(2024, 1, 1)
STRICTER = date(2024, 3, 1)
REPORTED = "The change of 2024 was read in announcements of it, not in the act's own text."


def _source(article: str, paragraph: str = "", url: str | None = None) -> Source:
    own = f"https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=D0080132&flno={article}"
    return Source("入出國及移民法", article, paragraph, url or own, CHECKED)


ART_22 = _source("22", "2")
ART_28 = _source("28", "1")
ART_31_6 = _source("31", "6")
ART_74_1 = _source("74-1", "2")
PASSPORT_ADVICE = _source("31", "6", "https://dhsc.wda.gov.tw/en/News/Detail/62a0ff73-2fd3-421e-b46d-74da734421fe")
NEW_EMPLOYER_ADVICE = _source(
    "31", "6", "https://lrsc.wda.gov.tw/HiredManagement/Detail/0a42c5e6-5026-4ed1-88ab-9c3bfc92993f"
)
_DAYS_TO_APPLY = Dated(ART_22, {IN_FORCE_FROM: 15, EASED: 30})
_DAYS_TO_REPORT = Dated(ART_31_6, {IN_FORCE_FROM: 15, EASED: 30})


@rule(ART_22, in_force_from=IN_FORCE_FROM, decided_by="entered_on", doubt=REPORTED)
def residence_card_due(entered_on: date) -> Due:
    """「取得居留許可者，應於入國後十五日內，向入出國及移民署申請外僑居留證」: thirty days since 2024."""
    return Due(deadline(days_after(entered_on, _DAYS_TO_APPLY.on(entered_on))), ART_22)


@dataclass(frozen=True)
class MustCarry:
    """護照、外僑居留證或外僑永久居留證: any one of them; nobody may keep hers from her."""

    must: bool
    source: Source


@rule(ART_28, in_force_from=IN_FORCE_FROM, decided_by="on")
def must_carry_card(on: date, born_on: date) -> MustCarry:
    """「十四歲以上之外國人，入國停留、居留或永久居留，應隨身攜帶護照、外僑居留證或外僑永久居留證。」"""
    return MustCarry(months_after(born_on, 14 * 12) <= on, ART_28)


@rule(ART_31_6, in_force_from=IN_FORCE_FROM, decided_by="moved_on", doubt=REPORTED)
def change_of_address_due(moved_on: date) -> Due:
    """「變更居留住址或服務處所時，應向入出國及移民署申請辦理變更登記」, 準用第二十二條第二項: its number of days."""
    return Due(deadline(days_after(moved_on, _DAYS_TO_REPORT.on(moved_on))), ART_31_6)


@dataclass(frozen=True)
class NewEmployerDue:
    """Two labelled readings; keep to `by_labour_agency`, which is never the later one."""

    by_labour_agency: Due
    by_act: Due


@rule(
    NEW_EMPLOYER_ADVICE,
    in_force_from=EASED,
    decided_by="approved_on",
    doubt="The agency's page says fifteen days and the act thirty since 2024; the page may be older than the change.",
)
def card_after_new_employer_due(approved_on: date) -> NewEmployerDue:
    """“應於取得勞動部接續聘僱核准函之日起15日內” (labour agency), against thirty days of the act.

    We count both from the day after the ministry's letter. A change of workplace is also one of art. 31(6).
    """
    return NewEmployerDue(
        Due(deadline(days_after(approved_on, 15)), NEW_EMPLOYER_ADVICE),
        change_of_address_due(approved_on),
    )


@dataclass(frozen=True)
class PassportRenewal:
    """From this day less than six months are left; afterwards the immigration agency needs the new number."""

    renew_from: date
    source: Source


@rule(
    PASSPORT_ADVICE,
    in_force_from=EASED,
    decided_by="expires_on",
    doubt="The six months are the labour agency's advice to migrant workers (2024-10-12); no article sets them.",
)
def renew_passport(expires_on: date) -> PassportRenewal:
    """“護照有效期限低於6個月，請儘快向各國駐臺辦事處辦理換發護照” (labour agency)"""
    return PassportRenewal(window_opens(expires_on, 6), PASSPORT_ADVICE)


@dataclass(frozen=True)
class Overstay:
    """New Taiwan dollars, and how many years she may be kept out; what is imposed is for the agency to say."""

    fine_at_least: Decimal
    fine_at_most: Decimal
    ban_years_at_least: int
    ban_years_at_most: int
    source: Source


_OVERSTAY = Dated(
    ART_74_1,
    {
        IN_FORCE_FROM: Overstay(Decimal(2_000), Decimal(10_000), 1, 3, _source("85")),
        STRICTER: Overstay(Decimal(10_000), Decimal(50_000), 1, 7, ART_74_1),
    },
)


@rule(ART_74_1, in_force_from=IN_FORCE_FROM, decided_by="overstayed_on", doubt=REPORTED)
def overstay(overstayed_on: date) -> Overstay:
    """A fine of 10,000 to 50,000 and a ban of one to seven years (第18條); until 2024-02-29 2,000 to 10,000 and three.

    Who overstayed less than thirty days and still has her reason to stay may apply again after the fine (第31條).
    """
    return _OVERSTAY.on(overstayed_on)
