"""Calendar files as a phone fetches and reads them: whole days, neutral words, two alarms, the same everywhere."""

import asyncio
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from fastapi import FastAPI
from icalendar import Alarm, Calendar

from bot.clock import Clock
from bot.pages import words
from bot.pages.calendar import add_calendar, calendar_file
from bot.web.site import HEADERS
from locales import Language, say
from models.calendar_link import CALENDAR_PATH, token_for
from models.secrets import Key, Keyring
from tests.logs import written_logs

NOON = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
DAYS = (date(2026, 6, 30), date(2026, 12, 31), date(2028, 2, 29))
OLD, NEW = Key(1, b"o" * 32), Key(2, b"n" * 32)
TELLING = ("permit", "arc", "missing", "visa", "renew", "transfer", "work", "employ", "ministry", "line", "1955")


@dataclass
class Server:
    """One that serves calendar files and has nothing else: no database, no other page."""

    keyring: Keyring
    now: datetime = NOON
    api: FastAPI = field(default_factory=FastAPI)

    def __post_init__(self) -> None:
        clock = Clock()
        clock.move(self.now)
        add_calendar(self.api, self.keyring, clock)

    def get(self, token: str, query: str = "", ending: str = ".ics", **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.api)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.get(f"{CALENDAR_PATH}/{token}{ending}{query}", headers=headers)

        return asyncio.run(ask())

    def link(self, language: Language = Language.EN) -> str:
        return token_for(self.keyring, language, DAYS)


@pytest.fixture
def server() -> Server:
    return Server(Keyring([OLD]))


def test_a_file_holds_its_days_as_whole_days(server: Server) -> None:
    answer = server.get(server.link(), "?openExternalBrowser=1")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="dates.ics"'
    calendar = Calendar.from_ical(answer.content)
    assert (calendar["VERSION"], bool(calendar["PRODID"])) == ("2.0", True)
    events = calendar.events
    assert [event.DTSTART for event in events] == list(DAYS)
    assert [event.DTEND - event.DTSTART for event in events] == [timedelta(days=1)] * len(DAYS)
    assert "DTSTART;VALUE=DATE:20280229" in answer.text
    assert "DTEND;VALUE=DATE:20280301" in answer.text
    assert not [event.errors for event in events if event.errors]
    assert {event.DTSTAMP.replace(microsecond=0) for event in events} == {NOON}


def test_the_phone_rings_at_nine_a_week_and_a_day_before(server: Server) -> None:
    for event in Calendar.from_ical(server.get(server.link()).content).events:
        midnight = datetime.combine(event.DTSTART, datetime.min.time())
        rings = [midnight + alarm.TRIGGER for alarm in event.walk("VALARM") if isinstance(alarm, Alarm)]
        nine = midnight + timedelta(hours=9)
        assert rings == [nine - timedelta(days=7), nine - timedelta(days=1)]
        assert {alarm["ACTION"] for alarm in event.walk("VALARM")} == {"DISPLAY"}


@pytest.mark.parametrize("language", Language)
def test_a_file_speaks_her_language_and_says_the_same_in_all_of_them(server: Server, language: Language) -> None:
    calendar = Calendar.from_ical(server.get(server.link(language)).content)
    assert [event.DTSTART for event in calendar.events] == list(DAYS)
    for event in calendar.events:
        assert event["SUMMARY"] == say(words.DATE_TO_REMEMBER, language)
        assert event["DESCRIPTION"] == say(words.WHAT_IT_MEANS, language)
        assert {alarm["DESCRIPTION"] for alarm in event.walk("VALARM")} == {event["SUMMARY"]}


def test_whoever_looks_at_the_calendar_learns_nothing_but_the_day(server: Server) -> None:
    shown = re.sub(r"\s", "", server.get(server.link()).text).lower()
    assert not [word for word in TELLING if word in shown.replace("begin:valarm", "").replace("end:valarm", "")]
    assert shown.count("class:private") == len(DAYS)


def test_lines_are_as_calendars_read_them(server: Server) -> None:
    raw = server.get(server.link()).content
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


def test_adding_two_files_doubles_no_day() -> None:
    def uids(days: tuple[date, ...], made: datetime = NOON) -> list[str]:
        return [str(event["UID"]) for event in Calendar.from_ical(calendar_file(Language.EN, days, made)).events]

    assert len(set(uids(DAYS))) == len(DAYS)
    assert uids(DAYS) == uids(DAYS, NOON + timedelta(days=9))
    assert uids(DAYS[1:]) == uids(DAYS)[1:]


@pytest.fixture
def server_time_zone() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    os.environ.pop("TZ", None)
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("server_time_zone")
def test_servers_in_all_time_zones_give_the_same_file_but_for_its_time_stamp(server: Server) -> None:
    token, files = server.link(), []
    for hours, zone in enumerate(("UTC", "Asia/Taipei", "Pacific/Kiritimati", "America/New_York")):
        os.environ["TZ"] = zone
        time.tzset()
        answered = Server(Keyring([NEW, OLD]), NOON + timedelta(hours=hours)).get(token).content
        assert f"DTSTAMP:20260311T{4 + hours:02}00".encode() in answered
        files.append(re.sub(rb"DTSTAMP:\w+", b"", answered))
    assert all(one == other for one, other in pairwise(files))


def test_a_link_works_after_a_rotation_and_no_longer_when_its_key_is_gone(server: Server) -> None:
    token = server.link()
    assert Server(Keyring([NEW, OLD])).get(token).status_code == 200
    assert Server(Keyring([NEW])).get(token).status_code == 404


@pytest.mark.parametrize("changed", ["tampered", "foreign", "typed", "thai"])
def test_a_link_that_is_not_ours_gets_a_page_that_says_what_to_do(server: Server, changed: str) -> None:
    token = server.link()
    wrong = {
        "tampered": token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:],
        "foreign": token_for(Keyring([Key(1, b"x" * 32)]), Language.EN, DAYS),
        "typed": "2026-08-31",
        "thai": "%E0%B8%81",
    }[changed]
    with written_logs() as logs:
        answer = server.get(wrong, "?lang=en")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "This link does not work any more" in answer.text
    assert "You get a new link there." in answer.text
    assert wrong not in logs.getvalue()


@pytest.mark.parametrize("ending", ["", ".ICS", "/", ".ics/", "/more.html"])
def test_a_link_that_was_cut_short_gets_the_same_page(server: Server, ending: str) -> None:
    tampered = server.get("typed", "?lang=en")
    answer = server.get(server.link(), "?lang=en", ending)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "This link does not work any more" in answer.text
    assert {name: answer.headers[name] for name in HEADERS} == {name: tampered.headers[name] for name in HEADERS}


@pytest.mark.parametrize("language", Language)
def test_the_page_is_in_the_readers_language_and_in_chinese(server: Server, language: Language) -> None:
    shown = server.get("wrong", **{"accept-language": language.value}).text
    for sentence in (words.NO_CALENDAR, words.ASK_FOR_CALENDAR):
        assert say(sentence, language) in shown
        assert say(sentence, Language.ZH_HANT) in shown


def test_files_and_refusals_are_kept_by_nobody_on_the_way(server: Server) -> None:
    for token in (server.link(), "wrong"):
        headers = server.get(token, "?lang=en").headers
        assert {name: headers[name] for name in HEADERS} == HEADERS
        assert "set-cookie" not in headers
