"""Words typed in place of a tap, compared as they are meant and not as a keyboard happens to write them."""

import unicodedata
from functools import cache, lru_cache

from locales import LANGUAGES, Text, _, say

DAY_OR_MONTH = _("We cannot tell the day from the month. Please write year-month-day, like 1990-05-21.")

LONGEST = 100
"""No button says as much; longer words are compared with none (some single letters grow eighteenfold)."""


def plain(words: str) -> str:
    """One spelling: composed marks, small letters, single spaces, no punctuation unless there is nothing else.

    Nothing at all for words longer than any button's.
    """
    return _plain(words) if len(words) <= LONGEST else ""


@lru_cache(1024)
def _plain(words: str) -> str:
    small = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold())
    letters = "".join(_kept(letter) for letter in small)
    return " ".join(letters.split()) or small.strip()


def _kept(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Cf":  # zero-width spaces and direction marks
        return ""
    return " " if category[0] in "PC" else letter


def number_in(carried: str) -> int:
    """The number that a button of ours carries; 0, which no row has, for anything else."""
    return int(carried) if carried.isascii() and carried.isdecimal() and len(carried) <= 9 else 0


def is_label(said: str, label: Text) -> bool:
    """Whether somebody typed the words of this button, in any of the six languages."""
    return plain(said) in (_in_all_languages(label) if label.values else _always_the_same(label.msgid, label.context))


def _in_all_languages(label: Text) -> frozenset[str]:
    return frozenset(plain(say(label, language)) for language in LANGUAGES)


@cache
def _always_the_same(msgid: str, context: str | None) -> frozenset[str]:
    return _in_all_languages(Text(msgid, context=context))


# How people say yes and no without looking at the buttons.
_YES = frozenset(
    plain(word)
    for words_of_one_language in (
        ("ok", "okay", "yes", "y", "yes i agree", "agree", "i agree", "👍", "👌", "🆗"),
        ("是", "是的", "對", "對的", "好", "好的", "可以", "同意", "我同意"),
        ("ya", "iya", "betul", "benar", "setuju", "boleh", "saya setuju"),
        ("có", "đúng", "đồng ý", "vâng", "dạ", "dong y", "dung", "vang"),
        ("ใช่", "ใช่ค่ะ", "ใช่ครับ", "ถูกต้อง", "ยินยอม", "ตกลง", "ได้", "โอเค"),
        ("oo", "opo", "tama", "sige", "oo po", "sige po", "pumapayag ako"),
    )
    for word in words_of_one_language
)
_NO = frozenset(
    plain(word)
    for words_of_one_language in (
        ("no", "n", "nope", "no thanks", "i do not agree", "👎"),
        ("不", "不要", "不行", "不用", "不同意"),
        ("tidak", "tidak setuju", "nggak", "enggak", "gak", "jangan"),
        ("không", "không đồng ý", "khong", "khong dong y"),
        ("ไม่", "ไม่ใช่", "ไม่เอา", "ไม่ยินยอม", "ไม่ตกลง"),
        ("hindi", "hindi po", "ayaw", "ayaw ko", "ayoko"),
    )
    for word in words_of_one_language
)


def means_yes(said: str) -> bool:
    """Whether somebody typed yes, in any of the six languages."""
    return plain(said) in _YES


def means_no(said: str) -> bool:
    """Whether somebody typed no, in any of the six languages."""
    return plain(said) in _NO
