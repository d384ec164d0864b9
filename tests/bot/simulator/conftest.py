"""A running simulator, a tiny bot that listens to its webhooks, and a person with a phone."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.simulator.app import create_app
from bot.simulator.config import SimulatorConfig

TOKEN = "a-test-access-token"
SECRET = "a-test-channel-secret"


class Served:
    """An ASGI application behind a real uvicorn on a free port."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=5)
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        assert not self._thread.is_alive(), "the server did not stop"
        self._socket.close()


@dataclass
class Heard:
    headers: dict[str, str]
    raw: bytes
    events: list[dict[str, Any]]


@dataclass
class ListeningBot:
    """Answers webhooks with the statuses given in `answers`, then with 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    async def webhook(self, request: Request) -> Response:
        raw = await request.body()
        self.heard.append(Heard(dict(request.headers), raw, (await request.json())["events"]))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    def events(self) -> list[dict[str, Any]]:
        return [event for each in self.heard for event in each.events]

    def wait_for(self, count: int) -> list[Heard]:
        until = time.monotonic() + 5
        while len(self.heard) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.heard) >= count, f"heard {len(self.heard)} webhooks, waited for {count}"
        return self.heard


class Running(httpx.Client):
    """A client of one running simulator."""

    def __init__(self, served: Served) -> None:
        super().__init__(base_url=served.url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False)
        self.served = served

    def api(self, path: str, body: Any = None, method: str = "POST") -> Any:
        response = self.request(method, f"/simulator/api/{path}", json=body)
        assert response.status_code < 300, response.text
        return response.json()

    def look(self, path: str) -> Any:
        return self.api(path, method="GET")

    def line(self, path: str, body: Any, retry_key: str | None = None) -> httpx.Response:
        headers = {} if retry_key is None else {"X-Line-Retry-Key": retry_key}
        return self.post(f"/v2/bot/{path}", json=body, headers=headers)

    def push(self, to: str, *messages: Any, retry_key: str | None = None) -> httpx.Response:
        said = [{"type": "text", "text": each} if isinstance(each, str) else each for each in messages]
        return self.line("message/push", {"to": to, "messages": said}, retry_key)

    def phone(self, name: str = "Siti", *, friend: bool = True) -> str:
        user_id: str = self.api("users", {"display_name": name, "language": "id"})["user_id"]
        if friend:
            self.api(f"users/{user_id}/follow", {})
        return user_id

    def chat(self, user_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.look(f"users/{user_id}/messages")
        return found

    def said_by_bot(self, user_id: str) -> list[dict[str, Any]]:
        return [each["message"] for each in self.chat(user_id) if each["from"] == "bot"]


@pytest.fixture
def serve() -> Iterator[Callable[[ASGIApp], Running]]:
    """Puts applications behind real servers; each ends with the test."""
    running: list[Running] = []

    def begin(app: ASGIApp) -> Running:
        running.append(Running(Served(app)))
        return running[-1]

    yield begin
    for one in running:
        one.close()
        one.served.stop()


@pytest.fixture
def start(serve: Callable[[ASGIApp], Running]) -> Callable[..., Running]:
    """Starts simulators with a test's own configuration."""
    given = {"channel_secret": SECRET, "channel_access_token": TOKEN, "redelivery_seconds": 0.02}
    return lambda **config: serve(create_app(SimulatorConfig(**{**given, **config})))


@pytest.fixture
def line(start: Callable[..., Running]) -> Running:
    """A simulator without a bot behind it."""
    return start()


@pytest.fixture
def bot() -> Iterator[ListeningBot]:
    listening = ListeningBot()
    served = Served(Starlette(routes=[Route("/line/webhook", listening.webhook, methods=["POST"])]))
    listening.url = f"{served.url}/line/webhook"
    yield listening
    served.stop()


@pytest.fixture
def line_with_bot(start: Callable[..., Running], bot: ListeningBot) -> Running:
    return start(webhook_url=bot.url)
