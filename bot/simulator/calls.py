"""One request to LINE's surface: authentication, retry keys, faults, the log of attempts and the ledger."""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.simulator.clock import instant, milliseconds
from bot.simulator.connection import CutConnection, pause
from bot.simulator.faults import RATE_LIMIT_MESSAGE, Fault
from bot.simulator.shape import Problem
from bot.simulator.site import Site
from bot.simulator.store import Connection

RETRY_KEY_LIFE = timedelta(hours=24)
MOST_BYTES = 2 * 1024 * 1024
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NO_TOKEN = "Authentication failed. Confirm that the access token in the authorization header is valid."
_NOT_JSON = "The request body could not be parsed as JSON (line: -, column: -)"


class Refused(Exception):  # noqa: N818 (LINE's word for it, not a failure of ours)
    """LINE's refusal of a request, in the shape of its error answers."""

    def __init__(self, status: int, message: str, details: Iterable[Problem] = (), **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.content: dict[str, Any] = {"message": message, **more}
        if listed := [{"message": each.message, "property": each.property} for each in details]:
            self.content["details"] = listed
        self.headers: dict[str, str] = {}
        self.same_body: bool | None = None  # known when a retry key came a second time


def refuse_problems(problems: list[Problem]) -> None:
    """Raises if there are any."""
    if problems:
        raise Refused(400, f"The request body has {len(problems)} error(s)", problems)


@dataclass
class Answer:
    content: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    @property
    def bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else orjson.dumps(self.content)


@dataclass
class Call:
    """What a handler is given; it runs inside a transaction that holds until the answer may be sent."""

    site: Site
    db: Connection
    now: datetime
    request_id: str
    method: str
    path: str
    values: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    touched: list[dict[str, Any]] = field(default_factory=list)
    ledger_seq: int | None = None

    @property
    def at(self) -> int:
        return milliseconds(self.now)

    @property
    def retry_key(self) -> str | None:
        return self.headers.get("x-line-retry-key")

    def touch(self, kind: str, user_id: str | None, seq: int = 0, **more: Any) -> None:
        """Tell open pages of a change once it is committed."""
        self.touched.append({"kind": kind, "user_id": user_id, "seq": seq, **more})

    def json(self) -> dict[str, Any]:
        """The body as an object; refuses anything else, also NaN and half surrogate pairs."""
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "Unsupported media type. Use application/json.")
        try:
            body = orjson.loads(self.raw)
        except orjson.JSONDecodeError:
            raise Refused(400, _NOT_JSON) from None
        if not isinstance(body, dict):
            raise Refused(400, _NOT_JSON)
        return body

    def accept(self, recipients: list[str], delivered: int, sent_messages: list[Any] | None = None) -> int:
        """Write the request into the ledger; returns its place there."""
        row = self.db.execute(
            "INSERT INTO ledger (at, method, path, retry_key, request_id, body, recipients, delivered,"
            " sent_messages) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(self.at, self.method, self.path, self.retry_key, self.request_id, self.raw),
                *(orjson.dumps(recipients).decode(), delivered),
                orjson.dumps(sent_messages).decode() if sent_messages is not None else None,
            ),
        )
        assert row.lastrowid is not None
        self.ledger_seq = row.lastrowid
        if self.retry_key is not None:
            self.db.execute(
                "INSERT OR REPLACE INTO retry_key VALUES (?, ?, ?)", (self.retry_key, self.at, self.ledger_seq)
            )
        return self.ledger_seq


Handler: TypeAlias = Callable[[Call], Answer]


@dataclass(frozen=True)
class Endpoint:
    """A method and path of LINE's surface, and what it does."""

    method: str
    path: str
    handler: Handler
    takes_retry_key: bool = False
    needs_token: bool = True
    in_ledger: bool = False

    def route(self, site: Site) -> Route:
        async def answer(request: Request) -> ASGIApp:
            return await answer_call(site, self, request)

        return Route(self.path, answer, methods=[self.method], name=f"{self.method} {self.path}")


