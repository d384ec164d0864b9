"""Server-sent events that tell open phone pages what changed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import StreamingResponse

from bot.simulator.connection import server_is_stopping

_LOOK_SECONDS = 0.25
_HEARTBEAT_SECONDS = 10.0


class Hub:
    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[bytes]] = set()
        self._closing = False

    def publish(self, kind: str, user_id: str | None = None, seq: int = 0, **more: Any) -> None:
        """Tell every open page. `kind` is chat, user, richmenu, loading or clock. Call on the event loop."""
        if self._listeners:
            event = b"data: " + orjson.dumps({"kind": kind, "user_id": user_id, "seq": seq, **more}) + b"\n\n"
            for listener in self._listeners:
                listener.put_nowait(event)

    def close(self) -> None:
        self._closing = True

    def response(self, request: Request) -> StreamingResponse:
        return StreamingResponse(
            self._events(request),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _events(self, request: Request) -> AsyncIterator[bytes]:
        mine: asyncio.Queue[bytes] = asyncio.Queue()
        self._listeners.add(mine)
        loop: Any = asyncio.get_running_loop()
        try:
            yield b"retry: 1000\n\n"
            last = loop.time()
            # uvicorn waits for open answers before it tells anyone it stops, so the stream has to look.
            while not self._closing and not server_is_stopping(request.receive):
                try:
                    yield await asyncio.wait_for(mine.get(), _LOOK_SECONDS)
                    last = loop.time()
                except TimeoutError:
                    if loop.time() - last >= _HEARTBEAT_SECONDS:
                        yield b": still here\n\n"
                        last = loop.time()
        finally:
            self._listeners.discard(mine)
