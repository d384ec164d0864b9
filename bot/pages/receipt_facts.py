"""What stands in a receipt, as people read it: the words of a record, and whatever a newer version added."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from locales import Text, _, verbatim
from models.receipt import grouped


@dataclass(frozen=True)
class Fact:
    """One line of the record. A name that is not ours to translate stands there as it was signed."""

    label: Text
    value: Text


@dataclass(frozen=True)
class Facts:
    """The record for the page: what was said, what belongs to it, and what only an expert needs."""

    code: str
    said: Text
    at: Text
    rows: tuple[Fact, ...]
    technical: tuple[tuple[str, str], ...]


_SAID: Mapping[str, Text] = {"not_missing": _("I am not missing. The report about me is wrong.")}
_KINDS: Mapping[str, Text] = {
    "reported_missing": _("The employer reported three days of absence and lost contact."),
    "search_requested": _("The employer asked the police and the immigration agency to look for the worker."),
}
_LINKED: Mapping[str, Text] = {
    "claimed": _("Somebody on LINE who gave this worker's personal details. No office has checked the person yet."),
    "verified": _("This worker, on LINE. An office has checked that the LINE account is the worker's."),
}


def _day(written: str) -> Text:
    try:
        return verbatim(date.fromisoformat(written))
    except ValueError:
        return verbatim(written)


def _moment(written: str) -> Text:
    try:
        return _("{at} (Taipei time)", at=datetime.fromisoformat(written))
    except ValueError:
        return verbatim(written)


def _one_of(known: Mapping[str, Text]) -> Callable[[str], Text]:
    return lambda written: known.get(written, verbatim(written))


# In the order in which they stand on the page.
_ROWS: Mapping[str, tuple[Text, Callable[[str], Text]]] = {
    "kind": (_("The report"), _one_of(_KINDS)),
    "reported_on": (_("Reported on"), _day),
    "letter_no": (_("Letter number"), verbatim),
    "permit": (_("Permit number"), verbatim),
    "linked": (_("Who said it"), _one_of(_LINKED)),
}
_TECHNICAL = ("version", "details_sha256")
_ELSEWHERE = ("code", "at", "statement")


def facts_of(record: Mapping[str, str]) -> Facts:
    """Every word of a genuine record; none is left out, also where a newer version says more than we know."""
    known = [Fact(label, read(record[name])) for name, (label, read) in _ROWS.items() if name in record]
    placed = {*_ROWS, *_TECHNICAL, *_ELSEWHERE}
    more = [Fact(verbatim(name), verbatim(said)) for name, said in sorted(record.items()) if name not in placed]
    technical = [(name, record[name]) for name in _TECHNICAL if name in record]
    return Facts(
        code=grouped(record.get("code", "")),
        said=_one_of(_SAID)(record.get("statement", "")),
        at=_moment(record.get("at", "")),
        rows=(*known, *more),
        technical=tuple(technical),
    )
