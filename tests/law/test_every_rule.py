"""What holds for every module of law/, those of tomorrow included: what it offers is a cited rule or a value type."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from types import CodeType, FunctionType, ModuleType, UnionType
from typing import Any, get_args, get_type_hints

import pytest

from bot.law_handbook import entries, versions
from law import catalogue
from law import source as machinery
from law.source import Dated, Rule, Source, rule

MODULES = [module for module in catalogue.modules() if module not in (catalogue, machinery)]
RULES = [entry.rule for entry in entries()]
NAMES = [entry.name for entry in entries()]
# Public functions that say nothing of the law, and what they do.
NO_LAW: Mapping[str, str] = {
    "law.employment_security_fee.quarter_begins": "finds the quarter of a day in the calendar",
    "law.entry_lottery.commitment": "hashes a seed, so that a draw can be checked",
}


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What the module itself defines and does not hide."""
    for name, value in vars(module).items():
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__:
            yield name, value


def names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


def carries_source(kind: Any, seen: frozenset[Any] = frozenset()) -> bool:
    """Whether a type is a source or holds one, directly or within."""
    if kind is Source or isinstance(kind, UnionType) or get_args(kind):
        return kind is Source or any(carries_source(part, seen) for part in get_args(kind))
    if kind in seen or not (isinstance(kind, type) and is_dataclass(kind)):
        return False
    hints = get_type_hints(kind)
    return any(carries_source(hints[field.name], seen | {kind}) for field in fields(kind))


def is_cited(function: FunctionType) -> bool:
    """Whether it makes a source, is handed or gives a value that carries one, or stands on rules and cited tables."""
    if any(carries_source(kind) for kind in get_type_hints(function).values()):
        return True
    for name in names_in(function.__code__):
        used = function.__globals__.get(name)
        if isinstance(used, Rule | Dated | Source):
            return True
        if isinstance(used, dict) and any(carries_source(type(value)) for value in used.values()):
            return True
        if isinstance(used, FunctionType) and used.__module__.startswith("law.") and is_cited(used):
            return True
    return False


def is_value_type(kind: type) -> bool:
    if issubclass(kind, Enum | BaseException):
        return True
    return is_dataclass(kind) and bool(kind.__dataclass_params__.frozen)  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_what_a_module_of_law_offers_is_a_cited_rule_or_a_value_type(module: ModuleType) -> None:
    functions = (value for _, value in public(module) if isinstance(value, FunctionType))
    uncited = {f"{module.__name__}.{function.__name__}" for function in functions if not is_cited(function)}
    assert uncited == {name for name in NO_LAW if name.rpartition(".")[0] == module.__name__}, "make it a rule"
    kinds = [name for name, value in public(module) if isinstance(value, type) and not is_value_type(value)]
    assert kinds == [], "make it a frozen dataclass or an enumeration"


def test_a_function_that_cites_nothing_is_found() -> None:
    def uncited(day: date) -> date:
        return day

    def hands_on(source: Source) -> str:
        return str(source)

    @dataclass
    class Changeable:
        day: date

    assert not is_cited(uncited)  # type: ignore[arg-type]
    assert is_cited(hands_on)  # type: ignore[arg-type]
    assert not is_value_type(Changeable)
    assert carries_source(dict[str, tuple[Source | None, ...]])
    assert not carries_source(tuple[date, ...])


def test_modules_are_found_by_walking_the_package() -> None:
    names = {module.__name__ for module in catalogue.modules()}
    assert {"law.dates", "law.trade_adjustment", "law.transfers", "law.employment_permits"} <= names
    assert all(names_of.startswith("law.") for names_of in names)


def test_no_two_rules_have_one_full_name() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert len(RULES) > 100


@pytest.mark.parametrize("found", RULES, ids=NAMES)
def test_a_rule_has_an_official_or_named_address_and_a_checked_day_after_it_began(found: Rule[Any, Any]) -> None:
    assert found.source.url.startswith("https://")
    assert found.source.checked >= found.in_force_from, "nobody read it before it was the law"


@pytest.mark.parametrize("found", RULES, ids=NAMES)
def test_the_versions_that_a_rule_uses_begin_no_later_than_the_rule(found: Rule[Any, Any]) -> None:
    for dated in versions(found):
        first = min(dated.versions)
        assert found.until is None or first <= found.until


@pytest.mark.parametrize("found", RULES, ids=NAMES)
def test_what_a_rule_quotes_as_the_law_is_written_as_statutes_are(found: Rule[Any, Any]) -> None:
    agencies = [quote for quote in found.quotes if re.search("[0-9A-Za-z]", quote)]
    assert agencies == [], "a statute writes numbers in Chinese: another's words stand in “…”"
    assert [quote for quote in found.quotes if len(quote) < 4] == [], "a word referred to is no quotation"


def test_words_of_another_paragraph_are_not_quoted_under_the_rules_own() -> None:
    shown = {words for found in RULES for words in found.quotes}
    elsewhere = {"不適用第一項關於即令出國之規定", "前項費用不得預先收取。", "屆滿前二個月至四個月內"}
    assert not shown & elsewhere
    assert not any("許可引進屆滿之日前後三十日內" in words for words in shown)


def test_a_rule_keeps_its_parameters() -> None:
    @rule(
        Source("示範法", "7", "", "https://law.example/7", date(2026, 1, 5)),
        in_force_from=date(2020, 1, 1),
        decided_by="day",
    )
    def sample(day: date, *, twice: bool = False) -> date:
        return day

    assert list(inspect.signature(sample.says).parameters) == ["day", "twice"]
