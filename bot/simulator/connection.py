"""What uvicorn knows of the connection behind a request: how to cut it, and that the server is going away.

ASGI has no word for either. uvicorn's `receive` is a method of the object that holds the transport, so both
can be had from there; behind a middleware that wraps `receive` the fallbacks below apply.
"""

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Receive, Scope, Send


def _exchange(receive: Receive) -> Any:
    return getattr(receive, "__self__", None)


def server_is_stopping(receive: Receive) -> bool:
    """True once uvicorn has begun to shut down; always False under another server."""
    return getattr(_exchange(receive), "keep_alive", True) is False


class CutConnection:
    """An answer that never comes: the client sees its connection reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(_exchange(receive), "transport", None)
        if transport is None:
            # The next best: a head that promises more bytes than follow, then the end of the connection.
            await send({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"9")]})
            return
        # Without lingering the kernel sends RST where it would otherwise close politely.
        if (opened := transport.get_extra_info("socket")) is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            await asyncio.sleep(0)


async def pause(seconds: float, receive: Receive, *, while_client_waits: bool = False) -> None:
    """Sleep, but not through a shutdown of the server."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while (left := until - loop.time()) > 0 and not server_is_stopping(receive):
        if while_client_waits and getattr(_exchange(receive), "disconnected", False):
            return
        await asyncio.sleep(min(left, 0.25))
