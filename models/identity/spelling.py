"""One spelling for what comes from many keyboards: full-width letters, Thai digits, stray invisible marks."""

import re
import unicodedata

from models.identity.unusable import Reason, Unusable

# Nobody types more than this into one field; it also bounds the work done on hostile input.
LONGEST = 300

_ASCII = re.compile(r"[\x20-\x7e]*")
_DASHES_AND_SPACES = re.compile(r"[\s\-\u2010-\u2015\u2212\u30fc\ufe58\ufe63\uff0d]+")


def checked(said: str) -> str:
    """The text as it is; raises Unusable when there is nothing to read or far too much."""
    if len(said) > LONGEST:
        raise Unusable(Reason.TOO_LONG)
    if not said.strip():
        raise Unusable(Reason.EMPTY)
    return said


def ascii_digits(text: str) -> str:
    """Every decimal digit of any script as 0-9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)


def visible(text: str) -> str:
    """Without control, bidirectional, zero-width and surrogate characters; line breaks become spaces."""
    if _ASCII.fullmatch(text):
        return text
    kept = (" " if letter.isspace() else letter for letter in text)
    return "".join(letter for letter in kept if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co"})


def compact(said: str) -> str:
    """Upper case, ASCII digits, no spaces and no dashes: how numbers of documents are compared."""
    text = ascii_digits(visible(unicodedata.normalize("NFKC", checked(said)))).upper()
    text = _DASHES_AND_SPACES.sub("", text)
    if not text:
        raise Unusable(Reason.EMPTY)
    return text
