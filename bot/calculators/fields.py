"""What a calculator asks for: exact types that refuse what is not quite right, with their names in two languages."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import NoneType
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError, WithJsonSchema

from bot.two_languages import Words

EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)
MOST_WORKERS = 100_000
MOST_DAYS = 31
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PERCENT = r"^(100|[0-9]{1,2}(\.[0-9]{1,4})?)$"
_AVERAGE = r"^[0-9]{1,6}(\.[0-9]{1,4}|/[1-9][0-9]{0,2})?$"


def _day(given: object) -> date:
    """Only as ISO writes it; pydantic would also take a number of seconds."""
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise ValueError
    day = date.fromisoformat(given)
    if not EARLIEST <= day <= LATEST:
        raise ValueError
    return day


def _exactly(given: object, pattern: str, most: int) -> str:
    """What was written, if it fits; a JSON number only if it is whole, because no other is exact."""
    written = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    if not isinstance(written, str) or not re.match(pattern.replace("$", r"\Z"), written) or Fraction(written) > most:
        raise ValueError
    return written


def _percent(given: object) -> Decimal:
    return Decimal(_exactly(given, _PERCENT, 100))


def _average(given: object) -> Fraction:
    average = Fraction(_exactly(given, _AVERAGE, MOST_WORKERS))
    if not average:
        raise ValueError
    return average


def _or_whole(pattern: str, least: int, most: int) -> WithJsonSchema:
    """JSON that is a string, or a whole number."""
    return WithJsonSchema({"type": ["string", "integer"], "pattern": pattern, "minimum": least, "maximum": most})


Day = Annotated[date, BeforeValidator(_day)]
Days = Annotated[tuple[Day, ...], Field(min_length=1, max_length=MOST_DAYS)]
Number = Annotated[int, Field(ge=0, le=MOST_WORKERS)]
Percent = Annotated[Decimal, PlainValidator(_percent), _or_whole(_PERCENT, 0, 100)]
Average = Annotated[Fraction, PlainValidator(_average), _or_whole(_AVERAGE, 1, MOST_WORKERS)]


@dataclass(frozen=True)
class Asked:
    """How a field is asked for; `options` names each choice."""

    label: Words
    hint: Words | None = None
    options: Mapping[Any, Words] = field(default_factory=dict)


class Inputs(BaseModel):
    """What one calculator is given. Every field is annotated with how it is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(StrEnum):
    """What is given in a field, which decides how it looks."""

    DAY = "day"
    DAYS = "days"
    NUMBER = "number"
    PERCENT = "percent"
    AVERAGE = "average"
    YES = "yes"
    CHOICE = "choice"


_KINDS: Mapping[object, Kind] = {
    date: Kind.DAY,
    int: Kind.NUMBER,
    Decimal: Kind.PERCENT,
    Fraction: Kind.AVERAGE,
    bool: Kind.YES,
    tuple: Kind.DAYS,
}
FITS: Mapping[Kind, Words] = {
    Kind.DAY: Words(
        f"日期，例如 2026-03-01；自 {EARLIEST} 至 {LATEST}", f"A day such as 2026-03-01, from {EARLIEST} to {LATEST}"
    ),
    Kind.DAYS: Words(
        f"1 至 {MOST_DAYS} 個日期，例如 2026-03-02 2026-03-03",
        f"1 to {MOST_DAYS} days, such as 2026-03-02 2026-03-03",
    ),
    Kind.NUMBER: Words(f"0 至 {MOST_WORKERS:,} 的整數", f"A whole number from 0 to {MOST_WORKERS:,}"),
    Kind.PERCENT: Words("0 至 100 的百分比，例如 5 或 12.5", "Percent from 0 to 100, such as 5 or 12.5"),
    Kind.AVERAGE: Words(
        "大於 0 的平均人數，例如 134、134.5 或 1612/12", "An average above 0, such as 134, 134.5 or 1612/12"
    ),
    Kind.YES: Words("是或否", "Yes or no"),
    Kind.CHOICE: Words("請從選項中選擇", "One of the choices"),
}
MISSING = Words("必填", "This is needed")
UNKNOWN = Words("有計算器不認得的欄位", "There is a field that this calculator does not know")


@dataclass(frozen=True)
class Described:
    """A field of a calculator as a form or a description shows it."""

    name: str
    label: Words
    hint: Words | None
    options: Mapping[Any, Words]
    kind: Kind
    required: bool


def described(model: type[Inputs]) -> tuple[Described, ...]:
    found = []
    for name, info in model.model_fields.items():
        asked = next(each for each in info.metadata if isinstance(each, Asked))
        kind = Kind.CHOICE if asked.options else _KINDS[_plain(info.annotation)]
        found.append(Described(name, asked.label, asked.hint, asked.options, kind, info.is_required()))
    return tuple(found)


def _plain(annotation: Any) -> object:
    """The type itself, without `| None`, constraints or what a tuple holds."""
    while parts := [part for part in get_args(annotation) if part is not NoneType]:
        if getattr(annotation, "__origin__", None) is tuple:
            return tuple
        annotation = parts[0]
    return annotation


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field, or with all of them (no name), without repeating what was given."""

    field: str
    why: Words


def problems(model: type[Inputs], error: ValidationError) -> tuple[Problem, ...]:
    fields = {each.name: each for each in described(model)}
    found: dict[str, Words] = {}
    for one in error.errors(include_input=False, include_url=False, include_context=False):
        name = str(one["loc"][0]) if one["loc"] else ""
        if name not in fields:
            found.setdefault("", UNKNOWN)
        else:
            found.setdefault(name, MISSING if one["type"] == "missing" else FITS[fields[name].kind])
    return tuple(Problem(name, why) for name, why in found.items())


def typed(model: type[Inputs], text: Callable[[str], str], ticked: Callable[[str], Sequence[str]]) -> dict[str, Any]:
    """The fields of a form as the model takes them: what is left empty is not given."""
    values: dict[str, Any] = {}
    for each in described(model):
        if each.kind is Kind.YES:
            values[each.name] = bool(ticked(each.name))
        elif said := text(each.name):
            values[each.name] = re.split(r"[\s,，、]+", said) if each.kind is Kind.DAYS else said
    return values
