"""What LINE's answer to a call means for us: sent, refused, wait, or nobody can know."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import orjson

REPLY = "/v2/bot/message/reply"
PUSH = "/v2/bot/message/push"
MULTICAST = "/v2/bot/message/multicast"


class Outcome(StrEnum):
    """How sending one request ended; the status and the endpoint decide, LINE's words are no contract."""

    ACCEPTED = "accepted"  # 2xx: LINE will deliver to whoever has not blocked us
    ALREADY_ACCEPTED = "already_accepted"  # 409 naming the earlier request: an earlier attempt got through
    REFUSED = "refused"  # any other 4xx: permanent for this message, and nobody received it
    BAD_REPLY_TOKEN = "bad_reply_token"  # 400 to a reply whose messages LINE does not fault: too late, or used
    UNAUTHORISED = "unauthorised"  # 401 even with a fresh token: stop and alarm
    FORBIDDEN = "forbidden"  # 403, the account lacks the feature: stop and alarm
    RATE_LIMITED = "rate_limited"  # 429: slow down, then the same key
    MONTHLY_LIMIT = "monthly_limit"  # 429: the month's messages are used up; waiting minutes will not help
    UNKNOWN = "unknown"  # 5xx, timeout or reset: perhaps delivered; repeat only with the same key
    NOT_SENT = "not_sent"  # no connection or no token: certainly not delivered
    CONFLICT_WITHOUT_ID = "conflict_without_id"  # 409 not saying what was accepted: for a human


@dataclass(frozen=True, slots=True)
class Response:
    """LINE's raw answer to one HTTP request."""

    status: int
    body: bytes = field(default=b"", repr=False)
    request_id: str | None = None
    accepted_request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One attempt to send, as the outbox keeps it; nothing in it comes from our message or about a person."""

    outcome: Outcome
    status: int | None = None
    request_id: str | None = None
    accepted_request_id: str | None = None
    detail: str = ""
    at_fault: tuple[str, ...] = ()  # the properties LINE faults, such as `messages[0].text` or `to[3]`

    @property
    def accepted(self) -> bool:
        return self.outcome in (Outcome.ACCEPTED, Outcome.ALREADY_ACCEPTED)


@dataclass(frozen=True, slots=True)
class Quota:
    """This month's billed messages; LINE's count of those used is approximate."""

    limit: int | None  # None: the plan has no limit
    used: int

    @property
    def used_up(self) -> bool:
        return self.limit is not None and self.used >= self.limit


class LineError(Exception):
    """What a call that sends no message may raise.

    LineError
    ├── LineUnavailable      no usable answer (5xx, 429, timeout, broken body): the call may succeed later
    │   └── NeverReached     no connection, or no access token to be had: LINE has certainly done nothing
    ├── LineRefused          LINE said no (any other 4xx): the call would fail again
    └── ContentTooLarge      the file a worker sent is larger than the caller takes

    The text names the endpoint, never whom it was about.
    """

    def __init__(self, endpoint: str, detail: str, *, status: int | None = None, request_id: str | None = None) -> None:
        super().__init__(f"{endpoint}: {status or 'no answer'}: {detail}" if detail else f"{endpoint}: {status}")
        self.endpoint = endpoint
        self.detail = detail
        self.status = status
        self.request_id = request_id


class LineUnavailable(LineError):  # noqa: N818 - named for what happened
    pass


class NeverReached(LineUnavailable):
    pass


class LineRefused(LineError):  # noqa: N818 - named for what happened
    pass


class ContentTooLarge(LineError):  # noqa: N818 - named for what happened
    pass


def read_answer(endpoint: str, response: Response, sent: bytes = b"") -> Answer:
    """What `response` means; `sent` is our request's body, so that none of it is repeated in the detail."""
    said = as_object(response.body)
    at_fault = _properties(said)
    outcome = _outcome(endpoint, response, at_fault)
    accepted = outcome in (Outcome.ACCEPTED, Outcome.ALREADY_ACCEPTED)
    return Answer(
        outcome=outcome,
        status=response.status,
        request_id=response.request_id,
        accepted_request_id=response.accepted_request_id,
        detail="" if accepted else detail_of(response.body, sent),
        at_fault=() if accepted else at_fault,
    )


