"""Rich menus: rules for form and picture, and which menu a person sees."""

import io
from typing import Any

import pytest
from PIL import Image

ALL = "/v2/bot/user/all/richmenu"


def menu(**changes: Any) -> dict[str, Any]:
    area = {
        "bounds": {"x": 0, "y": 0, "width": 2500, "height": 843},
        "action": {"type": "postback", "label": "Izin", "data": "menu=permit"},
    }
    size = {"width": 2500, "height": 843}
    return {"size": size, "selected": True, "name": "id", "chatBarText": "Menu", "areas": [area], **changes}


def picture(width: int = 2500, height: int = 843, form: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(stream, form)
    return stream.getvalue()


def create(line: Any, **changes: Any) -> str:
    answer = line.line("richmenu", menu(**changes))
    assert answer.status_code == 200, answer.text
    created: str = answer.json()["richMenuId"]
    return created


def upload(line: Any, menu_id: str, data: bytes, media_type: str = "image/png") -> int:
    answer = line.post(f"/v2/bot/richmenu/{menu_id}/content", content=data, headers={"Content-Type": media_type})
    status: int = answer.status_code
    return status


def ready(line: Any, **changes: Any) -> str:
    menu_id = create(line, **changes)
    assert upload(line, menu_id, picture()) == 200
    return menu_id


@pytest.mark.parametrize(
    ("changes", "ok"),
    [
        ({}, True),
        ({"chatBarText": "x" * 14}, True),
        ({"chatBarText": "x" * 15}, False),
        ({"name": "x" * 300}, True),
        ({"name": "x" * 301}, False),
        ({"size": {"width": 799, "height": 400}, "areas": []}, False),
        ({"size": {"width": 800, "height": 250}, "areas": []}, True),
        ({"size": {"width": 2500, "height": 249}, "areas": []}, False),
        ({"size": {"width": 2501, "height": 843}, "areas": []}, False),
        ({"size": {"width": 1449, "height": 1000}, "areas": []}, False),
        ({"size": {"width": 1450, "height": 1000}, "areas": []}, True),
        ({"areas": menu()["areas"] * 20}, True),
        ({"areas": menu()["areas"] * 21}, False),
        ({"selected": None}, False),
        ({"colour": "red"}, False),
        ({"areas": [{**menu()["areas"][0], "bounds": {"x": 1, "y": 0, "width": 2500, "height": 843}}]}, False),
        ({"areas": [{**menu()["areas"][0], "action": {"type": "camera", "label": "x"}}]}, False),
    ],
)
def test_a_rich_menu_keeps_lines_rules(line: Any, changes: dict[str, Any], ok: bool) -> None:
    expected = 200 if ok else 400
    assert line.line("richmenu/validate", menu(**changes)).status_code == expected
    assert line.line("richmenu", menu(**changes)).status_code == expected


@pytest.mark.parametrize(
    ("data", "media_type", "status"),
    [
        (picture(), "image/png", 200),
        (picture(form="JPEG"), "image/jpeg", 200),
        (picture(form="JPEG"), "image/png", 400),
        (picture(form="GIF"), "image/gif", 415),
        (picture(799, 400), "image/png", 400),
        (picture(1000, 800), "image/png", 400),
        (b"no picture", "image/png", 400),
        (picture() + b"\0" * 1024 * 1024, "image/png", 413),
    ],
)
def test_a_picture_keeps_lines_rules(line: Any, data: bytes, media_type: str, status: int) -> None:
    assert upload(line, create(line), data, media_type) == status


def test_a_picture_is_given_once_and_can_be_fetched(line: Any) -> None:
    menu_id = create(line)
    assert line.get(f"/v2/bot/richmenu/{menu_id}/content").status_code == 404
    assert upload(line, menu_id, picture()) == 200
    assert upload(line, menu_id, picture()) == 400
    assert line.get(f"/v2/bot/richmenu/{menu_id}/content").content == picture()
    assert upload(line, "richmenu-none", picture()) == 404


def test_a_menu_without_picture_cannot_be_given_to_anyone(line: Any) -> None:
    siti, menu_id = line.phone(), create(line)
    assert line.line(f"user/{siti}/richmenu/{menu_id}", None).status_code == 400
    assert line.line(f"user/all/richmenu/{menu_id}", None).status_code == 400
    alias = {"richMenuAliasId": "main", "richMenuId": menu_id}
    assert line.line("richmenu/alias", alias).status_code == 400


def test_ones_own_menu_goes_before_the_default_one(line: Any) -> None:
    siti, default, own = line.phone(), ready(line), ready(line, name="own")
    assert line.look(f"users/{siti}/richmenu") is None
    assert line.post(f"{ALL}/{default}").status_code == 200
    assert line.get(ALL).json() == {"richMenuId": default}
    seen = line.look(f"users/{siti}/richmenu")
    assert seen["richmenu"]["richMenuId"] == default
    assert line.get(seen["image_url"]).content == picture()
    assert line.post(f"/v2/bot/user/{siti}/richmenu/{own}").status_code == 200
    assert line.look(f"users/{siti}/richmenu")["richmenu"]["name"] == "own"
    assert line.get(f"/v2/bot/user/{siti}/richmenu").json() == {"richMenuId": own}
    assert line.delete(f"/v2/bot/user/{siti}/richmenu").status_code == 200
    assert line.look(f"users/{siti}/richmenu")["richmenu"]["richMenuId"] == default
    assert line.delete(ALL).status_code == 200
    assert line.get(ALL).status_code == 404
    assert line.look(f"users/{siti}/richmenu") is None


def test_many_people_are_linked_at_once_and_strangers_passed_over(line: Any) -> None:
    people, menu_id = [line.phone("Siti"), line.phone("Linh")], ready(line)
    body = {"richMenuId": menu_id, "userIds": [*people, "U" + "0" * 32]}
    assert line.line("richmenu/bulk/link", body).status_code == 202
    for each in people:
        assert line.get(f"/v2/bot/user/{each}/richmenu").json() == {"richMenuId": menu_id}
    assert line.get(f"/v2/bot/user/U{'0' * 32}/richmenu").status_code == 404
    assert line.line("richmenu/bulk/unlink", {"userIds": people}).status_code == 202
    assert line.get(f"/v2/bot/user/{people[0]}/richmenu").status_code == 404
    assert line.line("richmenu/bulk/unlink", {"userIds": ["nobody"]}).status_code == 400
    assert line.line("richmenu/bulk/unlink", {"userIds": people * 251}).status_code == 400


def test_an_alias_can_be_pointed_elsewhere_and_tapped(line_with_bot: Any, bot: Any) -> None:
    line = line_with_bot
    siti, first, second = line.phone(), ready(line), ready(line, name="second")
    assert line.line("richmenu/alias", {"richMenuAliasId": "A", "richMenuId": first}).status_code == 400
    alias = {"richMenuAliasId": "main", "richMenuId": first}
    assert line.line("richmenu/alias", alias).status_code == 200
    assert line.line("richmenu/alias", alias).status_code == 400
    assert line.line("richmenu/alias/main", {"richMenuId": second}).status_code == 200
    assert line.get("/v2/bot/richmenu/alias/list").json() == {"aliases": [{**alias, "richMenuId": second}]}
    line.api(f"users/{siti}/postback", {"data": "tab", "params": {"newRichMenuAliasId": "main"}})
    tapped = bot.events()[-1]["postback"]
    assert tapped == {"data": "tab", "params": {"newRichMenuAliasId": "main", "status": "SUCCESS"}}
    assert line.look(f"users/{siti}/richmenu")["richmenu"]["name"] == "second"
    assert line.delete("/v2/bot/richmenu/alias/main").status_code == 200
    assert line.get("/v2/bot/richmenu/alias/main").status_code == 404
    line.api(f"users/{siti}/postback", {"data": "tab", "params": {"newRichMenuAliasId": "main"}})
    assert bot.events()[-1]["postback"]["params"]["status"] == "RICHMENU_ALIAS_ID_NOTFOUND"


def test_a_deleted_menu_is_gone_everywhere(line: Any) -> None:
    siti, menu_id = line.phone(), ready(line)
    line.post(f"{ALL}/{menu_id}")
    line.post(f"/v2/bot/user/{siti}/richmenu/{menu_id}")
    assert [each["richMenuId"] for each in line.get("/v2/bot/richmenu/list").json()["richmenus"]] == [menu_id]
    assert line.delete(f"/v2/bot/richmenu/{menu_id}").status_code == 200
    assert line.get(f"/v2/bot/richmenu/{menu_id}").status_code == 404
    assert line.get(ALL).status_code == 404
    assert line.look(f"users/{siti}/richmenu") is None
