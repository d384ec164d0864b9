"""One request to the console: what was asked, by whom, at which moment, and a transaction to do it in."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.datastructures import FormData, UploadFile

from bot.console import looks, words
from bot.console.words import Words
from bot.web.site import HEADERS
from locales import TAIPEI, Language
from models import audit
from models.operator import Operator, Role, form_token

PREFIX = "/console"
LARGEST_ROW = 2**31 - 1
LAST_PAGE = 1000
"""Of a list; nobody turns so many."""
Row = TypeVar("Row")
_NOT_TYPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Refused(Exception):  # noqa: N818  reads as what it says where it is raised
    """The request is not done; the page says what is wrong and what to do, and repeats nothing of what was sent."""

    def __init__(self, status: int, title: Words, why: Words) -> None:
        super().__init__(title.en)
        self.status, self.title, self.why = status, title, why


def not_found() -> Refused:
    return Refused(404, words.NOT_FOUND, words.NOT_FOUND_WHY)


def whole_number(typed: str, most: int = LARGEST_ROW) -> int:
    """The number that was typed; 0, which no row has, for what is none or larger than `most`."""
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 19 else 0
    return number if number <= most else 0


def local_moment(typed: str) -> datetime | None:
    """A day and time as the browser's field gives it, which is Taiwan's; None for nonsense."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return moment.replace(tzinfo=TAIPEI) if moment.tzinfo is None else moment


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
        return whole_number(str(self.request.path_params.get(name, "")))

    def row(self, table: type[Row], **how: Any) -> Row:
        """The row of this table in the path; refused where there is none."""
        found = self.session.get(table, self.number(), **how)
        if found is None:
            raise not_found()
        return found

    @property
    def page_number(self) -> int:
        """Which page of a list the address asks for: the first one for nonsense."""
        return min(max(whole_number(self.asked("page")), 1), LAST_PAGE)

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

    def go(self, path: str, done: str | None = None, then: Callable[[], None] | None = None) -> Response:
        """On to another page of the console, which says what was done (see `looks.DONE`).

        `then` is called once all of it is committed.
        """
        query = "" if done is None else f"{'&' if '?' in path else '?'}done={done}"
        after = BackgroundTask(then) if then is not None else None
        return RedirectResponse(PREFIX + path + query, 303, dict(HEADERS), background=after)


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
