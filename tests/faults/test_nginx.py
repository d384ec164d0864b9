"""docs/nginx.conf before two webs: what may pass, how large, how slowly, and what it writes down."""

import base64
import hashlib
import hmac
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest
import trustme
from sqlalchemy import func, select

from bot.clock import Clock
from bot.database import Database
from models.inbox import InboxEvent
from models.secrets import Keyring
from tests.faults.fleet import ROOT, SECRET, Process, environment
from tests.town import free_port, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed: its configuration is not tested"),
]

CLOSED_WITHIN = 8.0


@dataclass
class Gate:
    """nginx and the webs behind it."""

    port: int
    trusted: ssl.SSLContext
    webs: list[Process]
    database: Database
    log: Path

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> int:
        """The status; the body is sent as LINE would."""
        method = "GET" if body is None else "POST"
        with httpx.Client(verify=self.trusted, trust_env=False, timeout=15) as client:
            return client.request(
                method, f"https://localhost:{self.port}{path}", content=body, headers=headers
            ).status_code

    def tell(self, event_id: str) -> int:
        """One event, as LINE delivers it."""
        event = {"type": "unfollow", "webhookEventId": event_id, "timestamp": int(Clock().now().timestamp() * 1000)}
        source = {"type": "user", "userId": f"U{uuid4().hex}"}
        body = orjson.dumps({"destination": "U" + "8" * 32, "events": [{**event, "source": source, "mode": "active"}]})
        signature = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        return self.ask("/line/webhook", body, **{"x-line-signature": signature})

    def kept(self) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count(InboxEvent.id))) or 0

    def slow(self, said: bytes) -> float:
        """How long a connection that says this and then nothing is left open."""
        began = time.monotonic()
        with (
            socket.create_connection(("127.0.0.1", self.port)) as plain,
            self.trusted.wrap_socket(plain, server_hostname="localhost") as sealed,
        ):
            sealed.settimeout(30)
            sealed.sendall(said)
            try:
                while sealed.recv(4096):
                    pass
            except OSError:
                pass  # reset instead of closed
        return time.monotonic() - began


def configuration(folder: Path, port: int, webs: list[Process]) -> str:
    """The file as it is shipped, with this machine's addresses and files in it."""
    servers = "\n".join(f"server 127.0.0.1:{web.port} max_fails=3 fail_timeout=5s;" for web in webs)
    shipped = (ROOT / "docs" / "nginx.conf").read_text("utf-8")
    for there, here in {
        "pid /run/nginx.pid;": f"pid {folder}/nginx.pid; daemon off;",
        "/dev/stdout": f"{folder}/access.log",
        "error_log stderr": f"error_log {folder}/error.log",
        "resolver 127.0.0.11 valid=5s;": "",
        "server web:8000 resolve max_fails=3 fail_timeout=5s;": servers,
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/nginx/certificates": str(folder),
    }.items():
        assert there in shipped, there
        shipped = shipped.replace(there, here)
    return shipped


@pytest.fixture(scope="module")
def gate(sqlite_template: Path, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)  # nginx's own user looks in
    shutil.copy(sqlite_template, folder / "bot.sqlite")
    database = Database(f"sqlite:///{folder / 'bot.sqlite'}", keyring)
    webs = [
        Process("web", environment(database.url, "http://127.0.0.1:9", free_port()), folder / f"{number}.log")
        for number in range(2)
    ]
    authority, port = trustme.CA(), free_port()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(folder / "privkey.pem")
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(folder / "fullchain.pem", append=True)
    (folder / "nginx.conf").write_text(configuration(folder, port, webs))
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr.replace('the "user" directive', ""), tested.stderr
    for web in webs:
        web.wait_ready()
    nginx = subprocess.Popen(command, stderr=sys.stderr)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    found = Gate(port, trusted, webs, database, folder / "access.log")
    wait_until(lambda: nginx.poll() is not None or _listens(port), "nginx to listen")
    yield found
    nginx.terminate()
    nginx.wait(20)
    for web in webs:
        web.kill()
    database.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_events_reach_both_webs_and_one_web_when_the_other_has_gone(gate: Gate) -> None:
    before = gate.kept()
    gate.webs[0].pause()
    try:
        with ThreadPoolExecutor(2) as pool:  # who asks the web that stands still is answered by the other
            assert set(pool.map(gate.tell, ("stands-still-1", "stands-still-2"))) == {200}
    finally:
        gate.webs[0].wake()
    assert gate.kept() == before + 2
    gate.webs[0].stop()
    assert [gate.tell(f"gone-{number}") for number in range(6)] == [200] * 6
    assert gate.kept() == before + 8


def test_what_is_for_us_alone_is_not_reached_from_outside(gate: Gate) -> None:
    for path in ("/", "/metrics", "/readyz", "/healthz", "/line/webhook/", "/simulator/", "//metrics"):
        assert gate.ask(path) == 404, path
    assert gate.ask("/api/v1/events", b"{}") == 403, "only the ministry's addresses"
    assert gate.ask("/line/webhook", b"{}") == 401, "only what LINE has signed"


def test_a_body_that_is_too_large_is_refused(gate: Gate) -> None:
    assert gate.ask("/line/webhook", b"x" * (2 * 1024 * 1024 + 1)) == 413
    assert gate.ask("/pages/anything", b"x" * (64 * 1024 + 1)) == 413


def test_slow_senders_are_cut_off_before_they_reach_a_web(gate: Gate) -> None:
    slow = (
        b"",
        b"POST /line/webhook HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /line/webhook HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
    )
    with ThreadPoolExecutor(len(slow)) as pool:
        assert all(4 < seconds < CLOSED_WITHIN for seconds in pool.map(gate.slow, slow))


def test_the_access_log_holds_no_address_no_path_and_no_body(gate: Gate) -> None:
    secret = uuid4().hex
    spoofed = {"user-agent": secret, "x-forwarded-for": "192.0.2.1", "referer": secret}
    gate.ask(f"/pages/{secret}?of={secret}", None, **spoofed)
    assert gate.ask(f"/calendar/{secret}.ics", None, **spoofed) == 404, "asked, and not known there"
    gate.ask(f"/line/webhook?{secret}", secret.encode())
    lines = wait_until(lambda: [line for line in gate.log.read_text().splitlines() if " pages GET " in line], "a line")
    written = gate.log.read_text()
    assert secret not in written
    assert "127.0.0.1" not in written
    assert "192.0.2.1" not in written
    assert len(lines[-1].split()) == 6
