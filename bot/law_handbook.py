"""Every rule of law/ with its source, versions, readings, doubts and examples, for the command line and docs/law.md."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import law
from bot.law_examples import Example, examples
from law.catalogue import modules
from law.source import Dated, Rule, Source

ROOT = Path(law.__path__[0]).parent
TESTS = ROOT / "tests" / "law"
HANDBOOK = ROOT / "docs" / "law.md"
MOST_ROWS = 40

INTRODUCTION = """\
# The law as code

Written by `python -m bot law write` from the rules in `law/` and the tables of their tests in `tests/law/`; a test
fails when the two differ. Do not edit it: edit the rule. None of this is legal advice.

- **Source** is the article that a rule rests on, and the day on which we last read it. The Chinese text rules.
- **In force** is the life of the rule; outside it the rule refuses to answer. The named date chooses the version.
- **Says** quotes the law's own words with a gloss. **Reading** is what we took an unclear sentence to mean, and why;
  the reading is this project's own unless it names somebody else.
- **Not confirmed** is what we could not find out. An answer to a worker says it too, and names 1955.
- **Examples** are tests: they hold whenever the tests pass. Days are inclusive.
"""


@dataclass(frozen=True)
class Entry:
    """A rule and what its docstring says: the law's words, and the reading taken."""

    module: ModuleType
    rule: Rule[Any, Any]
    words: str
    reading: str

    @property
    def name(self) -> str:
        return f"{self.module.__name__.removeprefix('law.')}.{self.rule.__name__}"


def entries() -> tuple[Entry, ...]:
    return tuple(
        Entry(module, found, *_told(found))
        for module in modules()
        for found in sorted(
            {each for each in vars(module).values() if isinstance(each, Rule) and each.__module__ == module.__name__},
            key=_first_line,
        )
    )


def _first_line(found: Rule[Any, Any]) -> int:
    line: int = inspect.unwrap(found.says).__code__.co_firstlineno
    return line


def _told(found: Rule[Any, Any]) -> tuple[str, str]:
    words, _, reading = inspect.cleandoc(found.__doc__ or "").partition("\n\n")
    return " ".join(words.split()), " ".join(reading.split())


def named(name: str) -> tuple[Entry, ...]:
    """The rules of that name, with or without their module."""
    wanted = name.removeprefix("law.")
    return tuple(entry for entry in entries() if wanted in (entry.name, entry.rule.__name__))


def like(asked: str) -> tuple[Entry, ...]:
    """The rules that somebody may have meant: by a part of a name, by a statute or article, or by a slip of the pen."""
    part = asked.strip().lower()
    if not part:
        return ()
    close = set(get_close_matches(part, [entry.rule.__name__ for entry in entries()], n=3))
    return tuple(
        entry
        for entry in entries()
        if part in entry.name or part in str(entry.rule.source) or entry.rule.__name__ in close
    )


def versions(found: Rule[Any, Any]) -> tuple[Dated[Any], ...]:
    """The dated values that a rule uses, itself or through functions that are no rules."""
    seen: set[str] = set()
    dated: list[Dated[Any]] = []
    waiting = [inspect.unwrap(found.says)]
    while waiting:
        function = waiting.pop()
        for name in _names(function.__code__):
            value = function.__globals__.get(name)
            if name in seen:
                continue
            seen.add(name)
            if isinstance(value, Dated):
                dated.append(value)
            elif isinstance(value, FunctionType) and value.__module__.split(".")[0] == "law":
                waiting.append(value)
    return tuple(sorted(dated, key=lambda each: (str(each.source), sorted(each.versions))))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def life(found: Rule[Any, Any]) -> str:
    until = f" until {found.until}" if found.until else ""
    return f"from {found.in_force_from}{until}"


def _wording(found: Rule[Any, Any]) -> str:
    return f" in the wording of {found.source.text_of}" if found.source.text_of else ""


def explained(entry: Entry, told: Sequence[Example]) -> str:
    """One rule as the handbook tells it."""
    found = entry.rule
    lines = [
        f"### `{entry.name}{_parameters(found)}`",
        "",
        f"- **Source:** [{found.source}]({found.source.url}), read {found.source.checked}{_wording(found)}",
        f"- **In force:** {life(found)}, by `{found.decided_by}`",
        *(f"- **Versions** ({dated.source}): {_versions(dated)}" for dated in versions(found)),
    ]
    if entry.words:
        lines.append(f"- **Says:** {entry.words}")
    if entry.reading:
        lines.append(f"- **Reading:** {entry.reading}")
    if found.doubt:
        lines.append(f"- **Not confirmed:** {found.doubt}")
    lines += _examples(told)
    return "\n".join(lines) + "\n"


def _parameters(found: Rule[Any, Any]) -> str:
    parts: list[str] = []
    for parameter in inspect.signature(found.says).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        default = "" if parameter.default is parameter.empty else f"={parameter.default}"
        parts.append(f"{parameter.name}{default}")
    return f"({', '.join(parts)})"


def _versions(dated: Dated[Any]) -> str:
    return "; ".join(f"{first_day}{_value(value)}" for first_day, value in dated.versions.items())


def _value(value: object) -> str:
    if isinstance(value, str | int | Decimal | Fraction | Source):
        return f": {value}"
    if isinstance(value, tuple) and all(isinstance(each, str | int | Decimal | Fraction) for each in value):
        return f": {', '.join(map(str, value))}"
    return ""


def _examples(told: Sequence[Example]) -> Iterator[str]:
    if told:
        yield "- **Examples:**"
    for example in told:
        yield f"  - {example.says} ({example.file})"
        for row in example.rows[:MOST_ROWS]:
            yield f"    - {row.called + ': ' if row.called else ''}`{row.values}`"
        if len(example.rows) > MOST_ROWS:
            yield f"    - and {len(example.rows) - MOST_ROWS} more"


def examples_of(entry: Entry, told: Mapping[str, list[Example]]) -> Sequence[Example]:
    return told.get(f"{entry.module.__name__}.{entry.rule.__name__}", ())


def handbook(tests: Path = TESTS) -> str:
    """The whole of docs/law.md."""
    told, all_entries = examples(tests), entries()
    statutes = sorted({entry.rule.source.statute for entry in all_entries})
    parts = [INTRODUCTION, f"{len(all_entries)} rules from {len(statutes)} statutes: {', '.join(statutes)}.\n"]
    for module in modules():
        own = [entry for entry in all_entries if entry.module is module]
        if own:
            parts.append(f"## {module.__name__}\n\n{inspect.cleandoc(module.__doc__ or '')}\n")
            parts += [explained(entry, examples_of(entry, told)) for entry in own]
    return "\n".join(parts)
