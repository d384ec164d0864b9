"""Workers so odd that one trace of them anywhere is a leak: a whole story, then a search through all it left."""

import base64
import json
import re
import sqlite3
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from pydantic import BaseModel
from sqlalchemy import make_url

from bot.backup import backup
from bot.imports import Verdict, import_permits, verdict_file
from bot.made_up import canary_workers, write_csv
from law.dates import months_before
from locales import TAIPEI
from models.inbox import InboxEvent, InboxState
from models.message import Message
from models.permit_problem import describe
from tests.logs import written_logs
from tests.town import PATIENCE, Phone, Town, wait_until, words_of

# What is personal of a canary; the permit's number and the ministry's own reference stand in the tables as they are.
PERSONAL = ("passport_no", "arc_no", "name", "birth_date", "phone", "employer_name")
REFERENCES = ("permit_no", "worker_ref")


def spellings(column: str, value: str) -> set[str]:
    """The ways in which somebody may write the value."""
    match column:
        case "phone":
            national = value.removeprefix("+886")
            return {value, value[1:], national, f"0{national}", f"0{national[:3]}-{national[3:6]}-{national[6:]}"}
        case "birth_date":
            born = date.fromisoformat(value)
            return {
                value,
                f"{born:%Y%m%d}",
                f"{born:%Y/%m/%d}",
                f"{born:%d/%m/%Y}",
                f"{born:%d.%m.%Y}",
                f"{born.year}年{born.month}月{born.day}日",
                f"{born:%B} {born.day}, {born.year}",
                f"{born.year}, {born.month}, {born.day}",  # as Python shows a date
            }
        case "name":
            return {value, value.replace(" ", ""), *(part for part in value.split() if len(part) > 5)}
    return {value}


def encodings(text: str) -> Iterator[bytes]:
    """The bytes as which a text may lie in a file, a log or a request."""
    for written in {text, text.upper(), text.lower(), text.title()}:
        plain = written.encode()
        yield plain
        yield written.encode("utf-16-le")
        yield written.encode("utf-16-be")
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        yield urllib.parse.quote(written).encode()
        yield urllib.parse.quote_plus(written).encode()
        yield json.dumps(written)[1:-1].encode()
        yield ascii(written)[1:-1].encode()
        if not plain.isascii():
            yield written.encode("big5")
        for shift in range(3):  # base64 of a longer text that has this one somewhere inside
            inside = base64.b64encode(bytes(shift) + plain)[(0, 2, 3)[shift] :]
            whole = inside.rstrip(b"=")[: -1 if (len(plain) + shift) % 3 else None]
            yield whole
            yield whole.replace(b"+", b"-").replace(b"/", b"_")


def needles(columns: Sequence[str]) -> dict[bytes, str]:
    """What to look for, and whose it is."""
    return {
        encoded: f"{worker['worker_ref']} {column}"
        for worker in canary_workers()
        for column in columns
        for spelling in spellings(column, worker[column])
        for encoded in encodings(spelling)
    }


@dataclass
class Haystack:
    """Everything that may have kept a value, each by its name."""

    places: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, contents: bytes | str) -> None:
        self.places[name] = self.places.get(name, b"") + (contents.encode() if isinstance(contents, str) else contents)

    def leaks(self, wanted: Mapping[bytes, str]) -> set[tuple[str, str]]:
        """Where something was found, and what."""
        return {
            (place, whose)
            for place, contents in self.places.items()
            for needle, whose in wanted.items()
            if needle in contents
        }


PERSONAL_NEEDLES = needles(PERSONAL)


@pytest.mark.parametrize("column", PERSONAL)
def test_the_search_finds_a_value_however_it_is_written(column: str) -> None:
    value = canary_workers()[0][column]
    texts = [f"before {spelling} after" for spelling in spellings(column, value)]
    for text in texts:
        for leaked in (
            text.encode(),
            text.lower().encode(),
            text.encode("utf-16-le"),
            text.encode().hex().encode(),
            base64.b64encode(text.encode()),
            base64.b64encode(b"x" + text.encode()),
            base64.urlsafe_b64encode(b"xy" + text.encode()),
            urllib.parse.quote(text).encode(),
            json.dumps({"text": text}).encode(),
        ):
            haystack = Haystack({"here": b"\x00 hay " + leaked + b" hay"})
            # In base64 the last digit, which tells the three apart, may be cut off.
            found = haystack.leaks(PERSONAL_NEEDLES)
            assert any(whose.endswith(column) for _place, whose in found), leaked
    assert not Haystack({"here": b"hay " * 1000}).leaks(PERSONAL_NEEDLES)


class Told(BaseModel):
    birth_date: int


