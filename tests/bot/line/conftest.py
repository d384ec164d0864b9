"""A scripted LINE on the loopback: real sockets and TLS, and it does with each request what the test says."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

import pytest
import trustme
from aiohttp import web

from bot.line.client import LineClient
from bot.line.connection import LineConnection
from bot.line.tokens import LongLivedToken, Tokens


@dataclass(frozen=True)
class Step:
    """What to do with one request, once it was read to its end."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    reset: bool = False
    torn: bool = False  # promises more of the body than it sends, then hangs up


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    peer: tuple[str, int]


class ScriptedLine:
    """Answers each path by its steps in turn, the last one again and again; 200 `{}` to the rest."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.script: dict[str, list[Step]] = {}
        self.received: list[Received] = []
        self.before_answering: Callable[[], Awaitable[object]] | None = None
        self._tls = tls
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}"

    def at(self, path: str) -> list[Received]:
        return [one for one in self.received if one.path == path]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        transport = request.transport
        assert transport is not None
        body = await request.read()
        peer = transport.get_extra_info("peername")
        self.received.append(Received(request.method, request.raw_path, request.headers.copy(), body, peer))
        steps = self.script.get(request.raw_path, [])
        step = (steps.pop(0) if len(steps) > 1 else steps[0]) if steps else Step()
        if self.before_answering is not None:
            await self.before_answering()
        await asyncio.sleep(step.delay)
        if step.reset:
            transport.abort()
        if step.torn:
            torn = web.StreamResponse(status=step.status, headers={**step.headers, "Content-Length": "999"})
            await torn.prepare(request)
            await torn.write(step.body)
            transport.abort()
            return torn
        return web.Response(status=step.status, body=step.body, headers=step.headers)


@dataclass(frozen=True)
class LineLab:
    """All a test needs to speak with a scripted LINE over TLS."""

    server_tls: ssl.SSLContext
    client_tls: ssl.SSLContext

    def line(self) -> ScriptedLine:
        return ScriptedLine(self.server_tls)

    def client(
        self,
        line: ScriptedLine,
        tokens: Tokens | None = None,
        *,
        url: str | None = None,
        tls: ssl.SSLContext | None = None,
        connect_seconds: float = 3,
        total_seconds: float = 10,
    ) -> LineClient:
        connection = LineConnection(
            tokens or LongLivedToken("token-of-the-lab"),
            api_url=url or line.url,
            data_url=url or line.url,
            tls=tls or self.client_tls,
            connect_seconds=connect_seconds,
            total_seconds=total_seconds,
        )
        return LineClient(connection)


@pytest.fixture(scope="session")
def lab() -> LineLab:
    authority = trustme.CA()
    server_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(server_tls)
    client_tls = ssl.create_default_context()
    authority.configure_trust(client_tls)
    return LineLab(server_tls, client_tls)


@pytest.fixture
def step() -> type[Step]:
    return Step
