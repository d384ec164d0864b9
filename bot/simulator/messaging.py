"""LINE's endpoints that send messages or check them without sending."""

import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import linebot.v3.messaging.models as line_models

from bot.simulator.calls import Answer, Call, Endpoint, Refused, refuse_problems
from bot.simulator.chat import add_message, following, friends, preview
from bot.simulator.clock import instant
from bot.simulator.quota import bill
from bot.simulator.rules import message_problems
from bot.simulator.shape import Problem, problems_of

REPLY_LIFE = timedelta(minutes=1)
REDELIVERED_REPLY_LIFE = timedelta(minutes=20)
_RECIPIENT = re.compile(r"[UCR][0-9a-f]{32}")
_UNIT = re.compile(r"[a-zA-Z0-9_]{1,30}")
_QUOTABLE = frozenset(("text", "textV2", "sticker", "image", "video", "template"))
_FIRST_BOT_MESSAGE_ID = 600_000_000_000_000_000


def _push(call: Call) -> Answer:
    body = _body(call, line_models.PushMessageRequest)
    refuse_problems([*_aggregation_problems(body)])
    if not _RECIPIENT.fullmatch(body["to"]):
        raise Refused(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
    told = following(call.db, [body["to"]])
    bill(call, len(told))
    return Answer({"sentMessages": _deliver(call, body, [body["to"]], told, name_messages=True)})


def _multicast(call: Call) -> Answer:
    body = _body(call, line_models.MulticastRequest)
    refuse_problems([*_aggregation_problems(body)])
    to = body["to"]
    if not 1 <= len(to) <= 500:
        refuse_problems([Problem("to", "Size must be between 1 and 500")])
    refuse_problems(
        [
            Problem(f"to[{n}]", "invalid user id")
            for n, each in enumerate(to)
            if not re.fullmatch(r"U[0-9a-f]{32}", each)
        ]
    )
    told = following(call.db, to)
    bill(call, len(told))
    _deliver(call, body, to, told)
    return Answer()


def _broadcast(call: Call) -> Answer:
    body = _body(call, line_models.BroadcastRequest)
    told = friends(call.db)
    bill(call, len(told))
    _deliver(call, body, told, told)
    return Answer()


def _narrowcast(call: Call) -> Answer:
    body = _body(call, line_models.NarrowcastRequest)
    if body.get("recipient") or body.get("filter"):
        raise Refused(403, "Audiences and filters are not available for this account")
    told = friends(call.db)
    bill(call, len(told))
    _deliver(call, body, told, told)
    return Answer(status=202)


def _narrowcast_progress(call: Call) -> Answer:
    row = call.db.execute(
        "SELECT at, delivered FROM ledger WHERE request_id = ? AND path = '/v2/bot/message/narrowcast'",
        (call.query.get("requestId", ""),),
    ).fetchone()
    if row is None:
        raise Refused(404, "The narrowcast request was not found")
    at = instant(row["at"]).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    counts = {"successCount": row["delivered"], "failureCount": 0, "targetCount": row["delivered"]}
    return Answer({"phase": "succeeded", **counts, "acceptedTime": at, "completedTime": at})


def _reply(call: Call) -> Answer:
    body = _body(call, line_models.ReplyMessageRequest)
    token = call.db.execute("SELECT * FROM reply_token WHERE token = ?", (body["replyToken"],)).fetchone()
    usable = token is not None and not token["used"] and token["delivered_at"] is not None
    if usable:
        usable = call.now - instant(token["delivered_at"]) <= REPLY_LIFE
        if token["redelivered"]:
            usable = usable and call.now - instant(token["event_at"]) <= REDELIVERED_REPLY_LIFE
    if not usable:
        raise Refused(400, "Invalid reply token")
    call.db.execute("UPDATE reply_token SET used = 1 WHERE token = ?", (body["replyToken"],))
    told = following(call.db, [token["user_id"]])
    return Answer({"sentMessages": _deliver(call, body, [token["user_id"]], told, name_messages=True)})


def _validate(call: Call) -> Answer:
    if call.values["kind"] not in ("reply", "push", "multicast", "narrowcast", "broadcast"):
        raise Refused(404, "Not found")
    refuse_problems(message_problems(call.json().get("messages")))
    return Answer()


def _body(call: Call, model: type[Any]) -> dict[str, Any]:
    body = call.json()
    messages = body.get("messages")
    # The messages go through the stricter check that follows; here only the request around them.
    around = {**body, "messages": [{"type": "text", "text": "-"}]}
    refuse_problems([*problems_of(model, around, ignore_unknown=True), *message_problems(messages)])
    return body


def _aggregation_problems(body: dict[str, Any]) -> Iterator[Problem]:
    units = body.get("customAggregationUnits") or []
    if len(units) > 1:
        yield Problem("customAggregationUnits", "Size must be between 0 and 1")
    for unit in units:
        if not _UNIT.fullmatch(unit):
            yield Problem("customAggregationUnits", "Aggregation unit is invalid")


def _deliver(
    call: Call, body: dict[str, Any], recipients: list[str], told: list[str], *, name_messages: bool = False
) -> list[dict[str, str]]:
    """Write the request into the ledger and its messages into the chats; what LINE calls `sentMessages`."""
    messages: list[dict[str, Any]] = body["messages"]
    first_id = _FIRST_BOT_MESSAGE_ID + _next_ledger_seq(call) * 10
    sent = []
    for index, message in enumerate(messages):
        named = {"id": str(first_id + index)}
        if message["type"] in _QUOTABLE:
            named["quoteToken"] = secrets.token_urlsafe(24)
        sent.append(named)
    ledger_seq = call.accept(recipients, len(told), sent if name_messages else None)
    muted = bool(body.get("notificationDisabled"))
    for user_id in told:
        seq = 0
        for named, message in zip(sent, messages, strict=True):
            seq = add_message(
                call.db,
                user_id,
                named["id"],
                "bot",
                call.at,
                message,
                notification=None if muted else preview(message),
                ledger_seq=ledger_seq,
            )
        call.site.end_loading(user_id)
        call.touch("chat", user_id, seq)
    return sent


def _next_ledger_seq(call: Call) -> int:
    row = call.db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'ledger'").fetchone()
    return int(row["seq"]) + 1 if row else 1


def _send(name: str, handler: Any, *, takes_retry_key: bool = True) -> Endpoint:
    return Endpoint("POST", f"/v2/bot/message/{name}", handler, takes_retry_key=takes_retry_key, in_ledger=True)


ENDPOINTS = (
    _send("push", _push),
    _send("multicast", _multicast),
    _send("reply", _reply, takes_retry_key=False),
    _send("broadcast", _broadcast),
    _send("narrowcast", _narrowcast),
    Endpoint("GET", "/v2/bot/message/progress/narrowcast", _narrowcast_progress),
    Endpoint("POST", "/v2/bot/message/validate/{kind}", _validate),
)
