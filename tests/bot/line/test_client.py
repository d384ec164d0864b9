"""The client against a scripted LINE over TLS: what each answer and each broken network comes to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pytest
from structlog.testing import capture_logs

from bot.line.answers import (
    MULTICAST,
    PUSH,
    REPLY,
    Answer,
    ContentTooLarge,
    LineError,
    LineRefused,
    LineUnavailable,
    NeverReached,
    Outcome,
    Quota,
)
from bot.line.client import BotInfo, LineClient, Profile, WebhookEndpoint
from bot.line.tokens import TOKEN, StatelessTokens, Tokens

if TYPE_CHECKING:
    from tests.bot.line.conftest import LineLab, ScriptedLine, Step

KEY = UUID("5f0b9a53-7a0c-5c33-9c1e-2b8a7d5f1e10")
SOMEBODY = "U" + "c0ffee00" * 4
WORDS = "Kartu Anda berakhir pada 3 Mei."
BODY = orjson.dumps({"to": SOMEBODY, "messages": [{"type": "text", "text": WORDS}]})
QUOTA, USED = "/v2/bot/message/quota", "/v2/bot/message/quota/consumption"

Scene = Callable[["ScriptedLine", LineClient], Coroutine[Any, Any, None]]
Call = Callable[[LineClient], Awaitable[object]]


def play(lab: LineLab, scene: Scene, *, total_seconds: float = 10) -> None:
    async def run() -> None:
        async with lab.line() as line, lab.client(line, total_seconds=total_seconds) as client:
            await scene(line, client)

    asyncio.run(run())


def pushed(lab: LineLab, at: Step, *, total_seconds: float = 10) -> Answer:
    """The answer to one push that LINE meets with `at`; LINE must see it exactly once."""

    async def run() -> Answer:
        async with lab.line() as line, lab.client(line, total_seconds=total_seconds) as client:
            line.script[PUSH] = [at]
            answer = await client.push(BODY, KEY)
            assert len(line.at(PUSH)) == 1
            return answer

    return asyncio.run(run())


# What is sent


def test_a_push_carries_ready_bytes_the_key_and_the_token(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        body = b'{"sentMessages":[{"id":"461","quoteToken":"q"}]}'
        line.script[PUSH] = [step(body=body, headers={"x-line-request-id": "req-1"})]
        answer = await client.push(BODY, KEY)
        assert answer == Answer(Outcome.ACCEPTED, 200, "req-1")
        (asked,) = line.received
        assert (asked.method, asked.path, asked.body) == ("POST", PUSH, BODY)
        assert asked.headers["X-Line-Retry-Key"] == "5f0b9a53-7a0c-5c33-9c1e-2b8a7d5f1e10"
        assert asked.headers["Authorization"] == "Bearer token-of-the-lab"
        assert asked.headers["Content-Type"] == "application/json"

    play(lab, scene)


def test_a_reply_never_carries_a_retry_key(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[REPLY] = [step(status=401), step()]
        assert (await client.reply(BODY)).outcome is Outcome.UNAUTHORISED
        assert (await client.reply(BODY)).outcome is Outcome.ACCEPTED
        assert [one.path for one in line.received] == [REPLY, REPLY]
        assert not any("X-Line-Retry-Key" in one.headers for one in line.received)

    play(lab, scene)


# What comes back


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {}, Outcome.ACCEPTED),
        (202, {}, Outcome.ACCEPTED),
        (307, {"Location": "/elsewhere"}, Outcome.UNKNOWN),
        (400, {}, Outcome.REFUSED),
        (401, {}, Outcome.UNAUTHORISED),
        (403, {}, Outcome.FORBIDDEN),
        (404, {}, Outcome.REFUSED),
        (409, {"x-line-accepted-request-id": "req-0"}, Outcome.ALREADY_ACCEPTED),
        (409, {}, Outcome.CONFLICT_WITHOUT_ID),
        (413, {}, Outcome.REFUSED),
        (429, {}, Outcome.RATE_LIMITED),
        (500, {}, Outcome.UNKNOWN),
        (502, {}, Outcome.UNKNOWN),
        (503, {}, Outcome.UNKNOWN),
    ],
)
def test_every_row_of_the_status_table(
    lab: LineLab, step: type[Step], status: int, headers: dict[str, str], outcome: Outcome
) -> None:
    answer = pushed(lab, step(status=status, headers={"x-line-request-id": "req-1", **headers}))
    assert (answer.outcome, answer.status, answer.request_id) == (outcome, status, "req-1")
    assert answer.accepted_request_id == headers.get("x-line-accepted-request-id")


def test_a_late_reply_token_is_told_from_a_bad_message(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[REPLY] = [
            step(status=400, body=b'{"message":"Invalid reply token"}'),
            step(status=400, body=b'{"message":"bad","details":[{"property":"messages[0].text"}]}'),
        ]
        assert (await client.reply(BODY)).outcome is Outcome.BAD_REPLY_TOKEN
        assert (await client.reply(BODY)).outcome is Outcome.REFUSED

    play(lab, scene)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe<html>", b'{"sentMessages":[{"id":7}', b"[]"])
def test_a_success_with_a_junk_body_is_a_success(lab: LineLab, step: type[Step], body: bytes) -> None:
    assert pushed(lab, step(body=body)).outcome is Outcome.ACCEPTED


def test_a_success_whose_body_is_torn_off_is_a_success(lab: LineLab, step: type[Step]) -> None:
    assert pushed(lab, step(body=b'{"sentM', torn=True)).outcome is Outcome.ACCEPTED


def test_an_error_body_that_is_not_utf_8_is_still_an_answer(lab: LineLab, step: type[Step]) -> None:
    answer = pushed(lab, step(status=400, body=b'{"message":"\xb1\xc1"}'))
    assert (answer.outcome, answer.detail) == (Outcome.REFUSED, "16 bytes that are no LINE error")


def test_the_answer_never_repeats_our_words(lab: LineLab, step: type[Step]) -> None:
    body = orjson.dumps({"message": f"{WORDS} is not for {SOMEBODY}", "details": []})
    answer = pushed(lab, step(status=400, body=body))
    assert answer.detail == "… is not for …"


# Which 429


def quota(limit: int | None, used: int) -> tuple[bytes, bytes]:
    granted = {"type": "none"} if limit is None else {"type": "limited", "value": limit}
    return orjson.dumps(granted), orjson.dumps({"totalUsage": used})


@pytest.mark.parametrize(
    ("limit", "used", "outcome"),
    [(3000, 12, Outcome.RATE_LIMITED), (3000, 3001, Outcome.MONTHLY_LIMIT), (None, 9, Outcome.RATE_LIMITED)],
)
def test_the_two_429s_are_told_apart_by_asking_for_the_quota(
    lab: LineLab, step: type[Step], limit: int | None, used: int, outcome: Outcome
) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[MULTICAST] = [step(status=429, body=b'{"message":"words we do not know"}')]
        granted, consumed = quota(limit, used)
        line.script |= {QUOTA: [step(body=granted)], USED: [step(body=consumed)]}
        assert await client.quota() == Quota(limit, used)
        assert (await client.multicast(BODY, KEY)).outcome is outcome

    play(lab, scene)


def test_many_429s_at_once_ask_for_the_quota_once(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[PUSH] = [step(status=429)]
        granted, consumed = quota(500, 500)
        line.script |= {QUOTA: [step(body=granted)], USED: [step(body=consumed)]}
        answers = await asyncio.gather(*(client.push(BODY, KEY) for _ in range(50)))
        assert {one.outcome for one in answers} == {Outcome.MONTHLY_LIMIT}
        assert (len(line.at(QUOTA)), len(line.at(USED))) == (1, 1)

    play(lab, scene)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        (b'{"message":"You have reached your monthly limit."}', Outcome.MONTHLY_LIMIT),
        (b'{"message":"The API rate limit has been exceeded. Try again later."}', Outcome.RATE_LIMITED),
    ],
)
def test_where_the_quota_cannot_be_asked_the_words_of_a_429_are_the_hint(
    lab: LineLab, step: type[Step], words: bytes, outcome: Outcome
) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[PUSH] = [step(status=429, body=words)]
        line.script[QUOTA] = [step(status=429)]
        assert (await client.push(BODY, KEY)).outcome is outcome

    play(lab, scene)


def test_a_reply_is_free_so_its_429_never_asks_for_the_quota(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[REPLY] = [step(status=429)]
        assert (await client.reply(BODY)).outcome is Outcome.RATE_LIMITED
        assert line.at(QUOTA) == []

    play(lab, scene)


# Broken networks


def test_a_connection_reset_after_line_took_the_request_is_unknown(lab: LineLab, step: type[Step]) -> None:
    answer = pushed(lab, step(reset=True))
    assert (answer.outcome, answer.status) == (Outcome.UNKNOWN, None)


def test_an_answer_slower_than_the_deadline_is_unknown(lab: LineLab, step: type[Step]) -> None:
    started = time.perf_counter()
    answer = pushed(lab, step(delay=5), total_seconds=0.3)
    assert answer.outcome is Outcome.UNKNOWN
    assert time.perf_counter() - started < 3


def test_a_line_that_talks_no_http_is_unknown(lab: LineLab) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x00\x01 not http at all\r\n\r\n")
        writer.close()

    async def run() -> Answer:
        server = await asyncio.start_server(babble, "127.0.0.1", 0, ssl=lab.server_tls)
        port = server.sockets[0].getsockname()[1]
        async with server, lab.client(lab.line(), url=f"https://localhost:{port}") as client:
            return await client.push(BODY, KEY)

    assert asyncio.run(run()).outcome is Outcome.UNKNOWN


def test_a_refused_connection_is_certainly_not_sent(lab: LineLab) -> None:
    with socket.socket() as taken:  # bound but not listening: nobody else gets the port
        taken.bind(("127.0.0.1", 0))

        async def run() -> Answer:
            url = f"https://localhost:{taken.getsockname()[1]}"
            async with lab.client(lab.line(), url=url) as client:
                with pytest.raises(NeverReached):
                    await client.bot_info()
                return await client.push(BODY, KEY)

        answer = asyncio.run(run())
    assert answer == Answer(Outcome.NOT_SENT, detail="ClientConnectorError")


def test_a_line_that_accepts_but_never_shakes_hands_is_certainly_not_sent(lab: LineLab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:

        async def run() -> Answer:
            url = f"https://localhost:{silent.getsockname()[1]}"
            async with lab.client(lab.line(), url=url, connect_seconds=0.3) as client:
                return await client.push(BODY, KEY)

        assert asyncio.run(run()) == Answer(Outcome.NOT_SENT, detail="ConnectionTimeoutError")


@pytest.mark.parametrize("wrong", ["authority", "name"])
def test_a_certificate_of_another_authority_or_name_gets_nothing_from_us(lab: LineLab, wrong: str) -> None:
    async def run() -> None:
        async with lab.line() as line:
            tls = ssl.create_default_context() if wrong == "authority" else None
            url = line.url if wrong == "authority" else f"https://127.0.0.1:{line.port}"
            async with lab.client(line, url=url, tls=tls) as client:
                answer = await client.push(BODY, KEY)
            assert answer == Answer(Outcome.NOT_SENT, detail="ClientConnectorCertificateError")
            assert line.received == []

    asyncio.run(run())


def test_three_hundred_under_way_use_three_hundred_connections(lab: LineLab) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        everybody = asyncio.Barrier(300)
        line.before_answering = everybody.wait
        answers = await asyncio.gather(*(client.push(BODY, KEY) for _ in range(300)))
        assert {one.outcome for one in answers} == {Outcome.ACCEPTED}
        assert len({one.peer for one in line.received}) == 300

    play(lab, scene, total_seconds=60)


# Tokens


def with_tokens(lab: LineLab, scene: Callable[[ScriptedLine, LineClient], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        async with lab.line() as line:
            tokens: Tokens = StatelessTokens("1234567890", "channel-secret", line.url, tls=lab.client_tls)
            async with lab.client(line, tokens) as client:
                await scene(line, client)

    asyncio.run(run())


def issued(name: str) -> bytes:
    return orjson.dumps({"access_token": name, "expires_in": 900, "token_type": "Bearer"})


def test_after_a_401_the_same_key_goes_out_once_more_with_a_new_token(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[TOKEN] = [step(body=issued("old")), step(body=issued("new"))]
        line.script[PUSH] = [step(status=401), step()]
        assert (await client.push(BODY, KEY)).outcome is Outcome.ACCEPTED
        first, second = line.at(PUSH)
        assert (first.headers["Authorization"], second.headers["Authorization"]) == ("Bearer old", "Bearer new")
        assert first.headers["X-Line-Retry-Key"] == second.headers["X-Line-Retry-Key"] == str(KEY)
        assert first.body == second.body

    with_tokens(lab, scene)


def test_a_second_401_is_the_answer(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[TOKEN] = [step(body=issued("old")), step(body=issued("new"))]
        line.script[PUSH] = [step(status=401)]
        assert (await client.push(BODY, KEY)).outcome is Outcome.UNAUTHORISED
        assert len(line.at(PUSH)) == 2

    with_tokens(lab, scene)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(500, Outcome.NOT_SENT), (400, Outcome.UNAUTHORISED)],
)
def test_without_a_token_nothing_is_sent(lab: LineLab, step: type[Step], status: int, outcome: Outcome) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[TOKEN] = [step(status=status)]
        assert (await client.push(BODY, KEY)).outcome is outcome
        assert line.at(PUSH) == []

    with_tokens(lab, scene)


# The log


def test_every_call_is_logged_without_people_words_or_secrets(
    lab: LineLab, step: type[Step], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[TOKEN] = [step(body=issued("canary-token")), step(body=issued("canary-token-2"))]
        line.script[PUSH] = [
            step(headers={"x-line-request-id": "req-1"}),
            step(status=401),
            step(status=400, body=BODY),
            step(reset=True),
        ]
        for _ in range(3):
            await client.push(BODY, KEY)
        await client.profile(SOMEBODY)
        await client.link_rich_menu(SOMEBODY, "richmenu-1")
        line.script[f"/v2/bot/profile/{SOMEBODY}"] = [step(reset=True)]
        with pytest.raises(LineUnavailable) as raised:
            await client.profile(SOMEBODY)
        assert SOMEBODY not in repr(raised.value) + str(raised.value)
        assert raised.value.__suppress_context__

    with capture_logs() as logs:
        with_tokens(lab, scene)
    first_push = next(one for one in logs if one["endpoint"] == PUSH)
    assert isinstance(first_push.pop("milliseconds"), float)
    assert first_push == {
        "event": "line_call",
        "log_level": "info",
        "method": "POST",
        "endpoint": PUSH,
        "status": 200,
        "request_id": "req-1",
    }
    assert {one["endpoint"] for one in logs} == {
        TOKEN,
        PUSH,
        "/v2/bot/profile/{userId}",
        "/v2/bot/user/{userId}/richmenu/{richMenuId}",
    }
    everything = repr(logs) + caplog.text
    for canary in ("canary-token", "channel-secret", "Bearer", SOMEBODY, WORDS, str(KEY)):
        assert canary not in everything


# Asking


def test_a_profile_is_what_the_person_shows_and_404_is_nobody(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        path = f"/v2/bot/profile/{SOMEBODY}"
        shown = {"userId": SOMEBODY, "displayName": "Siti", "language": "id", "pictureUrl": "https://x.example"}
        line.script[path] = [
            step(body=orjson.dumps(shown)),
            step(body=b'{"displayName":"Siti"}'),
            step(status=404, body=b'{"message":"Not found"}'),
            step(status=500),
        ]
        person = await client.profile(SOMEBODY)
        assert person == Profile(SOMEBODY, "Siti", "id")
        assert "Siti" not in repr(person)
        assert await client.profile(SOMEBODY) == Profile(SOMEBODY, "Siti", None)
        assert await client.profile(SOMEBODY) is None
        with pytest.raises(LineUnavailable):
            await client.profile(SOMEBODY)

    play(lab, scene)


def test_an_odd_user_id_cannot_leave_its_place_in_the_path(lab: LineLab) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        await client.profile("../message/push?x={y}")
        assert [one.path for one in line.received] == ["/v2/bot/profile/..%2Fmessage%2Fpush%3Fx%3D%7By%7D"]

    play(lab, scene)


@pytest.mark.parametrize(("wanted", "sent"), [(1, 5), (5, 5), (6, 10), (20, 20), (999, 60)])
def test_loading_asks_for_a_length_line_takes(lab: LineLab, wanted: int, sent: int) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        await client.start_loading(SOMEBODY, wanted)
        assert orjson.loads(line.received[0].body) == {"chatId": SOMEBODY, "loadingSeconds": sent}

    play(lab, scene)


def test_loading_never_fails(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script["/v2/bot/chat/loading/start"] = [step(status=429), step(status=500), step(reset=True)]
        for _ in range(3):
            await client.start_loading(SOMEBODY, 20)
        assert len(line.received) == 3

    play(lab, scene)


async def eaten(client: LineClient, max_bytes: int) -> bytes:
    async with contextlib.aclosing(client.content("325708", max_bytes=max_bytes)) as pieces:
        return b"".join([piece async for piece in pieces])


def test_content_is_streamed_up_to_the_cap(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        photo = bytes(range(256)) * 2048
        line.script["/v2/bot/message/325708/content"] = [step(body=photo)]
        assert await eaten(client, len(photo)) == photo
        with pytest.raises(ContentTooLarge):
            await eaten(client, len(photo) - 1)

    play(lab, scene)


@pytest.mark.parametrize(
    ("status", "torn", "error"),
    [
        (202, False, LineUnavailable),
        (410, False, LineRefused),
        (500, False, LineUnavailable),
        (200, True, LineUnavailable),
    ],
)
def test_content_that_is_not_all_there_is_an_error(
    lab: LineLab, step: type[Step], status: int, torn: bool, error: type[LineError]
) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script["/v2/bot/message/325708/content"] = [step(status=status, body=b"half", torn=torn)]
        with pytest.raises(error):
            await eaten(client, 1000)

    play(lab, scene)


def test_content_too_is_asked_for_again_with_a_new_token_after_a_401(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[TOKEN] = [step(body=issued("old")), step(body=issued("new"))]
        line.script["/v2/bot/message/325708/content"] = [step(status=401), step(body=b"photo")]
        assert await eaten(client, 1000) == b"photo"

    with_tokens(lab, scene)


def test_the_account_and_its_webhook_are_read_for_the_doctor(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        info = {"userId": "U1", "basicId": "@bot", "displayName": "Bot", "chatMode": "bot"}
        line.script["/v2/bot/info"] = [step(body=orjson.dumps(info | {"markAsReadMode": "auto"}))]
        hook = {"endpoint": "https://bot.example/line/webhook", "active": True}
        line.script["/v2/bot/channel/webhook/endpoint"] = [step(body=orjson.dumps(hook)), step(status=404)]
        assert await client.bot_info() == BotInfo("U1", "@bot", "Bot", "bot")
        assert await client.webhook_endpoint() == WebhookEndpoint("https://bot.example/line/webhook", True)
        assert await client.webhook_endpoint() is None

    play(lab, scene)


@pytest.mark.parametrize("granted", [b"{}", b"nonsense", b'{"type":"limited"}', b'{"type":"new kind"}'])
def test_a_quota_that_cannot_be_read_is_an_error_not_a_number(lab: LineLab, step: type[Step], granted: bytes) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script |= {QUOTA: [step(body=granted)], USED: [step(body=b'{"totalUsage":1}')]}
        with pytest.raises(LineUnavailable, match="holds no quota"):
            await client.quota()

    play(lab, scene)


# Rich menus

MENU = "/v2/bot/richmenu"


@pytest.mark.parametrize(
    ("call", "method", "path", "body"),
    [
        (lambda c: c.set_default_rich_menu("rm-1"), "POST", "/v2/bot/user/all/richmenu/rm-1", None),
        (lambda c: c.link_rich_menu("U1", "rm-1"), "POST", "/v2/bot/user/U1/richmenu/rm-1", None),
        (lambda c: c.delete_rich_menu("rm-1"), "DELETE", f"{MENU}/rm-1", None),
        (
            lambda c: c.bulk_link(["U1", "U2"], "rm-1"),
            "POST",
            f"{MENU}/bulk/link",
            {"richMenuId": "rm-1", "userIds": ["U1", "U2"]},
        ),
        (lambda c: c.upsert_alias("home", "rm-1"), "POST", f"{MENU}/alias/home", {"richMenuId": "rm-1"}),
    ],
)
def test_each_rich_menu_call_goes_where_line_expects_it(
    lab: LineLab, call: Call, method: str, path: str, body: object
) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        await call(client)
        (asked,) = line.received
        assert (asked.method, asked.path) == (method, path)
        assert (orjson.loads(asked.body) if asked.body else None) == body

    play(lab, scene)


def test_a_menu_is_created_and_given_its_image(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[MENU] = [step(body=b'{"richMenuId":"rm-1"}'), step(body=b"{}")]
        menu_id = await client.create_rich_menu({"name": "m"})
        png = b"\x89PNG" + bytes(1024 * 1024 - 4)
        await client.upload_rich_menu_image(menu_id, png)
        image = line.received[-1]
        assert (image.path, image.headers["Content-Type"]) == (f"{MENU}/rm-1/content", "image/png")
        assert image.body == png
        with pytest.raises(LineUnavailable, match="holds no menu id"):
            await client.create_rich_menu({"name": "m"})

    play(lab, scene)


def test_menus_aliases_and_links_are_read(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[f"{MENU}/list"] = [step(body=b'{"richmenus":[{"richMenuId":"rm-1"}]}'), step(body=b"?")]
        aliases = b'{"aliases":[{"richMenuAliasId":"home","richMenuId":"rm-1"}]}'
        line.script[f"{MENU}/alias/list"] = [step(body=aliases)]
        line.script["/v2/bot/user/all/richmenu"] = [step(body=b'{"richMenuId":"rm-1"}'), step(status=404)]
        line.script["/v2/bot/user/U1/richmenu"] = [step(body=b'{"richMenuId":"rm-2"}'), step(status=404)]
        assert await client.rich_menus() == [{"richMenuId": "rm-1"}]
        assert await client.rich_menu_aliases() == {"home": "rm-1"}
        assert [await client.default_rich_menu() for _ in range(2)] == ["rm-1", None]
        assert [await client.rich_menu_of("U1") for _ in range(2)] == ["rm-2", None]
        with pytest.raises(LineUnavailable, match="holds no richmenus"):
            await client.rich_menus()

    play(lab, scene)


def test_an_alias_that_does_not_exist_yet_is_created(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[f"{MENU}/alias/home"] = [step(status=404), step(status=400)]
        await client.upsert_alias("home", "rm-1")
        created = line.received[-1]
        assert (created.method, created.path) == ("POST", f"{MENU}/alias")
        assert orjson.loads(created.body) == {"richMenuAliasId": "home", "richMenuId": "rm-1"}
        with pytest.raises(LineRefused):
            await client.upsert_alias("home", "rm-without-image")

    play(lab, scene)


def test_deleting_what_is_gone_is_well_but_other_refusals_are_not(lab: LineLab, step: type[Step]) -> None:
    async def scene(line: ScriptedLine, client: LineClient) -> None:
        line.script[f"{MENU}/rm-1"] = [step(status=404), step(status=403)]
        await client.delete_rich_menu("rm-1")
        with pytest.raises(LineRefused):
            await client.delete_rich_menu("rm-1")

    play(lab, scene)


def test_a_client_outside_its_async_with_says_so(lab: LineLab) -> None:
    with pytest.raises(RuntimeError, match="async with"):
        asyncio.run(lab.client(lab.line()).push(BODY, KEY))
