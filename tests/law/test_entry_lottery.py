"""Lots that were committed to before, and that anybody can draw again."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.entry_lottery import SEED_BYTES, Lottery, commitment

SEED = b"made up for the tests"


def test_what_is_published_is_the_sha_256_of_the_seed() -> None:
    assert commitment(SEED) == hashlib.sha256(SEED).hexdigest()


def test_a_seed_that_could_be_guessed_is_refused() -> None:
    assert commitment(b"x" * SEED_BYTES)
    with pytest.raises(ValueError, match="guessed"):
        commitment(b"x" * (SEED_BYTES - 1))


@pytest.mark.parametrize("committed", ["", "0" * 64, commitment(SEED + b"!")])
def test_only_the_committed_seed_draws(committed: str) -> None:
    with pytest.raises(ValueError, match="not the seed"):
        Lottery(SEED, committed)


def test_a_commitment_may_be_copied_with_spaces_and_in_capitals() -> None:
    assert Lottery(SEED, f" {commitment(SEED).upper()}\n").draw("A1") == Lottery(SEED, commitment(SEED)).draw("A1")


def test_the_draw_is_hmac_sha_256_so_that_others_can_repeat_it() -> None:
    # From another program: printf A123 | openssl dgst -sha256 -hmac "made up for the tests"
    drawn = Lottery(SEED, commitment(SEED)).draw("A123")
    assert drawn == "828b3fed6d0a49c80220b7791c5d7cdfcdcd0593e8dc265b5be8ab70b6a50eb5"


@given(st.binary(min_size=SEED_BYTES), st.text(max_size=20), st.text(max_size=20))
def test_everyone_draws_by_herself(seed: bytes, one: str, other: str) -> None:
    lottery = Lottery(seed, commitment(seed))
    assert (lottery.draw(one) == lottery.draw(other)) is (one == other)
