"""Whatever somebody writes into any field or row of the console is words, and nothing but words, on every page."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from bot.clock import Clock
from bot.console import looks
from bot.database import Database
from models.operator import Role
from models.secrets import Keyring
from tests.furnished import PROVIDER, furnish, furnished_office, pages
from tests.office import Browser, Office

CONSOLE = Path(looks.__file__).parent
MARK = "zq7"
HOSTILE = f"\"'><img src={MARK} onerror=alert(1)></textarea><script>{MARK}</script>{{{{7919*7907}}}}%s{{x.__class__}}"
PRODUCT = str(7919 * 7907)


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, keyring: Keyring) -> Iterator[Office]:
    """One whose every row is hostile."""
    with furnished_office(sqlite_template, tmp_path_factory.mktemp("hostile"), keyring, HOSTILE) as office:
        yield office


@dataclass
class Form:
    """One form of a page: where it goes, and what each field sends, with something sensible where there is nothing."""

    method: str
    action: str
    values: dict[str, str]
    tokens: int = 0


USUAL = {"date": "2026-05-01", "datetime-local": "2026-05-01T10:00", "number": "1", "url": "https://example.org/"}


class Page(HTMLParser):
    """The tags of a page and their attributes, as a browser finds them."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, Mapping[str, str]]] = []
        self.forms: list[Form] = []
        self._select = ""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        name, kind, value = attributes.get("name", ""), attributes.get("type", "text"), attributes.get("value", "")
        if tag == "form":
            self.forms.append(Form(attributes.get("method", "get").lower(), attributes.get("action", ""), {}))
        elif tag == "select":
            self._select = name
        elif tag == "option" and value and self.forms:
            self.forms[-1].values.setdefault(self._select, value)
        elif name == "form":
            self.forms[-1].tokens += 1
        elif name and tag in ("input", "textarea", "button") and kind != "file" and self.forms:
            self.forms[-1].values.setdefault(name, value or USUAL.get(kind, "Made up"))

    def harm(self) -> list[str]:
        """What a strict policy would have to stop, or would not know."""
        found = []
        for tag, attributes in self.tags:
            found += [f"<{tag} {name}>" for name in attributes if name.startswith("on") or name == "style"]
            found += [attributes[name] for name in ("src", "action", "formaction") if not _is_ours(attributes, name)]
            if attributes.get("href", "").strip().lower().startswith(("javascript:", "data:text")):
                found.append(attributes["href"])
            if tag in ("style", "base", "object", "embed", "iframe") or (tag == "script" and "src" not in attributes):
                found.append(f"<{tag}>")
        return found


def _is_ours(attributes: Mapping[str, str], name: str) -> bool:
    return attributes.get(name, "/console/").startswith(("/console/", "data:image/"))


def test_the_search_for_harm_finds_it() -> None:
    page = f'<p title="{HOSTILE}">{HOSTILE}</p><a href=" JavaScript:x"><form action="https://evil.example">'
    harm = Page(httpx.Response(200, text=page)).harm()
    assert {MARK, "<img onerror>", "<script>", " JavaScript:x", "https://evil.example"} <= set(harm)


def test_no_template_has_anything_inline_or_goes_round_the_escaping() -> None:
    forbidden = re.compile(
        r"<style|\bstyle=|\son\w+\s*=|javascript:|<script(?![^>]*\bsrc=)|\|\s*safe\b|autoescape|Markup|<base|<iframe"
        r"|(?:src|action)=\"(?:https?:)?//",
        re.IGNORECASE,
    )
    templates = sorted((CONSOLE / "templates").glob("**/*"))
    assert templates
    found = {
        (file.name, match[0]) for file in templates for match in forbidden.finditer(file.read_text(encoding="utf-8"))
    }
    assert found == set()
    assert forbidden.search('<p onclick="x">{{ name | safe }}</p>'), "the search would find one"
    code = "".join(file.read_text(encoding="utf-8") for file in CONSOLE.glob("**/*.py"))
    assert not re.search(r"\bMarkup\b|autoescape\s*=\s*False|from_string|HTMLResponse\(f?[\"']", code)
    assert looks._templates.autoescape is True


def test_hostile_words_in_the_database_are_only_words_on_every_page(office: Office) -> None:
    seen = 0
    for path, answer in pages(office):
        assert answer.status_code < 500, path
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert Page(answer).harm() == [], path
            assert PRODUCT not in answer.text, path
            seen += MARK in answer.text
    assert seen >= 5, "the hostile words are on hardly any page: this test looks at nothing"


def forms(office: Office) -> Iterator[tuple[Form, bool]]:
    """Every form there is, and whether somebody who is signed in sends it."""
    for _path, answer in pages(office):
        if answer.headers.get("content-type", "").startswith("text/html"):
            at_desk = 'action="/console/sign-out"' in answer.text
            yield from ((form, at_desk) for form in Page(answer).forms)


def test_every_form_that_changes_something_carries_the_token_once(office: Office) -> None:
    there = [form for form, at_desk in forms(office) if at_desk]
    assert {(form.action, form.tokens) for form in there if form.method == "post" and form.tokens != 1} == set()
    assert {(form.action, form.tokens) for form in there if form.method == "get" and form.tokens} == set(), "in no URL"
    assert len({form.action for form in there}) > 10


ODD = (
    "x" * 20_000,
    "9" * 5_000,
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "²",
    "-1",
    "\x00\x1b[31m\u202e",
    "é" * 70,
    "{x.__class__}",
    "",
)
"""What somebody may put into any field, also where the page offers a list, a day or boxes."""


def test_hostile_words_in_any_field_of_any_form_break_nothing_and_come_back_as_words(database: Database) -> None:
    office = Office(database, Clock(), **PROVIDER)
    furnish(office, "Made up")
    tried, odd = 0, itertools.cycle(ODD)
    for form, at_desk in {(form.method, form.action): (form, at) for form, at in list(forms(office))}.values():
        browser: Browser = office.visitor()
        for name in form.values:
            if at_desk and browser.get("/me").status_code != 200:  # the form may have signed them out
                browser = office.clerk(*Role)
            for value in (HOSTILE, next(odd)):
                sent = form.values | {name: value}
                answer = browser.ask("GET", form.action, params=sent) if form.method == "get" else None
                answer = answer or browser.post(form.action, sent)
                assert answer.status_code < 500, (form, name, value[:40])
                if answer.headers.get("content-type", "").startswith("text/html"):
                    assert Page(answer).harm() == [], (form, name)
                    assert PRODUCT not in answer.text, (form, name)
                tried += 1
    assert tried > 100
