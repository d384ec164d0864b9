"""A report in the night, silence, a second message in the morning, a person, and an answer that closes the case."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot import __main__ as command_line
from bot.line.render import PREVIEW
from bot.made_up import made_up_workers
from locales import TAIPEI
from models import api_key
from models.api_key import Scope
from models.binding import bind
from models.case import Case, CaseKind, open_case
from models.contact import contact_of
from models.evidence import Evidence
from models.worker import Worker
from tests.town import Phone, Town, buttons_of, wait_until, words_of

AT_3_IN_THE_NIGHT = datetime(2026, 3, 11, 3, 0, tzinfo=TAIPEI).astimezone(UTC)
HOUR = timedelta(hours=1)
WORKER = next(iter(made_up_workers(1, 7, AT_3_IN_THE_NIGHT.date()))) | {
    "permit_type": "B",
    "permit_no": "P-1",
    "starts_on": "2025-09-01",
    "ends_on": "2027-08-31",
    "phone": "",
}


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    no_reminders = {"remind_arc_card": False, "remind_health_examinations": False}
    with Town(database_url, tmp_path, AT_3_IN_THE_NIGHT, no_reminders) as opened:
        opened.know(WORKER)
        yield opened


def linked(town: Town) -> Phone:
    """Somebody whose account is linked to the worker."""
    phone = town.phone()
    phone.follow()
    phone.tap("language:en")
    with town.service.database.writing() as session:
        contact = contact_of(session, phone.user_id)
        assert contact
        bind(session, contact.id, session.scalars(select(Worker.id)).one(), town.clock.now())
    town.settle()
    phone.new()
    return phone


def tells(town: Town, kind: str, event_id: str) -> None:
    """The ministry's system tells us."""
    with town.service.database.writing() as session:
        _, secret = api_key.create(session, "ministry", [Scope.EVENTS], town.clock.now(), test=False)
    event = {"event_id": event_id, "permit_no": "P-1", "kind": kind, "occurred_at": town.clock.now().isoformat()}
    answer = httpx.post(
        f"http://127.0.0.1:{town.port}/api/v1/events",
        json={"events": [event]},
        headers={"Authorization": f"Bearer {secret}"},
        timeout=15,
    )
    assert answer.json()["counts"] == {"recorded": 1}, answer.text


def cases(town: Town) -> list[Case]:
    with town.service.database.reading() as session:
        return list(session.scalars(select(Case).order_by(Case.id)))


def metrics(town: Town) -> dict[str, float]:
    found = httpx.get(f"http://127.0.0.1:{town.port}/metrics", timeout=15).text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in found if line[0] != "#")}


def understood(told: list[Mapping[str, Any]]) -> str:
    data = (str(button.get("data", "")) for button in buttons_of(told))
    return next(one for one in data if one.startswith("understood:"))


def test_silence_is_asked_about_in_the_morning_then_a_person_looks_and_her_answer_closes_it(town: Town) -> None:
    phone = linked(town)
    tells(town, "reported_missing", "E1")
    assert "if you are not missing, say so here" in words_of(phone.wait("the report"))
    town.settle()
    town.move(AT_3_IN_THE_NIGHT + 25 * HOUR)
    assert phone.new() == []  # asleep
    town.move(AT_3_IN_THE_NIGHT + 31 * HOUR)
    second = phone.wait("the second message")
    assert len(second) == 1
    town.settle()
    assert "Please tap “Understood”" in words_of(second)
    assert second[0]["message"]["altText"].startswith(PREVIEW.msgid)
    assert cases(town) == []
    town.move(AT_3_IN_THE_NIGHT + 56 * HOUR)
    [case] = wait_until(lambda: cases(town), "the case")
    assert (case.kind, case.closed_at) == (CaseKind.NOT_TOLD, None)
    assert metrics(town)['bot_not_told{why="silent"}'] == 1
    assert phone.new() == []
    phone.tap(understood(second))
    town.move(AT_3_IN_THE_NIGHT + 57 * HOUR)
    [case] = cases(town)
    assert case.result == "reached"
    figures = metrics(town)
    assert figures['bot_not_told{why="silent"}'] == 0
    assert figures['bot_cases_open{kind="not_told",overdue="false"}'] == 0
    town.pass_days(5)
    assert phone.new() == []


def test_a_service_that_was_down_for_days_asks_once(town: Town) -> None:
    phone = linked(town)
    tells(town, "permit_revoked", "E1")
    phone.wait("the revocation")
    town.settle()
    town.move(AT_3_IN_THE_NIGHT + timedelta(days=4, hours=9))
    assert len(phone.wait("the second message")) == 1
    town.settle()
    town.move(town.clock.now() + HOUR)
    assert phone.new() == []
    assert cases(town) == []


