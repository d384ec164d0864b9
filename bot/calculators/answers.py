"""What a calculator answers: exact values with their names, and the articles and the words of the law behind them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Generic, TypeVar

from bot.calculators.doubts import in_words
from bot.calculators.fields import Described, Inputs, described
from bot.two_languages import Words
from law.source import Rule, Source
from law.working_days import Deadline, next_working_day

NOT_CERTAIN = Words(
    "該年度的政府辦公日曆表尚未納入，遇假日可能順延；以此日為準較安全。",
    "The office calendar of that year is not known here: a holiday may move this day later. This is the safe day.",
)


class Measure(StrEnum):
    """What a value counts."""

    DAY = "day"
    DAYS = "days"
    YEARS = "years"
    PEOPLE = "people"
    MONEY = "money"  # New Taiwan dollars
    PERCENT = "percent"
    YES = "yes"
    CODE = "code"  # one of a few words for machines; the note says it to people


@dataclass(frozen=True)
class Line:
    """One value of an answer. None: the law names none, or it is not known, as the note says."""

    name: str
    label: Words
    measure: Measure
    value: date | int | Decimal | Fraction | str | None
    note: Words | None = None


@dataclass(frozen=True)
class Reason:
    """An article, what it means here, its own words, and what could not be confirmed."""

    source: Source
    means: Words
    quotes: tuple[str, ...]
    doubt: Words | None


def because(rule: Rule[..., Any], means: Words, cites: Source | None = None) -> Reason:
    """The reason that a rule gives; `cites` where another article than the rule's own may have decided."""
    source = cites or rule.source
    quotes = rule.quotes if source == rule.source else ()  # a rule quotes its own article only
    return Reason(source, means, quotes, in_words(rule.doubt) if rule.doubt else None)


@dataclass(frozen=True)
class Result:
    lines: tuple[Line, ...]
    reasons: tuple[Reason, ...]

    @property
    def read_on(self) -> date:
        """The day since which all the sources have been read."""
        return min(source.checked for source in self.sources)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Each once, in the order of the reasons."""
        return tuple(dict.fromkeys(reason.source for reason in self.reasons))


class Unanswerable(Exception):  # noqa: N818  reads as what it says where it is raised
    """The facts do not go together; `why` repeats none of them."""

    def __init__(self, why: Words) -> None:
        super().__init__(why.en)
        self.why = why


Given = TypeVar("Given", bound=Inputs)


@dataclass(frozen=True)
class Calculator(Generic[Given]):
    """One calculation. `answer` raises NotInForce for a day without that law, and Unanswerable."""

    name: str
    title: Words
    about: Words
    inputs: type[Given]
    answer: Callable[[Given], Result]
    example: Mapping[str, object]

    @property
    def fields(self) -> tuple[Described, ...]:
        return described(self.inputs)


def day(name: str, zh: str, en: str, value: date | None, note: Words | None = None) -> Line:
    return Line(name, Words(zh, en), Measure.DAY, value, note)


def office_day(name: str, zh: str, en: str, value: Deadline) -> Line:
    """A last day that has moved to a working day, as far as that year's calendar is known."""
    return Line(name, Words(zh, en), Measure.DAY, value.day, None if value.certain else NOT_CERTAIN)


def money(name: str, zh: str, en: str, value: Decimal | Fraction | int | None, note: Words | None = None) -> Line:
    return Line(name, Words(zh, en), Measure.MONEY, Decimal(value) if isinstance(value, int) else value, note)


def percent(name: str, label: Words, value: Decimal | Fraction, note: Words | None = None) -> Line:
    return Line(name, label, Measure.PERCENT, value, note)


def people(name: str, zh: str, en: str, value: int, note: Words | None = None) -> Line:
    return Line(name, Words(zh, en), Measure.PEOPLE, value, note)


def yes(name: str, zh: str, en: str, value: bool, note: Words | None = None) -> Line:
    return Line(name, Words(zh, en), Measure.YES, value, note)


MOVES = because(
    next_working_day,
    Words(
        "末日為星期六、日或放假日時，順延至次一上班日。",
        "A last day on a day off moves to the next working day.",
    ),
)


def result(lines: Iterable[Line], *reasons: Reason) -> Result:
    """With each of the law's words and each doubt only where it first belongs."""
    told: list[Reason] = []
    for reason in reasons:
        said = {quote for one in told for quote in one.quotes}
        doubted = any(one.doubt == reason.doubt for one in told)
        quotes = tuple(quote for quote in reason.quotes if quote not in said)
        told.append(replace(reason, quotes=quotes, doubt=None if doubted else reason.doubt))
    return Result(tuple(lines), tuple(told))
