"""How every page is answered: templates in the reader's language and in Chinese, under headers that leak nothing."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.pages import words
from locales import LANGUAGES, Language, Text, language_of_profile, say
from models.receipt import RECEIPTS_PATH

FOLDER = Path(__file__).parent
PREFIX = "/pages"
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
MOST_TAGS = 20
"""No browser asks for more languages than this."""
_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_STATIC: Mapping[str, bytes] = {file.name: file.read_bytes() for file in sorted((FOLDER / "static").iterdir())}


def _address(name: str) -> str:
    """Where the file is found; another content has another address, so that it may be kept for good."""
    return f"{PREFIX}/static/{name}?v={hashlib.sha256(_STATIC[name]).hexdigest()[:12]}"


_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals |= {
    "static": {name: _address(name) for name in _STATIC},
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


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    return Response(
        content, headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}, media_type=media_type
    )


def static_file(name: str) -> Response:
    """One of our style sheets or scripts, or nothing found."""
    if name not in _STATIC:
        return Response(status_code=404, headers=dict(HEADERS))
    kept = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(_STATIC[name], headers=kept, media_type=_MEDIA_TYPES[Path(name).suffix])


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
