"""Calendar files: the days of a sealed address as whole days, under words that tell nobody what they are about."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from fastapi import FastAPI, Request
from fastapi.responses import Response
from icalendar import CLASS, TRANSP, Alarm, Calendar, Event

from bot.clock import Clock
from bot.pages import words
from bot.pages.looks import page
from bot.web.site import attachment
from locales import Language, say
from models.calendar_link import CALENDAR_PATH, NotATokenError, read_token
from models.secrets import Keyring

FILE = "dates.ics"
MADE_BY = "-//Dates to remember//1//EN"
DAY = timedelta(days=1)
ALARMS = (timedelta(hours=9) - 7 * DAY, timedelta(hours=9) - DAY)
"""At nine in the morning where her phone is, a week and a day before."""
NAMESPACE = UUID("d0f6c1e4-6c0b-5c7e-8f57-3a1be0f4a9d2")


def add_calendar(api: FastAPI, keyring: Keyring, clock: Clock) -> None:
    """The route; it asks no database, and whoever guesses an address finds nothing."""

    @api.get(f"{CALENDAR_PATH}/{{token}}.ics")
    def calendar(request: Request, token: str) -> Response:
        try:
            language, days = read_token(keyring, token)
        except NotATokenError:
            return _no_calendar(request)
        return attachment(calendar_file(language, days, clock.now()), "text/calendar; charset=utf-8", FILE)

    @api.get(f"{CALENDAR_PATH}/{{rest:path}}")
    def nothing(request: Request) -> Response:
        return _no_calendar(request)


def _no_calendar(request: Request) -> Response:
    return page("notice.html", request, 404, title=words.NO_CALENDAR, sentences=[words.ASK_FOR_CALENDAR])


def calendar_file(language: Language, days: Sequence[date], now: datetime) -> bytes:
    """The same for everybody who has these days, but for when it was made."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", MADE_BY)
    for day in days:
        calendar.add_component(_event(language, day, now))
    return bytes(calendar.to_ical())


def _event(language: Language, day: date, now: datetime) -> Event:
    title = say(words.DATE_TO_REMEMBER, language)
    return Event.new(
        # One a day, the same in every file: adding two files, or one twice, doubles nothing.
        uid=uuid5(NAMESPACE, day.isoformat()),
        stamp=now,
        start=day,
        end=day + DAY,
        summary=title,
        description=say(words.WHAT_IT_MEANS, language),
        classification=CLASS.PRIVATE,
        transparency=TRANSP.TRANSPARENT,
        subcomponents=[_alarm(title, before) for before in ALARMS],
    )


def _alarm(title: str, before: timedelta) -> Alarm:
    alarm = Alarm.new(description=title)
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", before)
    return alarm
