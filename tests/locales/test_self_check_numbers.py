"""What a self-check finds has the same days and the same numbers in all six languages."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.dates import get_month_names
from sqlalchemy.orm import Session

from bot.database import Database
from handlers.context import Context, Rules
from handlers.event import Did, Event
from handlers.self_checks.check import Check
from handlers.self_checks.finding import Finding
from handlers.self_checks.listed import CHECKS
from locales import LANGUAGES, Language, Text, say
from models.contact import meet
from models.secrets import Keyring
from tests.locales import checks_walked
from tests.locales.test_catalogues import IN_WORDS

NOON = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
COMPARED = 150
"""Findings of each check, no two of the same sentences."""

# Each language's own form of a day, read without the code that wrote it.
DAYS = {
    Language.ZH_HANT: re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?:（民國(?P<roc>\d+)年）)?"),
    Language.EN: re.compile(r"(?P<month>[A-Z][a-z]+) (?P<day>\d{1,2}), (?P<year>\d{4})"),
    Language.ID: re.compile(r"(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]+) (?P<year>\d{4})"),
    Language.VI: re.compile(r"(?P<day>\d{1,2}) tháng (?P<month>\d{1,2}), (?P<year>\d{4})"),
    Language.TH: re.compile(r"(?P<day>\d{1,2}) (?P<month>\S+) พ\.ศ\. (?P<buddhist>\d{4}) \(ค\.ศ\. (?P<year>\d{4})\)"),
    Language.FIL: re.compile(r"(?P<month>[A-Z][a-z]+) (?P<day>\d{1,2}), (?P<year>\d{4})"),
}
MONTHS = {
    language: {name: number for number, name in get_month_names("wide", locale=code).items()}
    for language, code in ((Language.EN, "en"), (Language.ID, "id"), (Language.TH, "th"), (Language.FIL, "fil"))
}


def the_day(found: re.Match[str], language: Language) -> date:
    """The day that was read; a second year beside it must be the same year by its own count."""
    parts = found.groupdict()
    year, month = int(parts["year"]), parts["month"]
    assert int(parts.get("roc") or year - 1911) == year - 1911, found[0]
    assert int(parts.get("buddhist") or year + 543) == year + 543, found[0]
    return date(year, int(month) if month.isdecimal() else MONTHS[language][month], int(parts["day"]))


def days_and_numbers(words: str, language: Language) -> tuple[Counter[date], Counter[str]]:
    days = Counter(the_day(found, language) for found in DAYS[language].finditer(words))
    return days, Counter(re.findall(r"\d+", DAYS[language].sub(" ", words)))


def told(found: Finding) -> Iterator[Text]:
    yield from (found.title, *found.result, *found.next_steps, *found.doubts)
    yield from (reason.means for reason in found.reasons)
    for row in found.rows:
        yield from (row.label, row.value)


def differences(text: Text) -> Iterator[str]:
    english = say(text, Language.EN)
    days, numbers = days_and_numbers(english, Language.EN)
    # A language may write in digits what English writes in words.
    spelt = Counter(d for word, d in IN_WORDS.items() for _ in re.findall(rf"\b{word}\b", english, re.IGNORECASE))
    for language in LANGUAGES:
        words = say(text, language)
        others_days, others_numbers = days_and_numbers(words, language)
        if others_days != days or numbers - others_numbers or others_numbers - numbers - spelt:
            yield f"{language.value}: {words!r} is not {english!r}"


@pytest.fixture(scope="module")
def session(sqlite_template: Path, keyring: Keyring) -> Iterator[Session]:
    database = Database(f"sqlite:///{sqlite_template}", keyring)
    with database.reading() as opened:
        yield opened
    database.close()


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
def test_days_and_numbers_of_every_finding_are_equal_in_the_six_languages(check: Check, session: Session) -> None:
    contact = meet(session, "U" + "0" * 32, None, NOON)
    ctx = Context(session, contact, Event("numbers", Did.OTHER, NOON), NOON, Rules())
    different: dict[frozenset[str], Finding] = {}
    for walk in checks_walked.walks(ctx, check):
        if isinstance(walk.found, Finding) and len(different) < COMPARED:
            different.setdefault(checks_walked.sentences(walk.found), walk.found)
    texts = {repr(text): text for found in different.values() for text in told(found)}
    compared = sum(any(days_and_numbers(say(text, Language.EN), Language.EN)) for text in texts.values())
    assert compared >= 5, "hardly a day or a number was compared"
    assert [one for text in texts.values() for one in differences(text)] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.ZH_HANT, "2026年8月31日（民國115年）"),
        (Language.EN, "August 31, 2026"),
        (Language.ID, "31 Agustus 2026"),
        (Language.VI, "31 tháng 8, 2026"),
        (Language.TH, "31 สิงหาคม พ.ศ. 2569 (ค.ศ. 2026)"),
        (Language.FIL, "Agosto 31, 2026"),
    ],
)
def test_a_day_is_read_back_from_each_languages_own_form(language: Language, words: str) -> None:
    days, numbers = days_and_numbers(f"{words} 1955", language)
    assert days == Counter([date(2026, 8, 31)])
    assert numbers == Counter(["1955"])


def test_a_buddhist_year_that_does_not_match_is_found() -> None:
    with pytest.raises(AssertionError):
        days_and_numbers("31 สิงหาคม พ.ศ. 2570 (ค.ศ. 2026)", Language.TH)
