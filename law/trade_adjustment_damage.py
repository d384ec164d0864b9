"""How a worker is determined to be damaged by freer trade: the same regulation, articles 4, 7 to 9, 25 and 26.

Where the official English says "more than" twenty and ten percent, the Chinese counts the twenty and the ten
themselves (以上, 達).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from law.dates import days_after, months_after, months_before
from law.source import Source, rule
from law.trade_adjustment import ISSUED, NOT_COMMENCED, trade_source
from law.working_days import Deadline, deadline

AVERAGE_MONTHS, CUT_MONTHS = 3, 2
ART_4 = trade_source("4")
ART_7_1, ART_7_2 = trade_source("7", "1"), trade_source("7", "2")
ART_8 = trade_source("8")
ART_9_2 = trade_source("9", "2")
ART_25 = trade_source("25")
ART_26 = trade_source("26", "1")


class Loss(StrEnum):
    """Art. 4, subparagraph 3: what happened to her."""

    WAGE_CUT = "wage_cut"  # (1): the insured wage was cut, see wage_cut
    FIRM_ENDED = "firm_ended"  # (2): closed, suspended, dissolved or bankrupt, or 勞動基準法第11條第1款至第4款
    SHE_RESIGNED = "she_resigned"  # (3): for a reason of 勞動基準法第14條第1項第5款或第6款


class Condition(StrEnum):
    FIRM_TWO_YEARS_OLD = "firm_two_years_old"
    FIRM_NOT_DETERMINED = "firm_not_determined"  # a determined firm is tie 3 already
    FIRM_COMPETES = "firm_competes"
    LOSS_WITHIN_SIX_MONTHS = "loss_within_six_months"
    WAGE_CUT_ENOUGH = "wage_cut_enough"


@dataclass(frozen=True)
class Firm:
    registered_on: date
    determined_damaged: bool
    competes: bool  # 經營與市場開放項目相同或直接競爭產品或服務


@dataclass(frozen=True)
class WageCut:
    """How many months in a row the insured wage was low enough."""

    months: int
    enough: bool
    source: Source


@rule(ART_4, in_force_from=ISSUED, decided_by="cut_from", doubt=NOT_COMMENCED)
def wage_cut(cut_from: date, three_months_before: Sequence[Decimal], since: Sequence[Decimal]) -> WageCut:
    """「月投保薪資連續縮減二個月以上，縮減後之月投保薪資較縮減前三個月之平均月投保薪資減少百分之二十以上」

    `since` are the insured wages month by month from the cut. Twenty percent and two months are enough; the
    English says "more than". Reading: each of the two months is compared with the average by itself.
    """
    if len(three_months_before) != AVERAGE_MONTHS:
        raise ValueError("the average is taken over three months")
    most = sum(map(Fraction, three_months_before), Fraction(0)) / AVERAGE_MONTHS * Fraction(80, 100)
    longest = run = 0
    for wage in since:
        run = run + 1 if Fraction(wage) <= most else 0
        longest = max(longest, run)
    return WageCut(longest, longest >= CUT_MONTHS, ART_4)


@dataclass(frozen=True)
class Determination:
    """Whether art. 4 lets her apply. None: all else is met, and the readings of "within six months" differ."""

    may_apply: bool | None
    failed: tuple[Condition, ...]
    source: Source


@rule(ART_4, in_force_from=ISSUED, decided_by="applied_on", doubt=NOT_COMMENCED)
def may_apply_for_determination(
    applied_on: date, firm: Firm, loss: Loss, happened_on: date, cut: WageCut | None = None
) -> Determination:
    """「所屬企業登記設立滿二年」, its goods or services compete, and 「於申請日前六個月內」 one of three losses.

    Readings: two years are full on the corresponding day; a wage cut happened on the first day of its first
    month. On the day that lies six months back to the number the two ways of counting back differ.
    """
    oldest = months_before(applied_on, 6)
    tests = {
        Condition.FIRM_TWO_YEARS_OLD: months_after(firm.registered_on, 24) <= applied_on,
        Condition.FIRM_NOT_DETERMINED: not firm.determined_damaged,
        Condition.FIRM_COMPETES: firm.competes,
        Condition.LOSS_WITHIN_SIX_MONTHS: oldest <= happened_on <= applied_on,
        Condition.WAGE_CUT_ENOUGH: loss is not Loss.WAGE_CUT or (cut is not None and cut.enough),
    }
    failed = tuple(condition for condition, met in tests.items() if not met)
    return Determination(False if failed else None if happened_on == oldest else True, failed, ART_4)


@dataclass(frozen=True)
class Step:
    """Something an office does: the day as counted, and where that day is off, the working day after it."""

    counted: date
    due: Deadline
    source: Source


def _step(day: date, source: Source) -> Step:
    return Step(day, deadline(day), source)


@rule(ART_7_1, in_force_from=ISSUED, decided_by="filed_on", doubt=NOT_COMMENCED)
def forwarded_by(filed_on: date) -> Step:
    """「受理單位應於收件後五日內將申請案件轉送本部勞動力發展署所屬各分署」

    The period in which she may file is in art. 9(1) of the statute, which we have not read.
    """
    return _step(days_after(filed_on, 5), ART_7_1)


@rule(ART_7_2, in_force_from=ISSUED, decided_by="complete_on", doubt=NOT_COMMENCED)
def examined_by(complete_on: date) -> Step:
    """「各分署……應於申請人所送文件齊備後三十日內完成初審及資料蒐集」"""
    return _step(days_after(complete_on, 30), ART_7_2)


@dataclass(frozen=True)
class RevenueTest:
    """Art. 8, subparagraph 1 under each of its readings; `met` None when they do not agree."""

    each_month_below: bool
    total_below: bool
    ten_percent_below_the_18_before: bool
    ten_percent_below_the_last_18: bool
    met: bool | None
    source: Source


def _ten_percent_below(recent: Sequence[Decimal], earlier: Sequence[Decimal]) -> bool:
    now = sum(map(Fraction, recent), Fraction(0)) / len(recent)
    then = sum(map(Fraction, earlier), Fraction(0)) / len(earlier)
    return now < then and then - now >= then / 10


@rule(ART_8, in_force_from=ISSUED, decided_by="applied_on", doubt=NOT_COMMENCED)
def revenue_fell(applied_on: date, months: Sequence[Decimal]) -> RevenueTest:
    """「前六個月之每月國內營業額與上一年度同期……絕對衰退，且……平均營業額較過去十八個月之平均營業額相對衰退達百分之十以上」

    `months` are the domestic revenues of the 24 months before the application, oldest first. Two ambiguities:
    whether each month must be below the same month of the year before or their sum, and whether 過去十八個月
    are the eighteen before those six or the last eighteen, six included. Nobody has decided; all four are given.
    """
    if len(months) != 24:
        raise ValueError(f"24 months before {applied_on} are compared")
    last_six, year_before = months[-6:], months[-18:-12]
    each = all(now < then for now, then in zip(last_six, year_before, strict=True))
    total = sum(last_six) < sum(year_before)
    before, overlapping = _ten_percent_below(last_six, months[:18]), _ten_percent_below(last_six, months[6:])
    met = each and before and overlapping
    undecided = not met and total and (before or overlapping)
    return RevenueTest(each, total, before, overlapping, None if undecided else met, ART_8)


@rule(ART_8, in_force_from=ISSUED, decided_by="applied_on", doubt=NOT_COMMENCED)
def damage_recognised(applied_on: date, revenue: RevenueTest, *, by_imports: bool, otherwise: bool) -> bool | None:
    """「衰退與市場開放間具有下列情形之一」, or 「其他因市場開放致所屬企業營業額衰退，而使勞工受損之情事」

    `by_imports`: more or cheaper imports (goods), or more or cheaper services, of the treaty's other party.
    Reading: subparagraphs 1 and 2 go together, and 3 stands beside them.
    """
    return True if otherwise else revenue.met if by_imports else False


@dataclass(frozen=True)
class Decision:
    """Two labelled readings: counted from the branch's report (ours), or from the complete application."""

    from_report: Step
    from_complete_application: Step


