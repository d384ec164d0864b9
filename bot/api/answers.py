"""The API's own form of answers: whoever may not is turned away, and a database that is down says when to try again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from fastapi import Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError

from bot.api.body import BodyRefused
from bot.api.calls import UNKNOWN_KEY, Calls
from bot.api.gate import Admitted, Gate, TurnedAway
from bot.database import DATABASE_DOWN
from bot.log import where
from models.api_key import Scope

log = structlog.get_logger()

# An IntegrityError is left when others stored the same things at the same moment again and again.
_TRY_AGAIN = (*DATABASE_DOWN, IntegrityError)


async def answered(
    request: Request, gate: Gate, calls: Calls, scope: Scope, work: Callable[[Admitted], Awaitable[JSONResponse]]
) -> JSONResponse:
    """What `work` makes of the request, if its key has the scope; every call is counted."""
    key, headers = UNKNOWN_KEY, dict[str, str]()
    try:
        admitted = await asyncio.to_thread(gate.admit, request.headers.get("authorization"), scope)
        key, headers = admitted.key, dict(admitted.headers)
        if isinstance(admitted, TurnedAway):
            answer = refusal(admitted.status, admitted.error, admitted.message, headers)
        else:
            answer = await work(admitted)
    except BodyRefused as refused:
        answer = refusal(refused.status, refused.error, refused.message, headers)
    except _TRY_AGAIN as failure:
        log.error("api_database_down", error=where(failure))
        message = "Not all of it was saved. Send the same call again."
        answer = refusal(503, "try_again", message, {**headers, "Retry-After": "10"})
    calls.count(key, answer.status_code)
    return answer


def refusal(status: int, error: str, message: str, headers: Mapping[str, str], **more: Any) -> JSONResponse:
    return JSONResponse({"error": error, "message": message, **more}, status, dict(headers))
