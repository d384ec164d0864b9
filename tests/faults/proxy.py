"""A TCP proxy that misbehaves on demand, to stand before the database and before LINE."""

import asyncio
import contextlib
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from enum import Enum, auto
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Self

from tests.town import free_port

CHUNK = 65_536
WHOLE_AFTER = 0.05
"""A client that sends nothing for so long has sent its whole request."""

Address = tuple[str, int] | str
"""Host and port, or the path of a Unix socket."""


class Fault(Enum):
    """What the network does. The cuts close with a reset, as a machine does that knows nothing of the connection."""

    NONE = auto()
    REFUSE = auto()  # nobody listens, and what was connected is reset
    RESET = auto()  # takes connections and resets them at the first byte
    DELAY = auto()  # everything arrives, `seconds` late
    DRIP = auto()  # answers come one byte each `seconds`
    BLACK_HOLE = auto()  # takes connections and bytes, and nothing arrives until it heals: then all of it does
    CUT_AFTER_REQUEST = auto()  # the request is passed on whole, and then the connection is gone
    CUT_BEFORE_RESPONSE = auto()  # the request has been answered, and the answer is what gets lost


_CUTS = (Fault.CUT_AFTER_REQUEST, Fault.CUT_BEFORE_RESPONSE)


@dataclass(eq=False)
class _Connection:
    """Both ends of one client's way through us."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    passed_on: bool = False  # a request, since the fault began

    def cut(self) -> None:
        with contextlib.suppress(OSError):  # no farewell, but a reset, unless it has gone already
            self.client.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self.client.transport.abort()
        self.server.transport.abort()


Way = Callable[[_Connection, bytes, asyncio.StreamWriter], Awaitable[None]]


class Proxy:
    """Runs in a thread of its own. `times` counts how often a fault has met a request or a connection."""

    def __init__(self, target: Address) -> None:
        self._target = target
        self.port = free_port()
        self.times = 0
        self._fault, self._seconds, self._left = Fault.NONE, 0.0, 0
        self._only = b""
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._connections: set[_Connection] = set()
        self._copying: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def misbehave(self, fault: Fault, *, seconds: float = 0.0, times: int = -1, only: bytes = b"") -> None:
        """From now on; with `times`, only that often, and with `only`, not to requests without these bytes."""
        self._only = only
        self._call(self._switch(fault, seconds, times))

    def heal(self) -> None:
        """Behave from now on. What a black hole has swallowed arrives now, also from those who have hung up."""
        self._call(self._switch(Fault.NONE, 0.0, -1))

    # In the thread of the loop

    def _call(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def _deafen(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _close(self) -> None:
        await self._deafen()
        self._cut_all()
        for task in self._copying:
            task.cancel()
        await asyncio.gather(*self._copying, return_exceptions=True)

    async def _switch(self, fault: Fault, seconds: float, times: int) -> None:
        self._fault, self._seconds, self._left, self.times = fault, seconds, times, 0
        for connection in self._connections:
            connection.passed_on = False
        if fault is Fault.BLACK_HOLE:
            self._flowing.clear()
        else:
            self._flowing.set()
        if fault is Fault.REFUSE:
            await self._deafen()
            self._cut_all()
        elif self._server is None:
            await self._listen()

    def _cut_all(self) -> None:
        for connection in list(self._connections):
            connection.cut()

    def _strikes(self, data: bytes) -> bool:
        """Whether this request is met by the fault; it is counted."""
        if self._left == 0 or self._only not in data:
            return False
        self.times += 1
        self._left -= 1
        return True

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if isinstance(self._target, str):
                from_server, to_server = await asyncio.open_unix_connection(self._target)
            else:
                from_server, to_server = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, to_server)
        self._connections.add(connection)
        ways = [
            asyncio.ensure_future(self._copy(connection, reader, to_server, self._request)),
            asyncio.ensure_future(self._copy(connection, from_server, writer, self._response)),
        ]
        self._copying.update(ways)
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(ways, timeout=1)  # one side has closed: what the other still says is passed on
        for way in ways:
            way.cancel()
        self._copying.difference_update(ways)
        self._connections.discard(connection)
        for end in (writer, to_server):
            end.close()

    async def _copy(
        self, connection: _Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, through: Way
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await reader.read(CHUNK):
                await through(connection, data, writer)
            if writer.can_write_eof():
                writer.write_eof()

    async def _request(self, connection: _Connection, data: bytes, writer: asyncio.StreamWriter) -> None:
        fault = self._fault
        if fault is Fault.BLACK_HOLE:
            self.times += 1
            await self._flowing.wait()
        if fault is Fault.RESET and self._strikes(data):
            connection.cut()
            return
        if fault is Fault.DELAY and self._strikes(data):
            await asyncio.sleep(self._seconds)
        if fault in _CUTS and not connection.passed_on:
            connection.passed_on = self._strikes(data)
        writer.write(data)
        await writer.drain()
        if fault is Fault.CUT_AFTER_REQUEST and connection.passed_on:
            self._loop.call_later(WHOLE_AFTER, connection.cut)

    async def _response(self, connection: _Connection, data: bytes, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        if connection.passed_on and self._fault is Fault.CUT_AFTER_REQUEST:
            return
        if connection.passed_on and self._fault is Fault.CUT_BEFORE_RESPONSE:
            connection.cut()
        elif self._fault is Fault.DRIP:
            self.times += 1
            for byte in data:
                writer.write(bytes((byte,)))
                await writer.drain()
                await asyncio.sleep(self._seconds)
        else:
            writer.write(data)
            await writer.drain()
