"""LINE to inbox: verify, keep durably, then answer 200; never the other way round."""

import asyncio
import base64
import hashlib
import hmac
import json
import queue
import re
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from bot.clock import Clock
from bot.log import where
from handlers.event import occurred_at
from models import dialects
from models.inbox import InboxEvent, InboxState

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
Row = dict[str, Any]
Waiting = tuple[list[Row], "asyncio.Future[None]"]

_COLUMNS = ("webhook_event_id", "line_user_id", "type", "occurred_at", "received_at", "raw", "state", "attempts")
_TOO_SLOW = "LINE has given up"
_USER_ID = re.compile(r"U[0-9a-f]{32}")
_EVENT_ID = re.compile(r"[ -~]{1,64}")
_KIND = re.compile(r"\w{1,32}")


class Writer:
    """Commits all events that wait, as one transaction, in its own thread.

    The batch grows by itself under load; there is no timer, so a lone event waits for nobody.
    """

    def __init__(self, engine: Engine, _clock: Clock, wake: Callable[[], None]) -> None:
        self._engine = dialects.one_statement_engine(engine)
        self._insert = dialects.insert_new(engine.dialect, InboxEvent, "webhook_event_id", _COLUMNS)
        self._connection: Connection | None = None
        self._wake = wake
        self._open = 0
        self._arriving: list[Waiting] = []
        self._waiting: queue.SimpleQueue[list[Waiting] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="inbox-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    async def keep(self, rows: list[Row]) -> None:
        """Returns when the rows are on disk; raises NotKept when they are not."""
        if self._open >= MAX_WAITING:
            raise NotKept
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._arriving.append((rows, done))
        if len(self._arriving) == 1:
            loop.call_soon(self._hand_over)
        self._open += 1
        try:
            await done
        finally:
            self._open -= 1

    def _hand_over(self) -> None:
        """One turn of the loop hands over all it has read: woken by the first, the thread would take only that."""
        arrived, self._arriving = self._arriving, []
        self._waiting.put(arrived)

    def _run(self) -> None:
        running = True
        while running:
            batches = [self._waiting.get()]
            while not self._waiting.empty():
                batches.append(self._waiting.get())
            running = None not in batches
            entries = [entry for batch in batches if batch for entry in batch]
            if entries:
                self._commit(entries)
        self._disconnect()

    def _commit(self, entries: list[Waiting]) -> None:
        error: Exception | None = None
        try:
            self._store([row for rows, _done in entries for row in rows])
        except Exception as failure:  # whatever it is, this thread must go on and LINE must be told
            if len(entries) > 1 and not isinstance(failure, OperationalError):
                for entry in entries:  # one odd event must not lose the others
                    self._commit([entry])
                return
            log.error("inbox_not_durable", requests=len(entries), error=where(failure))
            error = NotKept()
        entries[0][1].get_loop().call_soon_threadsafe(_release, [done for _rows, done in entries], error)
        if error is None:
            self._wake()

    def _store(self, rows: list[Row]) -> None:
        """On one connection that stays open; a connection that was lost since the last batch is replaced."""
        kept_open = self._connection is not None
        try:
            self._store_once(rows)
        except SQLAlchemyError as failure:
            self._disconnect()
            if not (kept_open and isinstance(failure, DBAPIError) and failure.connection_invalidated):
                raise
            self._store_once(rows)

    def _store_once(self, rows: list[Row]) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
        with self._connection.begin():
            self._insert(self._connection, rows)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class NotKept(Exception):  # noqa: N818  reads as what it says where it is caught
    """The events are not on disk: LINE must deliver them again."""


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
