"""Names of five countries, spelled in more than one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identity import NameMatch, Reason, Unusable, compare_names, name, name_key


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("NGUYỄN VĂN NAM", "NAM NGUYEN VAN"),
        ("Đặng", "DANG"),
        ("đặng thị hoa", "DANG THI HOA"),
        ("DELA CRUZ MARIA", "MARIA DE LA CRUZ"),
        ("Ma'ruf Amin", "MARUF AMIN"),
        ("Ma’ruf Amin", "MARUF AMIN"),
        ("Trương Thị Ưng", "TRUONG THI UNG"),
        ("NGUYEN<<VAN<NAM", "Nguyễn Văn Nam"),
        ("DELA CRUZ, MARIA CLARA", "Maria Clara dela Cruz"),
        ("PEÑA JOSE", "JOSE PENA"),
        ("SITI BINTI ABDULLAH", "Siti Abdullah"),
        ("Mr. Somchai Boonmee", "SOMCHAI BOONMEE"),
        ("ＳＵＰＡＲＭＩ", "suparmi"),
        ("MARIA-CLARA SANTOS", "MARIA CLARA SANTOS"),
        ("สมชาย บุญมี", "สมชาย บุญมี"),
        ("陳氏花", "陳氏花"),
    ],
)
def test_the_same_name_in_other_clothes(ours: str, theirs: str) -> None:
    assert compare_names(ours, theirs) is NameMatch.SAME
    assert compare_names(theirs, ours) is NameMatch.SAME


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("SUPARMI", "SUPARMI SUPARMI"),
        ("Somchai", "Somchay"),
        ("MARIA SANTOS", "MARIA CLARA SANTOS"),
        ("SITI AMINAH", "SITI AMINHA"),
        ("WATI", "WATY"),
        ("NGUYEN VAN NAM", "NGUYEN VAN NAN"),
    ],
)
def test_a_name_a_human_should_look_at(ours: str, theirs: str) -> None:
    assert compare_names(ours, theirs) is NameMatch.DOUBTFUL
    assert compare_names(theirs, ours) is NameMatch.DOUBTFUL


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("NGUYEN THI HOA", "NGUYEN THI HONG"),
        ("NGUYEN VAN NAM", "NGUYEN VAN HUNG"),
        ("ANI", "NIA"),  # the same letters turned round, but no part to turn
        ("LAN", "LAM"),
        ("SUPARMI", "WATI"),
        ("สมชาย", "สมหญิง"),
        ("123", "123"),
        ("...", "MARIA"),
    ],
)
def test_another_name(ours: str, theirs: str) -> None:
    expected = NameMatch.SAME if ours == theirs else NameMatch.DIFFERENT
    assert compare_names(ours, theirs) is expected


def test_thai_vowel_signs_are_part_of_the_name() -> None:
    assert name_key("กิ") != name_key("กี")


def test_a_person_whose_only_name_is_a_title_keeps_it() -> None:
    assert name_key("Haji") == "HAJI"
    assert compare_names("Haji", "HAJI") is NameMatch.SAME


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  Nguyễn   Văn\tNam ", "Nguyễn Văn Nam"),
        ("SUPARMI", "SUPARMI"),
        ("\u202eMARIA\u202c\x00", "MARIA"),
        ("Maria\r\nSantos", "Maria Santos"),
        ("สมชาย บุญมี", "สมชาย บุญมี"),
        ("=HYPERLINK()", "=HYPERLINK()"),  # inert here; the export prefixes it
        ("A" * 100, "A" * 100),
    ],
)
def test_a_name_is_kept_as_it_is_said(said: str, kept: str) -> None:
    assert name(said) == kept


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", Reason.EMPTY),
        (" \u200b ", Reason.EMPTY),
        ("12345", Reason.CHARACTERS),
        ("...", Reason.CHARACTERS),
        ("😀", Reason.CHARACTERS),
        ("A" * 101, Reason.TOO_LONG),
        ("A" * 1_000_000, Reason.TOO_LONG),
    ],
)
def test_what_is_no_name_says_why(said: str, reason: Reason) -> None:
    with pytest.raises(Unusable) as caught:
        name(said)
    assert caught.value.reason is reason


@given(st.text(max_size=60))
def test_cleaning_a_name_twice_changes_nothing(said: str) -> None:
    kept = name_or_refusal(said)
    if isinstance(kept, Unusable):
        assert kept.args == (kept.reason.value,)
    else:
        assert name(kept) == kept
        assert compare_names(kept, kept) is NameMatch.SAME or name_key(kept) == ""


def name_or_refusal(said: str) -> str | Unusable:
    try:
        return name(said)
    except Unusable as refused:
        return refused


@given(st.text(max_size=60))
def test_a_key_is_its_own_key(said: str) -> None:
    assert name_key(name_key(said)) == name_key(said)


@given(st.text(max_size=60), st.text(max_size=60))
def test_comparing_is_the_same_from_both_sides(ours: str, theirs: str) -> None:
    assert compare_names(ours, theirs) is compare_names(theirs, ours)
