"""What a password must be, and what is kept of it: NIST SP 800-63B-4, section 3.1.1, and argon2id."""

import re
import secrets
import unicodedata
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 128
SHORTEST_NAME = 4
"""A shorter name of somebody's stands in many a good password by chance."""

# The shorter ones of the usual lists are refused for their length already.
_COMMON = """
    1q2w3e4r5t6y 1qaz2wsx3edc 123qweasdzxc zaq12wsxcde3 qazwsxedcrfv qwertyuiop12 qwertyuiop123 qwerty123456
    qwertyasdfgh qwertyuiopasdf asdfghjkl123 1234qwerasdf q1w2e3r4t5y6 a1b2c3d4e5f6 abc123456789 a12345678910
    password1234 password12345 password123456 passw0rd1234 p@ssw0rd1234 p@ssword1234 mypassword123 password!234
    administrator administrator1 admin123456 admin1234567 admin12345678 administrator123 changeme1234 changeme123!
    welcome12345 welcome123456 letmein12345 letmein123456 iloveyou1234 iloveyou12345 sunshine1234 football1234
    superman1234 trustno1trustno1 dragon123456 monkey123456 princess1234 taiwan123456 taiwan12345678 taipei123456
    woaini1314520 woaini520520 5201314520131 wodemima1234 ministryoflabor ministryoflabour
    correcthorsebatterystaple
"""
SEQUENCES = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")

_hasher = PasswordHasher()


class Weakness(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    YOURS = "yours"


def weakness(password: str, *names: str) -> Weakness | None:
    """What is wrong with it for somebody of these names, if anything is; what it is made of is nobody's business."""
    written = _written(password)
    plain = written.casefold()
    if len(written) < SHORTEST:
        return Weakness.SHORT
    if len(written) > LONGEST:
        return Weakness.LONG
    if plain in _COMMON.split() or re.fullmatch(r"(.{1,4})\1+.{0,3}", plain) or _goes_on(plain):
        return Weakness.COMMON
    theirs = (unicodedata.normalize("NFKC", name).casefold() for name in names)
    return Weakness.YOURS if any(len(name) >= SHORTEST_NAME and name in plain for name in theirs) else None


def hashed(password: str) -> str:
    """What is kept of it, with its own salt and the cost at which it was made."""
    return _hasher.hash(_written(password))


def fits(kept: str | None, typed: str) -> bool:
    """Whether it is the password that this was kept of. Takes as long when nothing is kept at all."""
    nobodys = _of_nobody()
    try:
        _hasher.verify(kept or nobodys, _written(typed))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was made at another cost than we would today."""
    return _hasher.check_needs_rehash(kept)


@cache
def _of_nobody() -> str:
    return _hasher.hash(secrets.token_hex())


def _written(password: str) -> str:
    """The same however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)


def _goes_on(plain: str) -> bool:
    return any(plain in way or plain in way[::-1] for way in SEQUENCES)
