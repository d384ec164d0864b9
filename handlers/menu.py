"""What the bot can do, as buttons and as the words people type for them."""

from collections.abc import Mapping
from functools import cache

from handlers.typed import is_label, plain
from locales import LANGUAGES, Language, Text, pgettext, verbatim
from models.content import Button, Postback
from models.reaction import CALL_1955

PERMIT, MESSAGES, BIND, LANGUAGE, HELP, UNBIND, MENU, QUESTION = (
    "permit",
    "messages",
    "bind",
    "language",
    "help",
    "unbind",
    "menu",
    "question",
)

ANNOUNCEMENTS, CHOOSE, LOOKS, CHECKS = "announcements", "announcements:choose", "looks", "checks"

_LABELS: Mapping[str, Text] = {
    PERMIT: pgettext("menu", "My permit"),
    MESSAGES: pgettext("menu", "My messages"),
    ANNOUNCEMENTS: pgettext("menu", "Announcements"),
    CHOOSE: pgettext("menu", "Choose what you get"),
    QUESTION: pgettext("menu", "Ask a question"),
    CHECKS: pgettext("menu", "Check my rights"),
    LOOKS: pgettext("menu", "Who saw my data"),
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
    ANNOUNCEMENTS: (
        "announcement",
        "announcements",
        "news",
        "公告",
        "消息",
        "最新消息",
        "pengumuman",
        "berita",
        "thông báo",
        "tin tức",
        "ประกาศ",
        "ข่าว",
        "anunsyo",
        "balita",
    ),
    CHOOSE: (
        "settings",
        "unsubscribe",
        "設定",
        "取消訂閱",
        "退訂",
        "pengaturan",
        "berhenti langganan",
        "cài đặt",
        "hủy đăng ký",
        "ตั้งค่า",
        "ยกเลิกรับข่าว",
        "mga setting",
    ),
    QUESTION: (
        "question",
        "ask",
        "ask question",
        "提問",
        "我要提問",
        "我有問題",
        "tanya",
        "bertanya",
        "saya mau tanya",
        "hỏi",
        "tôi muốn hỏi",
        "ถาม",
        "สอบถาม",
        "tanong",
        "magtanong",
        "may tanong ako",
    ),
    CHECKS: (
        "check",
        "checks",
        "rights",
        "my rights",
        "law",
        "權利",
        "我的權利",
        "法律",
        "hak",
        "hak saya",
        "hukum",
        "quyền",
        "quyền của tôi",
        "luật",
        "สิทธิ",
        "สิทธิของฉัน",
        "กฎหมาย",
        "karapatan",
        "karapatan ko",
        "batas",
    ),
    LOOKS: (
        "who looked",
        "who looked at my data",
        "誰看過我的資料",
        "誰看了我的資料",
        "siapa yang melihat data saya",
        "ai đã xem dữ liệu của tôi",
        "ใครดูข้อมูลของฉัน",
        "sino ang tumingin ng datos ko",
    ),
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
        "110",
        "113",
        "119",
        "i need help",
        "help me",
        "救命",
        "救我",
        "我需要幫助",
        "tolong saya",
        "cứu",
        "cứu tôi",
        "cứu với",
        "tôi cần giúp đỡ",
        "ฉันต้องการความช่วยเหลือ",
        "saklolo",
        "tulungan mo ako",
        "kailangan ko ng tulong",
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
    return {plain(word): command for command, also in _ALSO_TYPED.items() for word in also}


def command(typed: str) -> str | None:
    """The wish that somebody typed in any of the six languages, or None."""
    return button_typed(typed) or _typed_words().get(plain(typed))


def button_typed(typed: str) -> str | None:
    """What the button sends whose exact words somebody typed; and any word for help, which never waits."""
    for language, name in LANGUAGES.items():
        if plain(typed) == plain(name):
            return language_data(language)
    if is_label(typed, CALL_1955.label) or _typed_words().get(plain(typed)) == HELP:
        return HELP
    return next((wish for wish, label in _LABELS.items() if is_label(typed, label)), None)


def button(wish: str) -> Button:
    """The button for a wish."""
    return Postback(_LABELS[wish], wish, said=_LABELS[wish])


def language_buttons() -> tuple[Button, ...]:
    """The six languages, each by the name its speakers give it."""
    return tuple(Postback(_named(language), language_data(language), said=_named(language)) for language in Language)


def language_data(language: Language) -> str:
    """What the button of a language sends."""
    return f"language:{language.value}"


def _named(language: Language) -> Text:
    return verbatim(LANGUAGES[language])


def main_buttons(*, bound: bool) -> tuple[Button, ...]:
    """What can be wished for now."""
    own = (PERMIT, MESSAGES) if bound else (BIND,)
    own = (*own, CHECKS, ANNOUNCEMENTS, QUESTION)
    wishes = (*own, LANGUAGE, HELP, UNBIND) if bound else (*own, LANGUAGE, HELP)
    return (*(button(wish) for wish in wishes), CALL_1955)
