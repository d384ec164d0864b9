"""Who comes in: every page of the console says which roles may open it, and a form of ours asks for every action.

A page that is not declared here does not exist, so a test can try every one with every role.
"""

import asyncio
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import compile_path
from starlette.types import Message

from bot.clock import Clock
from bot.console import words
from bot.console.refusals import OVERVIEW, database_down, language_of, refusal
from bot.console.visit import PREFIX, Desk, Refused, Visit, not_found
from bot.database import DATABASE_DOWN, Database
from bot.web.site import HEADERS
from locales import Language
from models import operator as operators
from models.operator import OperatorSession, Role, form_token

SIGN_IN = f"{PREFIX}/sign-in"
MOST_BYTES = 1024 * 1024
"""Of a form without a file: six languages of an announcement are a tenth of it."""
MOST_FIELDS = 400
LONGEST_TOKEN = 100
LONGEST_REFERER = 1_000
_INSIDE = re.compile(rf"{PREFIX}/(?:[a-z0-9-]+(?:/[a-z0-9-]+)*)?")
"""The addresses of our pages: no dots, which browsers take as a way up, in whatever disguise."""

log = structlog.get_logger()

AtDesk = Callable[[Desk], Response]
AtDoor = Callable[[Visit], Response]


@dataclass(frozen=True)
class Route:
    """One page or action. No roles: whoever finds it."""

    method: str
    path: str
    roles: frozenset[Role]
    writes: bool
    most_bytes: int = MOST_BYTES


