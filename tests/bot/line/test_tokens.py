"""Stateless tokens: fetched once for all who wait, ahead of their end, and served while LINE is silent."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import orjson
import pytest

from bot.line.answers import LineRefused, NeverReached
from bot.line.tokens import TOKEN, LongLivedToken, StatelessTokens

if TYPE_CHECKING:
    from tests.bot.line.conftest import LineLab, ScriptedLine, Step


@dataclass
class Hands:
    """A clock that moves only when a test moves it."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def issued(name: str, lasts: int = 900) -> bytes:
    return orjson.dumps({"access_token": name, "expires_in": lasts, "token_type": "Bearer"})


Scene = Callable[["ScriptedLine", StatelessTokens, Hands], Coroutine[Any, Any, None]]


def play(lab: LineLab, scene: Scene, tls: ssl.SSLContext | None = None) -> None:
    async def run() -> None:
        clock = Hands()
        async with lab.line() as line:
            tokens = StatelessTokens(
                "1234567890",
                "channel-secret",
                line.url,
                tls=tls or lab.client_tls,
                monotonic=clock,
                jitter=lambda: 1.0,
            )
            try:
                await scene(line, tokens, clock)
            finally:
                await tokens.aclose()

    asyncio.run(run())


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not happened():
            await asyncio.sleep(0.005)


def test_a_token_is_asked_for_with_the_channels_credentials_and_kept(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, tokens: StatelessTokens, clock: Hands) -> None:
        line.script[TOKEN] = [step(body=issued("first"))]
        assert [await tokens.current() for _ in range(3)] == ["first"] * 3
        (asked,) = line.received
        assert (asked.method, asked.headers["Content-Type"]) == ("POST", "application/x-www-form-urlencoded")
        assert parse_qs(asked.body.decode()) == {
            "grant_type": ["client_credentials"],
            "client_id": ["1234567890"],
            "client_secret": ["channel-secret"],
        }

    play(lab, scene)


def test_a_hundred_who_wait_share_one_request_even_if_one_of_them_gives_up(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, tokens: StatelessTokens, clock: Hands) -> None:
        line.script[TOKEN] = [step(body=issued("shared"), delay=0.2)]
        waiting = [asyncio.create_task(tokens.current()) for _ in range(100)]
        await until(lambda: len(line.received) == 1)
        waiting[0].cancel()
        got = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(got[0], asyncio.CancelledError)
        assert got[1:] == ["shared"] * 99
        assert len(line.received) == 1

    play(lab, scene)


def test_after_twelve_of_fifteen_minutes_the_old_token_is_served_while_the_new_one_is_fetched(
    lab: LineLab, step: type[Step]
) -> None:
    async def scene(line: ScriptedLine, tokens: StatelessTokens, clock: Hands) -> None:
        line.script[TOKEN] = [step(body=issued("old")), step(body=issued("new"), delay=0.1)]
        await tokens.current()
        clock.seconds += 719
        assert await tokens.current() == "old"
        assert len(line.received) == 1
        clock.seconds += 1
        assert [await tokens.current() for _ in range(5)] == ["old"] * 5
        async with asyncio.timeout(5):
            while await tokens.current() == "old":
                await asyncio.sleep(0.005)
        assert await tokens.current() == "new"
        assert len(line.received) == 2

    play(lab, scene)


def test_a_failing_refresh_keeps_the_old_token_until_it_really_expires(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, tokens: StatelessTokens, clock: Hands) -> None:
        line.script[TOKEN] = [step(body=issued("old")), step(status=503), step(reset=True), step(status=500)]
        await tokens.current()
        clock.seconds += 800
        for attempt in (2, 3):
            assert await tokens.current() == "old"
            await until(lambda attempt=attempt: len(line.received) == attempt)  # type: ignore[misc]
            await asyncio.sleep(0.05)
            clock.seconds += 10
        clock.seconds += 79
        assert await tokens.current() == "old"
        await asyncio.sleep(0.05)
        clock.seconds += 60
        with pytest.raises(NeverReached):
            await tokens.current()
        line.script[TOKEN] = [step(body=issued("new"))]
        clock.seconds += 60
        assert await tokens.current() == "new"

    play(lab, scene)


def test_after_a_failure_nobody_asks_again_before_the_pause_is_over_and_pauses_grow(
    lab: LineLab, step: type[Step]
) -> None:
    async def scene(line: ScriptedLine, tokens: StatelessTokens, clock: Hands) -> None:
        line.script[TOKEN] = [step(status=500)]
        for pause in (1, 2, 4, 8, 16, 32, 60, 60):
            asked = len(line.received)
            for _ in range(3):
                with pytest.raises(NeverReached):
                    await tokens.current()
            clock.seconds += pause - 0.01
            with pytest.raises(NeverReached):
                await tokens.current()
            assert len(line.received) == asked + 1
            clock.seconds += 0.02

    play(lab, scene)


def test_wrong_credentials_are_told_from_a_line_that_is_down(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, tokens: StatelessTokens, clock: Hands) -> None:
        line.script[TOKEN] = [
            step(status=400, body=b'{"error":"invalid_client","error_description":"invalid client_secret"}')
        ]
        with pytest.raises(LineRefused, match="400: invalid client_secret"):
            await tokens.current()

    play(lab, scene)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"access_token":"a"}',
        b'{"access_token":"a","expires_in":0}',
        b'{"access_token":"a","expires_in":true}',
        b'{"access_token":"a\\r\\nX: y","expires_in":900}',
        b'{"access_token":"","expires_in":900}',
    ],
)
def test_an_answer_without_a_usable_token_is_no_token(lab: LineLab, step: type[Step], body: bytes) -> None:
    async def scene(line: ScriptedLine, tokens: StatelessTokens, clock: Hands) -> None:
        line.script[TOKEN] = [step(body=body)]
        with pytest.raises(NeverReached, match="holds no token"):
            await tokens.current()

    play(lab, scene)


def test_a_refused_token_is_replaced_once_for_all_who_held_it(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, tokens: StatelessTokens, clock: Hands) -> None:
        line.script[TOKEN] = [step(body=issued("dead")), step(body=issued("alive"), delay=0.05)]
        dead = await tokens.current()
        assert await asyncio.gather(*(tokens.replace(dead) for _ in range(50))) == ["alive"] * 50
        assert await tokens.replace(dead) == "alive"
        assert len(line.received) == 2

    play(lab, scene)


def test_the_secret_is_never_given_to_a_stranger(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, tokens: StatelessTokens, clock: Hands) -> None:
        with pytest.raises(NeverReached, match="ClientConnectorCertificateError"):
            await tokens.current()
        assert line.received == []

    play(lab, scene, tls=ssl.create_default_context())


def test_closing_ends_a_refresh_that_is_under_way(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, tokens: StatelessTokens, clock: Hands) -> None:
        line.script[TOKEN] = [step(body=issued("late"), delay=0.2)]
        waiting = asyncio.create_task(tokens.current())
        await until(lambda: len(line.received) == 1)
        await tokens.aclose()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    play(lab, scene)


def test_a_long_lived_token_has_no_other_to_offer() -> None:
    token = LongLivedToken("given")
    assert asyncio.run(token.current()) == "given"
    assert asyncio.run(token.replace("given")) is None
    assert "given" not in repr(token)


@pytest.mark.parametrize("broken", ["", "a b", "a\n", "tökén"])
def test_a_token_that_cannot_go_into_a_header_is_refused_without_being_shown(broken: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII") as refused:
        LongLivedToken(broken)
    assert not broken or broken not in str(refused.value)
