"""Taiwan mobile numbers in E.164; a number never proves a person: it is given out again."""

import re
import unicodedata

import phonenumbers

from models.identity.spelling import ascii_digits, checked, visible
from models.identity.unusable import Reason, Unusable

_DIALLED = re.compile(r"\+?[0-9]+")
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212().,/]+")
# The common ways to write one: 0912…, 912…, +886912…, 886912…, 00886912…, +8860912…
_TAIWAN_MOBILE = re.compile(r"(?:(?:\+|00|0)?886)?0?(9[0-9]{8})")
_TAIWAN = 886
_SHORTEST = 8
_LONGEST = 15  # E.164


def mobile(said: str) -> str:
    """A Taiwan mobile number as +8869XXXXXXXX."""
    text = ascii_digits(visible(unicodedata.normalize("NFKC", checked(said))))
    text = _SEPARATORS.sub("", text)
    if not text:
        raise Unusable(Reason.EMPTY)
    if not _DIALLED.fullmatch(text):
        raise Unusable(Reason.CHARACTERS)
    if found := _TAIWAN_MOBILE.fullmatch(text):
        return f"+{_TAIWAN}{found[1]}"
    raise Unusable(_why_not(text))


def _why_not(dialled: str) -> Reason:
    """Tells a number of another country, also one written without its plus, from a wrong one."""
    digits = dialled.lstrip("+")
    if len(digits) < _SHORTEST:
        return Reason.TOO_SHORT
    number = _parsed(dialled)
    if number is not None and number.country_code != _TAIWAN:
        return Reason.FOREIGN_NUMBER
    if number is not None and phonenumbers.is_valid_number(number):
        return Reason.NOT_MOBILE
    abroad = _parsed(f"+{digits}")
    if abroad is not None and abroad.country_code != _TAIWAN and phonenumbers.is_valid_number(abroad):
        return Reason.FOREIGN_NUMBER
    return Reason.TOO_LONG if len(digits) > _LONGEST else Reason.NOT_MOBILE


def _parsed(dialled: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(dialled, "TW")
    except phonenumbers.NumberParseException:
        return None