def test_who_has_blocked_us_is_a_case_and_her_return_brings_the_message(town: Town) -> None:
    phone = linked(town)
    phone.unfollow()
    tells(town, "reported_missing", "E1")
    town.move(AT_3_IN_THE_NIGHT + HOUR)
    [case] = wait_until(lambda: cases(town), "the case")
    assert metrics(town)['bot_not_told{why="unreachable"}'] == 1
    back = phone.follow()
    town.move(AT_3_IN_THE_NIGHT + 2 * HOUR)
    told = back + phone.new()
    assert "if you are not missing, say so here" in words_of(told)
    phone.tap(understood(told))
    town.move(AT_3_IN_THE_NIGHT + 3 * HOUR)
    assert [(one.id, one.result) for one in cases(town)] == [(case.id, "reached")]


def test_nobody_to_tell_is_a_figure_and_a_list(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    tells(town, "permit_revoked", "E-77")
    town.move(AT_3_IN_THE_NIGHT + HOUR)
    assert metrics(town)['bot_not_told{why="nobody_linked"}'] == 1
    assert cases(town) == []
    assert f"E-77\t{WORKER['worker_ref']}" in run(town, monkeypatch, "untold")


def run(town: Town, monkeypatch: pytest.MonkeyPatch, *arguments: str, status: int = 0) -> str:
    """What `python -m bot cases …` writes."""
    monkeypatch.setattr(command_line, "_settings", lambda: town.settings)
    monkeypatch.setenv("COLUMNS", "200")
    done = CliRunner().invoke(command_line.app, ["cases", *arguments])
    assert done.exit_code == status, (done.output, done.exception)
    return done.output


def test_a_caseworker_lists_looks_takes_and_closes_and_she_hears_each_step_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = linked(town)
    with town.service.database.writing() as session:
        contact = contact_of(session, phone.user_id)
        assert contact
        answers = {"where": "shelter", "since": "2026-03-09", "call": "+886912345678"}
        worker_id = session.scalars(select(Worker.id)).one()
        case, _ = open_case(
            session, CaseKind.DISPUTE, "a", town.clock.now(), worker_id=worker_id, contact_id=contact.id,
            answers=answers,
        )  # fmt: skip
        photo = Evidence(case_id=case.id, line_message_id="1", sent_at=town.clock.now(), media_type="image/jpeg")
        photo.content, photo.digest = b"a photo", b"its digest"
        session.add(photo)
    listed = run(town, monkeypatch, "list", "--kind", "dispute")
    for words in ("dispute", "OVERDUE", WORKER["worker_ref"]):  # the real clock is years ahead
        assert words in listed
    assert "shelter" not in listed

    run(town, monkeypatch, "show", "1", status=2)
    run(town, monkeypatch, "show", "1", "--reason", " ", status=2)
    shown = run(town, monkeypatch, "show", "1", "--reason", "to call her back", "--by", "Lin")
    assert "In a shelter" in shown
    assert "+886912345678" in shown
    audit = next(line for line in shown.splitlines() if "case_shown" in line)
    assert "to call her back" not in audit
    folder = town.folder / "photos"
    asked = ("--reason", "again", "--by", "Wang", "--photos", str(folder))
    assert "Lin: to call her back" in run(town, monkeypatch, "show", "1", *asked)
    [saved] = folder.iterdir()
    assert (saved.name, saved.read_bytes(), saved.stat().st_mode & 0o777) == ("case-1-1.jpg", b"a photo", 0o600)

    assert "Taken" in run(town, monkeypatch, "take", "1", "--by", "Lin")
    assert "Lin's already" in run(town, monkeypatch, "take", "1", "--by", "Lin", status=1)
    assert "withdrawn, stands, helped" in run(town, monkeypatch, "close", "1", "--result", "reached", status=2)
    run(town, monkeypatch, "close", "1", "--result", "stands")
    assert "as stands" in run(town, monkeypatch, "close", "1", "--result", "helped", status=1)
    assert "closed" in run(town, monkeypatch, "take", "1", "--by", "Wang", status=1)
    assert "no case with this number" in run(town, monkeypatch, "show", "99", "--reason", "x", status=1)
    # The commands ran by the real clock, which is ahead of the town's.
    with town.service.database.reading() as session:
        last = session.scalars(select(Case.closed_at)).one()
    assert last
    town.move(last + timedelta(seconds=1))
    words = words_of(phone.wait("the steps"))
    assert "Somebody is now looking" in words
    assert "the report still stands" in words
    assert "tel:1955" in {button.get("uri") for button in buttons_of(phone.new(0))}
