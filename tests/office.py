"""The console over one database, and operators who are signed in to it, each with a browser of their own."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
from fastapi import FastAPI

from bot.clock import Clock
from bot.console.gate import Console
from bot.console.routes import add_console
from bot.database import Database
from bot.settings import Settings
from models import operator as operators
from models.operator import Operator, Role, form_token
from tests.town import town_settings

ADDRESS = "https://console.example.org"
Form = Mapping[str, str | Sequence[str]]


class Office:
    """Built without the rest of the service: what the console does is looked for in the database."""

    def __init__(self, database: Database, clock: Clock, **settings: object) -> None:
        self.database = database
        self.clock = clock
        self.settings: Settings = town_settings(database.url, 443, **({"public_url": ADDRESS} | settings))
        self.api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        self.woken = 0
        self.console: Console = add_console(self.api, database, clock, self.settings, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def visitor(self) -> "Browser":
        """Somebody who is not signed in."""
        return Browser(self)

    def clerk(self, *roles: Role, login: str = "", language: str = "en") -> "Clerk":
        """A new operator with these roles, signed in."""
        now = self.clock.now()
        with self.database.writing() as session:
            name = login or f"clerk{len(operators.everybody(session)) + 1}"
            operator = operators.add(session, name, f"Made-up {name}", roles, now)
            operator.language = language
            token = operators.begin(session, operator, now)
            session.expunge(operator)
        return Clerk(self, operator, token)

    def waits(self, **more: float) -> None:
        self.clock.ahead += timedelta(**more)


class Browser:
    """Asks for pages and keeps cookies, as a browser does; does not follow redirects."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.cookies = httpx.Cookies()

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, form: Form | None = None, files: Any = None, **headers: str) -> httpx.Response:
        return self.ask("POST", path, data=dict(form or {}), files=files, headers=headers)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A path below /console, or the address that a redirect gave."""
        where = path if path.startswith("/console") else f"/console{path}"

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.office.api)
            async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=self.cookies) as client:
                answer = await client.request(method, where, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(asked())

    def read(self, path: str) -> str:
        """The words of a page that there is, as a reader finds them."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.status_code
        return words_of(answer)


class Clerk(Browser):
    """An operator's browser; its forms are ours."""

    def __init__(self, office: Office, operator: Operator, token: str) -> None:
        super().__init__(office)
        self.operator = operator
        self.token = token
        self.cookies.set(office.console.cookie, token, domain="console.example.org")

    def post(self, path: str, form: Form | None = None, files: Any = None, **headers: str) -> httpx.Response:
        return super().post(path, {"form": form_token(self.token)} | dict(form or {}), files, **headers)


def words_of(answer: httpx.Response) -> str:
    """What is written on a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))
