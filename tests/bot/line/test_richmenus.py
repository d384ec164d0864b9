"""The rich menus: what LINE takes, what a worker sees, and publishing that can be stopped and run again."""

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from linebot.v3.messaging.models import RichMenuRequest
from PIL import Image

from bot.line import richmenus
from bot.line.answers import LineRefused, LineUnavailable
from bot.line.connection import LineConnection
from bot.line.limits import check_menu
from bot.line.menu_calls import RichMenuCalls
from bot.line.richmenu_icons import Icon
from bot.line.richmenu_image import HEIGHT, WIDTH, LabelDoesNotFitError, Look, Tile, draw_tiles
from bot.line.richmenus import DEFAULT, KINDS, NAME_PREFIX, Kind, UnusableMenuError, alias, build, draw, publish
from locales import Language, Text

Json = dict[str, Any]

LABELS = {
    Language.TH: [
        "ใบอนุญาต\nของฉัน",
        "ข้อความและ\nการแจ้งเตือน",
        "สิทธิ์ของฉัน",
        "ประกาศ",
        "ถามคำถาม",
        "ผูกบัญชี",
        "ภาษา",
        "ช่วยเหลือ",
        "โทรสายด่วน\n1955",
    ],
    Language.VI: [
        "Giấy phép của tôi",
        "Tin nhắn và nhắc nhở",
        "Quyền của tôi",
        "Thông báo",
        "Đặt câu hỏi",
        "Kiểm tra danh tính",
        "Ngôn ngữ",
        "Trợ giúp",
        "Gọi 1955",
    ],
    Language.ZH_HANT: ["我的許可", "訊息與提醒", "我的權益", "公告", "發問", "確認身分", "語言", "說明", "撥打1955"],
}


def say(text: Text, language: Language) -> str:
    return text.msgid


def menu(language: Language, bound: bool) -> Json:
    return richmenus.menu(language, bound, say)


def saying(msgid: str, words: str) -> richmenus.Say:
    return lambda text, language: words if text.msgid == msgid else text.msgid


@pytest.mark.parametrize(("language", "bound"), KINDS)
def test_every_menu_is_what_line_takes(language: Language, bound: bool) -> None:
    body = menu(language, bound)
    assert check_menu(body) == []
    request = RichMenuRequest.from_dict(body)
    assert request is not None
    assert request.to_dict() == body


@pytest.mark.parametrize(("bound", "sixth", "data"), [(True, "Unlink", "unbind"), (False, "Connect my permit", "bind")])
def test_each_field_tells_us_what_was_tapped_and_the_last_calls_the_hotline(bound: bool, sixth: str, data: str) -> None:
    actions = [area["action"] for area in menu(Language.EN, bound)["areas"]]
    sent = ["permit", "messages", "checks", "announcements", "question", data, "language", "help", None]
    assert [action.get("data") for action in actions] == sent
    assert actions[5]["displayText"] == sixth
    assert actions[8] == {"type": "uri", "uri": "tel:1955", "label": "Call 1955"}


def test_the_fields_cover_the_whole_picture_without_overlap() -> None:
    bounds = [area["bounds"] for area in menu(Language.EN, True)["areas"]]
    assert sum(each["width"] * each["height"] for each in bounds) == WIDTH * HEIGHT
    assert len({(each["x"], each["y"]) for each in bounds}) == 9
    assert max(each["x"] + each["width"] for each in bounds) == WIDTH
    assert max(each["y"] + each["height"] for each in bounds) == HEIGHT


@pytest.mark.parametrize(
    ("language", "label", "said"),
    [
        (Language.TH, "ใบอนุญาต\nของฉัน", "ใบอนุญาตของฉัน"),
        (Language.ZH_HANT, "我的\n許可", "我的許可"),
        (Language.VI, "Giấy phép\ncủa tôi", "Giấy phép của tôi"),
    ],
)
def test_a_tap_says_the_label_on_one_line_as_the_language_writes_it(language: Language, label: str, said: str) -> None:
    action = richmenus.menu(language, True, saying("My permit", label))["areas"][0]["action"]
    assert (action["displayText"], action["label"]) == (said, said)


def test_a_long_label_is_shown_but_not_read_aloud() -> None:
    action = richmenus.menu(Language.EN, True, saying("My permit", "Everything about my permit"))["areas"][0]["action"]
    assert action["displayText"] == "Everything about my permit"
    assert "label" not in action


def test_a_chat_bar_that_line_would_refuse_is_an_error_naming_the_menu() -> None:
    assert richmenus.menu(Language.VI, True, saying("Menu", "m" * 14))["chatBarText"] == "m" * 14
    with pytest.raises(UnusableMenuError, match=r"vi-bound: chatBarText: 15 characters, LINE takes 14"):
        richmenus.menu(Language.VI, True, saying("Menu", "m" * 15))


