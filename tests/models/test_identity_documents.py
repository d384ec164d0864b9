"""Passport and ARC numbers as people type them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identity import (
    Reason,
    Unusable,
    arc_check_digit_ok,
    arc_no,
    masked,
    masked_name,
    masked_phone,
    mrz_check_digit,
    passport_no,
)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("C1234567", "C1234567"),
        (" c 123 4567 ", "C1234567"),
        ("c-1234-567", "C1234567"),
        ("C1234567<", "C1234567"),
        ("C1234567<0", "C1234567"),  # with filler and check digit, as in the machine-readable line
        ("P1234567A1", "P1234567A"),
        ("L898902C36", "L898902C3"),  # ICAO's specimen
        ("AA12345678", "AA1234567"),
        ("C12345670", "C12345670"),  # nine characters may be a number of nine: nothing is dropped
        ("Ｃ１２３４５６７", "C1234567"),
        ("C๑๒๓๔๕๖๗", "C1234567"),
        ("\u202eC1234567\u200b", "C1234567"),
        ("AB123456", "AB123456"),
        ("12345678", "12345678"),
        ("MA123456", "MA123456"),
        ("K12345678", "K12345678"),
    ],
)
def test_a_passport_number_is_read_however_it_is_spaced(said: str, number: str) -> None:
    assert passport_no(said) == number


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", Reason.EMPTY),
        (" - ", Reason.EMPTY),
        ("\u200b", Reason.EMPTY),
        ("A1234", Reason.TOO_SHORT),
        ("P1234567A2", Reason.TOO_LONG),  # ten characters whose last is no check digit
        ("P1234567890", Reason.TOO_LONG),
        ("9" * 100_000, Reason.TOO_LONG),
        ("C123456é", Reason.CHARACTERS),
        ("護照1234567", Reason.CHARACTERS),
        ("C1234567;DROP", Reason.CHARACTERS),
    ],
)
def test_an_unusable_passport_number_says_why(said: str, reason: Reason) -> None:
    with pytest.raises(Unusable) as caught:
        passport_no(said)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("field", "digit"),
    [
        ("L898902C3", 6),
        ("740812", 2),
        ("120415", 9),
        ("ZE184226B<<<<<", 1),
        ("C1234567<", 0),
        ("C7654321<", 8),
        ("P1234567A", 1),
        ("AA1234567", 8),
        ("900131", 0),
        ("300130", 7),
        ("<<<<<<<<<<<<<<", 0),
        ("", 0),
    ],
)
def test_check_digits_agree_with_icao_9303_and_our_samples(field: str, digit: int) -> None:
    assert mrz_check_digit(field) == digit


def test_a_check_digit_of_something_else_is_refused() -> None:
    with pytest.raises(Unusable, match="characters"):
        mrz_check_digit("c1234567")


VALID_ARCS = [
    "A800000014",
    "A800000005",
    "A900000007",
    "F812345676",
    "H900102030",
    "B987654320",
    "AC01234567",
    "FD12345676",
    "HC00102036",
    "BD98765430",
    "AA00000009",
    "AB00000001",
    "AC00000003",
    "AD00000005",
]


@pytest.mark.parametrize("arc", VALID_ARCS)
def test_every_known_good_arc_number_passes(arc: str) -> None:
    assert arc_no(arc) == arc
    assert arc_check_digit_ok(arc)


@pytest.mark.parametrize("arc", ["F800000001", "AC01234566"])
def test_a_wrong_check_digit_is_seen_but_accepted(arc: str) -> None:
    assert arc_no(arc) == arc
    assert not arc_check_digit_ok(arc)


@pytest.mark.parametrize("arc", ["A700000001", "AE00000007", "A123456789", "1800000014", "A8000000B4"])
def test_what_is_no_arc_number_is_refused_for_its_form(arc: str) -> None:
    with pytest.raises(Unusable) as caught:
        arc_no(arc)
    assert caught.value.reason is Reason.FORMAT
    assert not arc_check_digit_ok(arc)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("a8oooooo14", "A800000014"),
        ("A8OOOOOOI4", "A800000014"),
        ("a8000000l4", "A800000014"),
        ("A8-0000 0014", "A800000014"),
        ("Ａ８００００００１４", "A800000014"),
        ("o800000005", "O800000005"),  # O and I are real first letters
        ("i800000005", "I800000005"),
        ("ac O1234567", "AC01234567"),
    ],
)
def test_slips_of_the_finger_after_the_first_letter_are_mended(said: str, number: str) -> None:
    assert arc_no(said) == number


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("A80000001", Reason.TOO_SHORT),
        ("A8000000145", Reason.TOO_LONG),
        ("A80000001*", Reason.CHARACTERS),
        ("", Reason.EMPTY),
    ],
)
def test_an_unusable_arc_number_says_why(said: str, reason: Reason) -> None:
    with pytest.raises(Unusable) as caught:
        arc_no(said)
    assert caught.value.reason is reason


@given(st.text(max_size=40))
def test_any_text_gives_a_number_that_reads_as_itself_or_unusable(said: str) -> None:
    for reader in (passport_no, arc_no):
        read = number_or_refusal(reader, said)
        if isinstance(read, Unusable):
            assert read.args == (read.reason.value,)
            assert read.__context__ is None
        else:
            assert reader(read) == read


@given(st.from_regex(r"[A-Z0-9<\-oil ]{6,12}", fullmatch=True))
def test_numbers_with_fillers_and_slips_settle_at_once(said: str) -> None:
    for reader in (passport_no, arc_no):
        read = number_or_refusal(reader, said)
        assert isinstance(read, Unusable) or reader(read) == read


def number_or_refusal(reader: Callable[[str], str], said: str) -> str | Unusable:
    try:
        return reader(said)
    except Unusable as refused:
        return refused


def test_masks_show_only_the_end_of_a_number_and_the_start_of_a_name() -> None:
    assert masked("A800000014") == "••••••0014"
    assert masked("AB1234") == "•••234"
    assert masked("A1234") == "•••••"
    assert masked("") == ""
    assert masked_phone("+886912345678") == "09•••••678"
    assert masked_phone("12345") == "•••••"
    assert masked_name("NGUYEN VAN NAM") == "N••• V••• N•••"
    assert masked_name("SUPARMI") == "S•••"
