"""What an announcement says that every language must say alike: dates, times, numbers, telephones, links, placeholders.

Years of the Republic, of the Buddha and of the Gregorian calendar are the same year; so are 15:00, 3 pm and 下午3點,
and 3萬, 30 ribu and 30,000.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache, partial

from babel.dates import get_month_names
from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, format_number

from locales import Language
from locales.dates import BABEL_LOCALES, BUDDHIST_OFFSET, ROC_OFFSET

Found = frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Each kind as a set of one spelling, so that the same thing said in two languages is equal."""

    dates: Found
    numbers: Found
    phones: Found
    links: Found
    placeholders: Found


KINDS = tuple(field.name for field in fields(Facts))

_LINK = re.compile(r"https?://[^\s<>「」『』（）()，。；、]+", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{[^{}\s]{1,40}\}")
_NUMBER = r"\d{1,3}(?:[,.]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_YEAR_DIGITS = r"1[89]\d\d|2[01]\d\d|2[4-7]\d\d"
_ROC = r"(?:民國|Minguo|R\.?O\.?C\.?)\s*(?:year\s*)?"
_ERA = r"(?:พ\.\s?ศ\.|ค\.\s?ศ\.|ปี|năm|tahun|,|ng|of|de)?\s*"
# Words that make the number before them so many times larger.
_SCALES: Mapping[str, int] = {
    **dict.fromkeys(("千", "thousand", "ribu", "nghìn", "ngàn", "พัน", "libo"), 1_000),
    **dict.fromkeys(("萬", "万", "หมื่น"), 10_000),
    **dict.fromkeys(("แสน",), 100_000),
    **dict.fromkeys(("million", "juta", "triệu", "ล้าน", "milyon"), 1_000_000),
    **dict.fromkeys(("億",), 100_000_000),
}
_SCALED = re.compile(rf"({_NUMBER})\s*({'|'.join(_SCALES)})(?:元)?({_NUMBER})?", re.IGNORECASE)
_ROC_NUMERIC = re.compile(
    rf"(?:{_ROC})(\d{{2,3}})[./-](\d{{1,2}})[./-](\d{{1,2}})(?!\d)|(?<!\d)(1[012]\d)[./](\d{{1,2}})[./](\d{{1,2}})(?!\d)"
)
_YEAR_FIRST = re.compile(rf"(?<!\d)({_YEAR_DIGITS})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?!\d)")
_YEAR_LAST = re.compile(rf"(?<!\d)(\d{{1,2}})[-/.](\d{{1,2}})[-/.]({_YEAR_DIGITS})(?!\d)")
_CHINESE = re.compile(r"(?:(民國)?\s*(\d{2,4})\s*年\s*)?(\d{1,2})\s*月\s*(?:(\d{1,2})\s*[日號])?")
_CHINESE_YEAR = re.compile(r"(民國)?\s*(?<!\d)(\d{2,4})\s*年(?!以|內|間|後|前|度?期)")
_NAMED_YEAR = re.compile(rf"{_ROC}(\d{{2,3}})(?!\d)|(?:พ\.\s?ศ\.|ค\.\s?ศ\.)\s*({_YEAR_DIGITS})(?!\d)")
# Not every number of four digits: 1955 is a telephone.
_BARE_YEAR = re.compile(r"(?<![\d.,])(20\d\d)(?![\d.,]\d|\d)")
_CLOCK = re.compile(
    r"(?P<before>上午|早上|中午|下午|晚上|傍晚)?\s*(?<!\d)(?P<hour>\d{1,2})"
    r"(?:\s*(?:[:：]|h|giờ)\s*(?P<minute>[0-5]\d)(?!\d)|\s*[點時]\s*(?:(?P<zh>[0-5]?\d)\s*分|(?P<half>半))?)?"
    r"(?P<dotted>[.](?P<dot>[0-5]\d)(?=\s*(?:น\.|WIB|waktu)))?"
    r"\s*(?:giờ\s*)?(?P<after>[ap]\.?m\b\.?|sáng|trưa|chiều|tối|pagi|siang|sore|malam"
    r"|ng (?:umaga|tanghali|hapon|gabi))?",
    re.IGNORECASE,
)
_AFTERNOON = {"下午", "晚上", "傍晚", "pm", "chiều", "tối", "sore", "malam", "ng hapon", "ng gabi"}
_NOON = {"中午", "trưa", "siang", "ng tanghali"}


class _Words:
    """What is left to be read: whatever was recognised is taken out, so that no digit counts twice."""

    def __init__(self, words: str) -> None:
        self.rest = words

    def take(self, pattern: re.Pattern[str], read: Callable[[re.Match[str]], str | None]) -> Iterable[str]:
        found = []

        def replaced(match: re.Match[str]) -> str:
            value = read(match)
            if value is None:
                return match[0]
            found.append(value)
            return " ; "

        self.rest = pattern.sub(replaced, self.rest)
        return found


def facts_of(words: str, language: Language) -> Facts:
    """What these words state."""
    rest = _Words(_readable(words))
    links = rest.take(_LINK, lambda match: match[0].rstrip(".,;:!?"))
    placeholders = rest.take(_PLACEHOLDER, lambda match: match[0])
    dates = _dates(rest, language)
    phones = _phones(rest)
    years = {date[:4] for date in dates if date[0] != "-"}
    # "2026年8月31日（民國115年）" says the year twice.
    dates |= {year for year in _years(rest) if year not in years}
    numbers = {*rest.take(_CLOCK, _clock), *rest.take(_SCALED, _scaled)}
    numbers |= {_number(match[0]) for match in re.finditer(_NUMBER, rest.rest)}
    return Facts(*(frozenset(found) for found in (dates, numbers, phones, links, placeholders)))


def _readable(words: str) -> str:
    """Full-width and Thai digits as ASCII, one space between words; no number is longer than a line."""
    digits = "".join(str(unicodedata.decimal(c)) if unicodedata.decimal(c, None) is not None else c for c in words)
    return re.sub(r"\d{40,}", lambda run: run[0][:40], re.sub(r"\s+", " ", digits))


def _dates(rest: _Words, language: Language) -> set[str]:
    found = {
        *rest.take(_ROC_NUMERIC, lambda m: _date(_roc(m[1] or m[4]), m[2] or m[5], m[3] or m[6])),
        *rest.take(_YEAR_FIRST, lambda m: _date(_year(m[1]), m[2], m[3])),
        *rest.take(_YEAR_LAST, lambda m: _year_last(m, language)),
    }
    for pattern in _with_month_names(language):
        found |= {*rest.take(pattern, partial(_named, language))}
    found |= {*rest.take(_CHINESE, lambda m: _date(_chinese_year(m[2], m[1]), m[3], m[4]))}
    return found - {_MONTH_ALONE}


def _year_last(match: re.Match[str], language: Language) -> str | None:
    """Who writes English may mean either order, except where only one can be."""
    first, second, year = int(match[1]), int(match[2]), _year(match[3])
    month_first = language in (Language.EN, Language.FIL) and first <= 12
    return _date(year, first, second) if month_first else _date(year, second, first)


@cache
def _month_names(language: Language) -> Mapping[str, int]:
    """Also English names where people at home write them."""
    names: dict[str, int] = {}
    for locale in {BABEL_LOCALES[language], "en"} if language is not Language.VI else {BABEL_LOCALES[language]}:
        for width in ("wide", "abbreviated"):
            names |= {
                name.rstrip(".").casefold(): number for number, name in get_month_names(width, locale=locale).items()
            }
    return {name: number for name, number in names.items() if not name.isdigit() and "月" not in name}


@cache
def _with_month_names(language: Language) -> tuple[re.Pattern[str], ...]:
    names = _month_names(language)
    if not names:
        return ()
    month = rf"(?P<month>{'|'.join(re.escape(name) for name in sorted(names, key=len, reverse=True))})(?![^\W_])\.?"
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    year = rf"\s*{_ERA}(?:ค\.ศ\.|พ\.ศ\.)?/?\s*(?P<year>{_YEAR_DIGITS})(?!\d)"
    # Only Vietnamese months have a digit in their names, which would else be read as a number.
    alone = "?" if language is Language.VI else ""
    written = (
        rf"(?<!\d){day}\s*(?:ng|of)?\s*{month}(?:{year})?",
        rf"(?<!\w){month}\s*{day}(?!\d|[.:]\d)(?:{year})?",
        rf"(?<!\w){month}(?:{year}){alone}",
    )
    return tuple(re.compile(each, re.IGNORECASE) for each in written)


def _named(language: Language, match: re.Match[str]) -> str | None:
    said = match.groupdict()
    year = _year(said["year"]) if said["year"] else None
    return _date(year, _month_names(language)[said["month"].casefold()], said.get("day"))


_MONTH_ALONE = ""
"""Not compared: "may" and "march" are words of other meanings too."""


def _date(year: int | None, month: str | int, day: str | int | None) -> str | None:
    """ISO 8601, with dashes for what is not said; None for what can be no date."""
    if not 1 <= int(month) <= 12 or not 1 <= int(day or 1) <= 31:
        return None
    if year is None and day is None:
        return _MONTH_ALONE
    said = f"{int(month):02}" if day is None else f"{int(month):02}-{int(day):02}"
    return f"--{said}" if year is None else f"{year}-{said}"


def _years(rest: _Words) -> set[str]:
    found = {*rest.take(_CHINESE_YEAR, lambda m: _chinese_year_alone(m[2], m[1]))}
    found |= {*rest.take(_NAMED_YEAR, lambda m: str(_roc(m[1]) if m[1] else _year(m[2])))}
    return found | {*rest.take(_BARE_YEAR, lambda m: m[1])}


def _year(digits: str) -> int:
    return int(digits) - BUDDHIST_OFFSET if int(digits) > 2400 else int(digits)


def _roc(digits: str) -> int:
    return int(digits) + ROC_OFFSET


def _chinese_year(digits: str | None, republic: str | None) -> int | None:
    if digits is None:
        return None
    return _roc(digits) if republic or len(digits) < 4 else _year(digits)


def _chinese_year_alone(digits: str, republic: str | None) -> str | None:
    """12年 may also be twelve years; 115年 and 民國99年 are not."""
    year = _chinese_year(digits, republic)
    return str(year) if republic or len(digits) >= 3 else None


def _clock(match: re.Match[str]) -> str | None:
    """A time of day; full hours count as their number, as 24小時 and "24 giờ" look like hours of the clock too."""
    minute = match["minute"] or match["zh"] or match["dot"] or ("30" if match["half"] else None)
    when = (match["before"] or match["after"] or "").replace(".", "").casefold()
    said = minute is not None or when or re.search("[點時]", match[0])
    hour = int(match["hour"])
    if not said or hour > 24:
        return None
    if (when in _AFTERNOON and hour < 12) or (when in _NOON and hour < 10):
        hour += 12
    return str(hour) if int(minute or 0) == 0 else f"{hour}:{int(minute or 0):02}"


def _phones(rest: _Words) -> set[str]:
    found = set()
    for match in PhoneNumberMatcher(rest.rest, "TW"):
        found.add(format_number(match.number, PhoneNumberFormat.E164))
        rest.rest = rest.rest.replace(match.raw_string, " ; ")
    return found


def _scaled(match: re.Match[str]) -> str:
    more = float(_number(match[3])) if match[3] else 0
    return _shortest(float(_number(match[1])) * _SCALES[match[2].casefold()] + more)


def _number(written: str) -> str:
    """Both 27,470 and 27.470 are thousands; 2,5 and 2.5 are not."""
    whole = re.fullmatch(r"(\d{1,3}(?:[,.]\d{3})+)(?:[.,](\d{1,2}))?", written)
    if whole:
        return _shortest(float(f"{re.sub('[,.]', '', whole[1])}.{whole[2] or 0}"))
    # Zeros in front mean something: a code is no amount.
    return written if written.isdigit() else _shortest(float(written.replace(",", ".")))


def _shortest(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
