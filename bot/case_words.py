"""What a worker told us for her case, in the words of her buttons: in Chinese and in English."""

from collections.abc import Mapping

from bot.said import said
from handlers.conversation import answer_data
from handlers.dispute import DISPUTE
from locales import Language, _
from models.evidence import PHOTO

_ASKED: Mapping[str, str] = {
    "where": "Where she is 所在地點",
    "since": "Since when 自何時起",
    "proof": "Photo or place 照片或位置",
    "call": "1955 may call 可否致電",
    "question": "Her question 提問內容",
}


def asked(question: str) -> str:
    """What she was asked."""
    return _ASKED.get(question, question)


def answered(question: str, answer: str) -> str:
    """What its button says in Chinese and in English; what she wrote herself as it is."""
    taps = {data: label for one in DISPUTE.questions if one.name == question for data, label in one.taps.items()}
    label = taps.get(answer_data(DISPUTE.name, question, answer))
    if (question, answer) == ("proof", PHOTO):
        label = _("A photo")
    return answer if label is None else f"{said(label, Language.ZH_HANT)} / {said(label, Language.EN)}"
