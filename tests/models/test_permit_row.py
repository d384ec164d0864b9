"""One line of permits: what is taken, what is refused, and in which words."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.permit_problem import PERSONAL_COLUMNS, problem
from models.permit_row import COLUMNS, Code, PermitRow, describe, read_row

GOOD = {
    "worker_ref": "W000001",
    "passport_no": "C1234567",
    "arc_no": "A900000007",
    "name": "SITI AMINAH",
    "birth_date": "1990-05-21",
    "phone": "0912-345-678",
    "nationality": "ID",
    "sex": "F",
    "permit_no": "DEMO-2026-000001",
    "permit_type": "B",
    "work": "household_care",
    "employer_name": "陳女士",
    "county": "桃園市",
    "starts_on": "2023-09-01",
    "ends_on": "2026-08-31",
    "arc_expires_on": "2026-08-31",
    "entered_on": "2023-09-01",
}


def taken(values: Mapping[str, str]) -> PermitRow:
    row = read_row(values)
    assert isinstance(row, PermitRow), row
    return row


def refused(values: Mapping[str, str]) -> set[tuple[str, Code]]:
    problems = read_row(values)
    assert isinstance(problems, list), "the line was taken"
    return {(found.column, found.code) for found in problems}


def test_a_whole_line_is_read_into_our_spelling() -> None:
    row = taken(GOOD)
    assert row.phone == "+886912345678"
    assert row.birth_date == date(1990, 5, 21)
    assert row.ends_on == date(2026, 8, 31)
    assert row.warnings == ()


def test_a_line_with_only_what_is_required() -> None:
    optional = ("arc_no", "phone", "sex", "work", "employer_name", "county", "arc_expires_on", "entered_on")
    row = taken({column: cell for column, cell in GOOD.items() if column not in optional})
    assert all(getattr(row, column) is None for column in optional)


def test_cells_are_brought_to_one_spelling() -> None:
    row = taken(
        GOOD
        | {
            "passport_no": " c 123-4567 ",
            "arc_no": "a9ooooooo7",
            "nationality": "id",
            "sex": "f",
            "permit_type": "b",
            "work": "Household care",
            "ends_on": "2026/8/31",
            "county": "\u200b桃園市\u200b",
        }
    )
    assert (row.passport_no, row.arc_no, row.nationality, row.sex) == ("C1234567", "A900000007", "ID", "F")
    assert (row.permit_type, row.work, row.ends_on) == ("B", "household_care", date(2026, 8, 31))
    assert row.county == "桃園市"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"worker_ref": ""}, ("worker_ref", Code.MISSING)),
        ({"worker_ref": "\u200b"}, ("worker_ref", Code.MISSING)),
        ({"worker_ref": "W" * 65}, ("worker_ref", Code.TOO_LONG)),
        ({"name": "  "}, ("name", Code.MISSING)),
        ({"name": "12345"}, ("name", Code.CHARACTERS)),
        ({"name": "A" * 101}, ("name", Code.TOO_LONG)),
        ({"name": "SITI\x00AMINAH"}, ("name", Code.CONTROL_CHARACTERS)),
        ({"employer_name": "A\nB"}, ("employer_name", Code.CONTROL_CHARACTERS)),
        ({"employer_name": "A\ud800"}, ("employer_name", Code.CONTROL_CHARACTERS)),
        ({"employer_name": "A" * 201}, ("employer_name", Code.TOO_LONG)),
        ({"passport_no": "", "arc_no": ""}, ("", Code.NO_DOCUMENT)),
        ({"passport_no": "C12"}, ("passport_no", Code.TOO_SHORT)),
        ({"arc_no": "A123456789"}, ("arc_no", Code.FORMAT)),
        ({"birth_date": "21/05/1990"}, ("birth_date", Code.NOT_A_DATE)),
        ({"birth_date": "2024-01-01"}, ("birth_date", Code.BORN_AFTER_START)),
        ({"ends_on": "2026-02-30"}, ("ends_on", Code.NOT_A_DATE)),
        ({"ends_on": "20260831"}, ("ends_on", Code.NOT_A_DATE)),
        ({"ends_on": "2026-W35-1"}, ("ends_on", Code.NOT_A_DATE)),
        ({"ends_on": "46265"}, ("ends_on", Code.NOT_A_DATE)),
        ({"ends_on": "9999-12-31"}, ("ends_on", Code.NOT_A_DATE)),
        ({"ends_on": "2023-08-31"}, ("ends_on", Code.ENDS_BEFORE_STARTS)),
        ({"nationality": "Indonesia"}, ("nationality", Code.NOT_A_COUNTRY)),
        ({"nationality": "ZZ"}, ("nationality", Code.NOT_A_COUNTRY)),
        ({"sex": "X"}, ("sex", Code.NOT_A_SEX)),
        ({"permit_type": "F"}, ("permit_type", Code.NOT_A_PERMIT_TYPE)),
    ],
)
def test_one_wrong_cell_gives_one_problem(changes: dict[str, str], expected: tuple[str, Code]) -> None:
    assert refused(GOOD | changes) == {expected}


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert refused({}) == {
        *(
            (column, Code.MISSING)
            for column in ("worker_ref", "name", "birth_date", "nationality", "permit_no", "permit_type")
        ),
        ("starts_on", Code.MISSING),
        ("ends_on", Code.MISSING),
        ("", Code.NO_DOCUMENT),
    }


def test_a_permit_of_one_day_is_a_permit() -> None:
    assert taken(GOOD | {"starts_on": "2026-08-31"}).starts_on == date(2026, 8, 31)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"arc_no": "A900000008"}, ("arc_no", Code.CHECK_DIGIT)),
        ({"phone": "+84912345678"}, ("phone", Code.PHONE_NOT_USED)),
        ({"work": "Juggling"}, ("work", Code.UNKNOWN_WORK)),
        ({"name": "=HYPERLINK(A1)"}, ("name", Code.LOOKS_LIKE_FORMULA)),
        ({"employer_name": "@SUM(A1)"}, ("employer_name", Code.LOOKS_LIKE_FORMULA)),
        ({"employer_name": "-2+3"}, ("employer_name", Code.LOOKS_LIKE_FORMULA)),
    ],
)
def test_a_doubt_is_a_warning_and_the_line_is_taken(changes: dict[str, str], expected: tuple[str, Code]) -> None:
    assert [(found.column, found.code) for found in taken(GOOD | changes).warnings] == [expected]


def test_a_formula_stays_the_text_it_is() -> None:
    assert taken(GOOD | {"employer_name": "=1+1"}).employer_name == "=1+1"


def test_a_phone_we_cannot_use_is_left_out() -> None:
    assert taken(GOOD | {"phone": "02-89956000"}).phone is None


def test_a_problem_met_in_the_file_is_not_said_twice() -> None:
    met = problem("ends_on", Code.FORMULA_CELL)
    assert read_row(GOOD | {"ends_on": ""}, [met]) == [met]


def test_a_line_cut_wrongly_is_not_read_at_all() -> None:
    met = problem("", Code.TOO_MANY_CELLS)
    assert read_row({}, [met]) == [met]


@pytest.mark.parametrize("code", Code)
def test_every_problem_has_a_sentence_in_both_languages(code: Code) -> None:
    for column in ("ends_on", ""):
        english, chinese = describe(problem(column, code), "en"), describe(problem(column, code), "zh-Hant")
        assert english.isascii()
        assert not chinese.isascii()
        assert "{" not in english + chinese


def test_the_sentences_an_operator_reads() -> None:
    backwards = problem("ends_on", Code.ENDS_BEFORE_STARTS)
    assert describe(backwards, "zh-Hant") == "結束日早於開始日"
    assert describe(backwards, "en") == "ends_on is before starts_on"


def test_a_page_may_repeat_only_what_is_not_personal() -> None:
    assert {c for c in COLUMNS if not problem(c, Code.FORMAT).value_shown} == PERSONAL_COLUMNS
    assert not problem("", Code.TOO_MANY_CELLS).value_shown


@given(st.fixed_dictionaries({column: st.text(max_size=30) for column in COLUMNS}))
def test_any_line_gives_a_row_or_problems_and_no_personal_value_in_their_words(row: dict[str, str]) -> None:
    read = read_row(row)
    problems = read if isinstance(read, list) else read.warnings
    assert isinstance(read, PermitRow) or problems
    for found in problems:
        assert describe(found, "en") == describe(problem(found.column, found.code), "en")


@given(st.sampled_from(COLUMNS), st.text(max_size=400))
def test_one_odd_cell_never_breaks_the_reader(column: str, cell: str) -> None:
    read = read_row(GOOD | {column: cell})
    if isinstance(read, list):
        assert {found.column for found in read} <= {column, "", "ends_on", "birth_date"}
