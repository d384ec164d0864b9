"""Answering a worker from her case: seen in her language and in Chinese before it leaves, and never by two at once."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi.responses import Response

from bot.console import case_facts, case_work
from bot.console.gate import Console
from bot.console.visit import Desk, Refused, whole_number
from bot.console.words import Words
from bot.line.render import UnsendableError, render
from bot.said import said
from locales import LANGUAGES, Language, MissingTranslationError, Text, say
from models import case_note
from models.canned_answer import CANNED, Answer, card, own_words
from models.case import Case
from models.content import Content
from models.operator import Role
from scheduler import cases

CANNED_NAMES: Mapping[str, Words] = {
    "received": Words("已收到，處理中", "Received, we look into it"),
    "call_1955": Words("請撥打 1955", "Please call 1955"),
    "danger": Words("有危險請撥 110", "In danger, call 110"),
    "service_centre": Words("請至外國人勞動服務據點", "Come to a service centre"),
    "papers": Words("護照、居留證遭扣留", "Passport or ARC kept by others"),
    "wages": Words("工資問題", "Wages"),
    "transfer": Words("轉換雇主", "Changing the employer"),
    "more_details": Words("請補充說明", "Please tell us more"),
    "when_to_call": Words("希望致電，請提供時間", "We want to call, say when"),
    "being_decided": Words("主管機關審理中", "It is being decided"),
    "no_money": Words("本服務免費", "This service is free"),
}
LONGEST = 1_000
# Also without a scheme: a phone opens "line.me/ti/p/…" when it is copied. Not "9.30", "no.5/2" or "ok.Please".
_LINK = re.compile(
    r"://|www\.|[a-z0-9-]\.[a-z]{2,}/|[a-z0-9-]\.(?:com|net|org|gov|edu|info|io|me|ly|cc|app|link|top|xyz|tw|vn|th|ph)\b",
    re.IGNORECASE | re.ASCII,
)
_CANNOT = Words("目前無法答覆", "She cannot be answered now")
_CANNOT_WHY = Words(
    "移工已封鎖、取消連結，或案件已結案。請改以電話聯絡。",
    "She has blocked the account or unlinked, or the case is closed. Try the telephone.",
)


@dataclass(frozen=True)
class Draft:
    """What is in the form: a canned answer's name, or words in her language and the same in Chinese."""

    canned: str
    hers: str
    original: str
    # What is wrong with it; nothing leaves before this is empty.
    problems: tuple[Words, ...] = ()
    says: str = ""
    says_in_chinese: str = ""

    @property
    def answer(self) -> Answer:
        return CANNED[self.canned] if self.canned else own_words(self.hers)


def add_answers(console: Console, messages_are_due: Callable[[], None]) -> None:
    """The preview, and sending what was previewed."""

    @console.act("/cases/{id}/preview", Role.CASEWORKER)
    def preview(desk: Desk) -> Response:
        case = _answerable(desk)
        return _preview(desk, case, _draft(desk, case))

    @console.act("/cases/{id}/answer", Role.CASEWORKER)
    def send(desk: Desk) -> Response:
        case = _answerable(desk)
        draft = _draft(desk, case)
        if draft.problems or _news(desk, case):
            return _preview(desk, case, draft, status=409)
        original = draft.says_in_chinese if draft.canned else draft.original or None
        note = cases.answer(desk.session, case, desk.operator.login, draft.answer, draft.says, original, desk.now)
        desk.log("case_answered", f"case {case.id}", note=note.id, canned=draft.canned or None)
        return desk.go(f"/cases/{case.id}", done="case_answered", then=messages_are_due)


def _answerable(desk: Desk) -> Case:
    case = case_work.mine(desk)
    if not cases.can_be_answered(case):
        raise Refused(409, _CANNOT, _CANNOT_WHY)
    return case


def _news(desk: Desk, case: Case) -> list[case_facts.Step]:
    """What has come into the case since the operator opened its page."""
    last = whole_number(desk.text("seen"))
    return [case_facts.step_of(note) for note in case_note.notes_of(desk.session, case.id) if note.id > last]


def _preview(desk: Desk, case: Case, draft: Draft, status: int = 200) -> Response:
    return desk.page(
        "case_preview.html",
        status,
        case=case,
        draft=draft,
        news=_news(desk, case),
        seen=case_note.latest(desk.session, case.id),
        hers=_language(case),
        languages=LANGUAGES,
        canned=list(CANNED_NAMES.items()),
    )


def _language(case: Case) -> Language:
    return case.contact.speaks if case.contact else Language.EN


def _draft(desk: Desk, case: Case) -> Draft:
    canned, hers, original = desk.text("canned"), desk.text("hers"), desk.text("original")
    language = _language(case)
    problems = list(_problems(canned, hers, original, language))
    if problems:
        return Draft(canned if canned in CANNED else "", hers, original, tuple(problems))
    draft = Draft(canned, hers, original)
    try:
        render(Content((card(case, draft.answer),)), language)
    except MissingTranslationError:
        missing = Words("這則範本尚無該語言的譯文，不能發送。", "This answer is not translated into her language yet.")
        return Draft(canned, hers, original, (missing,))
    except UnsendableError:
        too_long = Words("LINE 不接受這則內容，請縮短。", "LINE does not take it like this. Make it shorter.")
        return Draft(canned, hers, original, (too_long,))
    texts = _texts(draft.answer.about(case)) if canned else draft.answer.lead
    in_hers = "\n".join(say(text, language) for text in texts)
    chinese = "\n".join(said(text, Language.ZH_HANT) for text in texts) if canned else original or hers
    return Draft(canned, hers, original, (), in_hers, chinese)


def _texts(answer: Answer) -> tuple[Text, ...]:
    return (answer.title, *answer.lead)


def _problems(canned: str, hers: str, original: str, language: Language) -> list[Words]:
    if canned:
        known = canned in CANNED
        both = Words("請擇一：使用範本，或自行撰寫。", "Choose one: a prepared answer, or your own words.")
        return [both] if hers or original or not known else []
    problems = []
    if not hers:
        problems.append(Words("請選擇範本，或填寫要給移工的內容。", "Choose a prepared answer, or write one."))
    elif not original and language is not Language.ZH_HANT:
        problems.append(Words("請填寫中文原文，供留存。", "Write the same in Chinese too, for the record."))
    if max(len(hers), len(original)) > LONGEST:
        problems.append(Words("內容請勿超過 1,000 字。", "Up to 1,000 characters, please."))
    if any(_LINK.search(unicodedata.normalize("NFKC", text)) for text in (hers, original)):
        why = Words("為防詐騙，自行撰寫的內容不得含網址。", "Your own words may hold no links: so do those of cheats.")
        problems.append(why)
    return problems
