"""Dates as each reader's papers have them, and the day that it is in Taiwan."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import TAIPEI, Language, long_date, say, short_date, taipei_day, verbatim

DAY = date(2026, 7, 5)
LEAP_DAY = date(2028, 2, 29)

days = st.dates(date(1912, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("language", "day", "leap_day"),
    [
        (Language.ZH_HANT, "2026年7月5日（民國115年）", "2028年2月29日（民國117年）"),
        (Language.EN, "July 5, 2026", "February 29, 2028"),
        (Language.ID, "5 Juli 2026", "29 Februari 2028"),
        (Language.VI, "5 tháng 7, 2026", "29 tháng 2, 2028"),
        (Language.TH, "5 กรกฎาคม พ.ศ. 2569 (ค.ศ. 2026)", "29 กุมภาพันธ์ พ.ศ. 2571 (ค.ศ. 2028)"),
        (Language.FIL, "Hulyo 5, 2026", "Pebrero 29, 2028"),
    ],
)
def test_a_day_in_words(language: Language, day: str, leap_day: str) -> None:
    assert long_date(DAY, language) == day
    assert long_date(LEAP_DAY, language) == leap_day


@pytest.mark.parametrize(
    ("language", "day"),
    [
        (Language.ZH_HANT, "2026-07-05"),
        (Language.EN, "2026-07-05"),
        (Language.ID, "2026-07-05"),
        (Language.VI, "2026-07-05"),
        (Language.TH, "5/7/2569 (2026-07-05)"),
        (Language.FIL, "2026-07-05"),
    ],
)
def test_a_day_in_digits(language: Language, day: str) -> None:
    assert short_date(DAY, language) == day


@given(day=days)
def test_every_language_has_the_gregorian_year_and_only_two_add_their_own(day: date) -> None:
    for language in Language:
        written = long_date(day, language)
        assert re.search(rf"(?<!\d){day.year}(?!\d)", written)
        assert re.search(rf"(?<!\d){day.day}(?!\d)", written)
        years = {int(found) for found in re.findall(r"\d{4}", written)}
        assert years == {day.year, *([day.year + 543] if language is Language.TH else [])}
        assert (f"民國{day.year - 1911}年" in written) == (language is Language.ZH_HANT)


@given(day=days, other=days)
def test_two_days_are_never_written_alike(day: date, other: date) -> None:
    for language in Language:
        assert (long_date(day, language) == long_date(other, language)) == (day == other)
        assert (short_date(day, language) == short_date(other, language)) == (day == other)


def test_before_the_republic_there_is_no_year_of_it() -> None:
    assert long_date(date(1911, 12, 31), Language.ZH_HANT) == "1911年12月31日"
    assert long_date(date(1912, 1, 1), Language.ZH_HANT) == "1912年1月1日（民國1年）"


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 7, 4, 15, 59, 59, 999_999, tzinfo=UTC), date(2026, 7, 4)),
        (datetime(2026, 7, 4, 16, 0, tzinfo=UTC), date(2026, 7, 5)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2028, 2, 28, 16, 0, tzinfo=UTC), LEAP_DAY),
        (datetime(2028, 2, 29, 16, 0, tzinfo=UTC), date(2028, 3, 1)),
        (datetime(2026, 7, 4, 12, 0, tzinfo=timezone(timedelta(hours=-5))), date(2026, 7, 5)),
        (datetime(2026, 7, 5, 0, 0, tzinfo=TAIPEI), date(2026, 7, 5)),
        (datetime(2026, 7, 4, 23, 59, 59, tzinfo=TAIPEI), date(2026, 7, 4)),
    ],
)
def test_the_day_changes_at_midnight_in_taipei(at: datetime, day: date) -> None:
    assert taipei_day(at) == day


@given(hours=st.integers(0, 110 * 366 * 24))
def test_taipei_is_eight_hours_ahead_all_year(hours: int) -> None:
    at = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    assert taipei_day(at) == (at + timedelta(hours=8)).date()


@pytest.mark.parametrize("language", Language)
def test_a_moment_is_told_by_the_clock_in_taiwan(language: Language) -> None:
    at = datetime(2026, 7, 4, 22, 30, tzinfo=UTC)  # half past six in the morning of the fifth
    told = say(verbatim(at), language)
    assert long_date(DAY, language) in told
    assert re.search(r"(?<!\d)0?6[:.]30(?!\d)", told)
    assert told.isprintable()


def test_morning_and_evening_are_told_apart_in_every_language() -> None:
    morning, evening = datetime(2026, 7, 4, 22, 30, tzinfo=UTC), datetime(2026, 7, 5, 10, 30, tzinfo=UTC)
    for language in Language:
        assert say(verbatim(morning), language) != say(verbatim(evening), language)
