"""Long lists taken portion by portion, as a statement or a transaction can bear them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Value = TypeVar("Value")

IN_LIST = 1_000
"""Values in one IN list."""


def portions(values: Iterable[Value], size: int = IN_LIST) -> Iterator[list[Value]]:
    """All values in their order; only the last portion may be smaller."""
    remaining = iter(values)
    while some := list(islice(remaining, size)):
        yield some
