"""Every way into the service is on a list, with the reason why it may be open to whoever finds it."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from bot.app import Edge, create_app
from bot.channel import WEBHOOK_PATH
from tests.town import town_settings

# Path and methods, and what guards them. A route that is not here must not exist.
OPEN: Mapping[tuple[str, str], str] = {
    ("GET", "/healthz"): "says one word, and nothing about anybody",
    ("GET", "/readyz"): "ages in seconds and the state of the tables, no contents",
    ("GET", "/metrics"): "counts and ages, no contents; keep it from the internet at the proxy",
    ("GET", "/api/v1/openapi.json"): "the description of the API, with made-up examples",
    ("GET", "/pages/receipts"): "a form, and nothing of anybody",
    ("GET", "/pages/receipts/key"): "a public key",
    ("GET", "/pages/receipts/key.pem"): "the same key as a file",
    ("GET", "/pages/receipts/{code}"): "the code of 58 bits is the key; nothing there says who or where she is",
    ("GET", "/pages/receipts/{code}.json"): "the same, as a file",
    ("GET", "/calendar/{token}.ics"): "the days are sealed in the address; nothing there says whose they are, or what",
    ("GET", "/calendar/{rest:path}"): "says that there is no such file, and nothing else",
    ("GET", "/console/static/{name}"): "our own style sheets and scripts, by their names",
    ("GET", "/pages/static/{name}"): "our own style sheets and scripts, by their names",
}
GUARDED: Mapping[tuple[str, str], str] = {
    ("POST", WEBHOOK_PATH): "LINE's signature over the raw bytes",
    ("POST", "/api/v1/permits"): "a bearer key with the scope",
    ("POST", "/api/v1/events"): "a bearer key with the scope",
    ("GET", "/api/v1/law"): "a bearer key with the scope",
    ("POST", "/api/v1/law/{calculator}"): "a bearer key with the scope",
}

# What is no page of the console: the way in, or the words that there is none (tests/bot/console/test_nowhere.py).
NOWHERE = {("ANY", "/console")}
# Not one of FastAPI's routes: it has a way of its own.
WEBHOOK = {("POST", WEBHOOK_PATH)}


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    made = create_app(town_settings(f"sqlite:///{tmp_path / 'bot.sqlite'}", 8000))
    yield made
    made.api.state.service.database.close()


def test_every_route_is_on_the_list(edge: Edge) -> None:
    there = {
        (method, getattr(route, "path", ""))
        for route in edge.api.routes
        for method in getattr(route, "methods", None) or {"ANY"}
    }
    # Each page of the console says for whom it is; tests/bot/console/test_matrix.py tries them all.
    console = {(route.method, route.path) for route in edge.console.routes}
    heads = {("HEAD", path) for _method, path in OPEN}
    assert there - heads == OPEN.keys() | console | NOWHERE | GUARDED.keys() - WEBHOOK


def _asked(edge: Edge, method: str, path: str, body: bytes = b"", key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Authorization": key}

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=edge)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.request(method, path, content=body, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/api/",
        "/api/v1",
        "/console",
        "/simulator/",
        "/simulator/api/ledger",
        "/v2/bot/message/push",
        "/line",
        "/line/webhook/",
        "/static/../bot/settings.py",
    ],
)
def test_nothing_else_answers(edge: Edge, path: str) -> None:
    assert [_asked(edge, method, path).status_code for method in ("GET", "POST", "PUT", "DELETE")] == [404] * 4


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_the_webhook_takes_only_post(edge: Edge, method: str) -> None:
    answer = _asked(edge, method, WEBHOOK_PATH)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "POST", b"")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"events":[]}', b"\xff" * 10])
def test_the_webhook_takes_nothing_unsigned(edge: Edge, body: bytes) -> None:
    answer = _asked(edge, "POST", WEBHOOK_PATH, body)
    assert (answer.status_code, answer.content) == (401, b"")


def test_the_open_routes_take_no_other_method(edge: Edge) -> None:
    for _method, path in OPEN:
        assert _asked(edge, "POST", path).status_code == 405


@pytest.mark.parametrize(("method", "path"), sorted(GUARDED.keys() - WEBHOOK))
@pytest.mark.parametrize("key", [None, "Bearer ", "Bearer live_00000000_guess", "Basic dTpw"])
def test_the_api_takes_nothing_without_a_key(edge: Edge, method: str, path: str, key: str | None) -> None:
    edge.api.state.service.database.migrate()
    answer = _asked(edge, method, path, b'{"events":[{"name":"SOMEBODY"}]}', key)
    assert answer.status_code == 401
    assert "SOMEBODY" not in answer.text
