"""One HTTP call to LINE with its token and deadline, renewed once on 401 and otherwise never repeated."""

import ssl
import time
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.line.answers import ContentTooLarge, Response, as_object, read_error
from bot.line.network import header, log_call, network_error, new_session, read_body
from bot.line.tokens import Tokens

API_URL = "https://api.line.me"
DATA_URL = "https://api-data.line.me"
# LINE takes 2,000 pushes a second; at 100 ms each that is 200 under way, and twice that when it is slow.
CONNECTIONS = 512


class LineConnection:
    """A pool of connections to LINE, open between `async with` and its end; closes its tokens too."""

    def __init__(
        self,
        tokens: Tokens,
        *,
        api_url: str = API_URL,
        data_url: str = DATA_URL,
        tls: ssl.SSLContext | None = None,
        connections: int = CONNECTIONS,
        connect_seconds: float = 3.0,
        total_seconds: float = 10.0,
    ) -> None:
        self._tokens = tokens
        self._api_url = api_url.rstrip("/")
        self._data_url = data_url.rstrip("/")
        self._tls = tls
        self._connections = connections
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._opened: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._opened = new_session(
            self._tls,
            connections=self._connections,
            connect_seconds=self._connect_seconds,
            total_seconds=self._total_seconds,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._opened = self._opened, None
        if session is not None:
            await session.close()
        await self._tokens.aclose()

    async def call(
        self,
        method: str,
        endpoint: str,
        body: bytes | None = None,
        *,
        ids: dict[str, str] | None = None,
        retry_key: str | None = None,
        content_type: str = "application/json",
        data_host: bool = False,
    ) -> Response:
        """LINE's answer, whatever its status.

        `endpoint` is a path whose `{names}` are filled from `ids`; only the path with its names is logged.
        Raises `NeverReached` if LINE cannot have received the call, `LineUnavailable` if nobody can know,
        and `LineRefused` if LINE gives us no token.
        """
        headers = {} if body is None else {"Content-Type": content_type}
        if retry_key is not None:
            headers["X-Line-Retry-Key"] = retry_key
        url = self._url(endpoint, ids, data_host)
        token = await self._tokens.current()
        response = await self._once(method, endpoint, url, body, headers, token)
        if response.status == 401 and (other := await self._tokens.replace(token)) is not None:
            response = await self._once(method, endpoint, url, body, headers, other)
        return response

    async def ask(
        self,
        method: str,
        endpoint: str,
        body: bytes | None = None,
        *,
        ids: dict[str, str] | None = None,
        content_type: str = "application/json",
        data_host: bool = False,
    ) -> dict[str, Any]:
        """The JSON object LINE answers with, empty if it is anything else; a `LineError` outside 2xx."""
        response = await self.call(method, endpoint, body, ids=ids, content_type=content_type, data_host=data_host)
        if not 200 <= response.status < 300:
            raise read_error(endpoint, response, body or b"")
        return as_object(response.body)

    async def download(
        self, endpoint: str, *, ids: dict[str, str], max_bytes: int, total_seconds: float
    ) -> AsyncGenerator[bytes, None]:
        """A file from LINE's data host, piece by piece, never more than `max_bytes` in all."""
        url = self._url(endpoint, ids, True)
        token = await self._tokens.current()
        http = await self._open(endpoint, url, token, total_seconds)
        if http.status == 401 and (other := await self._tokens.replace(token)) is not None:
            http.release()
            http = await self._open(endpoint, url, other, total_seconds)
        async with http:
            request_id = header(http, "x-line-request-id")
            if http.status != 200:  # 202 too: LINE still prepares a video
                raise read_error(endpoint, Response(http.status, await read_body(http), request_id))
            given = 0
            try:
                async for piece in http.content.iter_any():
                    given += len(piece)
                    if given > max_bytes:
                        raise ContentTooLarge(endpoint, f"more than {max_bytes} bytes", request_id=request_id)
                    yield piece
            except (aiohttp.ClientError, TimeoutError, OSError) as fault:
                raise network_error(endpoint, fault) from None

    async def _open(self, endpoint: str, url: URL, token: str, total_seconds: float) -> aiohttp.ClientResponse:
        started = time.perf_counter()
        timeout = aiohttp.ClientTimeout(
            total=total_seconds, connect=self._connect_seconds, sock_read=self._total_seconds
        )
        try:
            http = await self._session.get(url, headers=_bearer(token), allow_redirects=False, timeout=timeout)
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            log_call("GET", endpoint, started, fault=type(fault).__name__)
            raise network_error(endpoint, fault) from None
        request_id = header(http, "x-line-request-id")
        log_call("GET", endpoint, started, status=http.status, request_id=request_id)
        return http

    async def _once(
        self, method: str, endpoint: str, url: URL, body: bytes | None, headers: dict[str, str], token: str
    ) -> Response:
        started = time.perf_counter()
        try:
            async with self._session.request(
                method, url, data=body, headers=headers | _bearer(token), allow_redirects=False
            ) as http:
                response = Response(
                    status=http.status,
                    body=await read_body(http),
                    request_id=header(http, "x-line-request-id"),
                    accepted_request_id=header(http, "x-line-accepted-request-id"),
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            log_call(method, endpoint, started, fault=type(fault).__name__)
            # Not chained: the text of a network fault may hold the address, and that a person's id.
            raise network_error(endpoint, fault) from None
        log_call(method, endpoint, started, status=response.status, request_id=response.request_id)
        return response

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            raise RuntimeError("the connection to LINE is not open: use it inside `async with`")
        return self._opened

    def _url(self, endpoint: str, ids: dict[str, str] | None, data_host: bool) -> URL:
        path = endpoint.format_map({name: quote(one, safe="") for name, one in (ids or {}).items()})
        return URL((self._data_url if data_host else self._api_url) + path, encoded=True)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
