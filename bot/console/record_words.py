"""What the office calls what stands in a record as a code: countries, kinds of work, permit types."""

from collections.abc import Callable, Mapping

from babel.core import Locale

from bot.console.words import Words
from locales import Language
from locales.dates import BABEL_LOCALES

WORKS: Mapping[str, Words] = {
    "manufacturing": Words("製造工作", "Manufacturing"),
    "construction": Words("營造工作", "Construction"),
    "fishing": Words("海洋漁撈", "Fishing"),
    "agriculture": Words("農林牧養殖", "Agriculture"),
    "slaughter": Words("屠宰工作", "Slaughter"),
    "household_care": Words("家庭看護", "Care in a household"),
    "institution_care": Words("機構看護", "Care in an institution"),
    "domestic_help": Words("家庭幫傭", "Household help"),
    "professional": Words("專門性及技術性工作", "Professional work"),
    "teaching": Words("教師", "Teaching"),
    "bilingual_staff": Words("雙語人員", "Bilingual staff"),
    "cook": Words("廚師", "Cook"),
    "student_work": Words("學生工讀", "Student work"),
    "other": Words("其他工作", "Other work"),
}
PERMIT_TYPES: Mapping[str, Words] = {
    "A": Words("第一類外國人（專門技術）", "A: professionals"),
    "B": Words("第二類外國人（移工）", "B: migrant workers"),
    "C": Words("第三類外國人（中階技術）", "C: skilled workers"),
    "D": Words("第四類外國人（學生）", "D: students"),
    "E": Words("第五類外國人（依親等）", "E: dependants, residents"),
}


def nationality(code: str, language: Language) -> str:
    return str(Locale.parse(BABEL_LOCALES[language]).territories.get(code, code))


def work(code: str, language: Language) -> str:
    """As it stands where we have no name for it."""
    return WORKS[code].in_(language) if code in WORKS else code


def permit_type(code: str, language: Language) -> str:
    """As it stands where we have no name for it."""
    return PERMIT_TYPES[code].in_(language) if code in PERMIT_TYPES else code


NAMED: Mapping[str, Callable[[str, Language], str]] = {
    "nationalities": nationality,
    "works": work,
    "permit_types": permit_type,
}
"""By the line of an audience that is chosen by them."""
