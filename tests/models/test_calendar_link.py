"""The days in a link's address: read by whoever has the key, by nobody else, and only as we wrote them."""

import base64
from datetime import date, timedelta

import pytest

from bot.line.limits import URI_UNITS
from locales import Language
from models.calendar_link import MOST_DAYS, NotATokenError, read_token, token_for
from models.secrets import Key, Keyring

DAYS = (date(2026, 8, 31), date(2027, 2, 28))
OLD, NEW, STRANGE = Key(1, b"o" * 32), Key(2, b"n" * 32), Key(1, b"s" * 32)
RING = Keyring([OLD])


@pytest.mark.parametrize("language", Language)
def test_the_days_and_the_language_come_back(language: Language) -> None:
    assert read_token(RING, token_for(RING, language, DAYS)) == (language, DAYS)


def test_nothing_can_be_read_in_a_token_and_no_two_are_alike() -> None:
    first, second = (token_for(RING, Language.VI, DAYS) for _ in range(2))
    assert first != second
    inside = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4))
    assert not [part for part in (b"2026", b"2027", b"08-31", b"vi ") if part in inside]


def test_a_token_with_anything_changed_is_refused() -> None:
    token = token_for(RING, Language.EN, DAYS[:1])
    changed = [
        token[:place] + other + token[place + 1 :]
        for place in range(len(token))
        for other in "Ab9-_"
        if other != token[place]
    ]
    # The bits of the last letter that decoding drops, what it would skip, and what is cut off or added.
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed += [token[:-1] + other for other in letters if other != token[-1]]
    changed += [
        token + "=",
        token + "A",
        " " + token,
        token + "\n",
        token[:-1],
        token[1:],
        token[:20],
        token.swapcase(),
    ]
    changed += ["", "=", "A", "AA", "ก", "\ud800", "2026-08-31", "+/" * 20]
    for one in changed:
        with pytest.raises(NotATokenError):
            read_token(RING, one)


def test_what_was_sealed_for_something_else_or_by_somebody_else_is_no_token() -> None:
    cell = RING.seal(b"en 2026-08-31", "worker.name")
    for token in (base64.urlsafe_b64encode(cell).decode(), token_for(Keyring([STRANGE]), Language.EN, DAYS)):
        with pytest.raises(NotATokenError):
            read_token(RING, token.rstrip("="))


def test_a_token_opens_after_a_rotation_as_long_as_its_key_is_kept() -> None:
    token = token_for(RING, Language.TH, DAYS)
    assert read_token(Keyring([NEW, OLD]), token) == (Language.TH, DAYS)
    with pytest.raises(NotATokenError):
        read_token(Keyring([NEW]), token)


def test_the_fullest_link_is_one_that_line_takes() -> None:
    days = [DAYS[0] + timedelta(days=number) for number in range(MOST_DAYS)]
    token = token_for(RING, Language.ZH_HANT, days)
    assert read_token(RING, token)[1] == tuple(days)
    assert len(token) < URI_UNITS / 2
    for wrong in ([], [*days, DAYS[1]]):
        with pytest.raises(ValueError, match="a file holds 1 to 20"):
            token_for(RING, Language.EN, wrong)
