"""Sending: who gets what, the ledger, and what LINE remembers of retry keys and reply tokens."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import linebot.v3.messaging as sdk
import pytest

RETRY_KEY = "123e4567-e89b-12d3-a456-426614174000"
UNKNOWN = "U" + "0" * 32


def test_a_pushed_text_reaches_the_phone_and_the_ledger(line: Any) -> None:
    siti = line.phone()
    answer = line.push(siti, "Halo", retry_key=RETRY_KEY)
    assert answer.status_code == 200
    assert line.said_by_bot(siti) == [{"type": "text", "text": "Halo"}]
    [entry] = line.look("ledger")
    assert (entry["path"], entry["retry_key"]) == ("/v2/bot/message/push", RETRY_KEY)
    assert (entry["recipients"], entry["delivered"]) == ([siti], 1)
    assert entry["body"]["messages"] == [{"type": "text", "text": "Halo"}]
    assert entry["request_id"] == answer.headers["x-line-request-id"]
    sent = answer.json()["sentMessages"][0]["id"]
    assert [each["id"] for each in line.chat(siti) if each["from"] == "bot"] == [sent]


def test_the_official_client_sends_and_reads(line: Any) -> None:
    siti = line.phone("Siti")
    configuration = sdk.Configuration(access_token="a-test-access-token", host=line.served.url)
    with sdk.ApiClient(configuration) as client:
        api = sdk.MessagingApi(client)
        bubble = sdk.FlexBubble(
            body=sdk.FlexBox(layout="vertical", contents=[sdk.FlexText(text="Izin kerja", wrap=True)])
        )
        request = sdk.PushMessageRequest(to=siti, messages=[sdk.FlexMessage(altText="Ada kabar", contents=bubble)])
        first = api.push_message_with_http_info(request, x_line_retry_key=RETRY_KEY)
        with pytest.raises(sdk.ApiException) as again:
            api.push_message(request, x_line_retry_key=RETRY_KEY)
        assert again.value.status == 409
        accepted = again.value.headers["x-line-accepted-request-id"]
        assert accepted == first.headers["x-line-request-id"]
        assert api.get_profile(siti).display_name == "Siti"
        assert api.get_bot_info().user_id.startswith("U")
        assert api.get_followers().user_ids == [siti]
    [chat] = [each for each in line.chat(siti) if each["from"] == "bot"]
    assert chat["notification"] == "Ada kabar"


def test_a_retry_key_is_accepted_once_and_the_409_names_the_first(line: Any) -> None:
    siti = line.phone()
    first = line.push(siti, "Halo", retry_key=RETRY_KEY)
    again = line.push(siti, "Halo", retry_key=RETRY_KEY)
    assert again.status_code == 409
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert again.headers["x-line-request-id"] != first.headers["x-line-request-id"]
    assert again.json()["sentMessages"] == first.json()["sentMessages"]
    assert len(line.said_by_bot(siti)) == 1
    assert [each["status"] for each in line.look("requests")] == [200, 409]


def test_the_log_tells_a_retry_whose_body_changed(line: Any) -> None:
    siti = line.phone()
    for said in ("one", "one", "two"):
        line.push(siti, said, retry_key=RETRY_KEY)
    assert [each["same_body"] for each in line.look("requests")] == [None, True, False]


def test_a_retry_key_is_forgotten_after_24_hours_by_the_simulated_clock(line: Any) -> None:
    siti = line.phone()
    line.push(siti, "Halo", retry_key=RETRY_KEY)
    line.api("clock", {"advance": {"hours": 23.99}})
    assert line.push(siti, "Halo", retry_key=RETRY_KEY).status_code == 409
    line.api("clock", {"advance": {"hours": 0.02}})
    assert line.push(siti, "Halo", retry_key=RETRY_KEY).status_code == 200
    assert len(line.said_by_bot(siti)) == 2


def test_a_refused_request_does_not_use_up_its_retry_key(line: Any) -> None:
    siti = line.phone()
    assert line.push(siti, "", retry_key=RETRY_KEY).status_code == 400
    assert line.push(siti, "Halo", retry_key=RETRY_KEY).status_code == 200


@pytest.mark.parametrize("key", ["", "not-a-uuid", RETRY_KEY.replace("-", ""), "{" + RETRY_KEY + "}"])
def test_a_retry_key_must_be_a_uuid(line: Any, key: str) -> None:
    assert line.push(line.phone(), "Halo", retry_key=key).status_code == 400


def test_a_retry_key_on_an_endpoint_that_takes_none_is_refused(line_with_bot: Any, bot: Any) -> None:
    siti = line_with_bot.phone()
    token = bot.events()[-1]["replyToken"]
    reply = {"replyToken": token, "messages": [{"type": "text", "text": "Halo"}]}
    assert line_with_bot.line("message/reply", reply, RETRY_KEY).status_code == 400
    assert line_with_bot.line("message/reply", reply).status_code == 200
    assert line_with_bot.line("chat/loading/start", {"chatId": siti}, RETRY_KEY).status_code == 400


def test_a_blocked_or_unknown_person_gets_nothing_though_the_answer_is_200(line: Any) -> None:
    siti = line.phone()
    line.api(f"users/{siti}/unfollow", {})
    assert line.push(siti, "Halo").status_code == 200
    assert line.push(UNKNOWN, "Halo").status_code == 200
    assert line.said_by_bot(siti) == []
    assert [entry["delivered"] for entry in line.look("ledger")] == [0, 0]
    assert line.get(f"/v2/bot/profile/{siti}").status_code == 404
    assert line.get(f"/v2/bot/profile/{UNKNOWN}").status_code == 404
    assert line.get("/v2/bot/profile/nobody").status_code == 400


def test_a_multicast_reaches_every_friend_once(line: Any) -> None:
    siti, linh = line.phone("Siti"), line.phone("Linh")
    body = {"to": [siti, linh, siti, UNKNOWN], "messages": [{"type": "text", "text": "Halo"}]}
    answer = line.line("message/multicast", body, RETRY_KEY)
    assert (answer.status_code, answer.json()) == (200, {})
    assert [len(line.said_by_bot(each)) for each in (siti, linh)] == [1, 1]
    again = line.line("message/multicast", body, RETRY_KEY)
    assert again.status_code == 409
    assert "sentMessages" not in again.json()


def test_a_multicast_with_one_malformed_id_reaches_nobody_and_names_it(line: Any) -> None:
    siti = line.phone()
    body = {"to": [siti, "nobody"], "messages": [{"type": "text", "text": "Halo"}]}
    answer = line.line("message/multicast", body)
    assert answer.status_code == 400
    assert answer.json()["details"][0]["property"] == "to[1]"
    assert line.said_by_bot(siti) == []


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1, 200), (500, 200), (501, 400)])
def test_a_multicast_takes_1_to_500_people(line: Any, count: int, status: int) -> None:
    body = {"to": [f"U{n:032x}" for n in range(count)], "messages": [{"type": "text", "text": "Halo"}]}
    assert line.line("message/multicast", body).status_code == status


def test_a_broadcast_reaches_all_friends_and_a_narrowcast_can_be_followed(line: Any) -> None:
    siti, away = line.phone("Siti"), line.phone("Away", friend=False)
    said = {"messages": [{"type": "text", "text": "Halo"}]}
    assert line.line("message/broadcast", said, RETRY_KEY).status_code == 200
    narrow = line.line("message/narrowcast", said, str(uuid.uuid4()))
    assert narrow.status_code == 202
    assert (len(line.said_by_bot(siti)), len(line.said_by_bot(away))) == (2, 0)
    progress = line.get(
        "/v2/bot/message/progress/narrowcast", params={"requestId": narrow.headers["x-line-request-id"]}
    )
    assert (progress.json()["phase"], progress.json()["successCount"]) == ("succeeded", 1)


def test_without_a_valid_token_nothing_is_done(line: Any) -> None:
    siti = line.phone()
    for header in ("", "Bearer", "Bearer wrong", "Basic a-test-access-token"):
        line.headers["Authorization"] = header
        answer = line.push(siti, "Halo")
        assert (answer.status_code, "message" in answer.json()) == (401, True)
        assert answer.headers["x-line-request-id"]
    assert line.said_by_bot(siti) == []
    assert line.look("ledger") == []


def test_a_reply_token_works_once(line_with_bot: Any, bot: Any) -> None:
    siti = line_with_bot.phone()
    line_with_bot.api(f"users/{siti}/text", {"text": "Halo"})
    token = bot.events()[-1]["replyToken"]
    reply = {"replyToken": token, "messages": [{"type": "text", "text": "Apa kabar"}]}
    answers = [line_with_bot.line("message/reply", reply) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 400]
    assert answers[1].json()["message"] == "Invalid reply token"
    assert line_with_bot.said_by_bot(siti) == [{"type": "text", "text": "Apa kabar"}]


@pytest.mark.parametrize(("minutes", "status"), [(0.9, 200), (1.1, 400)])
def test_a_reply_token_lives_one_minute(line_with_bot: Any, bot: Any, minutes: float, status: int) -> None:
    line_with_bot.phone()
    token = bot.events()[-1]["replyToken"]
    line_with_bot.api("clock", {"advance": {"minutes": minutes}})
    reply = {"replyToken": token, "messages": [{"type": "text", "text": "Halo"}]}
    assert line_with_bot.line("message/reply", reply).status_code == status


@pytest.mark.parametrize(("minutes", "status"), [(19, 200), (21, 400)])
def test_a_redelivered_reply_token_lives_20_minutes_from_the_event(
    start: Callable[..., Any], bot: Any, minutes: int, status: int
) -> None:
    line = start(webhook_url=bot.url, redelivery_seconds=0.5)
    bot.answers += [500]
    line.api("deliveries", {"redeliver": True})
    line.phone()
    line.api("clock", {"advance": {"minutes": minutes}})
    again = bot.wait_for(2)[1].events[0]
    assert again["deliveryContext"]["isRedelivery"]
    reply = {"replyToken": again["replyToken"], "messages": [{"type": "text", "text": "Halo"}]}
    assert line.line("message/reply", reply).status_code == status


def test_a_restart_continues_ledger_retry_keys_chats_and_clock(start: Callable[..., Any], tmp_path: Path) -> None:
    database = str(tmp_path / "line.sqlite3")
    before = start(database=database)
    siti = before.phone()
    first = before.push(siti, "Halo", retry_key=RETRY_KEY)
    moved = before.api("clock", {"advance": {"hours": 5}})["now"]
    before.served.stop()
    after = start(database=database)
    again = after.push(siti, "Halo", retry_key=RETRY_KEY)
    assert again.status_code == 409
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert [entry["retry_key"] for entry in after.look("ledger")] == [RETRY_KEY]
    assert len(after.said_by_bot(siti)) == 1
    assert after.look("clock")["now"] >= moved
    next_id = after.push(siti, "Lagi").json()["sentMessages"][0]["id"]
    assert next_id != first.json()["sentMessages"][0]["id"]


def test_the_loading_animation_ends_with_the_next_message(line: Any) -> None:
    siti = line.phone()
    assert line.line("chat/loading/start", {"chatId": siti, "loadingSeconds": 5}).status_code == 202
    assert line.look(f"loading/{siti}")["loading"]
    line.push(siti, "Halo")
    assert not line.look(f"loading/{siti}")["loading"]
    for seconds in (0, 7, 65, "5", True):
        assert line.line("chat/loading/start", {"chatId": siti, "loadingSeconds": seconds}).status_code == 400


def test_the_month_ends_when_the_quota_is_used_up_but_replies_stay_free(line_with_bot: Any, bot: Any) -> None:
    line = line_with_bot
    siti, linh = line.phone("Siti"), line.phone("Linh")
    line.api("quota", {"limit": 2})
    assert line.push(siti, "one", "two", "three").status_code == 200
    refused = line.line("message/multicast", {"to": [siti, linh], "messages": [{"type": "text", "text": "Halo"}]})
    assert (refused.status_code, refused.json()["message"]) == (429, "You have reached your monthly limit.")
    assert line.get("/v2/bot/message/quota").json() == {"type": "limited", "value": 2}
    assert line.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 1}
    token = bot.events()[-1]["replyToken"]
    reply = {"replyToken": token, "messages": [{"type": "text", "text": "Halo"}]}
    assert line.line("message/reply", reply).status_code == 200
    today = line.look("clock")["now"][:10].replace("-", "")
    counted = line.get("/v2/bot/message/delivery/push", params={"date": today}).json()
    assert counted["status"] == "ready"
    line.api("clock", {"advance": {"days": 32}})
    assert line.push(linh, "Halo").status_code == 200


def test_a_narrowcast_others_and_a_late_count_change_what_the_quota_says(line: Any) -> None:
    siti = line.phone("Siti")

    def says() -> tuple[int, int]:
        limit = line.get("/v2/bot/message/quota").json()["value"]
        return limit, line.get("/v2/bot/message/quota/consumption").json()["totalUsage"]

    line.api("quota", {"limit": 10, "reserved": 10})
    refused = line.push(siti, "Halo")
    assert (refused.status_code, refused.json()["message"]) == (429, "You have reached your monthly limit.")
    assert says() == (10, 0), "what a narrowcast reserves does not show"
    line.api("quota", {"reserved": 0})
    assert line.push(siti, "Halo").status_code == 200
    line.api("quota", {"others": 8, "uncounted": 2})
    assert says() == (10, 7)
    assert line.push(siti, "Halo").status_code == 200
    assert line.push(siti, "Halo").status_code == 429
    line.api("quota", {"uncounted": 0})
    assert says() == (10, 10)


def test_rate_limits_answer_429_when_switched_on(start: Callable[..., Any]) -> None:
    line = start(enforce_rate_limits=True)
    statuses = [line.get("/v2/bot/richmenu/list").status_code for _ in range(14)]
    assert statuses[:10] == [200] * 10
    assert 429 in statuses[10:]
