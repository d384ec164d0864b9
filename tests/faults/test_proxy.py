"""The proxy does to a connection what it says, and heals."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.proxy import Fault, Proxy
from tests.town import wait_until


class Echo:
    """Answers every line with the same line; remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client:
            while line := client.recv(1000):
                self.heard.append(line)
                try:
                    client.sendall(line)
                except OSError:
                    return


@pytest.fixture
def echo() -> Iterator[Echo]:
    opened = Echo()
    yield opened
    opened.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxy(("127.0.0.1", echo.port)) as opened:
        yield opened


@contextmanager
def connected(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
        yield client


def says(proxy: Proxy, words: bytes = b"hello\n") -> bytes:
    """What comes back on a connection of its own; an error when it breaks."""
    with connected(proxy) as client:
        client.sendall(words)
        answer = b""
        while len(answer) < len(words):
            piece = client.recv(1000)
            if not piece:
                raise ConnectionError("ended")
            answer += piece
        return answer


def test_without_a_fault_everything_passes(proxy: Proxy) -> None:
    assert says(proxy, b"x" * 300) == b"x" * 300


def test_refused_and_healed(proxy: Proxy) -> None:
    proxy.misbehave(Fault.REFUSE)
    with pytest.raises(ConnectionRefusedError):
        says(proxy)
    proxy.heal()
    assert says(proxy) == b"hello\n"


def test_what_was_connected_is_reset_when_refused(proxy: Proxy) -> None:
    with connected(proxy) as client:
        client.sendall(b"hello\n")
        assert client.recv(100) == b"hello\n"
        proxy.misbehave(Fault.REFUSE)
        with pytest.raises(ConnectionResetError):
            client.recv(100)


@pytest.mark.parametrize(
    ("fault", "arrives"), [(Fault.RESET, False), (Fault.CUT_AFTER_REQUEST, True), (Fault.CUT_BEFORE_RESPONSE, True)]
)
def test_a_cut_connection_answers_nothing_and_the_next_one_does(
    proxy: Proxy, echo: Echo, fault: Fault, arrives: bool
) -> None:
    proxy.misbehave(fault, times=1)
    with pytest.raises(ConnectionError):
        says(proxy, b"lost\n")
    assert proxy.times == 1
    assert says(proxy, b"heard\n") == b"heard\n"
    assert echo.heard == ([b"lost\n"] if arrives else []) + [b"heard\n"]


def test_only_some_requests_are_met(proxy: Proxy) -> None:
    proxy.misbehave(Fault.RESET, only=b"POST /v2/")
    assert says(proxy, b"GET /\n") == b"GET /\n"
    with pytest.raises(ConnectionError):
        says(proxy, b"POST /v2/bot\n")


def test_delayed_and_dripping_answers_come_whole(proxy: Proxy) -> None:
    for fault in (Fault.DELAY, Fault.DRIP):
        proxy.misbehave(fault, seconds=0.05)
        began = time.monotonic()
        assert says(proxy) == b"hello\n"
        assert time.monotonic() - began >= 0.05


def test_a_black_hole_gives_back_what_it_swallowed_also_of_who_hung_up(proxy: Proxy, echo: Echo) -> None:
    proxy.misbehave(Fault.BLACK_HOLE)
    with connected(proxy) as patient:
        with connected(proxy) as impatient:
            impatient.sendall(b"first\n")
            patient.sendall(b"second\n")
            wait_until(lambda: proxy.times == 2, "both to be swallowed")
        assert echo.heard == []
        proxy.heal()
        assert patient.recv(100) == b"second\n"
    wait_until(lambda: sorted(echo.heard) == [b"first\n", b"second\n"], "both to arrive")
