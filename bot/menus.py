"""Gives each person the rich menu of her language and state; the chat works without it."""

import asyncio

import structlog
from sqlalchemy import select

from bot.database import Database
from bot.line.answers import LineError
from bot.line.client import LineClient
from bot.line.richmenus import Kind, alias
from locales import Language
from models.contact import Contact, contact_of
from models.portions import portions

LOOK_AGAIN_SECONDS = 300
UNPUBLISHED_SECONDS = 5
"""While there are none, an operator may be publishing them right now."""
BULK = 500
"""LINE links at most so many people to a menu in one request."""

log = structlog.get_logger()


class Menus:
    """Knows which menus are published (`python -m bot richmenus publish`) and who sees which."""

    def __init__(self, database: Database, line: LineClient) -> None:
        self._database = database
        self._line = line
        self._published: dict[str, str] = {}
        self._look_at = 0.0

    async def show(self, user_id: str, wanted: str) -> None:
        """Link the menu with this alias to her account; a failure is only noted, her next event tries again."""
        try:
            menu_id = (await self._menus()).get(wanted)
            if menu_id is None:
                return
            await self._line.link_rich_menu(user_id, menu_id)
        except LineError as failure:
            log.warning("rich_menu_not_linked", error=type(failure).__name__)
            return
        await asyncio.to_thread(self._remember, user_id, wanted)

    async def _menus(self) -> dict[str, str]:
        now = asyncio.get_running_loop().time()
        if now >= self._look_at:
            self._published = await self._line.rich_menu_aliases()
            self._look_at = now + (LOOK_AGAIN_SECONDS if self._published else UNPUBLISHED_SECONDS)
        return self._published

    def _remember(self, user_id: str, shown: str) -> None:
        with self._database.writing() as session:
            contact = contact_of(session, user_id)
            if contact is not None:
                contact.menu = shown


def menu_for(language: Language, *, bound: bool) -> str:
    """The alias of the menu that such a person should see."""
    kind: Kind = (language, bound)
    return alias(*kind)


def people_who_see(database: Database, shown: str) -> list[list[str]]:
    """The LINE user ids of everybody who was given this menu, in the portions that LINE takes."""
    with database.reading() as session:
        ids = list(session.scalars(select(Contact.line_user_id).where(Contact.menu == shown, Contact.reachable)))
    return list(portions(ids, BULK))
