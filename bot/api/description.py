"""The API described for machines and for those who write them: OpenAPI 3.1 with examples."""

from functools import cache
from typing import Any

from bot.api.body import JSON, MOST_ROWS
from bot.api.law_description import law_paths, law_schemas
from law.missing_reports import ReasonCode
from models.event_row import EVENT_COLUMNS, LARGEST_SEQUENCE, REQUIRED_OF_EVENTS
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
            "title": "Permits, events and the law",
            "version": "1",
            "description": "Bulk upsert of permits, and events that are told to workers at once. Every row is judged "
            "by itself; the others are taken although one is refused. With a test key nothing is stored or told. "
            "And calculators of the law, which store nothing.",
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
            **law_paths(_LEFT, _refusals("the key has not the scope law")),
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Permit": _permit(), "Event": _event(), "Results": _results(), "Refusal": _refusal()}
            | law_schemas(),
        },
    }


def _operation(name: str, summary: str, example: dict[str, Any], schema: str) -> dict[str, Any]:
    rows = {"type": "array", "maxItems": MOST_ROWS, "items": {"$ref": f"#/components/schemas/{schema}"}}
    body = {"type": "object", "required": [name], "properties": {name: rows}, "additionalProperties": False}
    return {
        "operationId": f"send_{name}",
        "summary": summary,
        "requestBody": {"required": True, "content": {JSON: {"schema": body, "example": example}}},
        "responses": {
            "200": _answer("Every row was judged", "Results", _LEFT),
            "422": _answer("not an object with the one list", "Refusal", _LEFT),
            **_refusals(f"the key has not the scope {name}"),
        },
    }


def _refusals(no_scope: str) -> dict[str, Any]:
    """Why a call may be turned away, whatever is asked."""
    return {
        "400": _answer("not JSON in UTF-8 (NaN and lone surrogates are not)", "Refusal", _LEFT),
        "401": _answer("no valid key", "Refusal", {"WWW-Authenticate": {"required": True, "schema": _WORD}}),
        "403": _answer(no_scope, "Refusal", {}),
        "413": _answer("too many rows or bytes", "Refusal", _LEFT),
        "415": _answer(f"a body that does not call itself {JSON}", "Refusal", _LEFT),
        "429": _answer("too many calls with this key, or too many unknown keys", "Refusal", _WAIT),
        "503": _answer("not all of it was saved; send the same call again", "Refusal", _WAIT),
    }


_WORD = {"type": "string"}


def _number(*, required: bool) -> dict[str, Any]:
    return {"required": required, "schema": {"type": "integer", "minimum": 0}}


_LEFT = {f"RateLimit-{one}": _number(required=True) for one in ("Limit", "Remaining", "Reset")}
_WAIT = {"Retry-After": _number(required=True)}


def _answer(why: str, schema: str, headers: dict[str, Any]) -> dict[str, Any]:
    content = {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": why, "headers": headers, "content": content}


def _permit() -> dict[str, Any]:
    properties = {column: _cell(column, required=column in REQUIRED) for column in COLUMNS}
    return {"type": "object", "required": [c for c in COLUMNS if c in REQUIRED], "properties": properties}


def _event() -> dict[str, Any]:
    """Only where a permit is issued do its columns say anything."""
    issued = [EventKind.PERMIT_ISSUED.value]
    return {
        "oneOf": [
            _event_of([kind.value for kind in EventKind if kind.value not in issued], {}),
            _event_of(issued, {column: _cell(column, required=False) for column in COLUMNS})
            | {
                "description": "The columns of the new permit may be given; then all that a permit requires are "
                "required."
            },
        ]
    }


def _event_of(kinds: list[str], permit: dict[str, Any]) -> dict[str, Any]:
    properties = permit | {column: _cell(column, required=column in REQUIRED_OF_EVENTS) for column in EVENT_COLUMNS}
    properties["kind"] = {"type": "string", "enum": kinds}
    properties["occurred_at"] = {"type": "string", "format": "date-time", "description": "With its time zone"}
    properties["sequence"] = {
        "type": ["integer", "null"],
        "minimum": 0,
        "maximum": LARGEST_SEQUENCE,
        "description": "The order of the permit's events in your system. It decides where all of them have one; "
        "else occurred_at does. The order of arrival never does.",
    }
    properties["reason_code"] = {
        "type": ["string", "null"],
        "description": "Known: " + ", ".join(reason.value for reason in ReasonCode),
    }
    required = [column for column in EVENT_COLUMNS if column in REQUIRED_OF_EVENTS]
    return {"type": "object", "required": required, "properties": properties}


def _cell(column: str, *, required: bool) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "type": "string" if required else ["string", "null"],
        "description": CHINESE_COLUMNS.get(column, column),
    }
    if column in DATE_COLUMNS or column == "served_on":
        cell |= {"format": "date"} if required else {"anyOf": [{"format": "date"}, {"maxLength": 0}]}
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
    said = {"error": _WORD, "message": _WORD}
    return {"type": "object", "required": ["error", "message"], "properties": said, "additionalProperties": False}
