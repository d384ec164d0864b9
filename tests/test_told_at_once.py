"""From the ministry's system to a phone in the night: events by the API, told at once, once, and in her language."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.line.render import PREVIEW
from bot.made_up import made_up_workers
from locales import TAIPEI, Language, say
from models import api_key
from models.api_key import Scope
from tests.town import Phone, Town, buttons_of, wait_until, words_of

AT_3_IN_THE_NIGHT = datetime(2026, 3, 11, 3, 0, tzinfo=TAIPEI).astimezone(UTC)
WORKER = next(iter(made_up_workers(1, 7, AT_3_IN_THE_NIGHT.date()))) | {
    "permit_type": "B",
    "permit_no": "P-1",
    "starts_on": "2025-09-01",
    "ends_on": "2027-08-31",
    "phone": "",
}


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with Town(database_url, tmp_path, AT_3_IN_THE_NIGHT) as opened:
        opened.know(WORKER)
        yield opened


def reported(town: Town, *events: Mapping[str, object]) -> Any:
    """What the API says to these events."""
    with town.service.database.writing() as session:
        _, secret = api_key.create(session, "ministry", [Scope.EVENTS], town.clock.now(), test=False)
    answer = httpx.post(
        f"http://127.0.0.1:{town.port}/api/v1/events",
        json={"events": [{"permit_no": "P-1", **event} for event in events]},
        headers={"Authorization": f"Bearer {secret}"},
        timeout=15,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def at(town: Town, hours_ago: int) -> str:
    return (town.clock.now() - timedelta(hours=hours_ago)).isoformat()


def pushes(town: Town) -> list[Mapping[str, Any]]:
    return [entry for entry in town.ledger() if entry["path"].endswith("/push")]


def binds(phone: Phone, language: str) -> list[Mapping[str, Any]]:
    """She adds the bot, chooses her language and links her record; what she is then shown."""
    phone.follow()
    phone.tap(f"language:{language}")
    phone.say("bind")
    phone.tap("answer:binding:consent:yes")
    for cell in ("passport_no", "arc_no", "name", "birth_date"):
        phone.say(WORKER[cell])
    phone.tap("answer:binding:phone:none")
    return phone.tap("answer:binding:summary:yes")


def test_a_revocation_at_three_in_the_night_is_on_her_phone_at_once_in_thai_and_only_once(town: Town) -> None:
    phone = town.phone(language="th")
    binds(phone, "th")
    town.settle()
    phone.new()
    revoked = {
        "event_id": "E1",
        "kind": "permit_revoked",
        "occurred_at": at(town, 12),
        "letter_no": "L-77",
        "served_on": "2026-03-10",
        "reason_code": "employer_quota",
    }
    assert reported(town, revoked)["counts"] == {"recorded": 1}
    told = phone.wait("the notice")
    assert len(told) == 1
    words = words_of(told)
    assert words.index("ยื่นอุทธรณ์ได้ถึงวันที่") < words.index("เปลี่ยนนายจ้าง") < words.index("L-77")
    assert "9 เมษายน" in words
    assert told[0]["message"]["altText"] == say(PREVIEW, Language.TH)
    assert [button["uri"] for button in buttons_of(told) if button["type"] == "uri"] == ["tel:1955"]

    assert reported(town, revoked, revoked | {"event_id": "E2"})["counts"] == {"recorded": 1, "repeated": 1}
    town.settle()
    assert phone.new() == []


def test_what_waited_for_her_is_shown_in_order_in_one_message_when_she_binds(town: Town) -> None:
    reported(
        town,
        {"event_id": "E2", "kind": "permit_revoked", "occurred_at": at(town, 24)},
        {"event_id": "E1", "kind": "reported_missing", "occurred_at": at(town, 48), "letter_no": "L-1"},
        {"event_id": "E0", "kind": "search_requested", "occurred_at": at(town, 72)},
    )
    phone = town.phone()
    binds(phone, "en")
    town.move(town.clock.now() + timedelta(seconds=2))
    [push] = wait_until(lambda: pushes(town), "what waited for her")
    told = [entry for entry in phone.new(0) if "work permit was revoked" in words_of([entry])]
    assert len(push["body"]["messages"]) == 3
    assert len(told) == 1
    words = words_of(phone.new(0))
    first, second, third = "look for you", "absent for three days", "work permit was revoked"
    assert words.index(first) < words.index(second) < words.index(third)
    assert len(pushes(town)) == 1


def test_a_withdrawal_names_the_report_that_she_was_told_of(town: Town) -> None:
    phone = town.phone()
    binds(phone, "en")
    town.settle()
    phone.new()
    reported(
        town,
        {"event_id": "E1", "kind": "reported_missing", "occurred_at": "2026-03-09T10:00:00+08:00", "letter_no": "L-1"},
    )
    assert "if you are not missing, say so here" in words_of(phone.wait("the report"))
    reported(
        town,
        {"event_id": "E2", "kind": "missing_report_withdrawn", "occurred_at": at(town, 1), "letter_no": "L-2"},
    )
    words = words_of(phone.wait("the withdrawal"))
    assert "no longer stands" in words
    assert "March 9, 2026" in words
    assert "L-1" in words
