"""A sentence that has no language yet: the msgid and the values that go into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Text:
    """One sentence to a person; `locales.say` turns it into words of one language.

    The msgid is the whole English sentence with named placeholders. Values are formatted for the
    language when the sentence is said: dates and instants in its calendar, a `Text` in its words.
    """

    msgid: str
    values: Mapping[str, "Value"] = field(default_factory=dict)
    plural: str | None = None
    n: int = 1
    context: str | None = None


Value = str | int | date | datetime | Text

VERBATIM = "{verbatim}"
"""The msgid of words that are the same in every language: a name, a permit number."""


def _(msgid: str, /, **values: Value) -> Text:
    """A sentence of ours; `pybabel extract` collects its msgid from this call."""
    return Text(msgid, values)


def ngettext(singular: str, plural: str, n: int, /, **values: Value) -> Text:
    """A sentence that depends on the count `n`, which it may show as `{n}`."""
    return Text(singular, {"n": n, **values}, plural, n)


def pgettext(context: str, msgid: str, /, **values: Value) -> Text:
    """A sentence whose English words need different translations in different places."""
    return Text(msgid, values, context=context)


def verbatim(value: Value) -> Text:
    """Data on its own, not ours to translate: a name, a number, a day in the reader's calendar."""
    return Text(VERBATIM, {"verbatim": value})


def to_json(text: Text) -> dict[str, Any]:
    """The sentence as JSON data; `from_json` gives an equal one back."""
    out: dict[str, Any] = {"id": text.msgid}
    if text.values:
        out["values"] = {name: _value_to_json(value) for name, value in text.values.items()}
    if text.plural is not None:
        out |= {"plural": text.plural, "n": text.n}
    if text.context is not None:
        out["context"] = text.context
    return out


def from_json(data: Mapping[str, Any]) -> Text:
    """The sentence that `to_json` wrote."""
    values = {name: _value_from_json(value) for name, value in data.get("values", {}).items()}
    return Text(data["id"], values, data.get("plural"), data.get("n", 1), data.get("context"))


def _value_to_json(value: Value) -> Any:
    if isinstance(value, Text):
        return {"text": to_json(value)}
    if isinstance(value, datetime):  # before date: every datetime is a date
        return {"instant": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


def _value_from_json(value: Any) -> Value:
    if not isinstance(value, dict):
        return value  # type: ignore[no-any-return]  # str or int, as _value_to_json wrote it
    if "text" in value:
        return from_json(value["text"])
    if "instant" in value:
        return datetime.fromisoformat(value["instant"])
    return date.fromisoformat(value["date"])