@rule(ART_9_2, in_force_from=ISSUED, decided_by="reported_on", doubt=NOT_COMMENCED)
def decision_due(reported_on: date, complete_on: date) -> Decision:
    """「前項認定，應於二個月內作成決定」 The article does not say from when; we count from the branch's report."""
    return Decision(_step(months_after(reported_on, 2), ART_9_2), _step(months_after(complete_on, 2), ART_9_2))


@dataclass(frozen=True)
class Outcome:
    stands: bool
    source: Source


@rule(ART_25, in_force_from=ISSUED, decided_by="correct_by", doubt=NOT_COMMENCED)
def stands_after_correction(correct_by: date, corrected_on: date | None) -> Outcome:
    """「經通知限期補正，屆期未補正者，視為未申請。」 The last day counts."""
    return Outcome(corrected_on is not None and corrected_on <= correct_by, ART_25)


class Fault(StrEnum):
    """Art. 26(1)."""

    FALSE_CLAIM = "false_claim"  # 1: 不實申領
    EVADES_CHECKS = "evades_checks"  # 2: 規避、妨礙或拒絕查核, without good reason
    BREAKS_RULES = "breaks_rules"  # 3


class Consequence(StrEnum):
    REFUSED = "refused"
    REPAID = "repaid"  # after the grant is withdrawn, by a written decision with an amount and a last day (26(2))


@dataclass(frozen=True)
class Sanction:
    fault: Fault
    consequence: Consequence
    source: Source


@rule(ART_26, in_force_from=ISSUED, decided_by="found_on", doubt=NOT_COMMENCED)
def sanction(found_on: date, fault: Fault, *, paid: bool) -> Sanction:
    """「應不予核發津貼或補助；已發給者，經撤銷或廢止後，應追還之」"""
    return Sanction(fault, Consequence.REPAID if paid else Consequence.REFUSED, ART_26)
