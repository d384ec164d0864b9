"""How many saw what was sent under one aggregation unit (reference, "Get statistics per unit")."""

import re
from datetime import UTC, datetime, timedelta, timezone

import orjson

from bot.simulator.calls import Answer, Call, Endpoint, Refused
from bot.simulator.clock import milliseconds

_LINE_TIME = timezone(timedelta(hours=9))
_FEWEST = 20
"""Of fewer people LINE tells nothing."""
_LONGEST = timedelta(days=30)


def _aggregation(call: Call) -> Answer:
    unit = call.query.get("customAggregationUnit", "")
    if not re.fullmatch(r"[a-zA-Z0-9_]{1,30}", unit):
        raise Refused(400, "The value for the 'customAggregationUnit' parameter is invalid")
    first, last = _day(call, "from"), _day(call, "to")
    if not first <= last <= first + _LONGEST:
        raise Refused(400, "The value for the 'to' parameter is invalid")
    rows = call.db.execute(
        "SELECT body, recipients FROM ledger WHERE at >= ? AND at < ?"
        " AND path IN ('/v2/bot/message/push', '/v2/bot/message/multicast')",
        (milliseconds(first.astimezone(UTC)), milliseconds((last + timedelta(days=1)).astimezone(UTC))),
    ).fetchall()
    told: set[str] = set()
    for row in rows:
        if unit in (orjson.loads(row["body"]).get("customAggregationUnits") or ()):
            told.update(orjson.loads(row["recipients"]))
    friends = {row["user_id"] for row in call.db.execute("SELECT user_id FROM phone WHERE following = 1")}
    # Nobody has a finger here: whoever got it has seen it, and nobody opened a link.
    seen = len(told & friends)
    overview = {
        "uniqueImpression": seen if seen >= _FEWEST else None,
        "uniqueClick": None,
        "uniqueMediaPlayed": None,
        "uniqueMediaPlayed100Percent": None,
    }
    return Answer({"overview": overview, "messages": [], "clicks": []})


def _day(call: Call, name: str) -> datetime:
    try:
        return datetime.strptime(call.query.get(name, ""), "%Y%m%d").replace(tzinfo=_LINE_TIME)
    except ValueError:
        raise Refused(400, f"The value for the '{name}' parameter is invalid") from None


ENDPOINTS = (Endpoint("GET", "/v2/bot/insight/message/event/aggregation", _aggregation),)
