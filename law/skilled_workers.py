"""Which type B workers may become skilled workers, who applies, and when.

Art. 43 of 雇主聘僱外國人許可及管理辦法, since 2026 arts. 6 and 44 of 外國技術人力工作資格及許可管理辦法. Pay, skill and
language (there art. 8) come on top: `least_pay` names the amounts, whether she has the skill is not judged here.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law.citations import AMENDED_2023, SKILLED_WORKERS_REGULATION, permission, skilled
from law.dates import days_after, last_day_of_period, months_before, window_opens
from law.source import Dated, Source, rule
from law.windows import ApplicationWindow, Purpose, two_to_four_months
from law.working_years import ELEVEN_AND_A_HALF_YEARS, SIX_YEARS, Service

SKILLED_8, SKILLED_32_4, SKILLED_56 = skilled("8"), skilled("32", "4"), skilled("56")
SKILLED_6, SKILLED_44_1, SKILLED_44_2, SKILLED_44_3 = skilled("6", "2"), *(skilled("44", each) for each in "123")
ELIGIBLE = Dated(SKILLED_6, {AMENDED_2023: permission("43", "1"), SKILLED_WORKERS_REGULATION: SKILLED_6})
SIX_YEARS_FILING = Dated(SKILLED_44_1, {AMENDED_2023: permission("43", "2"), SKILLED_WORKERS_REGULATION: SKILLED_44_1})
RETURNED_FILING = Dated(SKILLED_44_2, {AMENDED_2023: permission("43", "3"), SKILLED_WORKERS_REGULATION: SKILLED_44_2})
# From abroad: former employers only, and for family care whom art. 43(5), now art. 32(4), names.
ABROAD_FILING = Dated(SKILLED_44_3, {AMENDED_2023: permission("43", "4"), SKILLED_WORKERS_REGULATION: SKILLED_44_3})
ABROAD_CARE = Dated(SKILLED_32_4, {AMENDED_2023: permission("43", "5"), SKILLED_WORKERS_REGULATION: SKILLED_32_4})
GRADUATE = Dated(SKILLED_6, {AMENDED_2023: permission("45", "1"), SKILLED_WORKERS_REGULATION: SKILLED_6})


class SkilledWork(StrEnum):
    """The work of art. 5 that type B workers can change to, as its pay is set."""

    INDUSTRY = "industry"  # 3 to 8: manufacturing, construction, fishing, slaughter, farm work
    INSTITUTION_CARE = "institution_care"  # 9
    FAMILY_CARE = "family_care"  # 10


@dataclass(frozen=True)
class LeastPay:
    """NT$ a month. From `without_proof` on no proof of skill is asked, of family carers none of language either; None:
    proof is always asked."""

    amount: int
    without_proof: int | None
    needs_language: bool
    source: Source


_PAY = Dated(
    SKILLED_8,
    {
        SKILLED_WORKERS_REGULATION: {
            SkilledWork.INDUSTRY: LeastPay(35_000, 37_000, False, SKILLED_8),
            SkilledWork.INSTITUTION_CARE: LeastPay(31_000, None, True, SKILLED_8),
            SkilledWork.FAMILY_CARE: LeastPay(26_000, 28_000, True, SKILLED_8),
        }
    },
)


@rule(
    SKILLED_8,
    in_force_from=SKILLED_WORKERS_REGULATION,
    decided_by="applied_on",
    doubt="The amounts were read in the Central News Agency's report of 2026-01-03 on the ministry's notice, not in "
    "the notice itself. They are for applications since 2026.",
)
def least_pay(applied_on: date, work: SkilledWork) -> LeastPay:
    """「一、專業證照、訓練課程或實作認定資格條件。但第五條第三款至第八款及第十款工作之薪資達一定數額者，不在此限。
    二、薪資基本數額。」 and for care work 「語文能力條件」

    The ministry sets the amounts by notice.
    """
    return _PAY.on(applied_on)[work]


class Ground(StrEnum):
    SIX_YEARS = "six_years"  # without a break, or added up with one employer
    RETURNED = "returned"  # six years, left, came back, eleven and a half in all
    ABROAD = "abroad"  # eleven and a half years in all, and has left
    GRADUATE = "graduate"  # an associate degree or higher from Taiwan


class Applicant(StrEnum):
    ORIGINAL_EMPLOYER = "original_employer"
    NEW_EMPLOYER = "new_employer"
    ANY_EMPLOYER = "any_employer"
    FORMER_EMPLOYER = "former_employer"
    CARE_FAMILY = "care_family"  # besides the former employer: relatives, the person cared for; a person must check


@dataclass(frozen=True)
class Route:
    """Who may apply on which ground. `window` None: no days are named. `starts_on` None: no day is prescribed."""

    ground: Ground
    applicant: Applicant
    window: ApplicationWindow | None
    starts_on: date | None
    needs_a_person: bool
    source: Source
    eligible_by: Source


@dataclass(frozen=True)
class SixYears:
    full_on: date
    source: Source


@rule(
    SKILLED_6,
    in_force_from=AMENDED_2023,
    decided_by="asked_on",
    doubt="That home leave and waiting for a transfer do not break six years is the ministry's answer (lrsc.wda.gov.tw "
    "04ba7bca), known second hand.",
)
def six_years_full(asked_on: date, working_since: date) -> SixYears:
    """「連續工作期間達六年以上」: the last day of the sixth year of work without a break since that day."""
    return SixYears(last_day_of_period(working_since, 72), ELIGIBLE.on(asked_on))


@dataclass(frozen=True)
class Candidate:
    """What decides. `six_years_on`: the day six years are full, without a break or with one employer; None: never.

    `permit_ends` is that of her present type B permit, None without one. `before_leaving` is what she had worked
    when she last left Taiwan at the end of her work; `total` what she has worked up to the day of asking.
    """

    permit_ends: date | None
    six_years_on: date | None
    before_leaving: Service
    total: Service
    abroad: bool
    family_care: bool
    graduate: bool = False


@rule(SKILLED_32_4, in_force_from=AMENDED_2023, decided_by="asked_on")
def filing_by_care_family(asked_on: date) -> Route:
    """「一、曾聘僱該外國人從事本法第四十六條第一項第九款之家庭看護工作。二、與曾聘僱該外國人之雇主，有第一項親屬關係。
    三、與曾受該外國人照顧之被看護者，有第一項親屬關係。」

    From abroad, for family care: besides the former employer relatives and the person cared for; a person must check.
    """
    source = ABROAD_CARE.on(asked_on)
    return Route(Ground.ABROAD, Applicant.CARE_FAMILY, None, None, True, source, ELIGIBLE.on(asked_on))


@rule(
    SKILLED_44_1,
    in_force_from=AMENDED_2023,
    decided_by="asked_on",
    doubt="Six years that become full only in the permit's last four months are filed for two to four months before it "
    "ends (lrsc.wda.gov.tw ee61b648, known second hand). That any new employer may apply for six years with one "
    "employer is the text's reading.",
)
def filing_after_six_years(asked_on: date, permit_ends: date, six_years_on: date) -> tuple[Route, Route]:
    """「原雇主：於聘僱許可有效期間屆滿日前二個月申請。」「新雇主：於前款聘僱許可有效期間屆滿日前二個月至四個月內申請，並自
    其聘僱許可期間屆滿之次日起聘僱。」

    The original employer files on any day up to two months before the end (the ministry's answers), not on one day
    as in the English. A new employer: two to four months before, work from the day after it.
    """
    source, eligible = SIX_YEARS_FILING.on(asked_on), ELIGIBLE.on(asked_on)
    new = two_to_four_months(permit_ends, Purpose.NEW_APPLICATION, source)
    # Full early: any day after. Full only late in the permit: as the new employer, two to four months before.
    opens = min(days_after(six_years_on, 1), window_opens(permit_ends, 4))
    original = ApplicationWindow(opens, new.last_safe_day, permit_ends, Purpose.NEW_APPLICATION, source)
    return (
        Route(Ground.SIX_YEARS, Applicant.ORIGINAL_EMPLOYER, original, None, False, source, eligible),
        Route(Ground.SIX_YEARS, Applicant.NEW_EMPLOYER, new, days_after(permit_ends, 1), False, source, eligible),
    )


@rule(SKILLED_44_2, in_force_from=AMENDED_2023, decided_by="asked_on")
def filing_after_return(asked_on: date, permit_ends: date) -> Route:
    """「雇主應於聘僱許可有效期間屆滿日前二個月至四個月內，申請聘僱第六條第二項第一款第二目規定之外國技術人力從事第五條所定之
    工作，並自其聘僱許可期間屆滿之次日起聘僱。」
    """
    source = RETURNED_FILING.on(asked_on)
    window, next_day = two_to_four_months(permit_ends, Purpose.NEW_APPLICATION, source), days_after(permit_ends, 1)
    return Route(Ground.RETURNED, Applicant.ANY_EMPLOYER, window, next_day, False, source, ELIGIBLE.on(asked_on))


@rule(SKILLED_44_3, in_force_from=AMENDED_2023, decided_by="asked_on")
def filing_from_abroad(asked_on: date) -> Route:
    """「除從事第五條第十款之家庭看護技術工作者外，應由曾受聘僱之雇主，申請聘僱從事外國技術人力工作。」"""
    source = ABROAD_FILING.on(asked_on)
    return Route(Ground.ABROAD, Applicant.FORMER_EMPLOYER, None, None, False, source, ELIGIBLE.on(asked_on))


@rule(
    SKILLED_6,
    in_force_from=AMENDED_2023,
    decided_by="asked_on",
    doubt="Eleven and a half years are measured on the day of asking.",
)
def skilled_routes(asked_on: date, candidate: Candidate) -> tuple[Route, ...]:
    """「連續工作期間達六年以上，或受聘僱於同一雇主，累計工作期間達六年以上」
    「累計達六年以上出國後，再次入國工作，其工作期間累計達十一年六個月以上」
    「累計工作期間達十一年六個月以上，並已出國」
    「取得我國大專校院副學士以上學位之外國留學生、僑生或其他華裔學生」

    Empty when nobody can apply yet; whoever is in Taiwan without a permit has to ask a person.
    """
    found: list[Route] = []
    ends_on = candidate.permit_ends
    if ends_on is not None and not candidate.abroad:
        if candidate.six_years_on is not None and candidate.six_years_on <= ends_on:
            found.extend(filing_after_six_years(asked_on, ends_on, candidate.six_years_on))
        if candidate.before_leaving >= SIX_YEARS and candidate.total >= ELEVEN_AND_A_HALF_YEARS:
            found.append(filing_after_return(asked_on, ends_on))
    if candidate.abroad and candidate.total >= ELEVEN_AND_A_HALF_YEARS:
        found.append(filing_from_abroad(asked_on))
        if candidate.family_care:
            found.append(filing_by_care_family(asked_on))
    if candidate.graduate:
        source = GRADUATE.on(asked_on)
        found.append(Route(Ground.GRADUATE, Applicant.ANY_EMPLOYER, None, None, False, source, source))
    return tuple(found)


@dataclass(frozen=True)
class Hindrances:
    """What happened on or after this day makes the ministry refuse."""

    since: date
    source: Source


@rule(SKILLED_56, in_force_from=SKILLED_WORKERS_REGULATION, decided_by="applied_on")
def hindrances(applied_on: date) -> Hindrances:
    """「於申請許可日前三年內有下列情事之一者，中央主管機關應不予許可」「一、未經許可從事工作。二、為申請許可以外之雇主工作。」
    「四、連續曠職三日失去聯繫。」

    Eleven grounds in all; these are the most common.
    """
    return Hindrances(months_before(applied_on, 36), SKILLED_56)
