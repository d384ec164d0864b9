"""The control API around the chats: phones, clock, stream, pages, and running beside a host."""

import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.simulator.app import Simulator
from bot.simulator.config import SimulatorConfig


def test_a_phone_is_made_changed_and_listed(line: Any) -> None:
    made = line.post("/simulator/api/users", json={"display_name": "Siti", "language": "id"})
    assert made.status_code == 201
    siti = made.json()["user_id"]
    assert made.json()["following"] is False
    changed = line.api(f"users/{siti}", {"language": "vi"}, method="PATCH")
    assert (changed["display_name"], changed["language"]) == ("Siti", "vi")
    line.api(f"users/{siti}/follow", {})
    assert [(each["user_id"], each["following"]) for each in line.look("users")] == [(siti, True)]
    assert line.get(f"/v2/bot/profile/{siti}").json()["language"] == "vi"
    assert line.get("/simulator/api/users/U0/messages").status_code == 404


def test_followers_come_in_pages(line: Any) -> None:
    people = sorted(line.phone(f"P{n}") for n in range(5))
    first = line.get("/v2/bot/followers/ids", params={"limit": 3}).json()
    rest = line.get("/v2/bot/followers/ids", params={"limit": 3, "start": first["next"]}).json()
    assert first["userIds"] + rest["userIds"] == people
    assert "next" not in rest
    assert line.get("/v2/bot/followers/ids", params={"limit": 1001}).status_code == 400


def test_a_chat_can_be_read_from_where_one_left_off(line: Any) -> None:
    siti = line.phone()
    line.push(siti, "one", "two")
    last = line.chat(siti)[-1]["seq"]
    line.api(f"users/{siti}/postback", {"data": "x", "display_text": "Ya"})
    [new] = line.look(f"users/{siti}/messages?after={last}")
    assert (new["from"], new["message"]) == ("user", {"type": "text", "text": "Ya"})


def test_the_lock_screen_shows_text_or_alt_text_and_nothing_when_muted(line: Any) -> None:
    siti = line.phone()
    line.push(siti, "Halo", {"type": "sticker", "packageId": "446", "stickerId": "1988"})
    line.line(
        "message/push",
        {"to": siti, "messages": [{"type": "text", "text": "Diam"}], "notificationDisabled": True},
    )
    assert [each["notification"] for each in line.chat(siti)[1:]] == ["Halo", "Sticker", None]


def test_the_clock_goes_forward_and_back_only_when_forced(line: Any) -> None:
    before = datetime.fromisoformat(line.look("clock")["now"])
    after = datetime.fromisoformat(line.api("clock", {"advance": {"days": 2, "hours": 1}})["now"])
    assert timedelta(days=2, hours=1) <= after - before < timedelta(days=2, hours=1, minutes=1)
    back = {"to": before.isoformat()}
    assert line.post("/simulator/api/clock", json=back).status_code == 409
    assert line.api("clock", {**back, "force": True})["now"] < after.isoformat()
    far = datetime.fromisoformat(line.api("clock", {"to": "2031-01-31T09:00:00+08:00"})["now"])
    assert far.isoformat().startswith("2031-01-31T01:00:0")


@pytest.mark.parametrize("body", [{}, {"to": "tomorrow"}, {"to": "2031-01-31T09:00:00"}, {"advance": {"weeks": 1}}])
def test_a_clock_order_that_makes_no_sense_is_refused(line: Any, body: dict[str, Any]) -> None:
    assert line.post("/simulator/api/clock", json=body).status_code == 400


def test_cards_come_from_the_host(start: Callable[..., Any]) -> None:
    line = start(cards=lambda: [{"name": "SITI EXAMPLE"}])
    assert line.look("cards") == [{"name": "SITI EXAMPLE"}]


def test_the_stream_tells_of_changes_and_ends_with_the_server(line: Any) -> None:
    siti = line.phone()
    seen: list[dict[str, Any]] = []
    opened, ended = threading.Event(), threading.Event()

    def listen() -> None:
        with line.stream("GET", "/simulator/api/stream", timeout=10) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            for text in answer.iter_lines():
                opened.set()
                if text.startswith("data: "):
                    seen.append(json.loads(text.removeprefix("data: ")))
        ended.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert opened.wait(5)
    line.push(siti, "Halo")
    line.api("clock", {"advance": {"minutes": 1}})
    line.line("chat/loading/start", {"chatId": siti, "loadingSeconds": 10})
    line.served.stop()
    listener.join(5)
    assert ended.is_set()
    assert [each["kind"] for each in seen] == ["chat", "clock", "loading"]
    assert seen[0]["user_id"] == siti
    assert seen[2]["seconds"] == 10


def test_the_page_and_shared_files_are_served_under_a_strict_policy(start: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "flex.js").write_text("export {};")
    line = start(web_root=tmp_path)
    for path in ("/simulator/", "/simulator/web/flex.js"):
        answer = line.get(path)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
    assert line.get("/simulator/web/../schema.sql").status_code == 404


def test_errors_do_not_repeat_what_was_sent(line: Any) -> None:
    answer = line.post("/simulator/api/users", json={"display_name": ["A1234567"]})
    assert answer.status_code == 400
    assert "A1234567" not in answer.text


def test_an_unknown_path_answers_as_line_does(line: Any) -> None:
    answer = line.get("/v2/bot/nothing")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not found"})
    assert answer.headers["x-line-request-id"]


def test_the_simulator_can_live_on_the_same_port_as_its_host(serve: Callable[..., Any]) -> None:
    simulator = Simulator(SimulatorConfig(channel_access_token="a-test-access-token"))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await simulator.close()

    host = FastAPI(lifespan=lifespan)
    host.get("/healthz")(lambda: {"alive": True})
    host.router.routes.extend(simulator.routes)
    line = serve(host)
    assert line.get("/healthz").json() == {"alive": True}
    siti = line.phone()
    assert line.push(siti, "Halo").status_code == 200
    assert len(line.said_by_bot(siti)) == 1
    line.api("faults", {"path": "/v2/bot/message/push", "reset": "before"})
    with pytest.raises(httpx.TransportError):
        line.push(siti, "Halo")
