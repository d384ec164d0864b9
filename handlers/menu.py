"""What the bot can do, as buttons and as the words people type for them."""

from collections.abc import Mapping
from functools import cache

from locales import LANGUAGES, Language, Text, _, pgettext, say, verbatim
from models.content import Button, Call, Postback

PERMIT, MESSAGES, BIND, LANGUAGE, HELP, UNBIND, MENU = (
    "permit",
    "messages",
    "bind",
    "language",
    "help",
    "unbind",
    "menu",
)

_LABELS: Mapping[str, Text] = {
    PERMIT: pgettext("menu", "My permit"),
    MESSAGES: pgettext("menu", "My messages"),
    BIND: pgettext("menu", "Link my record"),
    LANGUAGE: pgettext("menu", "Language"),
    HELP: pgettext("menu", "Help"),
    UNBIND: pgettext("menu", "Unlink"),
    MENU: pgettext("menu", "Menu"),
}

# Other words for the same wish, as people write them; none of them is ever sent, so none is translated.
_ALSO_TYPED: Mapping[str, tuple[str, ...]] = {
    PERMIT: (
        "permit",
        "my permit",
        "我的許可",
        "許可",
        "聘僱許可",
        "izin saya",
        "izin",
        "giấy phép",
        "ใบอนุญาต",
        "permiso",
    ),
    MESSAGES: ("messages", "my messages", "訊息", "pesan", "tin nhắn", "ข้อความ", "mensahe"),
    BIND: ("bind", "link", "綁定", "連結", "daftar", "liên kết", "ลงทะเบียน", "ผูกบัญชี", "i-link"),
    LANGUAGE: ("language", "lang", "語言", "bahasa?", "ngôn ngữ", "ภาษา", "wika"),
    HELP: (
        "help",
        "?",
        "1955",
        "call 1955",
        "幫助",
        "說明",
        "求助",
        "bantuan",
        "tolong",
        "trợ giúp",
        "giúp",
        "ช่วยเหลือ",
        "ช่วยด้วย",
        "tulong",
        "sos",
    ),
    UNBIND: ("unbind", "unlink", "解除綁定", "解除連結", "hapus", "hủy liên kết", "ยกเลิกการผูก", "i-unlink"),
    MENU: (
        "menu",
        "hi",
        "hello",
        "選單",
        "你好",
        "您好",
        "halo",
        "xin chào",
        "สวัสดี",
        "เมนู",
        "kumusta",
        "start",
        "開始",
    ),
}


@cache
def _typed_words() -> dict[str, str]:
    found = {word.casefold(): command for command, also in _ALSO_TYPED.items() for word in also}
    for command, label in _LABELS.items():
        found |= {say(label, language).casefold(): command for language in LANGUAGES}
    return found


def command(typed: str) -> str | None:
    """The wish that somebody typed in any of the six languages, or None."""
    return _typed_words().get(typed.strip().strip(".!。！").casefold())


def button(wish: str) -> Button:
    """The button for a wish."""
    return Postback(_LABELS[wish], wish, said=_LABELS[wish])


def call_1955() -> Button:
    """Tap to call: free, all day, in her language."""
    return Call(_("Call 1955"), "1955")


def language_buttons() -> tuple[Button, ...]:
    """The six languages, each by the name its speakers give it."""
    return tuple(
        Postback(_named(language), f"language:{language.value}", said=_named(language)) for language in Language
    )


def _named(language: Language) -> Text:
    return verbatim(LANGUAGES[language])


def main_buttons(*, bound: bool) -> tuple[Button, ...]:
    """What can be wished for now."""
    wishes = (PERMIT, MESSAGES, LANGUAGE, HELP, UNBIND) if bound else (BIND, LANGUAGE, HELP)
    return (*(button(wish) for wish in wishes), call_1955())
