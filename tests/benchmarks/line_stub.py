"""A stand-in for LINE on core 1 that takes everything, after a time."""

import asyncio
import multiprocessing
import os
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

import trustme
import uvloop

from bot.line.client import LineClient
from bot.line.connection import LineConnection
from bot.line.tokens import LongLivedToken


@dataclass(frozen=True)
class Stub:
    """Where it listens, and who says that its certificate is right."""

    url: str
    authority: bytes

    def client(self) -> LineClient:
        trusted = ssl.create_default_context(cadata=self.authority.decode())
        return LineClient(LineConnection(LongLivedToken("benchmark"), api_url=self.url, tls=trusted))


@contextmanager
def line_stub(folder: Path, latency: float = 0.1, ledger: Path | None = None) -> Iterator[Stub]:
    """LINE over TLS: a stub in a process of its own that answers everything with 200 after `latency` seconds.

    In the ledger it notes each request: when on `time.monotonic` it came, and its retry key.
    """
    authority, certificate = trustme.CA(), folder / "line.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(str(certificate), latency, ledger, theirs), daemon=True)
    process.start()
    yield Stub(f"https://localhost:{ours.recv()}", authority.cert_pem.bytes())
    process.terminate()
    process.join()


def _serve(certificate: str, latency: float, ledger: Path | None, out: Connection) -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)

    async def forever(notes: TextIO) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Line(latency, notes), "127.0.0.1", 0, ssl=tls, backlog=1024)
        out.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    with (ledger or Path(os.devnull)).open("w", buffering=1) as notes:
        uvloop.run(forever(notes))


class _Line(asyncio.Protocol):
    """Enough of HTTP/1.1 for one request at a time on a kept-alive connection."""

    def __init__(self, latency: float, notes: TextIO) -> None:
        self._latency = latency
        self._notes = notes
        self._loop = asyncio.get_running_loop()
        self._read = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) >= length:
            self._read = body[length:]
            key = head.lower().partition(b"x-line-retry-key:")[2].split(b"\r\n", 1)[0].strip()
            self._notes.write(f"{time.monotonic():.6f} {key.decode()}\n")
            self._loop.call_later(self._latency, self._answer)

    def _answer(self) -> None:
        said = b'{"sentMessages":[{"id":"461230966842064897","quoteToken":"IStG5h1Tz7b"}]}'
        head = (
            b"HTTP/1.1 200 OK\r\nServer: legy\r\nContent-Type: application/json\r\nx-line-request-id: %s\r\n"
            b"Content-Length: %d\r\n\r\n"
        )
        self._transport.write(head % (str(uuid4()).encode(), len(said)) + said)