async def answer_call(site: Site, endpoint: Endpoint, request: Request) -> ASGIApp:
    raw = await _read(request)
    path = request.url.path
    fault = site.faults.take(path, raw or b"")
    if fault and fault.delay == "before":
        await pause(fault.delay_seconds, request.receive)
    limited = site.config.enforce_rate_limits and not site.buckets.admits(endpoint.method, endpoint.path)
    request_id = str(uuid.uuid4())

    def work(db: Connection) -> tuple[Answer, Call]:
        call = Call(
            site=site,
            db=db,
            now=site.clock.now(),
            request_id=request_id,
            method=request.method,
            path=path,
            values=request.path_params,
            query=request.query_params,
            headers=request.headers,
            raw=raw or b"",
        )
        return _attempt(endpoint, call, fault, limited=limited, too_big=raw is None), call

    answer, call = await site.store.run(work)
    for change in call.touched:
        site.hub.publish(**change)
    if fault and fault.delay == "after":
        await pause(fault.delay_seconds, request.receive, while_client_waits=True)
    if fault and fault.reset:
        return CutConnection()
    return Response(
        answer.bytes,
        answer.status,
        headers={**answer.headers, "x-line-request-id": request_id},
        media_type=answer.media_type,
    )


async def _read(request: Request) -> bytes | None:
    """The body, or None when it is larger than LINE takes."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > MOST_BYTES:
            return None
    return bytes(raw)


def _attempt(endpoint: Endpoint, call: Call, fault: Fault | None, *, limited: bool, too_big: bool) -> Answer:
    """The answer to one request; everything it changed and its line in the log go into one transaction."""
    same_body: bool | None = None
    if fault is None or fault.takes_effect:
        try:
            if limited:
                raise Refused(429, RATE_LIMIT_MESSAGE)
            if too_big:
                raise Refused(413, "Request exceeds the max size of 2MB. Make the request smaller.")
            if endpoint.needs_token:
                _authenticate(call)
            _check_retry_key(call, endpoint)
            answer = endpoint.handler(call)
            if endpoint.in_ledger and call.ledger_seq is None:
                call.accept([], 0)
        except Refused as refused:
            answer = Answer(refused.content, refused.status, refused.headers)
            same_body = refused.same_body
    if fault is not None and (fault.status is not None or not fault.takes_effect):
        answer = Answer(fault.answer_body(), fault.status or 500, fault.headers)
    call.db.execute(
        "INSERT INTO request (at, method, path, retry_key, request_id, status, fault, same_body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(call.at, call.method, call.path, call.retry_key, call.request_id),
            *(None if fault and fault.reset else answer.status, fault and fault.kind, same_body),
        ),
    )
    return answer


def _authenticate(call: Call) -> None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        if token == call.site.config.channel_access_token:
            return
        known = "SELECT 1 FROM access_token WHERE token = ? AND expires_at > ?"
        if call.db.execute(known, (token, call.at)).fetchone():
            return
    raise Refused(401, _NO_TOKEN)


def _check_retry_key(call: Call, endpoint: Endpoint) -> None:
    """Refuse a key that is malformed, misplaced, or was accepted less than 24 hours ago."""
    key = call.retry_key
    if key is None:
        return
    if not endpoint.takes_retry_key:
        raise Refused(400, "The retry key (X-Line-Retry-Key) is not supported by this endpoint")
    if not _UUID.fullmatch(key):
        raise Refused(400, "The retry key (X-Line-Retry-Key) is invalid")
    first = call.db.execute(
        "SELECT retry_key.at, request_id, body, sent_messages FROM retry_key"
        " JOIN ledger ON ledger.seq = retry_key.ledger_seq WHERE retry_key.retry_key = ?",
        (key,),
    ).fetchone()
    if first is None or call.now - instant(first["at"]) >= RETRY_KEY_LIFE:
        return
    more = {}
    if first["sent_messages"] is not None:
        more["sentMessages"] = orjson.loads(first["sent_messages"])
    refused = Refused(409, "The retry key is already accepted", **more)
    refused.headers["x-line-accepted-request-id"] = first["request_id"]
    refused.same_body = first["body"] == call.raw
    raise refused
