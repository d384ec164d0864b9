"""`law list`, `law explain` and `law write`: the handbook is written from the rules and is what they say now."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.law_examples import examples
from bot.law_handbook import HANDBOOK, entries, handbook, named
from law.catalogue import sources, stale

run = CliRunner()


def output(*words: str, exit_code: int = 0) -> str:
    told = run.invoke(app, ["law", *words])
    assert told.exit_code == exit_code, told.output
    return told.output


def test_the_handbook_in_docs_is_what_the_command_writes_now() -> None:
    assert HANDBOOK.read_text("utf-8") == handbook(), "run: python -m bot law write"


def test_the_handbook_tells_of_every_rule_once() -> None:
    written = handbook()
    for entry in entries():
        assert written.count(f"### `{entry.name}(") == 1, entry.name
        assert str(entry.rule.source) in written
        assert entry.rule.doubt is None or entry.rule.doubt in written


def test_a_rule_is_explained_with_source_life_words_reading_doubt_and_examples() -> None:
    told = output("explain", "renew_type_b")
    assert "### `employment_permits.renew_type_b(ends_on)`" in told
    assert "[雇主聘僱外國人許可及管理辦法第39條](https://law.moj.gov.tw/" in told
    assert "read 2026-11-22" in told
    assert "**In force:** from 2022-04-30, by `ends_on`" in told
    assert "**Says:** 「聘僱許可有效期間屆滿日前二個月至四個月內" in told
    assert "where a day stands in a window (tests/law/test_employment_permits.py)" in told


def test_versions_of_a_rule_are_told_with_their_first_days() -> None:
    told = output("explain", "immigration.residence_card_due")
    assert "**Versions** (入出國及移民法第22條第2項): 2008-08-01: 15; 2024-01-01: 30" in told
    assert "**Not confirmed:** The change of 2024 was read" in told
    assert "thirty days: `entered_on=2026-03-02, due=2026-04-01`" in told


def test_a_reading_is_told_apart_from_the_laws_words() -> None:
    told = output("explain", "completion_transfer")
    words, reading = (line for line in told.splitlines() if line.startswith(("- **Says:**", "- **Reading:**")))
    assert "不得申請延長" in words
    assert "Reading: the work ends fourteen days before the permit" in reading


def test_an_unknown_rule_is_not_explained() -> None:
    assert "There is no rule 'no_such_rule'" in output("explain", "no_such_rule", exit_code=1)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param("renew_type", id="a part of its name"),
        pytest.param("Renew_Type_B", id="in capitals"),
        pytest.param("renew_typ_b", id="a slip of the pen"),
        pytest.param("employment_permits", id="its module"),
        pytest.param("雇主聘僱外國人許可及管理辦法第39條", id="its article"),
        pytest.param("第39條", id="its article alone"),
    ],
)
def test_what_somebody_may_have_meant_is_named_with_its_article(asked: str) -> None:
    told = output("explain", asked, exit_code=1)
    assert "employment_permits.renew_type_b  雇主聘僱外國人許可及管理辦法第39條\n" in told


@pytest.mark.parametrize("asked", ["", " ", "qqqq"])
def test_nothing_is_named_for_what_is_like_no_rule(asked: str) -> None:
    assert len(output("explain", asked, exit_code=1).splitlines()) == 1


def test_a_handbook_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "no" / "folder.md"):
        assert "cannot be written" in output("write", str(place), exit_code=2)


def test_a_name_without_its_module_finds_the_rule_and_with_it_too() -> None:
    assert named("months_before") == named("dates.months_before") == named("law.dates.months_before")
    assert len(named("months_before")) == 1


def test_the_list_has_a_line_for_every_rule() -> None:
    told = output("list")
    assert all(entry.name in told for entry in entries())
    assert "not all confirmed" in told


def test_a_source_is_stale_when_nobody_read_it_for_180_days() -> None:
    oldest = min(source.checked for source in sources())
    assert stale(oldest + timedelta(days=179)) == ()
    unread = stale(oldest + timedelta(days=180))
    assert unread
    assert {source.checked for source in unread} == {oldest}
    assert set(stale(date(2100, 1, 1))) == sources()


def test_stale_sources_are_named_with_their_rules_and_the_command_fails() -> None:
    told = output("list", "--stale", "2100-01-01", exit_code=1)
    assert "民法第121條第2項" in told
    assert "dates.months_before" in told
    assert "Every source was read within 180 days before 2026-11-22" in output("list", "--stale", "2026-11-22")


def test_every_stale_source_is_named_with_what_rests_on_it() -> None:
    unread = output("list", "--stale", "2100-01-01", exit_code=1)
    # A source that no rule has for its own: the past version of one, and the article of an answer.
    for cited, module in (("第85條", "immigration"), ("第74條第3項", "departures")):
        (line,) = (line for line in unread.splitlines() if f"{cited} " in line and "2026" in line)
        assert module in line.split("flno=")[-1]


def test_every_source_that_a_rule_rests_on_is_watched() -> None:
    assert {entry.rule.source for entry in entries()} <= sources()


def test_the_handbook_is_written_where_one_says(tmp_path: Path) -> None:
    output("write", str(tmp_path / "law.md"))
    assert (tmp_path / "law.md").read_text("utf-8") == handbook()


def test_without_the_tests_a_rule_is_explained_but_no_handbook_written(tmp_path: Path) -> None:
    missing = str(tmp_path / "not" / "installed")
    assert "Examples" not in output("explain", "renew_type_b", "--tests", missing)
    told = run.invoke(app, ["law", "write", str(tmp_path / "law.md"), "--tests", missing])
    assert told.exit_code == 2
    assert not (tmp_path / "law.md").exists()


TABLE = """
from datetime import date
from decimal import Decimal
import pytest
from law import dates
from law.dates import months_before

