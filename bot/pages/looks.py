"""How every page is answered: templates in the reader's language and in Chinese, under headers that leak nothing."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from bot.pages import words
from bot.web.site import HEADERS, Static, templates
from locales import LANGUAGES, Language, Text, language_of_profile, say
from models.receipt import RECEIPTS_PATH

FOLDER = Path(__file__).parent
PREFIX = "/pages"
STATIC = Static(f"{PREFIX}/static", FOLDER / "static")
MOST_TAGS = 20
"""No browser asks for more languages than this."""

_templates = templates(FOLDER / "templates")
_templates.globals |= {
    "static": STATIC.addresses,
    "languages": LANGUAGES,
    "words": words,
    "receipts": RECEIPTS_PATH,
}


def page(template: str, request: Request, status: int = 200, **values: Any) -> HTMLResponse:
    """The template in the language of whoever asks, with what is said also in Chinese for an officer to read."""
    language = language_of(request)
    values |= {
        "language": language,
        "path": request.url.path,
        "one": lambda text: say(text, language),
        "two": lambda text: _in_two_languages(text, language),
    }
    return HTMLResponse(_templates.get_template(template).render(values), status, dict(HEADERS))


_SAID = Markup('<span class="said" lang="{}">{}</span>')
_SAID_TOO = Markup('<span class="said too" lang="{}">{}</span>')


def _in_two_languages(text: Text, language: Language) -> Markup:
    """In hers, and under it in Chinese; once where both would be the same."""
    hers, chinese = say(text, language), say(text, Language.ZH_HANT)
    if hers == chinese:
        return _SAID.format(language.value, hers)
    return _SAID.format(language.value, hers) + _SAID_TOO.format(Language.ZH_HANT.value, chinese)


def language_of(request: Request) -> Language:
    """What `?lang=` says, else what the browser asks for, else Chinese."""
    asked = language_of_profile(request.query_params.get("lang"))
    return asked or _preferred(request.headers.get("accept-language", "")) or Language.ZH_HANT


def _preferred(accepted: str) -> Language | None:
    """The first of our languages in an Accept-Language header, by its weights (RFC 9110, 12.5.4)."""
    weighted = []
    for part in accepted.split(",")[:MOST_TAGS]:
        tag, _semicolon, weight = part.partition(";")
        language = language_of_profile(tag.strip())
        try:
            quality = float(weight.strip().removeprefix("q=") or "1")
        except ValueError:
            continue
        if language is not None and 0 < quality <= 1:
            weighted.append((quality, language))
    return max(weighted, key=lambda one: one[0])[1] if weighted else None
