"""The menu under a chat follows what people decide about the link, also while the person at the account is silent."""

import asyncio
import io
from collections.abc import Mapping

import pytest
from PIL import Image

from bot.line.client import LineClient
from bot.line.connection import LineConnection
from bot.line.tokens import StatelessTokens
from bot.menus import Menus, menu_for
from locales import Language
from models import binding, linking
from models import operator as operators
from models.contact import Contact
from models.operator import Role
from models.review import Review
from tests.post import SECRET, Post
from tests.records import add_worker

LINKED, UNLINKED = menu_for(Language.EN, bound=True), menu_for(Language.EN, bound=False)


def talking_to_line(post: Post) -> LineClient:
    """A client that also takes pictures to this LINE."""
    tokens = StatelessTokens("1000000001", SECRET, post.url)
    return LineClient(LineConnection(tokens, api_url=post.url, data_url=post.url))


async def published(line: LineClient) -> Mapping[str, str]:
    """The names of two plain menus by their LINE ids."""
    picture, found = io.BytesIO(), {}
    Image.new("RGB", (800, 250)).save(picture, "PNG")
    for alias in (LINKED, UNLINKED):
        size = {"width": 800, "height": 250}
        body = {"size": size, "selected": True, "name": alias, "chatBarText": "Menu", "areas": []}
        menu_id = await line.create_rich_menu(body)
        await line.upload_rich_menu_image(menu_id, picture.getvalue())
        await line.upsert_alias(alias, menu_id)
        found[menu_id] = alias
    return found


def decides(post: Post, contact_id: int, decision: str) -> None:
    """Two people do, and the link is as they say."""
    now = post.clock.now()
    with post.database.writing() as session:
        lin, wang = (operators.add(session, f"{who}-{decision}", who, [Role.CASEWORKER], now) for who in ("l", "w"))
        link = binding.linked(session, contact_id)
        worker_id = add_worker(session, now).id if link is None else link.worker_id
        assert worker_id is not None
        if decision == "hers":
            linking.link(session, contact_id, worker_id, now)
        elif link is not None:
            linking.unlink(session, link, now)
        done = {"decision": decision, "asked_by_id": lin.id, "closed_by_id": wang.id, "closed_at": now}
        session.add(Review(contact_id=contact_id, worker_id=worker_id, reason="numbers", opened_at=now, **done))


def test_whose_link_is_made_or_cut_sees_the_menu_for_it_before_they_do_anything(post: Post) -> None:
    contact_id, phone = post.person()

    async def seen() -> list[str]:
        async with talking_to_line(post) as line:
            names, menus, found = await published(line), Menus(post.database, line), []
            for decision in ("hers", "not_hers"):
                decides(post, contact_id, decision)
                await menus.catch_up()
                found.append(names[await line.rich_menu_of(phone) or ""])
            asked = len(post.api("requests", method="GET"))
            await menus.catch_up()
            assert len(post.api("requests", method="GET")) == asked, "who has the right menu is left alone"
            return found

    assert asyncio.run(seen()) == [LINKED, UNLINKED]
    with post.database.reading() as session:
        assert session.get_one(Contact, contact_id).menu == UNLINKED


@pytest.mark.parametrize("kept_from_it", ["reachable", "decided"])
def test_nobody_else_is_looked_at(post: Post, kept_from_it: str) -> None:
    contact_id, phone = post.person(reachable=kept_from_it != "reachable")
    if kept_from_it != "decided":
        decides(post, contact_id, "hers")

    async def seen() -> str | None:
        async with talking_to_line(post) as line:
            await published(line)
            await Menus(post.database, line).catch_up()
            return await line.rich_menu_of(phone)

    assert asyncio.run(seen()) is None
