"""What no linter looks at: who reads the clock, what modules are called, how long they are, what they are for."""

import ast
import re
from collections.abc import Mapping

from tests.source import ROOT, everything, product

READERS_OF_TIME = frozenset(("bot/clock.py", "bot/simulator/clock.py"))
_READING = frozenset(
    (
        *(("datetime", name) for name in ("now", "utcnow", "today")),
        ("date", "today"),
        *(("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "ctime")),
    )
)

SAYS_NOTHING = re.compile(r"(utils?|helpers?|managers?|common|misc|base_?class|stuff|tools?|shared)")

MOST_LINES = 400
# What may be longer, and why.
LONGER: Mapping[str, str] = {}


def readings(tree: ast.AST) -> list[int]:
    """The lines that read the wall clock."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr=attr):
                if (name, attr) in _READING:
                    found.append(node.lineno)
            case ast.ImportFrom(module="time", names=names, lineno=line):
                found += [line for alias in names if ("time", alias.name) in _READING]
    return found


def test_only_the_clocks_read_the_time() -> None:
    reading = {module.where: lines for module in product() if (lines := readings(module.tree))}
    assert reading.keys() <= READERS_OF_TIME, reading
    assert "bot/clock.py" in reading


def test_a_reading_is_found_however_it_is_written() -> None:
    for line in ("datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()", "f = time.time"):
        assert readings(ast.parse(line)) == [1], line
    assert readings(ast.parse("from time import time")) == [1]
    assert readings(ast.parse("time.monotonic(); clock.now(); self.now()")) == []


def test_a_moment_without_a_zone_is_made_nowhere() -> None:
    naive = [
        (module.where, node.lineno)
        for module in product()
        for node in module.nodes()
        if isinstance(node, ast.Attribute) and node.attr in ("utcfromtimestamp", "utcnow")
    ]
    assert naive == []


def test_every_module_says_in_one_sentence_what_it_is_for() -> None:
    without = []
    for module in everything():
        said = ast.get_docstring(module.tree)
        if not said or said.split("\n\n")[0].rstrip()[-1] not in ".:`…":
            without.append(module.where)
    assert without == []


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    parts = {part for module in everything() for part in module.file.relative_to(ROOT).with_suffix("").parts}
    assert [part for part in sorted(parts) if SAYS_NOTHING.fullmatch(part)] == []


def test_no_module_of_the_product_is_too_long_to_read_in_one_go() -> None:
    long = {module.where: module.lines for module in product() if module.lines > MOST_LINES}
    assert long.keys() == LONGER.keys(), long


def test_no_function_is_longer_than_a_screen_allows() -> None:
    long = {
        f"{module.where}:{node.name}": node.end_lineno - node.lineno + 1
        for module in product()
        for node in module.nodes()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > 60
    }
    assert long == {}


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    assert [module.where for module in everything() if later.search(module.source)] == []


def test_no_name_is_defined_twice_in_a_file() -> None:
    # The later one silently replaces the earlier: a test that never runs.
    for module in everything():
        names = [node.name for node in module.tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        assert len(names) == len(set(names)), module.where
