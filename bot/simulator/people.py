"""What a person does on a made-up phone: each act changes the chat and becomes a webhook event."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from bot.simulator.chat import add_message, last_seq, phone
from bot.simulator.clock import milliseconds
from bot.simulator.events import new_message_id, new_quote_token, user_event
from bot.simulator.richmenu_use import link_alias
from bot.simulator.site import Site
from bot.simulator.store import Connection
from bot.simulator.webhook import Event


class Impossible(Exception):  # noqa: N818 (it is a fact about the phone, not a failure of ours)
    """The person cannot do this now; `status` is the HTTP status that says so."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class Moment:
    """Who acts, when, and with what connection; given to the functions below inside one transaction."""

    db: Connection
    user_id: str
    now: datetime
    mode: str

    def event(self, kind: str, *, repliable: bool = True, **fields: Any) -> dict[str, Any]:
        return user_event(self.db, self.user_id, self.now, kind, mode=self.mode, repliable=repliable, **fields)

    def note(self, sender: str, body: dict[str, Any], message_id: str | None = None) -> int:
        given = message_id or new_message_id(self.db)
        return add_message(self.db, self.user_id, given, sender, milliseconds(self.now), body)


Act: TypeAlias = Callable[[Moment], tuple[dict[str, Any], int]]


async def act(site: Site, user_id: str, what: Act, *, as_friend: bool = True) -> dict[str, Any]:
    """Do it, deliver the event, and wait a little for the bot; `delivered` is its HTTP status or None."""

    def work(db: Connection) -> tuple[dict[str, Any], int]:
        person = phone(db, user_id)
        if person is None:
            raise Impossible(404, "no such user")
        if as_friend and not person["following"]:
            raise Impossible(409, "this user does not follow the bot; POST follow first")
        return what(Moment(db, user_id, site.clock.now(), site.webhook.switches.mode))

    body, seq = await site.store.run(work)
    for kind in ("chat", "user") if body["type"] in ("follow", "unfollow") else ("chat",):
        site.hub.publish(kind, user_id, seq)
    if body["type"] == "postback" and "newRichMenuAliasId" in body["postback"].get("params", {}):
        site.hub.publish("richmenu", user_id, seq)
    event = Event(body, user_id)
    site.webhook.send(event)
    delivered = None
    if not site.webhook.switches.hold:
        try:
            delivered = await asyncio.wait_for(asyncio.shield(event.answered), site.config.user_action_wait_seconds)
        except TimeoutError:
            delivered = None
    return {"seq": seq, "webhook_event_id": body["webhookEventId"], "delivered": delivered}


def follow(moment: Moment) -> tuple[dict[str, Any], int]:
    person = phone(moment.db, moment.user_id)
    unblocked = person is not None and person["followed_before"] and not person["following"]
    moment.db.execute("UPDATE phone SET following = 1, followed_before = 1 WHERE user_id = ?", (moment.user_id,))
    event = moment.event("follow", follow={"isUnblocked": bool(unblocked)})
    return event, moment.note("system", {"type": "text", "text": "Added as a friend"})


def unfollow(moment: Moment) -> tuple[dict[str, Any], int]:
    moment.db.execute("UPDATE phone SET following = 0, rich_menu_id = NULL WHERE user_id = ?", (moment.user_id,))
    return moment.event("unfollow", repliable=False), moment.note("system", {"type": "text", "text": "Blocked"})


def say(text: str) -> Act:
    return _message({"type": "text", "text": text}, quotable=True)


def send_sticker(package_id: str, sticker_id: str) -> Act:
    named = {"type": "sticker", "packageId": package_id, "stickerId": sticker_id}
    return _message(named, {"stickerResourceType": "STATIC"}, quotable=True)


def send_location(title: str | None, address: str | None, latitude: float, longitude: float) -> Act:
    named = {"title": title, "address": address}
    place = {name: value for name, value in named.items() if value is not None}
    return _message({"type": "location", **place, "latitude": latitude, "longitude": longitude})


def send_file(kind: str, media_type: str, data: bytes, **fields: Any) -> Act:
    """An image or a voice message whose bytes the bot can fetch from the content endpoint."""

    def sent(moment: Moment) -> tuple[dict[str, Any], int]:
        message_id = new_message_id(moment.db)
        moment.db.execute("INSERT INTO content VALUES (?, ?, ?)", (message_id, media_type, data))
        url = f"/simulator/api/messages/{message_id}/content"
        shown = {"type": kind, "originalContentUrl": url, "previewImageUrl": url, **fields}
        seq = moment.note("user", shown, message_id)
        message = {"type": kind, "id": message_id, **fields, "contentProvider": {"type": "line"}}
        if kind == "image":
            message["quoteToken"] = new_quote_token()
        return moment.event("message", message=message), seq

    return sent


def postback(data: str, params: dict[str, Any] | None, display_text: str | None) -> Act:
    """A tap on a button; with a rich menu switch the menu changes too and LINE adds how that went."""

    def tapped(moment: Moment) -> tuple[dict[str, Any], int]:
        given = dict(params) if params else None
        if given and "newRichMenuAliasId" in given:
            given["status"] = link_alias(moment.db, moment.user_id, str(given["newRichMenuAliasId"]))
        content: dict[str, Any] = {"data": data, **({"params": given} if given else {})}
        said = {"type": "text", "text": display_text}
        seq = moment.note("user", said) if display_text else last_seq(moment.db)
        return moment.event("postback", postback=content), seq

    return tapped


def unsend(message_id: str) -> Act:
    def taken_back(moment: Moment) -> tuple[dict[str, Any], int]:
        changed = moment.db.execute(
            "UPDATE message SET unsent = 1 WHERE message_id = ? AND user_id = ? AND sender = 'user' AND NOT unsent",
            (message_id, moment.user_id),
        )
        if not changed.rowcount:
            raise Impossible(404, "this user sent no such message, or took it back already")
        event = moment.event("unsend", repliable=False, unsend={"messageId": message_id})
        seq = moment.db.execute("SELECT seq FROM message WHERE message_id = ?", (message_id,)).fetchone()["seq"]
        return event, seq

    return taken_back


def _message(content: dict[str, Any], more: dict[str, Any] | None = None, *, quotable: bool = False) -> Act:
    def sent(moment: Moment) -> tuple[dict[str, Any], int]:
        message_id = new_message_id(moment.db)
        seq = moment.note("user", content, message_id)
        message = {**content, "id": message_id, **(more or {})}
        if quotable:
            message["quoteToken"] = new_quote_token()
        return moment.event("message", message=message), seq

    return sent
