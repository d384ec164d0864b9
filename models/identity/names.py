"""Names as people of five countries write them, and whether two spellings may be the same person's.

A name alone never refuses anybody: what is not plainly the same goes to a human.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from enum import Enum

from models.identity.spelling import checked, visible
from models.identity.unusable import Reason, Unusable

_LONGEST_NAME = 100

# Forms of address and patronymic markers: some passports print them, some do not.
_NOT_PART_OF_THE_NAME = frozenset(
    (
        *("MR", "MRS", "MS", "MISS", "DR", "HJ", "HAJI", "HAJJAH", "นาย", "นาง", "นางสาว"),
        *("BIN", "BINTI", "BINTE", "BT", "BTE", "BTI"),
    )
)
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼʻ`´′＇."))
_STRUCK_D = str.maketrans("ĐÐđð", "DDDD")  # these have no decomposition that would leave a plain D
_LATIN_MARKS = re.compile("[\u0300-\u036f]")  # not the Thai or Burmese vowel signs, which are letters of a name
_SHORTEST_TO_FORGIVE = 4  # letters; LAN and LAM are two names, not a slip
_LETTERS_PER_SLIP = 8
_MOST_SLIPS = 3


class NameMatch(Enum):
    SAME = "same"
    DOUBTFUL = "doubtful"
    DIFFERENT = "different"


def name(said: str) -> str:
    """The name for showing: parts one space apart, nothing invisible, 1 to 100 characters, a letter."""
    text = " ".join(unicodedata.normalize("NFC", visible(checked(said))).split())
    if not text:
        raise Unusable(Reason.EMPTY)
    if len(text) > _LONGEST_NAME:
        raise Unusable(Reason.TOO_LONG)
    if not any(map(str.isalpha, text)):
        raise Unusable(Reason.CHARACTERS)
    return text


def name_key(name: str) -> str:
    """The parts in plain capitals, sorted: equal keys mean the same name in whatever order it was written."""
    return " ".join(sorted(_parts(name)))


def compare_names(a: str, b: str) -> NameMatch:
    """SAME, DOUBTFUL (a human looks) or DIFFERENT, after marks, titles and punctuation are taken away.

    SAME: the same parts in any order, or the same letters once spaces are gone and the parts are rotated
    (DELA CRUZ MARIA, MARIA DE LA CRUZ). The rotation may only cut between parts, so ANI is not NIA.
    DOUBTFUL: all parts of one occur in the other (a mononym doubled for a visa, a middle name left out), or
    at most one slip per eight letters (one is always allowed from four letters on, three at the very most); a
    slip is one letter wrong, missing or too many, or two neighbours swapped.
    """
    ours, theirs = _parts(a), _parts(b)
    if not ours or not theirs:
        return NameMatch.DIFFERENT
    if Counter(ours) == Counter(theirs) or _is_rotation(ours, theirs):
        return NameMatch.SAME
    if set(ours) <= set(theirs) or set(theirs) <= set(ours) or _is_slip(ours, theirs):
        return NameMatch.DOUBTFUL
    return NameMatch.DIFFERENT


def _parts(name: str) -> list[str]:
    text = unicodedata.normalize("NFKC", name.translate(_APOSTROPHES)).translate(_APOSTROPHES)
    text = unicodedata.normalize("NFKD", text.upper().translate(_STRUCK_D)).translate(_APOSTROPHES).upper()
    text = unicodedata.normalize("NFC", _LATIN_MARKS.sub("", text))
    letters = (letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in text)
    parts = "".join(letters).split()
    return [part for part in parts if part not in _NOT_PART_OF_THE_NAME] or parts


def _is_rotation(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    wanted = "".join(theirs)
    if len(wanted) != sum(map(len, ours)):
        return False
    cuts = {0, *(sum(map(len, theirs[:place])) for place in range(1, len(theirs)))}
    for place in range(len(ours)):
        front, back = "".join(ours[:place]), "".join(ours[place:])
        if back + front == wanted and len(back) % len(wanted) in cuts:
            return True
    return False


def _is_slip(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    for left, right in (("".join(ours), "".join(theirs)), ("".join(sorted(ours)), "".join(sorted(theirs)))):
        longer = max(len(left), len(right))
        if longer < _SHORTEST_TO_FORGIVE:
            continue
        allowed = min(max(1, longer // _LETTERS_PER_SLIP), _MOST_SLIPS)
        if abs(len(left) - len(right)) <= allowed and _slips(left, right) <= allowed:
            return True
    return False


def _slips(left: str, right: str) -> int:
    """Edits between two words, a swap of neighbours counting as one (optimal string alignment)."""
    two_back: list[int] = []
    last = list(range(len(right) + 1))
    for i, ours in enumerate(left, 1):
        row = [i]
        for j, theirs in enumerate(right, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (ours != theirs))
            if i > 1 and j > 1 and ours == right[j - 2] and left[i - 2] == theirs:
                best = min(best, two_back[j - 2] + 1)
            row.append(best)
        two_back, last = last, row
    return last[-1]
