"""The rows of a request's body; whatever is wrong with it is said without repeating any of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import Request
from starlette.requests import ClientDisconnect

MOST_BYTES = 16 * 1024 * 1024
MOST_ROWS = 10_000
JSON = "application/json"


class BodyRefused(Exception):  # noqa: N818  reads as what it says where it is caught
    """The request as a whole cannot be taken."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(error)
        self.status, self.error, self.message = status, error, message


TOO_LARGE = (413, "too_large", f"Send at most {MOST_ROWS:,} rows and {MOST_BYTES // 2**20} MiB in one call.")


async def json_of(request: Request, most_bytes: int, too_large: tuple[int, str, str]) -> Any:
    """What the body says. Raises BodyRefused."""
    written_in = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if written_in != JSON:
        raise BodyRefused(415, "not_json", f"Send the body as {JSON}.")
    try:
        # Refuses NaN, lone surrogates and bytes that are no UTF-8.
        return orjson.loads(await _bytes_of(request, most_bytes, too_large))
    except (orjson.JSONDecodeError, ClientDisconnect):
        raise BodyRefused(400, "not_json", "The body is not valid JSON in UTF-8.") from None


async def rows_of(request: Request, name: str) -> Sequence[Mapping[str, Any]]:
    """The objects of the list under this name, the only thing in the body. Raises BodyRefused."""
    body = await json_of(request, MOST_BYTES, TOO_LARGE)
    if not isinstance(body, dict) or body.keys() != {name} or not isinstance(body[name], list):
        raise BodyRefused(422, "invalid_request", f'The body must be an object with one list: {{"{name}": […]}}.')
    rows: list[Any] = body[name]
    if len(rows) > MOST_ROWS:
        raise BodyRefused(*TOO_LARGE)
    odd = next((place for place, row in enumerate(rows) if not isinstance(row, dict)), None)
    if odd is not None:
        raise BodyRefused(422, "invalid_request", f"Row {odd} is not an object.")
    return rows


async def _bytes_of(request: Request, most_bytes: int, too_large: tuple[int, str, str]) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 12 or int(length) > most_bytes):
        raise BodyRefused(*too_large)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise BodyRefused(*too_large)
    return bytes(body)
