"""The API described for machines and for those who write them: OpenAPI 3.1 with examples."""

from functools import cache
from typing import Any

from bot.api.body import MOST_ROWS
from law.missing_reports import ReasonCode
from models.event_row import EVENT_COLUMNS, REQUIRED_OF_EVENTS
from models.permit_event import EventKind
from models.permit_problem import CHINESE_COLUMNS, Code
from models.permit_row import COLUMNS, DATE_COLUMNS, REQUIRED

PERMIT_EXAMPLE = {
    "worker_ref": "W-000001",
    "passport_no": "C1234567",
    "arc_no": "A800000014",
    "name": "SITI MADE UP",
    "birth_date": "1990-05-21",
    "phone": "0912345678",
    "nationality": "ID",
    "sex": "F",
    "permit_no": "P-000001",
    "permit_type": "B",
    "work": "household_care",
    "employer_name": "A made-up household",
    "county": "桃園市",
    "starts_on": "2026-03-01",
    "ends_on": "2029-02-28",
    "arc_expires_on": "2029-02-28",
    "entered_on": "2026-02-25",
}
EVENT_EXAMPLE = {
    "event_id": "E-000001",
    "kind": "permit_revoked",
    "permit_no": "P-000001",
    "occurred_at": "2026-03-10T09:30:00+08:00",
    "sequence": 7,
    "letter_no": "L-2026-000001",
    "served_on": "2026-03-10",
    "reason_code": "employer_quota",
}
ISSUED_EXAMPLE = PERMIT_EXAMPLE | {
    "event_id": "E-000000",
    "kind": "permit_issued",
    "occurred_at": "2026-03-01T09:00:00+08:00",
    "sequence": 1,
}


@cache
def openapi() -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Permits and events",
            "version": "1",
            "description": "Bulk upsert of permits, and events that are told to workers at once. Every row is judged "
            "by itself; the others are taken although one is refused. With a test key nothing is stored or told.",
        },
        "security": [{"key": []}],
        "paths": {
            "/api/v1/permits": {
                "post": _operation("permits", "Store or update permits", {"permits": [PERMIT_EXAMPLE]}, "Permit")
            },
            "/api/v1/events": {
                "post": _operation(
                    "events",
                    "Record events, once for each event_id",
                    {"events": [EVENT_EXAMPLE, ISSUED_EXAMPLE]},
                    "Event",
                )
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Permit": _permit(), "Event": _event(), "Results": _results(), "Refusal": _refusal()},
        },
    }


def _operation(name: str, summary: str, example: dict[str, Any], schema: str) -> dict[str, Any]:
    rows = {"type": "array", "maxItems": MOST_ROWS, "items": {"$ref": f"#/components/schemas/{schema}"}}
    body = {"type": "object", "required": [name], "properties": {name: rows}, "additionalProperties": False}
    refusals = {
        "400": "not JSON in UTF-8 (NaN and lone surrogates are not)",
        "401": "no valid key",
        "403": f"the key has not the scope {name}",
        "413": "too many rows or bytes",
        "422": "not an object with the one list",
        "429": "too many calls; see Retry-After",
        "503": "not all of it was saved; send the same call again",
    }
    return {
        "operationId": f"send_{name}",
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body, "example": example}}},
        "responses": {
            "200": {
                "description": "Every row was judged",
                "headers": {f"RateLimit-{one}": _HEADER for one in ("Limit", "Remaining", "Reset")},
                "content": _json("Results"),
            },
            **{status: {"description": why, "content": _json("Refusal")} for status, why in refusals.items()},
        },
    }


_HEADER = {"schema": {"type": "integer"}}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _permit() -> dict[str, Any]:
    properties = {column: _cell(column) for column in COLUMNS}
    return {"type": "object", "required": [c for c in COLUMNS if c in REQUIRED], "properties": properties}


def _event() -> dict[str, Any]:
    properties = {column: _cell(column) for column in COLUMNS} | {column: _cell(column) for column in EVENT_COLUMNS}
    properties["kind"] = {"type": "string", "enum": [kind.value for kind in EventKind]}
    properties["occurred_at"] = {"type": "string", "format": "date-time", "description": "With its time zone"}
    properties["sequence"] = {
        "type": ["integer", "null"],
        "minimum": 0,
        "description": "The order of the permit's events in your system. It decides where all of them have one; "
        "else occurred_at does. The order of arrival never does.",
    }
    properties["reason_code"] = {
        "type": ["string", "null"],
        "description": "Known: " + ", ".join(reason.value for reason in ReasonCode),
    }
    return {
        "type": "object",
        "required": [column for column in EVENT_COLUMNS if column in REQUIRED_OF_EVENTS],
        "properties": properties,
        "description": "With kind permit_issued the columns of the new permit may be given; then all that a permit "
        "requires are required.",
    }


def _cell(column: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"type": ["string", "null"], "description": CHINESE_COLUMNS.get(column, column)}
    if column in REQUIRED or column in REQUIRED_OF_EVENTS:
        cell["type"] = "string"
    if column in DATE_COLUMNS or column == "served_on":
        cell["format"] = "date"
    return cell


def _results() -> dict[str, Any]:
    said = {
        "type": "object",
        "properties": {
            "column": {"type": "string"},
            "code": {"type": "string", "enum": [code.value for code in Code]},
            "message": {"type": "string"},
            "message_zh": {"type": "string"},
        },
    }
    result = {
        "type": "object",
        "required": ["row", "status"],
        "properties": {
            "row": {"type": "integer", "description": "Its place in your list, from 0"},
            "status": {"type": "string", "enum": ["stored", "recorded", "repeated", "refused"]},
            "errors": {"type": "array", "items": said},
            "warnings": {"type": "array", "items": said},
        },
    }
    return {
        "type": "object",
        "required": ["test", "rows", "counts", "results"],
        "properties": {
            "test": {"type": "boolean"},
            "note": {"type": "string"},
            "rows": {"type": "integer"},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            "results": {"type": "array", "items": result},
        },
    }


def _refusal() -> dict[str, Any]:
    return {"type": "object", "properties": {"error": {"type": "string"}, "message": {"type": "string"}}}
