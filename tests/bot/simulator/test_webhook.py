"""Webhooks as the bot receives them: signature, form, order, doubles and redelivery."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.simulator.webhook import sign

SECRET = "a-test-channel-secret"


@pytest.mark.parametrize(
    ("secret", "body", "signature"),
    [
        (
            "8c570fa6dd201bb328f1c1eac23a96d8",
            b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}',
            "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=",
        ),
        ("test_secret", b'{"hello":"world"}', "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM="),
    ],
)
def test_the_signature_is_lines(secret: str, body: bytes, signature: str) -> None:
    assert sign(secret, body) == signature


def test_a_text_arrives_signed_and_in_lines_form(line_with_bot: Any, bot: Any) -> None:
    siti = line_with_bot.phone()
    answer = line_with_bot.api(f"users/{siti}/text", {"text": "Halo ที่"})
    heard = bot.heard[-1]
    own = base64.b64encode(hmac.new(SECRET.encode(), heard.raw, hashlib.sha256).digest()).decode()
    assert heard.headers["x-line-signature"] == own
    assert heard.headers["content-type"] == "application/json; charset=utf-8"
    [event] = heard.events
    assert (event["type"], event["message"]["type"], event["message"]["text"]) == ("message", "text", "Halo ที่")
    assert event["source"] == {"type": "user", "userId": siti}
    assert (event["mode"], event["deliveryContext"]) == ("active", {"isRedelivery": False})
    assert re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", event["webhookEventId"])
    assert answer == {"seq": 2, "webhook_event_id": event["webhookEventId"], "delivered": 200}
    assert event["message"]["quoteToken"]
    assert event["replyToken"]


def test_the_destination_is_the_bots_user_id(line_with_bot: Any, bot: Any) -> None:
    line_with_bot.phone()
    info = line_with_bot.get("/v2/bot/info").json()
    assert f'"destination":"{info["userId"]}"'.encode() in bot.heard[0].raw


def test_every_deed_of_a_person_has_its_event(line_with_bot: Any, bot: Any) -> None:
    line, siti = line_with_bot, line_with_bot.phone()
    line.api(f"users/{siti}/sticker", {})
    line.api(f"users/{siti}/location", {"title": "Pabrik", "latitude": 25.03, "longitude": 121.5})
    line.api(f"users/{siti}/audio", {"base64": base64.b64encode(b"sound").decode(), "duration": 1500})
    line.api(f"users/{siti}/postback", {"data": "a=1", "params": {"date": "2026-01-31"}})
    line.api(f"users/{siti}/unfollow", {})
    line.api(f"users/{siti}/follow", {})
    events = bot.events()
    assert [each["type"] for each in events] == [
        *("follow", "message", "message", "message", "postback", "unfollow", "follow")
    ]
    assert [each["follow"]["isUnblocked"] for each in events if each["type"] == "follow"] == [False, True]
    assert events[4]["postback"] == {"data": "a=1", "params": {"date": "2026-01-31"}}
    assert events[3]["message"]["duration"] == 1500
    assert "replyToken" not in events[5]
    assert all("replyToken" in each for each in events if each["type"] != "unfollow")


def test_an_image_can_be_fetched_until_it_is_unsent(line_with_bot: Any, bot: Any) -> None:
    line, siti = line_with_bot, line_with_bot.phone()
    data = b"\x89PNG made up"
    line.api(f"users/{siti}/image", {"base64": base64.b64encode(data).decode()})
    message_id = bot.events()[-1]["message"]["id"]
    fetched = line.get(f"/v2/bot/message/{message_id}/content")
    assert (fetched.content, fetched.headers["content-type"]) == (data, "image/png")
    shown = line.chat(siti)[-1]["message"]
    assert line.get(shown["originalContentUrl"]).content == data
    line.api(f"users/{siti}/unsend", {"message_id": message_id})
    assert bot.events()[-1]["unsend"] == {"messageId": message_id}
    assert line.get(f"/v2/bot/message/{message_id}/content").status_code == 410
    assert line.chat(siti)[-1]["unsent"]
    twice = line.post(f"/simulator/api/users/{siti}/unsend", json={"message_id": message_id})
    assert twice.status_code == 404


def test_who_is_no_friend_must_follow_first(line_with_bot: Any, bot: Any) -> None:
    stranger = line_with_bot.phone(friend=False)
    answer = line_with_bot.post(f"/simulator/api/users/{stranger}/text", json={"text": "Halo"})
    assert answer.status_code == 409
    assert "follow" in answer.json()["message"]
    assert bot.heard == []


def test_copies_send_the_same_event_several_times(line_with_bot: Any, bot: Any) -> None:
    line_with_bot.api("deliveries", {"copies": 3})
    line_with_bot.phone()
    heard = bot.wait_for(3)
    assert len({each.raw for each in heard}) == 1
    assert not heard[2].events[0]["deliveryContext"]["isRedelivery"]


def test_held_events_are_released_backwards_when_shuffled(line_with_bot: Any, bot: Any) -> None:
    line, siti = line_with_bot, line_with_bot.phone()
    line.api("deliveries", {"hold": True, "shuffle": True})
    for said in ("one", "two", "three"):
        assert line.api(f"users/{siti}/text", {"text": said})["delivered"] is None
    assert line.look("deliveries")["held"] == 3
    line.api("deliveries", {"hold": False})
    bot.wait_for(4)
    assert [each["message"]["text"] for each in bot.events()[1:]] == ["three", "two", "one"]
    stamps = [each["timestamp"] for each in bot.events()[1:]]
    assert stamps == sorted(stamps, reverse=True)


def test_several_people_can_come_in_one_body(line_with_bot: Any, bot: Any) -> None:
    line = line_with_bot
    people = [line.phone("Siti"), line.phone("Linh")]
    line.api("deliveries", {"hold": True, "together": True})
    for each in people:
        line.api(f"users/{each}/text", {"text": "Halo"})
    line.api("deliveries", {"hold": False})
    assert [each["source"]["userId"] for each in bot.wait_for(3)[2].events] == people


def test_what_was_not_answered_2xx_is_redelivered_with_the_same_id(line_with_bot: Any, bot: Any) -> None:
    bot.answers += [500, 503]
    line_with_bot.api("deliveries", {"redeliver": True})
    line_with_bot.phone()
    first, second, third = [each.events[0] for each in bot.wait_for(3)]
    assert [each["deliveryContext"]["isRedelivery"] for each in (first, second, third)] == [False, True, True]
    for name in ("webhookEventId", "replyToken", "timestamp"):
        assert first[name] == second[name] == third[name]
    log = line_with_bot.look("deliveries")["deliveries"]
    assert [(each["status"], each["redelivery"]) for each in log[:2]] == [(500, False), (503, True)]
    assert log[0]["error"] == "error_status_code"


def test_one_persons_events_keep_their_order(line_with_bot: Any, bot: Any) -> None:
    line, siti = line_with_bot, line_with_bot.phone()
    said = [f"{n}" for n in range(20)]
    for each in said:
        line.api(f"users/{siti}/text", {"text": each})
    assert [each["message"]["text"] for each in bot.events()[1:]] == said


def test_in_standby_there_is_no_reply_token(line_with_bot: Any, bot: Any) -> None:
    line_with_bot.api("deliveries", {"mode": "standby"})
    line_with_bot.phone()
    [event] = bot.events()
    assert (event["mode"], "replyToken" in event) == ("standby", False)


def test_lines_own_check_sends_no_events(line_with_bot: Any, bot: Any) -> None:
    answer = line_with_bot.post("/v2/bot/channel/webhook/test").json()
    assert (answer["success"], answer["statusCode"]) == (True, 200)
    assert bot.heard[-1].events == []
    bot.answers.append(500)
    failed = line_with_bot.post("/v2/bot/channel/webhook/test").json()
    assert (failed["success"], failed["reason"]) == (False, "ERROR_STATUS_CODE")


def test_the_webhook_address_can_be_read_and_changed(start: Callable[..., Any], bot: Any) -> None:
    line = start()
    assert line.get("/v2/bot/channel/webhook/endpoint").status_code == 404
    assert line.put("/v2/bot/channel/webhook/endpoint", json={"endpoint": "ftp://x"}).status_code == 400
    assert line.put("/v2/bot/channel/webhook/endpoint", json={"endpoint": bot.url}).status_code == 200
    assert line.get("/v2/bot/channel/webhook/endpoint").json() == {"endpoint": bot.url, "active": True}
    line.phone()
    assert [each["type"] for each in bot.events()] == ["follow"]


def test_any_event_can_be_sent_signed(line_with_bot: Any, bot: Any) -> None:
    odd = {"type": "somethingNew", "mode": "active", "newField": 1}
    assert line_with_bot.api("webhook", {"events": [odd]}) == {"status": 200, "error": None}
    assert bot.events() == [odd]


def test_a_bot_that_is_away_is_logged_as_such(start: Callable[..., Any]) -> None:
    line = start(webhook_url="http://127.0.0.1:9/line/webhook")
    siti = line.phone()
    assert line.api(f"users/{siti}/text", {"text": "Halo"})["delivered"] is None
    assert {each["error"] for each in line.look("deliveries")["deliveries"]} == {"could_not_connect"}
