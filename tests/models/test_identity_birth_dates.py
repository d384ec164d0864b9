"""Birth dates in six languages and three calendars."""

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from models.identity import Reason, Unusable, birth_date, day

TODAY = date(2026, 6, 30)
BORN = date(1990, 5, 21)


@pytest.mark.parametrize(
    "said",
    [
        "1990-05-21",
        "1990/5/21",
        "1990.5.21",
        "21/05/1990",
        "21-5-1990",
        "21.05.1990",
        "05/21/1990",  # there is no month 21
        "21 5 1990",
        "19900521",
        "21051990",
        "05211990",
        "21 May 1990",
        "May 21, 1990",
        "21st of May 1990",
        "21-May-1990",
        "21MAY1990",
        "21 Mei 1990",
        "21 mei 1990",
        "tanggal 21 Mei 1990",
        "21 tháng 5 năm 1990",
        "ngày 21 tháng 5, 1990",
        "21 thg 5, 1990",
        "21 thang 5 nam 1990",
        "21 พฤษภาคม 1990",
        "21 พฤษภาคม 2533",
        "วันที่ 21 พ.ค. พ.ศ. 2533",
        "๒๑ พ.ค. ๒๕๓๓",
        "๒๑/๐๕/๒๕๓๓",
        "2533-05-21",
        "21 Mayo 1990",
        "ika-21 ng Mayo 1990",
        "1990年5月21日",
        "1990 年 05 月 21 日",
        "21 五月 1990",
        "民國79年5月21日",
        "中華民國 79 年 5 月 21 日",
        "民國79/5/21",
        "１９９０／０５／２１",
        "  1990-05-21\u200b ",
    ],
)
def test_one_day_written_in_many_ways(said: str) -> None:
    assert birth_date(said, TODAY) == BORN


@pytest.mark.parametrize("separator", ["/", "-", ".", " "])
def test_a_day_that_could_be_a_month_is_asked_about(separator: str) -> None:
    said = separator.join(("05", "04", "1990"))
    with pytest.raises(Unusable) as caught:
        birth_date(said, TODAY)
    assert caught.value.reason is Reason.AMBIGUOUS_DATE
    assert birth_date(said, TODAY, day_first=True) == date(1990, 4, 5)
    assert birth_date(said, TODAY, day_first=False) == date(1990, 5, 4)


@pytest.mark.parametrize(
    "said", ["115/3/9", "115.03.09", "115年3月9日", "中華民國115年3月9日", "１１５年３月９日", "2569-03-09"]
)
def test_a_day_copied_from_a_letter_in_the_years_of_the_republic(said: str) -> None:
    assert day(said) == date(2026, 3, 9)


@pytest.mark.parametrize("said", ["99/3/9", "202/3/9", "011/3/9"])
def test_a_year_that_may_lack_a_figure_is_never_guessed(said: str) -> None:
    with pytest.raises(Unusable):
        day(said)


def test_the_custom_asked_about_never_bends_a_date_that_is_plain() -> None:
    assert birth_date("05/05/1990", TODAY) == date(1990, 5, 5)
    for day_first in (True, False):
        assert birth_date("21/05/1990", TODAY, day_first=day_first) == BORN
        assert birth_date("05/21/1990", TODAY, day_first=day_first) == BORN
        assert birth_date("1990-04-05", TODAY, day_first=day_first) == date(1990, 4, 5)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", Reason.EMPTY),
        ("yesterday", Reason.FORMAT),
        ("21/05/90", Reason.FORMAT),  # 1990, 2090 or Buddhist 2590: never guessed
        ("79/5/21", Reason.FORMAT),  # years of the Republic only where they say so
        ("0790521", Reason.FORMAT),
        ("1990", Reason.FORMAT),
        ("May 1990", Reason.FORMAT),
        ("21 May June 1990", Reason.FORMAT),
        ("30 May 21 1990", Reason.FORMAT),
        ("1990-02-30", Reason.NOT_A_DATE),
        ("31/04/1990", Reason.NOT_A_DATE),
        ("29/02/1990", Reason.NOT_A_DATE),
        ("21/13/1990", Reason.NOT_A_DATE),
        ("0000-01-01", Reason.NOT_A_DATE),
        ("民國79年2月30日", Reason.NOT_A_DATE),
        ("2026-07-01", Reason.IN_THE_FUTURE),
        ("2199-01-01", Reason.IN_THE_FUTURE),
        ("2010-07-01", Reason.TOO_YOUNG),
        ("1925-06-30", Reason.TOO_OLD),
        ("21 May 1990" + " " * 60 + "x", Reason.TOO_LONG),
        ("1" * 5000, Reason.TOO_LONG),
    ],
)
def test_an_unusable_birth_date_says_why(said: str, reason: Reason) -> None:
    with pytest.raises(Unusable) as caught:
        birth_date(said, TODAY)
    assert caught.value.reason is reason
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("born", "ok"), [("2010-06-30", True), ("2010-07-01", False)])
def test_sixteen_on_the_birthday_itself(born: str, ok: bool) -> None:
    if ok:
        assert birth_date(born, TODAY) == date(2010, 6, 30)
    else:
        with pytest.raises(Unusable):
            birth_date(born, TODAY)


def test_a_hundred_years_old_until_the_next_birthday() -> None:
    assert birth_date("1925-07-01", TODAY) == date(1925, 7, 1)


def test_a_leap_day_in_the_buddhist_calendar_is_found_in_ours() -> None:
    assert birth_date("29/2/2531", TODAY) == date(1988, 2, 29)


@pytest.mark.parametrize("language", ["en", "id", "vi", "th", "fil", "zh_Hant"])
@pytest.mark.parametrize("style", ["medium", "long"])
@pytest.mark.parametrize("month", range(1, 13))
def test_the_way_each_language_prints_a_date_is_understood(language: str, style: str, month: int) -> None:
    day = date(1990, month, 21)
    assert birth_date(format_date(day, style, locale=language), TODAY) == day


@given(st.dates(min_value=date(1927, 1, 1), max_value=date(2010, 6, 30)))
def test_iso_from_the_date_picker_is_always_exact(day: date) -> None:
    assert birth_date(day.isoformat(), TODAY) == day
    assert birth_date(day.strftime("%Y%m%d"), TODAY) == day


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[0-9]{1,4}[/. \-年]{0,2}[0-9]{0,3}.?[0-9]{0,5}月?")))
def test_any_text_gives_a_day_or_unusable(said: str) -> None:
    for day_first in (None, True, False):
        read = day_or_refusal(said, day_first)
        if isinstance(read, Unusable):
            assert read.args == (read.reason.value,)
            assert read.__context__ is None  # where the digits would hang
        else:
            assert birth_date(read.isoformat(), TODAY) == read


def day_or_refusal(said: str, day_first: bool | None) -> date | Unusable:
    try:
        return birth_date(said, TODAY, day_first=day_first)
    except Unusable as refused:
        return refused
