"""A calculator's answer as JSON and as words; no number in it is a float."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from bot.calculators.answers import Line, Measure, Reason, Result
from bot.two_languages import Words
from law.source import STALE_AFTER, NotInForce

ADVICE = Words(
    "試算供參考，不是法律意見；以主管機關認定為準。",
    "A calculation for orientation, no legal advice: the authorities decide.",
)
YES, NO = Words("是", "Yes"), Words("否", "No")
_UNITS: Mapping[Measure, Words] = {
    Measure.DAYS: Words("{} 日", "{} days"),
    Measure.YEARS: Words("{} 年", "{} years"),
    Measure.PEOPLE: Words("{} 人", "{}"),
    Measure.MONEY: Words("新臺幣 {} 元", "NT${}"),
    Measure.PERCENT: Words("{}%", "{}%"),
}


def as_json(result: Result, on: date) -> dict[str, Any]:
    """The whole answer; `on` is the day on which it is given."""
    stale = stale_warning(result, on)
    return {
        "result": [_line(line) for line in result.lines],
        "reasons": [_reason(reason) for reason in result.reasons],
        "sources": [
            {
                "citation": str(source),
                "url": source.url,
                "checked": source.checked.isoformat(),
                "text_of": source.text_of.isoformat() if source.text_of else None,
                "stale": source.is_stale(on),
            }
            for source in result.sources
        ],
        "warnings": [in_both(ADVICE), *([in_both(stale)] if stale else [])],
    }


def in_both(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def stale_warning(result: Result, on: date) -> Words | None:
    """What an answer says whose sources nobody has read lately."""
    if not any(source.is_stale(on) for source in result.sources):
        return None
    since, days = result.read_on, STALE_AFTER.days
    return Words(
        f"部分條文最後查閱於 {since}，已逾 {days} 日未再查閱；請先確認現行條文。",
        f"Some of this law was last read on {since}, over {days} days ago: check the present text first.",
    )


def not_in_force(error: NotInForce) -> Words:
    """Which law did not hold on which day."""
    return Words(
        f"{error.source}於 {error.day} 尚未施行或已不適用，無法試算。",
        f"{error.source} was not in force on {error.day}: nothing can be calculated.",
    )


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "label": in_both(line.label),
        "measure": line.measure.value,
        "value": _exact(line.value),
        "note": in_both(line.note) if line.note else None,
    }


def _exact(value: object) -> str | int | None:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date | Fraction):
        return str(value)
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"a {type(value).__name__} is not exact")


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "citation": str(reason.source),
        "url": reason.source.url,
        "checked": reason.source.checked.isoformat(),
        "quotes": list(reason.quotes),
        "means": in_both(reason.means),
        "doubt": in_both(reason.doubt) if reason.doubt else None,
    }


def shown(line: Line) -> Words:
    """The value as a page shows it; a code is said by its note alone."""
    value = line.value
    if line.measure is Measure.YES:
        return YES if value else NO
    if value is None or line.measure is Measure.CODE:
        return Words("–", "–") if value is None else line.note or Words(str(value), str(value))
    figure = _figure(value)
    unit = _UNITS.get(line.measure, Words("{}", "{}"))
    return Words(unit.zh.format(figure), unit.en.format(figure))


def exactly(line: Line) -> Words | None:
    """What `shown` rounds, where it does."""
    value = line.value
    if not isinstance(value, Fraction) or _rounded(value) == value:
        return None
    fraction = f"{value.numerator:,} / {value.denominator:,}"
    return Words(f"四捨五入；正確值為 {fraction}", f"Rounded; exactly {fraction}")


def _rounded(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _figure(value: object) -> str:
    if isinstance(value, Fraction) and value.denominator > 1:
        return f"{_rounded(value):,f}"
    if isinstance(value, int | Fraction):
        return f"{int(value):,}"
    if isinstance(value, Decimal):
        exact = value.normalize()
        return f"{exact.quantize(Decimal('0.01')) if exact.as_tuple().exponent == -1 else exact:,f}"
    return str(value)
