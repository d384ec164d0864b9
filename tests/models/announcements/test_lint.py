"""What is found wrong in an announcement's words, and what six languages may write differently."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import Language
from models.announcements.facts import KINDS, facts_of
from models.announcements.lint import Code, findings
from models.announcements.text import Body, Texts

ZH, EN, ID, VI, TH, FIL = Language

# The same said as offices and translators write it; one row a sentence.
ALIKE: dict[str, dict[Language, str]] = {
    "wages, a telephone and a time of day": {
        ZH: "自民國115年8月31日起，每月薪資為新臺幣2萬9,500元。請於下午3點30分前撥打02-8995-6866，3天內回覆。",
        EN: "From 31 August 2026 wages are NT$29,500 a month. Call 02-8995-6866 by 3:30 pm; we answer in 3 days.",
        ID: "Mulai 31 Agustus 2026 upah NT$29.500 per bulan. Hubungi 02-8995-6866 sebelum 15:30, dijawab dalam 3 hari.",
        VI: "Từ ngày 31 tháng 8 năm 2026 lương là 29.500 Đài tệ. Gọi 02-8995-6866 trước 15 giờ 30, trong 3 ngày.",
        TH: "ตั้งแต่ 31 สิงหาคม พ.ศ. 2569 ค่าจ้าง 29,500 ดอลลาร์ โทร 02-8995-6866 ก่อน 15.30 น. ตอบภายใน ๓ วัน",
        FIL: "Simula Agosto 31, 2026 ang sahod ay NT$29,500. Tumawag sa 02-8995-6866 bago 3:30 ng hapon, 3 araw.",
    },
    "the year twice": {
        ZH: "2026年8月31日（民國115年）",
        EN: "August 31, 2026",
        ID: "31 Agustus 2026",
        VI: "31/8/2026",
        TH: "31 สิงหาคม พ.ศ. 2569 (ค.ศ. 2026)",
        FIL: "ika-31 ng Agosto 2026",
    },
    "a fine, and digits for a day": {
        ZH: "請於115/8/31前辦理，罰鍰3萬元至15萬元",
        EN: "Do it by 2026-08-31; the fine is NT$30,000 to NT$150,000",
        ID: "Lakukan sebelum 31/8/2026; denda 30 ribu sampai 150 ribu",
        VI: "Trước ngày 31/8/2026; phạt từ 30.000 đến 150 nghìn",
        TH: "ภายใน 31/8/2569 ปรับ 3 หมื่นถึง 1.5 แสน",
        FIL: "Bago ang Agosto 31, 2026; multa NT$30,000 hanggang NT$150,000",
    },
    "a month, hours, and the hotline, which is no year": {
        ZH: "2026年9月，上午9時至下午5時，1955，24小時",
        EN: "September 2026, 9 a.m. to 5 p.m., 1955, 24 hours",
        ID: "September 2026, pukul 09:00 sampai 17:00, 1955, 24 jam",
        VI: "tháng 9 năm 2026, từ 9 giờ đến 17 giờ, 1955, 24 giờ",
        TH: "กันยายน 2569 09:00 ถึง 17:00 1955 24 ชั่วโมง",
        FIL: "Setyembre 2026, 9:00 ng umaga hanggang 5:00 ng hapon, 1955, 24 oras",
    },
    "a link at the end of a sentence": {
        ZH: "請看https://www.example.gov.tw/a?b=1。",
        EN: "See https://www.example.gov.tw/a?b=1.",
        ID: "Lihat https://www.example.gov.tw/a?b=1.",
        VI: "Xem https://www.example.gov.tw/a?b=1",
        TH: "ดู https://www.example.gov.tw/a?b=1",
        FIL: "Tingnan ang (https://www.example.gov.tw/a?b=1).",
    },
}


@pytest.mark.parametrize("sentences", ALIKE.values(), ids=ALIKE.keys())
def test_the_same_is_the_same_however_a_language_writes_it(sentences: dict[Language, str]) -> None:
    expected = facts_of(sentences[ZH], ZH)
    assert any(getattr(expected, kind) for kind in KINDS)
    for language, words in sentences.items():
        assert facts_of(words, language) == expected, language


def test_years_of_three_calendars_are_one_year() -> None:
    assert facts_of("民國115年", ZH).dates == facts_of("พ.ศ. 2569", TH).dates == facts_of("2026", EN).dates == {"2026"}
    assert facts_of("3年", ZH).dates == frozenset()
    assert facts_of("Call 1955", EN).numbers == {"1955"}


@pytest.mark.parametrize(
    ("language", "changed", "kind", "what"),
    [
        (EN, ("31 August", "30 August"), "dates", "2026-08-31"),
        (TH, ("2569", "2570"), "dates", "2026-08-31"),
        (ID, ("29.500", "29.400"), "numbers", "29500"),
        (VI, ("15 giờ 30", "3 giờ 30"), "numbers", "15:30"),
        (FIL, ("8995-6866", "8995-6868"), "phones", "+886289956866"),
        (EN, ("in 3 days", "in three days"), "numbers", "3"),
    ],
)
def test_whatever_one_language_says_differently_is_found(
    language: Language, changed: tuple[str, str], kind: str, what: str
) -> None:
    sentences = ALIKE["wages, a telephone and a time of day"]
    assert changed[0] in sentences[language]
    texts = _texts(sentences | {language: sentences[language].replace(*changed)})
    lacking = [found for found in findings(texts) if found.code is Code.LACKS]
    assert [(found.language, found.kind, found.what) for found in lacking] == [(language, kind, (what,))]


def test_six_languages_that_agree_have_no_finding() -> None:
    for sentences in ALIKE.values():
        assert list(findings(_texts(sentences))) == []


def test_a_language_without_words_needs_a_reason() -> None:
    texts = _texts({EN: "Stay at home."})
    codes = [found.code for found in findings(texts)]
    assert codes == [Code.MISSING] * 5
    excused = list(findings(replace(texts, missing="No interpreter tonight")))
    assert [found.code for found in excused] == [Code.LEFT_OUT] * 5
    assert not any(found.blocks for found in excused)


def test_no_reason_excuses_an_announcement_without_any_words() -> None:
    assert all(found.blocks for found in findings(Texts({}, missing="Later")))
    empty = Texts({EN: Body("", "", "Read")}, missing="Later")
    assert all(found.blocks for found in findings(empty))


@pytest.mark.parametrize(
    ("language", "words"), [(EN, "Illegal workers"), (ZH, "逃逸外勞"), (VI, "Lao động bỏ trốn"), (EN, "a RUNAWAY")]
)
def test_words_that_we_never_use_stop_it(language: Language, words: str) -> None:
    texts = Texts({language: Body("News", words)}, missing="A test")
    assert Code.UNSAID in {found.code for found in findings(texts) if found.blocks}


def test_a_text_that_was_only_copied_is_found() -> None:
    texts = _texts({EN: "Stay at home.", FIL: "Stay  at HOME."})
    [same] = [found for found in findings(texts) if found.code is Code.SAME_TEXT]
    assert (same.language, same.what, same.blocks) == (FIL, ("en",), True)


@pytest.mark.parametrize(
    "address",
    ["http://example.org", "javascript:alert(1)", "https://", "https://a@b.example", "https://[", "//x.example"],
)
def test_only_https_addresses_are_taken(address: str) -> None:
    for texts in (Texts({EN: Body("a", "b")}, link_url=address), Texts({EN: Body("a", "b")}, image_url=address)):
        assert Code.NOT_HTTPS in {found.code for found in findings(texts)}


def test_an_insecure_link_in_a_text_is_found() -> None:
    assert Code.NOT_HTTPS in {found.code for found in findings(_texts({EN: "See http://example.org/x now"}))}


@given(st.text(max_size=200), st.sampled_from(list(Language)))
def test_any_words_at_all_can_be_read(words: str, language: Language) -> None:
    facts = facts_of(words, language)
    assert facts_of(words, language) == facts
    assert {"2026-08-31"} <= facts_of(
        "2026-08-31 ; " + words.translate({ord(c): " " for c in "0123456789"}), language
    ).dates


def _texts(sentences: dict[Language, str]) -> Texts:
    return Texts({language: Body(f"Title {language.value}", words) for language, words in sentences.items()})
