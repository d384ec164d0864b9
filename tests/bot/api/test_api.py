"""The ministry's API: keys and scopes, limits, odd bodies, verdicts by row, and a test key that reaches nobody."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.api import gate as gates
from bot.api.body import MOST_ROWS
from bot.api.calls import Calls
from bot.api.description import EVENT_EXAMPLE, ISSUED_EXAMPLE, PERMIT_EXAMPLE, openapi
from bot.api.feed import EVENTS_AT_ONCE, Feed
from bot.api.gate import Gate, TurnedAway
from bot.api.routes import add_routes
from bot.clock import Clock
from bot.database import Database
from models import api_key
from models.api_key import Scope
from models.binding import bind
from models.contact import Contact
from models.message import Message
from models.permit import Permit
from models.permit_event import EventKind, PermitEvent
from models.reminder import ReminderRules
from models.worker import Worker

NOON = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
PROXY_WAITS = 120
"""Seconds, as docs/operations.md sets it up."""
BOTH = (Scope.PERMITS, Scope.EVENTS)


@dataclass
class Ministry:
    """A caller with keys."""

    database: Database
    clock: Clock
    per_minute: int = 1_000
    woken: int = 0
    calls: Calls = field(default_factory=Calls)

    def key(self, *scopes: Scope, test: bool = False, expires_at: datetime | None = None) -> str:
        with self.database.writing() as session:
            return api_key.create(session, "feed", scopes or BOTH, NOON, test=test, expires_at=expires_at)[1]

    def sends(self, what: str, content: Any, key: str | None = None, **headers: str) -> httpx.Response:
        app = FastAPI()
        gate = Gate(self.database, self.clock, self.per_minute)
        add_routes(app, gate, Feed(self.database, self.clock, ReminderRules(), self.wake), self.calls)
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        sent = {"content": content} if isinstance(content, bytes) else {"json": content}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.post(f"/api/v1/{what}", headers=headers, **sent)

        return asyncio.run(ask())

    def wake(self) -> None:
        self.woken += 1

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


def _linked(ministry: Ministry, worker_ref: str = "W-1") -> None:
    with ministry.database.writing() as session:
        contact = Contact(line_user_id="U" + "1" * 32, language="en", reachable=True, created_at=NOON)
        session.add(contact)
        session.flush()
        worker = session.scalars(select(Worker.id).where(Worker.worker_ref == worker_ref)).one()
        bind(session, contact.id, worker, NOON)


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


@pytest.mark.parametrize("kind", list(EventKind))
def test_a_test_key_tells_a_linked_worker_of_no_kind_of_event(ministry: Ministry, kind: EventKind) -> None:
    ministry.sends("permits", {"permits": [a_permit(1)]}, ministry.key())
    _linked(ministry)
    issued = a_permit(1) if kind is EventKind.PERMIT_ISSUED else {}
    sent = {"events": [an_event(1) | issued | {"kind": kind.value}]}
    assert ministry.sends("events", sent, ministry.key(test=True)).json()["counts"] == {"recorded": 1}
    assert (ministry.count(Message), ministry.count(PermitEvent), ministry.woken) == (0, 0, 0)


def test_what_is_recorded_wakes_who_sends(ministry: Ministry) -> None:
    key = ministry.key()
    ministry.sends("permits", {"permits": [a_permit(1)]}, key)
    assert ministry.woken == 0
    ministry.sends("events", {"events": [an_event(1)]}, key)
    assert ministry.woken == 1
    ministry.sends("events", {"events": [an_event(1), an_event(2, permit_no="P-9")]}, key)
    assert ministry.woken == 1


def test_rows_of_one_worker_that_contradict_each_other_are_refused_or_marked(ministry: Ministry) -> None:
    rows = [
        a_permit(1),
        a_permit(2, worker_ref="W-1", birth_date="1991-01-01"),
        a_permit(3, worker_ref="W-1", name="SOMEBODY ELSE", passport_no=None),
    ]
    answer = ministry.sends("permits", {"permits": rows}, ministry.key())
    assert (codes(answer, 1), codes(answer, 2)) == (["contradicts_line"], [])
    assert codes(answer, 2, "warnings") == ["contradicts_line"]
    events = [
        row | {"event_id": f"E-{n}", "kind": "permit_issued", "occurred_at": "2026-03-01T09:00:00Z"}
        for n, row in enumerate(rows)
    ]
    assert codes(ministry.sends("events", {"events": events}, ministry.key()), 1) == ["contradicts_line"]


def test_a_body_in_another_form_than_json_is_refused_by_its_name(ministry: Ministry) -> None:
    key, sent = ministry.key(), b'{"events":[]}'
    answer = ministry.sends("events", sent, key, **{"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status_code, answer.json()["error"]) == (415, "not_json")
    for named in ("application/json", "Application/JSON; charset=utf-8"):
        assert ministry.sends("events", sent, key, **{"Content-Type": named}).status_code == 200


@pytest.mark.parametrize(("what", "status"), [("nothing", 404), ("openapi.json", 405)])
def test_a_wrong_path_or_method_is_refused_in_the_same_form(ministry: Ministry, what: str, status: int) -> None:
    answer = ministry.sends(what, {}, ministry.key())
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "message"}
    assert answer.headers.get("allow") == ("GET" if status == 405 else None)


def test_who_guesses_keys_is_turned_away_without_a_look_and_who_was_in_before_is_not(
    ministry: Ministry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "MOST_FAILED_A_MINUTE", 3)
    gate = Gate(ministry.database, ministry.clock, 1_000)

    def status(key: str) -> int:
        found = gate.admit(f"Bearer {key}", Scope.EVENTS)
        return found.status if isinstance(found, TurnedAway) else 200

    known, not_seen_yet = ministry.key(), ministry.key()
    assert status(known) == 200
    with capture_logs() as logged:
        assert [status(f"live_guess_{number}") for number in range(5)] == [401, 401, 401, 429, 429]
    assert [line["event"] for line in logged] == ["api_keys_guessed"]
    assert [status(known), status(not_seen_yet)] == [200, 429]
    monkeypatch.setattr(time, "monotonic", lambda began=time.monotonic(): began + 61)
    assert status(not_seen_yet) == 200


def test_calls_are_counted_by_key_and_status_and_no_secret_is_among_them(ministry: Ministry) -> None:
    key = ministry.key(Scope.EVENTS)
    prefix = "_".join(key.split("_")[:2])
    for sent, with_key in (
        ("events", key),
        ("events", key),
        ("permits", key),
        ("events", "live_guess"),
        ("events", None),
    ):
        ministry.sends(sent, {sent: []}, with_key)
    told = ministry.calls.metrics().decode()
    counted = re.findall(r'bot_api_calls_total{key="(\w+)",process="\d+",status="(\d+)"} (\d+)', told)
    assert sorted(counted) == sorted([(prefix, "200", "2"), (prefix, "403", "1"), ("unknown", "401", "2")])
    assert key not in told
    assert "live_guess" not in told


def test_two_calls_with_the_same_events_at_once_record_and_tell_each_once(ministry: Ministry) -> None:
    key = ministry.key()
    ministry.sends("permits", {"permits": [a_permit(1), a_permit(2)]}, key)
    _linked(ministry, "W-1")
    events = [an_event(number, permit_no=f"P-{1 + number % 2}", letter_no=f"L-{number}") for number in range(40)]
    issued = a_permit(3) | {"event_id": "E-N", "kind": "permit_issued", "occurred_at": "2026-03-01T09:00:00Z"}
    sent = [{"events": [issued, *order]} for order in (events, events[::-1], events)]
    with ThreadPoolExecutor(3) as pool:
        answers = [answer.json() for answer in pool.map(lambda body: ministry.sends("events", body, key), sent)]
    assert sum(answer["counts"].get("recorded", 0) for answer in answers) == 41
    assert sum(answer["counts"].get("repeated", 0) for answer in answers) == 82
    assert ministry.count(PermitEvent) == 41
    with ministry.database.reading() as session:
        waiting = session.scalars(select(Message.kind).where(Message.state == "planned")).all()
    assert waiting == ["permit_revoked"]


@pytest.mark.slow
@pytest.mark.timeout(2 * PROXY_WAITS)
def test_ten_thousand_rows_a_call_are_answered_before_any_proxy_gives_up(ministry: Ministry) -> None:
    key = ministry.key()
    permits = [a_permit(number) for number in range(MOST_ROWS)]
    events = [an_event(number, permit_no=f"P-{number}") for number in range(MOST_ROWS)]
    for what, rows, status in (("permits", permits, "stored"), ("events", events, "recorded")):
        began = time.monotonic()
        assert ministry.sends(what, {what: rows}, key).json()["counts"] == {status: MOST_ROWS}
        assert time.monotonic() - began < PROXY_WAITS


def test_the_description_names_every_column_and_its_examples_are_taken(
    ministry: Ministry, resolve: Callable[[Any, Mapping[str, Any]], list[str]]
) -> None:
    described = openapi()
    assert resolve(described, described) == []
    key = ministry.key()
    for what in ("permits", "events"):  # the calculators' are tried in tests/bot/test_calculators.py
        body = described["paths"][f"/api/v1/{what}"]["post"]["requestBody"]
        results = ministry.sends(what, body["content"]["application/json"]["example"], key).json()["results"]
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
