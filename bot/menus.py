"""Gives each person the rich menu of her language and state; the chat works without it."""

import asyncio

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import DATABASE_DOWN, Database
from bot.line.answers import LineError
from bot.line.client import LineClient
from bot.line.richmenus import Kind, alias
from bot.log import where
from locales import Language
from models.binding import in_force, read_ahead
from models.contact import Contact, contact_of
from models.portions import portions
from models.review import accounts_decided_last

LOOK_AGAIN_SECONDS = 300
UNPUBLISHED_SECONDS = 5
"""While there are none, an operator may be publishing them right now."""
KNOCK_SECONDS = 60
LAST_DECISIONS = 100
"""Far more than people make about links between two looks at them."""
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

    async def run(self) -> None:
        """Until cancelled: whose link people have cut or made sees its menu soon, though she does nothing."""
        while True:
            try:
                await self.catch_up()
            except DATABASE_DOWN as failure:
                log.error("menus_wait_for_database", error=where(failure))
            await asyncio.sleep(KNOCK_SECONDS)

    async def catch_up(self) -> None:
        """Show those of the last decisions the right menu who do not have it yet."""
        for user_id, wanted in await asyncio.to_thread(self._outdated):
            await self.show(user_id, wanted)

    def _outdated(self) -> list[tuple[str, str]]:
        with self._database.reading() as session:
            contacts = accounts_decided_last(session, LAST_DECISIONS)
            read_ahead(session, [contact.id for contact in contacts])
            wanted = [(contact.line_user_id, menu_wanted(session, contact)) for contact in contacts]
        return [(user_id, menu) for user_id, menu in wanted if menu is not None]

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


def menu_wanted(session: Session, contact: Contact) -> str | None:
    """The alias of the menu that she should see; None when she does, or cannot."""
    wanted = menu_for(contact.speaks, bound=in_force(session, contact.id) is not None)
    return wanted if contact.reachable and wanted != contact.menu else None


def people_who_see(database: Database, shown: str) -> list[list[str]]:
    """The LINE user ids of everybody who was given this menu, in the portions that LINE takes."""
    with database.reading() as session:
        ids = list(session.scalars(select(Contact.line_user_id).where(Contact.menu == shown, Contact.reachable)))
    return list(portions(ids, BULK))
