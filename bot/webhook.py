"""LINE to inbox: verify, keep durably, then answer 200; never the other way round."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from sqlalchemy import Engine

from bot.clock import Clock
from bot.log import where
from bot.stores import open_store, settle
from handlers.event import occurred_at
from models.arrivals import Row
from models.inbox import InboxState

MAX_BODY = 2 * 1024 * 1024
MAX_WAITING = 20_000
"""Requests waiting for a commit: more than that, and LINE is told to come back."""
LINE_WAITS_SECONDS = 2.0
"""After that LINE has given the request up, so nothing is worth waiting for."""
TOO_OLD = timedelta(days=7)
"""LINE's signature has no time in it: a body from long ago is somebody replaying it."""

log = structlog.get_logger()

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Waiting = tuple[list[Row], "asyncio.Future[None]"]

_TOO_SLOW = "LINE has given up"
_USER_ID = re.compile(r"U[0-9a-f]{32}")
_EVENT_ID = re.compile(r"[ -~]{1,64}")
_KIND = re.compile(r"\w{1,32}")


class Writer:
    """Commits all events that wait, as one transaction.

    The batch grows by itself under load; there is no timer, so a lone event waits for nobody.
    """

    def __init__(self, engine: Engine, wake: Callable[[], None]) -> None:
        self._store = open_store(engine)
        self.wake = wake
        self._open = 0
        self._waiting: list[Waiting] = []
        self._committing: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """Commit what waits, then end; a database that does not answer is not waited for longer than LINE waits."""
        if self._committing is not None:
            await asyncio.wait({self._committing}, timeout=LINE_WAITS_SECONDS)
        await self._store.close()

    def keep(self, rows: list[Row]) -> asyncio.Future[None]:
        """Done when the rows are on disk; fails with NotKept when they are not."""
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        if self._open >= MAX_WAITING:
            kept.set_exception(NotKept())
            return kept
        self._open += 1
        self._waiting.append((rows, kept))
        if self._committing is None:
            # It starts when the loop has read all there is to read, so the first request takes the others along.
            self._committing = loop.create_task(self._commit_all())
        return kept

    async def _commit_all(self) -> None:
        while self._waiting:
            entries, self._waiting = self._waiting, []
            await self._commit(entries)
            self._open -= len(entries)
        self._committing = None

    async def _commit(self, entries: list[Waiting]) -> None:
        error: Exception | None = None
        try:
            await self._store.insert([row for rows, _kept in entries for row in rows])
        except Exception as failure:  # whatever it is, the next batch must be tried and LINE must be told
            if len(entries) > 1 and not isinstance(failure, self._store.down):
                for entry in entries:  # one odd event must not lose the others
                    await self._commit([entry])
                return
            log.error("inbox_not_durable", requests=len(entries), error=where(failure))
            error = NotKept()
        for _rows, kept in entries:
            settle(kept, error)
        if error is None:
            self.wake()


class NotKept(Exception):  # noqa: N818  reads as what it says where it is caught
    """The events are not on disk: LINE must deliver them again."""


class Webhook:
    """The ASGI endpoint that LINE calls. It answers without a body: nothing of an event is ever echoed."""

    def __init__(self, secret: str, writer: Writer, clock: Clock) -> None:
        self._secret = secret.encode()
        self._writer = writer
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 405 if scope["method"] != "POST" else await self._in_time(scope, receive)
        headers = [(b"content-length", b"0")]
        if status != 200:  # the rest of the body, perhaps an endless one, is not waited for
            headers.append((b"connection", b"close"))
        if status == 405:
            headers.append((b"allow", b"POST"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _in_time(self, scope: Scope, receive: Receive) -> int:
        """What asyncio.timeout() would do, at a third of its cost."""
        task = asyncio.current_task()
        assert task is not None
        timer = asyncio.get_running_loop().call_later(LINE_WAITS_SECONDS, task.cancel, _TOO_SLOW)
        try:
            return await self._receive(scope, receive)
        except asyncio.CancelledError as cancelled:
            if cancelled.args != (_TOO_SLOW,):
                raise
            task.uncancel()
            log.warning("webhook_too_slow")
            return 503
        finally:
            timer.cancel()

    async def _receive(self, scope: Scope, receive: Receive) -> int:
        body = await _read(receive)
        if body is None:
            return 413
        if not signed(self._secret, body, _header(scope, b"x-line-signature")):
            log.warning("webhook_signature_refused")
            return 401
        rows = parse(body, self._clock.now())
        if rows is None:
            log.warning("webhook_unreadable", size=len(body))
            return 400
        if not rows:
            return 200
        try:
            await self._writer.keep(rows)
        except NotKept:
            return 503
        return 200


def signed(secret: bytes, body: bytes, signature: bytes | None) -> bool:
    """Whether LINE signed exactly these bytes (Messaging API: verify webhook signature)."""
    if signature is None:
        return False
    expected = base64.b64encode(hmac.digest(secret, body, hashlib.sha256))
    return hmac.compare_digest(expected, signature)


def parse(body: bytes, now: datetime) -> list[Row] | None:
    """The inbox rows of a request body, or None when it is not what LINE sends.

    orjson refuses bad UTF-8, lone surrogates, NaN and numbers beyond a double. One odd event never loses another.
    """
    try:
        envelope = orjson.loads(body)
        if orjson.dumps(envelope) != body:  # always equal when LINE writes it as tersely as it does today
            json.loads(body, object_pairs_hook=_refuse_repeats)
    except (ValueError, TypeError, RecursionError):  # what is nested too deep to be written again, too
        return None
    events = envelope.get("events") if isinstance(envelope, dict) else None
    if not isinstance(events, list):
        return None
    return [_row(event, now) for event in events if isinstance(event, dict)]


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> None:
    """A key that is there twice means one thing to one reader and another to the next."""
    if len({key for key, _value in pairs}) != len(pairs):
        raise ValueError("repeated key")


def _row(event: dict[str, Any], now: datetime) -> Row:
    raw = orjson.dumps(event)
    at = occurred_at(event)
    user_id, from_user = _person(event)
    # In standby another module has the chat.
    usable = from_user and event.get("mode") != "standby" and at > now - TOO_OLD
    event_id, kind = event.get("webhookEventId"), event.get("type")
    if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
        event_id = "sha256:" + hashlib.sha256(raw).hexdigest()[:56]
    return {
        "webhook_event_id": event_id,
        # Whatever is not for us is noted, so that it changes nothing when it comes again, but not kept.
        "line_user_id": user_id if usable else None,
        "type": kind if isinstance(kind, str) and _KIND.fullmatch(kind) else "",
        "occurred_at": at,
        "received_at": now,
        "raw": raw if usable else None,
        "state": (InboxState.NEW if usable else InboxState.IGNORED).value,
        "attempts": 0,
    }


def _person(event: dict[str, Any]) -> tuple[str | None, bool]:
    """Whose event it is, and whether it happened between that person and us: in groups and rooms others read along."""
    source = event.get("source")
    if not isinstance(source, dict):
        return None, False
    user_id = source.get("userId")
    if not isinstance(user_id, str) or not _USER_ID.fullmatch(user_id):
        return None, False
    return user_id, source.get("type") == "user"


async def _read(receive: Receive) -> bytes | None:
    """The body, or None when it is too large. A body that breaks off reads as empty, and nobody signed that."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _header(scope: Scope, name: bytes) -> bytes | None:
    return next((value for key, value in scope["headers"] if key.lower() == name), None)
