"""Dates as people in Taiwan and at home read them: ROC and Buddhist years beside the Gregorian one."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from locales.languages import Language

TAIPEI = ZoneInfo("Asia/Taipei")
ROC_OFFSET = 1911
"""Year 1 of the Republic is 1912 (Taiwanese documents count so)."""
BUDDHIST_OFFSET = 543
"""Thai papers and phones count years from 543 BC."""


def taipei_day(at: datetime) -> date:
    """The calendar day in Taiwan at that moment."""
    return at.astimezone(TAIPEI).date()


BABEL_LOCALES: dict[Language, str] = {
    Language.ZH_HANT: "zh_Hant_TW",
    Language.EN: "en",
    Language.ID: "id",
    Language.VI: "vi",
    Language.TH: "th",
    Language.FIL: "fil",
}


@lru_cache(maxsize=4096)
def long_date(day: date, language: Language) -> str:
    """The day in words, with the year of the reader's papers beside the Gregorian year."""
    locale = BABEL_LOCALES[language]
    if language is Language.ZH_HANT:
        roc = f"（民國{day.year - ROC_OFFSET}年）" if day.year > ROC_OFFSET else ""
        return f"{day.year}年{day.month}月{day.day}日{roc}"
    if language is Language.TH:
        # Babel writes only Gregorian years in Thai ("ค.ศ. 2026").
        return f"{format_date(day, 'd MMMM', locale)} พ.ศ. {day.year + BUDDHIST_OFFSET} (ค.ศ. {day.year})"
    return format_date(day, "long", locale)


@lru_cache(maxsize=4096)
def short_date(day: date, language: Language) -> str:
    """The day in digits, year first so that nobody can swap day and month."""
    if language is Language.TH:
        return f"{day.day}/{day.month}/{day.year + BUDDHIST_OFFSET} ({day.isoformat()})"
    return day.isoformat()


@lru_cache(maxsize=4096)
def instant(at: datetime, language: Language) -> str:
    """The moment as the clock on the wall in Taiwan shows it: date and time of day."""
    local = at.astimezone(TAIPEI)
    time = format_time(local.time(), "short", locale=BABEL_LOCALES[language])
    # Babel separates "2:30" from "PM" by a narrow no-break space that some phones draw as a box.
    return f"{long_date(local.date(), language)} {time}".replace("\u202f", " ")
