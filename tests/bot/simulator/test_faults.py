"""Scripted misbehaviour, and what the ledger says of it."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

KEY = "123e4567-e89b-12d3-a456-426614174000"
PUSH = "/v2/bot/message/push"


def test_accepted_then_reset_is_in_the_ledger_and_the_retry_gets_409(line: Any) -> None:
    siti = line.phone()
    line.api("faults", {"path": PUSH, "reset": "after"})
    with pytest.raises(httpx.TransportError):
        line.push(siti, "Halo", retry_key=KEY)
    [entry] = line.look("ledger")
    assert entry["retry_key"] == KEY
    again = line.push(siti, "Halo", retry_key=KEY)
    assert again.status_code == 409
    assert again.headers["x-line-accepted-request-id"] == entry["request_id"]
    assert len(line.said_by_bot(siti)) == 1
    assert [(each["status"], each["fault"]) for each in line.look("requests")] == [
        (None, "reset after"),
        (409, None),
    ]


def test_reset_before_accepting_leaves_nothing_behind(line: Any) -> None:
    siti = line.phone()
    line.api("faults", {"path": PUSH, "reset": "before", "next": 2})
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            line.push(siti, "Halo", retry_key=KEY)
    assert line.look("ledger") == []
    assert line.push(siti, "Halo", retry_key=KEY).status_code == 200
    assert len(line.look("requests")) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 500, 503])
def test_a_scripted_status_is_answered_n_times_without_effect(line: Any, status: int) -> None:
    siti = line.phone()
    line.api("faults", {"path": PUSH, "status": status, "next": 2, "headers": {"x-made-up": "yes"}})
    answers = [line.push(siti, "Halo") for _ in range(3)]
    assert [each.status_code for each in answers] == [status, status, 200]
    assert answers[0].headers["x-made-up"] == "yes"
    assert answers[0].headers["x-line-request-id"]
    assert len(line.said_by_bot(siti)) == 1
    assert line.look("faults") == []


def test_a_500_may_hide_an_accepted_request(line: Any) -> None:
    siti = line.phone()
    line.api("faults", {"path": PUSH, "status": 500, "accept": True})
    assert line.push(siti, "Halo", retry_key=KEY).status_code == 500
    assert len(line.look("ledger")) == 1
    assert line.push(siti, "Halo", retry_key=KEY).status_code == 409


def test_a_409_can_lack_the_accepted_id(line: Any) -> None:
    siti = line.phone()
    line.api("faults", {"path": PUSH, "status": 409})
    answer = line.push(siti, "Halo", retry_key=KEY)
    assert answer.status_code == 409
    assert "x-line-accepted-request-id" not in answer.headers


def test_a_delayed_answer_was_accepted_though_the_client_gave_up(line: Any) -> None:
    siti = line.phone()
    line.api("faults", {"path": PUSH, "delay_seconds": 30})
    with pytest.raises(httpx.ReadTimeout):
        line.post(
            PUSH,
            json={"to": siti, "messages": [{"type": "text", "text": "Halo"}]},
            headers={"X-Line-Retry-Key": KEY},
            timeout=0.3,
        )
    assert len(line.look("ledger")) == 1
    assert line.push(siti, "Halo", retry_key=KEY).status_code == 409


def test_a_request_delayed_before_acceptance_has_not_happened_yet(line: Any) -> None:
    siti = line.phone()
    line.api("faults", {"path": PUSH, "delay_seconds": 0.3, "delay": "before"})
    begun = time.monotonic()
    assert line.push(siti, "Halo").status_code == 200
    assert time.monotonic() - begun >= 0.3


def test_the_two_kinds_of_429_differ_in_words_and_in_what_the_quota_says(start: Callable[..., Any]) -> None:
    line = start(monthly_limit=100)
    siti = line.phone()

    def used() -> tuple[int, int]:
        quota = line.get("/v2/bot/message/quota").json()["value"]
        return line.get("/v2/bot/message/quota/consumption").json()["totalUsage"], quota

    line.api("faults", {"path": PUSH, "status": 429})
    rate = line.push(siti, "Halo")
    assert rate.json()["message"] == "The API rate limit has been exceeded. Try again later."
    assert used() == (0, 100)
    line.api("faults", {"path": PUSH, "quota": True})
    monthly = line.push(siti, "Halo")
    assert (monthly.status_code, monthly.json()["message"]) == (429, "You have reached your monthly limit.")
    assert used() == (100, 100)
    assert line.push(siti, "Halo").status_code == 200
    assert used() == (1, 100)


def test_a_fault_for_one_recipient_leaves_the_others_alone(line: Any) -> None:
    siti, linh = line.phone("Siti"), line.phone("Linh")
    line.api("faults", {"path": PUSH, "status": 400, "to": linh})
    assert line.push(siti, "Halo").status_code == 200
    assert line.push(linh, "Halo").status_code == 400


def test_faults_are_listed_and_can_be_taken_back(line: Any) -> None:
    line.api("faults", {"path": "/v2/bot", "status": 500, "next": 7})
    assert [(each["path"], each["next"]) for each in line.look("faults")] == [("/v2/bot", 7)]
    line.api("faults", method="DELETE")
    assert line.look("faults") == []
    assert line.push(line.phone(), "Halo").status_code == 200


@pytest.mark.parametrize(
    "fault",
    [{}, {"path": "push"}, {"path": PUSH, "next": 0}, {"path": PUSH, "sttus": 500}, {"path": PUSH, "status": 99}],
)
def test_a_fault_that_makes_no_sense_is_refused(line: Any, fault: dict[str, Any]) -> None:
    answer = line.post("/simulator/api/faults", json=fault)
    assert answer.status_code == 400
    assert answer.json()["message"]
