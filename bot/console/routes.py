"""All pages of the console together."""

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.responses import Response

from bot.clock import Clock
from bot.console.announcements import add_announcements
from bot.console.api_keys import add_api_keys
from bot.console.audit_log import add_audit_log
from bot.console.cases import add_cases
from bot.console.door import Door
from bot.console.gate import Console
from bot.console.imports import add_imports
from bot.console.law import add_law_pages
from bot.console.looks import STATIC
from bot.console.me import add_me
from bot.console.nowhere import add_nowhere
from bot.console.oidc import add_oidc
from bot.console.overview import add_overview
from bot.console.people import add_people
from bot.console.set_up import add_set_up
from bot.console.sign_in import add_sign_in
from bot.console.staff_changes import add_staff_changes
from bot.console.visit import PREFIX
from bot.console.workers import add_workers
from bot.database import Database
from bot.settings import Settings


def add_console(
    api: FastAPI, database: Database, clock: Clock, settings: Settings, messages_are_due: Callable[[], None]
) -> Console:
    """The routes under /console; `messages_are_due` is called when something was planned that should leave at once."""
    console = Console(api, database, clock, settings.public_url)

    @api.get(f"{PREFIX}/static/{{name}}", include_in_schema=False)
    def static(name: str) -> Response:
        return STATIC.answer(name)

    door = Door(console, database)
    add_sign_in(console, door, settings)
    add_set_up(console, door)
    add_oidc(console, door, settings)
    add_me(console, door)
    add_announcements(console, door, settings.account, messages_are_due)
    add_workers(console)
    add_api_keys(console)
    add_staff_changes(console, settings.public_url)
    add_people(console)  # after them: an address such as /people/keys is not a person's
    add_imports(console, settings)
    add_cases(console, door, settings.reminder_rules, messages_are_due)
    add_overview(console, settings.account)
    add_law_pages(console)
    add_audit_log(console)
    add_nowhere(console, api, database, clock)
    return console
