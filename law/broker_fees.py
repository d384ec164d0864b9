"""What a broker may take from a type B worker: 私立就業服務機構收費項目及金額標準, and the fine in 就業服務法第66條."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from law.citations import broker_charges, employment_service
from law.dates import months_after
from law.source import Source, rule

IN_FORCE_FROM = date(2017, 4, 8)  # issued 2017-04-06
ART_6, ART_7 = broker_charges("6", "2"), broker_charges("7")
ESA_66 = employment_service("66", "1")
MONTHLY_CAPS = (Decimal(1800), Decimal(1700), Decimal(1500))  # first year, second year, third year on
NON_PROFIT_SHARE = Decimal("0.80")


@dataclass(frozen=True)
class FeeCap:
    """The most a month, in New Taiwan dollars; never in advance, and no registration or placement fee at all."""

    monthly: Decimal
    source: Source


@rule(
    ART_6,
    in_force_from=IN_FORCE_FROM,
    decided_by="charged_for",
    doubt="A month that begins in one year and ends in the next is taken at the rate of the day given.",
)
def service_fee_cap(
    charged_for: date, entered_on: date, *, back_with_same_employer: bool = False, non_profit: bool = False
) -> FeeCap:
    """「第一年每月不得超過新臺幣一千八百元，第二年每月不得超過新臺幣一千七百元，第三年起每月不得超過新臺幣一千五百元。」

    Years since the last entry (當次入國後). `back_with_same_employer`: worked two years or more, left at the end, came
    back to the same employer: 1,500 at once. 「前項費用不得預先收取。」 A non-profit agency: 80 percent (art. 7).
    """
    if charged_for < entered_on:
        raise ValueError("no fee is due for a day before she entered")
    year = sum(charged_for >= months_after(entered_on, 12 * years) for years in (1, 2))
    cap = MONTHLY_CAPS[2 if back_with_same_employer else year]
    return FeeCap(cap * NON_PROFIT_SHARE, ART_7) if non_profit else FeeCap(cap, ART_6)


@dataclass(frozen=True)
class Fine:
    """Between these two amounts; zero where nothing was taken in excess."""

    least: Decimal
    most: Decimal
    source: Source


@rule(ESA_66, in_force_from=IN_FORCE_FROM, decided_by="taken_on")
def overcharge_fine(taken_on: date, taken: Decimal, allowed: Decimal) -> Fine:
    """「按其要求、期約或收受超過規定標準之費用或其他不正利益相當之金額，處十倍至二十倍罰鍰。」

    Ten to twenty times what was asked, promised or taken beyond the standard.
    """
    excess = max(taken - allowed, Decimal(0))
    return Fine(excess * 10, excess * 20, ESA_66)
