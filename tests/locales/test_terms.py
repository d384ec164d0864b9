"""Words that must be there, because a worker has to recognise them, and words that must never be."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from locales.catalogue import catalogue
from locales.languages import LANGUAGES, Language
from locales.update import extracted

ROOT = Path(__file__).parents[2]

# A worker with whom contact was lost is neither a fugitive nor a crime; and nobody is called what insults her.
# (หนี้ is a debt, and not หนี.)
NEVER: Mapping[Language, str] = {
    Language.ZH_HANT: "逃|非法|違法外|外勞|黑工|偷渡|潛逃|通緝",
    Language.EN: r"run[- ]?away|illegal|escape|abscond|fugitive|undocumented|alien|maid|deport",
    Language.ID: r"kabur|lari|ilegal|illegal|buron|gelap|TKW|pembantu|babu",
    Language.VI: "bỏ trốn|trốn|bất hợp pháp|trái phép|lậu|ô sin",
    Language.TH: "หลบหนี|หนี(?!้)|ผิดกฎหมาย|เถื่อน|คนใช้|ต่างด้าว",
    Language.FIL: r"takas|tumakas|\bTNT\b|tago ng tago|ilegal|illegal|iligal|katulong|alila",
}

# English word → what stands for it; the forms are those of the glossary that the translators were given.
TERMS: Mapping[str, Mapping[Language, str]] = {
    "ARC": dict.fromkeys(Language, r"(?<![A-Z])ARC(?![A-Z])"),
    "LINE": dict.fromkeys(Language, r"(?<![A-Z])LINE(?![A-Z])"),
    "1955": dict.fromkeys(Language, "1955"),
    "NIA": {**dict.fromkeys(Language, r"\bNIA\b|(?<![A-Z])NIA(?![A-Z])"), Language.ZH_HANT: "移民署"},
    "Taiwan": {
        **dict.fromkeys(Language, "Taiwan"),
        Language.ZH_HANT: "臺",
        Language.VI: "Đài Loan",
        Language.TH: "ไต้หวัน",
    },
    "passport": {
        Language.ZH_HANT: "護照",
        Language.EN: "passport",
        Language.ID: "paspor",
        Language.VI: "hộ chiếu",
        Language.TH: "หนังสือเดินทาง",
        Language.FIL: "pasaporte",
    },
    "employer": {
        Language.ZH_HANT: "雇主",
        Language.EN: "employer",
        Language.ID: "majikan",
        Language.VI: "chủ",
        Language.TH: "นายจ้าง",
        Language.FIL: "amo",
    },
    "broker": {
        Language.ZH_HANT: "仲介",
        Language.EN: "broker",
        Language.ID: "agensi",
        Language.VI: "công ty môi giới",
        Language.TH: "บริษัทจัดหางาน",
        Language.FIL: "broker",
    },
    "health examination": {
        Language.ZH_HANT: "健康檢查",
        Language.EN: "health examination",
        Language.ID: "pemeriksaan kesehatan",
        Language.VI: "khám sức khỏe",
        Language.TH: "ตรวจสุขภาพ",
        Language.FIL: "pagsusuri sa kalusugan",
    },
    "revoked": {
        Language.ZH_HANT: "廢止",
        Language.EN: "revoked",
        Language.ID: "dicabut|pencabutan",
        Language.VI: "thu hồi",
        Language.TH: "ถูกยกเลิก",
        Language.FIL: "binawi",
    },
    "transfer": {
        Language.ZH_HANT: "轉換雇主",
        Language.EN: "transfer",
        Language.ID: "pindah majikan",
        Language.VI: "chuyển (sang )?chủ",
        Language.TH: "เปลี่ยนนายจ้าง|เปลี่ยนไปนายจ้างใหม่|โอนย้าย",
        Language.FIL: "transfer|lumipat ng amo",
    },
    "foreign workers?": {
        Language.ZH_HANT: "外國工作者",
        Language.EN: "foreign worker",
        Language.ID: "pekerja migran|pekerja asing",
        Language.VI: "lao động nước ngoài|lao động di trú",
        Language.TH: "แรงงานต่างชาติ|แรงงานข้ามชาติ",
        Language.FIL: "dayuhang manggagawa|migranteng manggagawa",
    },
}


@cache
def _pairs(language: Language) -> list[tuple[str, str]]:
    """Every sentence of the code in English, and every form of it in the language."""
    found = []
    for message in extracted(ROOT):
        if not message.id:
            continue
        first, *_more = message.id if isinstance(message.id, tuple | list) else (message.id,)
        there = catalogue(language).get(first, message.context)
        assert there is not None, first
        forms = there.string if isinstance(there.string, tuple | list) else (there.string,)
        found += [(first, form or "") for form in forms]
    return found


@pytest.mark.parametrize("language", Language)
def test_no_sentence_calls_anybody_what_nobody_should_be_called(language: Language) -> None:
    assert [form for _english, form in _pairs(language) if re.search(NEVER[language], form, re.IGNORECASE)] == []


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("language", Language)
def test_a_term_keeps_its_one_word_in_a_language(language: Language, term: str) -> None:
    flags = 0 if term.isupper() else re.IGNORECASE
    said = [(english, form) for english, form in _pairs(language) if re.search(rf"\b{term}\b", english, flags)]
    assert said
    lacking = [(english, form) for english, form in said if not re.search(TERMS[term][language], form, flags)]
    assert lacking == []


def test_the_language_names_on_the_buttons_are_their_speakers_own() -> None:
    assert list(LANGUAGES.values()) == ["中文", "English", "Bahasa Indonesia", "Tiếng Việt", "ไทย", "Filipino"]


def test_chinese_is_that_of_taiwan() -> None:
    # Simplified characters and words of the mainland, which a reader in Taiwan would notice at once.
    simplified = set("们这个为请没时间问给说话会对过还进开关电语证护续长东车门马国学习业务员号码签记录处")
    for _english, form in _pairs(Language.ZH_HANT):
        assert not simplified & set(form), form
        assert "你" not in form, f"not the polite 您: {form}"
        assert "台灣" not in form, f"the government writes 臺灣: {form}"


@pytest.mark.parametrize("language", Language)
def test_each_language_is_written_in_its_own_letters(language: Language) -> None:
    scripts = {Language.ZH_HANT: "[\u4e00-\u9fff]", Language.TH: "[\u0e00-\u0e7f]"}
    foreign = "".join(script[1:-1] for of, script in scripts.items() if of is not language)
    for english, whole in _pairs(language):
        # The Chinese name of an office or a remedy, in brackets: she shows it, and need not read it.
        form = re.sub("[(（][\u4e00-\u9fff]+[)）]", "", whole)
        assert not re.search(f"[{foreign}\u0400-\u04ff\u3040-\u30ff\uac00-\ud7af]", form), form
        if language in scripts and re.search("[a-z]", re.sub(r"{\w+}", "", english)):
            assert re.search(scripts[language], whole), english
