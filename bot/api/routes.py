"""The API's routes: the gate, the body, the feed, and an answer that repeats nothing of what was sent."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

from bot.api.body import BodyRefused, rows_of
from bot.api.calls import UNKNOWN_KEY, Calls
from bot.api.description import openapi
from bot.api.feed import Feed, Result
from bot.api.gate import Admitted, Gate, TurnedAway
from bot.database import DATABASE_DOWN
from bot.log import where
from models.api_key import Scope

PREFIX = "/api/v1"
TEST_NOTE = "A test key: every row was judged, nothing was stored, and nobody was told."

log = structlog.get_logger()

Take = Callable[[Sequence[Mapping[str, Any]], bool], list[Result]]


def add_routes(app: FastAPI, gate: Gate, feed: Feed, calls: Calls) -> None:
    """The routes under /api/v1."""

    @app.post(f"{PREFIX}/permits")
    async def permits(request: Request) -> JSONResponse:
        return await _answer(request, gate, calls, Scope.PERMITS, lambda rows, test: feed.permits(rows, test=test))

    @app.post(f"{PREFIX}/events")
    async def events(request: Request) -> JSONResponse:
        return await _answer(request, gate, calls, Scope.EVENTS, lambda rows, test: feed.events(rows, test=test))

    @app.get(f"{PREFIX}/openapi.json")
    def description() -> JSONResponse:
        return JSONResponse(openapi())

    @app.exception_handler(HTTPException)
    async def elsewhere(request: Request, error: HTTPException) -> Response:
        """A wrong path or method of the API is refused in the API's own form."""
        if not request.url.path.startswith(f"{PREFIX}/"):
            return await http_exception_handler(request, error)
        status = HTTPStatus(error.status_code)
        return _refusal(
            status, status.name.lower(), f"{status.phrase}: see {PREFIX}/openapi.json.", error.headers or {}
        )


async def _answer(request: Request, gate: Gate, calls: Calls, scope: Scope, take: Take) -> JSONResponse:
    key = UNKNOWN_KEY
    try:
        admitted = await asyncio.to_thread(gate.admit, request.headers.get("authorization"), scope)
        key = admitted.key
        if isinstance(admitted, TurnedAway):
            answer = _refusal(admitted.status, admitted.error, admitted.message, admitted.headers)
        else:
            answer = await _judged(request, admitted, scope, take)
    except _TRY_AGAIN as failure:
        answer = _try_again(failure, {})
    calls.count(key, answer.status_code)
    return answer


async def _judged(request: Request, admitted: Admitted, scope: Scope, take: Take) -> JSONResponse:
    try:
        rows = await rows_of(request, scope.value)
        results = await asyncio.to_thread(take, rows, admitted.test)
    except BodyRefused as refused:
        return _refusal(refused.status, refused.error, refused.message, admitted.headers)
    except _TRY_AGAIN as failure:
        return _try_again(failure, admitted.headers)
    counts = Counter(result.status for result in results)
    body: dict[str, Any] = {
        "test": admitted.test,
        "rows": len(results),
        "counts": dict(sorted(counts.items())),
        "results": [result.to_json(row) for row, result in enumerate(results)],
    }
    if admitted.test:
        body["note"] = TEST_NOTE
    return JSONResponse(body, headers=dict(admitted.headers))


# An IntegrityError is left when others stored the same things at the same moment again and again.
_TRY_AGAIN = (*DATABASE_DOWN, IntegrityError)


def _try_again(failure: Exception, headers: Mapping[str, str]) -> JSONResponse:
    log.error("api_database_down", error=where(failure))
    message = "Not all of it was saved. Send the same call again."
    return _refusal(503, "try_again", message, {**headers, "Retry-After": "10"})


def _refusal(status: int, error: str, message: str, headers: Mapping[str, str]) -> JSONResponse:
    return JSONResponse({"error": error, "message": message}, status, dict(headers))
