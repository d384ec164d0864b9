"""The API against its own description: whatever a machine makes of it is answered as described, and never breaks."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import jsonschema_rs
import orjson
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, FuzzScenarioFinished, NonFatalError, PhaseFinished, ScenarioFinished

from bot.api import gate as gates
from bot.api.calls import Calls
from bot.api.description import EVENT_EXAMPLE, ISSUED_EXAMPLE, PERMIT_EXAMPLE, openapi
from bot.api.feed import Feed
from bot.api.gate import Gate
from bot.api.law import PATH as LAW
from bot.api.law import add_law
from bot.api.routes import add_routes
from bot.clock import Clock
from bot.database import Database
from models import api_key
from models.api_key import Scope
from models.reminder import ReminderRules

ROUNDS = 30
STANDARD_CHECKS = frozenset(
    (
        *("not_a_server_error", "status_code_conformance", "content_type_conformance", "missing_required_header"),
        *("response_headers_conformance", "response_schema_conformance", "positive_data_acceptance"),
        *("ignored_auth", "unsupported_method", "allow_header_conformance", "rows_that_do_not_fit_are_refused"),
    )
)


@pytest.fixture
def api(database: Database, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setattr(gates, "MOST_FAILED_A_MINUTE", 1_000_000)
    app = FastAPI(openapi_url=None)
    clock, calls = Clock(), Calls()
    gate = Gate(database, clock, 60_000)
    add_routes(app, gate, Feed(database, clock, ReminderRules()), calls)
    add_law(app, gate, calls, clock)
    return app


@pytest.fixture
def key(database: Database) -> dict[str, str]:
    with database.writing() as session:
        _, secret = api_key.create(session, "fuzz", list(Scope), Clock().now(), test=False)
    return {"Authorization": f"Bearer {secret}"}


def row_schema(name: str) -> jsonschema_rs.Draft202012Validator:
    described = openapi()
    rows = described["paths"][f"/api/v1/{name}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema = rows["properties"][name]["items"] | {"components": described["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def taken_against_the_description(answer: dict[str, Any], name: str, sent: bytes) -> list[Any]:
    """The rows of a call that do not fit the description and were taken all the same."""
    rows, fits = orjson.loads(sent)[name], row_schema(name)
    results = answer["results"]
    return [
        row
        for row, result in zip(rows, results, strict=True)
        if result["status"] != "refused" and not fits.is_valid({column: _seen(cell) for column, cell in row.items()})
    ]


def _seen(cell: Any) -> Any:
    """A cell in which there is nothing to see counts as empty."""
    blank = isinstance(cell, str) and not any(letter.isprintable() and not letter.isspace() for letter in cell)
    return "" if blank else cell


@schemathesis.check
def rows_that_do_not_fit_are_refused(
    _ctx: object, answer: schemathesis.Response, case: "schemathesis.Case[Any]"
) -> None:
    """Stricter than schemathesis' own: it looks at every row of an answer of 200."""
    if answer.status_code == 200 and not case.operation.path.startswith(LAW):
        sent = answer.request.body
        assert isinstance(sent, bytes)
        assert taken_against_the_description(answer.json(), case.operation.path.rsplit("/", 1)[1], sent) == []


def test_nothing_that_schemathesis_finds_to_send_breaks_the_description(api: FastAPI, key: dict[str, str]) -> None:
    config = schemathesis.Config.from_dict(
        {
            "headers": key,
            "workers": 1,
            "seed": 1,
            "generation": {"max-examples": ROUNDS, "deterministic": True, "database": "none"},
            # A row that does not fit is refused by itself, in an answer of 200: see the check above.
            "checks": {"negative_data_rejection": {"enabled": False}},
            "operations": [
                {
                    "include-path-regex": f"^{LAW}",
                    "checks": {
                        "negative_data_rejection": {"enabled": True},
                        # On many days it was not the law, and not all facts go together.
                        "positive_data_acceptance": {"expected-statuses": [200, 401, 422]},
                    },
                }
            ],
        }
    )
    described = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api, config=config)
    checks: Counter[tuple[str, str]] = Counter()
    failures: list[str] = []
    statuses: Counter[int] = Counter()
    phases = set()
    for event in from_schema(described).execute():
        match event:
            case NonFatalError() | FatalError():
                failures.append(repr(event))
            case PhaseFinished():
                phases.add((event.phase.name.name, event.status.value))
            case ScenarioFinished() | FuzzScenarioFinished():
                for case_id, found in event.recorder.checks.items():
                    checks.update((check.name, check.status.value) for check in found)
                    failures += [str(check.failure_info) for check in found if check.failure_info]
                    interaction = event.recorder.interactions.get(case_id)
                    if interaction is not None and interaction.response is not None:
                        statuses[interaction.response.status_code] += 1
    assert failures == []
    assert {("COVERAGE", "success"), ("FUZZING", "success")} <= phases
    assert {name for name, status in checks if status == "success"} >= STANDARD_CHECKS
    assert {status for _, status in checks} == {"success"}
    assert {200, 400, 401, 405, 413, 415, 422} <= set(statuses)


CELL = st.one_of(
    st.none(),
    st.text(max_size=80),
    st.sampled_from(("0001-01-01", "9999-12-31", "2026-02-29", "+10000-01-01", "２０２６-01-01", "\ufeffP-1", "'; --")),
    st.integers(-(2**63), 2**64 - 1),
    st.dates().map(str),
    st.datetimes().map(lambda at: f"{at.isoformat()}+08:00"),
)


def nearly(*examples: dict[str, Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows of examples in which up to three cells say something else."""
    rows = [
        st.dictionaries(st.sampled_from(sorted(example)), CELL, max_size=3).map(example.__or__) for example in examples
    ]
    return st.lists(st.one_of(rows), min_size=1, max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(permits=nearly(PERMIT_EXAMPLE), events=nearly(dict(ISSUED_EXAMPLE), dict(EVENT_EXAMPLE)))
def test_rows_that_are_nearly_right_are_judged_and_the_database_takes_what_is_taken(
    api: FastAPI, key: dict[str, str], permits: list[dict[str, Any]], events: list[dict[str, Any]]
) -> None:
    async def send(name: str, content: bytes) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url="http://testserver") as client:
            return await client.post(f"/api/v1/{name}", content=content, headers=key)

    for name, rows in (("permits", permits), ("events", events)):
        content = orjson.dumps({name: rows})
        answer = asyncio.run(send(name, content))
        assert answer.status_code == 200, answer.text
        assert taken_against_the_description(answer.json(), name, content) == []
