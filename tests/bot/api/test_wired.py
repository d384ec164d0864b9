"""The API in the running service: what it records leaves at once, and its calls are in /metrics."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.made_up import made_up_workers
from models import api_key
from models.api_key import Scope
from models.binding import bind
from models.contact import Contact
from models.worker import Worker
from tests.town import Town, words_of

NOON = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)


def test_an_event_leaves_before_anybody_looks_for_messages_and_the_call_is_counted(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sender.IDLE_SECONDS", 60)
    [worker] = made_up_workers(1, 7, NOON.date())
    with Town(database_url, tmp_path, NOON) as town:
        town.know(worker)
        phone = town.phone()
        phone.follow()
        phone.tap("language:en")
        with town.service.database.writing() as session:
            contact, her = session.scalars(select(Contact)).one(), session.scalars(select(Worker)).one()
            bind(session, contact.id, her.id, NOON)
            key, secret = api_key.create(session, "ministry", [Scope.EVENTS], NOON, test=False)
            prefix = key.prefix
        event = {
            "event_id": "E-1",
            "kind": "permit_revoked",
            "permit_no": worker["permit_no"],
            "occurred_at": "2026-03-10T10:00:00+08:00",
        }
        api = httpx.Client(base_url=f"http://127.0.0.1:{town.port}", timeout=15)
        answer = api.post("/api/v1/events", json={"events": [event]}, headers={"Authorization": f"Bearer {secret}"})
        assert answer.json()["counts"] == {"recorded": 1}
        assert "your work permit was revoked" in words_of(phone.wait("the notice", 20))
        counted = api.get("/metrics").text
        api.close()
    [line] = [line for line in counted.splitlines() if line.startswith("bot_api_calls_total{")]
    assert f'key="{prefix}"' in line
    assert line.endswith('status="200"} 1.0')
