"""The calls we make to LINE: sending, asking and asking about a person or the account."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from uuid import UUID

import orjson

from bot.line.answers import (
    MULTICAST,
    PUSH,
    REPLY,
    Answer,
    LineError,
    LineRefused,
    LineUnavailable,
    NeverReached,
    Outcome,
    Quota,
    read_answer,
    tell_limits_apart,
)
from bot.line.connection import LineConnection
from bot.line.menu_calls import RichMenuCalls

_PROFILE = "/v2/bot/profile/{userId}"
_QUOTA = "/v2/bot/message/quota"
_STATISTICS = "/v2/bot/insight/message/event/aggregation?customAggregationUnit={unit}&from={first}&to={last}"
_CONTENT = "/v2/bot/message/{messageId}/content"
_WEBHOOK = "/v2/bot/channel/webhook/endpoint"
_QUOTA_KEPT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person shows of themselves on LINE; never printed."""

    user_id: str = field(repr=False)
    display_name: str = field(repr=False)
    language: str | None  # BCP 47, absent without consent; a first guess only


@dataclass(frozen=True, slots=True)
class BotInfo:
    user_id: str
    basic_id: str
    display_name: str
    chat_mode: str  # `bot`, or `chat` where people answer in LINE's own manager


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    url: str
    active: bool


class LineClient(RichMenuCalls):
    """LINE as the bot uses it, inside `async with`; one for the whole process.

    Sending returns an `Answer` and raises nothing but cancellation; all else raises a `LineError`.
    Nothing is repeated here except once after a 401, with the same retry key: the outbox decides.
    """

    def __init__(self, line: LineConnection) -> None:
        super().__init__(line)
        self._quota_lock = asyncio.Lock()
        self._quota_seen: Quota | None = None
        self._quota_seen_at = float("-inf")

    async def __aenter__(self) -> Self:
        await self._line.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._line.__aexit__(kind, error, trace)

    # Sending

    async def push(self, body: bytes, retry_key: UUID) -> Answer:
        return await self._send_billed(PUSH, body, retry_key)

    async def multicast(self, body: bytes, retry_key: UUID) -> Answer:
        return await self._send_billed(MULTICAST, body, retry_key)

    async def reply(self, body: bytes) -> Answer:
        """Free, and without a retry key, which LINE refuses here: an unknown outcome stays unknown."""
        return await self._send(REPLY, body)

    async def _send_billed(self, endpoint: str, body: bytes, retry_key: UUID) -> Answer:
        answer = await self._send(endpoint, body, str(retry_key))
        if answer.outcome is Outcome.RATE_LIMITED:
            return tell_limits_apart(answer, await self._recent_quota())
        return answer

    async def _send(self, endpoint: str, body: bytes, retry_key: str | None = None) -> Answer:
        try:
            response = await self._line.call("POST", endpoint, body, retry_key=retry_key)
        except LineError as error:
            return _unanswered(error)
        return read_answer(endpoint, response, body)

    async def _recent_quota(self) -> Quota | None:
        """The quota, asked once for all the 429s that arrive together; None if it cannot be had."""
        async with self._quota_lock:
            if time.monotonic() - self._quota_seen_at >= _QUOTA_KEPT_SECONDS:
                try:
                    self._quota_seen = await self.quota()
                except LineError:
                    self._quota_seen = None
                self._quota_seen_at = time.monotonic()
            return self._quota_seen

    # People

    async def profile(self, user_id: str) -> Profile | None:
        """None if LINE shows us nobody: blocked us, deleted the account, no friend, or no consent."""
        try:
            said = await self._line.ask("GET", _PROFILE, ids={"userId": user_id})
        except LineRefused as refused:
            if refused.status == 404:
                return None
            raise
        language = said.get("language")
        return Profile(
            user_id=user_id,
            display_name=str(said.get("displayName", "")),
            language=language if isinstance(language, str) else None,
        )

    async def start_loading(self, user_id: str, seconds: int) -> None:
        """Shows the waiting dots; never fails, because nothing depends on them."""
        allowed = min(60, max(5, -(-seconds // 5) * 5))  # LINE takes 5 to 60 in steps of 5
        body = orjson.dumps({"chatId": user_id, "loadingSeconds": allowed})
        # A failure is in the log already.
        await self._send("/v2/bot/chat/loading/start", body)

    async def content(
        self, message_id: str, *, max_bytes: int, total_seconds: float = 60.0
    ) -> AsyncGenerator[bytes, None]:
        """The file a worker sent, piece by piece; use it inside `contextlib.aclosing`.

        Raises `ContentTooLarge` before more than `max_bytes` were given out, `LineUnavailable` also while
        LINE still prepares a video (202), and `LineRefused` once the file is gone (404, 410).
        """
        pieces = self._line.download(
            _CONTENT, ids={"messageId": message_id}, max_bytes=max_bytes, total_seconds=total_seconds
        )
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                yield piece

    # The account

    async def quota(self) -> Quota:
        granted = await self._line.ask("GET", _QUOTA)
        consumed = await self._line.ask("GET", f"{_QUOTA}/consumption")
        kind, limit, used = granted.get("type"), granted.get("value"), consumed.get("totalUsage")
        if type(used) is int and kind == "none":
            return Quota(None, used)
        if type(used) is int and kind == "limited" and type(limit) is int:
            return Quota(limit, used)
        raise LineUnavailable(_QUOTA, "an answer that holds no quota")

    async def statistics(self, unit: str, first: str, last: str) -> tuple[int | None, int | None]:
        """How many saw what was sent under this unit in these days (yyyymmdd), and how many opened its link.

        None for fewer than 20 people, and where LINE cannot say.
        """
        said = await self._line.ask("GET", _STATISTICS, ids={"unit": unit, "first": first, "last": last})
        overview = said.get("overview")
        figures = overview if isinstance(overview, dict) else {}
        seen, tapped = figures.get("uniqueImpression"), figures.get("uniqueClick")
        return seen if type(seen) is int else None, tapped if type(tapped) is int else None

    async def bot_info(self) -> BotInfo:
        said = await self._line.ask("GET", "/v2/bot/info")
        return BotInfo(
            user_id=str(said.get("userId", "")),
            basic_id=str(said.get("basicId", "")),
            display_name=str(said.get("displayName", "")),
            chat_mode=str(said.get("chatMode", "")),
        )

    async def webhook_endpoint(self) -> WebhookEndpoint | None:
        """Where LINE sends events; None if no address was ever set."""
        try:
            said = await self._line.ask("GET", _WEBHOOK)
        except LineRefused as refused:
            if refused.status == 404:
                return None
            raise
        return WebhookEndpoint(str(said.get("endpoint", "")), said.get("active") is True)


def _unanswered(error: LineError) -> Answer:
    """The answer when LINE gave none: the connection broke, or there was no token to send with."""
    match error:
        case NeverReached():
            outcome = Outcome.NOT_SENT
        case LineRefused():  # LINE refuses us a token: the channel's id or secret is wrong
            outcome = Outcome.UNAUTHORISED
        case _:
            outcome = Outcome.UNKNOWN
    return Answer(outcome, error.status, error.request_id, detail=error.detail)
