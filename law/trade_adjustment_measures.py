"""Which measures of support each tie opens to workers and to firms: the same regulation, articles 11 to 18."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law.source import Source, rule
from law.trade_adjustment import ISSUED, NOT_COMMENCED, Tie, trade_source

ART_11, ART_12, ART_13, ART_17, ART_18 = (trade_source(article) for article in ("11", "12", "13", "17", "18"))
OPEN_END = "The ministry may announce further measures (arts. 12-6, 13-3, 17-5, 18-3)."

_ALL = frozenset(Tie)
_HIT = frozenset((Tie.HIT_INDUSTRY, Tie.DAMAGED_FIRM, Tie.DAMAGED_WORKER))
_NOT_DETERMINED_HERSELF = _ALL - {Tie.DAMAGED_WORKER}


class Measure(StrEnum):
    """Their values never change meaning."""

    # Art. 12, for workers
    TRAINING_SUBSIDY = "training_subsidy"  # 補助參加職業訓練
    SKILL_TEST_FEE = "skill_test_fee"  # 補助參加技術士技能檢定費用
    LABOUR_SUPPORT = "labour_support"  # 心理健康講座等勞工支持服務
    ENTREPRENEUR_TRAINING = "entrepreneur_training"  # 創業技能及經營管理培訓
    NEGOTIATION = "negotiation"  # 勞資自治協商機制, for firms too
    # Art. 13, for firms
    FIRM_TRAINING = "firm_training"  # 協助辦理勞工進修訓練
    JOB_REDESIGN = "job_redesign"  # 職務再設計補助
    # Art. 17, for workers
    READAPTATION_ALLOWANCE = "readaptation_allowance"  # 職場學習及再適應津貼
    TEMPORARY_JOB = "temporary_job"  # 臨時工作津貼
    MULTI_EMPLOYMENT_JOB = "multi_employment_job"  # 多元就業開發方案工作津貼
    CROSS_AREA_COSTS = "cross_area_costs"  # 求職交通、異地就業交通、搬遷及租屋補助金
    LIVING_ALLOWANCE = "living_allowance"  # 待業生活津貼
    RE_EMPLOYMENT_INCENTIVE = "re_employment_incentive"  # 就業獎助津貼
    START_UP_LOAN_INTEREST = "start_up_loan_interest"  # 創業貸款利息補貼
    TRAINING_ALLOWANCE = "training_allowance"  # 職業訓練生活津貼
    # Art. 18, for firms
    WAGE_SUBSIDY = "wage_subsidy"  # 在職勞工薪資補貼
    HIRING_INCENTIVE = "hiring_incentive"  # 僱用失業勞工獎助


@dataclass(frozen=True)
class Support:
    """A measure and where it stands; `item` is the subparagraph (款) and its item (目)."""

    measure: Measure
    source: Source
    item: str
    unemployed_only: bool = False


# What opens each measure. Art. 19 gives the tools of art. 17-1 and 17-2 to the unemployed (失業勞工).
_FOR_WORKERS: Mapping[Support, frozenset[Tie]] = {
    Support(Measure.TRAINING_SUBSIDY, ART_12, "1"): _ALL,
    Support(Measure.SKILL_TEST_FEE, ART_12, "2"): _ALL,
    Support(Measure.LABOUR_SUPPORT, ART_12, "3"): _ALL,
    Support(Measure.ENTREPRENEUR_TRAINING, ART_12, "4"): _ALL,
    Support(Measure.NEGOTIATION, ART_12, "5"): _ALL,
    Support(Measure.READAPTATION_ALLOWANCE, ART_17, "1(1)", unemployed_only=True): _HIT,
    Support(Measure.TEMPORARY_JOB, ART_17, "1(2)", unemployed_only=True): _HIT,
    Support(Measure.MULTI_EMPLOYMENT_JOB, ART_17, "1(3)", unemployed_only=True): _HIT,
    Support(Measure.CROSS_AREA_COSTS, ART_17, "1(4)", unemployed_only=True): _HIT,
    Support(Measure.LIVING_ALLOWANCE, ART_17, "2(1)", unemployed_only=True): _HIT,
    Support(Measure.RE_EMPLOYMENT_INCENTIVE, ART_17, "2(2)", unemployed_only=True): _HIT,
    Support(Measure.START_UP_LOAN_INTEREST, ART_17, "3"): _HIT,
    Support(Measure.TRAINING_ALLOWANCE, ART_17, "4"): _HIT,
}
_FOR_THEIR_FIRM: Mapping[Support, frozenset[Tie]] = {
    Support(Measure.FIRM_TRAINING, ART_13, "1"): _NOT_DETERMINED_HERSELF,
    Support(Measure.JOB_REDESIGN, ART_13, "1"): _NOT_DETERMINED_HERSELF,
    Support(Measure.NEGOTIATION, ART_13, "1"): _NOT_DETERMINED_HERSELF,
    Support(Measure.JOB_REDESIGN, ART_13, "2"): frozenset((Tie.DAMAGED_WORKER,)),
    Support(Measure.WAGE_SUBSIDY, ART_18, "1"): _HIT,
}
_FOR_A_HIRING_FIRM: Mapping[Support, frozenset[Tie]] = {
    Support(Measure.HIRING_INCENTIVE, ART_18, "2", unemployed_only=True): _HIT,
}


@dataclass(frozen=True)
class Handling:
    """What becomes of an application for determination."""

    directly: bool
    source: Source


@rule(ART_11, in_force_from=ISSUED, decided_by="applied_on", doubt=NOT_COMMENCED)
def handled_without_determination(applied_on: date, tie: Tie) -> Handling:
    """「第三條第一項第二款及第三款之勞工申請受損認定者，依第十二條及第十七條處理。」

    Who is hit through her industry or firm needs no determination of her own. The English turns those who apply
    into those "determined as damaged"; the Chinese text rules.
    """
    return Handling(tie in (Tie.HIT_INDUSTRY, Tie.DAMAGED_FIRM), ART_11)


def _opened(offered: Mapping[Support, frozenset[Tie]], tie: Tie) -> tuple[Support, ...]:
    return tuple(support for support, ties in offered.items() if tie in ties)


@rule(ART_17, in_force_from=ISSUED, decided_by="asked_on", doubt=f"{NOT_COMMENCED} {OPEN_END}")
def worker_measures(asked_on: date, tie: Tie, *, unemployed: bool) -> tuple[Support, ...]:
    """「勞工得申請預為輔導調整支援措施」 (art. 12), and for ties 2 to 4 「加強輔導及受損調整支援措施」 (art. 17).

    Art. 12 names no subparagraph of art. 3, so all four open it. Art. 19 offers employment help and the
    allowances between jobs to the unemployed; that the others are open to everybody is our reading.
    """
    return tuple(support for support in _opened(_FOR_WORKERS, tie) if unemployed or not support.unemployed_only)


class FirmRole(StrEnum):
    EMPLOYS = "employs"  # 所屬企業: the workers of that tie work there
    HIRES = "hires"  # it takes on an unemployed worker of that tie


@rule(ART_18, in_force_from=ISSUED, decided_by="asked_on", doubt=f"{NOT_COMMENCED} {OPEN_END}")
def firm_measures(asked_on: date, tie: Tie, role: FirmRole) -> tuple[Support, ...]:
    """Art. 13: training, job redesign and negotiation (ties 1 to 3), job redesign (tie 4); art. 18: wages and hiring.

    「在職勞工所屬企業，得為勞工申請在職勞工薪資補貼」, 「僱用……失業勞工之企業，得申請僱用失業勞工獎助」 (ties 2 to 4).
    """
    return _opened(_FOR_THEIR_FIRM if role is FirmRole.EMPLOYS else _FOR_A_HIRING_FIRM, tie)
