"""What every HTTP call to LINE shares: the session, the line in the log, and what a broken network means."""

import ssl
import time

import aiohttp
import structlog

from bot.line.answers import LineUnavailable, NeverReached

log = structlog.get_logger(__name__)

_LARGEST_ANSWER = 8 * 1024 * 1024


def new_session(
    tls: ssl.SSLContext | None, *, connections: int, connect_seconds: float, total_seconds: float
) -> aiohttp.ClientSession:
    """A session that follows no proxy variables and keeps no cookies; certificates are always verified."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, ssl=True if tls is None else tls),
        timeout=aiohttp.ClientTimeout(total=total_seconds, connect=connect_seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,  # looking for proxies and netrc costs several times the request itself
    )


def log_call(
    method: str,
    endpoint: str,
    started: float,
    *,
    status: int | None = None,
    request_id: str | None = None,
    fault: str | None = None,
) -> None:
    """The line we keep of each call, because LINE keeps none for us; `started` is of `time.perf_counter`."""
    level = log.info if status is not None and status < 500 else log.warning
    level(
        "line_call",
        method=method,
        endpoint=endpoint,
        status=status,
        request_id=request_id,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
        **({} if fault is None else {"fault": fault}),
    )


def network_error(endpoint: str, fault: Exception) -> LineUnavailable:
    """Whether LINE can have received a call that ended in `fault` instead of an answer."""
    # No name, no route, refused, TLS not agreed, or no free connection in time: no byte of ours was sent.
    if isinstance(fault, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return NeverReached(endpoint, type(fault).__name__)
    return LineUnavailable(endpoint, type(fault).__name__)


async def read_body(http: aiohttp.ClientResponse) -> bytes:
    """The body as far as it came: once there is a status, a torn body must not make the outcome unknown."""
    body = bytearray()
    try:
        async for chunk in http.content.iter_any():
            body += chunk
            if len(body) > _LARGEST_ANSWER:
                http.close()
                break
    except (aiohttp.ClientError, TimeoutError, OSError):
        http.close()
    return bytes(body)


def header(http: aiohttp.ClientResponse, name: str) -> str | None:
    """One of LINE's ids, fit to be stored and logged."""
    value = http.headers.get(name, "")
    if not (value.isascii() and value.isprintable()):
        value = "".join(letter for letter in value if letter.isascii() and letter.isprintable())
    return value[:100] or None
