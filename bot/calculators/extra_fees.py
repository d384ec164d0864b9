"""What a manufacturer pays a month for workers above the level's share, by both readings of the tiers."""

from fractions import Fraction
from typing import Annotated

from bot.calculators.answers import Calculator, Line, Result, because, money, percent, result, yes
from bot.calculators.fields import Asked, Average, Day, Inputs, Number
from bot.calculators.quota import ADD_ONS
from bot.two_languages import Words
from law.manufacturing_fees import BASE_FEE, fixed_extra, monthly_fees, paid_tier
from law.manufacturing_ratios import CEILING, CEILING_2026, MOST, TO_THE_HIGHER_CEILING, AddOn, ratio

ALL_IN = Words("讀法一：全部增額移工適用同一級距", "Reading 1: one tier for all added workers")
MARGINAL = Words("讀法二：各增額移工依其所在級距分段計算", "Reading 2: each added worker by the tier she falls into")


class ExtraFees(Inputs):
    """Workers within the level's share are ordinary; those above it are added."""

    applied_on: Annotated[Day, Asked(Words("申請日", "Day of the application"))]
    add_on: Annotated[AddOn, Asked(Words("提高比率的依據", "Why the share is raised"), options=ADD_ONS)]
    employees: Annotated[Average, Asked(Words("僱用員工平均人數", "Average number of employees"))]
    ordinary: Annotated[Number, Asked(Words("級別比率內移工人數", "Workers within the level's share"))]
    added: Annotated[Number, Asked(Words("增額移工人數", "Workers above it"))]

    def percent_of(self, workers: int) -> Fraction:
        return 100 * workers / self.employees


def extra_fees(given: ExtraFees) -> Result:
    size = given.percent_of(given.added)
    share = percent("add_on_percent", Words("增額占員工的百分比", "Added workers, in percent of the employees"), size)
    most = MOST[given.add_on].on(given.applied_on)
    ceiling = CEILING_2026 if given.add_on in TO_THE_HIGHER_CEILING else CEILING
    if size > Fraction(most) or given.percent_of(given.ordinary + given.added) > Fraction(ceiling):
        refused = Words(
            f"本項最高 {most}%，且與級別比率合計不得超過 {ceiling}%。",
            f"This add-on has at most {most}%, and with the level's share at most {ceiling}% together.",
        )
        reasons = because(ratio, _MOST, MOST[given.add_on].source), because(ratio, _TOGETHER)
        return result([share, _allowed(False, refused)], *reasons)
    return _tiers(given, share, size) if given.add_on is AddOn.PAID else _fixed(given, share)


def _allowed(allowed: bool, note: Words | None = None) -> Line:
    return yes("allowed", "可申請", "Allowed", allowed, note)


def _tiers(given: ExtraFees, share: Line, size: Fraction) -> Result:
    tier = paid_tier(given.applied_on, size).extra if size else 0
    fees = monthly_fees(given.applied_on, given.employees, ordinary=given.ordinary, added=given.added)
    lines = [
        share,
        _allowed(True),
        money("tier", "級距：每人每月額外費額", "The tier: extra for each worker and month", tier),
        money("base", "每月一般就業安定費（全部移工）", "Ordinary fee a month, for all workers", fees.base),
        *_reading("all_in", ALL_IN, fees.base, fees.extra_all_in),
        *_reading("marginal", MARGINAL, fees.base, fees.extra_marginal),
    ]
    return result(lines, _TIER, _FEES)


def _reading(name: str, reading: Words, base: int, extra: int) -> list[Line]:
    return [
        money(f"extra_{name}", "每月額外就業安定費", "Extra fee a month", extra, reading),
        money(f"total_{name}", "每月合計", "Together a month", base + extra, reading),
    ]


def _fixed(given: ExtraFees, share: Line) -> Result:
    found = fixed_extra(given.applied_on, given.add_on)
    unknown = None if found.extra is not None else Words("金額尚未能確認。", "We could not confirm how much.")
    base = BASE_FEE * (given.ordinary + given.added)
    extra = None if found.extra is None else given.added * found.extra
    lines = [
        share,
        _allowed(True, _BESIDE_PAID if given.add_on is AddOn.STUDYING else None),
        money("tier", "每人每月額外費額", "Extra for each worker and month", found.extra, unknown),
        money("base", "每月一般就業安定費（全部移工）", "Ordinary fee a month, for all workers", base),
        money("extra", "每月額外就業安定費", "Extra fee a month", extra, unknown),
        money("total", "每月合計", "Together a month", None if extra is None else base + extra, unknown),
    ]
    means = Words(
        "接續聘僱與加薪名額不另收額外費用；投資方案與在職進修適用第三級距。",
        "Workers taken over and wage raises cost nothing extra; investment plans and studies cost the third tier.",
    )
    return result(lines, because(fixed_extra, means, found.source))


_MOST = Words("每一項提高比率各有上限。", "Each add-on has a most of its own.")
_TOGETHER = Words("級別比率與各項提高比率合計有上限。", "The level's share and all add-ons have a ceiling together.")
_BESIDE_PAID = Words(
    "僅於依第26條提高比率超過 10% 至 15% 者。", "Only beside a share raised under art. 26 by over 10%, up to 15%."
)
_TIER = because(
    paid_tier,
    Words(
        "級距的界限屬於較低的一級：剛好 5% 為 3,000 元。",
        "The boundary belongs to the lower tier: exactly 5% cost NT$3,000.",
    ),
)
_FEES = because(
    monthly_fees,
    Words(
        "額外費額加在一般就業安定費之上；全部同級或分段計算，條文未明，兩種讀法並列。",
        "The extra comes on top of the ordinary fee. Whether one tier counts for all is not said: both are shown.",
    ),
)

CALCULATOR = Calculator(
    "manufacturing-fees",
    Words("製造業額外就業安定費", "Manufacturing: tiers and extra fee"),
    Words("提高比率的級距，以及兩種讀法的每月費用。", "The tier of an add-on, and the fee a month by both readings."),
    ExtraFees,
    extra_fees,
    {"applied_on": "2026-11-22", "add_on": "paid", "employees": "100", "ordinary": 20, "added": 8},
)