class Console:
    """The console's routes in the application; each handler runs in a thread, in one transaction."""

    def __init__(self, api: FastAPI, database: Database, clock: Clock, public_url: str) -> None:
        self._api = api
        self._database = database
        self._clock = clock
        self._secure = public_url.startswith("https://")
        self.routes: list[Route] = []

    @property
    def cookie(self) -> str:
        """The name of the cookie; with this prefix browsers keep it to this very host and to HTTPS."""
        return "__Host-console" if self._secure else "console"

    def page(self, path: str, *roles: Role, writes: bool = False) -> Callable[[AtDesk], AtDesk]:
        """A page for whoever has one of the roles; `writes` where looking leaves a trace."""
        return self._desk(Route("GET", PREFIX + path, frozenset(roles), writes))

    def act(self, path: str, *roles: Role, most_bytes: int = MOST_BYTES) -> Callable[[AtDesk], AtDesk]:
        """What a form of ours does, for whoever has one of the roles."""
        return self._desk(Route("POST", PREFIX + path, frozenset(roles), writes=True, most_bytes=most_bytes))

    def open_page(self, path: str) -> Callable[[AtDoor], AtDoor]:
        """A page for whoever is not signed in."""
        return self._door(Route("GET", PREFIX + path, frozenset(), writes=False))

    def open_act(self, path: str) -> Callable[[AtDoor], AtDoor]:
        """What such a page's form does."""
        return self._door(Route("POST", PREFIX + path, frozenset(), writes=True))

    def let_in(self, answer: Response, token: str) -> Response:
        """Give the browser the session's cookie."""
        answer.set_cookie(self.cookie, token, path="/", secure=self._secure, httponly=True, samesite="lax")
        return answer

    def let_out(self, answer: Response) -> Response:
        answer.delete_cookie(self.cookie, path="/", secure=self._secure, httponly=True, samesite="lax")
        return answer

    def refuse(self, request: Request, refused: Refused, back: str = OVERVIEW) -> Response:
        """The page that says so to whoever asks."""
        return refusal(self._database, request, self.token_of(request), self._clock.now(), refused, back)

    def _desk(self, route: Route) -> Callable[[AtDesk], AtDesk]:
        if not route.roles:
            raise ValueError(f"{route.path} names no role: nobody could open it")

        def declare(handler: AtDesk) -> AtDesk:
            self._add(route, lambda request, form: self._at_desk(route, request, form, handler))
            return handler

        return declare

    def _door(self, route: Route) -> Callable[[AtDoor], AtDoor]:
        def declare(handler: AtDoor) -> AtDoor:
            self._add(route, lambda request, form: self._at_door(route, request, form, handler))
            return handler

        return declare

    def _add(self, route: Route, work: Callable[[Request, FormData], Response]) -> None:
        async def endpoint(request: Request) -> Response:
            try:
                if "%00" in request.url.query or "\0" in request.url.path:  # PostgreSQL compares no NUL with anything
                    raise not_found()
                if _from_elsewhere(request):
                    raise Refused(403, words.OLD_FORM, words.OLD_FORM_WHY)
                if route.roles and (turned_away := await asyncio.to_thread(self._turned_away, route, request)):
                    return turned_away
                if route.method == "GET":
                    return await asyncio.to_thread(work, request, FormData())
                async with _limited(request, route.most_bytes).form(max_files=1, max_fields=MOST_FIELDS) as form:
                    return await asyncio.to_thread(work, request, form)
            except Refused as refused:
                return await asyncio.to_thread(self.refuse, request, refused, self._came_from(request))
            except HTTPException:  # the form cannot be taken apart
                unreadable = Refused(400, words.OLD_FORM, words.OLD_FORM_WHY)
                return await asyncio.to_thread(self.refuse, request, unreadable)
            except ClientDisconnect:
                return Response(status_code=400)
            except DATABASE_DOWN as failure:
                return database_down(request, failure)

        self.routes.append(route)
        self._api.add_api_route(route.path, endpoint, methods=[route.method], include_in_schema=False)

    def _at_door(self, route: Route, request: Request, form: FormData, handler: AtDoor) -> Response:
        now = self._clock.now()
        with self._database.writing() if route.writes else self._database.reading() as session:
            return handler(Visit(request, session, now, language_of(request), form))

    def _at_desk(self, route: Route, request: Request, form: FormData, handler: AtDesk) -> Response:
        now, token = self._clock.now(), self.token_of(request)
        with self._database.writing() if route.writes else self._database.reading() as session:
            known = self._admitted(session, route, request, now)
            if known is None:
                return self.sign_in_first(session, request)
            if route.method == "POST" and not _is_ours(form, token):
                raise Refused(403, words.OLD_FORM, words.OLD_FORM_WHY)
            language = Language(known.operator.language)
            return handler(Desk(request, session, now, language, form, operator=known.operator, token=token))

    def _turned_away(self, route: Route, request: Request) -> Response | None:
        """The answer to whoever may not do this, before we read what they send: a file may be large."""
        now = self._clock.now()
        with self._database.reading() as session:
            known = self._admitted(session, route, request, now)
            if known is None:
                return self.sign_in_first(session, request)
        if now - known.seen_at > operators.SEEN_EVERY:  # a page that changes nothing takes no write lock for it
            with self._database.writing() as session:
                operators.seen(session, known.id, now)
        return None

    def _admitted(self, session: Session, route: Route, request: Request, now: datetime) -> OperatorSession | None:
        """Whoever asks, if they are signed in; refused if they may not do this."""
        token = self.token_of(request)
        known = operators.session_of(session, token, now) if token else None
        if known is None:
            return None
        request.state.language = Language(known.operator.language)
        if not route.roles & known.operator.may:
            log.warning("console_not_allowed", path=route.path, operator=known.operator_id)
            raise Refused(403, words.NOT_ALLOWED, words.NOT_ALLOWED_WHY)
        return known

    def token_of(self, request: Request) -> str:
        """Of the session that the browser says is its own."""
        return request.cookies.get(self.cookie, "")[:LONGEST_TOKEN]

    def sign_in_first(self, session: Session, request: Request, wanted: str = "") -> Response:
        """To the way in and from there to what is wanted, or back here; in the language of whoever was signed in."""
        wanted = wanted or (request.url.path if request.method == "GET" else self._came_from(request))
        language = operators.spoke(session, self.token_of(request))
        ended = "" if language is None else "&ended=yes&lang=en" if language == Language.EN else "&ended=yes"
        answer = RedirectResponse(f"{SIGN_IN}?next={quote(wanted)}{ended}", 303, dict(HEADERS))
        # What a script asks for is not seen: the page that comes after it says that the session has ended.
        return answer if request.headers.get("sec-fetch-dest") == "empty" else self.let_out(answer)

    def _came_from(self, request: Request) -> str:
        """The page of ours whose form this is, as browsers tell; else the first page."""
        host, _, rest = request.headers.get("referer", "")[:LONGEST_REFERER].partition("://")[2].partition("/")
        path = "/" + rest.partition("?")[0]
        ours = request.method == "POST" and host == request.headers.get("host") and _INSIDE.fullmatch(path)
        pages = (route.path for route in self.routes if route.method == "GET")
        return path if ours and any(compile_path(page)[0].match(path) for page in pages) else f"{PREFIX}/"


def next_of(visit: Visit) -> str:
    """Where in the console to go after signing in; never anywhere else."""
    wanted = visit.text("next") or visit.request.query_params.get("next", "")
    return wanted.removeprefix(PREFIX) if _INSIDE.fullmatch(wanted) else "/"


def _from_elsewhere(request: Request) -> bool:
    """Whether another site's page sends this; browsers say so of themselves (Fetch Metadata, Origin)."""
    if request.method == "GET":
        return False
    fetched = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    elsewhere = origin is not None and origin.partition("://")[2] != request.headers.get("host", "")
    return fetched not in ("same-origin", "none") or elsewhere


def _is_ours(form: FormData, token: str) -> bool:
    """Whether one of this session's own pages sends the form."""
    return secrets.compare_digest(str(form.get("form", "")).encode("utf-8", "replace"), form_token(token).encode())


def _limited(request: Request, most_bytes: int) -> Request:
    """The request, refused as soon as more than that has come, whatever it said of its length."""
    length = request.headers.get("content-length", "")
    too_large = Refused(413, words.TOO_LARGE, words.TOO_LARGE_WHY)
    if length.isdecimal() and (len(length) > 12 or int(length) > most_bytes):
        raise too_large
    come = 0

    async def receive() -> Message:
        nonlocal come
        message = await request.receive()
        come += len(message.get("body", b""))
        if come > most_bytes:
            raise too_large
        return message

    return Request(request.scope, receive)