def read_error(endpoint: str, response: Response, sent: bytes = b"") -> LineError:
    """The error that an answer outside 2xx is, for calls that send no message."""
    passing = response.status in (408, 429) or not 400 <= response.status < 500
    kind = LineUnavailable if passing else LineRefused
    detail = detail_of(response.body, sent)
    return kind(endpoint, detail, status=response.status, request_id=response.request_id)


def tell_limits_apart(answer: Answer, quota: Quota | None) -> Answer:
    """A 429, told apart by the month's quota (None: could not be asked).

    LINE's words count only where the quota is silent: it lags, a multicast may be larger than what is left,
    and a running narrowcast reserves messages that nobody has received yet.
    """
    if answer.outcome is not Outcome.RATE_LIMITED or (quota and quota.limit is None):
        return answer
    if (quota and quota.used_up) or "monthly limit" in answer.detail.lower():
        return replace(answer, outcome=Outcome.MONTHLY_LIMIT)
    return answer


def _outcome(endpoint: str, response: Response, at_fault: tuple[str, ...]) -> Outcome:
    match response.status:
        case status if 200 <= status < 300:
            return Outcome.ACCEPTED
        # LINE documents neither 3xx nor 408: something in between spoke, and cannot know what LINE did.
        case status if status < 400 or status == 408 or status >= 500:
            return Outcome.UNKNOWN
        case 400 if endpoint == REPLY and not any(name.startswith("messages") for name in at_fault):
            return Outcome.BAD_REPLY_TOKEN
        case 401:
            return Outcome.UNAUTHORISED
        case 403:
            return Outcome.FORBIDDEN
        case 409:
            return Outcome.ALREADY_ACCEPTED if response.accepted_request_id else Outcome.CONFLICT_WITHOUT_ID
        case 429:
            return Outcome.RATE_LIMITED
    return Outcome.REFUSED


def as_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; empty if it is anything else."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _objects(listed: object) -> list[dict[str, Any]]:
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


_PROPERTY = re.compile(r"[A-Za-z/][A-Za-z0-9_/.\[\]-]{0,119}")
_MOST_PROPERTIES = 20


def _properties(said: dict[str, Any]) -> tuple[str, ...]:
    names = (item.get("property") for item in _objects(said.get("details")))
    fit = (name for name in names if isinstance(name, str) and _PROPERTY.fullmatch(name))
    return tuple(fit)[:_MOST_PROPERTIES]


_LONGEST_DETAIL = 300
# What might be a person or our own words: ids, addresses, numbers, other scripts, and any value in quotes.
_PRIVATE = re.compile(
    r"\"[^\"]*\"|“[^”]*”|(?<!\w)'(?!(?:to|replyToken|messages[\w.\[\]]*)')[^']*'"
    r"|[UCR][0-9a-f]{32}|\S+://\S+|\S+@\S+|\S*\d{4}\S*|[^ -~]+"
)


def detail_of(body: bytes, sent: bytes = b"") -> str:
    """LINE's own words and the names of the properties it faults, with all that may be ours masked."""
    said = as_object(body)
    words = said.get("message") or said.get("error_description") or said.get("error")
    if not isinstance(words, str):
        return f"{len(body)} bytes that are no LINE error"
    for ours in sorted(_strings(_loaded(sent)), key=len, reverse=True):
        words = words.replace(ours, "…")
    words = _PRIVATE.sub("…", words)
    return " ".join([words, *_properties(said)])[:_LONGEST_DETAIL]


def _loaded(sent: bytes) -> object:
    try:
        return orjson.loads(sent)
    except orjson.JSONDecodeError:
        return None


def _strings(value: object) -> set[str]:
    """All our own words in a request's body; values of `type` are LINE's vocabulary, not ours."""
    if isinstance(value, dict):
        return set().union(*(_strings(part) for key, part in value.items() if key != "type"))
    if isinstance(value, list):
        return set().union(*(_strings(part) for part in value))
    return {value} if isinstance(value, str) and len(value) > 1 else set()
