"""The month's quota of billed messages and the counts of sent ones (reference, "Get quota", "Get number of …")."""

import re
from datetime import UTC, datetime, timedelta, timezone

from bot.simulator.calls import Answer, Call, Endpoint, Refused
from bot.simulator.clock import milliseconds
from bot.simulator.faults import MONTHLY_LIMIT_MESSAGE
from bot.simulator.store import Connection, setting

_LINE_TIME = timezone(timedelta(hours=9))  # LINE counts days and months in UTC+9
_COUNTED = ("reply", "push", "multicast", "broadcast")
RESERVED = "monthly_reserved"
"""A running narrowcast holds so many messages that the quota endpoints do not show (narrowcast, cautions)."""
UNCOUNTED = "monthly_uncounted"
"""So many of the sent messages are not in the consumption yet: LINE calls it approximate."""


def bill(call: Call, recipients: int) -> None:
    """Count people told; refuses when the month's quota does not suffice."""
    limit, used = _limit(call), _used(call)
    reserved = int(setting(call.db, RESERVED) or 0)
    if limit is not None and used + reserved + recipients > limit:
        raise Refused(429, MONTHLY_LIMIT_MESSAGE)
    use(call.db, recipients, call.now)
    call.site.faults.send_accepted()


def use(db: Connection, messages: int, now: datetime) -> None:
    """Count messages of this month, whoever sent them."""
    if messages:
        db.execute(
            "INSERT INTO month_usage VALUES (?, ?) ON CONFLICT (month) DO UPDATE SET used = used + excluded.used",
            (_month(now), messages),
        )


def _month(now: datetime) -> str:
    return now.astimezone(_LINE_TIME).strftime("%Y%m")


def _limit(call: Call) -> int | None:
    limit = setting(call.db, "monthly_limit")
    return int(limit) if limit is not None else None


def _used(call: Call) -> int:
    row = call.db.execute("SELECT used FROM month_usage WHERE month = ?", (_month(call.now),)).fetchone()
    return int(row["used"]) if row else 0


def _quota(call: Call) -> Answer:
    limit = _limit(call)
    if limit is None and call.site.faults.quota_shown_as_used:
        limit = _used(call)
    return Answer({"type": "none"} if limit is None else {"type": "limited", "value": limit})


def _consumption(call: Call) -> Answer:
    used, limit = max(0, _used(call) - int(setting(call.db, UNCOUNTED) or 0)), _limit(call)
    if call.site.faults.quota_shown_as_used and limit is not None:
        used = max(used, limit)
    return Answer({"totalUsage": used})


def _delivered(call: Call) -> Answer:
    kind, date = call.values["kind"], call.query.get("date", "")
    if kind not in _COUNTED:
        raise Refused(404, "Not found")
    if not re.fullmatch(r"\d{8}", date):
        raise Refused(400, "The value for the 'date' parameter is invalid")
    try:
        day = datetime.strptime(date, "%Y%m%d").replace(tzinfo=_LINE_TIME)
    except ValueError:
        raise Refused(400, "The value for the 'date' parameter is invalid") from None
    start, end = milliseconds(day.astimezone(UTC)), milliseconds((day + timedelta(days=1)).astimezone(UTC))
    row = call.db.execute(
        "SELECT coalesce(sum(delivered), 0) FROM ledger WHERE path = ? AND at >= ? AND at < ?",
        (f"/v2/bot/message/{kind}", start, end),
    ).fetchone()
    return Answer({"status": "ready", "success": row[0]})


ENDPOINTS = (
    Endpoint("GET", "/v2/bot/message/quota", _quota),
    Endpoint("GET", "/v2/bot/message/quota/consumption", _consumption),
    Endpoint("GET", "/v2/bot/message/delivery/{kind}", _delivered),
)
