"""The API's routes: the gate, the body, the feed, and an answer that repeats nothing of what was sent."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.api.answers import answered, refusal
from bot.api.body import rows_of
from bot.api.calls import Calls
from bot.api.description import openapi
from bot.api.feed import Feed, Result
from bot.api.gate import Admitted, Gate
from models.api_key import Scope

PREFIX = "/api/v1"
TEST_NOTE = "A test key: every row was judged, nothing was stored, and nobody was told."

Take = Callable[[Sequence[Mapping[str, Any]], bool], list[Result]]


def add_routes(app: FastAPI, gate: Gate, feed: Feed, calls: Calls) -> None:
    """The routes under /api/v1 that take rows, and the description of all."""

    async def taken(request: Request, scope: Scope, take: Take) -> JSONResponse:
        return await answered(request, gate, calls, scope, lambda admitted: _judged(request, admitted, scope, take))

    @app.post(f"{PREFIX}/permits")
    async def permits(request: Request) -> JSONResponse:
        return await taken(request, Scope.PERMITS, lambda rows, test: feed.permits(rows, test=test))

    @app.post(f"{PREFIX}/events")
    async def events(request: Request) -> JSONResponse:
        return await taken(request, Scope.EVENTS, lambda rows, test: feed.events(rows, test=test))

    @app.get(f"{PREFIX}/openapi.json")
    def description() -> JSONResponse:
        return JSONResponse(openapi())

    @app.exception_handler(HTTPException)
    async def elsewhere(request: Request, error: HTTPException) -> Response:
        """A wrong path or method of the API is refused in the API's own form."""
        if not request.url.path.startswith(f"{PREFIX}/"):
            return await http_exception_handler(request, error)
        status = HTTPStatus(error.status_code)
        return refusal(status, status.name.lower(), f"{status.phrase}: see {PREFIX}/openapi.json.", error.headers or {})


async def _judged(request: Request, admitted: Admitted, scope: Scope, take: Take) -> JSONResponse:
    rows = await rows_of(request, scope.value)
    results = await asyncio.to_thread(take, rows, admitted.test)
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
