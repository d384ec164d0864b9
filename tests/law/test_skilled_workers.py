"""Who may become a skilled worker, on which ground, who applies, and between which days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.skilled_workers import (
    Applicant,
    Candidate,
    Ground,
    Route,
    SkilledWork,
    filing_after_return,
    filing_after_six_years,
    filing_by_care_family,
    filing_from_abroad,
    hindrances,
    least_pay,
    six_years_full,
    skilled_routes,
)
from law.source import NotInForce
from law.windows import ApplicationWindow, Standing, standing
from law.working_years import Service

ENDS = date(2026, 8, 31)
TODAY = date(2026, 3, 2)
SIX = Service(72)
NONE = Service()


def candidate(
    *,
    permit_ends: date | None = ENDS,
    six_years_on: date | None = None,
    before_leaving: Service = NONE,
    total: Service = SIX,
    abroad: bool = False,
    family_care: bool = False,
    graduate: bool = False,
) -> Candidate:
    return Candidate(permit_ends, six_years_on, before_leaving, total, abroad, family_care, graduate)


def window(route: Route) -> ApplicationWindow:
    assert route.window is not None
    return route.window


@pytest.mark.parametrize(
    ("today", "original", "new"),
    [
        pytest.param(date(2025, 6, 30), Standing.NOT_YET, Standing.NOT_YET, id="the sixth year's last day"),
        pytest.param(date(2025, 7, 1), Standing.OPEN, Standing.NOT_YET, id="six years and 0 days"),
        pytest.param(date(2026, 4, 30), Standing.OPEN, Standing.NOT_YET, id="four months before"),
        pytest.param(date(2026, 5, 1), Standing.OPEN, Standing.OPEN, id="the day after"),
        pytest.param(date(2026, 6, 30), Standing.LAST_SAFE_DAY, Standing.LAST_SAFE_DAY, id="two months before"),
        pytest.param(date(2026, 7, 1), Standing.LATE, Standing.LATE, id="a day late"),
    ],
)
def test_article_44_lets_the_original_employer_apply_any_day_up_to_two_months_before(
    today: date, original: Standing, new: Standing
) -> None:
    full = six_years_full(TODAY, date(2019, 7, 1)).full_on
    assert full == date(2025, 6, 30)
    first, second = skilled_routes(TODAY, candidate(six_years_on=full))
    assert (first.applicant, second.applicant) == (Applicant.ORIGINAL_EMPLOYER, Applicant.NEW_EMPLOYER)
    assert standing(window(first), today) is original
    assert standing(window(second), today) is new
    assert (first.starts_on, second.starts_on) == (None, date(2026, 9, 1))


@pytest.mark.parametrize("full_on", [ENDS, ENDS - timedelta(days=30), date(2026, 4, 30)])
def test_six_years_full_only_near_the_end_are_filed_two_to_four_months_before(full_on: date) -> None:
    routes = skilled_routes(TODAY, candidate(six_years_on=full_on, total=Service(71)))
    assert [route.ground for route in routes] == [Ground.SIX_YEARS, Ground.SIX_YEARS]
    for route in routes:
        assert (window(route).opens, window(route).last_safe_day) == (date(2026, 5, 1), date(2026, 6, 30))


def test_six_years_full_after_the_permit_are_no_ground() -> None:
    assert skilled_routes(TODAY, candidate(six_years_on=ENDS + timedelta(days=1))) == ()


def test_six_years_then_away_and_ten_in_all_are_not_enough_to_return() -> None:
    assert skilled_routes(TODAY, candidate(before_leaving=SIX, total=Service(120))) == ()
    again = candidate(before_leaving=SIX, total=Service(120), six_years_on=date(2025, 1, 1))
    assert {route.ground for route in skilled_routes(TODAY, again)} == {Ground.SIX_YEARS}


@pytest.mark.parametrize(
    ("before_leaving", "total", "count"),
    [
        pytest.param(SIX, Service(138), 1, id="six years, eleven and a half in all"),
        pytest.param(SIX, Service(137, 29), 0, id="a day short of eleven and a half"),
        pytest.param(Service(71, 29), Service(138), 0, id="a day short of six before leaving"),
    ],
)
def test_article_6_lets_who_came_back_apply_with_eleven_and_a_half_years(
    before_leaving: Service, total: Service, count: int
) -> None:
    routes = skilled_routes(TODAY, candidate(before_leaving=before_leaving, total=total))
    assert len(routes) == count
    for route in routes:
        assert (route.ground, route.applicant) == (Ground.RETURNED, Applicant.ANY_EMPLOYER)
        assert (window(route).opens, window(route).last_safe_day) == (date(2026, 5, 1), date(2026, 6, 30))
        assert route.starts_on == date(2026, 9, 1)


def test_article_6_leaves_who_has_gone_home_to_former_employers() -> None:
    (route,) = skilled_routes(TODAY, candidate(permit_ends=None, total=Service(144), abroad=True))
    assert (route.ground, route.applicant, route.window) == (Ground.ABROAD, Applicant.FORMER_EMPLOYER, None)
    assert not route.needs_a_person
    assert skilled_routes(TODAY, candidate(permit_ends=None, total=Service(137, 29), abroad=True)) == ()


def test_a_carers_former_family_is_for_a_person_to_check() -> None:
    # twelve years, abroad, asked for by a cousin of the former employer: kinship decides
    carer = candidate(permit_ends=None, total=Service(144), abroad=True, family_care=True)
    former, family = skilled_routes(TODAY, carer)
    assert (former.applicant, former.needs_a_person) == (Applicant.FORMER_EMPLOYER, False)
    assert (family.applicant, family.needs_a_person) == (Applicant.CARE_FAMILY, True)
    assert str(family.source) == "外國技術人力工作資格及許可管理辦法第32條第4項"


def test_graduates_need_no_years() -> None:
    (route,) = skilled_routes(TODAY, candidate(permit_ends=None, total=NONE, graduate=True))
    assert (route.ground, route.applicant, route.window) == (Ground.GRADUATE, Applicant.ANY_EMPLOYER, None)


def test_in_taiwan_without_a_permit_no_ground_is_told() -> None:
    assert skilled_routes(TODAY, candidate(permit_ends=None, six_years_on=TODAY, total=Service(144))) == ()


def test_a_permit_does_not_help_who_is_abroad() -> None:
    assert skilled_routes(TODAY, candidate(six_years_on=TODAY, total=SIX, abroad=True)) == ()


ALL = candidate(six_years_on=date(2023, 1, 1), before_leaving=SIX, total=Service(138), graduate=True)


@pytest.mark.parametrize(
    ("asked_on", "articles"),
    [
        pytest.param(date(2023, 6, 1), ["43-2", "43-2", "43-3", "45-1"], id="first day of the amendment"),
        pytest.param(date(2025, 12, 31), ["43-2", "43-2", "43-3", "45-1"], id="last day of the old regulation"),
        pytest.param(date(2026, 1, 1), ["44-1", "44-1", "44-2", "6-2"], id="first day of the new regulation"),
    ],
)
def test_the_day_of_asking_chooses_the_regulation(asked_on: date, articles: list[str]) -> None:
    routes = skilled_routes(asked_on, ALL)
    assert [f"{route.source.article}-{route.source.paragraph}" for route in routes] == articles
    abroad = candidate(permit_ends=None, total=Service(144), abroad=True, family_care=True)
    old = asked_on.year < 2026
    cited = [f"{route.source.article}-{route.source.paragraph}" for route in skilled_routes(asked_on, abroad)]
    assert cited == (["43-4", "43-5"] if old else ["44-3", "32-4"])


def test_the_rules_are_silent_before_the_amendment_of_2023() -> None:
    with pytest.raises(NotInForce):
        skilled_routes(date(2023, 5, 31), ALL)
    with pytest.raises(NotInForce):
        six_years_full(date(2023, 5, 31), date(2017, 1, 1))


def test_the_rules_answer_for_every_month_until_2028_without_a_gap() -> None:
    for month in range(2023 * 12 + 5, 2029 * 12):
        asked_on = date(month // 12, month % 12 + 1, 1)
        assert len(skilled_routes(asked_on, ALL)) == 4
        assert six_years_full(asked_on, asked_on).full_on > asked_on


PERMITS = st.dates(date(2023, 6, 1), date(2040, 12, 31))


@given(PERMITS, st.integers(0, 4000), st.integers(0, 400))
def test_no_route_opens_after_its_last_safe_day_and_later_years_never_open_earlier(
    ends_on: date, full_before: int, longer: int
) -> None:
    full_on = ends_on - timedelta(days=full_before)
    early, late = (
        skilled_routes(TODAY, candidate(permit_ends=ends_on, six_years_on=each))
        for each in (full_on - timedelta(days=longer), full_on)
    )
    for before, after in zip(early, late, strict=True):
        opens, later, safe = window(before).opens, window(after).opens, window(after).last_safe_day
        assert opens is not None
        assert later is not None
        assert safe is not None
        assert opens <= later <= safe <= ends_on
        assert window(before).last_safe_day == safe


@pytest.mark.parametrize(
    ("work", "amount", "without_proof", "needs_language"),
    [
        pytest.param(SkilledWork.INDUSTRY, 35_000, 37_000, False, id="factory, building, farm, boat"),
        pytest.param(SkilledWork.INSTITUTION_CARE, 31_000, None, True, id="care in an institution: proof always"),
        pytest.param(SkilledWork.FAMILY_CARE, 26_000, 28_000, True, id="care in a family"),
    ],
)
def test_article_8_asks_for_a_least_pay(
    work: SkilledWork, amount: int, without_proof: int | None, needs_language: bool
) -> None:
    pay = least_pay(date(2026, 1, 1), work)
    assert (pay.amount, pay.without_proof, pay.needs_language) == (amount, without_proof, needs_language)
    with pytest.raises(NotInForce):
        least_pay(date(2025, 12, 31), work)


@pytest.mark.parametrize(
    ("applied_on", "since"),
    [
        pytest.param(date(2026, 3, 11), date(2023, 3, 11), id="three years"),
        pytest.param(date(2028, 2, 29), date(2025, 2, 28), id="a leap day"),
    ],
)
def test_article_56_looks_three_years_back(applied_on: date, since: date) -> None:
    assert hindrances(applied_on).since == since


def test_each_way_of_filing_quotes_its_own_paragraph() -> None:
    first, second = filing_after_six_years(TODAY, ENDS, date(2025, 6, 30))
    assert (first.applicant, second.applicant) == (Applicant.ORIGINAL_EMPLOYER, Applicant.NEW_EMPLOYER)
    assert window(filing_after_return(TODAY, ENDS)).last_safe_day == window(second).last_safe_day == date(2026, 6, 30)
    assert (filing_from_abroad(TODAY).window, filing_by_care_family(TODAY).needs_a_person) == (None, True)
    quoted = {
        rule.source.article + "-" + rule.source.paragraph: rule.quotes[0]
        for rule in (filing_after_six_years, filing_after_return, filing_from_abroad, filing_by_care_family)
    }
    assert quoted["44-1"] == "原雇主：於聘僱許可有效期間屆滿日前二個月申請。"
    assert quoted["44-2"].startswith("雇主應於聘僱許可有效期間屆滿日前二個月至四個月內")
    assert quoted["44-3"].endswith("應由曾受聘僱之雇主，申請聘僱從事外國技術人力工作。")
    assert quoted["32-4"].startswith("一、曾聘僱該外國人")
    assert not any("原雇主" in words for words in skilled_routes.quotes)
