"""Phone numbers as people in Taiwan write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identity import Reason, Unusable, mobile


@pytest.mark.parametrize(
    "said",
    [
        "0912345678",
        "912345678",
        "+886 0912-345-678",
        "886912345678",
        "+886912345678",
        "00886 912 345 678",
        "0886912345678",
        "０９１２３４５６７８",
        "(09) 1234-5678",
        "0912.345.678",
        "๐๙๑๒๓๔๕๖๗๘",
        "\u202a0912345678\u202c",  # as copied from a contact card
        "+886-9-12345678",
    ],
)
def test_a_taiwan_mobile_is_read_however_it_is_written(said: str) -> None:
    assert mobile(said) == "+886912345678"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("02-89956000", Reason.NOT_MOBILE),
        ("0800-507-272", Reason.NOT_MOBILE),
        ("091234567", Reason.NOT_MOBILE),
        ("09123456789", Reason.NOT_MOBILE),
        ("+84912345678", Reason.FOREIGN_NUMBER),
        ("84912345678", Reason.FOREIGN_NUMBER),
        ("+63 917 123 4567", Reason.FOREIGN_NUMBER),
        ("+62 812-3456-7890", Reason.FOREIGN_NUMBER),
        ("+66 81 234 5678", Reason.FOREIGN_NUMBER),
        ("1955", Reason.TOO_SHORT),
        ("1" * 40, Reason.TOO_LONG),
        ("0912-345-abc", Reason.CHARACTERS),
        ("0912345678 ext 2", Reason.CHARACTERS),
        ("", Reason.EMPTY),
        ("--", Reason.EMPTY),
    ],
)
def test_another_number_says_why_it_will_not_do(said: str, reason: Reason) -> None:
    with pytest.raises(Unusable) as caught:
        mobile(said)
    assert caught.value.reason is reason


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[+0-9 \-()]{0,24}", fullmatch=True)))
def test_any_text_gives_one_settled_spelling_or_unusable(said: str) -> None:
    read = number_or_refusal(said)
    if isinstance(read, Unusable):
        assert read.args == (read.reason.value,)
        assert read.__context__ is None
    else:
        assert mobile(read) == read
        assert len(read) == len("+886912345678")


def number_or_refusal(said: str) -> str | Unusable:
    try:
        return mobile(said)
    except Unusable as refused:
        return refused
