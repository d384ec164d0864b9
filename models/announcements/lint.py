"""What is wrong with an announcement's words before anybody else reads them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from locales import Language
from models.announcements.facts import KINDS, Facts, facts_of
from models.announcements.text import Body, Texts

REFERENCE = Language.ZH_HANT
"""The others are compared with it, as offices write it first; where it is left out, with the first there is."""
LONGEST_TITLE = 60
"""Longer ones fill a phone's screen in Thai and Vietnamese."""

# How nobody of us writes about people; also in the words that others might take for them.
_UNSAID: Mapping[Language | None, tuple[str, ...]] = {
    None: ("runaway", "illegal", "逃逸", "逃跑", "非法"),
    Language.ID: ("kaburan", "ilegal"),
    Language.VI: ("bỏ trốn", "bất hợp pháp"),
    Language.TH: ("หลบหนี",),
    Language.FIL: ("tumakas", "ilegal"),
}


class Code(StrEnum):
    """What can be wrong."""

    MISSING = "missing"
    LEFT_OUT = "left_out"
    NO_TITLE = "no_title"
    NO_TEXT = "no_text"
    LONG_TITLE = "long_title"
    SAME_TEXT = "same_text"
    UNSAID = "unsaid"
    LACKS = "lacks"
    ADDS = "adds"
    PLACEHOLDER = "placeholder"
    NOT_HTTPS = "not_https"
    LABEL_WITHOUT_LINK = "label_without_link"
    LINE_REFUSES = "line_refuses"
    LOCK_SCREEN = "lock_screen"


WARNINGS = frozenset({Code.LEFT_OUT, Code.LONG_TITLE, Code.PLACEHOLDER, Code.LABEL_WITHOUT_LINK})
"""All others must be mended before it is submitted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in one language or in all; `kind` is one of the facts, `what` quotes the words."""

    code: Code
    language: Language | None = None
    kind: str = ""
    what: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        return self.code not in WARNINGS


def findings(texts: Texts) -> Iterator[Finding]:
    """All that can be seen without drawing it."""
    said = {language: body for language, body in texts.bodies.items() if body.title or body.text}
    without = Code.LEFT_OUT if texts.missing and said else Code.MISSING
    yield from (Finding(without, language) for language in Language if language not in said)
    for language, body in said.items():
        yield from _in_one(language, body, texts)
    yield from _same(said)
    yield from _unlike(said)
    for address in (texts.link_url, texts.image_url):
        if address and not _is_https(address):
            yield Finding(Code.NOT_HTTPS, what=(address,))


def _in_one(language: Language, body: Body, texts: Texts) -> Iterator[Finding]:
    if not body.title.strip():
        yield Finding(Code.NO_TITLE, language)
    elif len(body.title) > LONGEST_TITLE:
        yield Finding(Code.LONG_TITLE, language)
    if not body.text.strip():
        yield Finding(Code.NO_TEXT, language)
    if body.link_label and not texts.link_url:
        yield Finding(Code.LABEL_WITHOUT_LINK, language)
    words = _all(body).casefold()
    unsaid = tuple(word for word in (*_UNSAID[None], *_UNSAID.get(language, ())) if word in words)
    if unsaid:
        yield Finding(Code.UNSAID, language, what=unsaid)
    if placeholders := facts_of(_all(body), language).placeholders:
        yield Finding(Code.PLACEHOLDER, language, what=tuple(sorted(placeholders)))
    for address in facts_of(_all(body), language).links:
        if not _is_https(address):
            yield Finding(Code.NOT_HTTPS, language, what=(address,))


def _same(said: Mapping[Language, Body]) -> Iterator[Finding]:
    first: dict[str, Language] = {}
    for language, body in said.items():
        words = " ".join(body.text.casefold().split())
        # Without a letter there is nothing to translate.
        if not re.search(r"[^\W\d_]", words):
            continue
        if words in first:
            yield Finding(Code.SAME_TEXT, language, what=(first[words].value,))
        first.setdefault(words, language)


def _unlike(said: Mapping[Language, Body]) -> Iterator[Finding]:
    facts = {language: facts_of(_all(body), language) for language, body in said.items()}
    if not facts:
        return
    reference = REFERENCE if REFERENCE in facts else next(iter(facts))
    for language, stated in facts.items():
        yield from _differences(language, stated, facts[reference])


def _differences(language: Language, stated: Facts, expected: Facts) -> Iterator[Finding]:
    for kind in KINDS:
        here, there = getattr(stated, kind), getattr(expected, kind)
        if lacking := there - here:
            yield Finding(Code.LACKS, language, kind, tuple(sorted(lacking)))
        if added := here - there:
            yield Finding(Code.ADDS, language, kind, tuple(sorted(added)))


def _all(body: Body) -> str:
    return "\n".join((body.title, body.text, body.link_label))


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not parts.username and address.isprintable()