def _bind(phone: Phone, worker: Mapping[str, str], *, born: str) -> None:
    """All five values, typed as people type them."""
    phone.tap("bind")
    phone.tap("answer:binding:consent:yes")
    phone.say(worker["passport_no"].lower())
    phone.say(f"{worker['arc_no'][:4]} {worker['arc_no'][4:]}")
    phone.say(worker["name"].title())
    phone.say(born)
    phone.say(worker["phone"])
    phone.tap("answer:binding:summary:yes")


class Story:
    """Everything that may happen to a canary, and what it leaves outside the tables."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.left = Haystack()

    def play(self) -> list[Phone]:
        one, two, three = canary_workers()
        self.town.know(one, two, three)
        self.a_bad_file(one)
        bound = self.bound_reminded_and_unbound(one)
        wrong = self.wrong_answers(two)
        stuck = self.a_poisoned_event(three)
        self.line_quotes_what_we_sent(wrong, two)
        self.http_errors(one)
        self.town.settle()
        return [bound, wrong, stuck]

    def a_bad_file(self, worker: Mapping[str, str]) -> None:
        """The same worker with every cell spoilt in turn, judged and reported."""
        file, verdicts = self.town.folder / "bad.csv", self.town.folder / "verdicts.csv"
        spoilt = [{**worker, column: f"{worker[column]}\u0007 {worker[column]}?" * 9} for column in worker]
        write_csv(file, [*spoilt, {**worker, "permit_no": "CANARY-PERMIT-2"}])
        said: list[Verdict] = []
        service = self.town.service
        with verdict_file(verdicts) as write:

            def report(verdict: Verdict) -> None:
                said.append(verdict)
                write(verdict)

            rules = service.rules.reminders
            result = import_permits(service.database, file, rules, self.town.clock, report=report)
        assert result.bad > 10
        self.left.add("import verdicts", verdicts.read_bytes())
        self.left.add("import verdicts", repr(said))
        problems = [problem for verdict in said for problem in (*verdict.problems, *verdict.warnings)]
        for problem in problems:
            self.left.add("import problems", describe(problem, "en") + describe(problem, "zh-Hant"))

    def bound_reminded_and_unbound(self, worker: Mapping[str, str]) -> Phone:
        phone = self.town.phone("Canary One")
        phone.follow()
        phone.tap("language:en")
        _bind(phone, worker, born=f"{date.fromisoformat(worker['birth_date']):%d.%m.%Y}")
        card = words_of(phone.tap("permit"))
        assert worker["employer_name"] in card
        ends_on = date.fromisoformat(worker["ends_on"])
        self.town.move(datetime.combine(months_before(ends_on, 4), time(10, 5), TAIPEI).astimezone(UTC))
        reminder = words_of(phone.new() or phone.wait("the reminder"))
        assert worker["permit_no"] in reminder
        phone.tap("messages")
        phone.tap("unbind")
        phone.tap("unbind:yes")
        return phone

    def wrong_answers(self, worker: Mapping[str, str]) -> Phone:
        """Refused spellings, a try that fails, and then a link."""
        phone = self.town.phone("Canary Two")
        phone.follow()
        phone.tap("language:en")
        phone.tap("bind")
        phone.say(worker["name"])
        phone.tap("answer:binding:consent:yes")
        for wrong in (worker["passport_no"] * 3, worker["name"], worker["phone"] + worker["arc_no"]):
            phone.say(wrong)
        phone.tap("talk:cancel")
        phone.say(f"my passport is {worker['passport_no']} and I was born {worker['birth_date']}")
        _bind(phone, worker, born="1961-11-29")
        _bind(phone, worker, born=worker["birth_date"])
        self.town.settle()
        phone.new()  # what was waiting for her link comes by itself, and is no answer to what she taps next
        assert worker["employer_name"] in words_of(phone.tap("permit"))
        return phone

    def a_poisoned_event(self, worker: Mapping[str, str]) -> Phone:
        """Her conversation cannot be opened, so what she writes fails until it is set aside."""
        phone = self.town.phone("Canary Three")
        phone.follow()
        phone.tap("language:en")
        phone.tap("bind")
        phone.tap("answer:binding:consent:yes")
        phone.say(worker["passport_no"])
        with self.town.service.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE conversation SET answers = substr(answers, 1, 20)")
        self.town.post(f"users/{phone.user_id}/text", {"text": f"{worker['arc_no']} {worker['name']}"})
        wait_until(self._parked, "the event to be parked", PATIENCE * 2)
        return phone

    def _parked(self) -> bool:
        self.town.clock.ahead += timedelta(milliseconds=200)  # the pauses between tries pass ten times as fast
        with self.town.service.database.reading() as session:
            return session.query(InboxEvent).filter_by(state=InboxState.PARKED.value).count() == 1

    def line_quotes_what_we_sent(self, phone: Phone, worker: Mapping[str, str]) -> None:
        """LINE's error repeats our own words, and numbers besides."""
        quoted = " ".join(worker[column] for column in PERSONAL if column != "name")
        body = {
            "message": f"Invalid text: {quoted}",
            "details": [{"property": "messages[0].contents", "message": quoted}],
        }
        self.town.post("faults", {"path": "/v2/bot/message/", "next": 1, "status": 400, "body": body})
        self.town.post(f"users/{phone.user_id}/postback", {"data": "permit"})
        wait_until(self._refused, "the refused message to be marked")
        self.town.post("faults", {"path": "/v2/bot/user/", "next": 1, "status": 500, "body": body})
        phone.tap("language:th")

    def _refused(self) -> bool:
        with self.town.service.database.reading() as session:
            return session.query(Message).filter(Message.error.like("400 %")).count() > 0

    def http_errors(self, worker: Mapping[str, str]) -> None:
        api = self.town.edge.api

        def takes(told: Told) -> None:
            raise AssertionError("not reached")

        def fails() -> None:
            raise ValueError(json.dumps(worker))

        api.add_api_route("/test/takes", takes, methods=["POST"])
        api.add_api_route("/test/fails", fails, methods=["GET"])
        personal = {column: worker[column] for column in PERSONAL}
        # A connection of its own for each: the server hangs up after an error of its own.
        address, close = f"http://127.0.0.1:{self.town.port}", {"Connection": "close"}
        with httpx.Client(base_url=address, headers=close) as http:
            answers = {
                401: http.post("/line/webhook", json=personal, headers={"X-Line-Signature": worker["passport_no"]}),
                404: http.get(f"/{worker['name']}", params=personal),
                405: http.post("/metrics", json=personal),
                422: http.post("/test/takes", json=personal),
                500: http.get("/test/fails", params=personal),
                200: http.get("/metrics", params=personal),
            }
            for status, answer in answers.items():
                assert answer.status_code == status
                self.left.add(f"answer {status}", answer.content + repr(answer.headers).encode())
            assert "int_parsing" in answers[422].text
            for path in ("/readyz", "/healthz"):
                self.left.add(path, http.get(path).content)


