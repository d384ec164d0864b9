"""The six languages, their names as their speakers write them, and what LINE calls them."""

import unicodedata
from enum import StrEnum


class Language(StrEnum):
    """A language a worker can choose; the value is its BCP 47 tag."""

    ZH_HANT = "zh-Hant"
    EN = "en"
    ID = "id"
    VI = "vi"
    TH = "th"
    FIL = "fil"


LANGUAGES: dict[Language, str] = {
    Language.ZH_HANT: "中文",
    Language.EN: "English",
    Language.ID: "Bahasa Indonesia",
    Language.VI: "Tiếng Việt",
    Language.TH: "ไทย",
    Language.FIL: "Filipino",
}

# What people type besides the name on the button, without marks and case.
_ALSO_TYPED: dict[Language, tuple[str, ...]] = {
    Language.ZH_HANT: ("中文", "華語", "華文", "國語", "繁體中文", "chinese", "mandarin", "zhongwen", "台灣"),
    Language.EN: ("english", "inggris", "ingles", "tieng anh", "英文", "英語", "อังกฤษ"),
    Language.ID: ("indonesia", "bahasa", "bahasa indonesia", "indonesian", "印尼文", "印尼語", "印尼"),
    Language.VI: ("tieng viet", "viet", "vietnam", "viet nam", "vietnamese", "越南文", "越南語", "越南"),
    Language.TH: ("ไทย", "ภาษาไทย", "thai", "thailand", "泰文", "泰語", "泰國"),
    Language.FIL: (
        "filipino",
        "tagalog",
        "pilipino",
        "pinoy",
        "philippines",
        "菲律賓文",
        "菲律賓語",
        "菲律賓",
    ),
}

LONGEST = 100
"""No language has a longer name, and normalising can make some texts many times longer."""

# LINE's profile gives BCP 47 tags and, on older phones, the codes that ISO has replaced.
_PROFILE: dict[str, Language] = {
    "zh": Language.ZH_HANT,
    "en": Language.EN,
    "id": Language.ID,
    "in": Language.ID,
    "vi": Language.VI,
    "th": Language.TH,
    "fil": Language.FIL,
    "tl": Language.FIL,
}


def _plain(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words.strip().casefold().replace("đ", "d"))
    # Thai vowel signs are marks too, and without them the word is another word.
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn" or "\u0e00" <= c <= "\u0e7f")


_TYPED = {_plain(word): lang for lang, words in _ALSO_TYPED.items() for word in (*words, LANGUAGES[lang])}


def language_named(words: str) -> Language | None:
    """The language whose name somebody typed, in any of the six languages, or None."""
    return _TYPED.get(_plain(words)) if len(words) <= LONGEST else None


def language_of_profile(tag: str | None) -> Language | None:
    """Our language for the `language` of a LINE profile, or None for one we do not speak."""
    return _PROFILE.get((tag or "").replace("_", "-").split("-")[0].lower())
