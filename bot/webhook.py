"""LINE to inbox: verify, keep durably, then answer 200; never the other way round."""

import asyncio
import base64
import hashlib
import hmac
import queue
import re
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.log import where
from handlers.event import occurred_at
from models import dialects
from models.inbox import InboxEvent, InboxState

MAX_BODY = 2 * 1024 * 1024
MAX_WAITING = 20_000
"""Events waiting for a commit: more than that, and LINE is told to come back."""
TOO_OLD = timedelta(days=7)
"""LINE's signature has no time in it: a body from long ago is somebody replaying it."""

log = structlog.get_logger()

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_USER_ID = re.compile(r"U[0-9a-f]{32}")


class Writer:
    """Commits all events that wait, as one transaction, in its own thread.

    The batch grows by itself under load; there is no timer, so a lone event waits for nobody.
    """

    def __init__(self, engine: Engine, clock: Clock, wake: Callable[[], None]) -> None:
        self._engine = engine
        self._clock = clock
        self._wake = wake
        self._waiting: queue.SimpleQueue[tuple[list[dict[str, Any]], asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="inbox-writer", daemon=True)
        self._insert = dialects.insert_for(engine.dialect, InboxEvent).on_conflict_do_nothing(
            index_elements=["webhook_event_id"]
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    async def keep(self, rows: list[dict[str, Any]]) -> None:
        """Returns when the rows are on disk; raises what the database raised when they are not."""
        if self._waiting.qsize() > MAX_WAITING:
            raise TimeoutError("too many events wait for the database")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put((rows, done))
        await done

    def _run(self) -> None:
        running = True
        while running:
            batch = [self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get())
            entries = [entry for entry in batch if entry is not None]
            running = len(entries) == len(batch)
            if entries:
                self._commit(entries)

    def _commit(self, entries: list[tuple[list[dict[str, Any]], asyncio.Future[None]]]) -> None:
        rows = [row for rows, _done in entries for row in rows]
        error: Exception | None = None
        try:
            with self._engine.begin() as connection:
                connection.execute(self._insert, rows)
        except SQLAlchemyError as failure:
            log.error("inbox_not_durable", events=len(rows), error=where(failure))
            error = failure
        entries[0][1].get_loop().call_soon_threadsafe(_release, [done for _rows, done in entries], error)
        if error is None:
            self._wake()


def _release(waiting: list[asyncio.Future[None]], error: Exception | None) -> None:
    for done in waiting:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)


class Webhook:
    """The ASGI endpoint that LINE calls. It answers without a body: nothing of an event is ever echoed."""

    def __init__(self, secret: str, writer: Writer, clock: Clock) -> None:
        self._secret = secret.encode()
        self._writer = writer
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 405 if scope["method"] != "POST" else await self._receive(scope, receive)
        headers = [(b"content-length", b"0")]
        if status == 405:
            headers.append((b"allow", b"POST"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

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
        except (SQLAlchemyError, TimeoutError):
            return 503
        return 200


def signed(secret: bytes, body: bytes, signature: bytes | None) -> bool:
    """Whether LINE signed exactly these bytes (Messaging API: verify webhook signature)."""
    if signature is None:
        return False
    expected = base64.b64encode(hmac.digest(secret, body, hashlib.sha256))
    return hmac.compare_digest(expected, signature)


def parse(body: bytes, now: datetime) -> list[dict[str, Any]] | None:
    """The inbox rows of a request body, or None when it is not what LINE sends.

    orjson refuses bad UTF-8, lone surrogates, NaN and absurd depths. One odd event never loses another.
    """
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    events = envelope.get("events") if isinstance(envelope, dict) else None
    if not isinstance(events, list):
        return None
    return [_row(event, now) for event in events if isinstance(event, dict)]


def _row(event: dict[str, Any], now: datetime) -> dict[str, Any]:
    raw = orjson.dumps(event)
    source = event.get("source")
    user_id = source.get("userId") if isinstance(source, dict) else None
    known = isinstance(user_id, str) and _USER_ID.fullmatch(user_id) is not None
    # In groups and rooms others read along; in standby another module has the chat.
    ours = known and source["type"] == "user" if isinstance(source, dict) and "type" in source else False
    at = occurred_at(event)
    usable = ours and event.get("mode") != "standby" and at > now - TOO_OLD
    event_id = event.get("webhookEventId")
    if not isinstance(event_id, str) or not 1 <= len(event_id) <= 64:
        event_id = "sha256:" + hashlib.sha256(raw).hexdigest()[:56]
    kind = event.get("type")
    return {
        "webhook_event_id": event_id,
        "line_user_id": user_id if known else None,
        "type": kind[:32] if isinstance(kind, str) else "",
        "occurred_at": at,
        "received_at": now,
        "raw": raw,
        "state": (InboxState.NEW if usable else InboxState.IGNORED).value,
        "attempts": 0,
    }


async def _read(receive: Receive) -> bytes | None:
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
