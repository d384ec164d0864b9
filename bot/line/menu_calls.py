"""The calls about rich menus, the buttons under a chat; building the menus themselves is `richmenus`."""

from collections.abc import Sequence
from typing import Any

import orjson

from bot.line.answers import LineRefused, LineUnavailable
from bot.line.connection import LineConnection

_MENU = "/v2/bot/richmenu"
_ONE_MENU = "/v2/bot/richmenu/{richMenuId}"
_ALIAS = "/v2/bot/richmenu/alias"
_ONE_ALIAS = "/v2/bot/richmenu/alias/{richMenuAliasId}"
_OF_ALL = "/v2/bot/user/all/richmenu"
_OF_PERSON = "/v2/bot/user/{userId}/richmenu"


class RichMenuCalls:
    """Rich menus, as part of `LineClient`; every call may raise a `LineError`.

    A menu is created, given its image, and only then linked or made the default: LINE refuses to link one
    without. LINE keeps at most 1,000, and takes 100 creations and 100 deletions an hour.
    """

    def __init__(self, line: LineConnection) -> None:
        self._line = line

    async def create_rich_menu(self, menu: dict[str, Any]) -> str:
        """The new menu's id."""
        said = await self._line.ask("POST", _MENU, orjson.dumps(menu))
        menu_id = said.get("richMenuId")
        if not isinstance(menu_id, str):
            raise LineUnavailable(_MENU, "an answer that holds no menu id")
        return menu_id

    async def upload_rich_menu_image(self, menu_id: str, png: bytes) -> None:
        """Gives a menu its image, once and for all: at most 1 MB, and it cannot be replaced."""
        endpoint, ids = f"{_ONE_MENU}/content", {"richMenuId": menu_id}
        await self._line.ask("POST", endpoint, png, ids=ids, content_type="image/png", data_host=True)

    async def rich_menus(self) -> list[dict[str, Any]]:
        """All menus made by API, as LINE describes them; those made in LINE's manager are not seen here."""
        return _listed(await self._line.ask("GET", f"{_MENU}/list"), "richmenus")

    async def delete_rich_menu(self, menu_id: str) -> None:
        """Deletes a menu; one that is gone already is well."""
        try:
            await self._line.ask("DELETE", _ONE_MENU, ids={"richMenuId": menu_id})
        except LineRefused as refused:
            if refused.status != 404:
                raise

    async def default_rich_menu(self) -> str | None:
        """The id of the menu of everybody who has no other."""
        return await self._linked(_OF_ALL, {})

    async def set_default_rich_menu(self, menu_id: str) -> None:
        await self._line.ask("POST", f"{_OF_ALL}/{{richMenuId}}", ids={"richMenuId": menu_id})

    async def rich_menu_of(self, user_id: str) -> str | None:
        """The id of the menu linked to this very person; None if they see the default."""
        return await self._linked(_OF_PERSON, {"userId": user_id})

    async def link_rich_menu(self, user_id: str, menu_id: str) -> None:
        """Gives one person a menu; LINE also says yes, and does nothing, for people who blocked us."""
        ids = {"userId": user_id, "richMenuId": menu_id}
        await self._line.ask("POST", f"{_OF_PERSON}/{{richMenuId}}", ids=ids)

    async def bulk_link(self, user_ids: Sequence[str], menu_id: str) -> None:
        """Gives up to 500 people a menu; LINE does it within seconds of saying yes, or for nobody."""
        body = orjson.dumps({"richMenuId": menu_id, "userIds": list(user_ids)})
        await self._line.ask("POST", f"{_MENU}/bulk/link", body)

    async def rich_menu_aliases(self) -> dict[str, str]:
        """Menu id by alias."""
        aliases = _listed(await self._line.ask("GET", f"{_ALIAS}/list"), "aliases")
        return {str(one.get("richMenuAliasId")): str(one.get("richMenuId")) for one in aliases}

    async def upsert_alias(self, alias: str, menu_id: str) -> None:
        """Points an alias at a menu, which must have its image; phones may lag behind."""
        body = orjson.dumps({"richMenuId": menu_id})
        try:
            await self._line.ask("POST", _ONE_ALIAS, body, ids={"richMenuAliasId": alias})
        except LineRefused as refused:
            if refused.status != 404:
                raise
            named = orjson.dumps({"richMenuAliasId": alias, "richMenuId": menu_id})
            await self._line.ask("POST", _ALIAS, named)

    async def _linked(self, endpoint: str, ids: dict[str, str]) -> str | None:
        try:
            menu_id = (await self._line.ask("GET", endpoint, ids=ids)).get("richMenuId")
        except LineRefused as refused:
            if refused.status == 404:
                return None
            raise
        return menu_id if isinstance(menu_id, str) else None


def _listed(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    listed = said.get(name)
    if not isinstance(listed, list):
        raise LineUnavailable(_MENU, f"an answer that holds no {name}")
    return [one for one in listed if isinstance(one, dict)]
