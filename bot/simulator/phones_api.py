"""The control API of the phones: make a person, act as her, read her chat and menu."""

import base64
import binascii
import secrets
import sqlite3
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.simulator import people
from bot.simulator.chat import phone, shown
from bot.simulator.clock import milliseconds
from bot.simulator.oauth import issue_id_token
from bot.simulator.people import Impossible, act
from bot.simulator.requests import Body, after, json_answer, read, read_bytes, route
from bot.simulator.richmenu_use import rich_menu_of
from bot.simulator.richmenus import listed
from bot.simulator.site import Site
from bot.simulator.store import Connection


class NewPhone(Body):
    display_name: str = Field(min_length=1, max_length=100)
    language: str = Field(default="en", min_length=2, max_length=35)
    picture_url: str | None = None


class ChangedPhone(Body):
    display_name: str | None = Field(default=None, min_length=1, max_length=100)
    language: str | None = Field(default=None, min_length=2, max_length=35)


class Text(Body):
    text: str = Field(min_length=1, max_length=5000)


class Postback(Body):
    data: str = Field(max_length=300)
    params: dict[str, Any] | None = None
    display_text: str | None = Field(default=None, max_length=300)


class Sticker(Body):
    package_id: str = "446"
    sticker_id: str = "1988"


class File(Body):
    base64: str
    media_type: str | None = None
    duration: int = Field(default=1000, ge=0)


class Location(Body):
    title: str | None = None
    address: str | None = None
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Unsend(Body):
    message_id: str


class IdToken(Body):
    nonce: str | None = None


def _described(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "user_id": row["user_id"],
        "display_name": row["display_name"],
        "language": row["language"],
        "picture_url": row["picture_url"],
        "following": bool(row["following"]),
    }


