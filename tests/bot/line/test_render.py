"""From content to what LINE takes: the SDK's own models and LINE's limits are the judges."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from linebot.v3.messaging.models import PushMessageRequest

import locales
from bot.line import flex
from bot.line.limits import check
from bot.line.render import NO_VALUE, PREVIEW, UnsendableError, render
from locales import Language, MissingTranslationError, Text, _, verbatim
from models.content import (
    Bubble,
    Button,
    Call,
    Card,
    Content,
    Open,
    PickDate,
    Postback,
    Row,
    Tone,
    Words,
    words,
)

Json = dict[str, Any]

# The same thing said at length, as the longest translations do it.
LONG = {
    Language.ZH_HANT: "您的工作許可即將到期，請在期限以前與您的雇主或就業服務站聯絡，也可以撥打免費專線。",
    Language.EN: "Your work permit ends soon; talk with your employer or a public employment office in time.",
    Language.ID: "Izin kerja Anda segera berakhir; bicarakan dengan majikan atau kantor layanan kerja tepat waktu.",
    Language.VI: "Giấy phép lao động của bạn sắp hết hạn, hãy liên hệ chủ sử dụng hoặc trung tâm dịch vụ việc làm.",
    Language.TH: "ใบอนุญาตทำงานของคุณใกล้หมดอายุแล้วกรุณาติดต่อนายจ้างหรือสำนักงานจัดหางานภายในกำหนด",
    Language.FIL: "Malapit nang matapos ang iyong permit; makipag-usap sa employer o sa tanggapan sa takdang oras.",
}
SHORT = {
    Language.ZH_HANT: "到期日",
    Language.EN: "Ends on",
    Language.ID: "Berakhir",
    Language.VI: "Hết hạn",
    Language.TH: "หมดอายุ",
    Language.FIL: "Matatapos",
}


def say(text: Text, language: Language) -> str:
    """What is verbatim in the language, our own sentences in English: the catalogues are tested elsewhere."""
    return locales.say(text, language) if text.msgid == verbatim("").msgid else text.msgid


def sent(content: Content, language: Language = Language.EN) -> list[Json]:
    """The messages, after both judges."""
    messages = render(content, language, say)
    assert check(messages) == []
    request = PushMessageRequest.from_dict({"to": "U", "messages": messages})
    assert request is not None
    assert request.to_dict()["messages"] == messages
    return messages


def parts(component: Any, kind: str) -> Iterator[Json]:
    """Every part of a kind, in reading order."""
    if isinstance(component, list):
        for each in component:
            yield from parts(each, kind)
    elif isinstance(component, dict):
        if component.get("type") == kind:
            yield component
        for each in component.values():
            yield from parts(each, kind)


def shown(message: Json) -> list[str]:
    return [part["text"] for part in parts(message, "text")]


def all_buttons(label: Text) -> tuple[Button, ...]:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    return (
        Postback(label, "permit", label),
        Postback(label, "help"),
        Call(label, "02-8995 6000"),
        Open(label, "https://example.org/p?language=th"),
        PickDate(label, "day", date(2026, 5, 1), first, last),
    )


def all_shapes(words_: str) -> list[Card]:
    said = verbatim(words_)
    row = Row(said, said)
    return [
        Card(said),
        Card(said, lead=(said, said)),
        Card(said, rows=(row,) * 6),
        Card(said, notes=(said,) * 3),
        Card(said, buttons=all_buttons(said)),
        Card(said, (said,), (row,) * 10, (said, said), all_buttons(said), Tone.URGENT),
        Card(said, (said,), topic=said, picture="https://example.org/p.png"),
    ]


@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("language", Language)
def test_every_shape_of_card_is_what_line_takes_in_every_language(language: Language, tone: Tone) -> None:
    for long in (LONG[language], SHORT[language], f"{LONG[language]}\n{LONG[language]}"):
        for shape in all_shapes(long):
            [message] = sent(Content((replace(shape, tone=tone),)), language)
            assert set(shown(message)) == {long}


@pytest.mark.parametrize("language", Language)
def test_quick_replies_stand_under_the_last_bubble_only(language: Language) -> None:
    label = verbatim(SHORT[language])
    bubbles: tuple[Bubble, ...] = (Words(label), Card(label), Words(label))
    messages = sent(Content(bubbles, all_buttons(label)), language)
    assert [message["type"] for message in messages] == ["text", "flex", "text"]
    assert ["quickReply" in message for message in messages] == [False, False, True]
    assert [item["action"]["label"] for item in messages[-1]["quickReply"]["items"]] == [SHORT[language]] * 5


def test_each_kind_of_button_becomes_the_action_of_its_kind() -> None:
    [message] = sent(words(verbatim("?"), quick=all_buttons(verbatim("Go"))))
    assert [item["action"] for item in message["quickReply"]["items"]] == [
        {"type": "postback", "label": "Go", "data": "permit", "displayText": "Go"},
        {"type": "postback", "label": "Go", "data": "help"},
        {"type": "uri", "label": "Go", "uri": "tel:0289956000"},
        {"type": "uri", "label": "Go", "uri": "https://example.org/p?language=th"},
        {
            "type": "datetimepicker",
            "label": "Go",
            "data": "day",
            "mode": "date",
            "initial": "2026-05-01",
            "min": "2026-01-01",
            "max": "2026-12-31",
        },
    ]


def test_the_lock_screen_shows_the_same_sentence_for_every_card() -> None:
    cards = [card for language in Language for card in all_shapes(LONG[language])]
    seen = {render(Content((card,)), Language.EN, say)[0]["altText"] for card in cards}
    assert seen == {PREVIEW.msgid}


def test_long_labels_wrap_whole_and_are_read_aloud_only_where_line_allows() -> None:
    long = verbatim(LONG[Language.VI])
    [message] = sent(Content((Card(long, buttons=(Postback(long, "a"), Postback(verbatim("Ok"), "b"))),)))
    first, second = message["contents"]["footer"]["contents"]
    assert first["contents"][0] | {"text": LONG[Language.VI], "wrap": True} == first["contents"][0]
    assert first["action"] == {"type": "postback", "data": "a"}
    assert second["action"] == {"type": "postback", "data": "b", "label": "Ok"}
    assert first["backgroundColor"] != second["backgroundColor"]


def test_rows_are_two_columns_only_if_all_of_them_are_short() -> None:
    short, long = Row(verbatim("到期日"), verbatim("2026-12-31")), Row(verbatim("雇主"), verbatim("名" * 20))

    def layouts(*rows: Row) -> list[str]:
        [message] = sent(Content((Card(verbatim("t"), rows=rows),)))
        return [box["layout"] for box in message["contents"]["body"]["contents"]]

    assert layouts(short, short) == ["baseline", "baseline"]
    assert layouts(short, long) == ["vertical", "vertical"]


def test_a_blank_value_in_the_data_shows_as_a_dash() -> None:
    [message] = sent(Content((Card(verbatim("t"), rows=(Row(verbatim("Employer"), verbatim(" ")),)),)))
    assert shown(message) == ["t", "Employer", NO_VALUE]


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("{name} {{x}} {", "{name} {{x}} {"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ('"},{"type":"text', '"},{"type":"text'),
        ("Lim\u202egnimooc\u202c \u2066x\u2069", "Limgnimooc x"),
        ("Budi\x00\x1b[31m\tSanto\r\nso", "Budi[31m Santo\nso"),
        ("half \ud83d of a pair", "half  of a pair"),
        ("👨‍👩‍👧 ที่\u200bนี่\u3000", "👨‍👩‍👧 ที่\u200bนี่\u3000"),
        ("s" * 5_000, "s" * 5_000),
    ],
)
def test_hostile_words_stay_words(hostile: str, harmless: str) -> None:
    text = verbatim(hostile)
    message, card = sent(Content((Words(text), Card(text, lead=(text,)))))
    assert message["text"] == harmless
    assert shown(card) == [harmless] * 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (words(verbatim("x" * 5_001)), "{verbatim}"),
        (words(_("Choose."), quick=(Postback(_("A label of more than twenty."), "a"),)), "A label of more"),
        (words(_("")), "''"),
        (words(_("Said."), quick=(Postback(_("Yes"), "a", _("y" * 301)),)), "y" * 301),
        (words(_("Look."), quick=(Open(_("Yes"), "javascript:x"),)), "Look."),
        (Content((Card(_("Too much."), lead=(verbatim("字" * 10_000),)),)), "Too much."),
        (Content((Card(_("Title."), buttons=(Postback(_(" "), "a"),)),)), "' '"),
    ],
)
def test_what_line_would_refuse_is_an_error_that_names_sentence_and_language(content: Content, sentence: str) -> None:
    with pytest.raises(UnsendableError) as caught:
        render(content, Language.TH, say)
    assert sentence in str(caught.value)
    assert "in th: messages[0]" in str(caught.value)


def test_an_error_never_repeats_the_values_in_a_sentence() -> None:
    with pytest.raises(UnsendableError) as caught:
        render(words(verbatim("Siti " * 2_000)), Language.ID, say)
    assert "Siti" not in str(caught.value)


def test_a_sentence_without_a_translation_stops_the_message() -> None:
    def speechless(text: Text, language: Language) -> str:
        raise MissingTranslationError(text.msgid)

    with pytest.raises(MissingTranslationError):
        render(words(_("Hello.")), Language.TH, speechless)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrasts(component: Json, paint: str) -> Iterator[float]:
    paint = component.get("backgroundColor", paint)
    if component["type"] == "text":
        dark, light = sorted((luminance(component["color"]), luminance(paint)))
        yield (light + 0.05) / (dark + 0.05)
    for child in component.get("contents", ()):
        yield from contrasts(child, paint)


@pytest.mark.parametrize("tone", Tone)
def test_all_words_of_a_card_are_readable_for_weak_eyes(tone: Tone) -> None:
    tap = {"type": "postback", "data": "a"}
    drawn = flex.bubble("t", lead=["l"], rows=[("r", "v")], notes=["n"], buttons=[("a", tap), ("b", tap)], tone=tone)
    found = [ratio for block in ("header", "body", "footer") for ratio in contrasts(drawn[block], "none")]
    assert len(found) == 7
    assert min(found) >= 4.5
