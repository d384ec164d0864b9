"""The buttons under every question of a conversation, and the words that people type in their place."""

from collections.abc import Mapping

from handlers.typed import is_label, plain
from locales import Text, _
from models.content import Button, Postback

BACK, CANCEL, GO_ON, START_AGAIN = "talk:back", "talk:cancel", "talk:go_on", "talk:start_again"

_LABELS: Mapping[str, Text] = {
    BACK: _("Back"),
    CANCEL: _("Cancel"),
    GO_ON: _("Continue"),
    START_AGAIN: _("Start again"),
}
# Other words for the same, none of which is anybody's name.
_ALSO_TYPED: Mapping[str, frozenset[str]] = {
    BACK: frozenset(plain(word) for word in ("go back", "返回", "回上一步", "quay lai", "trở lại", "กลับ")),
    CANCEL: frozenset(
        plain(word)
        for word in (
            "stop",
            "停止",
            "不要了",
            "batalkan",
            "berhenti",
            "huỷ",
            "hủy bỏ",
            "huy bo",
            "เลิก",
            "หยุด",
            "itigil",
        )
    ),
    GO_ON: frozenset(plain(word) for word in ("go on", "tiep tuc", "ไปต่อ", "ituloy")),
}


def control_button(data: str) -> Button:
    return Postback(_LABELS[data], data, said=_LABELS[data])


def go_on_button() -> Button:
    """Leads back to the question she is at."""
    return control_button(GO_ON)


def control_typed(said: str, *, may_start_again: bool) -> str | None:
    """What the button sends whose words somebody typed; "start again" may elsewhere be an answer of her own."""
    typed = plain(said)
    for data, label in _LABELS.items():
        if (data != START_AGAIN or may_start_again) and (typed in _ALSO_TYPED.get(data, ()) or is_label(said, label)):
            return data
    return None
