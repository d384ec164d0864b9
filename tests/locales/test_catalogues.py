"""Every sentence of the code stands whole in all six catalogues, with the same names, numbers and buttons."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from babel.core import Locale
from babel.messages.catalog import Catalog, Message

from locales.catalogue import catalogue, placeholders, po_file
from locales.dates import BABEL_LOCALES
from locales.languages import Language
from locales.update import PLURAL_FORMS, extracted

ROOT = Path(__file__).parents[2]

# A language may write in digits what English writes in words.
IN_WORDS: Mapping[str, str] = {
    "one": "1",
    "once": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "day and night": "24",
}

QUOTED = re.compile(r"[“「]([^”」]+)[”」]")


@cache
def code() -> Catalog:
    return extracted(ROOT)


def sentences() -> Iterator[Message]:
    return (message for message in code() if message.id)


def forms(string: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, list | tuple) else (string or "",)


def english(message: Message) -> str:
    """What it says of many: the form that has all the placeholders."""
    return forms(message.id)[-1]


def translations(message: Message, language: Language) -> tuple[str, ...]:
    found = catalogue(language).get(forms(message.id)[0], message.context)
    return forms(found.string) if found else ()


def numbers(words: str) -> Counter[str]:
    """Every run of ASCII digits; a phone number or a date is several."""
    return Counter(re.findall(r"[0-9]+", re.sub(r"\{\w+\}", "", words)))


def test_the_code_says_more_than_a_hundred_sentences() -> None:
    # Guards the tests below: an extraction that finds nothing would make all of them pass.
    assert len(list(sentences())) > 100


@pytest.mark.parametrize("language", Language)
def test_every_sentence_is_translated_in_all_its_forms_and_by_a_person_not_by_likeness(language: Language) -> None:
    missing = []
    for message in sentences():
        there = catalogue(language).get(forms(message.id)[0], message.context)
        plural = isinstance(message.id, tuple | list)
        wanted = catalogue(language).num_plurals if plural else 1
        if there is None or there.fuzzy or len(forms(there.string)) != wanted or not all(forms(there.string)):
            missing.append(english(message))
    assert not missing


@pytest.mark.parametrize("language", Language)
def test_nothing_is_left_of_sentences_that_the_code_no_longer_says(language: Language) -> None:
    said = {(forms(message.id)[0], message.context) for message in sentences()}
    kept = {(forms(message.id)[0], message.context) for message in catalogue(language) if message.id}
    assert kept - said == set()
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", Language)
def test_every_form_has_the_placeholders_of_the_english_sentence(language: Language) -> None:
    for message in sentences():
        for form in translations(message, language):
            # A singular may leave out {n}; a brace that is no placeholder would reach a reader.
            assert placeholders(form) | {"n"} == placeholders(english(message)) | {"n"}, form
            assert not re.search(r"[{}]", re.sub(r"\{\w+\}", "", form)), form


def test_english_says_what_the_code_says() -> None:
    assert [message.id for message in catalogue(Language.EN) if message.id and message.string != message.id] == []


@pytest.mark.parametrize("language", Language)
def test_every_form_has_the_numbers_of_the_english_sentence(language: Language) -> None:
    for message in sentences():
        there = numbers(english(message))
        spelt = Counter(
            digits
            for word, digits in IN_WORDS.items()
            for _ in re.findall(rf"\b{word}\b", english(message), re.IGNORECASE)
        )
        for form in translations(message, language):
            assert not re.search(r"(?![0-9])\d", form), f"digits that not everybody reads: {form}"
            assert there <= numbers(form), f"{form!r} lacks a number of {english(message)!r}"
            assert numbers(form) - there <= spelt, f"{form!r} has a number that {english(message)!r} has not"


@pytest.mark.parametrize("language", Language)
def test_a_button_is_quoted_by_the_very_words_that_stand_on_it(language: Language) -> None:
    labels: dict[str, set[str]] = {}
    for message in sentences():
        labels.setdefault(forms(message.id)[0], set()).add(translations(message, language)[0])
    quoted = 0
    for message in sentences():
        for label in QUOTED.findall(english(message)):
            if label not in labels:
                continue  # a sentence to say on the phone
            quoted += 1
            [form] = translations(message, language)
            assert set(QUOTED.findall(form)) & labels[label], f"{form!r} does not quote {labels[label]}"
    assert quoted >= 8


@pytest.mark.parametrize("language", Language)
def test_the_plural_rule_in_the_file_is_that_of_cldr_for_every_number_to_200(language: Language) -> None:
    cldr = Locale.parse(BABEL_LOCALES[language]).plural_form
    tags = [tag for tag in ("zero", "one", "two", "few", "many") if tag in cldr.tags] + ["other"]
    header = po_file(language).read_text("utf-8")
    assert f'"Plural-Forms: {PLURAL_FORMS[language]}\\n"' in header
    written = re.fullmatch(r"nplurals=(\d); plural=\(?(.+?)\)?;", PLURAL_FORMS[language])
    assert written is not None
    assert int(written[1]) == len(tags)
    for n in range(201):
        assert int(_c_expression(written[2], n)) == tags.index(cldr(n)), n


def _c_expression(expression: str, n: int) -> bool | int:
    """The value of a gettext plural expression, which C and Python write almost alike."""
    assert re.fullmatch(r"[n0-9 %=!|&()]+", expression)
    found = eval(expression.replace("||", " or ").replace("&&", " and "), {"n": n})
    assert isinstance(found, bool | int)
    return found


def test_cldr_itself_reads_as_expected() -> None:
    # The oracle of the test above: Filipino has its own rule, and 4, 6 and 9 are the exceptions.
    rule = Locale.parse("fil").plural_form
    assert [n for n in range(20) if rule(n) == "other"] == [4, 6, 9, 14, 16, 19]


@pytest.mark.parametrize("language", Language)
def test_no_form_has_stray_spaces_or_unseen_characters(language: Language) -> None:
    unseen = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd\ufe0f]")
    for message in sentences():
        for form in translations(message, language):
            assert form == form.strip()
            assert "  " not in form
            assert not unseen.search(form), form
            # Only a label of the rich menu breaks its lines itself.
            assert form.isprintable() or message.context == "rich menu", form
