"""Which measures each of the four ties opens, row by row of articles 11 to 18."""

from datetime import date, timedelta

import pytest

from law.source import NotInForce
from law.trade_adjustment import ISSUED, Tie
from law.trade_adjustment_measures import (
    FirmRole,
    Measure,
    firm_measures,
    handled_without_determination,
    worker_measures,
)

ASKED = date(2026, 4, 1)
ARTICLE_12 = [
    (Measure.TRAINING_SUBSIDY, "1"),
    (Measure.SKILL_TEST_FEE, "2"),
    (Measure.LABOUR_SUPPORT, "3"),
    (Measure.ENTREPRENEUR_TRAINING, "4"),
    (Measure.NEGOTIATION, "5"),
]
UNEMPLOYED = [
    (Measure.READAPTATION_ALLOWANCE, "1(1)"),
    (Measure.TEMPORARY_JOB, "1(2)"),
    (Measure.MULTI_EMPLOYMENT_JOB, "1(3)"),
    (Measure.CROSS_AREA_COSTS, "1(4)"),
    (Measure.LIVING_ALLOWANCE, "2(1)"),
    (Measure.RE_EMPLOYMENT_INCENTIVE, "2(2)"),
]
REST_OF_17 = [(Measure.START_UP_LOAN_INTEREST, "3"), (Measure.TRAINING_ALLOWANCE, "4")]


def of_article(article: str, tie: Tie, *, unemployed: bool = True) -> list[tuple[Measure, str]]:
    offered = worker_measures(ASKED, tie, unemployed=unemployed)
    return [(support.measure, support.item) for support in offered if support.source.article == article]


@pytest.mark.parametrize("tie", Tie)
@pytest.mark.parametrize("unemployed", [True, False])
def test_article_12_is_open_to_workers_of_all_four_ties(tie: Tie, unemployed: bool) -> None:
    assert of_article("12", tie, unemployed=unemployed) == ARTICLE_12


@pytest.mark.parametrize(
    ("tie", "offered"),
    [
        pytest.param(Tie.LIKELY_INDUSTRY, [], id="3(1)1: none"),
        pytest.param(Tie.HIT_INDUSTRY, UNEMPLOYED + REST_OF_17, id="3(1)2"),
        pytest.param(Tie.DAMAGED_FIRM, UNEMPLOYED + REST_OF_17, id="3(1)3"),
        pytest.param(Tie.DAMAGED_WORKER, UNEMPLOYED + REST_OF_17, id="3(1)4"),
    ],
)
def test_article_17_is_open_to_workers_of_ties_2_to_4(tie: Tie, offered: list[tuple[Measure, str]]) -> None:
    assert of_article("17", tie) == offered


def test_article_19_keeps_employment_help_and_allowances_between_jobs_for_the_unemployed() -> None:
    assert of_article("17", Tie.HIT_INDUSTRY, unemployed=False) == REST_OF_17


@pytest.mark.parametrize(
    ("tie", "measures"),
    [
        pytest.param(
            Tie.LIKELY_INDUSTRY,
            [(Measure.FIRM_TRAINING, "13", "1"), (Measure.JOB_REDESIGN, "13", "1"), (Measure.NEGOTIATION, "13", "1")],
            id="3(1)1",
        ),
        pytest.param(
            Tie.HIT_INDUSTRY,
            [
                (Measure.FIRM_TRAINING, "13", "1"),
                (Measure.JOB_REDESIGN, "13", "1"),
                (Measure.NEGOTIATION, "13", "1"),
                (Measure.WAGE_SUBSIDY, "18", "1"),
            ],
            id="3(1)2",
        ),
        pytest.param(
            Tie.DAMAGED_FIRM,
            [
                (Measure.FIRM_TRAINING, "13", "1"),
                (Measure.JOB_REDESIGN, "13", "1"),
                (Measure.NEGOTIATION, "13", "1"),
                (Measure.WAGE_SUBSIDY, "18", "1"),
            ],
            id="3(1)3",
        ),
        pytest.param(
            Tie.DAMAGED_WORKER,
            [(Measure.JOB_REDESIGN, "13", "2"), (Measure.WAGE_SUBSIDY, "18", "1")],
            id="3(1)4: job redesign only, and wages",
        ),
    ],
)
def test_articles_13_and_18_offer_to_the_firm_she_works_for(tie: Tie, measures: list[tuple[Measure, str, str]]) -> None:
    offered = firm_measures(ASKED, tie, FirmRole.EMPLOYS)
    assert [(support.measure, support.source.article, support.item) for support in offered] == measures


@pytest.mark.parametrize(("tie", "pays"), [(tie, tie is not Tie.LIKELY_INDUSTRY) for tie in Tie])
def test_article_18_offers_an_incentive_to_a_firm_that_hires(tie: Tie, pays: bool) -> None:
    offered = firm_measures(ASKED, tie, FirmRole.HIRES)
    assert [support.measure for support in offered] == [Measure.HIRING_INCENTIVE] * pays


@pytest.mark.parametrize(
    ("tie", "directly"),
    [
        (Tie.LIKELY_INDUSTRY, False),
        (Tie.HIT_INDUSTRY, True),
        (Tie.DAMAGED_FIRM, True),
        (Tie.DAMAGED_WORKER, False),
    ],
)
def test_article_11_spares_workers_of_ties_2_and_3_the_determination(tie: Tie, directly: bool) -> None:
    assert handled_without_determination(ASKED, tie).directly is directly


def test_every_measure_is_offered_to_somebody() -> None:
    offered = {support.measure for tie in Tie for support in worker_measures(ASKED, tie, unemployed=True)}
    offered |= {support.measure for tie in Tie for role in FirmRole for support in firm_measures(ASKED, tie, role)}
    assert offered == set(Measure)


def test_the_rules_answer_for_every_month_since_the_issue_and_are_silent_before() -> None:
    for month in range(2017 * 12, 2029 * 12):
        day = date(month // 12, month % 12 + 1, 15)
        assert len(worker_measures(day, Tie.DAMAGED_WORKER, unemployed=True)) == 13
        assert len(firm_measures(day, Tie.DAMAGED_WORKER, FirmRole.EMPLOYS)) == 2
    with pytest.raises(NotInForce):
        worker_measures(ISSUED - timedelta(days=1), Tie.HIT_INDUSTRY, unemployed=True)
    with pytest.raises(NotInForce):
        firm_measures(ISSUED - timedelta(days=1), Tie.HIT_INDUSTRY, FirmRole.HIRES)
