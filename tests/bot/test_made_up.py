"""The made-up workers behave like the real stock and never break the permit file's rules."""

from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from phonenumbers import carrier, is_valid_number, parse

from bot.made_up import canary_workers, made_up_workers, write_csv
from bot.permit_file import open_permits
from models.identity import arc_check_digit_ok
from models.permit_row import COLUMNS, PermitRow, read_row

TODAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return list(made_up_workers(5000, 1, TODAY))


def share(rows: list[dict[str, str]], column: str, value: str) -> float:
    return 100 * sum(row[column] == value for row in rows) / len(rows)


def test_every_row_is_taken_without_a_warning(rows: list[dict[str, str]]) -> None:
    for row in rows:
        assert tuple(row) == COLUMNS
        read = read_row(row)
        assert isinstance(read, PermitRow), read
        assert read.warnings == ()
        assert arc_check_digit_ok(row["arc_no"])
        assert row["passport_no"] == read.passport_no


def test_the_same_seed_and_day_give_the_same_workers() -> None:
    once = list(made_up_workers(200, 7, TODAY))
    assert once == list(made_up_workers(200, 7, TODAY))
    assert once != list(made_up_workers(200, 8, TODAY))


def test_no_two_workers_share_a_number(rows: list[dict[str, str]]) -> None:
    for column in ("worker_ref", "passport_no", "arc_no", "phone", "permit_no"):
        assert len({row[column] for row in rows}) == len(rows)


def test_the_mix_of_countries_and_work_is_that_of_late_2025(rows: list[dict[str, str]]) -> None:
    for country, expected in (("ID", 36.7), ("VN", 34.4), ("PH", 19.8), ("TH", 9.0)):
        assert share(rows, "nationality", country) == pytest.approx(expected, abs=2.5)
    assert 53 <= share(rows, "work", "manufacturing") <= 62
    assert 23 <= share(rows, "work", "household_care") <= 29
    assert set("ABCDE") == {row["permit_type"] for row in rows}
    assert share(rows, "permit_type", "B") > 90
    carers = [row for row in rows if row["work"] == "household_care"]
    assert share(carers, "sex", "F") > 97
    assert Counter(row["county"] for row in rows).most_common(1)[0][0] == "桃園市"


def test_the_numbers_tell_the_sex_and_some_are_of_the_old_form(rows: list[dict[str, str]]) -> None:
    assert all((row["sex"] == "F") == (row["arc_no"][1] in "9D") for row in rows)
    assert 5 <= 100 * sum(row["arc_no"][1] in "CD" for row in rows) / len(rows) <= 11


def test_phones_are_valid_but_of_no_operator(rows: list[dict[str, str]]) -> None:
    for row in rows[:200]:
        number = parse(row["phone"])
        assert is_valid_number(number)
        assert carrier.name_for_number(number, "en") == ""


def test_permits_run_today_for_at_most_three_years_and_some_end_soon(rows: list[dict[str, str]]) -> None:
    ends = [date.fromisoformat(row["ends_on"]) for row in rows]
    for row, end in zip(rows, ends, strict=True):
        starts = date.fromisoformat(row["starts_on"])
        assert starts <= TODAY <= end
        assert end <= starts + timedelta(days=3 * 366)
        assert row["permit_type"] != "D" or end <= starts + timedelta(days=184)
        assert date.fromisoformat(row["arc_expires_on"]) <= end
        assert date.fromisoformat(row["entered_on"]) <= starts
    assert sum(end <= TODAY + timedelta(days=124) for end in ends) > len(ends) / 10
    assert sum(end.day == monthrange(end.year, end.month)[1] for end in ends) > len(ends) / 6


def test_even_a_small_demonstration_has_a_permit_that_ends_soon() -> None:
    soon = TODAY + timedelta(days=155)
    assert any(date.fromisoformat(row["ends_on"]) <= soon for row in made_up_workers(10, 3, TODAY))


def test_workers_are_between_twenty_and_fifty_five(rows: list[dict[str, str]]) -> None:
    ages = [(TODAY - date.fromisoformat(row["birth_date"])).days / 365.25 for row in rows]
    assert min(ages) >= 20
    assert max(ages) < 55


def test_a_month_can_be_made_up_from_its_last_day() -> None:
    for day in (date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 31)):
        assert all(isinstance(read_row(row), PermitRow) for row in made_up_workers(50, 5, day))


def test_more_workers_than_numbers_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="7,000,000"):
        next(made_up_workers(7_000_001, 1, TODAY))


def test_canaries_are_taken_and_share_nothing_with_the_others(rows: list[dict[str, str]]) -> None:
    canaries = canary_workers()
    assert len(canaries) == 3
    for canary in canaries:
        read = read_row(canary)
        assert isinstance(read, PermitRow)
        assert read.warnings == ()
        for column in ("worker_ref", "passport_no", "name", "birth_date", "permit_no", "employer_name"):
            assert all(canary[column] not in row[column] for row in rows)


def test_a_written_file_reads_back_as_it_was(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    path = tmp_path / "permits.csv"
    assert write_csv(path, rows[:300]) == 300
    assert path.read_bytes().count(b"\r\n") == 301
    read = list(open_permits(path))
    assert [line.values for line in read] == rows[:300]
    assert [line.number for line in read[:2]] == [2, 3]
