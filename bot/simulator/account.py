"""LINE's endpoints about people, the bot itself, its webhook address, and files that people sent."""

from urllib.parse import urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.simulator.calls import Answer, Call, Endpoint, Refused, answer_call, refuse_problems
from bot.simulator.chat import USER_ID, phone
from bot.simulator.shape import Problem
from bot.simulator.site import Site
from bot.simulator.store import save_setting, setting


def _profile(call: Call) -> Answer:
    user_id = call.values["user_id"]
    if not USER_ID.fullmatch(user_id):
        raise Refused(400, "The value for the 'userId' parameter is invalid")
    person = phone(call.db, user_id)
    if person is None or not person["following"]:
        raise Refused(404, "Not found")
    profile = {"userId": user_id, "displayName": person["display_name"], "language": person["language"]}
    if person["picture_url"]:
        profile["pictureUrl"] = person["picture_url"]
    return Answer(profile)


def _follower_ids(call: Call) -> Answer:
    limit = call.query.get("limit", "300")
    if not limit.isdecimal() or not 1 <= int(limit) <= 1000:
        raise Refused(400, "The value for the 'limit' parameter is invalid")
    rows = call.db.execute(
        "SELECT user_id FROM phone WHERE following AND user_id > ? ORDER BY user_id LIMIT ?",
        (call.query.get("start", ""), int(limit) + 1),
    ).fetchall()
    ids = [row["user_id"] for row in rows]
    if len(ids) <= int(limit):
        return Answer({"userIds": ids})
    return Answer({"userIds": ids[:-1], "next": ids[-2]})


def _bot_info(call: Call) -> Answer:
    config = call.site.config
    return Answer(
        {
            "userId": config.bot_user_id,
            "basicId": f"@{config.channel_id[-9:]}",
            "displayName": config.bot_name,
            "chatMode": "bot",
            "markAsReadMode": "auto",
        }
    )


def _start_loading(call: Call) -> Answer:
    body = call.json()
    chat, seconds = body.get("chatId"), body.get("loadingSeconds", 20)
    if not isinstance(chat, str) or not USER_ID.fullmatch(chat):
        refuse_problems([Problem("chatId", "must be a user id")])
    if type(seconds) is not int or not 5 <= seconds <= 60 or seconds % 5:
        refuse_problems([Problem("loadingSeconds", "must be a multiple of 5 between 5 and 60")])
    person = phone(call.db, str(chat))
    if person is not None and person["following"]:
        call.site.show_loading(str(chat), seconds)
        call.touch("loading", str(chat), seconds=seconds)
    return Answer(status=202)


def _webhook_endpoint(call: Call) -> Answer:
    url = setting(call.db, "webhook_url")
    if url is None:
        raise Refused(404, "Webhook endpoint not found")
    return Answer({"endpoint": url, "active": True})


def _set_webhook_endpoint(call: Call) -> Answer:
    url = call.json().get("endpoint")
    # LINE wants https; the look-alike stands next to the bot on one machine, so http is let through.
    if not isinstance(url, str) or len(url) > 500 or urlsplit(url).scheme not in ("http", "https"):
        raise Refused(400, "Invalid webhook endpoint URL")
    save_setting(call.db, "webhook_url", url)
    return Answer()


def webhook_test_route(site: Site) -> Route:
    """POST /v2/bot/channel/webhook/test: sends the bot an empty list of events and says what it answered."""
    check = Endpoint("POST", "/v2/bot/channel/webhook/test", _tested_endpoint)

    async def test(request: Request) -> ASGIApp:
        answer = await answer_call(site, check, request)
        if not isinstance(answer, Response) or answer.status_code != 200:
            return answer
        status, error = await site.webhook.post([], url=orjson.loads(bytes(answer.body))["endpoint"])
        result = {
            "success": error is None,
            "timestamp": site.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "statusCode": status or 0,
            "reason": (error or "OK").upper(),
            "detail": str(status or error),
        }
        headers = {"x-line-request-id": answer.headers["x-line-request-id"]}
        return Response(orjson.dumps(result), headers=headers, media_type="application/json")

    return Route(check.path, test, methods=["POST"])


def _tested_endpoint(call: Call) -> Answer:
    url = call.json().get("endpoint") if call.raw else None
    if url is not None and (not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https")):
        raise Refused(400, "Invalid webhook endpoint URL")
    return Answer({"endpoint": url}) if url else _webhook_endpoint(call)


def _content(call: Call) -> Answer:
    message_id = call.values["message_id"]
    row = call.db.execute(
        "SELECT media_type, bytes, unsent FROM content JOIN message USING (message_id) WHERE message_id = ?",
        (message_id,),
    ).fetchone()
    if row is None:
        raise Refused(404, "Not found")
    if row["unsent"]:
        raise Refused(410, "The content is gone")
    return Answer(row["bytes"], media_type=row["media_type"])


def _transcoding(call: Call) -> Answer:
    _content(call)
    return Answer({"status": "succeeded"})


def _not_found(call: Call) -> Answer:
    raise Refused(404, "Not found")


ENDPOINTS = (
    Endpoint("GET", "/v2/bot/profile/{user_id}", _profile),
    Endpoint("GET", "/v2/bot/followers/ids", _follower_ids),
    Endpoint("GET", "/v2/bot/info", _bot_info),
    Endpoint("POST", "/v2/bot/chat/loading/start", _start_loading, in_ledger=True),
    Endpoint("GET", "/v2/bot/channel/webhook/endpoint", _webhook_endpoint),
    Endpoint("PUT", "/v2/bot/channel/webhook/endpoint", _set_webhook_endpoint, in_ledger=True),
    Endpoint("GET", "/v2/bot/message/{message_id}/content", _content),
    Endpoint("GET", "/v2/bot/message/{message_id}/content/transcoding", _transcoding),
)
ANYTHING_ELSE = tuple(Endpoint(method, "/v2/{rest:path}", _not_found) for method in ("GET", "POST", "PUT", "DELETE"))
