"""What an employer owes the employment security fund for a quarter, by when, and what being late costs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.employment_security_fee import (
    RATES,
    Beginning,
    Employment,
    FeeWork,
    Rate,
    fee_for_quarter,
    fee_rate,
    is_fee_owed,
    late_fee,
    quarter_begins,
)
from law.source import NotInForce
from law.working_days import Deadline, is_working_day

TODAY = date(2026, 3, 2)
RATE = fee_rate(TODAY, FeeWork.MANUFACTURING)
ENDS = date(2028, 12, 31)


def entered(on: date, *, ends: date = ENDS, revoked: date | None = None) -> Employment:
    return Employment(on, Beginning.ENTRY, ends, revoked)


@pytest.mark.parametrize(
    ("work", "monthly", "daily"),
    [
        (FeeWork.MANUFACTURING, 2000, 67),
        (FeeWork.HIGH_TECH_INVESTMENT, 2400, 80),
        (FeeWork.FISHING, 1900, 63),
        (FeeWork.CONSTRUCTION, 1900, 63),
        (FeeWork.PUBLIC_WORKS, 3000, 100),
        (FeeWork.FAMILY_CARE, 2000, 67),
        (FeeWork.INSTITUTIONAL_CARE, 2000, 67),
        (FeeWork.HOUSEHOLD_HELP, 5000, 167),
    ],
)
def test_article_55_rates_as_read_in_2016(work: FeeWork, monthly: int, daily: int) -> None:
    assert fee_rate(TODAY, work) == Rate(Decimal(monthly), Decimal(daily))
    assert "UNVERIFIED" in (fee_rate.doubt or "")


@pytest.mark.parametrize("work", [FeeWork.SKILLED, FeeWork.TYPE_E])
def test_no_rate_is_told_for_work_without_a_fee(work: FeeWork) -> None:
    assert not is_fee_owed(TODAY, work).owed
    with pytest.raises(ValueError, match="no fee is owed"):
        fee_rate(TODAY, work)


@pytest.mark.parametrize(
    ("work", "in_need", "owed", "source"),
    [
        (FeeWork.MANUFACTURING, False, True, "就業服務法第55條第1項"),
        (FeeWork.MANUFACTURING, True, True, "就業服務法第55條第1項"),
        (FeeWork.FAMILY_CARE, False, True, "就業服務法第55條第1項"),
        (FeeWork.FAMILY_CARE, True, False, "就業服務法第55條第3項"),
        (FeeWork.HOUSEHOLD_HELP, True, True, "就業服務法第55條第1項"),
        (FeeWork.SKILLED, False, False, "就業服務法第55條第1項"),
        (FeeWork.TYPE_E, False, False, "就業服務法第51條第1項"),
    ],
)
def test_article_55_says_who_owes_the_fee(work: FeeWork, in_need: bool, owed: bool, source: str) -> None:
    answer = is_fee_owed(TODAY, work, household_in_need=in_need)
    assert (answer.owed, str(answer.source)) == (owed, source)


def test_article_71_counts_from_the_day_after_entry() -> None:
    fee = fee_for_quarter(date(2026, 1, 1), entered(date(2026, 2, 10)), RATE)
    assert [month.days for month in fee.months] == [0, 18, 31]
    assert [int(month.amount) for month in fee.months] == [0, 1206, 2000]
    assert fee.amount == 3206
    assert fee.due == Deadline(date(2026, 5, 25), certain=True)
    assert (fee.source.article, fee.due_source.paragraph) == ("71", "2")


def test_article_71_counts_continued_employment_from_its_first_day() -> None:
    continued = Employment(date(2026, 4, 1), Beginning.CONTINUED, ENDS)
    fee = fee_for_quarter(date(2026, 6, 30), continued, RATE)
    assert fee.amount == 6000
    assert fee.due.day == date(2026, 8, 25)
    # had she entered on that day, April would be 29 days
    by_entry = fee_for_quarter(date(2026, 6, 30), entered(date(2026, 4, 1)), RATE)
    assert by_entry.amount == 29 * 67 + 4000


def test_article_71_stops_on_the_day_before_revocation() -> None:
    fee = fee_for_quarter(date(2026, 2, 1), entered(date(2025, 6, 1), revoked=date(2026, 3, 11)), RATE)
    assert [(month.days, month.whole) for month in fee.months] == [(31, True), (28, True), (10, False)]
    assert [int(month.amount) for month in fee.months] == [2000, 2000, 670]
    after = fee_for_quarter(date(2026, 4, 1), entered(date(2025, 6, 1), revoked=date(2026, 3, 11)), RATE)
    assert after.amount == 0


def test_article_71_counts_the_permits_last_day() -> None:
    fee = fee_for_quarter(date(2026, 8, 1), entered(date(2025, 6, 1), ends=date(2026, 8, 15)), RATE)
    assert [month.days for month in fee.months] == [31, 15, 0]
    late_revocation = entered(date(2025, 6, 1), ends=date(2026, 8, 15), revoked=date(2026, 9, 20))
    assert fee_for_quarter(date(2026, 8, 1), late_revocation, RATE).amount == fee.amount == 2000 + 15 * 67


def test_a_part_of_a_month_is_never_dearer_than_the_month() -> None:
    fee = fee_for_quarter(date(2026, 1, 1), entered(date(2026, 1, 1)), RATE)
    january = fee.months[0]
    assert (january.days, january.whole) == (30, False)
    assert january.amount == 2000
    assert 30 * RATE.daily == 2010


def test_revoked_on_the_day_of_entry_owes_nothing() -> None:
    day = date(2026, 2, 10)
    assert fee_for_quarter(day, entered(day, revoked=day), RATE).amount == 0


@pytest.mark.parametrize(
    ("in_quarter", "due"),
    [
        pytest.param(date(2026, 1, 1), date(2026, 5, 25), id="first quarter"),
        pytest.param(date(2026, 4, 15), date(2026, 8, 25), id="second quarter"),
        pytest.param(date(2026, 9, 30), date(2026, 11, 25), id="third quarter"),
        pytest.param(date(2026, 12, 31), date(2027, 2, 25), id="fourth quarter"),
        pytest.param(date(2023, 11, 1), date(2024, 2, 26), id="a Sunday moves to Monday"),
    ],
)
def test_article_71_wants_the_fee_by_the_25th_of_the_second_month_after(in_quarter: date, due: date) -> None:
    assert fee_for_quarter(in_quarter, entered(date(2023, 1, 1)), RATE).due == Deadline(due, certain=True)


@pytest.mark.parametrize(
    ("paid_on", "days", "amount"),
    [
        pytest.param(date(2026, 5, 25), 0, "0", id="in time"),
        pytest.param(date(2026, 6, 24), 0, "0", id="last day of grace"),
        pytest.param(date(2026, 6, 25), 0, "0", id="paid on the first day after: the day before payment was grace"),
        pytest.param(date(2026, 6, 26), 1, "9.618", id="one day"),
        pytest.param(date(2026, 7, 5), 10, "96.18", id="ten days"),
        pytest.param(date(2026, 10, 3), 100, "961.80", id="a hundred days: the most"),
        pytest.param(date(2026, 10, 2), 99, "952.182", id="ninety-nine days"),
        pytest.param(date(2027, 10, 2), 464, "961.80", id="more than a year"),
    ],
)
def test_article_55_adds_three_per_mille_a_day_after_thirty_days_of_grace(
    paid_on: date, days: int, amount: str
) -> None:
    late = late_fee(date(2026, 1, 1), Decimal(3206), paid_on)
    assert (late.days, late.amount) == (days, Decimal(amount))
    assert late.grace_ends == Deadline(date(2026, 6, 24), certain=True)
    assert (late.cap, str(late.source)) == (Decimal("961.80"), "就業服務法第55條第5項")


def test_grace_that_ends_on_a_holiday_moves() -> None:
    # 25 November 2026 and thirty days: 25 December, a holiday, a Friday
    assert late_fee(date(2026, 7, 1), Decimal(6000), date(2026, 12, 28)).grace_ends.day == date(2026, 12, 28)


def test_the_rules_are_silent_before_their_time() -> None:
    quarter, employment = date(2022, 4, 30), entered(date(2020, 1, 1))
    assert fee_for_quarter(quarter, employment, RATE).amount == 6000
    with pytest.raises(NotInForce):
        fee_for_quarter(date(2022, 4, 29), employment, RATE)
    assert fee_rate(min(RATES.versions), FeeWork.FISHING).monthly == 1900
    with pytest.raises(NotInForce):
        fee_rate(date(2016, 5, 3), FeeWork.FISHING)
    assert late_fee(date(2015, 10, 9), Decimal(1000), date(2016, 3, 1)).days == 0
    with pytest.raises(NotInForce):
        late_fee(date(2015, 10, 8), Decimal(1000), date(2016, 3, 1))
    assert is_fee_owed(date(2015, 10, 9), FeeWork.FISHING).owed
    with pytest.raises(NotInForce):
        is_fee_owed(date(2015, 10, 8), FeeWork.FISHING)


def test_the_fee_is_known_for_every_month_until_2028_whatever_day_of_the_quarter_is_asked() -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        first_day = date(month // 12, month % 12 + 1, 1)
        fee = fee_for_quarter(first_day, entered(date(2020, 1, 1)), RATE)
        assert fee.amount == 6000
        assert fee.months[0].month == quarter_begins(first_day) <= first_day
        assert not fee.due.certain or is_working_day(fee.due.day)


@given(st.dates(date(2022, 6, 1), date(2027, 1, 1)), st.integers(0, 1100), st.integers(1, 60))
def test_the_quarters_together_charge_every_day_once_and_a_longer_stay_never_costs_less(
    begins_on: date, length: int, more: int
) -> None:
    def total(ends_on: date) -> tuple[int, Decimal]:
        employment = entered(begins_on, ends=ends_on)
        quarters = [date(year, month, 1) for year in range(2022, 2031) for month in (1, 4, 7, 10)][2:]
        fees = [fee_for_quarter(max(quarter, date(2022, 6, 1)), employment, RATE) for quarter in quarters]
        june = [fee_for_quarter(date(2022, 6, 1), employment, RATE)]
        months = [month for fee in june + fees for month in fee.months]
        return sum(month.days for month in months), sum((month.amount for month in months), Decimal(0))

    ends_on = begins_on + timedelta(days=length)
    days, amount = total(ends_on)
    assert days == length
    assert total(ends_on + timedelta(days=more))[1] >= amount


@given(st.dates(date(2022, 5, 1), date(2027, 1, 1)), st.integers(0, 500))
def test_paying_later_never_costs_less_and_never_more_than_the_cap(in_quarter: date, wait: int) -> None:
    paid_on = in_quarter + timedelta(days=wait)
    now, later = (late_fee(in_quarter, Decimal(6000), paid_on + timedelta(days=each)) for each in (0, 1))
    assert Decimal(0) <= now.amount <= later.amount <= now.cap == Decimal(1800)
