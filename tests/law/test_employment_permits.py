"""Application windows of the employment-permit regulations, article by article."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law import employment_permits
from law.employment_permits import (
    LongTermResident,
    PermitType,
    ShortStay,
    applies_without_employer,
    extend_major_project,
    extend_type_a,
    extend_type_c,
    extend_type_e,
    may_catch_up,
    renew_type_b,
    short_stay,
    short_stay_permit,
    transfer_type_b,
    transfer_type_c,
    windows_for,
)
from law.source import NotInForce, Rule
from law.windows import ApplicationWindow, Missing, Purpose, Standing, standing

AUGUST = date(2026, 8, 31)
YEAR_END = date(2026, 12, 31)
ENDS = st.dates(date(2022, 5, 1), date(2045, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "opens"),
    [
        pytest.param(day("01-01"), day("04-30"), day("03-22"), id="120 days: after 80"),
        pytest.param(day("03-01"), day("05-29"), day("04-30"), id="90 days: after 60"),
        pytest.param(day("03-01"), day("03-04"), day("03-04"), id="4 days: two thirds rounded up"),
        pytest.param(day("03-01"), day("03-01"), day("03-01"), id="1 day: that day"),
        pytest.param(day("01-01"), day("06-30"), day("03-01"), id="exactly six months: the normal rule"),
        pytest.param(date(2025, 8, 31), date(2026, 2, 28), date(2025, 10, 29), id="six months to a short month"),
        pytest.param(date(2025, 8, 31), date(2026, 2, 27), date(2025, 12, 30), id="a day under six months"),
        pytest.param(date(2023, 9, 1), AUGUST, day("05-01"), id="three years"),
    ],
)
def test_article_11_opens_by_the_length_of_the_permit(starts_on: date, ends_on: date, opens: date) -> None:
    window = extend_type_a(ends_on, starts_on)
    assert (window.opens, window.last_safe_day, window.closes) == (opens, ends_on, ends_on)
    assert window.purpose is Purpose.EXTENSION


def test_article_11_says_so_when_the_start_is_unknown() -> None:
    window = extend_type_a(AUGUST, None)
    assert window.opens is None
    assert window.missing is Missing.PERMIT_START
    assert standing(window, day("08-30")) is Standing.UNKNOWN
    assert standing(window, AUGUST) is Standing.LAST_SAFE_DAY
    assert standing(window, day("09-01")) is Standing.OVER


def test_article_11_refuses_a_permit_that_starts_after_it_ends() -> None:
    with pytest.raises(ValueError, match="cannot start after it ends"):
        extend_type_a(AUGUST, day("09-01"))


@pytest.mark.parametrize(
    ("window", "today", "expected"),
    [
        pytest.param(renew_type_b(AUGUST), day("04-30"), Standing.NOT_YET, id="art 39, 4 months before"),
        pytest.param(renew_type_b(AUGUST), day("05-01"), Standing.OPEN, id="art 39, the day after"),
        pytest.param(renew_type_b(AUGUST), day("06-30"), Standing.LAST_SAFE_DAY, id="art 39, 2 months before"),
        pytest.param(renew_type_b(AUGUST), day("07-01"), Standing.LATE, id="art 39, the day after that"),
        pytest.param(renew_type_b(AUGUST), AUGUST, Standing.LATE, id="art 39, the permit's last day"),
        pytest.param(renew_type_b(AUGUST), day("09-01"), Standing.OVER, id="art 39, after the permit"),
        pytest.param(transfer_type_b(AUGUST), day("04-30"), Standing.NOT_YET, id="art 40, 4 months before"),
        pytest.param(transfer_type_b(AUGUST), day("06-30"), Standing.LAST_SAFE_DAY, id="art 40, 2 months before"),
        pytest.param(extend_major_project(YEAR_END), day("10-31"), Standing.NOT_YET, id="art 41, 61 days before"),
        pytest.param(extend_major_project(YEAR_END), day("11-01"), Standing.OPEN, id="art 41, 60 days before"),
        pytest.param(extend_major_project(YEAR_END), YEAR_END, Standing.LAST_SAFE_DAY, id="art 41, last day"),
        pytest.param(extend_type_c(AUGUST), day("04-30"), Standing.NOT_YET, id="SFW art 61(1), 4 months before"),
        pytest.param(extend_type_c(AUGUST), day("05-01"), Standing.OPEN, id="SFW art 61(1), the day after"),
        pytest.param(extend_type_c(AUGUST), day("07-15"), Standing.OPEN, id="SFW art 61(1), in July"),
        pytest.param(transfer_type_c(AUGUST), day("06-30"), Standing.LAST_SAFE_DAY, id="SFW art 61(2), 2 months"),
        pytest.param(transfer_type_c(AUGUST), day("07-01"), Standing.LATE, id="SFW art 61(2), the day after"),
        pytest.param(extend_type_e(AUGUST), day("07-01"), Standing.NOT_YET, id="art 57, 61 days before"),
        pytest.param(extend_type_e(AUGUST), day("07-02"), Standing.OPEN, id="art 57, 60 days before"),
        pytest.param(extend_type_e(AUGUST), day("09-01"), Standing.OVER, id="art 57, after the permit"),
    ],
)
def test_where_a_day_stands_in_a_window(window: ApplicationWindow, today: date, expected: Standing) -> None:
    assert standing(window, today) is expected


@pytest.mark.parametrize(
    ("group", "alone"),
    [("refugee", True), ("five_years", False), ("with_lineal_kin", True), ("permanent_resident", True)],
)
def test_article_51_lets_three_groups_of_four_apply_without_an_employer(group: str, alone: bool) -> None:
    assert applies_without_employer(day("03-11"), LongTermResident(group)) is alone
    with pytest.raises(NotInForce):
        applies_without_employer(date(2003, 5, 14), LongTermResident(group))


def test_article_70_lets_a_late_filing_catch_up_once_and_with_approval() -> None:
    window = renew_type_b(AUGUST)
    assert may_catch_up(window, day("07-10"), approved=True, earlier_catch_ups=0)
    assert not may_catch_up(window, day("07-20"), approved=True, earlier_catch_ups=1)
    assert not may_catch_up(window, day("07-10"), approved=False, earlier_catch_ups=0)
    assert not may_catch_up(window, day("06-30"), approved=True, earlier_catch_ups=0)
    assert not may_catch_up(window, day("09-01"), approved=True, earlier_catch_ups=0)


@pytest.mark.parametrize(
    ("stay_days", "travel_card", "expected"),
    [
        pytest.param(30, False, ShortStay.VISA_IS_PERMIT, id="30 days"),
        pytest.param(31, False, ShortStay.APPLY_AFTER_ENTRY, id="31 days"),
        pytest.param(90, False, ShortStay.APPLY_AFTER_ENTRY, id="90 days"),
        pytest.param(91, False, ShortStay.PERMIT_BEFORE_ENTRY, id="91 days"),
        pytest.param(90, True, ShortStay.VISA_IS_PERMIT, id="90 days with a travel card"),
        pytest.param(91, True, ShortStay.PERMIT_BEFORE_ENTRY, id="91 days with a travel card"),
    ],
)
def test_articles_5_and_12_sort_short_stays(stay_days: int, travel_card: bool, expected: ShortStay) -> None:
    assert short_stay(day("03-01"), stay_days, travel_card=travel_card) is expected


def test_article_12_gives_thirty_days_after_entry() -> None:
    window = short_stay_permit(day("03-01"))
    assert window.closes == window.last_safe_day == day("03-31")
    assert standing(window, day("03-01")) is Standing.OPEN
    assert standing(window, day("04-01")) is Standing.OVER


def test_article_54_offers_students_only_a_new_application() -> None:
    (window,) = windows_for(PermitType.D, None, AUGUST)
    assert window == ApplicationWindow(None, None, AUGUST, Purpose.NEW_APPLICATION, window.source)
    assert [standing(window, today) for today in (day("01-01"), AUGUST, day("09-01"))] == [
        Standing.OPEN,
        Standing.OPEN,
        Standing.OVER,
    ]


@pytest.mark.parametrize(
    ("permit_type", "purposes"),
    [
        (PermitType.A, [Purpose.EXTENSION]),
        (PermitType.B, [Purpose.RENEWAL, Purpose.TRANSFER]),
        (PermitType.C, [Purpose.EXTENSION, Purpose.TRANSFER]),
        (PermitType.D, [Purpose.NEW_APPLICATION]),
        (PermitType.E, [Purpose.EXTENSION]),
    ],
)
def test_what_a_permit_card_shows(permit_type: PermitType, purposes: list[Purpose]) -> None:
    windows = windows_for(permit_type, date(2023, 9, 1), AUGUST)
    assert [window.purpose for window in windows] == purposes


@pytest.mark.parametrize(
    ("ends_on", "sources"),
    [
        pytest.param(
            date(2025, 12, 31),
            ["雇主聘僱外國人許可及管理辦法第48條第1項", "雇主聘僱外國人許可及管理辦法第48條第2項"],
            id="last day of the old regulation",
        ),
        pytest.param(
            date(2026, 1, 1),
            [
                "外國技術人力工作資格及許可管理辦法第61條第1項",
                "外國技術人力工作資格及許可管理辦法第61條第2項",
            ],
            id="first day of the new regulation",
        ),
    ],
)
def test_type_c_cites_the_regulation_of_the_day_its_permit_ends(ends_on: date, sources: list[str]) -> None:
    assert [str(window.source) for window in windows_for(PermitType.C, None, ends_on)] == sources


@pytest.mark.parametrize("permit_type", PermitType)
def test_no_window_is_told_for_permits_that_ended_before_the_articles(permit_type: PermitType) -> None:
    assert windows_for(permit_type, None, date(2022, 4, 30))
    with pytest.raises(NotInForce):
        windows_for(permit_type, None, date(2022, 4, 29))


def test_every_rule_of_the_module_has_a_source_and_its_words() -> None:
    rules = [value for value in vars(employment_permits).values() if isinstance(value, Rule)]
    own = [rule for rule in rules if rule.__module__ == employment_permits.__name__]
    assert len(own) == 12
    assert all("「" in (rule.__doc__ or "") for rule in own)


@given(st.sampled_from(PermitType), ENDS, st.integers(0, 1200))
def test_a_window_opens_before_its_last_safe_day_and_that_before_it_closes(
    permit_type: PermitType, ends_on: date, length: int
) -> None:
    for window in windows_for(permit_type, ends_on - timedelta(days=length), ends_on):
        days = [known for known in (window.opens, window.last_safe_day, window.closes) if known]
        assert days == sorted(days)


@given(st.sampled_from(PermitType), ENDS, ENDS)
def test_a_permit_that_ends_later_never_has_an_earlier_deadline(
    permit_type: PermitType, one: date, other: date
) -> None:
    starts_on, (earlier, later) = date(2022, 4, 30), sorted((one, other))
    before, after = (windows_for(permit_type, starts_on, ends_on) for ends_on in (earlier, later))
    for old, new in zip(before, after, strict=True):
        assert old.closes <= new.closes
        assert (old.last_safe_day or old.closes) <= (new.last_safe_day or new.closes)


@given(st.sampled_from(PermitType), ENDS)
def test_a_standing_only_ever_moves_forward(permit_type: PermitType, ends_on: date) -> None:
    order = [Standing.NOT_YET, Standing.OPEN, Standing.LAST_SAFE_DAY, Standing.LATE, Standing.OVER]
    for window in windows_for(permit_type, date(2022, 4, 30), ends_on):
        days = (ends_on + timedelta(days=offset) for offset in range(-130, 3))
        ranks = [order.index(standing(window, today)) for today in days]
        assert all(old <= new for old, new in pairwise(ranks))


@pytest.mark.parametrize("permit_type", PermitType)
def test_the_rules_answer_for_every_month_until_2028_without_a_gap(permit_type: PermitType) -> None:
    for month in range(2022 * 12 + 4, 2029 * 12):
        ends_on = date(month // 12, month % 12 + 1, 15)
        assert windows_for(permit_type, date(2020, 1, 1), ends_on)
