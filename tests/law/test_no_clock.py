"""What the law answers depends on nothing but what it is asked: no clock, no time zone, no number that is not exact."""

import ast
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import law
from bot.law_handbook import entries
from tests.law.facts import Facts, answer_or_refusal

RULES = {entry.name: entry.rule for entry in entries()}
ZONES = ("UTC", "Asia/Taipei", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago")


@pytest.fixture
def restored_zone() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch
    time.tzset()


def test_no_answer_depends_on_the_zone_of_the_server(restored_zone: pytest.MonkeyPatch) -> None:
    def answers() -> dict[str, list[Any]]:
        return {
            name: [
                answer_or_refusal(rule, day, Facts((name, day), day).beside(rule))
                for day in (rule.in_force_from, date(2024, 2, 29), date(2026, 3, 29), date(2026, 12, 31))
            ]
            for name, rule in RULES.items()
        }

    def in_zone(zone: str) -> dict[str, list[Any]]:
        restored_zone.setenv("TZ", zone)
        time.tzset()
        return answers()

    here = answers()
    offsets = set()
    for zone in ZONES:
        assert in_zone(zone) == here, zone
        offsets.add(time.timezone)
    assert len(offsets) == len(ZONES), "the zones were really set"


# All that law/ may take from Python: nothing that reads a clock, a file, a network or a setting, and no floats.
ALLOWED = {
    "datetime": {"date", "timedelta"},
    "calendar": {"monthrange"},
    "math": {"ceil", "floor"},
}
ALLOWED_WHOLE = {
    "bisect",
    "collections",
    "dataclasses",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "typing",
    "types",
} | {
    "hashlib",
    "hmac",
    "importlib",
    "inspect",
    "law",
    "pkgutil",
    "re",
}
SOURCES = sorted(Path(law.__path__[0]).glob("*.py"))


def forbidden(tree: ast.AST) -> Iterator[str]:
    """Imports beyond what is allowed, clocks, and numbers that are not exact."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name not in ALLOWED_WHOLE)
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] not in ALLOWED_WHOLE:
                yield from (f"{module}.{each.name}" for each in names if each.name not in ALLOWED.get(module, ()))
            case ast.Attribute(attr=("today" | "now" | "utcnow" | "fromtimestamp") as clock):
                yield clock
            case ast.Constant(value=float() as inexact):
                yield repr(inexact)
            case ast.Name(id="float"):
                yield "float"


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_the_law_reads_no_clock_and_counts_exactly(file: Path) -> None:
    assert list(forbidden(ast.parse(file.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    ["date.today()", "datetime.now()", "import time", "from datetime import datetime", "x = 0.5", "float(1)"],
)
def test_a_clock_or_a_float_would_be_found(line: str) -> None:
    assert list(forbidden(ast.parse(line)))
