"""The API's routes: the gate, the body, the feed, and an answer that repeats nothing of what was sent."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.api.body import BodyRefused, rows_of
from bot.api.description import openapi
from bot.api.feed import Feed, Result
from bot.api.gate import Gate, TurnedAway
from bot.log import where
from models.api_key import Scope

PREFIX = "/api/v1"
TEST_NOTE = "A test key: every row was judged, nothing was stored, and nobody was told."

log = structlog.get_logger()


def add_routes(app: FastAPI, gate: Gate, feed: Feed) -> None:
    """The routes under /api/v1."""

    @app.post(f"{PREFIX}/permits")
    async def permits(request: Request) -> JSONResponse:
        return await _answer(request, gate, Scope.PERMITS, lambda rows, test: feed.permits(rows, test=test))

    @app.post(f"{PREFIX}/events")
    async def events(request: Request) -> JSONResponse:
        return await _answer(request, gate, Scope.EVENTS, lambda rows, test: feed.events(rows, test=test))

    @app.get(f"{PREFIX}/openapi.json")
    def description() -> JSONResponse:
        return JSONResponse(openapi())


Take = Callable[[Sequence[Mapping[str, Any]], bool], list[Result]]


async def _answer(request: Request, gate: Gate, scope: Scope, take: Take) -> JSONResponse:
    try:
        admitted = await asyncio.to_thread(gate.admit, request.headers.get("authorization"), scope)
        if isinstance(admitted, TurnedAway):
            return _refusal(admitted.status, admitted.error, admitted.message, admitted.headers)
        try:
            rows = await rows_of(request, scope.value)
        except BodyRefused as refused:
            return _refusal(refused.status, refused.error, refused.message, admitted.headers)
        results = await asyncio.to_thread(take, rows, admitted.test)
    except (OperationalError, InterfaceError) as failure:
        log.error("api_database_down", error=where(failure))
        return _refusal(503, "try_again", "Not all of it was saved. Send the same call again.", {"Retry-After": "10"})
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


def _refusal(status: int, error: str, message: str, headers: Mapping[str, str]) -> JSONResponse:
    return JSONResponse({"error": error, "message": message}, status, dict(headers))
