"""Passport numbers and residence-certificate (ARC) numbers, with check digits that catch typing errors."""

import re

from models.identity.spelling import compact
from models.identity.unusable import Reason, Unusable

_PASSPORT = re.compile(r"[A-Z0-9]{6,9}")
_ARC = re.compile(r"[A-Z](?:[89][0-9]{8}|[A-D][0-9]{8})")
_ALPHANUMERIC = re.compile(r"[A-Z0-9]*")

_MRZ_WEIGHTS = (7, 3, 1)
_MRZ_FIELD = 9  # ICAO 9303: the number's field in line 2; longer numbers do not exist in our countries

# Order of the letters in the national numbering: A is 10, Z is 33; I, O, W and Z stand out of line.
_LETTER_VALUES = {letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}
_ARC_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)  # the check digit itself counts once
_ARC_LENGTH = 10
# After the first character only digits and A-D are possible, so these can only be slips.
_ARC_SLIPS = str.maketrans("OIL", "011")


def passport_no(said: str) -> str:
    """Six to nine letters and digits; a check digit copied along from the machine-readable line is dropped.

    No national pattern is asked for: Indonesia, Viet Nam and Myanmar all have series nobody has published.
    """
    text = compact(said)
    if _ends_in_mrz_check_digit(text):
        text = text[:_MRZ_FIELD]
    return _of_length(text.replace("<", ""), _PASSPORT, shortest=6, longest=9)


def mrz_check_digit(field: str) -> int:
    """ICAO 9303 check digit of a machine-readable field; the filler `<` counts as nothing."""
    total = 0
    for place, letter in enumerate(field):
        if letter in "0123456789":
            value = int(letter)
        elif "A" <= letter <= "Z":
            value = ord(letter) - ord("A") + 10
        elif letter == "<":
            value = 0
        else:
            raise Unusable(Reason.CHARACTERS)
        total += value * _MRZ_WEIGHTS[place % 3]
    return total % 10


def arc_no(said: str) -> str:
    """An ARC number in the new (A812345678) or the old form (AC12345678).

    A wrong check digit is accepted: the digit catches only nine slips in ten, and the record decides.
    Ask `arc_check_digit_ok` to warn.
    """
    text = compact(said)
    text = text[:1] + text[1:].translate(_ARC_SLIPS)
    return _of_length(text, _ARC, shortest=_ARC_LENGTH, longest=_ARC_LENGTH)


def arc_check_digit_ok(arc: str) -> bool:
    """Whether the last digit fits; False also for anything that is not an ARC number."""
    return bool(_ARC.fullmatch(arc)) and arc_check_digit(arc[:-1]) == int(arc[-1])


def arc_check_digit(stem: str) -> int:
    """The tenth character that belongs behind the first nine of an ARC number."""
    first = _LETTER_VALUES[stem[0]]
    second = _LETTER_VALUES[stem[1]] % 10 if stem[1].isalpha() else int(stem[1])
    digits = (first // 10, first % 10, second, *map(int, stem[2:]))
    return -sum(weight * digit for weight, digit in zip(_ARC_WEIGHTS, digits, strict=True)) % 10


def _ends_in_mrz_check_digit(text: str) -> bool:
    if len(text) != _MRZ_FIELD + 1 or text[-1] not in "0123456789":
        return False
    field = text[:_MRZ_FIELD]
    return bool(_ALPHANUMERIC.fullmatch(field.replace("<", ""))) and mrz_check_digit(field) == int(text[-1])


def _of_length(text: str, pattern: re.Pattern[str], *, shortest: int, longest: int) -> str:
    if not _ALPHANUMERIC.fullmatch(text):
        raise Unusable(Reason.CHARACTERS)
    if len(text) < shortest:
        raise Unusable(Reason.TOO_SHORT)
    if len(text) > longest:
        raise Unusable(Reason.TOO_LONG)
    if not pattern.fullmatch(text):
        raise Unusable(Reason.FORMAT)
    return text
