"""A rule without a source or a date cannot be built, and none answers outside its life."""

from datetime import date

import pytest

from law.source import Dated, NotInForce, Source, rule

ACT = Source("示範法", "7", "2", "https://law.example/7", date(2026, 1, 5))


@rule(ACT, in_force_from=date(2020, 1, 1), until=date(2024, 12, 31), decided_by="ends_on")
def thirty_days_rule(days: int, ends_on: date) -> str:
    """«Thirty days»"""
    return f"{days} days before {ends_on}"


def test_a_rule_without_a_source_cannot_be_defined() -> None:
    with pytest.raises(TypeError, match="must cite a Source"):

        @rule("示範法", in_force_from=date(2020, 1, 1), decided_by="ends_on")  # type: ignore[arg-type]
        def uncited(ends_on: date) -> date:
            return ends_on


def test_a_rule_without_a_first_day_cannot_be_defined() -> None:
    with pytest.raises(TypeError, match="from which day"):

        @rule(ACT, in_force_from=None, decided_by="ends_on")  # type: ignore[arg-type]
        def undated(ends_on: date) -> date:
            return ends_on


def test_a_rule_must_name_the_date_that_chooses_the_law() -> None:
    with pytest.raises(TypeError, match="no date 'starts_on'"):

        @rule(ACT, in_force_from=date(2020, 1, 1), decided_by="starts_on")
        def undecided(ends_on: date) -> date:
            return ends_on


def test_a_rule_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):

        @rule(ACT, in_force_from=date(2020, 1, 2), until=date(2020, 1, 1), decided_by="ends_on")
        def backwards(ends_on: date) -> date:
            return ends_on


@pytest.mark.parametrize("event", [date(2020, 1, 1), date(2024, 12, 31)], ids=["first day", "last day"])
def test_a_rule_answers_on_the_first_and_the_last_day_of_its_life(event: date) -> None:
    assert thirty_days_rule(30, event) == f"30 days before {event}"
    assert thirty_days_rule(30, ends_on=event) == f"30 days before {event}"


@pytest.mark.parametrize("event", [date(2019, 12, 31), date(2025, 1, 1)], ids=["day before", "day after"])
def test_a_rule_is_not_in_force_outside_its_life(event: date) -> None:
    with pytest.raises(NotInForce, match="示範法第7條第2項"):
        thirty_days_rule(30, event)


def test_a_rule_refuses_to_choose_the_law_without_a_date() -> None:
    with pytest.raises(TypeError, match="ends_on must be a date"):
        thirty_days_rule(30, None)  # type: ignore[arg-type]


def test_a_rule_carries_its_source_name_and_words() -> None:
    assert thirty_days_rule.source is ACT
    assert thirty_days_rule.__name__ == "thirty_days_rule"
    assert thirty_days_rule.__doc__ == "«Thirty days»"
    assert thirty_days_rule.doubt is None


def test_a_rule_quotes_only_the_words_of_its_own_article() -> None:
    @rule(ACT, in_force_from=date(2020, 1, 1), decided_by="day")
    def quoting(day: date) -> date:
        """「應於三十日內申請」 and 「所稱「三十日」者，依曆計算」, the office says “within 30 days”.

        「逾期者，不予受理」
        (第3項), 「準用之」(第8條); moved by (民法第122條).
        """
        return day

    assert quoting.quotes == ("應於三十日內申請", "所稱「三十日」者，依曆計算")


def test_a_source_without_paragraph_cites_the_article() -> None:
    assert str(Source("示範法", "34-4", "", "https://law.example/34-4", date(2026, 1, 5))) == "示範法第34-4條"


@pytest.mark.parametrize(("day", "stale"), [("2026-01-05", False), ("2026-07-03", False), ("2026-07-04", True)])
def test_a_source_is_stale_180_days_after_somebody_read_it(day: str, stale: bool) -> None:
    assert ACT.is_stale(date.fromisoformat(day)) is stale


@pytest.mark.parametrize(
    ("statute", "article", "url"),
    [("", "7", "https://law.example"), ("示範法", "", "https://law.example"), ("示範法", "7", "law.example")],
    ids=["no statute", "no article", "no address"],
)
def test_a_source_must_be_complete(statute: str, article: str, url: str) -> None:
    with pytest.raises(ValueError, match="statute, an article and an https address"):
        Source(statute, article, "", url, date(2026, 1, 5))


def test_a_source_must_say_when_it_was_checked() -> None:
    with pytest.raises(TypeError, match="date on which its text was checked"):
        Source("示範法", "7", "", "https://law.example", "2026-01-05")  # type: ignore[arg-type]


def test_a_dated_value_gives_the_version_of_the_day() -> None:
    notice = Dated(ACT, {date(2024, 3, 1): 45, date(2019, 1, 1): 30})
    assert [notice.on(day) for day in (date(2019, 1, 1), date(2024, 2, 29), date(2024, 3, 1))] == [30, 30, 45]
    with pytest.raises(NotInForce, match="begins on 2019-01-01"):
        notice.on(date(2018, 12, 31))


def test_a_dated_value_needs_a_source_and_a_version() -> None:
    with pytest.raises(TypeError, match="must cite a Source"):
        Dated("示範法", {date(2024, 3, 1): 45})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least one version"):
        Dated(ACT, {})
