"""“Put in my calendar” under “My permit”: from what she types to the file that her phone opens."""

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import select

from bot.made_up import made_up_workers
from handlers.calendar import calendar_link
from handlers.context import Context, Rules
from handlers.event import read
from locales import Language, Text, say
from models.calendar_link import read_token
from models.contact import meet
from models.permit import Permit, PermitStatus
from models.secrets import keyring_of
from tests.handlers.conftest import NOON, NewCaller
from tests.handlers.person import Caller, Worker
from tests.town import buttons_of

TODAY = NOON.date()
LABEL = Text("Put in my calendar")
PERMIT = {"permit_type": "B", "work": "manufacturing", "starts_on": "2024-09-01", "ends_on": "2026-08-31"}


@pytest.fixture(scope="module")
def special_workers() -> list[Worker]:
    """One with a permit and a card that end, and one whose permit ends today and whose card has ended."""
    first, second = made_up_workers(2, 47, TODAY)
    first |= PERMIT | {"worker_ref": "C1", "permit_no": "C-1", "arc_expires_on": "2026-09-15"}
    second |= PERMIT | {
        "worker_ref": "C2",
        "permit_no": "C-2",
        "ends_on": TODAY.isoformat(),
        "arc_expires_on": "2026-03-01",
    }
    return [first, second]


def links(caller: Caller) -> list[str]:
    return [str(b["uri"]) for b in buttons_of(list(caller.screen)) if b.get("label") == say(LABEL, caller.language)]


def days_in(file: httpx.Response) -> list[date]:
    return [event.DTSTART for event in Calendar.from_ical(file.content).events]


def test_her_dates_go_from_my_permit_into_her_calendar(new_caller: NewCaller, special_workers: list[Worker]) -> None:
    worker = special_workers[0]
    caller = new_caller()
    caller.links(worker)
    caller.says("my permit")
    [link] = links(caller)
    assert urlsplit(link).query == "openExternalBrowser=1"
    file = httpx.get(link, trust_env=False)
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    # The first day and the last safe day to renew or transfer, the permit's last day, and the date on her ARC.
    assert days_in(file) == [date(2026, 5, 1), date(2026, 6, 30), date(2026, 8, 31), date(2026, 9, 15)]
    assert {str(event["SUMMARY"]) for event in Calendar.from_ical(file.content).events} == {"Date to remember"}
    private = [
        worker[cell] for cell in ("passport_no", "arc_no", "name", "birth_date", "phone", "permit_no", "worker_ref")
    ]
    private += [caller.phone.user_id, "2026-08-31", "20260831"]
    assert not [value for value in private if value in link]
    assert not [value for value in private[:-2] if value in file.text]


@pytest.mark.parametrize("language", Language)
def test_the_file_is_in_the_language_of_the_chat(
    new_caller: NewCaller, special_workers: list[Worker], language: Language
) -> None:
    caller = new_caller(language)
    caller.links(special_workers[0])
    caller.says(Text("My permit", context="menu"))
    [link] = links(caller)
    file = httpx.get(link, trust_env=False)
    assert len(days_in(file)) == 4
    titles = {str(event["SUMMARY"]) for event in Calendar.from_ical(file.content).events}
    assert titles == {say(Text("Date to remember"), language)}


def test_where_no_day_is_to_come_there_is_no_button(new_caller: NewCaller, special_workers: list[Worker]) -> None:
    caller = new_caller()
    caller.links(special_workers[1])
    caller.says("my permit")
    caller.reads(Text("Today is the last day of your work permit"))
    assert links(caller) == []


def test_days_of_a_permit_that_was_revoked_are_not_for_the_calendar(
    new_caller: NewCaller, special_workers: list[Worker], revoked: str
) -> None:
    caller = new_caller()
    caller.links(special_workers[0])
    caller.says("my permit")
    caller.reads(Text("Your work permit was revoked"))
    [link] = links(caller)
    assert days_in(httpx.get(link, trust_env=False)) == [date(2026, 9, 15)]


@pytest.fixture
def revoked(new_caller: NewCaller) -> Iterator[str]:
    """The first worker's permit, while the test runs."""
    database = new_caller().database

    def becomes(status: PermitStatus) -> None:
        with database.writing() as session:
            session.scalars(select(Permit).where(Permit.permit_no == "C-1")).one().status = status

    becomes(PermitStatus.REVOKED)
    yield "C-1"
    becomes(PermitStatus.ACTIVE)


def test_of_too_many_days_the_nearest_are_in_the_link_each_once(caller: Caller) -> None:
    with caller.database.writing() as session:
        contact = meet(session, caller.phone.user_id, None, NOON)
        event = read("E-1", {"type": "follow", "source": {"userId": caller.phone.user_id}, "timestamp": 0}, None)
        ctx = Context(session, contact, event, NOON, Rules())
        far = [TODAY + timedelta(days=number) for number in range(40, -5, -1)]
        link = calendar_link(ctx, [*far, *far])
        assert link is not None
        token = urlsplit(link).path.removeprefix("/calendar/").removesuffix(".ics")
        days = read_token(keyring_of(session), token)[1]
        assert days == tuple(TODAY + timedelta(days=number) for number in range(1, 21))
        assert calendar_link(ctx, [TODAY, TODAY - timedelta(days=1)]) is None
        assert calendar_link(ctx, []) is None