def test_the_name_changes_with_what_is_seen_and_with_nothing_else() -> None:
    name = menu(Language.EN, True)["name"]
    assert name == menu(Language.EN, True)["name"]
    for seen in ("My permit", "Menu", "Call 1955"):
        assert richmenus.menu(Language.EN, True, saying(seen, "Other"))["name"] != name
    # A line break moves words in the picture although the tap says the same.
    broken = richmenus.menu(Language.EN, True, saying("My permit", "My\npermit"))
    assert broken["areas"] == menu(Language.EN, True)["areas"]
    assert broken["name"] != name
    assert len({menu(*kind)["name"] for kind in KINDS}) == len(KINDS)


def test_aliases_are_such_as_line_allows() -> None:
    names = {alias(*kind) for kind in KINDS}
    assert len(names) == len(KINDS)
    assert all(name.replace("-", "").isalnum() and name.islower() and len(name) <= 32 for name in names)
    assert alias(Language.ZH_HANT, False) == "menu-zh-hant-unbound"


def tiles(labels: list[str]) -> list[Tile]:
    return [Tile(icon, label) for icon, label in zip(Icon, labels, strict=True)]


@pytest.mark.parametrize("language", LABELS)
def test_pictures_are_of_the_size_and_weight_line_takes(language: Language) -> None:
    png = draw_tiles(tiles(LABELS[language]), language)
    assert len(png) < 200_000
    with Image.open(BytesIO(png)) as picture:
        assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))


def test_the_picture_shows_label_and_icon_in_each_field_and_the_hotline_stands_out() -> None:
    with Image.open(BytesIO(draw(Language.EN, True, say))) as png:
        picture = png.convert("RGB")
    grounds = []
    for area in menu(Language.EN, True)["areas"]:
        left, top = area["bounds"]["x"], area["bounds"]["y"]
        icon = picture.crop((left + 310, top + 50, left + 520, top + 260))
        label = picture.crop((left + 60, top + 275, left + 770, top + 510))
        grounds.append(picture.getpixel((left + 60, top + 60)))
        for drawn in (icon, label):
            colours = drawn.getcolors(drawn.width * drawn.height) or []
            ground = sum(count for count, colour in colours if colour == grounds[-1])
            assert 0.3 < ground / (drawn.width * drawn.height) < 0.99
    assert len(set(grounds[:8])) == 1
    assert grounds[8] != grounds[0]


