"""How we say it: sentences without a language, the catalogues, and dates in each calendar."""

from locales.catalogue import MissingTranslationError, say
from locales.dates import TAIPEI, long_date, short_date, taipei_day
from locales.languages import LANGUAGES, Language, language_named, language_of_profile
from locales.text import Text, _, ngettext, pgettext, verbatim

__all__ = [
    "LANGUAGES",
    "TAIPEI",
    "Language",
    "MissingTranslationError",
    "Text",
    "_",
    "language_named",
    "language_of_profile",
    "long_date",
    "ngettext",
    "pgettext",
    "say",
    "short_date",
    "taipei_day",
    "verbatim",
]
