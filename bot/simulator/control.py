"""The control API of the simulated world: ledger, attempts, faults, deliveries, quota, clock, stream."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.simulator.clock import instant
from bot.simulator.faults import Fault
from bot.simulator.people import Impossible
from bot.simulator.quota import RESERVED, UNCOUNTED, use
from bot.simulator.requests import Body, after, json_answer, read, route
from bot.simulator.site import Site
from bot.simulator.store import Connection, save_setting, setting

_MOST_ROWS = 10_000


class NewFault(Body):
    path: str
    next: int = 1
    status: int | None = None
    delay_seconds: float = Field(default=0.0, ge=0, le=600)
    delay: Literal["before", "after"] = "after"
    reset: Literal["before", "after"] | None = None
    quota: bool = False
    accept: bool | None = None
    to: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None


class Deliveries(Body):
    copies: int | None = None
    shuffle: bool | None = None
    hold: bool | None = None
    together: bool | None = None
    redeliver: bool | None = None
    mode: Literal["active", "standby"] | None = None


class RawEvents(Body):
    events: list[dict[str, Any]]


class Quota(Body):
    """What is not given stays as it is. `others` more messages were sent by hand in LINE's manager."""

    limit: int | None = Field(default=None, ge=0)
    others: int = Field(default=0, ge=0)
    reserved: int = Field(default=0, ge=0)
    uncounted: int = Field(default=0, ge=0)


class Advance(Body):
    days: float = 0
    hours: float = 0
    minutes: float = 0


class MovedClock(Body):
    advance: Advance | None = None
    to: str | None = None
    force: bool = False


class ControlApi:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[BaseRoute]:
        return [
            route("GET", "ledger", self._ledger),
            route("GET", "requests", self._requests),
            route("GET", "faults", self._faults),
            route("POST", "faults", self._add_fault),
            route("DELETE", "faults", self._clear_faults),
            route("GET", "deliveries", self._deliveries),
            route("POST", "deliveries", self._switch_deliveries),
            route("POST", "webhook", self._send_raw_events),
            route("POST", "quota", self._set_quota),
            route("GET", "clock", self._clock),
            route("POST", "clock", self._move_clock),
            route("GET", "cards", self._cards),
            Route("/simulator/api/stream", self._stream, methods=["GET"]),
        ]

    async def _stream(self, request: Request) -> Response:
        return self._site.hub.response(request)

    async def _ledger(self, request: Request) -> Response:
        return await self._rows(request, "ledger", _ledger_line)

    async def _requests(self, request: Request) -> Response:
        return await self._rows(request, "request", _request_line)

    async def _rows(self, request: Request, table: str, line: Any) -> Response:
        since = after(request)

        def work(db: Connection) -> list[dict[str, Any]]:
            query = f"SELECT * FROM {table} WHERE seq > ? ORDER BY seq LIMIT {_MOST_ROWS}"
            return [line(row) for row in db.execute(query, (since,))]

        return json_answer(await self._site.store.run(work))

    async def _faults(self, request: Request) -> Response:
        return json_answer(self._site.faults.listed())

    async def _add_fault(self, request: Request) -> Response:
        wanted = await read(request, NewFault)
        try:
            self._site.faults.add(Fault(**wanted.model_dump()))
        except ValueError as wrong:
            raise Impossible(400, str(wrong)) from None
        return json_answer(self._site.faults.listed(), 201)

    async def _clear_faults(self, request: Request) -> Response:
        self._site.faults.clear()
        return json_answer([])

    async def _deliveries(self, request: Request) -> Response:
        since, webhook = after(request), self._site.webhook

        def work(db: Connection) -> list[dict[str, Any]]:
            query = f"SELECT * FROM delivery WHERE seq > ? ORDER BY seq LIMIT {_MOST_ROWS}"
            return [_delivery_line(row) for row in db.execute(query, (since,))]

        log = await self._site.store.run(work)
        return json_answer({"switches": asdict(webhook.switches), "held": webhook.held, "deliveries": log})

    async def _switch_deliveries(self, request: Request) -> Response:
        wanted = await read(request, Deliveries)
        try:
            self._site.webhook.switch(wanted.model_dump(exclude_none=True))
        except ValueError as wrong:
            raise Impossible(400, str(wrong)) from None
        return json_answer(asdict(self._site.webhook.switches))

    async def _send_raw_events(self, request: Request) -> Response:
        events = (await read(request, RawEvents)).events
        status, error = await self._site.webhook.post(events)
        return json_answer({"status": status, "error": error})

    async def _set_quota(self, request: Request) -> Response:
        wanted = await read(request, Quota)
        names = {"limit": "monthly_limit", "reserved": RESERVED, "uncounted": UNCOUNTED}

        def work(db: Connection) -> None:
            for name in wanted.model_fields_set & names.keys():
                value = getattr(wanted, name)
                save_setting(db, names[name], None if value is None else str(value))
            use(db, wanted.others, self._site.clock.now())

        await self._site.store.run(work)
        return json_answer(wanted.model_dump(exclude_unset=True))

    async def _clock(self, request: Request) -> Response:
        return json_answer({"now": self._site.clock.now().isoformat()})

    async def _move_clock(self, request: Request) -> Response:
        wanted = await read(request, MovedClock)
        clock = self._site.clock
        before = clock.now()
        to = _target(wanted, before)
        if to < before and not wanted.force:
            raise Impossible(409, "the clock does not go back; say force: true if you mean it")
        clock.move(to)

        def remember(db: Connection) -> None:
            moved = float(setting(db, "clock_moved_seconds") or 0) + (to - before).total_seconds()
            save_setting(db, "clock_moved_seconds", str(moved))

        await self._site.store.run(remember)
        self._site.hub.publish("clock")
        return json_answer({"now": clock.now().isoformat()})

    async def _cards(self, request: Request) -> Response:
        return json_answer(self._site.config.cards())


