"""Our own source, read once as syntax trees, for the tests that look at how it is written."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "handlers", "scheduler", "models", "law", "locales")


@dataclass(frozen=True)
class Module:
    """One file of ours; `name` as Python imports it."""

    name: str
    file: Path
    source: str
    tree: ast.Module

    @property
    def where(self) -> str:
        return self.file.relative_to(ROOT).as_posix()

    @property
    def lines(self) -> int:
        return self.source.count("\n")

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)


@cache
def product() -> tuple[Module, ...]:
    """Every module of the product."""
    return _read(*PACKAGES)


@cache
def everything() -> tuple[Module, ...]:
    """The product's modules, the migrations and the tests."""
    return (*product(), *_read("migrations", "tests"))


def _read(*folders: str) -> tuple[Module, ...]:
    found = []
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            source = file.read_text("utf-8")
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found.append(Module(name, file, source, ast.parse(source)))
    return tuple(found)
