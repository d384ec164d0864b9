"""One request to the console: what was asked, by whom, at which moment, and a transaction to do it in."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from bot.console import looks
from bot.console.words import Words
from bot.web.site import HEADERS
from locales import Language
from models import audit
from models.operator import Operator, Role, form_token

PREFIX = "/console"
LARGEST_ROW = 2**31 - 1
_NOT_TYPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Refused(Exception):  # noqa: N818  reads as what it says where it is raised
    """The request is not done; the page says what is wrong and what to do, and repeats nothing of what was sent."""

    def __init__(self, status: int, title: Words, why: Words) -> None:
        super().__init__(title.en)
        self.status, self.title, self.why = status, title, why


def _typed(value: str) -> str:
    """Lines as everywhere else, and nothing that no keyboard types: PostgreSQL keeps no NUL."""
    return _NOT_TYPED.sub("", value.replace("\r\n", "\n")).strip()


@dataclass
class Visit:
    """A request by somebody who may not be signed in. What changes is committed when its page is made."""

    request: Request
    session: Session
    now: datetime
    language: Language
    form: FormData = field(default_factory=FormData)

    def text(self, name: str) -> str:
        """What was typed into the field, without spaces around it; empty where there is none."""
        value = self.form.get(name)
        return _typed(value) if isinstance(value, str) else ""

    def asked(self, name: str) -> str:
        """What the address asks for under this name, in the same way."""
        return _typed(self.request.query_params.get(name, ""))

    def chosen(self, name: str) -> list[str]:
        """All that was ticked under this name."""
        return [_typed(value) for value in self.form.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> UploadFile | None:
        """The uploaded file, or None when none was chosen."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def number(self, name: str = "id") -> int:
        """The row number in the path; 0, which no row has, for what cannot be one."""
        value = str(self.request.path_params.get(name, ""))
        number = int(value) if value.isdecimal() and value.isascii() and len(value) <= 10 else 0
        return number if number <= LARGEST_ROW else 0

    def say(self, words: Words) -> str:
        return words.in_(self.language)

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The template with these values."""
        path = self.request.url.path
        return looks.page(template, self.language, status, self.may, path=path, visit=self, **values)

    @property
    def may(self) -> frozenset[Role]:
        """What whoever asks may do: nothing, without having signed in."""
        return frozenset()

    def go(self, path: str, done: str | None = None) -> Response:
        """On to another page of the console, which says what was done (see `looks.DONE`)."""
        query = "" if done is None else f"{'&' if '?' in path else '?'}done={done}"
        return RedirectResponse(PREFIX + path + query, 303, dict(HEADERS))


@dataclass
class Desk(Visit):
    """The same by an operator who is signed in."""

    operator: Operator = field(kw_only=True)
    token: str = field(kw_only=True, repr=False)

    @property
    def form_token(self) -> str:
        """What each of the page's forms carries."""
        return form_token(self.token)

    @property
    def may(self) -> frozenset[Role]:
        return self.operator.may

    def log(self, action: str, about: str, /, **details: Any) -> None:
        """Write into the audit log what was done with which thing, such as `worker 17`."""
        audit.record(self.session, self.operator, action, about, self.now, **details)
