"""What passwords are taken, and at what cost one is tried."""

import pytest
from argon2 import Type, extract_parameters

from models.password import LONGEST, Weakness, fits, hashed, is_outdated, weakness


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("eleven char", Weakness.SHORT),
        ("twelve chars", None),
        ("x" * (LONGEST + 1), Weakness.LONG),
        ("Password123456", Weakness.COMMON),
        ("abcabcabcabcabc", Weakness.COMMON),
        ("aaaaaaaaaaaaaaa", Weakness.COMMON),
        ("0123456789012", Weakness.COMMON),
        ("zyxwvutsrqponm", Weakness.COMMON),
        ("I am Mr-Chen-1", Weakness.YOURS),
        ("陳陳陳大文是我的名字所以不行", Weakness.YOURS),
        ("li has seven buffaloes", None),  # a login of two letters stands in many words
        ("七隻安靜的水牛走在田邊", Weakness.SHORT),
        ("七隻安靜的水牛慢慢走在田邊", None),
        ("all small letters will do", None),
    ],
)
def test_length_and_what_is_guessed_first_decide_and_nothing_else(typed: str, wrong: Weakness | None) -> None:
    assert weakness(typed, "mr-chen-1", "陳陳陳大文", "li") is wrong


def test_it_is_argon2id_at_no_less_than_the_second_recommendation_of_rfc_9106() -> None:
    cost = extract_parameters(hashed("seven quiet buffaloes"))
    assert cost.type is Type.ID
    assert (cost.time_cost, cost.memory_cost) >= (3, 65536)
    assert cost.salt_len >= 16


def test_a_password_fits_only_itself_however_the_keyboard_composes_it() -> None:
    kept = hashed("sept buffles tr\u00e8s calmes")
    assert fits(kept, "sept buffles tre\u0300s calmes")
    assert not fits(kept, "sept buffles tres calmes")
    assert not fits(None, "sept buffles tr\u00e8s calmes")
    assert not fits("not a hash", "sept buffles tr\u00e8s calmes")
    assert not is_outdated(kept)
