"""The ministry's API: keys and scopes, limits, odd bodies, verdicts by row, and a test key that reaches nobody."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from bot.api.description import EVENT_EXAMPLE, ISSUED_EXAMPLE, PERMIT_EXAMPLE, openapi
from bot.api.feed import EVENTS_AT_ONCE, Feed
from bot.api.gate import Gate
from bot.api.routes import add_routes
from bot.clock import Clock
from bot.database import Database
from models import api_key
from models.api_key import Scope
from models.binding import bind
from models.contact import Contact
from models.message import Message
from models.permit import Permit
from models.permit_event import PermitEvent
from models.reminder import ReminderRules
from models.worker import Worker

NOON = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
BOTH = (Scope.PERMITS, Scope.EVENTS)


@dataclass
class Ministry:
    """A caller with keys."""

    database: Database
    clock: Clock
    per_minute: int = 1_000

    def key(self, *scopes: Scope, test: bool = False, expires_at: datetime | None = None) -> str:
        with self.database.writing() as session:
            return api_key.create(session, "feed", scopes or BOTH, NOON, test=test, expires_at=expires_at)[1]

    def sends(self, what: str, content: Any, key: str | None = None, **headers: str) -> httpx.Response:
        app = FastAPI()
        gate = Gate(self.database, self.clock, self.per_minute)
        add_routes(app, gate, Feed(self.database, self.clock, ReminderRules()))
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        sent = {"content": content} if isinstance(content, bytes) else {"json": content}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.post(f"/api/v1/{what}", headers=headers, **sent)

        return asyncio.run(ask())

    def count(self, table: type) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def ministry(database: Database) -> Ministry:
    clock = Clock()
    clock.move(NOON)
    return Ministry(database, clock)


def a_permit(number: int = 1, **more: object) -> dict[str, object]:
    return (
        PERMIT_EXAMPLE
        | {"permit_no": f"P-{number}", "worker_ref": f"W-{number}", "passport_no": f"C{number:07}"}
        | more
    )


def an_event(number: int = 1, **more: object) -> dict[str, object]:
    return EVENT_EXAMPLE | {"event_id": f"E-{number}", "permit_no": "P-1", **more}


def codes(answer: httpx.Response, row: int = 0, said: str = "errors") -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["code"] for one in answer.json()["results"][row].get(said, [])]


def test_permits_are_stored_and_sending_them_again_changes_nothing(ministry: Ministry) -> None:
    key = ministry.key()
    for _time in range(2):
        answer = ministry.sends("permits", {"permits": [a_permit(1), a_permit(2)]}, key)
        assert answer.json()["counts"] == {"stored": 2}
        assert answer.json()["test"] is False
    assert (ministry.count(Permit), ministry.count(Worker)) == (2, 2)


def test_one_bad_row_does_not_keep_the_others_and_is_explained_without_its_cells(ministry: Ministry) -> None:
    rows = [
        a_permit(1),
        a_permit(2, birth_date="1990-13-45", name=7),
        a_permit(3, surprise="x"),
        a_permit(1, employer_name="Second"),
    ]
    answer = ministry.sends("permits", {"permits": rows}, ministry.key())
    assert [result["status"] for result in answer.json()["results"]] == ["stored", "refused", "stored", "refused"]
    assert set(codes(answer, 1)) == {"format", "not_a_date"}
    assert codes(answer, 2, "warnings") == ["unknown_column"]
    assert codes(answer, 3) == ["duplicate"]
    assert "1990-13-45" not in answer.text
    assert "surprise" not in answer.text
    assert answer.json()["results"][1]["errors"][0]["message_zh"]


def test_an_event_is_recorded_once_repeated_the_second_time_and_refused_with_another_body(ministry: Ministry) -> None:
    key = ministry.key()
    ministry.sends("permits", {"permits": [a_permit(1)]}, key)
    said = [
        ministry.sends("events", {"events": [event]}, key).json()["results"][0]["status"]
        for event in (an_event(), an_event(occurred_at="2026-03-10T01:30:00Z"), an_event(letter_no="L-2"))
    ]
    assert said == ["recorded", "repeated", "refused"]
    assert ministry.count(PermitEvent) == 1


def test_an_event_of_an_unknown_permit_is_refused_and_taken_once_the_permit_is_there(ministry: Ministry) -> None:
    key = ministry.key()
    assert codes(ministry.sends("events", {"events": [an_event()]}, key)) == ["unknown_permit"]
    ministry.sends("permits", {"permits": [a_permit(1)]}, key)
    assert codes(ministry.sends("events", {"events": [an_event()]}, key)) == []


def test_an_issued_permit_may_come_with_its_columns(ministry: Ministry) -> None:
    answer = ministry.sends("events", {"events": [ISSUED_EXAMPLE, EVENT_EXAMPLE]}, ministry.key())
    assert answer.json()["counts"] == {"recorded": 2}
    with ministry.database.reading() as session:
        assert session.scalars(select(Permit.status)).all() == ["revoked"]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("kind", "permit_lost", "not_a_kind"),
        ("occurred_at", "2026-03-10T09:30:00", "not_a_moment"),
        ("occurred_at", "yesterday", "not_a_moment"),
        ("occurred_at", "2026-03-12T09:30:00+08:00", "in_the_future"),
        ("occurred_at", "0001-01-01T00:00:00+08:00", "not_a_moment"),
        ("served_on", "2026-02-30", "not_a_date"),
        ("served_on", "2026-04-01", "in_the_future"),
        ("sequence", -1, "not_a_number"),
        ("sequence", 2**63, "not_a_number"),
        ("sequence", True, "not_a_number"),
        ("sequence", "7", "not_a_number"),
        ("event_id", None, "missing"),
        ("event_id", "x" * 65, "too_long"),
        ("event_id", "a\x00b", "control_characters"),
        ("letter_no", ["x"], "format"),
        ("permit_no", " ", "missing"),
    ],
)
def test_a_wrong_cell_of_an_event_is_named(ministry: Ministry, column: str, value: object, code: str) -> None:
    answer = ministry.sends("events", {"events": [an_event() | {column: value}]}, ministry.key())
    assert codes(answer) == [code]
    assert answer.json()["results"][0]["errors"][0]["column"] == column


def test_a_reason_that_we_do_not_know_is_taken_with_a_warning(ministry: Ministry) -> None:
    key = ministry.key()
    ministry.sends("permits", {"permits": [a_permit(1)]}, key)
    answer = ministry.sends("events", {"events": [an_event(reason_code="new_reason")]}, key)
    assert (codes(answer), codes(answer, said="warnings")) == ([], ["unknown_reason"])


def test_more_events_than_one_slice_are_each_judged(ministry: Ministry) -> None:
    key = ministry.key()
    ministry.sends("permits", {"permits": [a_permit(1)]}, key)
    rows = [an_event(number, letter_no=f"L-{number}") for number in range(EVENTS_AT_ONCE + 5)]
    rows[EVENTS_AT_ONCE + 1] = rows[0]
    answer = ministry.sends("events", {"events": rows}, key)
    assert answer.json()["counts"] == {"recorded": EVENTS_AT_ONCE + 4, "repeated": 1}


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"events":[{"sequence":NaN}]}', 400),
        (b'{"events":[{"event_id":"\\ud800"}]}', 400),
        (b'{"events":["\xff"]}', 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b'{"events":{}}', 422),
        (b'{"events":[],"more":1}', 422),
        (b'{"events":[1]}', 422),
        (b'{"events":[' + b"{}," * 10_000 + b"{}]}", 413),
        (b" " * (16 * 1024 * 1024 + 1), 413),
    ],
)
def test_a_body_that_is_not_as_it_should_be_is_refused_as_a_whole(
    ministry: Ministry, content: bytes, status: int
) -> None:
    answer = ministry.sends("events", content, ministry.key())
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "message"}
    assert "RateLimit-Remaining" in answer.headers


def test_without_a_key_in_force_nothing_is_taken_and_every_reason_looks_the_same(ministry: Ministry) -> None:
    old, revoked = ministry.key(expires_at=NOON - timedelta(seconds=1)), ministry.key()
    with ministry.database.writing() as session:
        found = api_key.key_of(session, revoked, NOON)
        assert found is not None
        api_key.revoke(found, NOON)
    answers = [ministry.sends("events", {"events": []}, key) for key in (None, "live_x", old, revoked, "x" * 5_000)]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].headers["www-authenticate"].startswith("Bearer")


def test_a_key_opens_only_what_its_scopes_name(ministry: Ministry) -> None:
    key = ministry.key(Scope.PERMITS)
    assert ministry.sends("events", {"events": []}, key).status_code == 403
    assert ministry.sends("permits", {"permits": []}, key).status_code == 200


def test_a_rotated_key_and_its_successor_both_hold_during_the_overlap(ministry: Ministry) -> None:
    old = ministry.key()
    with ministry.database.writing() as session:
        found = api_key.key_of(session, old, NOON)
        assert found is not None
        _, new = api_key.rotate(session, found, timedelta(hours=2), NOON)
    assert [ministry.sends("events", {"events": []}, key).status_code for key in (old, new)] == [200, 200]
    ministry.clock.move(NOON + timedelta(hours=2))
    assert [ministry.sends("events", {"events": []}, key).status_code for key in (old, new)] == [401, 200]


def test_the_secret_is_kept_nowhere(ministry: Ministry) -> None:
    secret = ministry.key()
    with ministry.database.reading() as session:
        [key] = api_key.all_keys(session)
        kept = [str(getattr(key, column.name)) for column in api_key.ApiKey.__table__.columns]
    assert not any(secret in value or secret.rsplit("_", 1)[1] in value for value in kept)


def test_each_key_has_a_limit_of_its_own_and_says_how_much_is_left(ministry: Ministry) -> None:
    ministry.per_minute = 3
    key, other = ministry.key(), ministry.key()
    answers = [ministry.sends("events", {"events": []}, key) for _time in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit-limit"] for answer in answers] == ["3"] * 4
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
    assert ministry.sends("events", {"events": []}, other).status_code == 200


def _linked(ministry: Ministry) -> None:
    with ministry.database.writing() as session:
        contact = Contact(line_user_id="U" + "1" * 32, language="en", reachable=True, created_at=NOON)
        session.add(contact)
        session.flush()
        bind(session, contact.id, session.scalars(select(Worker.id)).one(), NOON)


def test_a_test_key_is_told_the_same_verdicts_and_reaches_nobody(ministry: Ministry) -> None:
    live, test = ministry.key(), ministry.key(test=True)
    ministry.sends("permits", {"permits": [a_permit(1)]}, live)
    _linked(ministry)
    before = {table: ministry.count(table) for table in (Permit, Worker, PermitEvent, Message)}
    events = ministry.sends("events", {"events": [an_event(1), an_event(2, permit_no="P-9")]}, test).json()
    permits = ministry.sends("permits", {"permits": [a_permit(2)]}, test).json()
    assert [result["status"] for result in events["results"]] == ["recorded", "refused"]
    assert (events["test"], permits["test"], permits["counts"]) == (True, True, {"stored": 1})
    assert "nothing was stored" in events["note"]
    assert {table: ministry.count(table) for table in before} == before
    assert ministry.sends("events", {"events": [an_event(1)]}, live).json()["counts"] == {"recorded": 1}
    assert ministry.count(Message) == before[Message] + 1


def test_the_description_names_every_column_and_its_examples_are_taken(
    ministry: Ministry, resolve: Callable[[Any, Mapping[str, Any]], list[str]]
) -> None:
    described = openapi()
    assert resolve(described, described) == []
    key = ministry.key()
    for path, operations in described["paths"].items():
        example = operations["post"]["requestBody"]["content"]["application/json"]["example"]
        results = ministry.sends(path.rsplit("/", 1)[1], example, key).json()["results"]
        assert {result["status"] for result in results} <= {"stored", "recorded"}


@pytest.fixture
def resolve() -> Callable[[Any, Mapping[str, Any]], list[str]]:
    def dangling(part: Any, whole: Mapping[str, Any]) -> list[str]:
        """The references that lead nowhere."""
        if isinstance(part, list):
            return [ref for item in part for ref in dangling(item, whole)]
        if not isinstance(part, dict):
            return []
        missing = []
        if isinstance(ref := part.get("$ref"), str):
            place: Any = whole
            for step in ref.removeprefix("#/").split("/"):
                place = place.get(step, {})
            missing = [] if place else [ref]
        return missing + [ref for value in part.values() for ref in dangling(value, whole)]

    return dangling
