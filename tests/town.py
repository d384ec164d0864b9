"""The whole service beside the LINE look-alike, on loopback, as tests drive it: phones in, ledger out."""

import base64
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx
import uvicorn

from bot.app import Edge, Service, create_app
from bot.clock import Clock
from bot.imports import import_permits
from bot.made_up import write_csv
from bot.settings import Settings, load
from bot.simulator.app import Simulator
from bot.simulator.config import SimulatorConfig

SECRET = "a-secret-for-tests-only"
PATIENCE = 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def town_settings(database_url: str, port: int, **more: object) -> Settings:
    address = f"http://127.0.0.1:{port}"
    given: dict[str, object] = {
        "database_url": database_url,
        "keys": "1:" + base64.b64encode(bytes(range(32))).decode(),
        "line_channel_secret": SECRET,
        "line_channel_id": "1000000001",
        "line_api_url": address,
        "line_data_url": address,
        "public_url": address,
        "port": port,
        "binding_answer_seconds": 0,
    }
    return load(**given | more)


class Server(AbstractContextManager["Server"]):
    """An ASGI application served by a thread of its own."""

    def __init__(self, app: Any, port: int) -> None:
        config = uvicorn.Config(app, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=3)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self._server.started or not self._thread.is_alive(), "the server to start")
        assert self._server.started
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)


def wait_until(met: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """What `met` gives once it is true; fails loudly when it never is."""
    give_up, pause = time.monotonic() + patience, 0.01
    while time.monotonic() < give_up:
        found = met()
        if found:
            return found
        time.sleep(pause)
        pause = min(pause * 1.2, 0.06)  # to ask is work too, for the same machine
    raise AssertionError(f"waited {patience:g} s in vain for {what}")


@dataclass
class Phone:
    """One simulated person."""

    town: "Town"
    user_id: str
    seen: int = 0

    def follow(self) -> list[Mapping[str, Any]]:
        return self._do("follow")

    def unfollow(self) -> None:
        self.town.post(f"users/{self.user_id}/unfollow", {})
        self.town.settle()

    def say(self, text: str) -> list[Mapping[str, Any]]:
        return self._do("text", text=text)

    def tap(self, data: str, **params: str) -> list[Mapping[str, Any]]:
        """Tap the button with this data; it must really be on her screen, or in the rich menu."""
        return self._do("postback", data=data, **({"params": params} if params else {}))

    def do(self, action: str, **body: Any) -> list[Mapping[str, Any]]:
        return self._do(action, **body)

    def _do(self, action: str, **body: Any) -> list[Mapping[str, Any]]:
        before = self.seen
        self.town.post(f"users/{self.user_id}/{action}", body)
        return wait_until(lambda: self.new(before), f"an answer to {action}")  # type: ignore[no-any-return]

    def new(self, after: int | None = None) -> list[Mapping[str, Any]]:
        """The bot's messages since then."""
        after = self.seen if after is None else after
        chat = self.town.get(f"users/{self.user_id}/messages?after={after}")
        found = [entry for entry in chat if entry["from"] == "bot"]
        if found:
            self.seen = chat[-1]["seq"]
        return found

    def wait(self, what: str = "a message", patience: float = PATIENCE) -> list[Mapping[str, Any]]:
        before = self.seen
        return wait_until(lambda: self.new(before), what, patience)  # type: ignore[no-any-return]


def words_of(entries: list[Mapping[str, Any]]) -> str:
    """Every word in these messages, as a reader would find it."""
    return "\n".join(found for entry in entries for found in _strings(entry["message"]))


def buttons_of(entries: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Every action that can be tapped in these messages, quick replies included."""
    return [action for entry in entries for action in _actions(entry["message"])]


def _strings(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part[key] for key in ("text", "label") if isinstance(part.get(key), str)]
        return own + [found for value in part.values() if isinstance(value, dict | list) for found in _strings(value)]
    return [found for item in part for found in _strings(item)] if isinstance(part, list) else []


def _actions(part: Any) -> list[Mapping[str, Any]]:
    if isinstance(part, dict):
        own = [part["action"]] if isinstance(part.get("action"), dict) else []
        return own + [found for value in part.values() for found in _actions(value)]
    return [found for item in part for found in _actions(item)] if isinstance(part, list) else []


@dataclass
class Town:
    """The bot, its database and LINE."""

    database_url: str
    folder: Path
    now: datetime
    more: Mapping[str, object] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    port: int = field(default_factory=free_port)

    def __enter__(self) -> Self:
        self.clock.move(self.now)
        self.settings = town_settings(self.database_url, self.port, **self.more)
        self.edge: Edge = create_app(self.settings, self.clock)
        self.service: Service = self.edge.api.state.service
        self.simulator = Simulator(
            SimulatorConfig(
                channel_id="1000000001",
                channel_secret=SECRET,
                webhook_url=f"http://127.0.0.1:{self.port}/line/webhook",
                database=str(self.folder / "line.sqlite"),
                clock=self.clock,
                restore_clock=False,
            )
        )
        self.edge.api.router.routes.extend(self.simulator.routes)
        self._close_simulator_too()
        # Without the certificate authorities, which take longer to read than all that is asked.
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}/simulator/api/", timeout=15, verify=False)
        self._server = Server(self.edge, self.port)
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()
        self._http.close()

    def _close_simulator_too(self) -> None:
        inner = self.edge.api.router.lifespan_context

        @contextlib.asynccontextmanager
        async def lifespan(api: Any) -> AsyncIterator[None]:
            async with inner(api):
                yield
            await self.simulator.close()

        self.edge.api.router.lifespan_context = lifespan

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        answer = self._http.post(path, json=dict(body))
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self._http.get(path)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    def phone(self, name: str = "Somebody", language: str = "en") -> Phone:
        user = self.post("users", {"display_name": name, "language": language})
        return Phone(self, user["user_id"])

    def know(self, *workers: Mapping[str, str]) -> None:
        """Import these workers' permits as the ministry's file."""
        file = self.folder / "permits.csv"
        write_csv(file, workers)
        result = import_permits(self.service.database, file, self.service.rules.reminders, self.clock, max_rows=100_000)
        assert result.saved, result

    def move(self, to: datetime) -> None:
        """Let it be that moment, and everything happen that is due by then."""
        self.clock.move(to)
        self.settle()

    def pass_days(self, days: int) -> None:
        self.move(self.clock.now() + timedelta(days=days))

    def settle(self) -> None:
        """Wait until nothing is left to handle, plan or send."""
        wait_until(self._is_quiet, "the service to be quiet")

    def _is_quiet(self) -> bool:
        from models import inbox, message
        from models.message import MessageState
        from scheduler.jobs import JOBS

        now = self.clock.now()
        with self.service.database.reading() as session:
            from models.schedule import Schedule

            waiting = inbox.oldest_open(session)
            rows = {row.name: row.next_run for row in session.query(Schedule)}
            jobs_done = all(job.name in rows and rows[job.name] > now for job in JOBS)
            leased = session.query(message.Message).filter_by(state=MessageState.LEASED.value).count()
            quiet_hours = not self.settings.hours.allow(now)
            due = [] if quiet_hours else [message.oldest_due(session, now)]
        return waiting is None and jobs_done and not leased and not any(due)

    def ledger(self) -> list[Mapping[str, Any]]:
        """Every request that LINE accepted, in order."""
        return self.get("ledger")  # type: ignore[no-any-return]
