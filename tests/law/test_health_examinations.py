"""Health examinations: at entry, three regular ones, an extra one, and what follows a bad result."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.health_examinations import (
    ExaminedWhen,
    SkilledFromAbroad,
    entry_examination,
    examinations,
    examined,
    extra_examination,
    fine_for_missed_examination,
    hindered_examination,
    skilled_examinations,
    skilled_examinations_in_taiwan,
    visa_certificate,
)
from law.source import NotInForce


@pytest.mark.parametrize(
    ("starts_on", "windows"),
    [
        pytest.param(
            "2026-01-15",
            ["2026-06-15 2026-08-14", "2027-06-15 2027-08-14", "2028-06-15 2028-08-14"],
            id="an ordinary day",
        ),
        pytest.param(
            "2025-08-31",
            ["2026-01-29 2026-03-30", "2027-01-29 2027-03-30", "2028-01-30 2028-03-30"],
            id="end of August, one February a leap one",
        ),
        pytest.param(
            "2025-10-31",
            ["2026-03-31 2026-05-30", "2027-03-31 2027-05-30", "2028-03-31 2028-05-30"],
            id="end of October",
        ),
    ],
)
def test_article_5_gives_three_windows(starts_on: str, windows: list[str]) -> None:
    found = examinations(date.fromisoformat(starts_on))
    assert [f"{examination.opens} {examination.closes}" for examination in found] == windows
    assert [examination.months for examination in found] == [6, 18, 30]


def test_the_target_of_a_long_months_end_is_a_short_months_end() -> None:
    targets = [examination.target for examination in examinations(date(2025, 8, 31))]
    assert targets == [date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


@given(st.dates(date(2022, 4, 30), date(2045, 12, 31)))
def test_the_target_is_the_middle_of_its_window(starts_on: date) -> None:
    for examination in examinations(starts_on):
        assert examination.target - examination.opens == timedelta(days=30)
        assert examination.closes - examination.target == timedelta(days=30)


def test_the_rule_records_that_the_base_date_since_2026_is_unverified() -> None:
    assert examinations.doubt is not None
    assert "UNVERIFIED" in examinations.doubt
    assert str(examinations.source) == "受聘僱外國人健康檢查管理辦法第5條第1項"


def test_the_rule_is_silent_before_its_regulation() -> None:
    with pytest.raises(NotInForce):
        examinations(date(2022, 4, 29))


@pytest.mark.parametrize(
    ("issued_on", "last_day"),
    [
        pytest.param(date(2026, 3, 10), date(2026, 6, 10), id="three months"),
        pytest.param(date(2025, 11, 30), date(2026, 2, 28), id="no 30 February"),
    ],
)
def test_article_5_wants_a_visa_certificate_of_the_last_three_months(issued_on: date, last_day: date) -> None:
    assert visa_certificate(issued_on).last_day == last_day


@pytest.mark.parametrize(
    ("entered_on", "due", "catch_up", "certain"),
    [
        pytest.param(date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 10), True, id="Monday: Thursday, then Tuesday"),
        pytest.param(date(2026, 3, 6), date(2026, 3, 11), date(2026, 3, 16), True, id="Friday: Wednesday"),
        pytest.param(date(2026, 2, 13), date(2026, 2, 25), date(2026, 3, 3), True, id="over lunar new year"),
        pytest.param(date(2025, 2, 6), date(2025, 2, 10), date(2025, 2, 13), True, id="a Saturday was worked"),
        pytest.param(date(2028, 3, 6), date(2028, 3, 9), date(2028, 3, 14), False, id="no calendar for 2028 yet"),
        pytest.param(date(2027, 12, 27), date(2027, 12, 30), date(2028, 1, 5), False, id="into the unknown year"),
    ],
)
def test_article_5_gives_three_working_days_after_entry_and_three_to_catch_up(
    entered_on: date, due: date, catch_up: date, certain: bool
) -> None:
    found = entry_examination(entered_on)
    assert (found.due, found.catch_up, found.certain) == (due, catch_up, certain)


@given(st.dates(date(2022, 4, 30), date(2030, 12, 31)), st.dates(date(2022, 4, 30), date(2030, 12, 31)))
def test_who_enters_later_is_never_examined_by_an_earlier_day(one: date, other: date) -> None:
    earlier, later = (entry_examination(day) for day in sorted((one, other)))
    assert earlier.due <= later.due
    assert earlier.due < earlier.catch_up <= later.catch_up


@pytest.mark.parametrize(
    ("examined_on", "when"),
    [
        pytest.param(date(2026, 6, 14), ExaminedWhen.TOO_EARLY, id="31 days early: to be repeated"),
        pytest.param(date(2026, 6, 15), ExaminedWhen.IN_TIME, id="30 days early"),
        pytest.param(date(2026, 7, 15), ExaminedWhen.IN_TIME, id="the day itself"),
        pytest.param(date(2026, 8, 14), ExaminedWhen.IN_TIME, id="30 days later"),
        pytest.param(date(2026, 8, 15), ExaminedWhen.LATE, id="31 days later"),
    ],
)
def test_article_5_does_not_count_an_examination_outside_its_thirty_days(examined_on: date, when: ExaminedWhen) -> None:
    assert examined(date(2026, 1, 15), 6, examined_on).when is when


def test_article_5_knows_no_other_examinations() -> None:
    with pytest.raises(ValueError, match="after 12 months"):
        examined(date(2026, 1, 15), 12, date(2027, 1, 15))


def test_skilled_workers_from_abroad_are_examined_by_their_entry_since_2026_and_carers_go_on() -> None:
    care = skilled_examinations(date(2026, 1, 15), SkilledFromAbroad.CARE)
    assert care.regular == examinations(date(2026, 1, 15)), "the same windows, counted from entry"
    assert care.then_every_years == 3
    assert skilled_examinations(date(2026, 1, 1), SkilledFromAbroad.OTHER).then_every_years is None
    with pytest.raises(NotInForce):
        skilled_examinations(date(2025, 12, 31), SkilledFromAbroad.CARE)


def test_article_5_examines_skilled_workers_hired_in_taiwan_on_the_days_of_their_permit() -> None:
    found = skilled_examinations_in_taiwan(date(2025, 8, 31))
    assert [one.target for one in found] == [date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]
    assert str(skilled_examinations_in_taiwan.source) == "受聘僱外國人健康檢查管理辦法第5條第4項"
    with pytest.raises(NotInForce):
        skilled_examinations_in_taiwan(date(2022, 4, 29))


@pytest.mark.parametrize(
    ("last_examined_on", "due"),
    [
        pytest.param(date(2025, 3, 1), date(2026, 3, 9), id="more than a year: within seven days"),
        pytest.param(date(2025, 3, 2), None, id="a year to the day"),
        pytest.param(date(2026, 1, 10), None, id="lately"),
    ],
)
def test_article_11_wants_an_extra_examination_after_a_year_without_one(
    last_examined_on: date, due: date | None
) -> None:
    assert extra_examination(date(2026, 3, 2), last_examined_on).due == due


def test_article_11_tells_the_day_that_holds_when_nobody_knows_the_last_examination() -> None:
    assert extra_examination(date(2026, 3, 2), None).due == date(2026, 3, 9)


def test_article_11_is_quoted_in_its_own_order() -> None:
    (quote,) = extra_examination.quotes
    assert quote.index("已逾一年") < quote.index("雇主應") < quote.index("七日內") < quote.index("指定醫院")


@pytest.mark.parametrize(
    ("cause_ended_on", "until"),
    [
        pytest.param(date(2026, 9, 1), date(2026, 9, 8), id="seven days after the cause"),
        pytest.param(date(2026, 7, 20), date(2026, 8, 14), id="over in time: the window stands"),
    ],
)
def test_article_12_lets_a_hindered_examination_be_early_or_late_by_seven_days(
    cause_ended_on: date, until: date
) -> None:
    found = hindered_examination(date(2026, 6, 15), date(2026, 8, 14), cause_ended_on)
    assert (found.from_day, found.until) == (date(2026, 6, 8), until)


def test_article_67_fines_the_employer_for_an_examination_that_was_missed() -> None:
    fine = fine_for_missed_examination(date(2026, 3, 2))
    assert (fine.at_least, fine.at_most) == (Decimal(60_000), Decimal(300_000))
    assert str(fine.source) == "就業服務法第67條第1項"


def test_the_rules_answer_for_every_month_of_their_lives_and_are_silent_before() -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        day = date(month // 12, month % 12 + 1, 1)
        assert entry_examination(day).due > day
        assert len(examinations(day)) == 3
        assert extra_examination(day, date(2020, 1, 1)).due == day + timedelta(days=7)
    with pytest.raises(NotInForce):
        entry_examination(date(2022, 4, 29))
