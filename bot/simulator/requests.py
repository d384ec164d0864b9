"""Reading requests to the control API, and answering them in JSON."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.simulator.people import Impossible

_MOST_BYTES = 20 * 1024 * 1024


class Body(BaseModel):
    """A request's JSON; unknown names are refused, so that a typing error does not pass in silence."""

    model_config = ConfigDict(extra="forbid", strict=True)


B = TypeVar("B", bound=Body)


def json_answer(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, headers={"Cache-Control": "no-store"}, media_type="application/json")


async def read(request: Request, model: type[B]) -> B:
    """The body as this model; an empty body counts as {}."""
    raw = await read_bytes(request)
    try:
        return model.model_validate_json(raw or b"{}", strict=True)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise Impossible(400, f"{place}: {first['msg']}" if place else first["msg"]) from None


async def read_bytes(request: Request) -> bytes:
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > _MOST_BYTES:
            raise Impossible(413, "the body is larger than 20 MB")
    return bytes(raw)


def after(request: Request) -> int:
    given = request.query_params.get("after", "0")
    if not given.isdecimal():
        raise Impossible(400, "after must be a number")
    return int(given)


def route(method: str, path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    async def guarded(request: Request) -> Response:
        try:
            return await answer(request)
        except Impossible as impossible:
            return json_answer({"message": str(impossible)}, impossible.status)

    return Route(f"/simulator/api/{path}", guarded, methods=[method], name=f"{method} simulator {path}")