def _target(wanted: MovedClock, now: datetime) -> datetime:
    if (wanted.advance is None) == (wanted.to is None):
        raise Impossible(400, "give either advance or to")
    try:
        if wanted.advance is not None:
            step = wanted.advance
            return now + timedelta(days=step.days, hours=step.hours, minutes=step.minutes)
        to = datetime.fromisoformat(wanted.to or "")
        if to.tzinfo is None:
            raise Impossible(400, "to: needs a time zone, for example 2026-01-31T09:00:00+08:00")
        return to.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Impossible(400, "not a time this clock can show") from None


def _ledger_line(row: Any) -> dict[str, Any]:
    return {
        "seq": row["seq"],
        "at": instant(row["at"]).isoformat(),
        "method": row["method"],
        "path": row["path"],
        "retry_key": row["retry_key"],
        "request_id": row["request_id"],
        "body": _parsed_body(row["body"]),
        "recipients": orjson.loads(row["recipients"]),
        "delivered": row["delivered"],
    }


def _request_line(row: Any) -> dict[str, Any]:
    same = row["same_body"]
    return {
        "seq": row["seq"],
        "at": instant(row["at"]).isoformat(),
        **{name: row[name] for name in ("method", "path", "retry_key", "request_id", "status", "fault")},
        "same_body": None if same is None else bool(same),
    }


def _delivery_line(row: Any) -> dict[str, Any]:
    return {
        "seq": row["seq"],
        "at": instant(row["at"]).isoformat(),
        "webhook_event_ids": orjson.loads(row["event_ids"]),
        "attempt": row["attempt"],
        "redelivery": bool(row["redelivery"]),
        "status": row["status"],
        "error": row["error"],
    }


def _parsed_body(raw: bytes) -> Any:
    """A request's body for reading: JSON where it is JSON, its size where it is a picture."""
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        return {"bytes": len(raw)}
