"""All that the rules rest on: every source that a module of the package keeps, and those that nobody read lately."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from types import ModuleType

import law
from law.source import Dated, Rule, Source


def modules() -> tuple[ModuleType, ...]:
    """Every module of the package, so that a new one is found without being listed."""
    names = sorted(found.name for found in pkgutil.walk_packages(law.__path__, "law."))
    return tuple(importlib.import_module(name) for name in names)


@cache
def sources() -> frozenset[Source]:
    """Every source that a module of law/ keeps, whether a rule, a dated value or a table cites it."""
    return frozenset(source for module in modules() for source in _kept(module))


def kept_in(source: Source) -> tuple[str, ...]:
    """The names of the modules that keep it."""
    return tuple(module.__name__ for module in modules() if source in _kept(module))


def _kept(module: ModuleType) -> frozenset[Source]:
    values = (value for name, value in vars(module).items() if not name.startswith("__"))
    return frozenset(source for value in values for source in _within(value))


def _within(value: object) -> Iterator[Source]:
    match value:
        case Source():
            yield value
        case Rule(source=source):
            yield source
        case Dated(source=source, versions=held):
            yield source
            yield from _within(held)
        case Mapping():
            for pair in value.items():
                yield from _within(pair)
        case tuple() | list() | frozenset():
            for each in value:
                yield from _within(each)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                yield from _within(getattr(value, field.name))


def stale(on: date) -> tuple[Source, ...]:
    """The sources that nobody has read for 180 days on that day, the longest unread first."""
    unread = (source for source in sources() if source.is_stale(on))
    return tuple(sorted(unread, key=lambda source: (source.checked, str(source), source.url)))