LAST = date(2026, 8, 31)
ROWS = [pytest.param(LAST, 2, id="from a constant")]

def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")

def again(day, months):
    return months_before(day, months)

@pytest.mark.parametrize(("ends_on", "share"), [
    pytest.param(day("08-31"), Decimal("1.5"), id="a short way to write a day"),
    (date(2026, 5, 1), "x"),
    pytest.param(*unknown),
])
def test_one_thing() -> None:
    months_before(LAST, 2)

@pytest.mark.parametrize("ends_on, months", ROWS)
def test_another() -> None:
    again(LAST, 2)

@pytest.mark.parametrize("months", [1, 2], ids=["one", "two"])
def test_a_third() -> None:
    dates.months_after(LAST, 1)

def test_of_nothing() -> None:
    assert day("01-01")
"""


@pytest.fixture
def told(tmp_path: Path) -> Callable[[str], list[tuple[str, list[tuple[str, str]]]]]:
    (tmp_path / "test_table.py").write_text(TABLE, "utf-8")
    found = examples(tmp_path)
    return lambda rule: [(one.says, [(row.called, row.values) for row in one.rows]) for one in found.get(rule, [])]


def test_examples_are_read_from_the_tables_of_the_tests(
    told: Callable[[str], list[tuple[str, list[tuple[str, str]]]]],
) -> None:
    assert told("law.dates.months_before") == [
        (
            "one thing",
            [("a short way to write a day", "ends_on=2026-08-31, share=1.5"), ("", "ends_on=2026-05-01, share='x'")],
        ),
        ("another", [("from a constant", "ends_on=2026-08-31, months=2")]),
    ]
    assert told("law.dates.months_after") == [("a third", [("one", "months=1"), ("two", "months=2")])]
    assert told("law.dates.days_after") == []


def test_a_long_table_and_long_values_are_cut_and_say_so(tmp_path: Path) -> None:
    rows = ", ".join(f"({number}, '{'long ' * 60}')" for number in range(45))
    (tmp_path / "test_long.py").write_text(
        "import pytest\nfrom law.dates import months_before\n\n"
        f"@pytest.mark.parametrize(('number', 'text'), [{rows}])\n"
        "def test_much(number, text):\n    assert months_before\n",
        "utf-8",
    )
    told = output("explain", "months_before", "--tests", str(tmp_path)).splitlines()
    assert told[-1] == "    - and 5 more"
    assert told[-2].startswith("    - `number=39, text='long long")
    assert told[-2].endswith("…`")
    assert len(told[-2]) < 260
