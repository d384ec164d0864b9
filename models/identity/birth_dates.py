"""Birth dates as written in six languages and three calendars, read only where they mean one day."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache

from babel import Locale

from models.identity.spelling import ascii_digits, checked, visible
from models.identity.unusable import Reason, Unusable

_YOUNGEST, _OLDEST = 16, 100  # years
_LONGEST = 60  # characters; no way of writing a date needs more
_BUDDHIST_YEARS = range(2440, 2601)
_BUDDHIST_ERA = 543
_ROC_ERA = 1911

_LANGUAGES = ("en", "id", "vi", "th", "fil", "zh", "zh_Hant")
# Words that stand around a date without changing it: "ngày 21 tháng 5 năm 1990", "วันที่", "ika-21 ng Mayo".
_SURROUNDINGS = frozenset(
    (
        "",  # a dot on its own
        *("st", "nd", "rd", "th", "of", "the", "born"),
        *("tanggal", "tgl", "tahun"),
        *("ngày", "ngay", "năm", "nam"),
        *("วันที่", "ที่", "เดือน", "ปี", "พศ", "คศ"),
        *("ika", "ng", "noong", "de"),
        *("年", "日", "号", "號", "生"),
    )
)
_ROC = re.compile(
    r"(?:中華|中华)?(?:民國|民国)\s*([0-9]{1,3}|元)\s*[年/.\-]\s*([0-9]{1,2})\s*[月/.\-]\s*([0-9]{1,2})\s*日?"
)
# From 2011 on no other year is written with three digits: 115/3/11 needs no 民國.
_ROC_IN_FIGURES = re.compile(r"(1[0-9]{2})\s*[年/.\-]\s*([0-9]{1,2})\s*[月/.\-]\s*([0-9]{1,2})\s*日?")
_YEAR_FIRST = re.compile(r"([0-9]{4})\s*[-/. ]\s*([0-9]{1,2})\s*[-/. ]\s*([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})\s*[-/. ]\s*([0-9]{1,2})\s*[-/. ]\s*([0-9]{4})")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
_NUMBERED_MONTH = re.compile(r"(?:tháng|thang|thg)\.?\s*([0-9]{1,2})|([0-9]{1,2})\s*月")
_TOKEN = re.compile(r"month[0-9]{1,2}|[0-9]+|[^0-9\s,/\-]+")


def birth_date(said: str, today: date, *, day_first: bool | None = None) -> date:
    """The day of birth of somebody between 16 and 100 years old.

    `day_first` settles 5/4/1990: True as in Indonesia, Viet Nam and Thailand, False as in the Philippines;
    while it is None such a date raises Unusable with AMBIGUOUS_DATE. Years 2440-2600 are Buddhist; years of
    the Republic are read only behind 民國 or with three digits.
    """
    return _of_a_worker(day(said, day_first=day_first), today)


def day(said: str, *, day_first: bool | None = None) -> date:
    """Any day, written in one of the ways in which people write a birth date."""
    text = unicodedata.normalize("NFKC", ascii_digits(visible(checked(said)))).casefold().strip()
    if len(text) > _LONGEST:
        raise Unusable(Reason.TOO_LONG)
    return _day(text, day_first)


def _day(text: str, day_first: bool | None) -> date:
    if found := _ROC.fullmatch(text):
        year = 1 if found[1] == "元" else int(found[1])
        return _real(year + _ROC_ERA, int(found[2]), int(found[3]))
    if found := _ROC_IN_FIGURES.fullmatch(text):
        return _real(int(found[1]) + _ROC_ERA, int(found[2]), int(found[3]))
    if found := _YEAR_FIRST.fullmatch(text):
        return _real(_common_year(found[1]), int(found[2]), int(found[3]))
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(int(found[1]), int(found[2]), found[3], day_first)
    if _EIGHT_DIGITS.fullmatch(text):
        # No eight digits read both ways: a year of birth behind, 19xx or 25xx, is no month and day.
        if 1 <= int(text[4:6]) <= 12 and text[:2] in {"19", "20", "24", "25"}:
            return _real(_common_year(text[:4]), int(text[4:6]), int(text[6:]))
        return _year_last(int(text[:2]), int(text[2:4]), text[4:], day_first)
    return _with_month_name(text)


def _year_last(first: int, second: int, year: str, day_first: bool | None) -> date:
    if first <= 12 and second <= 12 and first != second and day_first is None:
        raise Unusable(Reason.AMBIGUOUS_DATE)
    # Where only one of the two can be a month, custom does not matter.
    day_comes_first = first > 12 or (second <= 12 and day_first is not False)
    day, month = (first, second) if day_comes_first else (second, first)
    return _real(_common_year(year), month, day)


def _with_month_name(text: str) -> date:
    """ "21 May 1990", "May 21, 1990", "21 พ.ค. 2533", "21 tháng 5 năm 1990", "1990年5月21日"."""
    months: list[int] = []
    numbers: list[str] = []
    for token in _TOKEN.findall(_NUMBERED_MONTH.sub(lambda found: f" month{found[1] or found[2]} ", text)):
        if token.startswith("month") and token[5:].isdigit():
            months.append(int(token[5:]))
        elif token.isdigit():
            numbers.append(token)
        elif month := _months().get(_plain(token)):
            months.append(month)
        elif _plain(token) not in _SURROUNDINGS:
            raise Unusable(Reason.FORMAT)
    year, day = _year_and_day(numbers)
    if len(months) != 1:
        raise Unusable(Reason.FORMAT)
    return _real(_common_year(year), months[0], int(day))


def _year_and_day(numbers: Sequence[str]) -> tuple[str, str]:
    by_length = sorted(numbers, key=len, reverse=True)
    if len(by_length) != 2 or len(by_length[0]) != 4 or len(by_length[1]) > 2:
        raise Unusable(Reason.FORMAT)
    return by_length[0], by_length[1]


@cache
def _months() -> dict[str, int]:
    """Name of the month in our languages, long or short and without dots, to its number."""
    found: dict[str, int] = {}
    for language in _LANGUAGES:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, month in months[context][width].items():
                    found[_plain(unicodedata.normalize("NFKC", month).casefold())] = number
    return found | {"sept": 9, "agt": 8, "agust": 8, "nop": 11, "pebruari": 2, "nopember": 11}


def _plain(token: str) -> str:
    return token.replace(".", "").replace("'", "")


def _common_year(year: str) -> int:
    number = int(year)
    return number - _BUDDHIST_ERA if number in _BUDDHIST_YEARS else number


def _real(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        found = None  # raised below, so that no exception carrying the digits hangs on ours
    if found is None:
        raise Unusable(Reason.NOT_A_DATE)
    return found


def _of_a_worker(day: date, today: date) -> date:
    if day > today:
        raise Unusable(Reason.IN_THE_FUTURE)
    age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    if age < _YOUNGEST:
        raise Unusable(Reason.TOO_YOUNG)
    if age > _OLDEST:
        raise Unusable(Reason.TOO_OLD)
    return day
