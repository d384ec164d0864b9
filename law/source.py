"""A rule of law as code: where it stands, since when it holds, and an error outside its life.

Three dates are never mixed: in force from (first day), until (last day), and checked (when we read the text).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import update_wrapper
from inspect import signature
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")

STALE_AFTER = timedelta(days=180)

# Words that name their own place after them, 「…」 (第3項), are those of another paragraph or article.
_QUOTED = re.compile(r"「([^「」]*(?:「[^「」]*」[^「」]*)*)」(?! ?\(第)")


@dataclass(frozen=True)
class Source:
    """The words a rule rests on; an empty `paragraph` means the whole article."""

    statute: str
    article: str
    paragraph: str
    url: str
    checked: date  # the day we last read the text
    text_of: date | None = None  # the day of the wording we read, where it may have been changed since

    def __post_init__(self) -> None:
        if not (self.statute and self.article and self.url.startswith("https://")):
            raise ValueError("a source needs a statute, an article and an https address")
        if not isinstance(self.checked, date):
            raise TypeError("a source needs the date on which its text was checked")

    def __str__(self) -> str:
        """The citation as Taiwanese offices write it: 民法第121條第2項."""
        return f"{self.statute}第{self.article}條" + (f"第{self.paragraph}項" if self.paragraph else "")

    def is_stale(self, on: date) -> bool:
        """Whether nobody had read the text for so long on that day that an answer must say so."""
        return on - self.checked >= STALE_AFTER


class NotInForce(LookupError):  # noqa: N818 - it names a state of the law, as jurists do
    """The rule was asked about a day on which it did not hold (yet, or any more)."""

    def __init__(self, source: Source, day: date, message: str) -> None:
        super().__init__(message)
        self.source, self.day = source, day


class Dated(Generic[V]):
    """A value that the law has changed over time, each version keyed by its first day."""

    def __init__(self, source: Source, versions: Mapping[date, V]) -> None:
        if not isinstance(source, Source):
            raise TypeError("a dated value must cite a Source")
        if not versions:
            raise ValueError(f"{source}: a dated value needs at least one version and its first day")
        self.source = source
        self.versions = dict(sorted(versions.items()))

    def on(self, day: date) -> V:
        """The version in force on that day; raises NotInForce before the first."""
        begun = [value for first_day, value in self.versions.items() if first_day <= day]
        if not begun:
            begins = min(self.versions)
            raise NotInForce(self.source, day, f"{self.source} begins on {begins}, asked about {day}")
        return begun[-1]


class Rule(Generic[P, R]):
    """A function of the law that knows its source and refuses days on which it was not the law."""

    __name__: str

    def __init__(
        self,
        says: Callable[P, R],
        source: Source,
        in_force_from: date,
        until: date | None,
        decided_by: str,
        doubt: str | None,
    ) -> None:
        if not isinstance(source, Source):
            raise TypeError(f"{says.__name__} must cite a Source")
        if not isinstance(in_force_from, date):
            raise TypeError(f"{says.__name__} must say from which day it is in force")
        if until is not None and until < in_force_from:
            raise ValueError(f"{says.__name__} ends before it begins")
        parameters = list(signature(says).parameters)
        if decided_by not in parameters:
            raise TypeError(f"{says.__name__} has no date {decided_by!r} to choose the version of the law")
        update_wrapper(self, says)
        self.says = says
        self.source = source
        self.in_force_from = in_force_from
        self.until = until
        self.decided_by = decided_by
        self.doubt = doubt
        self._position = parameters.index(decided_by)

    @property
    def quotes(self) -> tuple[str, ...]:
        """The words of its article that the rule's description has in 「」; an agency's or a report's stand in “”."""
        described = "".join(line.strip() for line in (self.__doc__ or "").splitlines())
        return tuple(_QUOTED.findall(described))

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        event = args[self._position] if len(args) > self._position else kwargs[self.decided_by]
        if not isinstance(event, date):
            raise TypeError(f"{self.decided_by} must be a date: it decides which law applies")
        if event < self.in_force_from or (self.until is not None and event > self.until):
            raise NotInForce(self.source, event, f"{self.source} was not in force on {event}")
        return self.says(*args, **kwargs)


def rule(
    source: Source,
    *,
    in_force_from: date,
    until: date | None = None,
    decided_by: str,
    doubt: str | None = None,
) -> Callable[[Callable[P, R]], Rule[P, R]]:
    """Declare a rule; `decided_by` names the parameter holding the legal event's date, which chooses the law.

    `until` is the last day of the rule's life. `doubt` says what we could not confirm, in one sentence.
    """

    def declare(says: Callable[P, R]) -> Rule[P, R]:
        return Rule(says, source, in_force_from, until, decided_by, doubt)

    return declare
