"""The examples of each rule of law, read from the tables of its tests as text: no test is run for it."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

MOST_CHARACTERS = 240


@dataclass(frozen=True)
class Row:
    """One line of a test's table: what it is called, and its values."""

    called: str
    values: str


@dataclass(frozen=True)
class Example:
    """One test: what it says, where it stands, and its table, which may be empty."""

    says: str
    file: str
    rows: tuple[Row, ...]


def examples(folder: Path) -> Mapping[str, list[Example]]:
    """What the tests say about each rule, by its full name (law.dates.months_before); nothing where there are none."""
    found: dict[str, list[Example]] = defaultdict(list)
    for file in sorted(folder.glob("test_*.py")):
        tests = _Tests(ast.parse(file.read_text("utf-8")))
        for test in tests.functions():
            example = Example(_sentence(test.name), f"tests/law/{file.name}", tuple(tests.rows(test)))
            for rule in sorted(tests.names_of_law(test)):
                found[rule].append(example)
    return found


def _sentence(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


class _Tests:
    """The tests of one file, and what its imports, constants and small functions mean."""

    def __init__(self, tree: ast.Module) -> None:
        self._law: dict[str, str] = {}
        self._defined: dict[str, ast.expr | ast.FunctionDef] = {}
        self._tests: list[ast.FunctionDef] = []
        for node in tree.body:
            match node:
                case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == "law":
                    self._law |= {alias.asname or alias.name: f"{module}.{alias.name}" for alias in names}
                case ast.FunctionDef(name=name) if name.startswith("test_"):
                    self._tests.append(node)
                case ast.FunctionDef(name=name):
                    self._defined[name] = node
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._defined[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self._defined[name] = value
        self._simplify = _Simplify(self._defined)

    def functions(self) -> Sequence[ast.FunctionDef]:
        return self._tests

    def names_of_law(self, node: ast.AST) -> set[str]:
        """What of law/ a test uses, itself or through a constant or function of its file."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [node]
        while waiting:
            for part in ast.walk(waiting.pop()):
                match part:
                    case ast.Attribute(value=ast.Name(id=module), attr=name) if module in self._law:
                        found.add(f"{self._law[module]}.{name}")
                    case ast.Name(id=name) if name in self._law:
                        found.add(self._law[name])
                    case ast.Name(id=name) if name in self._defined and name not in seen:
                        seen.add(name)
                        waiting.append(self._defined[name])
        return found

    def rows(self, test: ast.FunctionDef) -> Iterator[Row]:
        for decorator in test.decorator_list:
            match decorator:
                case ast.Call(func=ast.Attribute(attr="parametrize"), args=[names, table, *_], keywords=keywords):
                    ids = next((word.value for word in keywords if word.arg == "ids"), None)
                    yield from self._table(_names(names), self._resolved(table), ids)

    def _resolved(self, node: ast.expr) -> ast.expr:
        defined = self._defined.get(node.id) if isinstance(node, ast.Name) else None
        return defined if isinstance(defined, ast.expr) else node

    def _table(self, names: Sequence[str], table: ast.expr, ids: ast.expr | None) -> Iterator[Row]:
        if not isinstance(table, ast.List | ast.Tuple):
            return
        called = [_constant(each) for each in ids.elts] if isinstance(ids, ast.List | ast.Tuple) else []
        for number, row in enumerate(table.elts):
            match row:
                case ast.Call(func=ast.Attribute(attr="param"), args=values, keywords=keywords):
                    name = next((_constant(word.value) for word in keywords if word.arg == "id"), "")
                case ast.Tuple(elts=values) if len(names) > 1:
                    name = called[number] if number < len(called) else ""
                case _:
                    values, name = [row], called[number] if number < len(called) else ""
            if not any(isinstance(value, ast.Starred) for value in values):
                yield Row(name, self._values(names, values))

    def _values(self, names: Sequence[str], values: Sequence[ast.expr]) -> str:
        told = ", ".join(f"{name}={self._simplify.shown(value)}" for name, value in zip(names, values, strict=False))
        return told if len(told) <= MOST_CHARACTERS else told[: MOST_CHARACTERS - 1] + "…"


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Tuple | ast.List):
        return [_constant(each) for each in node.elts]
    return [name.strip() for name in _constant(node).split(",")]


def _constant(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


class _Simplify(ast.NodeTransformer):
    """Dates and numbers as people write them, and names of the test file replaced by what they stand for."""

    def __init__(self, defined: Mapping[str, ast.expr | ast.FunctionDef]) -> None:
        self._defined = defined

    def shown(self, node: ast.expr) -> str:
        return ast.unparse(self.visit(ast.parse(ast.unparse(node), mode="eval").body)).replace("\n", " ")

    def visit_Name(self, node: ast.Name) -> ast.expr:
        meant = self._defined.get(node.id)
        if isinstance(meant, ast.Constant | ast.Call | ast.Attribute):
            simple: ast.expr = self.visit(ast.parse(ast.unparse(meant), mode="eval").body)
            return simple if _is_plain(simple) else node
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        parts = [self.visit(part.value) if isinstance(part, ast.FormattedValue) else part for part in node.values]
        return ast.Constant("".join(map(_constant, parts))) if all(map(_is_constant, parts)) else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        match node:
            case ast.Call(func=ast.Name(id="date"), args=[ast.Constant(year), ast.Constant(month), ast.Constant(day)]):
                return ast.Name(date(int(str(year)), int(str(month)), int(str(day))).isoformat())
            case ast.Call(func=ast.Attribute(value=ast.Name(id="date"), attr="fromisoformat"), args=[text]):
                text = self.visit(text)
                return ast.Name(_constant(text)) if _is_constant(text) else node
            case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value)]):
                return ast.Name(str(value))
            case ast.Call(func=ast.Name(id=name), args=given):
                return self._inlined(name, given) or self.generic_visit(node)  # type: ignore[return-value]
        return self.generic_visit(node)  # type: ignore[return-value]

    def _inlined(self, name: str, given: Sequence[ast.expr]) -> ast.expr | None:
        """What a function of one line says of constants, where that is a date."""
        match self._defined.get(name):
            case ast.FunctionDef(body=[ast.Return(value=ast.expr() as says)], args=parameters):
                bound = {word.arg: value for word, value in zip(parameters.args, given, strict=False)}
                inner = _Simplify({word: value for word, value in bound.items() if _is_constant(value)})
                simple: ast.expr = inner.visit(ast.parse(ast.unparse(says), mode="eval").body)
                return simple if isinstance(simple, ast.Name) and simple.id[:1].isdigit() else None
        return None


def _is_constant(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant)


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.Attribute) or (isinstance(node, ast.Name) and node.id[:1].isdigit())
