"""The simulator as a process of its own: what it answered survives its sudden death."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[3]
TOKEN = "a-test-access-token"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def run() -> Iterator[Callable[[Path], tuple[subprocess.Popen[bytes], httpx.Client]]]:
    begun: list[tuple[subprocess.Popen[bytes], httpx.Client]] = []

    def start(database: Path) -> tuple[subprocess.Popen[bytes], httpx.Client]:
        port = free_port()
        command = [sys.executable, "-m", "bot.simulator", "--port", str(port), "--database", str(database)]
        process = subprocess.Popen([*command, "--channel-access-token", TOKEN], cwd=ROOT)
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False
        )
        begun.append((process, client))
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                client.get("/simulator/api/clock")
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        return process, client

    yield start
    for process, client in begun:
        client.close()
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=10)


def test_what_was_answered_before_kill_9_is_there_after_a_restart(run: Any, tmp_path: Path) -> None:
    process, client = run(tmp_path / "line.sqlite3")
    siti = client.post("/simulator/api/users", json={"display_name": "Siti"}).json()["user_id"]
    client.post(f"/simulator/api/users/{siti}/follow")
    keys = [f"00000000-0000-4000-8000-{n:012d}" for n in range(20)]
    said = {"to": siti, "messages": [{"type": "text", "text": "Halo"}]}
    for key in keys:
        sent = client.post("/v2/bot/message/push", json=said, headers={"X-Line-Retry-Key": key})
        assert sent.status_code == 200
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
    _, again = run(tmp_path / "line.sqlite3")
    assert [entry["retry_key"] for entry in again.get("/simulator/api/ledger").json()] == keys
    retried = again.post("/v2/bot/message/push", json=said, headers={"X-Line-Retry-Key": keys[-1]})
    assert retried.status_code == 409
    chat = again.get(f"/simulator/api/users/{siti}/messages").json()
    assert sum(each["from"] == "bot" for each in chat) == len(keys)
