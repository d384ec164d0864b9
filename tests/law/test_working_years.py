"""How the twelve and fourteen years are counted, and who may apply for fourteen."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.dates import last_day_of_period
from law.source import NotInForce
from law.working_years import (
    NONE,
    Service,
    Stint,
    Work,
    Worked,
    application_for_fourteen,
    full_on,
    limit_with_merit,
    skilled_work_left_out,
    years_left,
    years_worked,
)

TODAY = date(2026, 11, 21)
STARTS = st.dates(date(2005, 1, 1), date(2020, 12, 31))


def stint(first_day: date, months: int, work: Work = Work.OTHER_TYPE_B) -> Stint:
    return Stint(first_day, last_day_of_period(first_day, months), work)


def years_of(months: int, work: Work) -> list[Stint]:
    return [stint(date(2013, 1, 1), months, work)]


FOUR_PERMITS = [stint(date(2012 + 3 * number, 5, 10), 36, Work.FAMILY_CARE) for number in range(4)]
FOUR_WITH_GAPS = [stint(date(2012 + 3 * number, 5, 10 + number), 36, Work.FAMILY_CARE) for number in range(4)]


@pytest.mark.parametrize("permits", [FOUR_PERMITS, FOUR_WITH_GAPS], ids=["one after the other", "with days between"])
def test_article_52_counts_four_permits_of_three_years_as_twelve(permits: list[Stint]) -> None:
    assert sum((each.last_day - each.first_day).days + 1 for each in permits) == 4383 > 12 * 365
    left = years_left(TODAY, permits, Work.FAMILY_CARE)
    assert (left.used, left.remaining, left.limit_years) == (Service(144), Service(0), 12)
    assert left.may_apply_for_fourteen
    factory = years_left(TODAY, permits, Work.OTHER_TYPE_B)
    assert (factory.remaining, factory.may_apply_for_fourteen) == (Service(0), False)


@pytest.mark.parametrize(
    ("months", "may_apply"),
    [
        pytest.param(132, True, id="11 years 0 months"),
        pytest.param(131, False, id="10 years 11 months"),
        pytest.param(144, True, id="12 years"),
    ],
)
def test_article_38_opens_a_year_before_twelve_years_are_full(months: int, may_apply: bool) -> None:
    left = years_left(TODAY, years_of(months, Work.FAMILY_CARE), Work.FAMILY_CARE)
    assert left.may_apply_for_fourteen is may_apply
    assert left.fourteen_source.article == "38"


def test_article_38_is_not_open_a_day_before_eleven_years() -> None:
    nearly = Stint(date(2013, 1, 1), date(2023, 12, 30), Work.FAMILY_CARE)
    # 29 leftover days: thirty would be a month
    nearly_29 = Stint(date(2013, 1, 1), date(2023, 12, 29), Work.FAMILY_CARE)
    assert years_left(TODAY, [nearly_29], Work.FAMILY_CARE).used == Service(131, 29)
    assert not years_left(TODAY, [nearly_29], Work.FAMILY_CARE).may_apply_for_fourteen
    assert years_left(TODAY, [nearly], Work.FAMILY_CARE).used == Service(132)


def test_article_52_leaves_a_factory_worker_six_months_and_the_skilled_route() -> None:
    left = years_left(TODAY, years_of(138, Work.OTHER_TYPE_B), Work.OTHER_TYPE_B)
    assert (left.remaining, left.may_apply_for_fourteen, left.six_years) == (Service(6), False, True)
    assert not years_left(TODAY, years_of(71, Work.OTHER_TYPE_B), Work.OTHER_TYPE_B).six_years


def test_article_52_gives_live_in_care_fourteen_years_once_granted() -> None:
    care = years_of(138, Work.FAMILY_CARE)
    left = years_left(TODAY, care, Work.FAMILY_CARE, fourteen_granted=True)
    assert (left.limit_years, left.remaining, left.may_apply_for_fourteen) == (14, Service(30), False)
    assert str(left.source) == "就業服務法第52條第6項"
    elsewhere = years_left(TODAY, care, Work.OTHER_TYPE_B, fourteen_granted=True)
    assert (elsewhere.limit_years, elsewhere.remaining) == (12, Service(6))
    assert str(elsewhere.source) == "就業服務法第52條第4項"


def test_article_48_leaves_skilled_work_out() -> None:
    stints = [stint(date(2014, 1, 1), 96), stint(date(2022, 5, 1), 48, Work.SKILLED)]
    worked = years_worked(TODAY, stints)
    assert worked.length == Service(96)
    assert str(worked.left_out) == "外國技術人力工作資格及許可管理辦法第61條第3項"
    before = years_worked(date(2025, 12, 31), stints)
    assert str(before.left_out) == "雇主聘僱外國人許可及管理辦法第48條第3項"
    with pytest.raises(ValueError, match="no limit"):
        years_left(TODAY, stints, Work.SKILLED)


@pytest.mark.parametrize(
    ("stints", "length"),
    [
        pytest.param([], Service(), id="never worked"),
        pytest.param([Stint(date(2026, 1, 31), date(2026, 2, 28), Work.FAMILY_CARE)], Service(1), id="short month"),
        pytest.param([Stint(date(2026, 1, 1), date(2026, 1, 1), Work.FAMILY_CARE)], Service(0, 1), id="one day"),
        pytest.param(
            [
                Stint(date(2024, 1, 1), date(2024, 1, 20), Work.FAMILY_CARE),
                Stint(date(2024, 3, 1), date(2024, 3, 20), Work.OTHER_TYPE_B),
            ],
            Service(1, 10),
            id="twice twenty days: thirty days left over are a month",
        ),
        pytest.param(
            [Stint(date(2026, 11, 1), date(2027, 10, 31), Work.FAMILY_CARE)], Service(0, 21), id="up to today"
        ),
        pytest.param([Stint(date(2027, 1, 1), date(2027, 12, 31), Work.FAMILY_CARE)], Service(), id="yet to come"),
    ],
)
def test_the_civil_code_counts_months_and_leftover_days(stints: list[Stint], length: Service) -> None:
    assert years_worked(TODAY, stints).length == length


def test_facts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="end before it begins"):
        Stint(date(2026, 1, 2), date(2026, 1, 1), Work.FAMILY_CARE)
    with pytest.raises(ValueError, match="overlap on 2015-06-01"):
        years_worked(TODAY, [stint(date(2015, 1, 1), 12), stint(date(2015, 6, 1), 12)])
    with pytest.raises(ValueError, match="overlap on 2015-12-31"):
        years_worked(TODAY, [stint(date(2015, 1, 1), 12), stint(date(2015, 12, 31), 12)])
    for months, days in ((-1, 0), (0, 30), (0, -1)):
        with pytest.raises(ValueError, match="0 to 29 days"):
            Service(months, days)


def test_the_rules_begin_with_the_rewritten_regulation() -> None:
    assert years_left(date(2022, 4, 30), FOUR_PERMITS, Work.FAMILY_CARE).used == Service(119, 21)
    with pytest.raises(NotInForce):
        years_worked(date(2022, 4, 29), FOUR_PERMITS)
    with pytest.raises(NotInForce):
        years_left(date(2022, 4, 29), FOUR_PERMITS, Work.FAMILY_CARE)


@given(STARTS, st.integers(0, 3000), st.integers(0, 3000))
def test_a_change_of_employer_on_the_next_day_costs_nothing(first_day: date, before: int, after: int) -> None:
    change = first_day + timedelta(days=before)
    last_day = change + timedelta(days=after + 1)
    parts = [
        Stint(change + timedelta(days=1), last_day, Work.FAMILY_CARE),
        Stint(first_day, change, Work.OTHER_TYPE_B),
    ]
    whole = [Stint(first_day, last_day, Work.FAMILY_CARE)]
    assert years_worked(date(2045, 1, 1), parts) == years_worked(date(2045, 1, 1), whole)


@given(STARTS, st.integers(0, 6000))
def test_a_day_more_never_counts_less_nor_leaves_more(first_day: date, days: int) -> None:
    last_days = (first_day + timedelta(days=days), first_day + timedelta(days=days + 1))
    one, more = (
        years_left(date(2045, 1, 1), [Stint(first_day, last_day, Work.FAMILY_CARE)], Work.FAMILY_CARE)
        for last_day in last_days
    )
    assert one.used <= more.used
    assert one.remaining >= more.remaining
    assert one.may_apply_for_fourteen <= more.may_apply_for_fourteen


def test_the_rule_answers_for_every_month_until_2028_and_never_counts_back() -> None:
    last = Worked(Service(), years_worked(TODAY, []).source, years_worked(TODAY, []).left_out)
    for month in range(2022 * 12 + 4, 2029 * 12):
        answer = years_worked(date(month // 12, month % 12 + 1, 15), [Stint(date(2020, 1, 1), TODAY, Work.FAMILY_CARE)])
        assert answer.length >= last.length
        last = answer
    assert last.length == Service(82, 21)


@pytest.mark.parametrize(
    ("began", "before", "day", "still"),
    [
        pytest.param(
            date(2020, 11, 22), NONE, date(2032, 11, 20), Service(72), id="thirty days of October are a month"
        ),
        pytest.param(date(2014, 11, 24), NONE, date(2026, 11, 22), Service(0, 1), id="one day is missing"),
        pytest.param(date(2014, 11, 22), NONE, TODAY, NONE, id="full today"),
        pytest.param(date(2010, 1, 1), NONE, TODAY, NONE, id="full long ago"),
        pytest.param(date(2024, 11, 22), Service(60), date(2031, 11, 20), Service(60), id="five years earlier on"),
        pytest.param(
            date(2024, 11, 22), Service(59, 29), date(2031, 11, 22), Service(60, 1), id="a day less earlier on"
        ),
    ],
)
def test_the_twelve_years_are_full_on_a_day_if_she_works_on(
    began: date, before: Service, day: date, still: Service
) -> None:
    stints = [Stint(began, max(began, TODAY), Work.OTHER_TYPE_B)]
    answer = full_on(TODAY, stints, Service(144), before)
    assert (answer.day, answer.still) == (day, still)
    assert str(answer.source) == "就業服務法第52條第4項"


def test_a_length_without_days_is_filled_up_from_tomorrow_on() -> None:
    assert full_on(TODAY, [], Service(2), Service(1)).day == date(2026, 12, 21)
    assert years_left(TODAY, [], Work.OTHER_TYPE_B, before=Service(143, 29)).remaining == Service(0, 1)
    assert years_worked(TODAY, [Stint(TODAY, TODAY, Work.FAMILY_CARE)], Service(1, 29)).length == Service(2)


@given(STARTS, st.dates(date(2022, 5, 1), date(2035, 12, 31)), st.integers(0, 143), st.integers(0, 29))
def test_a_length_is_full_on_the_day_it_says_and_not_a_day_before(
    first_day: date, counted_on: date, months: int, more_days: int
) -> None:
    before = Service(months, more_days)
    full = full_on(counted_on, [Stint(first_day, counted_on, Work.OTHER_TYPE_B)], Service(144), before)

    def worked(day: date) -> Service:
        return years_worked(day, [Stint(first_day, day, Work.OTHER_TYPE_B)], before).length

    assert worked(full.day) >= Service(144)
    assert full.day == counted_on or worked(full.day - timedelta(days=1)) < Service(144)


@pytest.mark.parametrize(
    ("used", "may_apply"),
    [pytest.param(Service(132), True, id="11 years"), pytest.param(Service(131, 29), False, id="less")],
)
def test_article_38_and_the_fourteen_years_cite_their_own_words(used: Service, may_apply: bool) -> None:
    application, limit = application_for_fourteen(TODAY, used), limit_with_merit(TODAY)
    assert (application.open, application.from_length) == (may_apply, Service(132))
    assert (limit.years, str(limit.source)) == (14, "就業服務法第52條第6項")
    assert "將於一年內屆滿十二年" in application_for_fourteen.quotes[0]
    assert limit_with_merit.quotes[0].endswith("累計不得逾十四年。")
    assert years_worked.quotes == years_left.quotes == ("其在中華民國境內工作期間，累計不得逾十二年",)


@pytest.mark.parametrize(
    ("counted_on", "article"),
    [
        pytest.param(date(2025, 12, 31), "48", id="last day of the old regulation"),
        pytest.param(date(2026, 1, 1), "61", id="first day of the new one"),
    ],
)
def test_skilled_work_is_left_out_by_the_article_of_the_day(counted_on: date, article: str) -> None:
    assert skilled_work_left_out(counted_on).article == article
