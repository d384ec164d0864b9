"""The catalogues: from a `Text` to words in one language, never silently in another."""

import re
from datetime import date, datetime
from functools import cache
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from locales.dates import BABEL_LOCALES, instant, long_date
from locales.languages import Language
from locales.text import VERBATIM, Text, Value

FOLDER = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class MissingTranslationError(LookupError):
    """A sentence has no words in a language: a fault of ours that must stop the message, not be read."""


def po_file(language: Language) -> Path:
    """Where the words of one language are kept."""
    return FOLDER / language.value.replace("-", "_") / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(language: Language) -> Catalog:
    """The language's catalogue as its .po file has it (there is no compiled copy to go stale)."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=BABEL_LOCALES[language])


def say(text: Text, language: Language) -> str:
    """The sentence in the language, with its values filled in.

    Raises MissingTranslationError when the catalogue lacks it: no reader is sent another language.
    """
    words = text.msgid if text.msgid == VERBATIM else _translation(text, language)

    def fill(match: re.Match[str]) -> str:
        return _said(text.values[match[1]], language)

    # One pass over the translation only, so braces inside a value stay what they are.
    return _PLACEHOLDER.sub(fill, words)


def placeholders(words: str) -> set[str]:
    """The names in braces."""
    return set(_PLACEHOLDER.findall(words))


def _said(value: Value, language: Language) -> str:
    if isinstance(value, Text):
        return say(value, language)
    if isinstance(value, datetime):
        return instant(value, language)
    if isinstance(value, date):
        return long_date(value, language)
    return str(value)


def _translation(text: Text, language: Language) -> str:
    forms = _forms(text.msgid, text.context, language)
    if text.plural is None:
        return forms[0]
    return forms[_plural_index(text.n, language)]


@cache
def _forms(msgid: str, context: str | None, language: Language) -> tuple[str, ...]:
    found: Message | None = catalogue(language).get(msgid, context)
    string = found.string if found and not found.fuzzy else ""
    forms = tuple(form or "" for form in (string if isinstance(string, tuple | list) else (string,)))
    if not all(forms):
        raise MissingTranslationError(f"{language.value} has no words for {msgid!r}: translate it in its .po file")
    return forms


def _plural_index(n: int, language: Language) -> int:
    rule = Locale.parse(BABEL_LOCALES[language]).plural_form
    forms: list[str] = [tag for tag in ("zero", "one", "two", "few", "many") if tag in rule.tags]
    return [*forms, "other"].index(rule(n))
