"""How our web pages are served: templates that escape, our own files, and headers that let nothing else in."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class Static:
    """The style sheets and scripts under an address, read once."""

    def __init__(self, address: str, *folders: Path) -> None:
        files = [file for folder in folders for file in sorted(folder.iterdir()) if file.suffix in _MEDIA_TYPES]
        self._address = address
        self._contents = {file.name: file.read_bytes() for file in files}

    @property
    def addresses(self) -> Mapping[str, str]:
        """Where each file is found; another content has another address, so that it may be kept for good."""
        return {
            name: f"{self._address}/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
            for name, content in self._contents.items()
        }

    def answer(self, name: str) -> Response:
        """The file of this name, or nothing found."""
        if name not in self._contents:
            return Response(status_code=404, headers=dict(HEADERS))
        kept = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        return Response(self._contents[name], headers=kept, media_type=_MEDIA_TYPES[Path(name).suffix])


def templates(folder: Path) -> Environment:
    """The templates in the folder; a name that a template does not know is an error, never an empty place."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    return Response(
        content, headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}, media_type=media_type
    )