def test_people_who_are_not_bound_see_the_field_to_tap_next() -> None:
    pictures = {}
    for bound in (True, False):
        with Image.open(BytesIO(draw(Language.EN, bound, say))) as png:
            pictures[bound] = png.convert("RGB")
    middle_of_the_right = (WIDTH - 60, HEIGHT // 3 + 60)
    assert pictures[True].getpixel(middle_of_the_right) != pictures[False].getpixel(middle_of_the_right)


@pytest.mark.parametrize(
    ("label", "language", "why"),
    [
        ("Pagkakakilanlanpagkakakilanlan", Language.FIL, "does not fit"),
        ("ใบอนุญาตทำงานของฉันและข้อความ", Language.TH, "does not fit"),
        ("a\nb\nc\nd\ne", Language.EN, "does not fit"),
        ("ภาษา", Language.VI, "lacks"),
        ("語言", Language.TH, "lacks"),
    ],
)
def test_a_label_that_cannot_be_drawn_well_fails_the_build(label: str, language: Language, why: str) -> None:
    with pytest.raises(LabelDoesNotFitError, match=rf"(?s)(?=.* {language.value} ).*{why}"):
        draw_tiles([*tiles(["a"] * 9)[:8], Tile(Icon.PHONE, label, Look.RESCUE)], language)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("richmenus")
    build(folder, say)
    return folder


def test_building_again_draws_only_what_is_missing(pictures: Path) -> None:
    built = build(pictures, say)
    assert sorted(built.values()) == sorted(pictures.iterdir())
    lost, kept = built[DEFAULT], built[Language.TH, True]
    before, drawn_at = lost.read_bytes(), kept.stat().st_mtime_ns
    lost.unlink()
    assert build(pictures, say) == built
    assert lost.read_bytes() == before
    assert kept.stat().st_mtime_ns == drawn_at


class MenusAtLine:
    """What LINE keeps of rich menus, behind the connection; `calls_left` makes it fail in the middle."""

    def __init__(self) -> None:
        self.menus: dict[str, str] = {}
        self.images: dict[str, bytes] = {}
        self.aliases: dict[str, str] = {}
        self.default: str | None = None
        self.created = 0
        self.calls_left = 1_000

    def calls(self) -> RichMenuCalls:
        return RichMenuCalls(cast(LineConnection, self))

    async def ask(
        self, method: str, endpoint: str, body: bytes = b"", *, ids: dict[str, str] | None = None, **_: Any
    ) -> Json:
        self.calls_left -= 1
        if self.calls_left < 0:
            raise LineUnavailable(endpoint, "stopped here")
        return self._answer(f"{method} {endpoint.removeprefix('/v2/bot/')}", endpoint, body, ids or {})

    def _answer(self, call: str, endpoint: str, body: bytes, ids: dict[str, str]) -> Json:
        menu_id = ids.get("richMenuId", "")
        match call:
            case "GET richmenu/list":
                return {"richmenus": [{"richMenuId": key, "name": name} for key, name in self.menus.items()]}
            case "GET richmenu/alias/list":
                pairs = self.aliases.items()
                return {"aliases": [{"richMenuAliasId": name, "richMenuId": key} for name, key in pairs]}
            case "POST richmenu":
                self.created += 1
                self.menus[f"menu-{self.created}"] = orjson.loads(body)["name"]
                return {"richMenuId": f"menu-{self.created}"}
            case "POST richmenu/{richMenuId}/content":
                assert menu_id in self.menus
                assert menu_id not in self.images
                self.images[menu_id] = body
            case "POST richmenu/alias/{richMenuAliasId}":
                if ids["richMenuAliasId"] not in self.aliases:
                    raise LineRefused(endpoint, "no such alias", status=404)
                self._point(ids["richMenuAliasId"], orjson.loads(body)["richMenuId"])
            case "POST richmenu/alias":
                self._point(orjson.loads(body)["richMenuAliasId"], orjson.loads(body)["richMenuId"])
            case "POST user/all/richmenu/{richMenuId}":
                assert menu_id in self.images
                self.default = menu_id
            case "DELETE richmenu/{richMenuId}":
                del self.menus[menu_id]
            case _:
                raise AssertionError(call)
        return {}

    def _point(self, name: str, menu_id: str) -> None:
        assert menu_id in self.images
        self.aliases[name] = menu_id


def published(line: MenusAtLine, folder: Path, say: richmenus.Say = say) -> dict[Kind, str]:
    """The ids, after checking that LINE has exactly our current menus, whole and in use."""
    ids = asyncio.run(publish(line.calls(), folder, say))
    names = {richmenus.menu(*kind, say)["name"] for kind in KINDS}
    assert {line.menus[menu_id] for menu_id in ids.values()} == names
    assert sorted(name for name in line.menus.values() if name.startswith(NAME_PREFIX)) == sorted(names)
    assert line.aliases == {alias(*kind): menu_id for kind, menu_id in ids.items()}
    assert line.default == ids[DEFAULT]
    assert set(ids.values()) <= set(line.images)
    return ids


def test_publishing_gives_each_menu_its_own_picture_and_alias(pictures: Path) -> None:
    line = MenusAtLine()
    ids = published(line, pictures)
    assert set(ids) == set(KINDS)
    built = build(pictures, say)
    assert all(line.images[ids[kind]] == built[kind].read_bytes() for kind in KINDS)


def test_publishing_again_creates_nothing(pictures: Path) -> None:
    line = MenusAtLine()
    first = published(line, pictures)
    assert published(line, pictures) == first
    assert line.created == len(KINDS)


def test_publishing_stopped_at_any_call_is_completed_by_the_next(pictures: Path) -> None:
    whole = MenusAtLine()
    published(whole, pictures)
    calls = 1_000 - whole.calls_left
    for stop in range(calls):
        line = MenusAtLine()
        line.calls_left = stop
        with pytest.raises(LineUnavailable):
            asyncio.run(publish(line.calls(), pictures, say))
        line.calls_left = 1_000
        published(line, pictures)
        assert line.created <= len(KINDS) + 1


def corrected(text: Text, language: Language) -> str:
    """One word of one language changed."""
    return "Hilfe" if text.msgid == "Help" and language is Language.FIL else text.msgid


CORRECTED = {(Language.FIL, True), (Language.FIL, False)}


def test_only_changed_menus_are_made_anew_and_only_our_own_old_ones_removed(pictures: Path) -> None:
    line = MenusAtLine()
    line.menus["campaign"] = "Spring campaign"
    before = published(line, pictures)
    after = published(line, pictures, corrected)
    assert {kind for kind in KINDS if after[kind] != before[kind]} == CORRECTED
    assert line.menus["campaign"] == "Spring campaign"
    assert len(line.menus) == len(KINDS) + 1


def test_people_get_the_new_menus_before_the_old_ones_go(pictures: Path) -> None:
    line = MenusAtLine()
    before = published(line, pictures)
    given: list[dict[Kind, str]] = []

    async def relink(ids: dict[Kind, str]) -> None:
        assert set(before.values()) | set(ids.values()) == set(line.menus)
        assert set(ids.values()) <= set(line.images)
        given.append(ids)

    after = asyncio.run(publish(line.calls(), pictures, corrected, relink))
    assert given == [after]
    assert set(line.menus) == set(after.values())
    assert not {before[kind] for kind in CORRECTED} & set(line.menus)
