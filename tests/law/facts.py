"""Made-up facts for any rule of law, by the types that it asks for, and the days within what it answers."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from random import Random
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from law.dates import months_after
from law.entry_lottery import Lottery, commitment
from law.source import NotInForce, Rule, Source

SEED = b"made up for the tests"
TRIES = 60
# Lists whose length the law itself sets, and numbers of months on which it turns.
LENGTHS = {"three_months_before": 3, "months": 24}
MONTHS = (0, 1, 6, 18, 30, 72, 132, 138, 144)


class Facts:
    """The same from the same seed: what goes with a day, at random but of the right type."""

    def __init__(self, seed: object, day: date) -> None:
        self._random, self._day = Random(str(seed)), day

    def beside(self, rule: Rule[Any, Any]) -> dict[str, Any]:
        """A value for every parameter of the rule but the one that chooses the version."""
        hints = get_type_hints(rule.says)
        names = [name for name in inspect.signature(rule.says).parameters if name != rule.decided_by]
        return {name: self._made(hints[name], name) for name in names}

    def _made(self, kind: Any, name: str = "") -> Any:
        if isinstance(kind, UnionType):
            return self._made(self._random.choice(get_args(kind)), name)
        if args := get_args(kind):
            return self._many(kind, args, name)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self._random.choice(list(kind))
        if kind is Lottery:
            return Lottery(SEED, commitment(SEED))
        if is_dataclass(kind) and kind is not Source:
            return self._thing(kind)
        return self._plain(kind, name)

    def _plain(self, kind: Any, name: str) -> Any:
        number = (
            self._random.choice(MONTHS) if name == "months" else self._random.randint(0, self._random.choice((3, 30)))
        )
        if kind is date:
            reach = self._random.choice((12, 200, 1200))
            return self._day + timedelta(days=self._random.randint(-reach, reach))
        if kind is Source:
            return Source("示範法", "7", "", "https://law.example/7", self._day)
        plain: Mapping[Any, Any] = {
            bool: number % 2 == 0,
            int: number,
            str: f"{number:02}",
            Decimal: Decimal(number),
            Fraction: Fraction(number * 7, self._random.choice((1, 3, 90, 210))),
            NoneType: None,
        }
        return plain[kind]

    def _many(self, kind: Any, args: tuple[Any, ...], name: str) -> Any:
        if name == "insured":
            month = self._day.replace(day=1)
            return {months_after(month, number): self._random.randint(0, 90) for number in range(-40, 40)}
        size = LENGTHS.get(name, self._random.randint(0, 3))
        if issubclass(get_origin(kind), Mapping):
            return {self._made(args[0]): self._made(args[1]) for _ in range(size)}
        several = [self._made(args[0]) for _ in range(size)]
        return frozenset(several) if get_origin(kind) is frozenset else tuple(several)

    def _thing(self, kind: Any) -> Any:
        hints = get_type_hints(kind)
        for _ in range(TRIES):
            try:
                return kind(**{field.name: self._made(hints[field.name], field.name) for field in fields(kind)})
            except ValueError:  # facts that cannot be, such as a time of work that ends before it begins
                continue
        raise AssertionError(f"no {kind.__name__} could be made up")


def answered(rule: Rule[Any, Any], day: date, beside: Mapping[str, Any]) -> Any:
    return rule(**{rule.decided_by: day}, **beside)


def answer_or_refusal(rule: Rule[Any, Any], day: date, beside: Mapping[str, Any]) -> Any:
    """What it answers, or which of the two ways it does not; any other error is a fault of the rule."""
    try:
        return answered(rule, day, beside)
    except (NotInForce, ValueError) as refusal:
        return type(refusal)


def parts(answer: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """An answer and all that is in it, each by its path; a source is one part."""
    yield path, answer
    if is_dataclass(answer) and not isinstance(answer, Source | type):
        for field in fields(answer):
            yield from parts(getattr(answer, field.name), f"{path}.{field.name}")
    elif isinstance(answer, tuple):
        for number, each in enumerate(answer):
            yield from parts(each, f"{path}[{number}]")


def days_in(answer: Any) -> dict[str, date]:
    return {path: part for path, part in parts(answer) if isinstance(part, date)}