class PhonesApi:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[BaseRoute]:
        user = "users/{user_id}"
        return [
            route("POST", "users", self._create),
            route("GET", "users", self._list),
            route("GET", user, self._one),
            route("PATCH", user, self._change),
            route("POST", f"{user}/follow", self._follow),
            route("POST", f"{user}/unfollow", self._unfollow),
            route("POST", f"{user}/text", self._text),
            route("POST", f"{user}/postback", self._postback),
            route("POST", f"{user}/sticker", self._sticker),
            route("POST", f"{user}/image", self._image),
            route("POST", f"{user}/audio", self._audio),
            route("POST", f"{user}/location", self._location),
            route("POST", f"{user}/unsend", self._unsend),
            route("POST", f"{user}/id-token", self._id_token),
            route("GET", f"{user}/messages", self._messages),
            route("GET", f"{user}/richmenu", self._rich_menu),
            route("GET", "loading/{user_id}", self._loading),
            route("GET", "messages/{message_id}/content", self._content),
            route("GET", "richmenus/{rich_menu_id}/image", self._rich_menu_image),
        ]

    async def _create(self, request: Request) -> Response:
        new = await read(request, NewPhone)
        user_id = "U" + secrets.token_hex(16)
        at = milliseconds(self._site.clock.now())

        def work(db: Connection) -> dict[str, Any]:
            db.execute(
                "INSERT INTO phone (user_id, display_name, language, picture_url, following, followed_before,"
                " created_at) VALUES (?, ?, ?, ?, 0, 0, ?)",
                (user_id, new.display_name, new.language, new.picture_url, at),
            )
            return _described(_known(db, user_id))

        described = await self._site.store.run(work)
        self._site.hub.publish("user", user_id)
        return json_answer(described, 201)

    async def _list(self, request: Request) -> Response:
        rows = "SELECT * FROM phone ORDER BY created_at, rowid"
        return json_answer(await self._site.store.run(lambda db: [_described(row) for row in db.execute(rows)]))

    async def _one(self, request: Request) -> Response:
        user_id = request.path_params["user_id"]
        return json_answer(await self._site.store.run(lambda db: _described(_known(db, user_id))))

    async def _change(self, request: Request) -> Response:
        changed, user_id = await read(request, ChangedPhone), request.path_params["user_id"]

        def work(db: Connection) -> dict[str, Any]:
            _known(db, user_id)
            db.execute(
                "UPDATE phone SET display_name = coalesce(?, display_name), language = coalesce(?, language)"
                " WHERE user_id = ?",
                (changed.display_name, changed.language, user_id),
            )
            return _described(_known(db, user_id))

        described = await self._site.store.run(work)
        self._site.hub.publish("user", user_id)
        return json_answer(described)

    async def _act(self, request: Request, what: people.Act, *, as_friend: bool = True) -> Response:
        return json_answer(await act(self._site, request.path_params["user_id"], what, as_friend=as_friend))

    async def _follow(self, request: Request) -> Response:
        return await self._act(request, people.follow, as_friend=False)

    async def _unfollow(self, request: Request) -> Response:
        return await self._act(request, people.unfollow, as_friend=False)

    async def _text(self, request: Request) -> Response:
        return await self._act(request, people.say((await read(request, Text)).text))

    async def _postback(self, request: Request) -> Response:
        tap = await read(request, Postback)
        return await self._act(request, people.postback(tap.data, tap.params, tap.display_text))

    async def _sticker(self, request: Request) -> Response:
        sticker = await read(request, Sticker)
        return await self._act(request, people.send_sticker(sticker.package_id, sticker.sticker_id))

    async def _image(self, request: Request) -> Response:
        media_type, data, _ = await self._file(request, "image/", "image/jpeg")
        return await self._act(request, people.send_file("image", media_type, data))

    async def _audio(self, request: Request) -> Response:
        media_type, data, duration = await self._file(request, "audio/", "audio/x-m4a")
        return await self._act(request, people.send_file("audio", media_type, data, duration=duration))

    async def _file(self, request: Request, family: str, otherwise: str) -> tuple[str, bytes, int]:
        """A file sent as it is, with its media type, or as {"base64": …}."""
        stated = request.headers.get("content-type", "")
        if stated.startswith(family):
            return stated, await read_bytes(request), 1000
        file = await read(request, File)
        try:
            data = base64.b64decode(file.base64, validate=True)
        except binascii.Error:
            raise Impossible(400, "base64: not valid base64") from None
        media_type = file.media_type or ("image/png" if data.startswith(b"\x89PNG") else otherwise)
        if not media_type.startswith(family):
            raise Impossible(400, f"media_type must begin with {family}")
        return media_type, data, file.duration

    async def _location(self, request: Request) -> Response:
        place = await read(request, Location)
        return await self._act(
            request, people.send_location(place.title, place.address, place.latitude, place.longitude)
        )

    async def _unsend(self, request: Request) -> Response:
        return await self._act(request, people.unsend((await read(request, Unsend)).message_id))

    async def _id_token(self, request: Request) -> Response:
        wanted, user_id = await read(request, IdToken), request.path_params["user_id"]

        def work(db: Connection) -> str:
            name = _known(db, user_id)["display_name"]
            return issue_id_token(self._site, db, user_id, name, wanted.nonce)

        return json_answer({"id_token": await self._site.store.run(work)})

    async def _messages(self, request: Request) -> Response:
        user_id, since = request.path_params["user_id"], after(request)

        def work(db: Connection) -> list[dict[str, Any]]:
            _known(db, user_id)
            rows = "SELECT * FROM message WHERE user_id = ? AND seq > ? ORDER BY seq"
            return [shown(row) for row in db.execute(rows, (user_id, since))]

        return json_answer(await self._site.store.run(work))

    async def _rich_menu(self, request: Request) -> Response:
        user_id = request.path_params["user_id"]

        def work(db: Connection) -> dict[str, Any] | None:
            _known(db, user_id)
            row = rich_menu_of(db, user_id)
            if row is None:
                return None
            return {
                "richmenu": listed(row),
                "image_url": f"/simulator/api/richmenus/{row['rich_menu_id']}/image",
            }

        return json_answer(await self._site.store.run(work))

    async def _loading(self, request: Request) -> Response:
        seconds = self._site.loading_seconds(request.path_params["user_id"])
        return json_answer({"loading": seconds > 0, "seconds": round(seconds, 1)})

    async def _content(self, request: Request) -> Response:
        return await self._stored(
            "SELECT media_type, bytes AS data FROM content JOIN message USING (message_id)"
            " WHERE message_id = ? AND NOT unsent",
            request.path_params["message_id"],
        )

    async def _rich_menu_image(self, request: Request) -> Response:
        return await self._stored(
            "SELECT media_type, image AS data FROM rich_menu WHERE rich_menu_id = ? AND image IS NOT NULL",
            request.path_params["rich_menu_id"],
        )

    async def _stored(self, query: str, key: str) -> Response:
        row = await self._site.store.run(lambda db: db.execute(query, (key,)).fetchone())
        if row is None:
            raise Impossible(404, "no such file")
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return Response(row["data"], media_type=row["media_type"], headers=headers)


def _known(db: Connection, user_id: str) -> sqlite3.Row:
    row = phone(db, user_id)
    if row is None:
        raise Impossible(404, "no such user")
    return row
