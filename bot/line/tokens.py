"""Access tokens for LINE: one that was given to us, or short ones that we fetch and keep fresh."""

import asyncio
import contextlib
import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp

from bot.line.answers import LineError, LineUnavailable, NeverReached, Response, as_object, read_error
from bot.line.network import header, log_call, new_session, read_body

TOKEN = "/oauth2/v3/token"
_LONGEST_WAIT = 60.0  # seconds between two attempts that fail


class Tokens(Protocol):
    """Where the token for the next call comes from."""

    async def current(self) -> str:
        """A token to use now; raises `LineError` where there is none."""
        ...

    async def replace(self, refused: str) -> str | None:
        """Another token than `refused`, which LINE answered with 401; None where there can be no other."""
        ...

    async def aclose(self) -> None: ...


class LongLivedToken:
    """The token issued in LINE's console; it has no other to offer."""

    def __init__(self, token: str) -> None:
        if not _fits_a_header(token):
            raise ValueError("the channel access token must be visible ASCII without spaces")
        self._token = token

    async def current(self) -> str:
        return self._token

    async def replace(self, refused: str) -> str | None:
        return None if refused == self._token else self._token

    async def aclose(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    refresh_at: float
    expires_at: float


class StatelessTokens:
    """Tokens of 15 minutes, fetched by whoever needs one first and shared by all others.

    From four fifths of its life on, a token is renewed in the background while it is still served; if that
    fails it is served until it really expires, and the next attempt waits twice as long, up to a minute.
    """

    def __init__(
        self,
        channel_id: str,
        channel_secret: str,
        api_url: str,
        *,
        tls: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._form = {
            "grant_type": "client_credentials",
            "client_id": channel_id,
            "client_secret": channel_secret,
        }
        self._url = api_url.rstrip("/") + TOKEN
        self._tls = tls
        self._monotonic = monotonic
        self._jitter = jitter
        self._token: _Token | None = None
        self._flight: asyncio.Task[_Token | LineError] | None = None
        self._failures = 0
        self._last_failure: LineError = NeverReached(TOKEN, "no token was asked for yet")
        self._try_again_at = float("-inf")

    async def current(self) -> str:
        now, token = self._monotonic(), self._token
        if token is None or now >= token.expires_at:
            return await self._fetched()
        if now >= token.refresh_at:
            self._refresh()
        return token.value

    async def replace(self, refused: str) -> str | None:
        if self._token is not None and self._token.value == refused:
            self._token = None
        return await self.current()

    async def aclose(self) -> None:
        if self._flight is not None:
            self._flight.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._flight

    async def _fetched(self) -> str:
        flight = self._refresh()
        # Shielded: one caller that gives up must not take the token away from all who wait with it.
        fetched = await asyncio.shield(flight) if flight else self._last_failure
        if isinstance(fetched, LineError):
            raise fetched.with_traceback(None)
        return fetched.value

    def _refresh(self) -> asyncio.Task[_Token | LineError] | None:
        """The one attempt under way, started if need be; None while we hold back after a failure."""
        if self._flight is None or self._flight.done():
            if self._monotonic() < self._try_again_at:
                return None
            self._flight = asyncio.create_task(self._fetch())
        return self._flight

    async def _fetch(self) -> _Token | LineError:
        asked_at = self._monotonic()
        fetched = await self._issue(asked_at)
        if isinstance(fetched, _Token):
            self._token, self._failures, self._try_again_at = fetched, 0, float("-inf")
            return fetched
        wait = min(2.0**self._failures, _LONGEST_WAIT) * (0.5 + self._jitter() / 2)
        self._failures = min(self._failures + 1, 10)
        self._last_failure, self._try_again_at = fetched, self._monotonic() + wait
        return fetched

    async def _issue(self, asked_at: float) -> _Token | LineError:
        started = time.perf_counter()
        # A session of its own, because one call in twelve minutes gains nothing from a kept connection.
        session = new_session(self._tls, connections=1, connect_seconds=3, total_seconds=10)
        try:
            async with session, session.post(self._url, data=self._form, allow_redirects=False) as http:
                response = Response(http.status, await read_body(http), header(http, "x-line-request-id"))
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            log_call("POST", TOKEN, started, fault=type(fault).__name__)
            return NeverReached(TOKEN, f"no access token: {type(fault).__name__}")
        log_call("POST", TOKEN, started, status=response.status, request_id=response.request_id)
        return _read_token(response, asked_at)


def _read_token(response: Response, asked_at: float) -> _Token | LineError:
    if response.status != 200:
        failure = read_error(TOKEN, response)
        if isinstance(failure, LineUnavailable):
            return NeverReached(TOKEN, failure.detail, status=failure.status, request_id=failure.request_id)
        return failure
    said = as_object(response.body)
    value, lasts = said.get("access_token"), said.get("expires_in")
    if not isinstance(value, str) or not _fits_a_header(value) or type(lasts) is not int or lasts <= 0:
        return NeverReached(TOKEN, "an answer that holds no token", status=200, request_id=response.request_id)
    # Counted from before we asked: what the journey took must not make a dead token look alive.
    return _Token(value, refresh_at=asked_at + lasts * 4 / 5, expires_at=asked_at + lasts)


def _fits_a_header(token: str) -> bool:
    return token.isascii() and token.isprintable() and token != "" and " " not in token