def _cells(database_url: str) -> Iterator[tuple[str, bytes]]:
    """Every cell of every table, named by table and column."""
    if database_url.startswith("sqlite"):
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as db:
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                yield from _rows(table, db.execute(f'SELECT * FROM "{table}"'))
        db.close()
        return
    address = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        ]
        for table in tables:
            yield from _rows(table, connection.execute(f'SELECT * FROM "{table}"'.encode()))
        # What the server itself remembers of statements, and of what values are frequent.
        for view in ("pg_stat_activity", "pg_stats"):
            yield from _rows(view, connection.execute(f"SELECT * FROM {view}".encode()))


def _rows(table: str, rows: Any) -> Iterator[tuple[str, bytes]]:
    columns = [column[0] for column in rows.description]
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            yield f"{table}.{column}", bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        yield f"{table}, a row", "\t".join(map(str, row)).encode()


@pytest.mark.timeout(180)
def test_nothing_of_a_worker_is_left_outside_the_sealed_cells(
    database_url: str, tmp_path: Path, now: datetime, capfd: pytest.CaptureFixture[str]
) -> None:
    with written_logs("debug") as out, Town(database_url, tmp_path, now) as town:
        story = Story(town)
        phones = story.play()
        left = story.left
        ledger = json.dumps(town.ledger(), ensure_ascii=False)
        for name, contents in _cells(database_url):
            left.add(name, contents)
        for file in tmp_path.glob("bot.sqlite*"):  # with what has not left the write-ahead log yet
            left.add(file.name, file.read_bytes())
        if database_url.startswith("sqlite"):
            backup(database_url, tmp_path / "copy")
            left.add("backup", (tmp_path / "copy").read_bytes())
    printed = "".join(capfd.readouterr())
    left.add("log", out.getvalue())
    left.add("output", printed)

    assert left.leaks(PERSONAL_NEEDLES) == set()

    # The story did happen: the workers saw their data, and the tables and logs are not empty.
    for worker in canary_workers()[:2]:
        assert worker["employer_name"] in ledger
    assert "CANARY-PERMIT-1" in left.places["permit.permit_no"].decode()
    logged = [json.loads(line) for line in out.getvalue().splitlines()]
    events = {line["event"] for line in logged}
    assert {"started", "job_done", "event_failed", "event_parked", "webhook_signature_refused"} <= events
    assert {line.get("error", "").split()[0] for line in logged if line["event"] == "event_parked"} == {"SealError"}

    # Neither does a log, an answer or a figure tell which person it was about.
    outside = Haystack({name: left.places[name] for name in left.places if not re.search(r"\.|, a row|backup", name)})
    assert {"log", "output", "answer 422", "answer 500", "/readyz"} <= outside.places.keys()
    people = {phone.user_id.encode(): phone.user_id for phone in phones}
    assert outside.leaks(people) == set()
    assert outside.leaks(needles(REFERENCES)) == set()
