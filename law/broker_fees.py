"""What a broker may take from a type B worker: 私立就業服務機構收費項目及金額標準, and the fine in 就業服務法第66條."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from law.citations import broker_charges, employment_service
from law.dates import months_after
from law.source import Source, rule

IN_FORCE_FROM = date(2017, 4, 8)  # issued 2017-04-06
ART_5, ART_6_1 = broker_charges("5"), broker_charges("6", "1")
ART_6, ART_7 = broker_charges("6", "2"), broker_charges("7")
ESA_66 = employment_service("66", "1")
MONTHLY_CAPS = (Decimal(1800), Decimal(1700), Decimal(1500))  # first year, second year, third year on
NON_PROFIT_SHARE = Decimal("0.80")
YEARLY_CAP = Decimal(2000)
YEARS_BEFORE_RETURN = 2  # of work, before who comes back to the same employer pays as in the third year


@dataclass(frozen=True)
class FeeCap:
    """The most a month, in New Taiwan dollars; never in advance, and no registration or placement fee at all."""

    monthly: Decimal
    source: Source


@rule(
    ART_6,
    in_force_from=IN_FORCE_FROM,
    decided_by="charged_for",
    doubt="A month that begins in one year and ends in the next is taken at the rate of the day given. Whether the "
    "entry that the years are counted from (當次入國) can be a return from home leave is not settled.",
)
def service_fee_cap(
    charged_for: date, entered_on: date, *, back_with_same_employer: bool = False, non_profit: bool = False
) -> FeeCap:
    """「第一年每月不得超過新臺幣一千八百元，第二年每月不得超過新臺幣一千七百元，第三年起每月不得超過新臺幣一千五百元。」

    Years since the last entry (當次入國後). `back_with_same_employer`: worked two years or more, left at the end, came
    back to the same employer: 1,500 at once. 「前項費用不得預先收取。」 (第3項) A non-profit agency: 80 percent
    (art. 7). Raises ValueError for a day before she entered.
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


class Charge(StrEnum):
    """What a broker may ask money for (第2條)."""

    SERVICE = "service"  # 服務費
    PLACEMENT = "placement"  # 登記費及介紹費: for registering her and for finding her the work


@dataclass(frozen=True)
class Chargeable:
    """Whether a broker in Taiwan may ask a type B worker for it at all."""

    allowed: bool
    source: Source


@rule(
    ART_6_1,
    in_force_from=IN_FORCE_FROM,
    decided_by="charged_on",
    doubt="What an agency in her own country may ask of her is the law of that country.",
)
def chargeable(charged_on: date, charge: Charge) -> Chargeable:
    """「營利就業服務機構接受外國人委任辦理從事本法第四十六條第一項第八款至第十款規定工作之就業服務業務，
    得向外國人收取服務費。」

    The service fee is the only item: a registration or placement fee stands in articles 3 to 5, not in this one.
    """
    return Chargeable(charge is Charge.SERVICE, ART_6_1)


@dataclass(frozen=True)
class YearlyFeeCap:
    """The most a year for service; for registration and placement, the most in wages of her first month."""

    yearly: Decimal
    months_of_wage_once: int
    source: Source


@rule(
    ART_5,
    in_force_from=IN_FORCE_FROM,
    decided_by="charged_for",
    doubt="Unless she agreed to special conditions of the work; that this holds for skilled workers since 2026 too.",
)
def yearly_fee_cap(charged_for: date) -> YearlyFeeCap:
    """「登記費及介紹費：合計不得超過外國人第一個月薪資。但求職條件特殊經外國人同意者，不在此限。」
    「服務費：每年不得超過新臺幣二千元。」

    For work of 就業服務法第46條第1項 subparagraphs 1 to 7 and 11: types A and C.
    """
    return YearlyFeeCap(YEARLY_CAP, 1, ART_5)
