"""How LINE counts text: UTF-16 units in most places, what a reader sees as one character in labels."""

import unicodedata

_ZERO_WIDTH_JOINER = "\u200d"
# Thai and Lao AM are letters by category, yet belong to the character before them (UAX 29, GB9a).
_JOINED_LETTERS = frozenset("\u0e33\u0eb3")
# Burmese and Shan vowel signs of category Mc that UAX 29 nevertheless counts on their own.
_MARKS_COUNTED_ALONE = frozenset(
    (
        *(0x102B, 0x102C, 0x1038, 0x1062, 0x1063, 0x1064, *range(0x1067, 0x106E), 0x1083),
        *(*range(0x1087, 0x108D), 0x108F, 0x109A, 0x109B, 0x109C),
    )
)


def utf16_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Characters as a reader counts them: extended grapheme clusters of UAX 29 without its Indic rule."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    count, previous, flags_in_a_row = 0, "", 0
    for char in text:
        flags_in_a_row = flags_in_a_row + 1 if _is_flag_letter(char) else 0
        joined = previous and (
            _extends(char)
            or (previous == _ZERO_WIDTH_JOINER and unicodedata.category(char) == "So")
            or (flags_in_a_row > 0 and flags_in_a_row % 2 == 0)
            or (previous == "\r" and char == "\n")
            or _hangul_joins(previous, char)
        )
        count += not joined
        previous = char
    return count


def _extends(char: str) -> bool:
    code = ord(char)
    if code < 0x300:
        return False
    category = unicodedata.category(char)
    if category == "Mc":
        return code not in _MARKS_COUNTED_ALONE
    return (
        category in ("Mn", "Me")
        or char in _JOINED_LETTERS
        or code in (0x200C, 0x200D)
        or 0x1F3FB <= code <= 0x1F3FF  # skin tones
        or 0xE0020 <= code <= 0xE007F  # tags of regional flags
    )


def _is_flag_letter(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _hangul_joins(before: str, after: str) -> bool:
    a, b = ord(before), ord(after)
    vowel, final = 0x1160 <= b <= 0x11A7, 0x11A8 <= b <= 0x11FF
    if 0x1100 <= a <= 0x115F:
        return 0x1100 <= b <= 0x115F or vowel or 0xAC00 <= b <= 0xD7A3
    if 0xAC00 <= a <= 0xD7A3:
        open_syllable = (a - 0xAC00) % 28 == 0
        return final or (vowel and open_syllable)
    return (0x1160 <= a <= 0x11A7 and (vowel or final)) or (0x11A8 <= a <= 0x11FF and final)
